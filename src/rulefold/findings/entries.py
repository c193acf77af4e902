"""What is kept of a detection that was run."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rulefold.correlate.backtest import Run
from rulefold.correlate.sweep import Outcome
from rulefold.kql import Result, Timespan
from rulefold.model import Detection


class Kind(StrEnum):
    """How a detection ended."""

    ALERT = "alert"
    ROWS = "rows"
    QUIET = "nothing"
    FAILED = "not run"


@dataclass(frozen=True, slots=True)
class Entry:
    """A detection and how it ended.

    `count` is of rows, of which `result` has the first ones; `seconds` is how long it took; `reason` why it was not
    run.  A backtest has `times`, how often it ran, and the runs that were an alert.
    """

    detection: Detection
    kind: Kind
    count: int = 0
    seconds: float = 0.0
    reason: str = ""
    timespan: Timespan | None = None
    result: Result | None = None
    times: int = 0
    alerts: tuple[Run, ...] = ()


def of_outcome(outcome: Outcome) -> Entry:
    """What is kept of one run."""
    if outcome.error is not None:
        return Entry(outcome.detection, Kind.FAILED, seconds=outcome.seconds, reason=outcome.error.diagnostic.message)
    kind = Kind.ALERT if outcome.alert else Kind.ROWS if outcome.fired else Kind.QUIET
    return Entry(outcome.detection, kind, outcome.count, outcome.seconds, "", outcome.timespan, outcome.result)


def of_backtest(detection: Detection, runs: Sequence[Run], seconds: float) -> Entry:
    """What is kept of a backtest."""
    alerts = tuple(run for run in runs if run.alert)
    kind = Kind.ALERT if alerts else Kind.QUIET
    return Entry(detection, kind, sum(run.count for run in alerts), seconds, times=len(runs), alerts=alerts)
