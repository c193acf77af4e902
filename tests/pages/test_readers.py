"""The strict scanner and the Markdown reader are equal, and blocks and gaps make up the page."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given

import rulefold.pages
from rulefold.pages import HEADING_LINE, Block, read_blocks
from rulefold.text import BOM, Source, Span
from tests.conftest import examples
from tests.pages.writing import HEADER, ROWS, block, data, hidden, runs

# Met in the search, or built where the two were seen to part.
CASES = {
    "a list deeper than the parser looks": block(description="\n" + "- " * 12 + "a\n\n") + block(),
    "a numbered list deeper than the parser looks": block(description="\n" + "1. " * 12 + "a\n\n") + block(),
    "a quotation deeper than the parser looks": block(description="\n" + "> " * 40 + "a\n\n") + block(),
    "a table that the parser ends for want of cells": block(table=HEADER + "".join(ROWS) + "|\n" * 33_000) + block(),
    "blanks at the end of the page, without a line end": block() + "   ",
    "an unclosed fence before blanks without a line end": block(end="") + block(end="") + "   ",
    "a fence that is closed by the last characters of the page": block() + block(end="```"),
    "a fence that is closed by a longer one": block(end="`````\n") + block(),
    "a fence that is closed by an indented one": block(end="   ```\n") + block(),
    "a fence that is not closed by one that is indented too far": block(end="    ```\n") + block(),
    "a fence that is not closed by a tab and one": block(end="\t```\n") + block(),
    "a fence and blanks in the query": block(query="A\n```\t\n") + block(),
    "a heading line in the query": block(query="A\n## B\n\n|Name | Value |\n| --- | --- |\n") + block(),
    "a table in a comment": block(description="\n<!--\n\n" + HEADER + "-->\n\n") + block(),
    "a comment that hides headings, and ends": block(description="\n<!--\n\n") + block(query="-->\n") + block(),
    "a comment that hides headings, and does not end": block() + block(description="\n<!--\n\n") + block(),
    "a script that hides headings": block() + block(end="```\n<script>\n") + block() + "</script>\n" + block(),
    "HTML up to the next heading": block(end="```\n<div>\n") + block(),
    "HTML in a list": block(description="\n- <!--\n\n") + block(),
    "a fence in a list": block(description="\n- ```\n\n") + block(),
    "a fence in a quotation": block(description="\n> ```\n\n") + block(),
    "a table in a description": block(description="\n|a|b|\n|-|-|\n\n") + block(),
    "a table of fields in a description": block(description="\n" + HEADER + "\n") + block(),
    "a title over the table": block(description="\nText\n---\n\n") + block(),
    "a link of two lines before the table": block(description="\n[a]: /b\n'c\n\n") + block(),
    "a heading line that is in the next block": "## A\n" + block(),
    "a table that is in the next block": "## A\n\nText.\n\n" + block(),
    "a heading over what could be a table's second line": block() + "## A | B |\n| --- | --- |\n" + block(),
    "a heading in place of the table's first line": block(table="## " + HEADER + "".join(ROWS)) + block(),
    "pages one after another": ("# Rules: 1-21\n\n" + block() + block()) * 3,
    "pages one after another, each with a byte-order mark": ("\ufeff# Rules: 1-21\n\n" + block()) * 3,
    "a title with marks behind it": block("a ##") + block("a#") + block("#") + block(""),
    "a title in characters that some take for blanks": block("\x1ca\x1c") + block("\x85a\x85") + block("\xa0a\xa0"),
    "rows of one rule, the last with another end": block() * 3 + block(end="```\nText.\n\n") + block(),
    "rows of one rule, one with another query": block() * 2 + block(query="B\n") + block() * 2,
    "rows of one rule, with more blank lines between some": block() + block(end="```\n\n\n") + block() + block(),
    "rows of one rule, the last without a line end": block(end="```\n") * 2 + block(end="```"),
    "rows of one rule, one with a broken table": block() * 2 + block(table=HEADER + "Text\n") + block(),
}


def _assert_equal(page: bytes) -> None:
    source = Source.decode("page.md", page)
    scanned, read = read_blocks(source), read_blocks(source, scan=False)
    assert scanned[0] == read[0]
    assert scanned[1] == read[1]


@pytest.mark.parametrize("text", CASES.values(), ids=CASES.keys())
def test_readers_are_equal_where_it_is_hard(text: str) -> None:
    _assert_equal(text.encode())
    _assert_equal(f"\ufeff# Rules: 1-21\n\n{text}".replace("\n", "\r\n").encode())


@examples(2500)
@given(data)
def test_readers_are_equal(page: bytes) -> None:
    _assert_equal(page)


@examples(500)
@given(runs)
def test_readers_are_equal_on_rows_of_one_rule(text: str) -> None:
    _assert_equal(text.encode("utf-8", "surrogateescape"))


@examples(500)
@given(hidden)
def test_readers_are_equal_where_a_table_may_be_hidden(text: str) -> None:
    _assert_equal(text.encode("utf-8", "surrogateescape"))


@pytest.fixture(scope="module")
def pages(shared: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((shared / "corpus" / "pages").glob("*.md"))]


def _with_crlf(page: bytes) -> bytes:
    return page.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _with_mark(page: bytes) -> bytes:
    return BOM + page.removeprefix(BOM)


def test_readers_are_equal_on_the_corpus(pages: list[bytes]) -> None:
    for page in pages:
        _assert_equal(page)


def test_line_ends_and_marks_change_no_block(pages: list[bytes]) -> None:
    for page in pages:
        plain = read_blocks(Source.decode("page.md", page))
        for other in (_with_crlf(page), _with_mark(page), _with_mark(_with_crlf(page))):
            source = Source.decode("page.md", other)
            assert _shapes(read_blocks(source)[0]) == _shapes(plain[0])


def _shapes(blocks: list[Block]) -> list[object]:
    return [(b.span, b.line, b.last_line, b.title, b.description, b.tables, b.fences, b.surplus) for b in blocks]


def test_readers_are_equal_on_all_pages_in_one(pages: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rulefold.pages, "MAX_STRETCH", 1 << 30)
    monkeypatch.setattr(rulefold.pages, "MAX_STRETCH_LINES", 1 << 30)
    _assert_equal(b"".join(page.removeprefix(BOM) for page in pages))


def test_all_pages_in_one_have_the_blocks_of_all_pages(pages: list[bytes]) -> None:
    apart = [b for page in pages for b in read_blocks(Source.decode("page.md", page))[0]]
    joined, diagnostics = read_blocks(Source.decode("page.md", b"".join(page.removeprefix(BOM) for page in pages)))
    assert [_text(b, b.description) for b in joined] == [_text(b, b.description) for b in apart]
    assert [b.fences[0].content for b in joined] == [b.fences[0].content for b in apart]
    assert not diagnostics
    assert not any(b.surplus for b in joined)


def _text(block: Block, span: Span) -> str:
    return block.source.text[span.start : span.end]


_PAGE_HEADING = re.compile(r" {0,3}#(?:[ \t\n]|\Z)")


@examples(500)
@given(data)
def test_blocks_and_gaps_make_up_the_page(page: bytes) -> None:
    source = Source.decode("page.md", page)
    blocks, _ = read_blocks(source)
    _assert_in_order(source, blocks)
    ranges = list(_line_ranges(blocks, source))
    raw = list(source.raw_lines(ranges))
    assert b"".join(raw) == page.removeprefix(BOM)
    lines_of_blocks = dict(zip(ranges, raw, strict=True))
    for b in blocks:
        assert Source.decode("page.md", lines_of_blocks[b.line, b.last_line]).text == _text(b, b.span)


def _assert_in_order(source: Source, blocks: list[Block]) -> None:
    for b in blocks:
        assert b.line == 1 + source.text.count("\n", 0, b.span.start)
        assert HEADING_LINE.match(source.text, b.span.start)
        assert b.span.start <= b.title.start <= b.title.end <= b.description.start <= b.description.end <= b.span.end
        assert b.title.end <= (source.text + "\n").index("\n", b.span.start)
    ends = [*(b.span for b in blocks), Span(len(source.text), len(source.text))]
    for before, after in pairwise(ends):
        assert before.end <= after.start
        # Nothing but the heading of a page ends a block before the next one.
        assert before.end == after.start or _PAGE_HEADING.match(source.text, before.end)


def _line_ranges(blocks: list[Block], source: Source) -> Iterator[tuple[int, int]]:
    """The lines of the page in order: each block's, and those of each gap."""
    line = 1
    for b in blocks:
        if line < b.line:
            yield line, b.line - 1
        yield b.line, b.last_line
        line = b.last_line + 1
    yield line, source.text.count("\n") + 1


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("## A\n## B\n", ["A", "B"]),
        ("##\tA\n##  B  ##\n   ## C\n", ["A", "B", "C"]),
        ("##\n## \n", ["", ""]),
        ("## \x1cA\n## \x85B\x85\n## \0C\n", ["\x1cA", "\x85B\x85", "\0C"]),
        ("## ## A ##\n", ["## A"]),
        ("##A\n#\n### B\n    ## C\n\t## D\n> ## E\n- ## F\nG\n---\n\\## H\n", []),
        ("## A\n```\n## B\n```\n## C\n", ["A", "C"]),
        ("## A\n<!--\n## B\n-->\n## C\n", ["A", "C"]),
        ("## A\n<div>\n## B\n\n## C\n", ["A", "C"]),
        ("## A\n- ```\n## B\n> <!--\n## C\n", ["A", "B", "C"]),
        ("## A | B |\n| --- | --- |\n## C\n", ["A | B |", "C"]),
        ("## A\n" + "- " * 30 + "\n## B\n" + "> " * 30 + "a\n## C\n", ["A", "B", "C"]),
    ],
)
def test_what_begins_a_block(text: str, titles: list[str]) -> None:
    for scan in (True, False):
        blocks, _ = read_blocks(Source.decode("page.md", text.encode()), scan=scan)
        assert [_text(b, b.title) for b in blocks] == titles


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("RF002", 1, 1)]),
        ("# Rules: 1-21\n", [("RF002", 1, 1)]),
        ("Title\n---\n", [("RF002", 1, 1)]),
        ("```\n## Title\n```\n", [("RF002", 1, 1)]),
        ("# Rules: 1-21\n\n" + block(), []),
        ("# Rules: 1-21\n\nDraft.\n\n" + block(), [("RF003", 3, 1)]),
        ("<!-- a -->\n" + block(), [("RF003", 1, 1)]),
        (block(end="```\n") + "# Rules: 1-21\n\nDraft.\n" + block(), [("RF003", 29, 1)]),
        # What follows a query is its block's; only a page's heading ends that.
        (block() + "Draft.\n\n" + block(), []),
        ("\0\n" + block(), [("RF001", 1, 1), ("RF003", 1, 1)]),
        ("# R\udcff\n\n" + block(), [("RF001", 1, 4)]),
        # Damage inside of a block is told of the block.
        (block(title="\0"), []),
    ],
)
def test_what_is_said_of_a_page(text: str, expected: list[tuple[str, int, int]]) -> None:
    for scan in (True, False):
        _, diagnostics = read_blocks(Source.decode("page.md", text.encode("utf-8", "surrogateescape")), scan=scan)
        assert [(d.code, d.place.line, d.place.column) for d in diagnostics if d.place] == expected
