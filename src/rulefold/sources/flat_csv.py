"""CSV files of flattened rows: one row a tactic, technique, platform, connector and data type, as on the pages.

The columns are the fourteen fields of a page with title, description and query, named without regard to case and
blanks, in any order.  A row becomes an entry, and folds with others like one of a page.  Form: RFC 4180, with commas,
semicolons or tabs.  The reader of the standard library tells no columns, limits the length of a cell, and forgives an
open quote.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rulefold import codes
from rulefold.diagnostics import Code
from rulefold.entries import FIELDS, bare_description
from rulefold.model import Entry, Where
from rulefold.sources.found import Found, damage_at
from rulefold.text import Source, Span

DELIMITERS = (",", ";", "\t")
COLUMNS = {name.lower(): attribute for name, attribute in FIELDS.items()} | {
    "title": "title",
    "description": "description",
    "query": "query",
}
_NEEDED = ("title", "query")
_BLANKS = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, and where that stands."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Record:
    """A row of cells with the stretch it stands in; `fault` is the offset and the name of what ends its reading."""

    cells: tuple[Cell, ...]
    span: Span
    fault: tuple[int, str] | None = None


def read(source: Source) -> Found:
    """The rows of a file."""
    found = Found(source)
    delimiter = delimiter_of(source.text)
    records = _records(source.text, delimiter)
    header = next(records, None)
    columns = _columns(header, found) if header else None
    if header is None:
        found.skip("an empty file")
    elif columns is None:
        found.reject(found.whole)
    else:
        found.header = header.span
        for record in records:
            if record.fault or any(cell.text for cell in record.cells):
                _read_record(record, columns, found)
    return found


def delimiter_of(text: str) -> str:
    """What stands between the cells: of the three there are, that which makes most of the header."""
    return max(DELIMITERS, key=lambda delimiter: len(known_columns(text, delimiter)))


def known_columns(text: str, delimiter: str) -> set[str]:
    """The names of columns in the first row that are known, in lower case."""
    header = next(_records(text, delimiter), None)
    return {_column(cell.text) for cell in header.cells} & COLUMNS.keys() if header else set()


def _column(name: str) -> str:
    return _BLANKS.sub("", name).lower()


def _columns(header: Record, found: Found) -> list[str | None] | None:
    """The field of each column, None for a column that is none; None where rows cannot be read with them."""
    names = [_column(cell.text) for cell in header.cells]
    faults = len(found.diagnostics)
    for n, (name, cell) in enumerate(zip(names, header.cells, strict=True)):
        if name in names[:n] and name in COLUMNS:
            found.tell(codes.REPEATED_KEY, cell.span.start, f"found the column {cell.text} a second time")
        elif name not in COLUMNS:
            found.lose(cell.text.strip() or "a column without a name", cell.span.start)
    missing = [name for name in COLUMNS if name not in names]
    needed = [name for name in missing if name in _NEEDED]
    if needed or {"detectionid", "detectionurl"} <= set(missing):
        names_needed = ", ".join([*needed] or ["DetectionId or DetectionUrl"])
        found.tell(codes.MISSING_PART, header.span.start, f"found no column {names_needed}")
    if len(found.diagnostics) > faults:
        return None
    if missing:
        spelled = {name.lower(): name for name in FIELDS}
        shown = ", ".join(spelled.get(name, name) for name in missing)
        found.tell(codes.MISSING_FIELD, header.span.start, f"found no column {shown}")
    return [COLUMNS.get(name) for name in names]


def _read_record(record: Record, columns: list[str | None], found: Found) -> None:
    fault = _fault(record, columns, found.source)
    if fault:
        found.tell(*fault)
        found.reject(record.span)
        return
    fields = {name: cell for name, cell in zip(columns, record.cells, strict=True) if name}
    values: dict[str, str | None] = {name: cell.text.strip() or None for name, cell in fields.items()}
    query = fields["query"].text
    values |= {"query": query, "description": _description(values.get("description") or "")}
    empty = next((message for message in _empty(values)), None)
    if empty:
        code, message = empty
        found.tell(code, record.span.start, message)
        found.reject(record.span)
        return
    if not query.strip():
        found.tell(codes.EMPTY_QUERY, fields["query"].span.start, "found an empty query")
    line = found.lines.line(record.span.start)
    where = Where(
        found.source,
        record.span,
        line,
        found.source.last_line(record.span, line),
        {name: cell.span for name, cell in fields.items()},
    )
    found.read += 1
    found.entries.append(Entry(where=where, **values))


def _empty(values: dict[str, str | None]) -> Iterator[tuple[Code, str]]:
    """What a row must say and does not."""
    if not values["title"]:
        yield codes.NO_TITLE, "found an empty title"
    if not values.get("id") and not values.get("url"):
        yield codes.NO_IDENTITY, "found neither a DetectionId nor a DetectionUrl, expected at least one of them"


def _fault(record: Record, columns: list[str | None], source: Source) -> tuple[Code, int, str] | None:
    if (damage := source.damage(record.span)) is not None:
        return codes.INVALID_TEXT, damage, f"found {damage_at(source, damage)}, expected UTF-8 text"
    if record.fault:
        return codes.UNREADABLE_CSV, *record.fault
    if len(record.cells) != len(columns):
        message = f"found {len(record.cells)} cells in the row, expected {len(columns)}"
        return codes.UNREADABLE_CSV, record.span.start, message
    return None


@lru_cache(maxsize=64)
def _description(text: str) -> str:
    return bare_description(text)


def _cell_pattern(delimiter: str) -> "re.Pattern[str]":
    mark = re.escape(delimiter)
    return re.compile(rf'(?:"((?:[^"]++|"")*+)"|(?!")([^{mark}\n]*+))({mark}|\n|\Z)?')


def _records(text: str, delimiter: str) -> Iterator[Record]:
    """The rows of a text.  After a fault, reading goes on with the next line."""
    pattern = _cell_pattern(delimiter)
    start = 0
    while start < len(text):
        cells: list[Cell] = []
        at, fault = start, None
        while True:
            found = pattern.match(text, at)
            if not found or (not found[3] and found.end() < len(text)):
                fault, at = _quote_fault(text, at, found)
                break
            quoted, bare, end = found[1], found[2], found[3]
            group = 2 if quoted is None else 1
            cells.append(Cell(bare if quoted is None else quoted.replace('""', '"'), Span(*found.span(group))))
            at = found.end()
            if end != delimiter:
                break
        yield Record(tuple(cells), Span(start, at), fault)
        start = at


def _quote_fault(text: str, at: int, found: "re.Match[str] | None") -> tuple[tuple[int, str], int]:
    """What is wrong with a quoted cell, and where the reading goes on."""
    if found is None:
        lines = text.count("\n", at)
        return (at, f"found no end of the quoted cell that begins here; it swallows {lines:,} lines"), len(text)
    message = f"found {text[found.end()]!r} behind a quoted cell, expected a delimiter"
    return (found.end(), message), text.find("\n", found.end()) + 1 or len(text)
