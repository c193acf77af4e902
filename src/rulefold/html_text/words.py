"""Words and numbers as the page shows them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from markupsafe import Markup, escape

from rulefold.visible import visible, visible_lines

Item = TypeVar("Item")

# Where the long words of ATT&CK may be broken, for browsers that have no dictionary: Authenti-cation.
_LONG_WORD = re.compile(r"[A-Za-z]{11,}")
_SYLLABLE = re.compile(
    r"(?<=[a-z]{3})(?=tration|[bcdfgklmnv]ation|(?<!t)ration|(?<!s)tation|zation|sance|phishing|ment|(?<=p)tion)"
)

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def breakable(text: str) -> Markup:
    """A name with places where its long words may be broken in a narrow column."""
    escaped = escape(visible(text)).replace("/", Markup("/<wbr>"))
    return Markup(_LONG_WORD.sub(lambda word: _SYLLABLE.sub("&shy;", word[0]), escaped))  # noqa: S704 - escaped above


def humps(text: str) -> Markup:
    """A name with places where it may be broken before its capitals: MicrosoftThreat, Protection."""
    return Markup(_HUMP.sub("<wbr>", str(escape(visible(text)))))  # noqa: S704 - escaped


def lines(text: str) -> Markup:
    """A text whose line ends and tabs are kept, for an element that shows them.

    In an element quotes and `>` are what they are; escaped, those of the queries would be a twelfth of their page.
    """
    return Markup(_escaped(text))  # noqa: S704 - escaped


def marked(pieces: Iterable[tuple[str, str]]) -> Markup:
    """Pieces of a text as `lines` has them, each with the name of the element that it stands in, or with none."""
    texts = (f"<{element}>{_escaped(text)}</{element}>" if element else _escaped(text) for element, text in pieces)
    return Markup("".join(texts))  # noqa: S704 - escaped


def _escaped(text: str) -> str:
    return visible_lines(text).replace("&", "&amp;").replace("<", "&lt;")


def number(value: int) -> str:
    """`1234` as 1,234."""
    return f"{value:,}"


def counted(value: int, noun: str, nouns: str | None = None) -> str:
    """`1 rule`, `2 rules`."""
    return f"{value:,} {noun if value == 1 else nouns or noun + 's'}"


def spread(low: int, high: int) -> str:
    """`3 to 7`, or the number where both are one."""
    return number(low) if low == high else f"{low:,} to {high:,}"


def joined(words: Sequence[str], last: str = "and") -> str:
    """`a, b and c`."""
    return f" {last} ".join(part for part in (", ".join(words[:-1]), "".join(words[-1:])) if part)


@dataclass(frozen=True, slots=True)
class Cut(Generic[Item]):
    """The beginning of a list, and how many more there are."""

    items: Sequence[Item]
    more: int = 0


def cut(items: Sequence[Item], most: int) -> Cut[Item]:
    """A list that has at most so many items."""
    return Cut(items[:most], max(0, len(items) - most))


@dataclass(frozen=True, slots=True)
class Number:
    """A number, and the fragment where what it counts is listed; a zero leads nowhere."""

    value: int
    target: str

    @property
    def href(self) -> str | None:
        """The link, if there is something behind it."""
        return f"#{self.target}" if self.value else None
