"""The queries of a catalogue: what they say, and what is wrong with them, told at their places on the pages."""

from rulefold.queries.look import Looked, look
from rulefold.queries.places import placed, placed_on_page

__all__ = ["Looked", "look", "placed", "placed_on_page"]
