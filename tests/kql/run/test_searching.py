"""`find`: what of it is run."""

import pytest

from rulefold import kql

TABLES = {
    "One": kql.Table(
        {"Id": "string", "Level": "string", "Version": "string"}, [("x", "Error", "1"), ("y", "Info", "")]
    ),
    "Two": kql.Table({"Id": "string", "Level": "string", "Name": "string"}, [("x", "Info", "n")]),
}
FIND = "find in (One, Two) where Id == 'x'"


def test_columns_that_all_tables_have() -> None:
    rows = kql.run(f"{FIND} | project source_, Level | sort by source_ asc", TABLES).rows
    assert rows == (("One", "Error"), ("Two", "Info"))
    assert kql.run(f"{FIND} | summarize count() by Id", TABLES).rows == (("x", 2),)


@pytest.mark.parametrize(
    "query", [FIND, f"{FIND} | where Level == 'Info'", f"{FIND} | project pack_", f"{FIND} | extend v = pack_.Version"]
)
def test_the_column_of_the_rest_is_refused_where_it_is_read(query: str) -> None:
    with pytest.raises(kql.QueryError, match="found find with the column pack_, which is not run"):
        kql.run(query, TABLES)
