"""What changed between two catalogues: detections added, removed, renamed to another id, and changed, field by field.

Compared is what a detection is.  Where it stands, how many rows state it, and what rulefold remarks on it are left out,
and so is the order of sets.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from rulefold.model import Catalogue, Connector, Detection, Schedule

Value = str | int | None


@dataclass(frozen=True, slots=True)
class SetChange:
    """What a set has gained and what it has lost."""

    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A value before and after; None where there is none."""

    old: Value
    new: Value


@dataclass(frozen=True, slots=True)
class Changed:
    """A detection that is in both catalogues, and its fields that differ, by their names."""

    old: Detection
    new: Detection
    fields: Mapping[str, SetChange | ValueChange]

    @property
    def is_moved(self) -> bool:
        """Whether it has another id than before."""
        return "id" in self.fields


@dataclass(frozen=True, slots=True)
class Changes:
    """The difference of two catalogues, each part in the order of the catalogue that it is from."""

    added: tuple[Detection, ...]
    removed: tuple[Detection, ...]
    changed: tuple[Changed, ...]
    unchanged: int

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def changes(old: Catalogue, new: Catalogue) -> Changes:
    """What changed from one catalogue to another.

    Detections are the same when their keys are.  Of the others, two are one that moved to another id when they have the
    same url, or the same title and query, and nothing else of either catalogue has.
    """
    before = {detection.key: detection for detection in old.detections}
    after = {detection.key: detection for detection in new.detections}
    gone = [one for key, one in before.items() if key not in after]
    come = [one for key, one in after.items() if key not in before]
    moved = _moved(gone, come)
    pairs = [(before[key], one) for key, one in after.items() if key in before]
    pairs += [(one, moved[one.key]) for one in gone if one.key in moved]
    place = {key: n for n, key in enumerate(after)}
    found = [Changed(one, other, fields) for one, other in pairs if (fields := _fields(one, other))]
    arrived = {one.key for one in moved.values()}
    return Changes(
        tuple(one for one in come if one.key not in arrived),
        tuple(one for one in gone if one.key not in moved),
        tuple(sorted(found, key=lambda change: place[change.new.key])),
        len(pairs) - len(found),
    )


def _moved(gone: Iterable[Detection], come: Iterable[Detection]) -> dict[str, Detection]:
    """For the keys of detections that moved, what they have become."""
    found: dict[str, Detection] = {}
    taken: set[str] = set()
    for mark in (_url, _text):
        before = _alone(mark, (one for one in gone if one.key not in found))
        after = _alone(mark, (one for one in come if one.key not in taken))
        for value, one in before.items():
            if value in after:
                found[one.key] = after[value]
                taken.add(after[value].key)
    return found


def _url(detection: Detection) -> object:
    return detection.url


def _text(detection: Detection) -> object:
    return (detection.title, detection.query) if detection.query else None


def _alone(mark: Callable[[Detection], object], detections: Iterable[Detection]) -> dict[object, Detection]:
    """Detections by a mark that no other of them has."""
    by_mark: defaultdict[object, list[Detection]] = defaultdict(list)
    for detection in detections:
        if value := mark(detection):
            by_mark[value].append(detection)
    return {value: own[0] for value, own in by_mark.items() if len(own) == 1}


def _fields(old: Detection, new: Detection) -> dict[str, SetChange | ValueChange]:
    before, after = _plain(old), _plain(new)
    found: dict[str, SetChange | ValueChange] = {}
    for name, one in before.items():
        other = after[name]
        if isinstance(one, tuple) and isinstance(other, tuple):
            if set(one) != set(other):
                found[name] = SetChange(_but(other, one), _but(one, other))
        elif one != other and not (isinstance(one, tuple) or isinstance(other, tuple)):
            found[name] = ValueChange(one, other)
    return found


def _but(some: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value for value in some if value not in others)


def _plain(detection: Detection) -> dict[str, Value | tuple[str, ...]]:
    """What is compared: single values, and sets as tuples."""
    schedule = detection.schedule or Schedule()
    return {
        "id": detection.id,
        "title": detection.title,
        "description": detection.description,
        "type": detection.type,
        "severity": detection.severity,
        "tactics": detection.tactics,
        "techniques": detection.techniques,
        "platforms": detection.platforms,
        "data_types": detection.data_types,
        "connectors": tuple(_connector(one) for one in detection.connectors),
        "query_frequency": schedule.query_frequency,
        "query_period": schedule.query_period,
        "trigger_operator": schedule.trigger_operator,
        "trigger_threshold": schedule.trigger_threshold,
        "url": detection.url,
        "ingested_date": detection.ingested_date,
        "query": detection.query,
    }


def _connector(connector: Connector) -> str:
    """A connector with what it brings: `AzureActivity (AzureActivity; Azure)`."""
    brought = "; ".join(", ".join(sorted(values)) for values in (connector.data_types, connector.platforms))
    return f"{connector.id} ({brought})"
