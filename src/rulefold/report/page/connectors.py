"""Connectors as single points of failure, and what is lost without those that the report is asked to do without."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rulefold.attack.coverage import Keys
from rulefold.attack.outage import Fall, Outage
from rulefold.attack.snapshot import Pair
from rulefold.html_text.words import Cut, cut
from rulefold.report.page.index import Index, Reference
from rulefold.report.page.kinds import Kind
from rulefold.report.page.matrix import Matrix

_LISTED = 200


@dataclass(frozen=True, slots=True)
class Loss:
    """What one kind loses without a connector, as (best, worst): detections that no longer work, and lost cells."""

    dead: tuple[int, int]
    lost: tuple[int, int]


@dataclass(frozen=True, slots=True)
class ConnectorRow:
    """A connector, how many detections name it, and what each kind loses without it."""

    name: str
    detections: int
    losses: tuple[Loss, ...]


@dataclass(frozen=True, slots=True)
class LostCell:
    """A cell that is lost or weaker: where it is, and how many detections were and are left."""

    href: str
    tactic: str
    technique: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class KindLoss:
    """What one kind loses in an outage; what is lost or dead only in the worst case stands apart."""

    kind: Kind
    dead: Cut[Reference]
    dead_at_worst: Cut[Reference]
    lost: Cut[LostCell]
    lost_at_worst: Cut[LostCell]
    weakened: Cut[LostCell]
    weakened_at_worst: Cut[LostCell]
    counts: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class OutageView:
    """An outage: its connectors, how many detections name them, and the losses by kind."""

    connectors: tuple[str, ...]
    detections: int
    losses: tuple[KindLoss, ...]


def connectors_view(found: Sequence[Outage], kinds: Sequence[Kind]) -> Cut[ConnectorRow]:
    """The connectors, the heaviest loss first."""
    listed = cut(found, _LISTED)
    return Cut([_row(one, kinds) for one in listed.items], listed.more)


def _row(one: Outage, kinds: Sequence[Kind]) -> ConnectorRow:
    losses = []
    for kind in kinds:
        best, worst = _fall(one.best, kind), _fall(one.worst, kind)
        losses.append(Loss((len(best.dead), len(worst.dead)), (len(best.lost), len(worst.lost))))
    return ConnectorRow(", ".join(one.connectors), len(one.detections), tuple(losses))


def _fall(case: Mapping[str, Fall], kind: Kind) -> Fall:
    """The loss of a kind; of other types each counts for itself, and their losses are put together."""
    falls = [case[type_] for type_ in kind.types if type_ in case]
    if len(falls) == 1:
        return falls[0]
    weakened = {pair: counts for fall in falls for pair, counts in fall.weakened.items()}
    lost = tuple(dict.fromkeys(pair for fall in falls for pair in fall.lost))
    dead: Keys = tuple(sorted(key for fall in falls for key in fall.dead))
    return Fall(dead, lost, weakened)


def outage_view(one: Outage, kinds: Sequence[Kind], matrix: Matrix, index: Index) -> OutageView:
    """What is lost without the connectors of an outage."""
    return OutageView(one.connectors, len(one.detections), tuple(_loss(one, kind, matrix, index) for kind in kinds))


def _loss(one: Outage, kind: Kind, matrix: Matrix, index: Index) -> KindLoss:
    best, worst = _fall(one.best, kind), _fall(one.worst, kind)

    def cells(pairs: Iterable[Pair], case: Fall) -> Cut[LostCell]:
        listed = [
            LostCell(matrix.href(pair), matrix.tactic_name(pair), pair[1], *_counts(kind, pair, case)) for pair in pairs
        ]
        return cut(listed, _LISTED)

    known = {*best.lost, *best.weakened}
    return KindLoss(
        kind,
        index.references(best.dead, _LISTED),
        index.references(set(worst.dead) - set(best.dead), _LISTED),
        cells(best.lost, best),
        cells([pair for pair in worst.lost if pair not in best.lost], worst),
        cells(best.weakened, best),
        cells([pair for pair in worst.weakened if pair not in known], worst),
        (
            (f"{kind.nouns} that no longer work", len(best.dead), len(worst.dead)),
            ("cells lost outright", len(best.lost), len(worst.lost)),
            ("cells weakened", len(best.weakened), len(worst.weakened)),
        ),
    )


def _counts(kind: Kind, pair: Pair, case: Fall) -> tuple[int, int]:
    return case.weakened.get(pair, (len(kind.figures.declared.get(pair, ())), 0))
