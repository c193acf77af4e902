"""Tokens and comments → pieces: words, and brackets with what stands in them."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from rulefold.kql.layout.marks import Marks, is_call_word
from rulefold.kql.tokens import TYPED, Kind, Token, comments

FOREVER = 1 << 60
_CLOSES = {"(": ")", "[": "]", "{": "}"}
_OPENS_JSON = ("(", ",", ":", "[")  # what stands before the brace of a bag, and before no other
_NO_SPACE_BEFORE = frozenset([",", ";", ")", "]", "}", ".", ":"])
_NO_SPACE_BEHIND = frozenset(["(", "[", "{", "."])
_TYPED = frozenset(TYPED.split("|"))
_PAIRS = ("bag_pack", "pack", "pack_dictionary")  # functions of keys and values
_BLANK = re.compile(r"\n[ \t\r\f\v]*\n")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a line of its own, and whether a blank line stands before it."""

    text: str
    blank: bool


@dataclass(slots=True)
class Word:
    """A token with the comments around it: those on lines before it, and the one that ends its line."""

    token: Token
    spaced: bool = False
    leading: tuple[Comment, ...] = ()
    trailing: str = ""
    blank: bool = False  # whether a blank line stands before the token, behind its comments

    @property
    def text(self) -> str:
        """The token's text."""
        return self.token.text

    @property
    def start(self) -> int:
        """Where the token begins."""
        return self.token.start

    @property
    def first(self) -> "Word":
        """The first word, itself."""
        return self

    @property
    def last(self) -> "Word":
        """The last word, itself."""
        return self

    @property
    def width(self) -> int:
        """The columns it takes on a line, with the space before it."""
        return len(self.text.partition("\n")[0]) + self.spaced


@dataclass(slots=True)
class Bracket:
    """Brackets and what stands in them; `forced` where that cannot stand on one line."""

    opening: Word
    inside: "list[Piece]" = field(default_factory=list)
    closing: Word | None = None
    width: int = 0
    forced: bool = False
    row: int = 1  # the number of items that belong on a line

    @property
    def text(self) -> str:
        """The bracket that opens."""
        return self.opening.text

    @property
    def start(self) -> int:
        """Where it begins."""
        return self.opening.start

    @property
    def first(self) -> Word:
        """The first word in it."""
        return self.opening

    @property
    def last(self) -> Word:
        """The last word in it."""
        return self.closing or self.opening


Piece = Word | Bracket


def is_forced(pieces: list[Piece]) -> bool:
    """Whether pieces cannot stand on one line: for what is in their brackets, or for a comment between them."""
    if any(isinstance(piece, Bracket) and piece.forced for piece in pieces):
        return True
    return any(piece.first.leading for piece in pieces[1:]) or any(piece.last.trailing for piece in pieces[:-1])


def width_of(pieces: list[Piece]) -> int:
    """The columns that pieces take on one line."""
    return sum(piece.width for piece in pieces)


def split(pieces: list[Piece], *separators: str) -> list[list[Piece]]:
    """Pieces between separators, each of which stays with what is before it."""
    parts: list[list[Piece]] = [[]]
    for piece in pieces:
        parts[-1].append(piece)
        if isinstance(piece, Word) and piece.text in separators:
            parts.append([])
    return parts if parts[-1] or len(parts) == 1 else parts[:-1]


def split_before(pieces: list[Piece], *separators: str) -> list[list[Piece]]:
    """Pieces between separators, each of which stays with what is behind it; one that is the first divides nothing."""
    parts: list[list[Piece]] = [[]]
    for piece in pieces:
        if isinstance(piece, Word) and piece.text in separators and parts[-1]:
            parts.append([])
        parts[-1].append(piece)
    return parts


def has(pieces: list[Piece], *texts: str) -> bool:
    """Whether one of a few words stands among pieces, outside of brackets."""
    return any(isinstance(piece, Word) and piece.text in texts for piece in pieces)


# ------------------------------------------------------------------------------------------------ from the tokens


def nest(words: list[Word]) -> list[Piece]:
    """Words with brackets made of those that stand in brackets."""
    levels: list[list[Piece]] = [[]]
    open_: list[Bracket] = []
    for word in words:
        if word.token.kind is Kind.PUNCTUATION and word.text in _CLOSES:
            open_.append(Bracket(word))
            levels.append([])
        elif open_ and word.token.kind is Kind.PUNCTUATION and word.text == _CLOSES[open_[-1].text]:
            inside = levels.pop()
            levels[-1].append(_closed(open_.pop(), inside, word, levels[-1]))
        else:
            levels[-1].append(word)
    return levels[0]


def _closed(bracket: Bracket, inside: list[Piece], closing: Word, before: list[Piece]) -> Bracket:
    bracket.inside, bracket.closing = inside, closing
    bracket.width = bracket.opening.width + width_of(inside) + closing.width
    braces = bracket.text == "{" and bool(before) and before[-1].last.text not in _OPENS_JSON
    commented = (
        bracket.opening.trailing
        or closing.leading
        or (inside and (inside[0].first.leading or inside[-1].last.trailing))
    )
    bracket.row = _row(bracket.text, before)
    rows = bracket.text == "[" and 1 < bracket.row < sum(isinstance(one, Word) and one.text == "," for one in inside)
    bracket.forced = bool(inside and (braces or has(inside, "|", ";") or is_forced(inside) or rows)) or bool(commented)
    return bracket


def _row(opens: str, before: list[Piece]) -> int:
    """How many items belong on a line: a row of a datatable, or a key and its value."""
    match opens, before[-2:]:
        case "[", [Word() as word, Bracket() as schema] if word.text == "datatable":
            return len(split(schema.inside, ","))
        case "(", [*_, Word() as word] if word.text in _PAIRS:
            return 2
    return 1


def words(text: str, tokens: list[Token], found: Marks) -> list[Word]:
    """The tokens of a text with their comments, and whether a space stands before them on a line."""
    remarks = comments(text)
    as_is = _as_is(tokens, found)
    result: list[Word] = []
    index, end = 0, 0
    for token in tokens:
        word = Word(token, bool(result) and _spaced(result[-1].token, token, found, token.start in as_is))
        leading: list[Comment] = []
        while index < len(remarks) and remarks[index].end <= token.start:
            span = remarks[index]
            index += 1
            gap, body = text[end : span.start], text[span.start : span.end].rstrip()
            if result and not leading and "\n" not in gap and not result[-1].trailing:
                result[-1].trailing = body
            else:
                leading.append(Comment(body, bool(_BLANK.search(gap))))
            end = span.end
        word.leading, word.blank = tuple(leading), bool(_BLANK.search(text[end : token.start]))
        result.append(word)
        end = token.end
    return result


def _as_is(tokens: list[Token], found: Marks) -> set[int]:
    """Where the tokens begin of what is not understood, the first of each apart: they stand as they stood."""
    starts = [token.start for token in tokens]
    spans = ((bisect_right(starts, span.start), bisect_left(starts, span.end)) for span in found.as_is)
    return {starts[index] for first, last in spans for index in range(first, last)}


def _spaced(before: Token, token: Token, found: Marks, as_is: bool) -> bool:
    if as_is:
        return token.start > before.end
    if (token.text == "(" and before.text in _TYPED) or (token.text == "." and before.text == "hint"):
        return True  # without a space it would be another token
    if token.start in found.before or before.start in found.behind:
        return False
    if token.kind is Kind.PUNCTUATION and token.text in _NO_SPACE_BEFORE:
        return False
    if before.kind is Kind.PUNCTUATION and before.text in _NO_SPACE_BEHIND:
        return False
    return not (token.text == "(" and is_call_word(before))
