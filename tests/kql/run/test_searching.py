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
    ("query", "rows"),
    [
        (FIND, (("One", "x", "Error", {"Version": "1"}), ("Two", "x", "Info", {"Name": "n"}))),
        (f"{FIND} | where Level == 'Info'", (("Two", "x", "Info", {"Name": "n"}),)),
        (f"{FIND} | project v = tostring(pack_.Version)", (("1",), ("",))),
        (f"{FIND} project Level, pack(*)", (("One", "Error", {"Id": "x", "Version": "1"}),
                                               ("Two", "Info", {"Id": "x", "Name": "n"}))),
        # A table that lacks one of the columns that are named has nothing there.
        ("find in (One, Two) where Name == 'n' or Version == '1'",
         (("One", "x", "Error", "", "1"), ("Two", "x", "Info", "n", ""))),
        # A text alone is looked for in the columns, neither in the name of a table nor in those of the rest.
        ("find in (One, Two) where 'One' or 'Name'", ()),
        ("find in (One, Two) where 'n'", (("Two", "x", "Info", {"Name": "n"}),)),
    ],
)  # fmt: skip
def test_the_column_of_the_rest(query: str, rows: tuple[tuple[object, ...], ...]) -> None:
    assert sorted(kql.run(query, TABLES).rows, key=str) == sorted(rows, key=str)


def test_tables_that_have_none_of_the_columns_are_left_out() -> None:
    tables = TABLES | {"Three": kql.Table({"Other": "string"}, [("o",)])}
    result = kql.run("find in (One, Two, Three) where Id == 'x' or Level == ''", tables)
    assert [name for name, _ in result.columns] == ["source_", "Id", "Level", "pack_"]
    assert {row[0] for row in result.rows} == {"One", "Two"}
