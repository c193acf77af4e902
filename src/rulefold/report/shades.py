"""The colours of coverage: one hue in five steps for rules that alert, another for those that do not, and gaps.

Every text colour has a contrast of at least 4.5:1 on its fill (WCAG 2.2, 1.4.3).  Blue and orange stay apart for
people who see no red or no green, and the steps of one hue stay apart in grey.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

from rulefold.attack.gaps import Need
from rulefold.report.words import NEEDS

INK, PAPER = "#14212e", "#ffffff"


@dataclass(frozen=True, slots=True)
class Shade:
    """A fill, the colour of text on it, and what it stands for in a legend."""

    label: str
    fill: str
    text: str = INK


BOUNDS = (1, 2, 5, 10)  # the largest count of each step but the last, which has no end

ALERTING = (
    Shade("1", "#d5e6f5"),
    Shade("2", "#a9cdea"),
    Shade("3–5", "#6fabda"),
    Shade("6–10", "#2a6cab", PAPER),
    Shade("more than 10", "#0b3b6d", PAPER),
)
HUNTING = (
    Shade("1", "#fdebcd"),
    Shade("2", "#f6c46e"),
    Shade("3–5", "#eaab48"),
    Shade("6–10", "#a65b07", PAPER),
    Shade("more than 10", "#693603", PAPER),
)
HUNTED = Shade("hunted for only", HUNTING[1].fill)
NOTHING = Shade("nothing declared", "#f1f3f5", "#55606c")
IMPLIED = Shade("implied only", "#e4d8f1")
GAPS: Mapping[Need, Shade] = {
    Need.CONNECTED: Shade(NEEDS[Need.CONNECTED], "#f3a9a1"),
    Need.SOURCE: Shade(NEEDS[Need.SOURCE], "#f7d3ce"),
    Need.NEWER: Shade(NEEDS[Need.NEWER], "#d3d7de"),
    Need.OUTSIDE: Shade(NEEDS[Need.OUTSIDE], "#e9ebee"),
}


def step(count: int) -> int:
    """The step of a count, from 0 to 4.  Raises ValueError for a count below 1, which has no colour."""
    if count < 1:
        raise ValueError(f"found {count}, expected at least 1")
    return bisect_left(BOUNDS, count)


def shade(alerting: int) -> Shade:
    """The shade of a cell that detections declare, by how many of them alert."""
    return ALERTING[step(alerting)] if alerting else HUNTED
