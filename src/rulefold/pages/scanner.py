"""The strict scanner: reads a rule block that has exactly the form the flattening script writes, and nothing else.

It exists for speed.  What it reads, it reads as the Markdown reader does, block for block and span for span; where it
cannot be sure of that it declines.  The property tests hold both readers against each other.
"""

import re

from rulefold.pages.blocks import Block, Fence
from rulefold.text import Source, Span

_TITLE = re.compile(r"## ([^\n]*)\n")
_HEADER = "|Name | Value |\n| --- | --- |\n"
# The Markdown reader ends a table after 65,536 missing cells.
_ROWS = re.compile(r"(?:\|[^\n]*\n){1,1000}+")
_TABLE_TO_QUERY = re.compile(re.escape(_HEADER) + _ROWS.pattern + r"(\n### KQL\n```kql\n)")
_GAP = re.compile(r"\n*+(?=## |\Z)")

# Lines of a description after which a table or a heading need not be what it looks like: headings, raw HTML, fences,
# and rows that may make a table.  Lists and quotations end at the blank line before the table, whatever they hold.
_UNSURE = re.compile(r"^(?: {0,3}[#<`~]|[ \t]*[-:|][-:| \t]*$)", re.MULTILINE)


def scan_block(source: Source, start: int, line: int, before: Block | None = None) -> Block | None:
    """The block that begins at `start`, where the line numbered `line` begins; None where that is not sure.

    `before` is a block that was scanned on the same page.
    """
    return (_scan_like(before, start, line) if before else None) or _scan(source, start, line)


def _scan_like(before: Block, start: int, line: int) -> Block | None:
    """The block at `start` where it is like another but for the rows of the table, as rows of one rule are."""
    source, text = before.source, before.source.text
    (block_start, block_end), (table_start, table_end), fence = before.span, before.tables[0], before.fences[0]
    rows_start = start + table_start - block_start + len(_HEADER)
    if not text.startswith(text[block_start : table_start + len(_HEADER)], start):
        return None
    rows = _ROWS.match(text, rows_start)
    if not rows or not text.startswith(text[table_end:block_end], rows.end()):
        return None
    moved = rows.end() - table_end
    end = block_end + moved
    if end != len(text) and not text.startswith("## ", end):
        return None
    return Block(
        source,
        Span(start, end),
        line,
        source.last_line(Span(start, end), line),
        Span(before.title.start - block_start + start, before.title.end - block_start + start),
        Span(before.description.start - block_start + start, before.description.end - block_start + start),
        (Span(rows_start - len(_HEADER), rows.end()),),
        (
            Fence(
                Span(fence.span.start + moved, fence.span.end + moved),
                fence.content,
                fence.content_start + moved,
                fence.info,
                fence.closed,
            ),
        ),
    )


def _scan(source: Source, start: int, line: int) -> Block | None:
    text = source.text
    title = _TITLE.match(text, start)
    if not title or not _is_plain_title(title[1]):
        return None
    next_heading = text.find("\n## ", title.end())
    gap = text.find("\n\n" + _HEADER, title.end() - 1, next_heading if next_heading >= 0 else len(text))
    if gap < 0:
        return None
    description = Span(title.end(), gap + 2)
    table = _TABLE_TO_QUERY.match(text, gap + 2)
    if not table or _UNSURE.search(text, description.start, description.end):
        return None
    query_end = _closing_fence(text, table.end())
    gap_after = _GAP.match(text, min(query_end + 4, len(text))) if query_end >= 0 else None
    if not gap_after:
        return None
    fence_end = min(query_end + 4, len(text))
    fence = Fence(
        Span(table.start(1) + len("\n### KQL\n"), fence_end), text[table.end() : query_end], table.end(), "kql", True
    )
    span = Span(start, gap_after.end())
    return Block(
        source,
        span,
        line,
        source.last_line(span, line),
        Span(*title.span(1)),
        description,
        (Span(table.start(), table.start(1)),),
        (fence,),
    )


def _is_plain_title(title: str) -> bool:
    return bool(title) and title == title.strip() and title[-1] != "#"


def _closing_fence(text: str, start: int) -> int:
    """The offset of the line that closes the code block whose text begins at `start`; -1 where that is not sure."""
    at = text.find("```", start)
    while at >= 0:
        line_start = text.rfind("\n", start - 1, at) + 1
        if line_start == at and text[at + 3 : at + 4] in ("", "\n"):
            return at
        before, rest = text[line_start:at], text[at + 3 : _line_end(text, at)]
        if len(before) < 4 and not before.strip(" ") and not rest.strip("` \t"):
            return -1
        at = text.find("```", at + 3 + len(rest))
    return -1


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return end if end >= 0 else len(text)
