"""The catalogue's detections as a table: one row a detection, cells guarded as `csv_text` says."""

import json

from rulefold.csv_text import as_csv
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


def emit(catalogue: Catalogue, _: Options) -> Emitted:
    """`detections.csv`; sets are JSON lists, and connectors a JSON list of objects."""
    text = as_csv(COLUMNS, map(_row, catalogue.detections), "\r\n").decode()  # line ends: RFC 4180
    lost = (
        Loss(None, name, "about the pages, and not in the table")
        for name in _UNHELD
        if any(getattr(d, name) not in (None, (), _NOTHING) for d in catalogue.detections)
    )
    return Emitted({"detections.csv": text}, tuple(lost))


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
