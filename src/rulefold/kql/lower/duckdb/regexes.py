r"""Kusto's regular expressions → those of DuckDB.

Kusto's are those of Rust, in which `\d`, `\w` and `\s` are of all scripts; DuckDB's are those of RE2, in which they
are of ASCII.  What RE2 has no words for is refused.  Both match `\b` at the edges of words; those of RE2 are of ASCII.

A class in a class, as in `[a[^b]]`, is Rust's alone.  Where a `[` in a class leaves none that ends, as in `[[]`, it
stands for itself, as it did while Kusto's were those of RE2.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from rulefold.kql.faults import QueryError

_WORD, _SPACE = r"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}", r"\s\x0b\x{85}\p{Z}"
_IN_CLASS = {
    r"\d": r"\p{Nd}", r"\D": r"\P{Nd}", r"\w": _WORD, r"\s": _SPACE,
    r"\W": r"\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Po}\p{S}\p{Z}\p{C}\p{No}",
}  # fmt: skip
_OUTSIDE = {
    r"\d": r"\p{Nd}", r"\D": r"\P{Nd}", r"\w": f"[{_WORD}]", r"\W": f"[^{_WORD}]", r"\s": f"[{_SPACE}]",
    r"\S": f"[^{_SPACE}]",
}  # fmt: skip
_ESCAPE = r"\\[pP]\{[^}]*\}|\\[xuU]\{[0-9A-Fa-f]+\}|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}|\\b\{[^}]*\}|\\."
_PIECE = re.compile(_ESCAPE + r"|\(\?P?<\w+>|\(\?[^:)<]*[:)]|\[\^?\]?|[^\\(\[]+|.", re.DOTALL)
_CLASS_PIECE = re.compile(_ESCAPE + r"|\[:\^?\w+:\]|&&|--|~~|[^]\\[&~-]+|.", re.DOTALL)
_CODE = re.compile(r"\\[uU]\{?([0-9A-Fa-f]+)\}?")
_NAMED = re.compile(r"\(\?P?<(\w+)>")
_UNKNOWN_ESCAPES = ("\\Q", "\\C", "\\<", "\\>", "\\b{")


@dataclass(frozen=True, slots=True)
class Expression:
    """A regular expression for DuckDB: its text, and the names of its groups, empty for those without one."""

    text: str
    groups: tuple[str, ...]


def translated(pattern: str, refused: Callable[[str], QueryError]) -> Expression:
    """A regular expression of Kusto for DuckDB; `refused` makes the refusal of what DuckDB has no words for."""
    pieces: list[str] = []
    groups: list[str] = []
    place, inside, nests = 0, False, False
    while place < len(pattern):
        found = (_CLASS_PIECE if inside else _PIECE).match(pattern, place)
        if found is None:  # a backslash that ends the text
            raise refused(f"found {pattern}, which is no regular expression")
        piece, place = found[0], found.end()
        if not inside and piece[0] == "[":
            nests = _ends(pattern, found.start())
        if inside and piece == "[" and not nests:
            piece = r"\["
        pieces.append(_in_class(piece, refused) if inside else _outside(piece, groups, refused))
        inside = piece != "]" if inside else piece[0] == "["
    return Expression("".join(pieces), tuple(groups))


_OPENING = re.compile(r"\[\^?\]?")


def _ends(pattern: str, place: int) -> bool:
    """Whether a class that starts at a place ends, where each `[` in it starts another."""
    depth = 0
    while place < len(pattern):
        found = _OPENING.match(pattern, place) if not depth else _CLASS_PIECE.match(pattern, place)
        if found is None:
            return False
        if found[0].startswith("[") and not found[0].startswith("[:"):
            found = _OPENING.match(pattern, place) or found
            depth += 1
        elif found[0] == "]":
            depth -= 1
        if not depth:
            return True
        place = found.end()
    return False


def _in_class(piece: str, refused: Callable[[str], QueryError]) -> str:
    if piece in ("[", "&&", "--", "~~"):
        raise refused(f"found {piece} in a class of a regular expression, which is not run")
    return _escaped(piece, _IN_CLASS, refused)


def _outside(piece: str, groups: list[str], refused: Callable[[str], QueryError]) -> str:
    if named := _NAMED.fullmatch(piece):
        groups.append(named[1])
        return f"(?P<{named[1]}>"
    if piece == "(":
        groups.append("")
    elif piece.startswith("(?") and not set(piece[2:-1]) <= set("imsU-"):
        raise refused(f"found {piece} in a regular expression, which is not run")
    return _escaped(piece, _OUTSIDE, refused)


def _escaped(piece: str, escapes: dict[str, str], refused: Callable[[str], QueryError]) -> str:
    if piece.startswith(_UNKNOWN_ESCAPES):
        raise refused(f"found {piece} in a regular expression, which is not run")
    if code := _CODE.fullmatch(piece):
        return f"\\x{{{code[1]}}}"
    return escapes.get(piece, piece)
