"""The matrix as a heat map: a column for each tactic, a cell for each technique, sub-techniques inside their cell."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rulefold.attack.coverage import Keys, roll_up
from rulefold.attack.snapshot import Pair, Technique
from rulefold.html_text.words import Cut, joined
from rulefold.report.contents import Report
from rulefold.report.page.index import Index, Reference
from rulefold.report.page.kinds import Kind
from rulefold.report.shades import BOUNDS, step

_LISTED = 100  # detections of one kind in a cell


@dataclass(frozen=True, slots=True)
class Mark:
    """How many detections of a kind a technique has, as a glyph with a number, in words, and by title."""

    glyph: str
    count: int
    word: str
    title: str
    detections: Cut[Reference]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A technique with detections under one tactic.

    `place` says where it stands in view of the chosen platforms, and is empty where there is nothing to say.
    """

    anchor: str
    id: str
    name: str
    url: str
    marks: tuple[Mark, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A technique under one tactic that itself, or one of whose sub-techniques, has detections there.

    `look` is how it is painted.  `share` is how many sub-techniques have a declared pair, of how many: `1 of 4 sub`;
    `inherited` are detections that declare only sub-techniques.  `claimed` are the sub-techniques that have detections,
    `others` the names of those that have none.
    """

    own: Claimed
    look: str
    share: str
    inherited: int
    claimed: tuple[Claimed, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Blank:
    """A technique that no detection claims under this tactic; `href` leads to what is to be said of it."""

    anchor: str
    id: str
    name: str
    href: str
    place: str
    note: str


@dataclass(frozen=True, slots=True)
class Column:
    """A tactic with its cells, and how many of its techniques are covered by kind."""

    id: str
    name: str
    covered: tuple[tuple[Kind, int], ...]
    total: int
    cells: tuple[Cell | Blank, ...]


class Matrix:
    """The columns, and where a technique stands in them."""

    def __init__(self, report: Report, kinds: Sequence[Kind], index: Index) -> None:
        """Lay out the cells of a report."""
        self._report, self._kinds, self._index = report, kinds, index
        self._snapshot, self._all = report.snapshot, report.coverage.all
        self._gaps = {gap.technique.id for gap in report.gaps}
        platforms = [one for one in report.coverage.denominators if one.name == "platforms"]
        self._on_platforms = platforms[0].techniques if platforms else None
        self._unknown = platforms[0].unknown if platforms else frozenset[str]()
        self._first = {technique: tactic for tactic, technique in reversed(list(self._all.declared))}
        self.platforms = joined(report.choice.platforms, "or")
        least = [1, *(bound + 1 for bound in BOUNDS)]
        self.steps = list(zip(least, [*(f"to {bound}" for bound in BOUNDS), "and more"], strict=True))
        self.columns = tuple(self._columns())

    def href(self, pair: Pair) -> str:
        """The link to a technique under a tactic that has detections there."""
        return f"#{pair[0]}-{pair[1]}"

    def tactic_name(self, pair: Pair) -> str:
        """The name of the tactic of a pair."""
        return self._snapshot.tactics[pair[0]].name

    def technique_href(self, id_: str) -> str:
        """The link to where the page tells of a technique: a cell that is declared, a gap, or else MITRE's page."""
        if id_ in self._first:
            return self.href((self._first[id_], id_))
        return f"#{id_}" if id_ in self._gaps else self._report.technique_url(id_)

    def _columns(self) -> list[Column]:
        under: defaultdict[str, list[Technique]] = defaultdict(list)
        for tactic, id_ in self._snapshot.cells():
            if not self._is_inside(tactic, id_):
                under[tactic].append(self._snapshot.techniques[id_])
        return [
            Column(
                tactic.shortname,
                tactic.name,
                tuple((kind, kind.figures.tactics[tactic.shortname].covered) for kind in self._kinds),
                self._all.tactics[tactic.shortname].techniques,
                tuple(self._cell(tactic.shortname, one) for one in under[tactic.shortname]),
            )
            for tactic in self._snapshot.tactics.values()
        ]

    def _is_inside(self, tactic: str, id_: str) -> bool:
        """Whether a sub-technique is shown in the cell of its parent, which has to be under the same tactic."""
        parent = self._snapshot.parent(id_)
        return parent is not None and tactic in self._snapshot.techniques[parent].tactics

    def _cell(self, tactic: str, technique: Technique) -> Cell | Blank:
        inside = [id_ for id_ in self._snapshot.subtechniques(technique.id) if self._is_inside(tactic, id_)]
        own = self._claimed(tactic, technique.id)
        subs = [self._claimed(tactic, id_) for id_ in inside if tactic in self._snapshot.techniques[id_].tactics]
        claimed = tuple(sub for sub in subs if sub.marks)
        if not own.marks and not claimed:
            return self._blank(tactic, technique)
        rolled = roll_up(self._all, self._snapshot, tactic, technique.id)
        share = f"{rolled.covered:,} of {rolled.total:,} sub" if rolled.total else ""
        return Cell(
            own,
            self._look((tactic, technique.id)),
            share,
            len(rolled.inherited),
            claimed,
            tuple(f"{sub.id.partition('.')[2]} {sub.name}" for sub in subs if not sub.marks),
        )

    def _claimed(self, tactic: str, id_: str) -> Claimed:
        pair = (tactic, id_)
        by_kind = [
            (kind.glyph, kind.adjective, kind.nouns, kind.figures.declared.get(pair, ())) for kind in self._kinds
        ]
        stated = [*by_kind, ("◌", "implied", "implied by", self._all.implied.get(pair, ()))]
        marks = tuple(self._mark(*one) for one in stated if one[-1])
        name = self._snapshot.techniques[id_].name
        return Claimed(f"{tactic}-{id_}", id_, name, self._report.technique_url(id_), marks, self._place(id_))

    def _mark(self, glyph: str, word: str, title: str, keys: Keys) -> Mark:
        return Mark(glyph, len(keys), word, title[0].upper() + title[1:], self._index.references(keys, _LISTED))

    def _look(self, pair: Pair) -> str:
        """`s1` to `s5` by the number of alerting rules, `h` for declared otherwise, `i` implied, `u` neither."""
        if keys := self._kinds[0].figures.declared.get(pair):
            return f"s{step(len(keys)) + 1}"
        return "h" if pair in self._all.declared else "i" if pair in self._all.implied else "u"

    def _blank(self, tactic: str, technique: Technique) -> Blank:
        elsewhere = self._first.get(technique.id)
        note = f"declared under {self._snapshot.tactics[elsewhere].name}" if elsewhere else ""
        anchor, href = f"{tactic}-{technique.id}", self.technique_href(technique.id)
        return Blank(anchor, technique.id, technique.name, href, self._place(technique.id), note)

    def _place(self, id_: str) -> str:
        if self._on_platforms is None or id_ in self._on_platforms:
            return ""
        return "platforms not known" if id_ in self._unknown else "not on the chosen platforms"
