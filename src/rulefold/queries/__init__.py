"""The queries of a catalogue: what they say, and what is wrong with them, told at their places on the pages."""

from rulefold.queries.look import (
    CODES,
    LACKING,
    WATCHLISTS,
    WITHOUT_WATCHLISTS,
    Looked,
    Looker,
    is_about_watchlists,
    look,
)
from rulefold.queries.memory import Memo, key_of, remembered
from rulefold.queries.places import first_line, placed, placed_at, placed_on_page

__all__ = [
    "CODES",
    "LACKING",
    "WATCHLISTS",
    "WITHOUT_WATCHLISTS",
    "Looked",
    "Looker",
    "Memo",
    "first_line",
    "is_about_watchlists",
    "key_of",
    "look",
    "placed",
    "placed_at",
    "placed_on_page",
    "remembered",
]
