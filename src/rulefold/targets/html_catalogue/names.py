"""Names on the page: of rules, of what they state, and of the fragments that lead to them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from rulefold.model import Detection
from rulefold.visible import cut, visible

_MOST = 300  # characters of a name
_KEY = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{7,199}", re.ASCII)
_OWN = re.compile(r"[a-z-]+")  # ids of the page itself that are as long as a key


@dataclass(frozen=True, slots=True)
class Reference:
    """A rule as lists name it: its number on the page, its key if that can be an id, and its title."""

    number: int
    key: str
    title: str

    @property
    def href(self) -> str:
        """The link to it: by number, as ten links with a key take more room than a query."""
        return f"#r{self.number}"


def name(text: str | None, otherwise: str = "") -> str:
    """A name as the page shows it; one that has nothing to be seen is called otherwise."""
    return cut(visible(text).strip(), _MOST) if text and text.strip() else otherwise


def references(detections: Sequence[Detection]) -> dict[str, Reference]:
    """References to rules by key, in their order on the page."""
    found: dict[str, Reference] = {}
    for number, one in enumerate(detections, 1):
        sound = _KEY.fullmatch(one.key) and not _OWN.fullmatch(one.key) and one.key not in found
        found[one.key] = Reference(number, one.key if sound else "", name(one.title, "(without a title)"))
    return found


def file(folder: str, key: str, ending: str) -> str:
    """The relative link to a file that is named by a key."""
    return f"{folder}/{quote(key, '', errors='replace')}.{ending}"


def in_order(values: Iterable[str], order: Sequence[str]) -> list[str]:
    """Values that have a place in an order, then the others by name; the empty one stands last."""
    place = {value: n for n, value in enumerate(order)}
    return sorted(values, key=lambda value: (not value, place.get(value, len(order)), value.casefold(), value))
