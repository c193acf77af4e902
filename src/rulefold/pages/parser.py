"""markdown-it-py as pages need it: CommonMark with tables, only the blocks of the top level, and no page too deep.

Left to itself it takes a page of 80 kB a minute or some 100 MB of tokens to read, and at a nesting of twenty it adds
the rest of the page to the list it stands in.
"""

from functools import cache
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, paragraph, table
from markdown_it.token import Token

_DEEPEST = 20
_VIEW = 8


def top_level(text: str) -> list[Token]:
    """The opening tokens of what stands at the top level of a text, headings each with the token of their text."""
    parser = _parser()
    state = _TopLevel(text, parser, {}, [])
    parser.block.tokenize(state, state.line, state.lineMax)
    return state.tokens


class _TopLevel(StateBlock):
    """Makes no token of what is nested and what closes: it is not asked for, and there can be a thousand times as much.

    Rules write what they know of such a one into a token that nobody reads.
    """

    unread = Token("", "", 0)

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        level = self.level
        self.level += nesting
        if nesting < 0 or (level and not (self.tokens and self.tokens[-1].type == "heading_open")):
            return self.unread
        token = Token(ttype, tag, nesting, level=level, block=True)
        self.tokens.append(token)
        return token


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": 2 * _DEEPEST})
    rules = parser.block.ruler
    rules.before("code", "deep", _deep_text)
    rules.at("blockquote", _quotation, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    # Its own place is before all others, where `## a | b` over a delimiter row is a table and no heading.
    rules.before("lheading", "table_of_text", table, {"alt": ["paragraph", "reference"]})
    return parser


def _deep_text(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """What is nested too deeply is text, whatever it looks like: text ends where any other would."""
    return state.level >= _DEEPEST and paragraph(state, start, end, silent)


def _quotation(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A quotation, read with a view that grows.

    The rule looks at every line up to a blank one before it finds that the quotation ends long before: quadratic time
    on `> # a` and `b` in turns.  A quotation that ends inside its view would end there in any.
    """
    if silent:
        return blockquote(state, start, end, True)
    before, view = len(state.tokens), _marked_lines(state, start, end) + _VIEW
    while True:
        stop = min(start + view, end)
        found = blockquote(state, start, stop, False)
        if not found or stop == end or state.line < stop:
            return found
        del state.tokens[before:]
        view *= 64


def _marked_lines(state: StateBlock, start: int, end: int) -> int:
    line = start
    while line < end and state.sCount[line] >= state.blkIndent:
        if not state.src.startswith(">", state.bMarks[line] + state.tShift[line]):
            break
        line += 1
    return line - start
