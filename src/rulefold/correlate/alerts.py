"""When a detection runs, what it sees then, and whether what it finds is an alert: Sentinel's rules for each kind.

https://learn.microsoft.com/azure/sentinel/scheduled-rules-overview
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import eq, gt, lt, ne

from rulefold.kql import Timespan
from rulefold.model import Detection

NEAR_REAL_TIME = timedelta(minutes=1)
_TRIGGERS: Mapping[str, Callable[[int, int], bool]] = {"gt": gt, "lt": lt, "eq": eq, "ne": ne}


class ScheduleError(ValueError):
    """A schedule that cannot be kept; the message says what was found."""


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often a rule runs, how far it looks back, and at how many rows it gives an alert."""

    frequency: timedelta
    period: timedelta
    operator: str = "gt"
    threshold: int = 0

    def sees(self, now: datetime) -> Timespan:
        """What a run at this time sees."""
        return Timespan(now - self.period, now)

    def alerts(self, rows: int) -> bool:
        """Whether so many rows are an alert."""
        return _TRIGGERS[self.operator](rows, self.threshold)

    def times(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """The times at which the rule runs between two others: first one frequency behind the start."""
        now = start + self.frequency
        while now <= end:
            yield now
            now += self.frequency


def cadence(detection: Detection) -> Cadence | None:
    """The cadence of an analytics rule; None for a hunting query, which has none.

    A rule without a schedule is a near-real-time one: it runs each minute over the last one.  Raises ScheduleError.
    """
    if detection.type == "Hunting":
        return None
    schedule = detection.schedule
    if schedule is None or not (schedule.query_frequency or schedule.query_period):
        return Cadence(NEAR_REAL_TIME, NEAR_REAL_TIME)
    frequency, period, threshold = schedule.frequency, schedule.period, schedule.trigger_threshold
    for name, duration, written in (
        ("frequency", frequency, schedule.query_frequency),
        ("period", period, schedule.query_period),
    ):
        if not duration or duration < timedelta(0):
            raise ScheduleError(f"found {written or 'no'} query {name}, expected a duration such as 1h")
    operator = schedule.trigger_operator or "gt"
    if operator not in _TRIGGERS:
        raise ScheduleError(f"found the trigger operator {operator}, expected one of {', '.join(_TRIGGERS)}")
    if not isinstance(threshold, int | None):
        raise ScheduleError(f"found the trigger threshold {threshold}, expected a whole number")
    return Cadence(frequency or NEAR_REAL_TIME, period or NEAR_REAL_TIME, operator, threshold or 0)
