"""All detections over one session."""

from pathlib import Path

from rulefold.correlate import Outcome, opened, sweep
from rulefold.kql import Timespan
from tests.correlate.events import LIMITS, at, detections, rule, signin, tables

EVENTS = {"Signins": [signin(0.5), signin(1.5, "bob", 5), signin(1.75, "bob", 2), signin(2.0, "eve", 9)]}


def swept(folder: Path, *rules: str, hours: float = 2, jobs: int = 1, most: int = 10) -> list[Outcome]:
    """What rules find at an hour."""
    read = tables(folder / "data", EVENTS)
    found = detections(folder, rules)
    with opened(read, found, LIMITS) as shared:
        return list(sweep(shared, found, at(hours), most=most, jobs=jobs))


def test_a_rule_sees_its_period_and_not_the_time_of_the_run_itself(tmp_path: Path) -> None:
    (found,) = swept(tmp_path, rule(1, "Signins | project User, Tries | sort by Tries asc"))
    assert found.result is not None
    assert found.result.rows == (("bob", 2), ("bob", 5))
    assert (found.count, found.alert, found.fired) == (2, True, True)
    assert found.timespan == Timespan(at(1), at(2))


def test_the_threshold_is_of_rows(tmp_path: Path) -> None:
    query = "Signins | project User"
    some, many = swept(tmp_path, rule(1, query, trigger_threshold="1"), rule(2, query, trigger_threshold="2"))
    assert (some.count, some.alert) == (2, True)
    assert (many.count, many.alert, many.fired) == (2, False, False)


def test_a_rule_may_alert_on_nothing(tmp_path: Path) -> None:
    (found,) = swept(
        tmp_path, rule(1, "Signins | where User == 'nobody'", trigger_operator="lt", trigger_threshold="1")
    )
    assert (found.count, found.alert) == (0, True)


def test_a_hunting_query_sees_everything_and_is_no_alert(tmp_path: Path) -> None:
    (found,) = swept(tmp_path, rule(1, "Signins | summarize count()", type="Hunting"))
    assert found.result is not None
    assert found.result.rows == ((4,),)
    assert (found.alert, found.fired, found.timespan) == (None, True, None)


def test_the_range_of_a_hunting_query_is_the_last_day(tmp_path: Path) -> None:
    query = "Signins | where TimeGenerated between (todatetime('{{StartTimeISO}}') .. todatetime('{{EndTimeISO}}'))"
    (found,) = swept(tmp_path, rule(1, f"{query} | project User | sort by User asc", type="Hunting"), hours=25.5)
    assert found.result is not None
    assert found.result.rows == (("bob",), ("bob",), ("eve",))


def test_the_period_bounds_both_sides_of_a_join_and_no_table_without_times(tmp_path: Path) -> None:
    query = (
        "Signins | join kind=inner (Signins | project User, Other = Tries) on User | join kind=leftouter Staff on User"
    )
    events: dict[str, list[dict[str, object]]] = {**EVENTS, "Staff": [{"User": "bob", "Boss": "ada"}]}
    read, found = tables(tmp_path / "data", events), detections(tmp_path, [rule(1, query + " | project Other, Boss")])
    with opened(read, found, LIMITS) as shared:
        (outcome,) = sweep(shared, found, at(2), most=10)
    assert outcome.result is not None
    assert sorted(outcome.result.rows) == [(2, "ada"), (2, "ada"), (5, "ada"), (5, "ada")]


def test_one_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    queries = ["Nowhere | count", "Signins | evaluate autocluster()", "Signins | where", "Signins | project User"]
    found = swept(tmp_path, *(rule(number, query) for number, query in enumerate(queries)))
    assert [one.error is None for one in found] == [False, False, False, True]
    assert [one.error.diagnostic.code for one in found if one.error] == ["RF710", "RF751", "RF701"]
    assert found[-1].alert


def test_a_table_that_cannot_be_read_costs_those_that_name_it(tmp_path: Path) -> None:
    read = tables(tmp_path / "data", EVENTS)
    (tmp_path / "data" / "Devices.jsonl").write_text('{"User": "ada"}\n{"User": ', encoding="utf-8")
    found = detections(tmp_path, [rule(1, "Devices | count"), rule(2, "Signins | count"), rule(3, "Devices | take 1")])
    read = type(read)(read.data, read.workspace, lambda _: None)
    with opened(read, found, LIMITS) as shared:
        outcomes = list(sweep(shared, found, at(2), most=10))
    assert [one.error is None for one in outcomes] == [False, True, False]
    assert outcomes[0].error is not None
    assert "Devices.jsonl" in outcomes[0].error.diagnostic.message


def test_rows_beyond_those_that_are_kept_are_counted(tmp_path: Path) -> None:
    (found,) = swept(tmp_path, rule(1, "Signins | project User", type="Hunting"), most=3)
    assert found.result is not None
    assert (len(found.result.rows), found.count) == (3, 4)


def test_several_at_once_give_the_same_in_the_same_order(tmp_path: Path) -> None:
    rules = [
        rule(number, f"Signins | where Tries > {number} | project User, Tries | sort by Tries") for number in range(9)
    ]
    alone, together = swept(tmp_path, *rules), swept(tmp_path, *rules, jobs=3)
    assert [(one.detection.key, one.result, one.count) for one in alone] == [
        (one.detection.key, one.result, one.count) for one in together
    ]
    assert any(one.fired for one in alone)


def test_the_last_event_of_all_tables(tmp_path: Path) -> None:
    read, found = tables(tmp_path / "data", EVENTS), detections(tmp_path, [rule(1, "Signins | join Devices on User")])
    with opened(read, found, LIMITS) as shared:
        assert shared.latest() == at(2)
    read, found = tables(tmp_path / "none", {"Signins": []}), detections(tmp_path, [rule(1, "Signins | count")])
    with opened(read, found, LIMITS) as shared:
        assert shared.latest() is None


def test_missing_tables_are_told_together(tmp_path: Path) -> None:
    told: list[str] = []
    read = tables(tmp_path / "data", EVENTS, told)
    found = detections(tmp_path, [rule(1, "Devices | join Staff on User"), rule(2, "Devices | count")])
    with opened(read, found, LIMITS):
        pass
    assert told == [f"Devices, Staff are empty: {tmp_path / 'data'} has no file or folder of this name"]


def test_now_is_the_time_of_the_run(tmp_path: Path) -> None:
    (found,) = swept(tmp_path, rule(1, "Signins | take 1 | project Time = now()"))
    assert found.result is not None
    assert found.result.rows == ((at(2),),)
