"""What a detection would have found at each time at which it would have run."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rulefold.correlate.sweep import Shared, kept_cadence
from rulefold.kql import Result, Timespan
from rulefold.model import Detection


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its time, what it saw, what it found, and whether that is an alert.

    There is no result where the tables have nothing that it could find.
    """

    at: datetime
    timespan: Timespan
    count: int
    alert: bool
    result: Result | None = None


def backtest(shared: Shared, detection: Detection, start: datetime, end: datetime, *, most: int) -> Iterator[Run]:
    """The runs of an analytics rule between two times, the first one frequency behind the start.

    Raises QueryError; a hunting query has no runs.
    """
    runs = kept_cadence(detection)
    if runs is None:
        return
    asked = shared.prepared(detection)
    asked.check(start)
    for at in runs.times(start, end):
        timespan = runs.sees(at)
        if asked.surely_nothing(at, timespan):
            yield Run(at, timespan, 0, runs.alerts(0))
        else:
            result, count = asked.found(at, timespan, most)
            yield Run(at, timespan, count, runs.alerts(count), result)
