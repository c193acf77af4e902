"""The table of detections that `rulefold export csv` writes: one row a detection, sets as JSON lists.

Detections are taken as they are.  The table does not hold their rows, so each is taken to have the whole product of its
values, as a rule in YAML is.
"""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from rulefold import codes
from rulefold.csv_text import unguarded
from rulefold.model import Connector, Detection, PageLines, Rows, Schedule, parse_threshold
from rulefold.sources.csv_records import NOT_UTF8, Cell, Record, column, found_fault
from rulefold.sources.found import Found

_TEXTS = ("id", "key", "title", "description", "type", "severity", "url", "ingested_date", "query")
_SCHEDULE = ("query_frequency", "query_period", "trigger_operator", "trigger_threshold")
_LISTS = ("tactics", "techniques", "platforms", "data_types")
COLUMNS = frozenset((*_TEXTS, *_SCHEDULE, *_LISTS, "connectors"))
_SIGNS = {"key", "title", "query", "tactics", "connectors"}

T = TypeVar("T")
_LIST = TypeAdapter(tuple[str, ...])
_CONNECTORS = TypeAdapter(tuple[Connector, ...])


def is_table(header: Record) -> bool:
    """Whether a header is that of a table of detections."""
    return {column(cell.text) for cell in header.cells} >= _SIGNS


def read_table(header: Record, records: Iterator[Record], found: Found) -> None:
    """Read the rows below a header into detections."""
    names = [column(cell.text) for cell in header.cells]
    for n, (name, cell) in enumerate(zip(names, header.cells, strict=True)):
        if name in names[:n]:
            found.tell(codes.REPEATED_KEY, cell.span.start, f"found the column {cell.text} a second time")
        elif name not in COLUMNS:
            found.lose(cell.text.strip() or "a column without a name", cell.span.start)
    if found.diagnostics:
        found.reject(found.whole)
        return
    found.header = header.span
    for record in records:
        if found.gives_up(record.span.start):
            break
        if record.is_blank or found_fault(record, len(names), found, NOT_UTF8):
            continue
        cells = dict(zip(names, record.cells, strict=True))
        try:
            detection = _detection(cells, record, found)
        except _InvalidError as error:
            found.tell(codes.NO_DETECTION, error.cell.span.start, f"found no detection: {error}")
            found.reject(record.span)
        else:
            found.read += 1
            found.detections.append((detection, found.lines.place(record.span.start)))


class _InvalidError(Exception):
    """A cell that holds no list of the kind its column wants."""

    def __init__(self, cell: Cell, message: str) -> None:
        super().__init__(message)
        self.cell = cell


def _detection(cells: Mapping[str, Cell], record: Record, found: Found) -> Detection:
    texts = {name: value for name in (*_TEXTS, *_SCHEDULE) if (value := _unguarded(cells.get(name)))}
    schedule = _schedule({name: texts.pop(name) for name in _SCHEDULE if name in texts})
    lists = {name: _parsed(_LIST, name, cells) for name in _LISTS}
    connectors = _parsed(_CONNECTORS, "connectors", cells)
    size = max(1, sum(max(1, len(c.data_types)) * max(1, len(c.platforms)) for c in connectors))
    size *= max(1, len(lists["tactics"])) * max(1, len(lists["techniques"]))
    line, last = found.lines.line(record.span.start), found.source.last_line(record.span, 0)
    values = {
        **dict.fromkeys(("id", "key", "title", "query"), ""),
        **texts,
        **lists,
        "connectors": connectors,
        "schedule": schedule,
        "rows": Rows(seen=size, product=size),
        "sources": (PageLines(page=found.source.name, lines=((line, line + last),)),),
    }
    return Detection.model_validate(values)


def _schedule(texts: dict[str, str]) -> Schedule | None:
    threshold = parse_threshold(texts.get("trigger_threshold", ""))
    values = texts if threshold is None else {**texts, "trigger_threshold": threshold}
    return Schedule.model_validate(values) if values else None


def _unguarded(cell: Cell | None) -> str:
    """The text of a cell without the apostrophe that keeps a spreadsheet from taking it for a formula."""
    return unguarded(cell.text) if cell else ""


def _parsed(kind: TypeAdapter[tuple[T, ...]], name: str, cells: Mapping[str, Cell]) -> tuple[T, ...]:
    cell = cells.get(name)
    if cell is None or not cell.text.strip():
        return ()
    try:
        return kind.validate_json(_unguarded(cell).encode())
    except ValidationError as error:
        reason = error.errors(include_url=False)[0]["msg"]
        raise _InvalidError(cell, f"{name}: {reason[0].lower()}{reason[1:]}") from error
