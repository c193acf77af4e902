"""Threats to hold a catalogue against: techniques, listed one a line or as a layer of the ATT&CK Navigator."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rulefold import codes
from rulefold.attack.coverage import Coverage, Keys, keys_by_technique
from rulefold.attack.snapshot import Resolution, Snapshot
from rulefold.diagnostics import Diagnostic
from rulefold.text import Place, Source

_ENTRY = re.compile(r"[ \t,;]*([^\s,;#]+)?[^\n]*")
_ID = re.compile(r"[Tt]\d{4}(?:\.\d{3})?")


class ThreatsError(ValueError):
    """A file holds no threats: carries the diagnostic that says so."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        """Carry a diagnostic, and its message."""
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class State(StrEnum):
    """How far a catalogue sees a technique, from best to worst.

    ALERTED: an Analytics rule declares it.  DECLARED: only detections of other types do, which do not alert.  PARTLY:
    some of its sub-techniques are declared.  IMPLIED: detections name it and none of its tactics.  NONE: nothing.
    UNKNOWN: ATT&CK does not have it.
    """

    ALERTED = "alerted"
    DECLARED = "hunted"
    PARTLY = "sub-techniques"
    IMPLIED = "implied"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Threat:
    """A named list of technique ids, each once, as the file states them."""

    name: str
    techniques: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen of one technique of a threat, and by which detections."""

    resolution: Resolution
    state: State
    detections: Keys

    @property
    def stated(self) -> str:
        """The id as the file has it."""
        return self.resolution.chain[0]


def read_threats(source: Source, snapshot: Snapshot) -> tuple[list[Threat], list[Diagnostic]]:
    """The threats in a file, and what is to be said of ids that ATT&CK does not have.

    Raises ThreatsError where the file is neither a list nor a layer.
    """
    if source.damaged:
        raise ThreatsError(codes.UNUSABLE_THREATS.at(Place(source.name, 1, 1), "found bytes that are no UTF-8 text"))
    is_json = source.text.lstrip()[:1] in ("{", "[")
    placed = list(_layers(source) if is_json else _list(source))
    threats = [Threat(name, tuple(dict.fromkeys(id_ for id_, _ in stated))) for name, stated in placed]
    if not any(threat.techniques for threat in threats):
        raise ThreatsError(codes.UNUSABLE_THREATS.at(Place(source.name, 1, 1), "found no technique id"))
    first = {id_: offset for _, stated in reversed(placed) for id_, offset in reversed(stated)}
    unknown = [id_ for id_ in first if snapshot.resolve(id_).active is None]
    return threats, [
        codes.UNKNOWN_THREAT.at(
            source.place(first[id_]), f"found {id_}, which is no active technique of {snapshot.title}"
        )
        for id_ in sorted(unknown, key=first.__getitem__)
    ]


def _list(source: Source) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    stated = []
    for line in _ENTRY.finditer(source.text):
        if word := line[1]:
            if not _ID.fullmatch(word):
                message = f"found {word[:40]!r}, expected a technique id like T1059.001"
                raise ThreatsError(codes.UNUSABLE_THREATS.at(source.place(line.start(1)), message))
            stated.append((word.upper(), line.start(1)))
    yield source.name, stated


def _layers(source: Source) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    start = Place(source.name, 1, 1)
    try:
        content = json.loads(source.text)
    except json.JSONDecodeError as error:
        place = Place(source.name, error.lineno, error.colno)
        raise ThreatsError(codes.UNUSABLE_THREATS.at(place, f"found no JSON ({error.msg})")) from error
    except (RecursionError, ValueError) as error:
        raise ThreatsError(codes.UNUSABLE_THREATS.at(start, f"found JSON that cannot be read ({error})")) from error
    for layer in content if isinstance(content, list) else [content]:
        techniques = layer.get("techniques") if isinstance(layer, dict) else None
        if not isinstance(techniques, list):
            raise ThreatsError(codes.UNUSABLE_THREATS.at(start, "found JSON without a list of techniques"))
        ids = _meant(techniques)
        yield str(layer.get("name") or source.name), [(id_, max(source.text.find(f'"{id_}"'), 0)) for id_ in ids]


def _meant(techniques: Sequence[Any]) -> list[str]:
    """The ids that a layer marks; entries without a score only open a technique's sub-techniques to view."""
    entries: list[Mapping[str, Any]] = [one for one in techniques if isinstance(one, dict)]
    entries = [one for one in entries if isinstance(one.get("techniqueID"), str) and one.get("enabled") is not False]
    scored = [one for one in entries if isinstance(one.get("score"), int | float)]
    marked = [one for one in scored if one["score"] > 0] if scored else entries
    return [one["techniqueID"] for one in marked]


def sights(threat: Threat, found: Coverage) -> tuple[Sight, ...]:
    """What a coverage sees of each technique of a threat; ids that migration merges stand once, as first stated."""
    alerting, declared = found.by_type["Analytics"].by_technique, found.all.by_technique
    implied = keys_by_technique(found.all.implied)
    seen: dict[str, Sight] = {}
    for stated in threat.techniques:
        resolution = found.snapshot.resolve(stated)
        id_ = resolution.active.id if resolution.active else stated
        if id_ in seen:
            continue
        inherited = {key for child in found.snapshot.subtechniques(id_) for key in declared.get(child, ())}
        by_state: dict[State, Iterable[str]] = {
            State.ALERTED: alerting.get(id_, ()),
            State.DECLARED: declared.get(id_, ()),
            State.PARTLY: inherited,
            State.IMPLIED: implied.get(id_, ()),
        }
        state = next((state for state, keys in by_state.items() if keys), State.NONE)
        known = state if resolution.active else State.UNKNOWN
        seen[id_] = Sight(resolution, known, tuple(sorted(by_state.get(known, ()))))
    return tuple(seen.values())
