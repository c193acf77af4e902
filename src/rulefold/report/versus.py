"""Two catalogues, or reports of earlier runs, made ready to be compared."""

from dataclasses import dataclass

from rulefold.attack import Snapshot
from rulefold.attack.compare import compare
from rulefold.attack.coverage import coverage
from rulefold.attack.selection import select
from rulefold.model import Catalogue, Detection, Rows
from rulefold.report.difference import Difference
from rulefold.report.document import CoverageDocument
from rulefold.version import __version__


@dataclass(frozen=True, slots=True)
class Side:
    """A catalogue and the version of ATT&CK that it is held against."""

    catalogue: Catalogue
    snapshot: Snapshot


def difference(old: Side, new: Side, types: tuple[str, ...] = (), min_severity: str | None = None) -> Difference:
    """What changed from one side to the other, for the detections of these types that are at least this severe."""
    before, after = (select(side.catalogue, types, min_severity) for side in (old, new))
    first = coverage(before, old.snapshot)
    between = first if old.snapshot is new.snapshot else coverage(before, new.snapshot)
    last = coverage(after, new.snapshot)
    return Difference(first, last, compare(first, between, last))


def catalogue_of_report(document: CoverageDocument) -> Catalogue:
    """The detections of a report, as far as coverage needs them: what they are called, and what they state."""
    detections = (
        Detection(
            id=one.id,
            key=one.key,
            title=one.title,
            type=one.type,
            severity=one.severity,
            tactics=one.tactics,
            techniques=one.techniques,
            query="",
            rows=Rows(seen=0, product=0),
        )
        for one in document.detections
    )
    return Catalogue(rulefold=__version__, detections=tuple(detections))
