"""Query text → tokens.

A token is a name, a keyword, a literal, or a piece of punctuation; what stands between tokens is white space and
comments.  Kusto's keywords are words like others until the grammar asks for them, so they are tokens of the kind NAME
here, and `RESERVED` lists those that are no name of anything unless they stand in brackets: `['by']`.
"""

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from rulefold.text import Span


class Kind(Enum):
    """What a token is."""

    NAME = "name"
    STRING = "string"
    LONG = "long"
    REAL = "real"
    TIMESPAN = "timespan"
    TYPED = "typed literal"  # datetime(…), long(…), guid(…): what stands in the parentheses is no expression
    PUNCTUATION = "punctuation"
    BROKEN = "broken"  # a string or typed literal without an end, or a character that begins no token
    END = "end"


class Token(NamedTuple):
    """A piece of query text and where it stands."""

    kind: Kind
    text: str
    start: int
    end: int

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.start, self.end)


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


# Words with hyphens that are one keyword wherever they stand; elsewhere a hyphen is the operator.
HYPHENATED = words(
    """
    assert-schema commands-and-queries granny-asc granny-desc graph-mark-components graph-match
    graph-shortest-paths graph-to-table graph-where-edges graph-where-nodes macro-expand make-graph make-series
    mv-apply mv-expand parse-kv parse-where partitioned-by project-away project-by-names project-keep
    project-rename project-reorder project-smart sample-distinct top-hitters top-nested
    """
)
_PLAIN_RESERVED = words(
    """
    __contextual_datatable __crossCluster __crossDB __executeAndCache __id __isFuzzy __noWithSource
    __packedColumn __projectAway __sourceColumnIndex accumulate and anomalychart areachart as asc bagexpansion
    barchart between boolean by byte cachingpolicy callout cancel card char columnchart contains contains_cs
    containscs cycles dataexport datascope datatable date datetime decimal decodeblocks desc double dynamic
    earliest encodingpolicy endswith endswith_cs expandoutput extent_tags_retention external_data externaldata
    find first flags float force_remote harddelete hardretention has has_all has_any has_cs hasprefix
    hasprefix_cs hassuffix hassuffix_cs hotcache in int int16 int32 int64 int8 invoke isfuzzy journal
    ladderchart last latest like likecs linechart long materialize mdm missing nooptimization notcontains
    notcontainscs notlike notlikecs of or others pathformat piechart pivotchart print project queries
    query_results real relaxed restricted_view_access row_level_security rowstore rowstore_references
    rowstore_sealinfo rowstorepolicy rowstores sample scatterchart seal seals search set shards simple
    softdelete softretention sql stackedareachart startswith startswith_cs statistics
    storedqueryresultcontainers string tablepurge time timechart timeline timepivot timespan title to toscalar
    totable treemap uint uint16 uint32 uint64 uint8 ulong union uniqueid unrestrictedviewers verbose viewers
    views where with_itemindex with_match_id with_step_name writeaheadlog
    """
)
RESERVED = _PLAIN_RESERVED | HYPHENATED
# Of these, the ones that may stand before `=` or `:` as the name of something new.
DECLARABLE = words(
    """
    accumulate as by contains datatable earliest externaldata find has in invoke latest materialize mdm of print
    sample sample-distinct search set sql title to top-hitters top-nested toscalar totable verbose viewers where
    """
)

_UNITS = (
    "d|days?|h|hours?|hrs?|m|min|minutes?|s|sec|seconds?|ms|millis?|millisec|milliseconds?|micros?|microsec|"
    "microseconds?|nanos?|nanosec|nanoseconds?|ticks?"
)
TYPED = "bool|date|datetime|decimal|double|guid|int|int32|int64|long|real|time|timespan"
_ESCAPE = r"\\(?:[\"'\\abfnrtv?]|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]{2}|[0-7]{1,3})"
_TOKEN = re.compile(
    rf"""
    \s*(?:
    (?P<COMMENT>//[^\r\n]*)
  | (?P<TYPED>(?:{TYPED})\([^)\r\n]*\))
  | (?P<STRING>[hH]?(?:
        "(?:[^"\\\r\n]|{_ESCAPE})*" | '(?:[^'\\\r\n]|{_ESCAPE})*'
      | @"(?:[^"\r\n]|"")*" | @'(?:[^'\r\n]|'')*' | ```.*?``` | ~~~.*?~~~))
  | (?P<TIMESPAN>\d+(?:\.\d+)?(?:{_UNITS})(?!\w))
  | (?P<REAL>\d+(?:\.(?!\.)\d*(?:[eE][+-]?\d+)?|[eE][+-]?\d+)(?!\w))
  | (?P<LONG>(?:0[xX][0-9A-Fa-f]+|\d+)(?!\w))
  | (?P<NAME>(?:{"|".join(sorted(HYPHENATED, key=len, reverse=True))})(?![\w-])|in~|hint\.\w+|[\w$]+
      |!(?:in~|(?:between|contains|contains_cs|endswith|endswith_cs|has|has_cs|hasprefix|hasprefix_cs|hassuffix
        |hassuffix_cs|in|startswith|startswith_cs)(?!\w)))
  | (?P<PUNCTUATION>\.\.|=>|==|=~|!=|!~|<>|<=|>=|<\||[-=<>+*/%|,;:.()\[\]{{}}?])
  | (?P<END>\Z)
  | (?P<BROKEN>.))
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_KINDS = {kind.name: kind for kind in Kind}
_OPENS_STRING = re.compile(r"[hH]?(@?[\"'])|[hH]?(```|~~~)")
_OPENS_TYPED = re.compile(rf"(?:{TYPED})\(")
_STRING_BODY = {quote: re.compile(rf"(?:[^{quote}\\\r\n]|{_ESCAPE})*") for quote in "\"'"}


def tokens(text: str) -> list[Token]:
    """The tokens of a query, and an END after them.  Every character belongs to a token, a comment, or white space."""
    return list(_scan(text))


def comments(text: str) -> list[Span]:
    """Where the comments of a query stand, each from its slashes to the end of its line."""
    return [Span(*match.span("COMMENT")) for match in _TOKEN.finditer(text) if match.lastgroup == "COMMENT"]


def _scan(text: str) -> Iterator[Token]:
    match, kinds = _TOKEN.match, _KINDS
    position, end = 0, len(text)
    while position < end:
        found = match(text, position)
        group = found.lastgroup if found else None
        if found is None or group is None:  # cannot be: the last alternative takes any character
            raise AssertionError(f"no token at {position}")
        position = found.end()
        if group == "COMMENT":
            continue
        if group == "END":
            break
        start = found.start(group)
        if group == "BROKEN" or (group == "NAME" and text[position : position + 1] in ("(", '"', "'", "@", "`", "~")):
            position = _end_of_broken(text, start) or position
            if position != found.end():
                yield Token(Kind.BROKEN, text[start:position], start, position)
                continue
        yield Token(kinds[group], found[group], start, position)
    yield Token(Kind.END, "", end, end)


def _end_of_broken(text: str, start: int) -> int | None:
    """Where a string or typed literal ends that begins here and has no end; None where none begins."""
    if opened := _OPENS_STRING.match(text, start):
        quote = opened[1]
        if quote is None:
            return len(text)
        if body := _STRING_BODY.get(quote):
            inside = body.match(text, opened.end())
            return inside.end() if inside else opened.end()
    elif not (opened := _OPENS_TYPED.match(text, start)):
        return None
    line_end = re.compile(r"[\r\n]|$").search(text, opened.end())
    return line_end.start() if line_end else len(text)


def is_name(token: Token) -> bool:
    """Whether a token can name a column, a table, a variable or a function as it stands."""
    return token.kind is Kind.NAME and token.text not in RESERVED and token.text[0] != "!"


def is_new_name(token: Token) -> bool:
    """Whether a token can name something new as it stands."""
    return is_name(token) or token.text in DECLARABLE
