"""`{{StartTimeISO}}` and `{{EndTimeISO}}`: the range of time that a query is run for, worked out by hand."""

from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from rulefold.kql import QueryError, Table, Timespan, analyse, compile, run  # noqa: A004

NOW = datetime(2024, 5, 8, 12, tzinfo=UTC)
START = "let starttime = todatetime('{{StartTimeISO}}');"
LETS = f"{START} let endtime = todatetime('{{{{EndTimeISO}}}}');"
SCHEMA = {"TimeGenerated": "datetime", "Name": "string"}
TIMES = {
    "week": datetime(2024, 5, 1, 13, tzinfo=UTC),
    "before": datetime(2024, 5, 7, 11, 59, 59, 999_999, tzinfo=UTC),
    "start": datetime(2024, 5, 7, 12, tzinfo=UTC),
    "middle": datetime(2024, 5, 8, tzinfo=UTC),
    "end": datetime(2024, 5, 8, 12, tzinfo=UTC),
    "behind": datetime(2024, 5, 8, 12, 0, 0, 1, tzinfo=UTC),
}
TABLE = Table(SCHEMA, [{"TimeGenerated": time, "Name": name} for name, time in TIMES.items()])


def names(condition: str, timespan: Timespan | None = None) -> set[object]:
    """The events of which a condition is true."""
    query = f"{LETS}\nT | where {condition} | project Name"
    return {name for (name,) in run(query, {"T": TABLE}, now=NOW, timespan=timespan).rows}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("TimeGenerated between (starttime .. endtime)", {"start", "middle", "end"}),
        ("TimeGenerated !between (starttime .. endtime)", {"week", "before", "behind"}),
        ("TimeGenerated between ((starttime - 14d) .. starttime)", {"week", "before", "start"}),
        ("TimeGenerated between (ago(totimespan((endtime-starttime)*7)) .. starttime)", {"week", "before", "start"}),
        ("TimeGenerated < ago(totimespan((endtime-starttime)*6))", {"week"}),
        ("TimeGenerated >= startofday(starttime) and TimeGenerated <= startofday(endtime)",
         {"before", "start", "middle"}),
        ("tostring(TimeGenerated) == '{{EndTimeISO}}'", {"end"}),
        ("tostring(TimeGenerated) in (dynamic(['{{StartTimeISO}}', '{{Other}}']))", {"start"}),
        ("Name == '{{StartTimeISO}}'", set()),
    ],
)  # fmt: skip
def test_the_range_is_the_day_before_the_run(condition: str, expected: set[object]) -> None:
    assert names(condition) == expected


def test_the_time_that_a_query_sees_is_its_range() -> None:
    given = Timespan(NOW - timedelta(hours=12), NOW)  # of which an event at the end is none
    assert names("TimeGenerated between (starttime .. endtime)", given) == {"middle"}
    text = run("print '{{StartTimeISO}}/{{EndTimeISO}}'", now=NOW + timedelta(days=9), timespan=given).rows
    assert text == (("2024-05-08T00:00:00.0000000Z/2024-05-08T12:00:00.0000000Z",),)


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        ("'{{EndTimeISO}}'", "2024-05-08T12:00:00.0000000Z"),
        ('h"{{StartTimeISO}}"', "2024-05-07T12:00:00.0000000Z"),
        ("@'from {{StartTimeISO}} to {{EndTimeISO}}{{EndTimeISO}}.'",
         "from 2024-05-07T12:00:00.0000000Z to 2024-05-08T12:00:00.0000000Z2024-05-08T12:00:00.0000000Z."),
        ("tostring(dynamic({'{{EndTimeISO}}': ['{{StartTimeISO}}', 1]}))",
         '{"2024-05-08T12:00:00.0000000Z":["2024-05-07T12:00:00.0000000Z",1]}'),
        ("'{{TimeISO}} {{ StartTimeISO }} {{starttimeiso}} {StartTimeISO}'",
         "{{TimeISO}} {{ StartTimeISO }} {{starttimeiso}} {StartTimeISO}"),
        ("strlen('{{StartTimeISO}}')", 28),
        ("todatetime('{{StartTimeISO}}Z')", None),
    ],
)  # fmt: skip
def test_texts(literal: str, expected: object) -> None:
    assert run(f"print x = {literal}", now=NOW).rows == ((expected,),)


def test_a_placeholder_that_is_looked_for() -> None:
    rows = [{"Text": "at 2024-05-08T12:00:00.0000000Z"}, {"Text": "at {{EndTimeISO}}"}]
    found = run("search '{{EndTimeISO}}' | project Text", {"T": Table({"Text": "string"}, rows)}, now=NOW)
    assert found.rows == (("at 2024-05-08T12:00:00.0000000Z",),)


def test_the_first_day_has_none_before_it() -> None:
    first = datetime(1, 1, 1, 6, tzinfo=UTC)
    assert run("print todatetime('{{StartTimeISO}}'), todatetime('{{EndTimeISO}}')", now=first).rows == (
        (datetime(1, 1, 1, tzinfo=UTC), first),
    )


def test_a_statement_has_its_range_from_the_time_of_its_run() -> None:
    query = f"{LETS} T | where TimeGenerated between (starttime .. endtime) | project Name, x = '{{{{StartTimeISO}}}}.'"
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE T (TimeGenerated TIMESTAMP, Name VARCHAR)")
        for hours in (-1, 23, 25):
            connection.execute("INSERT INTO T VALUES (timezone('UTC', now()) - to_hours($1), $1)", [hours])
        connection.execute("BEGIN")  # within which now() stands still
        ((name, text),) = connection.execute(compile(query, {"T": SCHEMA})).fetchall()
        start = connection.execute("SELECT timezone('UTC', now()) - to_days(1)").fetchall()[0][0]
    assert name == "23"
    assert text == f"{start:%Y-%m-%dT%H:%M:%S.%f}0Z."


@pytest.mark.parametrize("query", ["print dynamic(['{{EndTimeISO}}'])", "search '{{EndTimeISO}}'"])
def test_a_text_that_no_statement_can_put_together_is_refused_at_its_place(query: str) -> None:
    with pytest.raises(QueryError, match=r"\{\{EndTimeISO\}\}, whose time is the engine's") as raised:
        compile(query, {"T": {"Text": "string"}})
    start = raised.value.diagnostic.span.start
    assert query[start:].startswith(("dynamic", "'{{EndTimeISO}}'"))


def test_places_are_those_of_the_text_as_it_is_written() -> None:
    query = f"{LETS} print endtime, NoColumn"
    (found,) = analyse(query, {}).diagnostics
    assert query[found.span.start : found.span.end] == "NoColumn"
    with pytest.raises(QueryError) as raised:
        run(query, now=NOW)
    assert raised.value.diagnostic.span == found.span
