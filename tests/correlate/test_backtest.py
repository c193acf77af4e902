"""What rules would have found, run by run."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rulefold.correlate import Run, backtest, opened
from rulefold.kql import QueryError, Timespan, run
from rulefold.kql.engines import ENGINES
from rulefold.kql.engines.session import Session
from rulefold.kql.lower import Lowered
from rulefold.kql.results import Table
from tests.correlate.events import LIMITS, START, TABLES, at, detections, rule, signin, tables

QUERIES = {
    "rows": "Signins | where Tries > 2 | project User, Tries",
    "groups": "Signins | summarize Sum = sum(Tries) by User | where Sum > 3",
    "a row of nothing": "Signins | summarize Count = count()",
    "nothing is something": "Signins | summarize Count = count() | where Count == 0",
    "inner join": "Signins | join kind=inner Devices on User | project User, Device",
    "left join": "Signins | join kind=leftouter Devices on User | project User, Device",
    "anti join": "Signins | join kind=leftanti Devices on User | project User",
    "full join": "Signins | join kind=fullouter Devices on User | project User, User1",
    "union": "union Signins, Devices | summarize Count = count() by User",
    "a table beside": "Signins | where Tries > toscalar(Devices | count) | project User",
    "members": "Signins | where User in (Devices | project User) | project User",
    "no table": "print a = 1",
    "no time": "Staff | join kind=leftouter Signins on User | project User, Tries",
    "now": "Signins | extend Age = now() - TimeGenerated | project User, Age",
    "range": "Signins | where TimeGenerated between (todatetime('{{StartTimeISO}}') .. todatetime('{{EndTimeISO}}'))",
    "range as text": "Signins | project User, Range = '{{StartTimeISO}}/{{EndTimeISO}}'",
    "half of the range": (
        "let start = todatetime('{{StartTimeISO}}'); let end = todatetime('{{EndTimeISO}}');"
        "Signins | where TimeGenerated between (start + (end - start) / 2 .. end) | project User, Tries"
    ),
    "series": "Signins | make-series sum(Tries) on TimeGenerated from ago(2h) to now() step 1h by User",
}
Events = dict[str, list[dict[str, object]]]
USERS = st.sampled_from(["ada", "bob"])
HOURS = st.integers(0, 48).map(lambda quarter: quarter / 4)
SIGNINS = st.lists(st.builds(signin, HOURS, USERS, st.integers(0, 5)), max_size=6)
DEVICES = st.lists(
    st.builds(lambda hours, user: {"TimeGenerated": at(hours).isoformat(), "User": user, "Device": "pc"}, HOURS, USERS),
    max_size=3,
)


def runs(folder: Path, query: str, events: Events, **fields: str) -> list[Run]:
    """A backtest of twelve hours."""
    found = detections(folder, [rule(1, query, **fields)])
    with opened(tables(folder / "data", events), found, LIMITS) as shared:
        return list(backtest(shared, found[0], START, at(12), most=100))


def alone(query: str, events: Events, period: timedelta) -> list[tuple[object, ...]]:
    """The rows of each window, each in a run of its own."""
    given_tables = {name: Table(columns, [{**one} for one in events.get(name, [])]) for name, columns in TABLES.items()}
    return [
        tuple(sorted(run(query, given_tables, now=now, timespan=Timespan(now - period, now)).rows, key=repr))
        for now in (at(hours) for hours in range(1, 13))
    ]


def rows(found: Sequence[Run]) -> list[tuple[object, ...]]:
    return [() if one.result is None else tuple(sorted(one.result.rows, key=repr)) for one in found]


def test_each_run_sees_its_own_time(tmp_path: Path) -> None:
    found = runs(
        tmp_path, QUERIES["rows"], {"Signins": [signin(0.5, tries=5), signin(3, "bob", 4), signin(11.99, tries=9)]}
    )
    assert [one.at for one in found] == [at(hours) for hours in range(1, 13)]
    assert [one.at for one in found if one.alert] == [at(1), at(4), at(12)]
    assert rows(found)[3] == (("bob", 4),)


def test_an_event_is_seen_by_each_run_whose_period_it_is_in(tmp_path: Path) -> None:
    found = runs(tmp_path, QUERIES["rows"], {"Signins": [signin(2.5, tries=5)]}, query_period="3h")
    assert [one.at for one in found if one.alert] == [at(3), at(4), at(5)]


def test_a_trigger_on_nothing_fires_where_there_is_nothing(tmp_path: Path) -> None:
    found = runs(tmp_path, QUERIES["rows"], {"Signins": [signin(2.5, tries=5)]}, trigger_operator="eq")
    assert [one.at for one in found if not one.alert] == [at(3)]


def test_a_rule_without_schedule_steps_by_minutes(tmp_path: Path) -> None:
    nothing = dict.fromkeys(("query_frequency", "query_period", "trigger_operator", "trigger_threshold"), "")
    found = runs(tmp_path, QUERIES["rows"], {"Signins": [signin(2.5, tries=5)]}, **nothing)
    assert len(found) == 12 * 60
    assert [one.at for one in found if one.alert] == [at(2.5) + timedelta(minutes=1)]


def test_the_range_of_each_run_is_its_period(tmp_path: Path) -> None:
    found = runs(tmp_path, QUERIES["range as text"], {"Signins": [signin(2.5)]}, query_period="2h")
    assert [one.at for one in found if one.count] == [at(3), at(4)]
    assert rows(found)[2:4] == [
        (("ada", "2024-05-01T01:00:00.0000000Z/2024-05-01T03:00:00.0000000Z"),),
        (("ada", "2024-05-01T02:00:00.0000000Z/2024-05-01T04:00:00.0000000Z"),),
    ]


def test_a_hunting_query_has_no_runs(tmp_path: Path) -> None:
    assert runs(tmp_path, QUERIES["rows"], {"Signins": [signin(1)]}, type="Hunting") == []


@pytest.mark.parametrize("query", ["Signins | evaluate autocluster()", "Nowhere | count"])
def test_what_is_not_run_is_told_even_where_there_is_nothing_to_run_it_on(tmp_path: Path, query: str) -> None:
    with pytest.raises(QueryError):
        runs(tmp_path, query, {"Signins": []})


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(signins=SIGNINS, devices=DEVICES, query=st.sampled_from(sorted(QUERIES)), hours=st.sampled_from([1, 2, 5]))
def test_a_backtest_is_each_window_alone(
    tmp_path: Path, signins: list[dict[str, object]], devices: list[dict[str, object]], query: str, hours: int
) -> None:
    events: Events = {"Signins": signins, "Devices": devices, "Staff": [{"User": "ada", "Boss": "bob"}]}
    found = runs(tmp_path, QUERIES[query], events, query_period=f"{hours}h")
    assert rows(found) == alone(QUERIES[query], events, timedelta(hours=hours))


@pytest.mark.parametrize("query", sorted(QUERIES))
def test_each_query_over_events_with_gaps(tmp_path: Path, query: str) -> None:
    device: dict[str, object] = {"TimeGenerated": at(1.25).isoformat(), "User": "ada", "Device": "pc"}
    events: Events = {"Signins": [signin(1.5), signin(6.25, "bob", 4), signin(6.5)], "Devices": [device]}
    events["Staff"] = [{"User": "ada", "Boss": "bob"}]
    found = runs(tmp_path, QUERIES[query], events)
    assert rows(found) == alone(QUERIES[query], events, timedelta(hours=1))


def test_times_without_events_are_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = type(ENGINES["duckdb"](LIMITS))
    counted: list[int] = []
    original = session.counted

    def counting(self: Session, statement: Lowered, most: int) -> object:
        counted.append(most)
        return original(self, statement, most)

    monkeypatch.setattr(session, "counted", counting)
    runs(tmp_path, QUERIES["groups"], {"Signins": [signin(1.5), signin(6.25, "bob", 4)]})
    assert len(counted) == 2
