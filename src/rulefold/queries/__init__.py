"""The queries of a catalogue: what they say, and what is wrong with them, told at their places on the pages."""

from rulefold.queries.look import CODES, LACKING, Looked, Looker, Memo, look
from rulefold.queries.places import placed, placed_at, placed_on_page

__all__ = ["CODES", "LACKING", "Looked", "Looker", "Memo", "look", "placed", "placed_at", "placed_on_page"]
