"""Each rule's query as SQL, in a file of its own."""

from collections.abc import Mapping

from rulefold.model import Catalogue, Detection
from rulefold.version import __version__

_NOTES = (
    "Timespans are BIGINT, in ticks of 100 ns; dynamic values are JSON; times are TIMESTAMP, in UTC.",
    "A string that is NULL in a table is an empty one.",
)


def emit(catalogue: Catalogue, statements: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """`sql/<dialect>/<key>.sql`; `statements` are those of each dialect by the keys of detections."""
    return {
        f"sql/{dialect}/{detection.key}.sql": f"{_head(detection, dialect)}\n{texts[detection.key]};\n"
        for dialect, texts in statements.items()
        for detection in catalogue.detections
        if detection.key in texts
    }


def _head(detection: Detection, dialect: str) -> str:
    lines = [
        detection.title,
        f"id: {detection.id}",
        f"reads: {', '.join(detection.tables or ()) or 'no table'}",
        *_NOTES,
        f"Compiled from KQL for {dialect} by rulefold {__version__}.",
    ]
    return "".join(f"-- {' '.join(line.split())}\n" for line in lines)
