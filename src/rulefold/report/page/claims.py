"""What detections say of ATT&CK beside their best claim: further techniques, old ids, what counts nowhere."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rulefold.attack.claims import Claims
from rulefold.attack.coverage import Coverage
from rulefold.attack.matrix import Outcome
from rulefold.attack.snapshot import Snapshot
from rulefold.html_text.words import Cut, Number, cut
from rulefold.report.page.index import Index, Reference
from rulefold.report.page.kinds import Kind

_LISTED, _VALUES = 500, 60  # detections of one value, and values of one class

# What is shown apart, in the order of the page: a title, and what it means.
CLASSES: Mapping[str, tuple[str, str]] = {
    "implied": ("Implied too", "Beside a declared pair, a technique without any of its tactics."),
    "tactic-only": (
        "Tactic only too",
        "Beside a declared or implied technique, a tactic without any of its techniques.",
    ),
    "migrated": (
        "Migrated",
        "An id that MITRE has revoked; its successor takes its place and counts like any other.",
    ),
    Outcome.AMBIGUOUS: (
        "Ambiguous",
        "A tactic that MITRE has split, and no technique that says which part is meant. Counts nowhere.",
    ),
    Outcome.NO_TACTIC: ("No tactic", "A tactic that this version of ATT&CK does not have. Counts nowhere."),
    Outcome.UNKNOWN: ("Unknown", "An id that ATT&CK does not have. Counts nowhere."),
    Outcome.DEPRECATED: ("Deprecated", "An id that MITRE has given up without a successor. Counts nowhere."),
    Outcome.REVOKED: ("Revoked", "An id that MITRE has revoked, and no successor is known. Counts nowhere."),
    Outcome.ICS: (
        "ICS",
        "A tactic or technique of ATT&CK for industrial control systems, a matrix of its own. Counts nowhere.",
    ),
}


@dataclass(frozen=True, slots=True)
class Value:
    """A technique, a tactic or an id as stated, and the detections that name it."""

    text: str
    count: int
    detections: Cut[Reference]


@dataclass(frozen=True, slots=True)
class Claimants:
    """The detections of one kind that make claims of one class, by what they name."""

    kind: Kind
    number: Number
    values: Cut[Value]


@dataclass(frozen=True, slots=True)
class ClaimClass:
    """One class of claims; kinds without any have an empty entry."""

    id: str
    title: str
    meaning: str
    claimants: tuple[Claimants, ...]

    @property
    def any(self) -> bool:
        """Whether there is such a claim."""
        return any(one.number.value for one in self.claimants)


def claims_view(found: Coverage, kinds: Sequence[Kind], index: Index) -> tuple[ClaimClass, ...]:
    """All classes, in the order of the page."""
    by_kind = {kind.id: _by_class(found, kind) for kind in kinds}
    return tuple(
        ClaimClass(
            id_,
            title,
            meaning,
            tuple(_claimants(f"claims-{kind.id}-{id_}", kind, by_kind[kind.id][id_], index) for kind in kinds),
        )
        for id_, (title, meaning) in CLASSES.items()
    )


def _by_class(found: Coverage, kind: Kind) -> defaultdict[str, defaultdict[str, list[str]]]:
    """For each class the keys of detections by what they name."""
    named: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    types = set(kind.types)
    for own in found.claims:
        if (own.type or "") in types:
            for class_, value in _stated(own, found.snapshot):
                named[class_][value].append(own.detection)
    return named


def _stated(own: Claims, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    if own.declared:
        for id_ in sorted({technique for _, technique in own.implied}):
            yield "implied", f"{id_} {snapshot.techniques[id_].name}"
    if own.declared or own.implied:
        for shortname in own.tactic_only:
            yield "tactic-only", snapshot.tactics[shortname].name
    for stated, active in own.migrated:
        yield "migrated", f"{stated} → {active} {snapshot.techniques[active].name}"
    for outcome, values in own.apart.items():
        for value in values:
            yield outcome, value


def _claimants(id_: str, kind: Kind, named: Mapping[str, list[str]], index: Index) -> Claimants:
    distinct = {key for keys in named.values() for key in keys}
    listed = cut(sorted(named.items()), _VALUES)
    values = [Value(text, len(keys), index.references(keys, _LISTED)) for text, keys in listed.items]
    return Claimants(kind, Number(len(distinct), id_), Cut(values, listed.more))
