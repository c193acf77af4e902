"""KQL as far as a target must see into it: where texts and comments end, and whether brackets close.

This is no parser.  It tells what stands between quotes from what does not; what it cannot tell, it refuses.
Source: Kusto documentation, "The string data type"; what the official parser takes for a text.
"""

import re
from dataclasses import dataclass

_TEXT = r"""
    ```.*?``` | ~~~.*?~~~
  | [hH]?@"(?:[^"\r\n]|"")*" | [hH]?@'(?:[^'\r\n]|'')*'
  | [hH]?"(?:\\[^\r\n]|[^"\\\r\n])*" | [hH]?'(?:\\[^\r\n]|[^'\\\r\n])*'
"""
_COMMENT = r"//[^\r\n]*"
_TOKEN = re.compile(
    rf"""
      (?P<blank>\s+|{_COMMENT})
    | (?P<text>{_TEXT})
    | (?P<number>\d\w*(?:\.\d\w*)?)
    | (?P<name>[^\W\d]\w*)
    | (?P<mark>(?!~~~)[^\w\s"'`])
    """,
    re.VERBOSE | re.DOTALL,
)
# What matters to whether a query is closed; the prefix of a text is taken in only where it changes where that ends.
_PIECE = re.compile(rf"""{_COMMENT} | {_TEXT} | ~~~ | [\[\](){{}}"'`]""", re.VERBOSE | re.DOTALL)
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_CLOSED = frozenset(_CLOSING.values())
_OPEN_TEXTS = frozenset(('"', "'", "`", "~~~"))


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query: a name, a text with its quotes, a number, or a single mark."""

    kind: str
    text: str
    start: int


def tokens(query: str) -> list[Token] | None:
    """The tokens of a query without blanks and comments; None where a text does not end."""
    found = []
    position = 0
    while position < len(query):
        match = _TOKEN.match(query, position)
        if match is None:
            return None
        kind = match.lastgroup or ""
        if kind != "blank":
            found.append(Token(kind, match[0], position))
        position = match.end()
    return found


def is_closed(query: str) -> bool:
    """Whether all texts and brackets of a query end within it, and none before it begins."""
    open_: list[str] = []
    for piece in _PIECE.findall(query):
        if piece in _CLOSING:
            open_.append(_CLOSING[piece])
        elif piece in _OPEN_TEXTS or (piece in _CLOSED and (not open_ or open_.pop() != piece)):
            return False
    return not open_


def split(found: list[Token], mark: str) -> list[list[Token]]:
    """Tokens in the parts between which a mark stands outside of all brackets, the last one also where it is empty."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in found:
        if token.kind == "mark":
            depth += (token.text in _CLOSING) - (token.text in _CLOSED)
            if token.text == mark and depth == 0:
                parts.append([])
                continue
        parts[-1].append(token)
    return parts
