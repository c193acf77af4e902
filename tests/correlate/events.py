"""A small catalogue and events for it, as folders."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rulefold.chain import build
from rulefold.correlate import Tables
from rulefold.inputs import find_pages
from rulefold.kql.engines.limits import Limits
from rulefold.model import Detection
from rulefold.workspace import Workspace
from tests import pages_text, seed_events

TABLES = {
    "Signins": {"TimeGenerated": "datetime", "User": "string", "Tries": "long"},
    "Devices": {"TimeGenerated": "datetime", "User": "string", "Device": "string"},
    "Staff": {"User": "string", "Boss": "string"},
}
START = datetime(2024, 5, 1, tzinfo=UTC)
LIMITS = Limits.of("1GB", "60s", 1)


def at(hours: float) -> datetime:
    """So many hours after the start."""
    return START + timedelta(hours=hours)


def rule(number: int, query: str, **fields: str) -> str:
    """The block of an analytics rule that runs each hour over the last one, unless told otherwise."""
    schedule = {
        "type": "Analytics",
        "query_frequency": "1h",
        "query_period": "1h",
        "trigger_operator": "gt",
        "trigger_threshold": "0",
    }
    id_ = pages_text.guid(number)
    return pages_text.block(
        f"Rule {number}", query=query, id=id_, url=f"https://example.org/{number}", **schedule | fields
    )


def detections(folder: Path, rules: Iterable[str]) -> list[Detection]:
    """The detections of a page with these blocks, in their order."""
    page = folder / "page.md"
    page.write_text(pages_text.page(*rules), encoding="utf-8")
    found = build(find_pages([str(page)])).catalogue.detections
    return sorted(found, key=lambda one: one.title)


def tables(folder: Path, events: Mapping[str, list[dict[str, object]]], told: list[str] | None = None) -> Tables:
    """The tables of a folder that these events are written into."""
    seed_events.write(dict(events), folder)
    return Tables(folder, Workspace(TABLES), (told if told is not None else []).append)


def signin(hours: float, user: str = "ada", tries: int = 1) -> dict[str, object]:
    """An event so many hours after the start."""
    return {"TimeGenerated": at(hours).isoformat(), "User": user, "Tries": tries}
