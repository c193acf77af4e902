"""CSV files of flattened rows: one row a tactic, technique, platform, connector and data type, as on the pages.

The columns are the fourteen fields of a page with title, description and query, named without regard to case and
blanks, in any order.  A row becomes an entry, and folds with others like one of a page.
"""

from collections.abc import Iterator
from functools import lru_cache

from rulefold import codes
from rulefold.diagnostics import Code
from rulefold.entries import FIELDS, bare_description
from rulefold.model import Entry, Where
from rulefold.sources import table_csv
from rulefold.sources.csv_records import Record, column, delimiter_of, found_fault, records
from rulefold.sources.found import Found
from rulefold.text import Source

COLUMNS = {name.lower(): attribute for name, attribute in FIELDS.items()} | {
    "title": "title",
    "description": "description",
    "query": "query",
}
KNOWN = frozenset(COLUMNS) | table_csv.COLUMNS
_NEEDED = ("title", "query")


def read(source: Source) -> Found:
    """The rows of a file: flattened rows, or the table of detections that an export writes."""
    found = Found(source)
    rows = records(source.text, delimiter_of(source.text, KNOWN))
    header = next(rows, None)
    if header is None:
        found.skip("an empty file")
    elif table_csv.is_table(header):
        table_csv.read_table(header, rows, found)
    elif (columns := _columns(header, found)) is None:
        found.reject(found.whole)
    else:
        found.header = header.span
        for record in rows:
            if found.gives_up(record.span.start):
                break
            if not record.is_blank:
                _read_record(record, columns, found)
    return found


def _columns(header: Record, found: Found) -> list[str | None] | None:
    """The field of each column, None for a column that is none; None where rows cannot be read with them."""
    names = [column(cell.text) for cell in header.cells]
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
    if found_fault(record, len(columns), found):
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


@lru_cache(maxsize=64)
def _description(text: str) -> str:
    return bare_description(text)
