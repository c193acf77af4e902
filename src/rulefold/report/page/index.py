"""All detections of the report, each listed once; in cells of the matrix its title leads to its page."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from rulefold.attack.claims import Claims
from rulefold.attack.snapshot import Snapshot
from rulefold.html_text.words import Cut, cut
from rulefold.model import Detection
from rulefold.report.contents import Report
from rulefold.report.page.kinds import Kind
from rulefold.visible import web_url

_LISTED = 1_000  # in a group


class Standing(StrEnum):
    """The best claim of a detection; each has one, so that their numbers add up."""

    DECLARED = "declared"
    IMPLIED = "implied"
    TACTIC_ONLY = "tactic-only"
    NOWHERE = "nowhere"
    SILENT = "silent"


STANDINGS: Mapping[Standing, tuple[str, str]] = {
    Standing.DECLARED: (
        "Declared pair",
        "A technique together with a tactic that ATT&CK has it under. This is coverage.",
    ),
    Standing.IMPLIED: (
        "Implied, no declared pair",
        "A technique, and none of the tactics that ATT&CK has it under. Shown in the matrix as ◌; no coverage.",
    ),
    Standing.TACTIC_ONLY: (
        "Tactic only",
        "A tactic, and no technique that ATT&CK has under it. Counts for the tactic, never for a technique.",
    ),
    Standing.NOWHERE: (
        "Nothing that counts",
        "Only tactics or techniques that this version of ATT&CK does not have, or of which it is not clear what they"
        " mean.",
    ),
    Standing.SILENT: ("Nothing stated", "Neither a tactic nor a technique."),
}


def standing(own: Claims, detection: Detection) -> Standing:
    """The best claim of a detection."""
    if own.declared:
        return Standing.DECLARED
    if own.implied:
        return Standing.IMPLIED
    if own.tactic_only:
        return Standing.TACTIC_ONLY
    return Standing.NOWHERE if detection.tactics or detection.techniques else Standing.SILENT


def _says(own: Claims, best: Standing, snapshot: Snapshot) -> str:
    match best:
        case Standing.DECLARED:
            return " ".join(sorted(own.techniques))
        case Standing.IMPLIED:
            return " ".join(sorted({technique for _, technique in own.implied}))
        case Standing.TACTIC_ONLY:
            return ", ".join(snapshot.tactics[shortname].name for shortname in own.tactic_only)
        case Standing.NOWHERE:
            return ", ".join(value for values in own.apart.values() for value in values)
        case Standing.SILENT:
            return ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A detection with its links.

    `type` is only given where the group does not say it.  `says` is what gives it its standing: the techniques of its
    pairs, its tactics, or what of it counts nowhere.
    """

    number: int
    title: str
    type: str
    severity: str
    says: str
    page: str | None
    query: str | None
    source: str | None
    tests: int


@dataclass(frozen=True, slots=True)
class Reference:
    """A detection as other lists name it; `number` is None where the index does not list it."""

    number: int | None
    title: str
    severity: str
    page: str | None
    query: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """The detections of one kind with the same standing, by title."""

    id: str
    standing: Standing
    title: str
    entries: Cut[Entry]
    total: int


@dataclass(frozen=True, slots=True)
class Part:
    """The groups of one kind."""

    kind: Kind
    groups: tuple[Group, ...]


class Index:
    """The detections by kind and standing, and a reference to each by its key."""

    def __init__(self, report: Report, kinds: Sequence[Kind]) -> None:
        """List the detections of a report."""
        self._links, self._snapshot = report.choice.links, report.snapshot
        self._detections = report.by_key()
        self._claims = {own.detection: own for own in report.coverage.claims}
        ordered = sorted(self._detections.values(), key=lambda one: (one.title.casefold(), one.key))
        self._place = {one.key: place for place, one in enumerate(ordered)}
        self._numbers: dict[str, int] = {}
        self.total = len(ordered)
        self.parts = tuple(self._part(kind) for kind in kinds)

    def references(self, keys: Iterable[str], most: int) -> Cut[Reference]:
        """References to detections, by title."""
        found = cut(sorted(keys, key=self._place.__getitem__), most)
        return Cut([self._reference(key) for key in found.items], found.more)

    def _reference(self, key: str) -> Reference:
        one = self._detections[key]
        return Reference(self._numbers.get(key), _title(one), one.severity or "", *self._files(key))

    def _part(self, kind: Kind) -> Part:
        by_standing: defaultdict[Standing, list[str]] = defaultdict(list)
        for key in sorted(kind.figures.detections, key=self._place.__getitem__):
            by_standing[standing(self._claims[key], self._detections[key])].append(key)
        return Part(kind, tuple(self._group(kind, best, by_standing[best]) for best in Standing if by_standing[best]))

    def _group(self, kind: Kind, best: Standing, keys: Sequence[str]) -> Group:
        entries = []
        for key in keys[:_LISTED]:
            self._numbers[key] = number = len(self._numbers) + 1
            entries.append(self._entry(number, self._detections[key], kind, best))
        more = len(keys) - len(entries)
        return Group(f"rules-{kind.id}-{best}", best, STANDINGS[best][0], Cut(entries, more), len(keys))

    def _entry(self, number: int, one: Detection, kind: Kind, best: Standing) -> Entry:
        type_ = "" if len(kind.types) == 1 and kind.types[0] in ("Analytics", "Hunting") else one.type or "no type"
        says = _says(self._claims[one.key], best, self._snapshot)
        # With an output folder, the page of a detection names its source; links to all would add a third to this one.
        source = web_url(one.url) if self._links is None else None
        page, query = self._files(one.key)
        if best in (Standing.DECLARED, Standing.IMPLIED):
            query = None  # a cell of the matrix has it
        return Entry(number, _title(one), type_, one.severity or "", says, page, query, source, one.tests or 0)

    def _files(self, key: str) -> tuple[str | None, str | None]:
        """The page and the query of a detection in the output folder."""
        return self._file("detections", key, "md"), self._file("kql", key, "kql")

    def _file(self, folder: str, key: str, ending: str) -> str | None:
        return None if self._links is None else f"{self._links}/{folder}/{quote(key, '', errors='replace')}.{ending}"


def _title(detection: Detection) -> str:
    return detection.title if detection.title.strip() else "(without a title)"
