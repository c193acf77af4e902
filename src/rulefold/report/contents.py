"""What a coverage report is about: everything that its formats show, worked out once."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rulefold.attack import Pair, Snapshot
from rulefold.attack.coverage import Coverage, coverage
from rulefold.attack.gaps import Gap, gaps
from rulefold.attack.outage import Outage, outage, single_points
from rulefold.attack.selection import select
from rulefold.attack.threats import Sight, Threat, sights
from rulefold.model import Catalogue, Detection


@dataclass(frozen=True, slots=True)
class Choice:
    """What of a catalogue is reported, and in view of what: the options of `rulefold coverage`.

    `platforms` are in ATT&CK's spelling.  `without` are connectors.  `now` is the time that the report states, if any.
    `links` is where the pages and queries of an output folder are, as a relative URL; None where there are none.
    """

    types: tuple[str, ...] = ()
    min_severity: str | None = None
    platforms: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    threats: tuple[Threat, ...] = ()
    now: datetime | None = None
    links: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A coverage with its gaps, what each connector carries, and what is seen of threats.

    `catalogue` is the whole one; `coverage` is of the detections that `choice` selects.  `outage` is the loss of
    `choice.without`, `single_points` that of each connector by itself, the heaviest first.
    """

    catalogue: Catalogue
    choice: Choice
    coverage: Coverage
    gaps: tuple[Gap, ...]
    single_points: tuple[Outage, ...]
    outage: Outage | None
    threats: tuple[tuple[Threat, tuple[Sight, ...]], ...]

    @property
    def snapshot(self) -> Snapshot:
        """The version of ATT&CK."""
        return self.coverage.snapshot

    @property
    def left_out(self) -> int:
        """How many detections the choice leaves out."""
        return len(self.catalogue.detections) - len(self.coverage.detections)

    @property
    def tested(self) -> Mapping[str, int]:
        """Of how many of the selected detections there are rule tests, by type; nothing where there are none at all."""
        return Counter(one.type or "" for one in self.coverage.detections if one.tests)

    def by_key(self) -> Mapping[str, Detection]:
        """The selected detections by their keys."""
        return {detection.key: detection for detection in self.coverage.detections}

    def technique_url(self, id_: str) -> str:
        """Where MITRE describes a technique."""
        return f"https://attack.mitre.org/techniques/{id_.replace('.', '/')}/"


def report(catalogue: Catalogue, snapshot: Snapshot, choice: Choice = Choice()) -> Report:
    """The report of a catalogue.  Raises ValueError for a platform that ATT&CK does not have."""
    found = coverage(select(catalogue, choice.types, choice.min_severity), snapshot, choice.platforms)
    return Report(
        catalogue,
        choice,
        found,
        gaps(found, catalogue, choice.without),
        single_points(found),
        outage(found, choice.without) if choice.without else None,
        tuple((threat, sights(threat, found)) for threat in choice.threats),
    )


def in_matrix_order(snapshot: Snapshot) -> list[Pair]:
    """All cells: tactics as in the matrix, their techniques by id."""
    place = {shortname: n for n, shortname in enumerate(snapshot.tactics)}
    return sorted(snapshot.cells(), key=lambda pair: (place[pair[0]], pair[1]))


def unknown_connectors(catalogue: Catalogue, names: Collection[str]) -> Sequence[str]:
    """Those of the names that no detection of the catalogue states as a connector."""
    known = {connector.id.lower() for detection in catalogue.detections for connector in detection.connectors}
    return [name for name in names if name.lower() not in known]
