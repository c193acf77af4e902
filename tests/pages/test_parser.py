"""The parser is markdown-it-py: it sees the same blocks at the top level, and only stops where that would not."""

from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from rulefold.pages import parser
from rulefold.pages.parser import top_level
from tests.conftest import examples
from tests.pages.writing import FENCES, HTML, LINKS, RULES

_MARKS = ("> ", ">", "> > ", "- ", "  ", "1. ", "   > ", "- > ", "> - ", ">\t", ">     ", "")
_TEXTS = ("a", "b", "", "# a", "    a", "a | b", "- | -", *FENCES, *HTML, *LINKS, *RULES)
_lines = st.builds("{}{}\n".format, st.sampled_from(_MARKS), st.sampled_from(_TEXTS))
_lazy = st.integers(1, 30).map("a\n".__mul__)
texts = st.lists(st.one_of(_lines, _lines, _lines, _lazy), min_size=1, max_size=20).map("".join)


def _shape(tokens: list[Token]) -> list[tuple[str, str, list[int] | None]]:
    return [(token.type, token.markup, token.map) for token in tokens if token.level == 0 and token.nesting >= 0]


@pytest.mark.parametrize("view", [1, 8])
@examples(500)
@given(texts)
def test_top_level_is_that_of_markdown_it(view: int, text: str) -> None:
    judge = MarkdownIt("commonmark", {"maxNesting": 100}).enable("table")
    judge.core.ruler.enableOnly(["block"])
    with patch.object(parser, "_VIEW", view):
        assert _shape(top_level(text)) == _shape(judge.parse(text))


def test_headings_keep_their_text() -> None:
    tokens = top_level("# a\n\ntext\n\n> # b\n\n- # c\n\n## d ##\n")
    assert [token.content for token in tokens if token.type == "inline"] == ["a", "d"]


@pytest.mark.parametrize("mark", ["- ", "1. ", "> ", "> - ", "- > "])
@pytest.mark.parametrize("depth", [5, 10, 11, 20, 100, 5_000])
def test_no_depth_hides_what_follows(mark: str, depth: int) -> None:
    tokens = top_level(f"{mark * depth}a\n\n## b\n{mark * depth}\n## c\n")
    assert [token.content for token in tokens if token.type == "inline"] == ["b", "c"]


@pytest.mark.parametrize("inner", ["```", "<!--", "|a|b|\n|-|-|", "    a", "# a"])
def test_what_is_too_deep_is_text(inner: str) -> None:
    assert [token.type for token in top_level("- " * 30 + f"{inner}\n\ntext\n")] == [
        "bullet_list_open",
        "paragraph_open",
    ]


def test_a_heading_over_a_delimiter_row_is_no_table() -> None:
    assert [token.type for token in top_level("## a | b\n| --- | --- |\n")] == [
        "heading_open",
        "inline",
        "paragraph_open",
    ]
