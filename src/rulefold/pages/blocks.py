"""What a page is made of: rule blocks, and where their parts stand."""

import re
from dataclasses import dataclass
from itertools import pairwise

from rulefold.text import Place, Source, Span

HEADING_LINE = re.compile(r"^ {0,3}##(?=[ \t\n]|\Z)", re.MULTILINE)
_CELL_END = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced code block: its lines, the text between the fences, where that starts, and the info string."""

    span: Span
    content: str
    content_start: int
    info: str
    closed: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A rule block: from a heading of the second level to the next one, or to the end of the page.

    Only what stands at the top level of the page is seen.  `tables` has the table of fields first, then any other with
    its columns; without one, the first table there is.  `fences` and `surplus` are what follows the table, or the whole
    block where there is none.  `open` is a code fence or raw HTML that the end of the page cuts off.  A block that was
    not looked into says in `too_large` why.
    """

    source: Source
    span: Span
    line: int
    last_line: int
    title: Span
    description: Span
    tables: tuple[Span, ...]
    fences: tuple[Fence, ...]
    surplus: tuple[Span, ...] = ()
    open: Span | None = None
    too_large: str | None = None

    def place(self, offset: int) -> Place:
        """The line and column of an offset in the block."""
        return self.source.place_after(Span(self.span.start, offset), self.line)


def cells(source: Source, line: Span) -> list[Span]:
    """The cells of a table row, counted on the line itself, blanks around them left out.

    A pipe behind a backslash ends no cell.  Source: GitHub Flavored Markdown, section 4.10.
    """
    text = source.text
    start, end = _trimmed(text, line)
    if start < end and text[start] == "|":
        start += 1
    if end > start and text[end - 1] == "|" and text[end - 2] != "\\":
        end -= 1
    bounds = [start, *(found.end() for found in _CELL_END.finditer(text, start, end)), end + 1]
    return [_trimmed(text, Span(a, b - 1)) for a, b in pairwise(bounds)]


def is_fields_table(source: Source, table: Span) -> bool:
    """Whether a table's columns are Name and Value."""
    header = Span(table.start, source.text.index("\n", table.start))
    return [source.text[cell.start : cell.end] for cell in cells(source, header)] == ["Name", "Value"]


def _trimmed(text: str, span: Span) -> Span:
    start, end = span
    while start < end and text[start] in " \t":
        start += 1
    while end > start and text[end - 1] in " \t":
        end -= 1
    return Span(start, end)
