"""Pages into rule blocks.

A block that has exactly the form of the flattening script is read by a scanner; everything else goes to the Markdown
reader, a stretch at a time.  A stretch begins and ends where a heading at the first column can only be a heading.
"""

import re
from collections.abc import Iterator

from rulefold import codes
from rulefold.diagnostics import Diagnostic
from rulefold.pages.blocks import HEADING_LINE, Block, Fence, cells
from rulefold.pages.scanner import scan_block
from rulefold.text import Source, Span

__all__ = ["HEADING_LINE", "Block", "Fence", "cells", "read_blocks"]

# The Markdown reader takes up to 160 bytes of memory a character, 2 kB a line, and 250 µs a line.
MAX_STRETCH = 4 * 1024 * 1024
MAX_STRETCH_LINES = 250_000

# What becomes of a block takes up to 30 kB of memory where each is a rule of its own, and 100 µs where none is.
MAX_BLOCKS = 25_000
_HEADING_AHEAD = re.compile(r"\n(?=##[ \t\n])")
_PAGE_HEADING = re.compile(r"# [^\n]*\n\n*+(?=## )")


def read_blocks(source: Source, *, scan: bool = True) -> tuple[list[Block], list[Diagnostic]]:
    """The rule blocks of a page in their order, and what is to be said about the page outside of them.

    With `scan=False` the Markdown reader reads all of it; the result is the same.
    """
    blocks: list[Block] = []
    stray: list[tuple[Span, int]] = []
    if "##" in source.text:
        for part, line in _read(source, scan):
            if isinstance(part, Block):
                blocks.append(part)
            else:
                stray.append((part, line))
    return blocks, _page_diagnostics(source, blocks, stray)


def _read(source: Source, scan: bool) -> Iterator[tuple[Block | Span, int]]:
    """Blocks and stray text in the order of the page, each with the line where its stretch begins."""
    text = source.text
    start, line, size = 0, 1, 0
    number = 0
    block: Block | None = None
    if scan and (heading := _PAGE_HEADING.match(text)):
        start, line = heading.end(), 1 + text.count("\n", 0, heading.end())
    while start < len(text):
        if number >= MAX_BLOCKS:
            yield _too_large(source, start, line, f"after {number:,} blocks"), line
            return
        block = scan_block(source, start, line, block) if scan else None
        if block:
            yield block, line
            end, size, number = block.span.end, 0, number + 1
        else:
            end, parts = _read_stretch(source, start, line, size if scan else len(text))
            yield from ((part, line) for part in parts)
            size, number = min(max(2 * size, 1024), MAX_STRETCH // 64), number + len(parts)
        line = block.last_line + 1 if block else line + text.count("\n", start, end)
        start = end


def _read_stretch(source: Source, start: int, line: int, size: int) -> tuple[int, tuple[Block | Span, ...]]:
    """Read on from `start` to a heading at least `size` characters further, and say where that is."""
    from rulefold.pages.markdown import read_stretch  # the parser takes longer to import than most pages to read

    text = source.text
    while True:
        heading = _HEADING_AHEAD.search(text, start + size)
        end = heading.end() if heading else len(text)
        if end - start > MAX_STRETCH or text.count("\n", start, end) > MAX_STRETCH_LINES:
            return len(text), (_too_large(source, start, line, "without a plain rule block"),)
        stretch = read_stretch(source, Span(start, end), line)
        if not stretch.cut_off or end == len(text):
            return end, stretch.blocks + stretch.stray
        size = 2 * (end - start)


def _too_large(source: Source, start: int, line: int, reason: str) -> Block:
    end = len(source.text)
    span, nothing = Span(start, end), Span(start, start)
    return Block(source, span, line, source.last_line(span, line), nothing, nothing, (), (), too_large=reason)


def _page_diagnostics(source: Source, blocks: list[Block], stray: list[tuple[Span, int]]) -> list[Diagnostic]:
    diagnostics = []
    damage = _damage_outside(source, blocks)
    if damage is not None:
        found = "a NUL character" if source.text[damage] == "\0" else "a byte that is not UTF-8"
        diagnostics.append(codes.INVALID_PAGE.at(source.place(damage), f"found {found} outside of every rule block"))
    if not blocks:
        message = "found no heading of the second level (## Title), expected at least one rule block"
        diagnostics.append(codes.EMPTY_PAGE.at(source.place(0), message))
    elif stray:
        span = stray[0][0]
        excerpt = source.line_at(span.start)
        more = f", and in {len(stray) - 1} more places" if len(stray) > 1 else ""
        message = f"found text outside of every rule block{more}"
        diagnostics.append(codes.STRAY_TEXT.at(source.place(span.start), message, excerpt=excerpt))
    return diagnostics


def _damage_outside(source: Source, blocks: list[Block]) -> int | None:
    if not source.damaged:
        return None
    ends = [0, *(block.span.end for block in blocks)]
    starts = [*(block.span.start for block in blocks), len(source.text)]
    gaps = (Span(end, start) for end, start in zip(ends, starts, strict=True))
    return next((at for gap in gaps if (at := source.damage(gap)) is not None), None)
