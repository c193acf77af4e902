"""The rules by tactic, connector, severity and type: groups to choose from, and a list of each."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rulefold.html_text.words import Cut, cut
from rulefold.model import Detection
from rulefold.targets.html_catalogue.names import Reference, in_order, name
from rulefold.targets.sentinel import TACTICS

_GROUPS = 250  # of a view
_LISTED = 1_000  # in a group


@dataclass(frozen=True, slots=True)
class Axis:
    """A way to group rules: its name and letter, what it is called, the values of a rule, and those with an order.

    One that is not `shown` is only there to search by, as nobody reads a list of half of all rules.
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
    """The rules that share a value; `id` is the fragment of the list, a letter and its place among the values."""

    id: str
    name: str
    total: int
    rules: Cut[Reference]


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


def views(detections: Sequence[Detection], known: Mapping[str, Reference]) -> tuple[View, ...]:
    """The views of rules; `known` are references to all of them."""
    return tuple(_view(axis, detections, known) for axis in AXES)


def _view(axis: Axis, detections: Sequence[Detection], known: Mapping[str, Reference]) -> View:
    members: defaultdict[str, list[Reference]] = defaultdict(list)
    for one in detections:
        for value in dict.fromkeys(axis.values(one) or [""]):
            members[value].append(known[one.key])
    values = cut(in_order(members, axis.order), _GROUPS)
    groups = {value: _group(axis, n, value, members[value]) for n, value in enumerate(values.items, 1)}
    return View(axis, Cut(list(groups.values()), values.more), groups)


def _group(axis: Axis, number: int, value: str, rules: Sequence[Reference]) -> Group:
    shown = name(value, f"no {axis.title.lower()}")
    return Group(f"{axis.letter}{number}", shown, len(rules), cut(rules, _LISTED))
