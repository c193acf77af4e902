"""The ledger: what became of every tactic and technique that the rows of a detection state, and why."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from rulefold import codes
from rulefold.attack.claims import Claims
from rulefold.attack.matrix import Outcome, meanings, verdict
from rulefold.attack.reasons import reason
from rulefold.attack.snapshot import Pair, Snapshot
from rulefold.model import Detection

MAX_UNSEEN = 10_000


class Stated(NamedTuple):
    """A tactic and a technique that stand together in rows, and in how many; None where that cannot be known."""

    tactic: str | None
    technique: str | None
    rows: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the ledger.

    `tactic` and `technique` are as the detection states them.  `rows` is how many rows on the pages state the two: 0
    where all those that the product has are missing, None where the rows do not follow the product.  `cell` is the pair
    that counts.  `reason` is a sentence or two.
    """

    detection: str
    tactic: str | None
    technique: str | None
    rows: int | None
    outcome: Outcome
    cell: Pair | None
    reason: str


def lines(detection: Detection, own: Claims, snapshot: Snapshot) -> Iterator[Line]:
    """One line for each tactic and technique of a detection; the rows of all lines add up to the rows seen.

    `own` are the claims of the detection.
    """
    pairs, unplaced = stated_pairs(detection, snapshot)
    implied = {technique for _, technique in own.implied}
    for stated in pairs:
        yield _line(own, implied, snapshot, stated)
    if unplaced:
        yield Line(detection.key, None, None, unplaced, Outcome.UNPLACED, None, _UNPLACED)


_UNPLACED = (
    "These rows are not of the product of the rule's tactics, techniques, connectors, data types and platforms, so"
    " which tactic and technique each states is not known."
)


def stated_pairs(detection: Detection, snapshot: Snapshot) -> tuple[list[Stated], int]:
    """The pairs that the rows of a detection state, and how many rows are of none of them.

    A catalogue counts rows and lists the missing ones, so a pair has its share of the product, less those that are
    missing.  Where the missing rows are too many to be listed, no pair has a known number, and of the pairs only those
    that ATT&CK has are given.
    """
    rows, unseen = detection.rows, Counter((row.tactic, row.technique) for row in detection.rows.missing)
    tactics, techniques = detection.tactics or (None,), detection.techniques or (None,)
    pairs = len(tactics) * len(techniques)
    if pairs <= rows.seen + MAX_UNSEEN and not any(note.code == codes.PRODUCT_TOO_LARGE.id for note in detection.notes):
        share = rows.product // pairs
        stated = [Stated(*pair, share - unseen[pair]) for pair in product(tactics, techniques)]
        unplaced = rows.seen - share * pairs + unseen.total()
        if unplaced >= 0 and all(one.rows is not None and one.rows >= 0 for one in stated):
            return stated, unplaced
    return [Stated(*pair, None) for pair in _valid(detection, snapshot)], rows.seen


def _valid(detection: Detection, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    tactics = [tactic for tactic in detection.tactics if meanings(snapshot, tactic)]
    known = [technique for technique in detection.techniques if snapshot.resolve(technique).active]
    return ((*pair,) for pair in product(tactics, known) if verdict(snapshot, *pair).cell)


def _line(own: Claims, implied: Collection[str], snapshot: Snapshot, stated: Stated) -> Line:
    tactic, technique, rows = stated
    found, why = reason(own, implied, snapshot, tactic, technique)
    if rows == 0:
        why += " The pages show no row of this pair."
    return Line(own.detection, tactic, technique, rows, found.outcome, found.cell, why)
