"""The rules by tactic, connector, severity and type: groups to choose from."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rulefold.html_text.words import Cut, cut
from rulefold.model import Detection
from rulefold.targets.html_catalogue.names import in_order, name
from rulefold.targets.sentinel import TACTICS

_GROUPS = 250  # of a view


@dataclass(frozen=True, slots=True)
class Axis:
    """A way to group rules: its name and letter, what it is called, the values of a rule, and those with an order.

    One that is not `shown` is only there to search by, as nobody browses half of all rules.
    """

    name: str
    letter: str
    title: str
    titles: str
    values: Callable[[Detection], Sequence[str]]
    order: tuple[str, ...] = ()
    shown: bool = True


AXES = (
    Axis("tactic", "t", "Tactic", "Tactics", lambda one: one.tactics, TACTICS),
    Axis("connector", "c", "Connector", "Connectors", lambda one: [connector.id for connector in one.connectors]),
    Axis("severity", "s", "Severity", "Severities", lambda one: [one.severity or ""], ("High", "Medium", "Low")),
    Axis("type", "k", "Type", "Types", lambda one: [one.type or ""], ("Analytics", "Hunting"), shown=False),
)


@dataclass(frozen=True, slots=True)
class Group:
    """The rules that share a value; `id` is the fragment that leaves them, a letter and its place among the values."""

    id: str
    name: str
    total: int


@dataclass(frozen=True, slots=True)
class View:
    """The groups of an axis, as far as there is room for them."""

    axis: Axis
    groups: Cut[Group]
    by_value: Mapping[str, Group]

    def of(self, detection: Detection) -> list[Group]:
        """The groups that a rule is in and the view has."""
        values = dict.fromkeys(self.axis.values(detection) or [""])
        return [group for value in values if (group := self.by_value.get(value))]


def views(detections: Sequence[Detection]) -> tuple[View, ...]:
    """The views of rules."""
    return tuple(_view(axis, detections) for axis in AXES)


def _view(axis: Axis, detections: Sequence[Detection]) -> View:
    totals = Counter(value for one in detections for value in dict.fromkeys(axis.values(one) or [""]))
    values = cut(in_order(totals, axis.order), _GROUPS)
    otherwise = f"no {axis.title.lower()}"
    groups = {
        value: Group(f"{axis.letter}{number}", name(value, otherwise), totals[value])
        for number, value in enumerate(values.items, 1)
    }
    return View(axis, Cut(list(groups.values()), values.more), groups)
