"""What changed between two coverages, because of rules and because of ATT&CK.

Between the old and the new coverage stands a third: the old rules held against the new version of ATT&CK.  What differs
between the old and that one is because of ATT&CK, what differs between that one and the new is because of rules.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from rulefold.attack.coverage import Coverage, Figures, Keys
from rulefold.attack.matrix import meanings, verdict
from rulefold.attack.snapshot import Pair, Snapshot
from rulefold.model import Detection


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells that detections of one type gained or lost, with the detections that did it, in matrix order."""

    gained: Mapping[Pair, Keys]
    lost: Mapping[Pair, Keys]


@dataclass(frozen=True, slots=True)
class Move:
    """A cell whose tactic or technique has another name in the new version, and the detections that moved with it."""

    old: Pair
    new: Pair
    detections: Keys


@dataclass(frozen=True, slots=True)
class Change:
    """What changed for detections of one type.

    `stronger` and `weaker` are cells that are declared before and after, by another number of detections, as (before,
    after), because of rules.
    """

    migrated: tuple[Move, ...]
    by_attack: Cells
    by_rules: Cells
    stronger: Mapping[Pair, tuple[int, int]]
    weaker: Mapping[Pair, tuple[int, int]]

    @property
    def is_loss(self) -> bool:
        """Whether any cell was lost because of rules."""
        return bool(self.by_rules.lost)

    @property
    def is_none(self) -> bool:
        """Whether nothing changed."""
        parts = (self.migrated, self.by_attack.gained, self.by_attack.lost, self.by_rules.gained, self.by_rules.lost)
        return not any((*parts, self.stronger, self.weaker))


def compare(old: Coverage, between: Coverage, new: Coverage) -> dict[str, Change]:
    """By type of detection what changed; `between` has the detections of the old coverage and the ATT&CK of the new."""
    moved = _moves(old, between)
    types = dict.fromkeys([*new.by_type, *old.by_type])
    return {type_: _change(_of(old, type_), _of(between, type_), _of(new, type_), moved) for type_ in types}


def _of(found: Coverage, type_: str) -> Figures:
    return found.by_type.get(type_) or Figures((), {}, {}, {}, (), {})


def _moves(old: Coverage, between: Coverage) -> dict[tuple[Pair, Pair], set[str]]:
    """Which cell of the old version became which of the new, for what detections, by what their rows state."""
    found: dict[tuple[Pair, Pair], set[str]] = {}
    if old.snapshot is between.snapshot:
        return found
    for detection in old.detections:
        for before, after in _pairs(detection, old.snapshot, between.snapshot):
            found.setdefault((before, after), set()).add(detection.key)
    return found


def _pairs(detection: Detection, old: Snapshot, new: Snapshot) -> set[tuple[Pair, Pair]]:
    found = set()
    for tactic in detection.tactics:
        if not meanings(old, tactic):
            continue
        for technique in detection.techniques:
            before, after = verdict(old, tactic, technique).cell, verdict(new, tactic, technique).cell
            if before and after and before != after:
                found.add((before, after))
    return found


def _change(old: Figures, between: Figures, new: Figures, moved: Mapping[tuple[Pair, Pair], set[str]]) -> Change:
    moves = [
        Move(before, after, keys)
        for (before, after), moving in moved.items()
        if (keys := tuple(sorted(moving.intersection(old.declared.get(before, ())))))
    ]
    gone, come = {move.old for move in moves}, {move.new for move in moves}
    both = [pair for pair in new.declared if pair in between.declared]
    counts = {pair: (len(between.declared[pair]), len(new.declared[pair])) for pair in both}
    return Change(
        tuple(sorted(moves, key=lambda move: (move.old, move.new))),
        Cells(_without(between, old, come), _without(old, between, gone)),
        Cells(_without(new, between), _without(between, new)),
        {pair: count for pair, count in counts.items() if count[1] > count[0]},
        {pair: count for pair, count in counts.items() if count[1] < count[0]},
    )


def _without(some: Figures, others: Figures, besides: Collection[Pair] = ()) -> dict[Pair, Keys]:
    return {pair: keys for pair, keys in some.declared.items() if pair not in others.declared and pair not in besides}
