"""The techniques behind the figures of the summary: which are declared, by kind and part of the matrix."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from rulefold.attack.coverage import Coverage
from rulefold.html_text.words import Number
from rulefold.report.page.kinds import Kind
from rulefold.report.page.matrix import Matrix

PARTS = {
    "all": "of all techniques",
    "platforms": "of those on the chosen platforms",
    "post-compromise": "of those after the compromise",
}


Listed = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class TechniqueList:
    """Techniques by id, each with its name and the link to its cell.

    Those `before` the compromise stand apart, so that the others have a fragment of their own, `after_id`.
    """

    id: str
    title: str
    total: int
    after_id: str
    after: tuple[Listed, ...]
    before: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """How many techniques of a part of the matrix are declared, of how many."""

    part: str
    words: str
    covered: Number
    total: int

    @property
    def percent(self) -> str:
        """The share with one decimal."""
        return f"{100 * self.covered.value / self.total:.1f}" if self.total else "0.0"


class Techniques:
    """The lists of the page, and the figures that lead to them."""

    def __init__(self, found: Coverage, kinds: Sequence[Kind], matrix: Matrix) -> None:
        """Make the lists of each kind, whole and for chosen platforms."""
        self._found, self._matrix = found, matrix
        self.lists: list[TechniqueList] = []
        self.shares = {kind.id: self._shares(kind) for kind in kinds}
        alerting, hunting = kinds[0].figures, kinds[1].figures
        only = hunting.techniques - alerting.techniques
        self._list("techniques-only-hunting", "Hunted for, not alerted on", only, only)
        self.only_hunted = Number(len(only), "techniques-only-hunting")

    def _shares(self, kind: Kind) -> tuple[Share, ...]:
        parts = {part.name: part for part in self._found.denominators}
        covered = {name: part.covered(kind.figures) for name, part in parts.items()}
        ids = {name: f"techniques-{kind.id}-{name}" for name in parts}
        title = f"Declared by {kind.nouns}"
        self._list(ids["all"], title, covered["all"], covered["post-compromise"], ids["post-compromise"])
        if "platforms" in parts:
            self._list(
                ids["platforms"], f"{title}, on the chosen platforms", covered["platforms"], covered["platforms"]
            )
        return tuple(
            Share(name, PARTS[name], Number(len(covered[name]), ids[name]), len(part.techniques))
            for name, part in parts.items()
        )

    def _list(self, id_: str, title: str, all_: Set[str], after: Set[str], after_id: str = "") -> None:
        if all_:
            listed = TechniqueList(id_, title, len(all_), after_id, self._listed(after), self._listed(all_ - after))
            self.lists.append(listed)

    def _listed(self, ids: Set[str]) -> tuple[Listed, ...]:
        names = self._found.snapshot.techniques
        return tuple((one, names[one].name, self._matrix.technique_href(one)) for one in sorted(ids))
