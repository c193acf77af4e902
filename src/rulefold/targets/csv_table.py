"""The catalogue's detections as a table: one row a detection.

A cell that a spreadsheet could take for a formula has an apostrophe before it, and so has one that begins with an
apostrophe: whoever reads the file with a program takes one away.  Source: OWASP, CSV Injection.
"""

import csv
import io
import json

from rulefold.model import Catalogue, Detection, Inferred
from rulefold.targets.frame import Emitted, Loss, Options

COLUMNS = (
    *("id", "key", "title", "description", "type", "severity"),
    *("query_frequency", "query_period", "trigger_operator", "trigger_threshold"),
    *("tactics", "techniques", "platforms", "data_types", "connectors"),
    *("url", "ingested_date", "query"),
)
_UNHELD = ("rows", "inferred", "same_query", "conflicts", "sources", "notes")
_NOTHING = Inferred()
_GUARDED = ("=", "+", "-", "@", "\t", "\r", "'")


def emit(catalogue: Catalogue, _: Options) -> Emitted:
    """`detections.csv`; sets are JSON lists, and connectors a JSON list of objects."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")  # RFC 4180
    writer.writerow(COLUMNS)
    writer.writerows([guarded(cell) for cell in _row(d)] for d in catalogue.detections)
    lost = (
        Loss(None, name, "about the pages, and not in the table")
        for name in _UNHELD
        if any(getattr(d, name) not in (None, (), _NOTHING) for d in catalogue.detections)
    )
    return Emitted({"detections.csv": text.getvalue()}, tuple(lost))


def _row(d: Detection) -> tuple[str, ...]:
    schedule = d.schedule
    threshold = schedule.trigger_threshold if schedule else None
    connectors = [c.model_dump(exclude_none=True) for c in d.connectors]
    return (
        *(d.id, d.key, d.title, d.description, d.type or "", d.severity or ""),
        *((schedule and schedule.query_frequency) or "", (schedule and schedule.query_period) or ""),
        *((schedule and schedule.trigger_operator) or "", "" if threshold is None else str(threshold)),
        *(_json(values) for values in (d.tactics, d.techniques, d.platforms, d.data_types)),
        *(_json(connectors), d.url or "", d.ingested_date or "", d.query),
    )


def _json(values: object) -> str:
    return json.dumps(values, ensure_ascii=False)


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; an apostrophe at its beginning is always to be taken away."""
    return f"'{cell}" if cell.startswith(_GUARDED) else cell
