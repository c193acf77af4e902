"""What goes dark when connectors fall silent: detections that die, cells that are lost, and cells that are weaker.

Where the query of a rule was read, it says which tables the rule needs: an inner join both sides, a union any.
Elsewhere a catalogue says which data types a rule declares, and not whether it needs all of them.  So there are two
cases, and the truth lies between them: at best a rule lives while any of its data types arrives, at worst it needs
every one.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from rulefold.attack.claims import Claims
from rulefold.attack.coverage import Coverage, Keys
from rulefold.attack.snapshot import Pair
from rulefold.model import Detection, parse_data_type


@dataclass(frozen=True, slots=True)
class Fall:
    """What detections of one type lose in one of the two cases.

    `dead` are the detections that no longer work.  `lost` are the cells that none of the type declares any more,
    `weakened` those that fewer do, as (before, after); both in matrix order.
    """

    dead: Keys
    lost: tuple[Pair, ...]
    weakened: Mapping[Pair, tuple[int, int]]

    @property
    def techniques(self) -> frozenset[str]:
        """The ids in lost cells; one may still be declared under another tactic."""
        return frozenset(technique for _, technique in self.lost)


@dataclass(frozen=True, slots=True)
class Outage:
    """The loss of connectors: the detections that name them, and by type of detection the best and the worst case."""

    connectors: tuple[str, ...]
    detections: Keys
    best: Mapping[str, Fall]
    worst: Mapping[str, Fall]

    @property
    def weight(self) -> tuple[int, int, int]:
        """How much is lost: cells at best, cells at worst, detections at worst."""
        best, worst = (sum(len(fall.lost) for fall in case.values()) for case in (self.best, self.worst))
        return best, worst, sum(len(fall.dead) for fall in self.worst.values())


def connectors_of(detections: Iterable[Detection]) -> dict[str, list[Detection]]:
    """The detections that name a connector, by its name in lower case; invented connectors are none."""
    found: defaultdict[str, list[Detection]] = defaultdict(list)
    for detection in detections:
        for id_ in {connector.id.lower() for connector in detection.connectors if not connector.invented}:
            found[id_].append(detection)
    return dict(sorted(found.items()))


def spellings(detections: Iterable[Detection]) -> dict[str, str]:
    """The names of connectors as detections first spell them, by their names in lower case."""
    found: dict[str, str] = {}
    for detection in detections:
        for connector in detection.connectors:
            if not connector.invented:
                found.setdefault(connector.id.lower(), connector.id)
    return found


def outage(found: Coverage, without: Collection[str]) -> Outage:
    """What a coverage loses without these connectors, which are compared without case."""
    return _Losses.of(found).without(without)


def single_points(found: Coverage) -> tuple[Outage, ...]:
    """For each connector by itself what is lost without it, the heaviest loss first."""
    losses = _Losses.of(found)
    each = [losses.without([name]) for name in losses.by_connector]
    return tuple(sorted(each, key=lambda one: ([-weight for weight in one.weight], one.connectors)))


@dataclass(frozen=True, slots=True)
class _Losses:
    """What is asked for every connector, prepared once."""

    found: Coverage
    claims: Mapping[str, Claims]
    by_connector: Mapping[str, list[Detection]]
    spelled: Mapping[str, str]
    place: Mapping[str, int]

    @classmethod
    def of(cls, found: Coverage) -> "_Losses":
        return cls(
            found,
            {own.detection: own for own in found.claims},
            connectors_of(found.detections),
            spellings(found.detections),
            {shortname: n for n, shortname in enumerate(found.snapshot.tactics)},
        )

    def without(self, connectors: Iterable[str]) -> Outage:
        gone = {connector.lower(): connector for connector in connectors}
        touched = {one.key: one for name in gone for one in self.by_connector.get(name, ())}
        deaths = {key: dies(detection, gone) for key, detection in touched.items()}
        best = self._falls(key for key, (surely, _) in deaths.items() if surely)
        worst = self._falls(key for key, (_, maybe) in deaths.items() if maybe)
        names = tuple(sorted(self.spelled.get(name, given) for name, given in gone.items()))
        return Outage(names, tuple(sorted(touched)), best, worst)

    def _falls(self, dead: Iterable[str]) -> dict[str, Fall]:
        by_type: dict[str, list[str]] = {type_: [] for type_ in self.found.by_type}
        for key in sorted(dead):
            by_type[self.claims[key].type or ""].append(key)
        return {type_: self._fall(type_, keys) for type_, keys in by_type.items()}

    def _fall(self, type_: str, dead: list[str]) -> Fall:
        gone = Counter(pair for key in dead for pair in self.claims[key].declared)
        declared = self.found.by_type[type_].declared
        cells = sorted(gone, key=lambda pair: (self.place[pair[0]], pair[1]))
        left = {pair: (len(declared[pair]), len(declared[pair]) - gone[pair]) for pair in cells}
        lost = tuple(pair for pair, (_, after) in left.items() if not after)
        return Fall(tuple(dead), lost, {pair: counts for pair, counts in left.items() if counts[1]})


def dies(detection: Detection, without: Collection[str]) -> tuple[bool, bool]:
    """Whether a detection surely dies without these connectors (in lower case), and whether it may.

    A data type that another of its connectors brings too is not lost.  A detection that names no connector does not
    die.
    """
    brought: defaultdict[str, set[str]] = defaultdict(set)
    for data_type, connector in _supply(detection):
        brought[data_type].add(connector)
    lost = [data_type for data_type, connectors in brought.items() if connectors.issubset(without)]
    if detection.needs is not None and (tables := _read_of(detection, lost)) is not None:
        dead = all(tables & set(alternative) for alternative in detection.needs)
        return dead, dead
    return bool(lost) and len(lost) == len(brought), bool(lost)


def _read_of(detection: Detection, data_types: Collection[str]) -> set[str] | None:
    """The tables of data types; None where the query reads none of those that the rule declares, and tells nothing."""
    declared = {table for connector in detection.connectors for table in connector.tables}
    if not declared.intersection(detection.tables or ()):
        return None
    return {parse_data_type(data_type)[0] for data_type in data_types}


def _supply(detection: Detection) -> Iterator[tuple[str, str]]:
    """The data types of a detection with the connectors that bring them; a connector without one stands for itself."""
    for connector in detection.connectors:
        if not connector.invented:
            name = connector.id.lower()
            yield from ((data_type, name) for data_type in connector.data_types or (f"all of {name}",))
