"""A bar for each tactic: how many of its techniques are alerted on, how many are only declared otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass

from rulefold.attack.coverage import Coverage
from rulefold.report.page.kinds import Kind


@dataclass(frozen=True, slots=True)
class Bar:
    """A tactic.

    `alerted` techniques have an alerting rule, `hunted` a hunting query; `rest` have detections and none that alerts.
    `mapped` and `tactic_only` are detections by kind, with a declared pair here and with the tactic alone.
    """

    id: str
    name: str
    techniques: int
    alerted: int
    hunted: int
    rest: int
    mapped: tuple[int, ...]
    tactic_only: tuple[int, ...]

    def width(self, count: int) -> str:
        """A number of techniques as a part of the bar, in percent."""
        return f"{100 * count / self.techniques:.1f}" if self.techniques else "0"


def tactic_bars(found: Coverage, kinds: Sequence[Kind]) -> tuple[Bar, ...]:
    """The bars in the order of the matrix."""
    bars = []
    for tactic in found.snapshot.tactics.values():
        whole = found.all.tactics[tactic.shortname]
        counts = [kind.figures.tactics[tactic.shortname] for kind in kinds]
        bars.append(
            Bar(
                tactic.shortname,
                tactic.name,
                whole.techniques,
                counts[0].covered,
                counts[1].covered,
                whole.covered - counts[0].covered,
                tuple(len(count.declared) for count in counts),
                tuple(len(count.tactic_only) for count in counts),
            )
        )
    return tuple(bars)
