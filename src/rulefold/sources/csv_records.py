"""Rows of CSV with the place of every cell.

Form: RFC 4180, with commas, semicolons or tabs.  The reader of the standard library tells no columns, limits the length
of a cell, and forgives a quote that is not closed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from rulefold import codes
from rulefold.sources.found import Found, damage_at
from rulefold.text import Span

DELIMITERS = (",", ";", "\t")
DAMAGE = re.compile("[\0\udc80-\udcff]")
NOT_UTF8 = re.compile("[\udc80-\udcff]")
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

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in the row."""
        return not self.fault and not any(cell.text for cell in self.cells)


def column(name: str) -> str:
    """The name of a column without blanks and case."""
    return _BLANKS.sub("", name).lower()


def known_columns(text: str, delimiter: str, known: frozenset[str]) -> set[str]:
    """The columns in the first row of a text that are among those known."""
    header = next(records(text, delimiter), None)
    return {column(cell.text) for cell in header.cells} & known if header else set()


def delimiter_of(text: str, known: frozenset[str]) -> str:
    """What stands between the cells: of the three there are, that which finds most known columns."""
    return max(DELIMITERS, key=lambda delimiter: len(known_columns(text, delimiter, known)))


@cache
def _cell_pattern(delimiter: str) -> "re.Pattern[str]":
    mark = re.escape(delimiter)
    return re.compile(rf'(?:"((?:[^"]++|"")*+)"|(?!")([^{mark}\n]*+))({mark}|\n|\Z)?')


def records(text: str, delimiter: str) -> Iterator[Record]:
    """The rows of a text.  After a fault, reading goes on with the next line."""
    pattern = _cell_pattern(delimiter)
    start = 0
    while start < len(text):
        cells: list[Cell] = []
        at, fault = start, None
        while True:
            found = pattern.match(text, at)
            if not found or (not found[3] and found.end() < len(text)):
                fault, at = _fault(text, at, found)
                break
            quoted, bare, end = found[1], found[2], found[3]
            group = 2 if quoted is None else 1
            cells.append(Cell(bare if quoted is None else quoted.replace('""', '"'), Span(*found.span(group))))
            at = found.end()
            if end != delimiter:
                break
        yield Record(tuple(cells), Span(start, at), fault)
        start = at


def _fault(text: str, at: int, found: "re.Match[str] | None") -> tuple[tuple[int, str], int]:
    """What is wrong with a quoted cell, and where the reading goes on."""
    if found is None:
        lines = text.count("\n", at)
        return (at, f"found no end of the quoted cell that begins here; it swallows {lines:,} lines"), len(text)
    message = f"found {text[found.end()]!r} behind a quoted cell, expected a delimiter"
    return (found.end(), message), text.find("\n", found.end()) + 1 or len(text)


def found_fault(record: Record, cells: int, found: Found, damage: "re.Pattern[str]" = DAMAGE) -> bool:
    """Whether a row cannot be read, and so is rejected; `damage` is what no cell may hold."""
    if bad := damage.search(found.source.text, *record.span):
        message = f"found {damage_at(found.source, bad.start())}, expected UTF-8 text"
        found.tell(codes.INVALID_TEXT, bad.start(), message)
    elif record.fault:
        found.tell(codes.UNREADABLE_CSV, *record.fault)
    elif len(record.cells) != cells:
        message = f"found {len(record.cells)} cells in the row, expected {cells}"
        found.tell(codes.UNREADABLE_CSV, record.span.start, message)
    else:
        return False
    found.reject(record.span)
    return True
