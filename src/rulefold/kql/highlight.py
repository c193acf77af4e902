"""Query text → the parts that are told apart where a query is shown: by its tokens alone, so no fault hinders it."""

from collections.abc import Iterator
from enum import Enum
from itertools import pairwise

from rulefold.kql.tokens import RESERVED, Kind, Token, comments, tokens, words


class Part(Enum):
    """What a part of a query is."""

    PLAIN = "plain"
    KEYWORD = "keyword"
    FUNCTION = "function"
    STRING = "string"
    NUMBER = "number"  # or a literal with a type: a date, a duration
    COMMENT = "comment"


_Marked = tuple[int, int, Part]  # from, to
_BETWEEN = dict.fromkeys(Part, " \t\r\n") | dict.fromkeys((Part.STRING, Part.NUMBER), " \t\r\n,")
_LITERALS = {Kind.STRING: Part.STRING} | dict.fromkeys((Kind.LONG, Kind.REAL, Kind.TIMESPAN, Kind.TYPED), Part.NUMBER)
# Words that can name something as well, and hardly ever do.
_JOINS = words(
    "fullouter inner innerunique leftanti leftantisemi leftouter leftsemi rightanti rightantisemi rightouter rightsemi"
)
_KEYWORDS = RESERVED | _JOINS | words("false from in~ matches null nulls on regex step true with")
_BEGINNERS = words("alias declare let pattern restrict set")  # of a statement
_BEFORE_STATEMENTS = frozenset({"", ";", "{"})


def highlight(text: str) -> list[tuple[Part, str]] | None:
    """The parts of a query, as few as they can be; None where there is something in it that is no token."""
    found = tokens(text)
    if any(token.kind is Kind.BROKEN for token in found):
        return None
    spans = [(span.start, span.end, Part.COMMENT) for span in comments(text)]
    spans += [(token.start, token.end, part) for token, part in _marked(found)]
    return list(_filled(text, list(_merged(text, sorted(spans, key=lambda span: span[0])))))


def _merged(text: str, spans: list[_Marked]) -> Iterator[_Marked]:
    """Those that nothing stands between but white space, or commas between values, are one; calls are not."""
    first: _Marked | None = None
    for start, end, part in spans:
        if first and first[2] is part is not Part.FUNCTION and not text[first[1] : start].strip(_BETWEEN[part]):
            first = (first[0], end, part)
            continue
        if first:
            yield first
        first = (start, end, part)
    if first:
        yield first


def _filled(text: str, spans: list[_Marked]) -> Iterator[tuple[Part, str]]:
    """The parts with what stands between them."""
    position = 0
    for start, end, part in spans:
        if start > position:
            yield Part.PLAIN, text[position:start]
        yield part, text[start:end]
        position = end
    if position < len(text):
        yield Part.PLAIN, text[position:]


def _marked(found: list[Token]) -> Iterator[tuple[Token, Part]]:
    """The tokens that are more than a plain name or a mark."""
    before = ""
    for token, after in pairwise(found):
        part = _name(before, token.text, after.text) if token.kind is Kind.NAME else _LITERALS.get(token.kind)
        if part is not None:
            yield token, part
        before = token.text


def _name(before: str, word: str, after: str) -> Part | None:
    if before == "|" or (before != "." and (word in _KEYWORDS or word[0] == "!")):
        return Part.KEYWORD
    if word in _BEGINNERS and before in _BEFORE_STATEMENTS and after != "(":
        return Part.KEYWORD
    return Part.FUNCTION if after == "(" else None
