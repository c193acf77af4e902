"""The Markdown reader: what markdown-it-py says of a stretch of a page, as rule blocks.

The dialect is CommonMark with tables.  Only the block structure is read: titles, cells and descriptions stay as
written.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markdown_it.token import Token

from rulefold.pages.blocks import HEADING_LINE, Block, Fence, is_fields_table
from rulefold.pages.parser import top_level
from rulefold.text import Source, Span

_FENCE_LINE = re.compile(r" {0,3}(`{3,}|~{3,})[ \t]*\n?")
_LINE_END = re.compile("\n")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a page as read: its blocks, the text outside of them, and whether its end cuts a construct off."""

    blocks: tuple[Block, ...]
    stray: tuple[Span, ...]
    cut_off: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """A construct at the top level of the page: its token, the token's text, its lines, and the number of the first."""

    token: Token
    content: str
    span: Span
    line: int

    @property
    def kind(self) -> str:
        """Headings by their marks (setext ones by their underline), all else by the type of the token."""
        return self.token.markup if self.token.type == "heading_open" else self.token.type


def read_stretch(source: Source, span: Span, line: int) -> Stretch:
    """Read a stretch that begins at the top level of the page, on the line numbered `line`.

    It ends at a heading or with the page; where the heading is none to the parser, the end cuts something off.
    """
    parts = list(_parts(source, span, line))
    cut_off = span.end < len(source.text) and parts.pop().span.start < span.end
    blocks: list[Block] = []
    stray: list[Span] = []
    for group, end in _grouped(parts, span.end):
        if group[0].kind == "##":
            blocks.append(_block(source, group, end))
        else:
            stray.append(group[0].span)
    return Stretch(tuple(blocks), tuple(stray), cut_off)


def _grouped(parts: Iterable[_Part], end: int) -> Iterator[tuple[list[_Part], int]]:
    """The parts of each block with the offset where it ends, and the parts outside of blocks one by one.

    A heading of the first level ends a block that has its query: pages may stand one after another in a file.
    """
    group: list[_Part] = []
    has_table = has_query = False
    for part in parts:
        if part.kind == "##" or (part.kind == "#" and has_query):
            if group:
                yield group, part.span.start
            group, has_table, has_query = [], False, False
        if group or part.kind == "##":
            group.append(part)
        elif part.kind != "#":
            yield [part], part.span.end
        has_query = has_query or (has_table and part.kind == "fence")
        has_table = has_table or part.kind == "table_open"
    if group:
        yield group, end


def _parts(source: Source, span: Span, line: int) -> Iterator[_Part]:
    """The parts of a stretch, and the heading that follows it."""
    text = source.text[span.start : span.end]
    starts = [span.start, *(span.start + found.end() for found in _LINE_END.finditer(text)), span.end, span.end]
    # The parser does not count a last line of blanks without an end.
    tokens = top_level(text + ("##\n" if span.end < len(source.text) else "\n" if text[-1] != "\n" else ""))
    for n, token in enumerate(tokens):
        if token.level == 0 and token.map:
            first, last = token.map
            content = tokens[n + 1].content if token.type == "heading_open" else token.content
            yield _Part(token, content, Span(starts[first], starts[last]), line + first)


def _is_open(source: Source, part: _Part) -> bool:
    return part.kind == "html_block" or (part.kind == "fence" and not _is_closed(source, part))


def _is_closed(source: Source, fence: _Part) -> bool:
    text, (start, end) = source.text, fence.span
    last_line = text.rfind("\n", start, end - 1) + 1
    closing = _FENCE_LINE.fullmatch(text, last_line, end)
    return last_line > start and closing is not None and closing[1].startswith(fence.token.markup)


def _block(source: Source, group: list[_Part], end: int) -> Block:
    heading, *parts = group
    body = Span(heading.span.end, end)
    fields = _fields_table(source, parts)
    following = parts if fields is None else parts[fields + 1 :]
    fences, tables, surplus = _sorted_by_kind(source, following)
    if fields is not None:
        body = Span(body.start, parts[fields].span.start)
        tables.insert(0, parts[fields].span)
    span = Span(heading.span.start, end)
    return Block(
        source,
        span,
        heading.line,
        source.last_line(span, heading.line),
        _title(source, heading),
        body,
        tuple(tables),
        tuple(fences),
        tuple(surplus) if tables else (),
        _cut_off_by_page(source, parts, end),
    )


def _fields_table(source: Source, parts: list[_Part]) -> int | None:
    tables = [n for n, part in enumerate(parts) if part.kind == "table_open"]
    return next((n for n in tables if is_fields_table(source, parts[n].span)), tables[0] if tables else None)


def _sorted_by_kind(source: Source, parts: list[_Part]) -> tuple[list[Fence], list[Span], list[Span]]:
    fences: list[Fence] = []
    tables: list[Span] = []
    surplus: list[Span] = []
    for part in parts:
        if part.kind == "fence":
            fences.append(_fence(source, part))
        elif part.kind == "table_open" and is_fields_table(source, part.span):
            tables.append(part.span)
        elif part.kind != "###" or part.content != "KQL":
            surplus.append(part.span)
    return fences, tables, surplus


def _cut_off_by_page(source: Source, parts: list[_Part], end: int) -> Span | None:
    """The part that the end of the page cuts off: an unclosed fence, or raw HTML that hides headings."""
    if not parts or parts[-1].span.end != end or end != len(source.text) or not _is_open(source, parts[-1]):
        return None
    span = parts[-1].span
    hides_headings = HEADING_LINE.search(source.text, span.start, span.end)
    return span if parts[-1].kind == "fence" or hides_headings else None


def _title(source: Source, heading: _Part) -> Span:
    text, (start, end) = source.text, heading.span
    title_start = text.index(heading.content, text.index("##", start) + 2, end)
    return Span(title_start, title_start + len(heading.content))


def _fence(source: Source, part: _Part) -> Fence:
    text, (start, end) = source.text, part.span
    content_start = text.find("\n", start, end) + 1 or end
    closed = _is_closed(source, part)
    content_end = text.rfind("\n", start, end - 1) + 1 if closed else end
    indented = text[start] == " "
    content = part.content if indented else text[content_start:content_end]
    return Fence(part.span, content, content_start, part.token.info.strip(), closed)
