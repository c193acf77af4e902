"""The columns that every table of a workspace has: its time, its name, and when its rows came in."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rulefold import kql
from rulefold.kql.engines import ENGINES

NOON = datetime(2024, 5, 4, 12, tzinfo=UTC)
SCHEMA = {"TimeGenerated": "datetime", "Type": "string", "User": "string"}
ROW: dict[str, object] = {"TimeGenerated": "2024-05-04T12:00:00Z", "User": "ada"}


def written(path: Path, *rows: dict[str, object]) -> Path:
    if path.suffix == ".csv":
        head = list(rows[0])
        lines = [head, *([f'"{row[name]}"' for name in head] for row in rows)]
        path.write_text("".join(",".join(line) + "\n" for line in lines), encoding="utf-8")
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def column(query: str, table: kql.Table, **others: kql.Table) -> list[object]:
    return [row[0] for row in kql.run(query, {"T": table, **others}).rows]


# ------------------------------------------------------------------------------------------------------------- Type


@pytest.mark.parametrize("name", ["T.jsonl", "T.csv"])
def test_type_is_the_name_of_the_table_where_the_data_does_not_hold_it(name: str, tmp_path: Path) -> None:
    table = kql.Table(SCHEMA, written(tmp_path / name, ROW))
    assert column("T | project Type", table) == ["T"]
    assert column("union T, U | where Type == 'U' | project Type", table, U=table) == ["U"]
    assert column("T | project Type", kql.Table(SCHEMA, [ROW])) == ["T"]


def test_type_is_what_the_data_holds(tmp_path: Path) -> None:
    path = written(tmp_path / "T.jsonl", {**ROW, "Type": "Other"}, ROW, {**ROW, "Type": None})
    assert sorted(map(str, column("T | project Type", kql.Table(SCHEMA, path)))) == ["Other", "T", "T"]
    assert column("T | project Type", kql.Table(None, written(tmp_path / "T.csv", {**ROW, "Type": "x"}))) == ["x"]


@pytest.mark.parametrize(
    "schema",
    [
        {"Type": "string", "User": "string"},
        {"TimeGenerated": "string", "Type": "string"},
    ],
)
def test_type_of_a_table_that_is_none_of_a_workspace(schema: dict[str, str]) -> None:
    assert column("T | project Type", kql.Table(schema, [ROW])) == [""]
    assert column("T | project Type", kql.Table({"TimeGenerated": "datetime", "Type": "long"}, [ROW])) == [None]


def test_no_other_column_is_made_up() -> None:
    schema = SCHEMA | {"TenantId": "string", "_ResourceId": "string"}
    assert kql.run("T | project TenantId, _ResourceId", {"T": kql.Table(schema, [ROW])}).rows == (("", ""),)
    with pytest.raises(kql.QueryError, match="no column here"):
        kql.run("T | project Type", {"T": kql.Table({"TimeGenerated": "datetime"}, [ROW])})


# ---------------------------------------------------------------------------------------------------- TimeGenerated

TIMES = [
    ("2024-05-04T12:00:00Z", NOON),
    ("2024-05-04T12:00:00.1234567Z", NOON + timedelta(microseconds=123456)),
    ("2024-05-04T14:00:00+02:00", NOON),
    ("2024-05-04 12:00:00", NOON),
    ("5/4/2024 12:00:00 PM", NOON),
    ("soon", None),
]


@pytest.mark.parametrize(("text", "expected"), TIMES)
@pytest.mark.parametrize("name", ["T.jsonl", "T.csv"])
def test_the_time_is_a_datetime_where_nothing_states_it(
    name: str, text: str, expected: datetime | None, tmp_path: Path
) -> None:
    path = written(tmp_path / name, {"TimeGenerated": text, "Other": text})
    with ENGINES["duckdb"]() as session:
        session.load("T", kql.Table(None, path))
        assert session.schemas["T"]["TimeGenerated"] == "datetime"
    assert column("T | project TimeGenerated", kql.Table(None, path)) == [expected]
    assert column("T | project TimeGenerated", kql.Table({"TimeGenerated": "string"}, path)) == [text]


# --------------------------------------------------------------------------------------------------- ingestion_time

ARRIVED = {**ROW, "_TimeReceived": "2024-05-04T12:05:00Z"}
BOTH = {"TimeGenerated": "datetime", "_TimeReceived": "datetime", "User": "string"}
LATE = NOON + timedelta(minutes=5)
ARRIVALS = [
    ("T | project ingestion_time()", LATE),
    ("U | project ingestion_time()", NOON),
    ("T | where ingestion_time() > datetime(2024-05-04 12:04) | project _TimeReceived", LATE),
    ("T | summarize max(ingestion_time())", LATE),
    ("union U, (U | where false) | where ingestion_time() > datetime(2024-05-04) | project TimeGenerated", NOON),
    ("U | join kind=inner (U | project User) on User | extend t = ingestion_time() | project t", NOON),
]


@pytest.mark.parametrize(("query", "expected"), ARRIVALS)
def test_when_a_row_came_in(query: str, expected: datetime) -> None:
    other = kql.Table({"TimeGenerated": "datetime", "User": "string"}, [ROW])
    assert column(query, kql.Table(BOTH, [ARRIVED]), U=other) == [expected]


@pytest.mark.parametrize(
    "query",
    [
        "T | project User | extend t = ingestion_time()",
        "T | extend TimeGenerated = now() | project-away _TimeReceived | where ingestion_time() > ago(1d)",
        "print t = ingestion_time()",
        "datatable(TimeGenerated: datetime) [datetime(2024-05-04)] | extend t = ingestion_time()",
        "T | project-away _TimeReceived | summarize TimeGenerated = max(TimeGenerated) | extend t = ingestion_time()",
    ],
)
def test_when_a_row_came_in_is_not_known(query: str) -> None:
    with pytest.raises(kql.QueryError, match="ingestion_time over rows without"):
        kql.run(query, {"T": kql.Table(BOTH, [ARRIVED])})
