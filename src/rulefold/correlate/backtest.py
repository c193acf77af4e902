"""What a detection would have found at each time at which it would have run."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rulefold.correlate.sweep import Shared, kept_cadence
from rulefold.kql import Result, Timespan
from rulefold.model import Detection


@dataclass(frozen=True, slots=True)
class Run:
    """One run: its time, what it saw, what it found, and whether that is an alert."""

    at: datetime
    timespan: Timespan
    result: Result
    count: int
    alert: bool


def backtest(shared: Shared, detection: Detection, start: datetime, end: datetime, *, most: int) -> Iterator[Run]:
    """The runs of an analytics rule between two times, the first one frequency behind the start.

    Raises QueryError; a hunting query has no runs.
    """
    runs = kept_cadence(detection)
    if runs is None:
        return
    for at in runs.times(start, end):
        timespan = runs.sees(at)
        result, count = shared.found(detection, at, timespan, most)
        yield Run(at, timespan, result, count, runs.alerts(count))
