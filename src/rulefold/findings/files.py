"""Findings for other tools: JSON and Parquet."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from rulefold.findings.entries import Entry
from rulefold.kql import Result, Table, Timespan
from rulefold.kql.engines import ENGINES
from rulefold.kql.engines.limits import Limits
from rulefold.kql.running import lowered
from rulefold.kql.written import json_line, written
from rulefold.result_text import row_objects

_FINDINGS = {"detection": "string", "title": "string", "at": "datetime", "row": "dynamic"}


def findings(entry: Entry, now: datetime) -> Iterator[tuple[datetime, Result]]:
    """The times at which a detection has found something, and the rows."""
    if entry.times:
        yield from ((run.at, run.result) for run in entry.alerts if run.result is not None)
    elif entry.result is not None:
        yield now, entry.result


def lines(entry: Entry, now: datetime) -> Iterator[str]:
    """A line of JSON for each row: the detection, the time of the run, and the row."""
    for at, result in findings(entry, now):
        head = {"detection": entry.detection.key, "title": entry.detection.title, "at": written(at)}
        yield from (f"{json_line({**head, 'row': row})}\n" for row in row_objects(result))


def write_parquet(entries: Iterable[Entry], now: datetime, path: Path) -> None:
    """The same in a file of Parquet, rows as JSON.  Raises OSError where it cannot be written."""
    rows = [
        (entry.detection.key, entry.detection.title, at, row)
        for entry in entries
        for at, result in findings(entry, now)
        for row in row_objects(result)
    ]
    with ENGINES["duckdb"](Limits.of()) as session:
        session.load("findings", Table(_FINDINGS, rows))
        session.close_off()
        session.write_parquet(lowered(session, "findings"), path)


def as_data(entries: Iterable[Entry], now: datetime, span: Timespan | None) -> dict[str, object]:
    """All entries as JSON has them, without their rows."""
    data: dict[str, object] = {"now": written(now)}
    if span is not None:
        data |= {"from": written(span.start), "to": written(span.end)}
    return data | {"detections": [_entry(one) for one in entries]}


def _entry(entry: Entry) -> dict[str, object]:
    data: dict[str, object] = {
        "key": entry.detection.key,
        "title": entry.detection.title,
        "type": entry.detection.type,
        "found": str(entry.kind),
        "rows": entry.count,
        "seconds": round(entry.seconds, 3),
    }
    if entry.reason:
        data["reason"] = entry.reason
    if entry.timespan is not None:
        data["sees"] = [written(moment) for moment in entry.timespan]
    if entry.times:
        data["runs"] = entry.times
        data["alerts"] = [{"at": written(run.at), "rows": run.count} for run in entry.alerts]
    return data
