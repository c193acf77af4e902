"""Coverage: which detections claim which cells of the matrix, counted as distinct detections and never as rows."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from rulefold.attack.claims import Claims, claims
from rulefold.attack.ledger import Line, lines
from rulefold.attack.matrix import Outcome
from rulefold.attack.snapshot import Pair, Snapshot
from rulefold.model import Catalogue, Detection

Keys = tuple[str, ...]

# What an adversary does before there is anything to see on the defender's side.
BEFORE_COMPROMISE = frozenset({"reconnaissance", "resource-development"})


@dataclass(frozen=True, slots=True)
class TacticCount:
    """A column of the matrix.

    The detections with a declared pair in it, those that only name the tactic, and how many of its techniques,
    sub-techniques among them, have a declared pair there.
    """

    declared: Keys
    tactic_only: Keys
    covered: int
    techniques: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What a set of detections covers.  Keys of detections are distinct and sorted; cells are in matrix order.

    `migrated` are the detections that name a revoked id with a successor.  `apart` holds by its outcome the detections
    that claim something that counts nowhere.
    """

    detections: Keys
    declared: Mapping[Pair, Keys]
    implied: Mapping[Pair, Keys]
    tactics: Mapping[str, TacticCount]
    migrated: Keys
    apart: Mapping[Outcome, Keys]

    @property
    def techniques(self) -> frozenset[str]:
        """The ids with a declared pair, sub-techniques among them."""
        return frozenset(technique for _, technique in self.declared)

    @property
    def mapped(self) -> frozenset[str]:
        """The detections with a declared pair."""
        return frozenset(key for keys in self.declared.values() for key in keys)

    @property
    def implying(self) -> frozenset[str]:
        """The detections that name a technique and none of its tactics."""
        return frozenset(key for keys in self.implied.values() for key in keys)

    @property
    def naming_only(self) -> frozenset[str]:
        """The detections that name a tactic and none of its techniques."""
        return frozenset(key for one in self.tactics.values() for key in one.tactic_only)

    @property
    def by_technique(self) -> Mapping[str, Keys]:
        """The detections that declare a technique under any tactic, by its id."""
        return keys_by_technique(self.declared)


@dataclass(frozen=True, slots=True)
class RollUp:
    """A technique and its sub-techniques under one tactic: `covered` of `total` sub-techniques have a declared pair.

    `direct` are the detections that declare the technique itself, `inherited` those that declare only sub-techniques.
    """

    direct: Keys
    inherited: Keys
    covered: int
    total: int


@dataclass(frozen=True, slots=True)
class Denominator:
    """A part of the matrix that coverage is a share of.

    `unknown` are techniques of which it is not known whether they belong to it; they are not in `cells`.
    """

    name: Literal["all", "platforms", "post-compromise"]
    cells: frozenset[Pair]
    unknown: frozenset[str] = frozenset()

    @property
    def techniques(self) -> frozenset[str]:
        """The ids in this part of the matrix, sub-techniques among them."""
        return frozenset(technique for _, technique in self.cells)

    def covered(self, figures: Figures) -> frozenset[str]:
        """The ids that have a declared pair in this part of the matrix."""
        return frozenset(technique for tactic, technique in figures.declared if (tactic, technique) in self.cells)


@dataclass(frozen=True, slots=True)
class Coverage:
    """A catalogue held against a version of ATT&CK.

    `by_type` has one entry for Analytics, which alert, and one for Hunting, which do not, even where there are none,
    and one for each other type that detections have, "" for none.  `all` is for the matrix as a whole, and no headline:
    how much is alerted on and how much is only hunted for are two figures.
    """

    snapshot: Snapshot
    detections: tuple[Detection, ...]
    claims: tuple[Claims, ...]
    all: Figures
    by_type: Mapping[str, Figures]
    denominators: tuple[Denominator, ...]

    def ledger(self) -> Iterator[Line]:
        """The ledger, a detection at a time in the order of the catalogue."""
        for detection, own in zip(self.detections, self.claims, strict=True):
            yield from lines(detection, own, self.snapshot)


def coverage(catalogue: Catalogue, snapshot: Snapshot, platforms: Collection[str] = ()) -> Coverage:
    """What a catalogue covers of a version of ATT&CK.

    `platforms` are those of the team, in ATT&CK's spelling; without them there is no share of them.  Raises ValueError
    for a platform that ATT&CK does not have.
    """
    detections = tuple({detection.key: detection for detection in catalogue.detections}.values())
    claimed = tuple(claims(detection, snapshot) for detection in detections)
    types: dict[str, list[Claims]] = {"Analytics": [], "Hunting": []}
    for one in claimed:
        types.setdefault(one.type or "", []).append(one)
    return Coverage(
        snapshot,
        detections,
        claimed,
        figures(claimed, snapshot),
        {type_: figures(own, snapshot) for type_, own in types.items()},
        denominators(snapshot, platforms),
    )


def figures(claimed: Iterable[Claims], snapshot: Snapshot) -> Figures:
    """The figures of any selection of detections: of a type, of a connector, of those that are left without one."""
    keys: set[str] = set()
    declared: defaultdict[Pair, set[str]] = defaultdict(set)
    implied: defaultdict[Pair, set[str]] = defaultdict(set)
    tactic_only: defaultdict[str, set[str]] = defaultdict(set)
    apart: defaultdict[Outcome, set[str]] = defaultdict(set)
    migrated: set[str] = set()
    for own in claimed:
        keys.add(own.detection)
        for found, values in ((declared, own.declared), (implied, own.implied)):
            for pair in values:
                found[pair].add(own.detection)
        for tactic in own.tactic_only:
            tactic_only[tactic].add(own.detection)
        for outcome in own.apart:
            apart[outcome].add(own.detection)
        if own.migrated:
            migrated.add(own.detection)
    return Figures(
        _keys(keys),
        _in_order(declared, snapshot),
        _in_order(implied, snapshot),
        _tactic_counts(declared, tactic_only, snapshot),
        _keys(migrated),
        {outcome: _keys(apart[outcome]) for outcome in Outcome if outcome in apart},
    )


def keys_by_technique(cells: Mapping[Pair, Keys]) -> dict[str, Keys]:
    """The detections in all cells of a technique, by its id."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for (_, technique), keys in cells.items():
        found[technique].update(keys)
    return {technique: _keys(keys) for technique, keys in found.items()}


def _keys(keys: Iterable[str]) -> Keys:
    return tuple(sorted(keys))


def _in_order(cells: Mapping[Pair, set[str]], snapshot: Snapshot) -> dict[Pair, Keys]:
    place = {shortname: n for n, shortname in enumerate(snapshot.tactics)}
    ordered = sorted(cells, key=lambda pair: (place[pair[0]], pair[1]))
    return {pair: _keys(cells[pair]) for pair in ordered}


def _tactic_counts(
    declared: Mapping[Pair, set[str]], tactic_only: Mapping[str, set[str]], snapshot: Snapshot
) -> dict[str, TacticCount]:
    techniques = defaultdict[str, int](int)
    for tactic, _ in snapshot.cells():
        techniques[tactic] += 1
    own: defaultdict[str, list[set[str]]] = defaultdict(list)
    for (tactic, _), keys in declared.items():
        own[tactic].append(keys)
    return {
        tactic: TacticCount(
            _keys(set[str]().union(*own[tactic])),
            _keys(tactic_only.get(tactic, ())),
            len(own[tactic]),
            techniques[tactic],
        )
        for tactic in snapshot.tactics
    }


def roll_up(figures: Figures, snapshot: Snapshot, tactic: str, technique: str) -> RollUp:
    """What is covered of a technique under a tactic, by itself and by its sub-techniques.

    A technique is covered by what declares it; sub-techniques are told beside it and never tick it.
    """
    direct = figures.declared.get((tactic, technique), ())
    children = [id_ for id_ in snapshot.subtechniques(technique) if tactic in snapshot.techniques[id_].tactics]
    covered = [keys for id_ in children if (keys := figures.declared.get((tactic, id_)))]
    inherited = set[str]().union(*covered) - set(direct)
    return RollUp(direct, _keys(inherited), len(covered), len(children))


def denominators(snapshot: Snapshot, platforms: Collection[str] = ()) -> tuple[Denominator, ...]:
    """All of the matrix; what of it is on the given platforms, if there are any; and all after the compromise."""
    if wrong := sorted(set(platforms) - set(snapshot.platforms())):
        raise ValueError(f"found the platform {wrong[0]!r}, expected one of {', '.join(snapshot.platforms())}")
    cells = frozenset(snapshot.cells())
    after = frozenset((tactic, technique) for tactic, technique in cells if tactic not in BEFORE_COMPROMISE)
    found = (Denominator("all", cells), Denominator("post-compromise", after))
    if not platforms:
        return found
    known = {one.id: set(one.platforms) for one in snapshot.active() if one.platforms is not None}
    there = frozenset(pair for pair in cells if known.get(pair[1], set()) & set(platforms))
    unknown = frozenset(technique for _, technique in cells if technique not in known)
    return (found[0], Denominator("platforms", there, unknown), found[1])
