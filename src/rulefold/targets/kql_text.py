"""KQL as far as a target must see into it: where texts and comments end, and whether brackets close.

This is no parser.  It tells what stands between quotes from what does not; what it cannot tell, it refuses.
Source: Kusto documentation, "The string data type"; what the official parser takes for a text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["name", "text", "mark", "number"]

_TOKEN = re.compile(
    r"""
      (?P<blank>\s+|//[^\r\n]*)
    | (?P<text>
          ```.*?``` | ~~~.*?~~~
        | [hH]?@"(?:[^"\r\n]|"")*" | [hH]?@'(?:[^'\r\n]|'')*'
        | [hH]?"(?:\\[^\r\n]|[^"\\\r\n])*" | [hH]?'(?:\\[^\r\n]|[^'\\\r\n])*'
      )
    | (?P<number>\d\w*(?:\.\d\w*)?)
    | (?P<name>[^\W\d]\w*)
    | (?P<mark>[^\w\s"'])
    """,
    re.VERBOSE | re.DOTALL,
)
_CLOSING = {"(": ")", "[": "]", "{": "}"}


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
    found = tokens(query)
    if found is None:
        return False
    open_: list[str] = []
    for token in found:
        if token.kind == "mark" and token.text in _CLOSING:
            open_.append(_CLOSING[token.text])
        elif token.kind == "mark" and token.text in ")]}" and (not open_ or open_.pop() != token.text):
            return False
    return not open_


def statements(found: list[Token]) -> Iterator[list[Token]]:
    """The statements of a query, without the semicolons between them."""
    statement: list[Token] = []
    depth = 0
    for token in found:
        if token.kind == "mark":
            depth += (token.text in "([{") - (token.text in ")]}")
            if token.text == ";" and depth == 0:
                yield statement
                statement = []
                continue
        statement.append(token)
    if statement:
        yield statement
