"""The page of a run: what was found first, then what was not run, then the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from rulefold.findings.entries import Entry, Kind
from rulefold.html_text.environment import render
from rulefold.kql import Result, Timespan
from rulefold.result_text import cells
from rulefold.version import __version__

PAGE = "run.html"
_ROWS, _COLUMNS, _BARS = 20, 12, 60
_SLOWEST = 10


@dataclass(frozen=True, slots=True)
class Rows:
    """The first rows of a result as text, and how many more there are of rows and columns."""

    names: Sequence[str]
    rows: Sequence[Sequence[str]]
    more_rows: int
    more_columns: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of the time of a backtest: when it begins, its alerts, and their number on a scale of 0 to 4."""

    at: str
    alerts: int
    shade: int


@dataclass(frozen=True, slots=True)
class Finding:
    """A detection that has found something."""

    title: str
    key: str
    kind: str
    severity: str
    count: int
    seen: str
    rows: Rows | None
    runs: int
    alerts: Sequence[tuple[str, int]]
    more_alerts: int
    bars: Sequence[Bar]


def page(entries: Sequence[Entry], now: datetime, span: Timespan | None, data: str) -> str:
    """`run.html`, a page without script that asks for nothing; `data` is the name of the folder of events."""
    found = sorted((one for one in entries if one.kind in (Kind.ALERT, Kind.ROWS)), key=_rank)
    return render(
        __name__.rpartition(".")[0],
        "run.html",
        data=data,
        now=_moment(now),
        span=None if span is None else (_moment(span.start), _moment(span.end)),
        counts={kind: sum(one.kind is kind for one in entries) for kind in Kind},
        total=len(entries),
        findings=[_finding(one, span) for one in found],
        failed=[(one.detection.title, one.detection.key, one.reason) for one in entries if one.kind is Kind.FAILED],
        quiet=[(one.detection.title, one.detection.key) for one in entries if one.kind is Kind.QUIET],
        slowest=_slowest(entries),
        version=__version__,
    )


def _rank(entry: Entry) -> tuple[bool, int, str]:
    severities = ("High", "Medium", "Low", "Informational")
    severity = entry.detection.severity or ""
    rank = severities.index(severity) if severity in severities else len(severities)
    return entry.kind is not Kind.ALERT, rank, entry.detection.key


def _finding(entry: Entry, span: Timespan | None) -> Finding:
    detection = entry.detection
    first = next((run.result for run in entry.alerts if run.result is not None), None) if entry.times else entry.result
    count = entry.alerts[0].count if entry.alerts else entry.count
    return Finding(
        title=detection.title,
        key=detection.key,
        kind="hunting query" if entry.kind is Kind.ROWS else str(entry.kind),
        severity=detection.severity or "",
        count=entry.count,
        seen=_seen(entry.timespan),
        rows=None if first is None else _rows(first, count),
        runs=entry.times,
        alerts=[(_moment(run.at), run.count) for run in entry.alerts[:_ROWS]],
        more_alerts=max(0, len(entry.alerts) - _ROWS),
        bars=_bars(entry, span) if span is not None else (),
    )


def _rows(result: Result, count: int) -> Rows:
    names = [column.name for column in result.columns]
    shown = [list(row)[:_COLUMNS] for row in islice(cells(result), _ROWS)]
    return Rows(names[:_COLUMNS], shown, max(0, count - len(shown)), max(0, len(names) - _COLUMNS))


def _bars(entry: Entry, span: Timespan) -> list[Bar]:
    """The time in equal parts, each with its alerts."""
    width = (span.end - span.start) / _BARS
    counts = [0] * _BARS
    for run in entry.alerts:
        counts[min(int((run.at - span.start) / width), _BARS - 1)] += 1
    most = max([*counts, 1])
    return [
        Bar(_moment(span.start + number * width), count, -(-4 * count // most)) for number, count in enumerate(counts)
    ]


def _slowest(entries: Sequence[Entry]) -> list[tuple[str, str, str]]:
    slow = sorted(entries, key=lambda one: -one.seconds)[:_SLOWEST]
    return [(one.detection.title, one.detection.key, f"{one.seconds:.2f} s") for one in slow]


def _seen(timespan: Timespan | None) -> str:
    return "all events" if timespan is None else f"{_moment(timespan.start)} to {_moment(timespan.end)}"


def _moment(moment: datetime) -> str:
    """A time to the minute, or to the second where that counts."""
    return f"{moment.strftime('%Y-%m-%d %H:%M:%S' if moment.second else '%Y-%m-%d %H:%M')} UTC"
