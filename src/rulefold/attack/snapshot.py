"""One version of ATT&CK: its tactics in matrix order, its techniques, and what became of the ids it no longer has.

Nothing here reads a file; `shipped` reads the snapshots of this package and `stix` those of MITRE.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from rulefold.diagnostics import Diagnostic

LICENCE = (
    "The MITRE Corporation (MITRE) hereby grants you a non-exclusive, royalty-free license to use ATT&CK® for research,"
    " development, and commercial purposes. Any copy you make for such purposes is authorized provided that you"
    " reproduce MITRE's copyright designation and this license in any such copy."
)
DISCLAIMER = (
    "MITRE does not claim ATT&CK enumerates all possibilities for the types of actions and behaviors documented as part"
    " of its adversary model and framework of techniques. Using the information contained within ATT&CK to address or"
    " cover full categories of techniques will not guarantee full defensive coverage as there may be undisclosed"
    " techniques or variations on existing techniques not documented by ATT&CK."
)
PERMISSION = "This work is reproduced and distributed with the permission of The MITRE Corporation."

Status = Literal["active", "revoked", "deprecated"]
Pair = tuple[str, str]


class SnapshotError(Exception):
    """There is no such version of ATT&CK, or a file is none: carries the diagnostic that says so."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        """Carry a diagnostic, and its message."""
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class Standing(StrEnum):
    """What an id means in one version of ATT&CK."""

    ACTIVE = "active"
    MIGRATED = "migrated"
    DEPRECATED = "deprecated"
    REVOKED = "revoked"
    ICS = "ics"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Tactic:
    """A column of the matrix: `TA0005`, `Stealth`, and `stealth`, as layers and STIX spell it."""

    id: str
    name: str
    shortname: str


@dataclass(frozen=True, slots=True)
class Technique:
    """A technique or sub-technique.

    `tactics` are shortnames in matrix order.  `platforms` is None where they are not known.  `by` is the id that
    replaced a revoked one.  `logs` maps the log sources that MITRE's analytics name for it to the operations they name
    there.  `created` is the date on which MITRE first wrote it down, as `2020-01-14`, or None where it is not known.
    Only an active technique has tactics, platforms, logs and a date.
    """

    id: str
    name: str
    tactics: tuple[str, ...] = ()
    platforms: tuple[str, ...] | None = None
    status: Status = "active"
    by: str | None = None
    logs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    created: str | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """What an id stands for.

    `technique` is the active technique for ACTIVE and MIGRATED, the last one found for DEPRECATED and REVOKED, and None
    for ICS and UNKNOWN.  `chain` holds all ids on the way, the first being the one that was asked for.
    """

    standing: Standing
    technique: Technique | None
    chain: tuple[str, ...]

    @property
    def active(self) -> Technique | None:
        """The technique that counts, if any does."""
        return self.technique if self.standing in (Standing.ACTIVE, Standing.MIGRATED) else None


@dataclass(frozen=True, slots=True)
class Ics:
    """ATT&CK for ICS, as far as it is needed to tell its ids from unknown ones: names by id, and tactic shortnames."""

    version: str
    tactics: frozenset[str]
    techniques: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Release:
    """A release of MITRE that a hash is known of; releases with the same bytes share one."""

    domain: str
    versions: tuple[str, ...]
    stix: str

    def __str__(self) -> str:
        return f"{self.domain} {' or '.join(self.versions)} (STIX {self.stix})"


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """A version of one ATT&CK domain.

    `version` is None where a file does not say it.  `release` is MITRE's release where the bytes are those of one; it
    is None for other files, and for the snapshots of this package.  `tactics` are by shortname, in matrix order.
    `platforms_from` is the version that the platforms, dates and log sources are of, where that is another one.
    """

    version: str | None
    domain: str
    tactics: Mapping[str, Tactic]
    techniques: Mapping[str, Technique]
    children: Mapping[str, tuple[str, ...]]
    notice: str
    source: str
    ics: Ics
    release: Release | None = None
    platforms_from: str | None = None

    @property
    def title(self) -> str:
        """How a sentence names this version: `ATT&CK 19.2`."""
        return f"ATT&CK {self.version}" if self.version else f"the ATT&CK of {self.source}"

    def resolve(self, id_: str) -> Resolution:
        """What an id stands for, revoked ids followed to their successors; a chain that bites its tail ends there."""
        chain, found = [id_], self.techniques.get(id_)
        while found and found.status == "revoked" and found.by and found.by not in chain:
            successor = self.techniques.get(found.by)
            if successor is None:
                break
            chain.append(found.by)
            found = successor
        if found is None:
            standing = Standing.ICS if id_ in self.ics.techniques else Standing.UNKNOWN
        elif found.status == "active":
            standing = Standing.ACTIVE if len(chain) == 1 else Standing.MIGRATED
        else:
            standing = Standing(found.status)
        return Resolution(standing, found, tuple(chain))

    def parent(self, id_: str) -> str | None:
        """The active technique of which an id is a sub-technique."""
        parent, dot, _ = id_.partition(".")
        return parent if dot and self.is_active(parent) else None

    def subtechniques(self, id_: str) -> tuple[str, ...]:
        """The ids of the active sub-techniques of a technique, in order."""
        return self.children.get(id_, ())

    def is_active(self, id_: str) -> bool:
        """Whether an id is one that this version has, neither revoked nor deprecated."""
        found = self.techniques.get(id_)
        return found is not None and found.status == "active"

    def active(self) -> Iterator[Technique]:
        """The active techniques and sub-techniques, by id."""
        return (technique for technique in self.techniques.values() if technique.status == "active")

    def cells(self) -> Iterator[Pair]:
        """All (tactic, technique) pairs that ATT&CK has, by technique and then in matrix order."""
        return ((tactic, technique.id) for technique in self.active() for tactic in technique.tactics)

    def platforms(self) -> tuple[str, ...]:
        """The names of all platforms, sorted."""
        return tuple(sorted({name for technique in self.active() for name in technique.platforms or ()}))


def children_of(techniques: Iterable[Technique]) -> dict[str, tuple[str, ...]]:
    """For each technique id its active sub-techniques, sorted."""
    children: dict[str, list[str]] = {}
    for technique in techniques:
        parent, dot, _ = technique.id.partition(".")
        if dot and technique.status == "active":
            children.setdefault(parent, []).append(technique.id)
    return {parent: tuple(sorted(ids)) for parent, ids in children.items()}


def notice(copyright_: str) -> str:
    """MITRE's copyright designation with its licence and its disclaimer, as one text."""
    return "\n\n".join((copyright_, LICENCE, DISCLAIMER))
