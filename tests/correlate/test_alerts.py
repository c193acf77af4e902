"""When rules run, what they see, and what is an alert."""

from datetime import timedelta
from pathlib import Path

import pytest

from rulefold.correlate import Cadence, ScheduleError, cadence
from rulefold.kql import Timespan
from rulefold.model import Detection
from tests.correlate.events import at, detections, rule


def only(folder: Path, **fields: str) -> Detection:
    (found,) = detections(folder, [rule(1, "Signins | project User", **fields)])
    return found


def test_a_schedule_says_how_often_how_far_back_and_from_how_many_rows(tmp_path: Path) -> None:
    found = cadence(
        only(tmp_path, query_frequency="30m", query_period="2h", trigger_operator="gt", trigger_threshold="3")
    )
    assert found == Cadence(timedelta(minutes=30), timedelta(hours=2), "gt", 3)


def test_a_rule_without_a_schedule_runs_each_minute_over_the_last_one(tmp_path: Path) -> None:
    nothing = dict.fromkeys(("query_frequency", "query_period", "trigger_operator", "trigger_threshold"), "")
    assert cadence(only(tmp_path, **nothing)) == Cadence(timedelta(minutes=1), timedelta(minutes=1), "gt", 0)


def test_a_hunting_query_has_no_cadence(tmp_path: Path) -> None:
    assert cadence(only(tmp_path, type="Hunting")) is None


@pytest.mark.parametrize(
    ("operator", "counts"),
    [("gt", [3, 4]), ("lt", [0, 1]), ("eq", [2]), ("ne", [0, 1, 3, 4])],
)
def test_the_trigger_decides(operator: str, counts: list[int]) -> None:
    hour = timedelta(hours=1)
    runs = Cadence(hour, hour, operator, 2)
    assert [count for count in range(5) if runs.alerts(count)] == counts


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"query_period": "soon"}, "found soon query period, expected a duration such as 1h"),
        ({"query_frequency": "0m"}, "found 0m query frequency, expected a duration such as 1h"),
        ({"query_frequency": ""}, "found no query frequency, expected a duration such as 1h"),
        ({"trigger_operator": "above"}, "found the trigger operator above, expected one of gt, lt, eq, ne"),
        ({"trigger_threshold": "many"}, "found the trigger threshold many, expected a whole number"),
    ],
)
def test_a_schedule_that_cannot_be_kept(tmp_path: Path, fields: dict[str, str], message: str) -> None:
    with pytest.raises(ScheduleError) as error:
        cadence(only(tmp_path, **fields))
    assert str(error.value) == message


def test_runs_are_a_frequency_apart_and_see_the_period_before_them() -> None:
    runs = Cadence(timedelta(hours=2), timedelta(hours=3))
    times = list(runs.times(at(0), at(7)))
    assert times == [at(2), at(4), at(6)]
    assert runs.sees(times[0]) == Timespan(at(-1), at(2))


def test_the_last_run_may_be_at_the_end() -> None:
    hour = timedelta(hours=1)
    assert list(Cadence(hour, hour).times(at(0), at(2))) == [at(1), at(2)]
    assert list(Cadence(hour, hour).times(at(0), at(0.9))) == []
