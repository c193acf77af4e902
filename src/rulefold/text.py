"""Source texts and positions in them.

Offsets are counted in characters of `Source.text`; lines and columns start at 1.
"""

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, Self

BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\r|\n|\Z")
_DAMAGE = re.compile("[\0\udc80-\udcff]")


class Span(NamedTuple):
    """A half-open range of offsets."""

    start: int
    end: int


class Place(NamedTuple):
    """A position as people name it: file, line and column, both counted from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A page: its name, its bytes, and its text.

    The text has no byte-order mark and ends its lines with a single line feed.  A byte that is not UTF-8 stands in it
    as a lone surrogate (PEP 383), so that nothing is lost.  `damaged` says whether there is such a byte, or a NUL.
    """

    name: str
    data: bytes
    text: str
    damaged: bool

    @classmethod
    def decode(cls, name: str, data: bytes) -> Self:
        """A page from its bytes."""
        body = data.removeprefix(BOM)
        try:
            text, damaged = body.decode("utf-8"), b"\0" in body
        except UnicodeDecodeError:
            text, damaged = body.decode("utf-8", "surrogateescape"), True
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        return cls(name, data, text, damaged)

    def place(self, offset: int) -> Place:
        """The line and column of an offset."""
        return self.place_after(Span(0, offset), 1)

    def place_after(self, reach: Span, line: int) -> Place:
        """The place of `reach.end`, given that `reach.start` begins the line numbered `line`."""
        text = self.text
        last_break = text.rfind("\n", reach.start, reach.end)
        line_start = reach.start if last_break < 0 else last_break + 1
        return Place(self.name, line + text.count("\n", reach.start, reach.end), reach.end - line_start + 1)

    def last_line(self, span: Span, line: int) -> int:
        """The number of the last line of `span`, given that it begins the line numbered `line`."""
        return line + self.text.count("\n", span.start, span.end) - (self.text[span.end - 1] == "\n")

    def line_at(self, offset: int) -> str:
        """The line in which an offset lies, without its end."""
        start = self.text.rfind("\n", 0, offset) + 1
        end = self.text.find("\n", offset)
        return self.text[start : None if end < 0 else end]

    def damage(self, span: Span) -> int | None:
        """The offset of the first NUL or byte that is not UTF-8 in `span`."""
        found = _DAMAGE.search(self.text, span.start, span.end) if self.damaged else None
        return found.start() if found else None

    def raw(self, parts: Iterable[tuple[Span, int, int]]) -> Iterator[bytes]:
        """The bytes of spans of whole lines, each given with the numbers of its first and its last line."""
        if b"\r" in self.data:
            yield from self.raw_lines((first, last) for _, first, last in parts)
            return
        for span, _, _ in parts:
            yield self.text[span.start : span.end].encode("utf-8", "surrogateescape")

    def raw_lines(self, ranges: Iterable[tuple[int, int]]) -> Iterator[bytes]:
        """For each (first, last) pair of line numbers, in their order, the bytes of those lines with their ends."""
        data = self.data.removeprefix(BOM)
        ends = _LINE_END.finditer(data)  # not splitlines: a page of line ends would take a hundred times its size
        line, start = 1, 0
        for first, last in ranges:
            start = _end(islice(ends, first - line), start)
            stop = _end(islice(ends, last + 1 - first), start)
            yield data[start:stop]
            line, start = last + 1, stop


def _end(ends: Iterator[re.Match[bytes]], start: int) -> int:
    """Where the last of some line ends lies, or where they start where there is none."""
    last = deque(ends, maxlen=1)
    return last[0].end() if last else start


class Lines:
    """The places of many offsets in one source; a single one is found as fast by counting."""

    def __init__(self, source: Source) -> None:
        """Find where every line begins."""
        self._name = source.name
        self._starts = [0, *(found.end() for found in re.finditer("\n", source.text))]

    def line(self, offset: int) -> int:
        """The number of the line in which an offset lies."""
        return bisect_right(self._starts, offset)

    def start(self, offset: int) -> int:
        """Where the line begins in which an offset lies."""
        return self._starts[self.line(offset) - 1]

    def place(self, offset: int) -> Place:
        """The line and column of an offset."""
        line = self.line(offset)
        return Place(self._name, line, offset - self._starts[line - 1] + 1)
