"""The letters with which titles begin, each leading to the first of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from rulefold.targets.html_catalogue.names import Reference


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, or # for all else, with its fragment; it leads to the first rule that begins with it."""

    letter: str
    id: str
    first: int


def letters(rules: Sequence[Reference]) -> dict[int, Letter]:
    """The letters by the number of the rule that is the first to begin with each; `rules` are in the page's order."""
    found: dict[str, Letter] = {}
    for own in rules:
        first = own.title[0].upper()
        letter = first if first.isascii() and first.isalpha() else "#"
        found.setdefault(letter, Letter(letter, f"at-{letter.lower() if letter != '#' else '0'}", own.number))
    return {one.first: one for one in found.values()}
