"""The matrix as MITRE shows it: a column a tactic, techniques by name, sub-techniques with their technique."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from rulefold.attack.snapshot import Pair, Snapshot, Tactic, Technique


@dataclass(frozen=True, slots=True)
class Column:
    """A tactic with its techniques, and the sub-techniques of each that are under it too.

    A sub-technique whose technique is not under the tactic stands for itself.
    """

    tactic: Tactic
    techniques: tuple[tuple[Technique, tuple[Technique, ...]], ...]


def columns(snapshot: Snapshot, shown: Collection[Pair] | None = None) -> Iterator[Column]:
    """The columns in matrix order, of the cells that are shown; a technique is shown where a sub-technique of it is."""
    under: dict[str, dict[str, Technique]] = {shortname: {} for shortname in snapshot.tactics}
    for one in snapshot.active():
        for shortname in one.tactics:
            under[shortname][one.id] = one
    for shortname, tactic in snapshot.tactics.items():
        visible = [id_ for id_ in under[shortname] if shown is None or (shortname, id_) in shown]
        yield Column(tactic, tuple(_families(snapshot, under[shortname], visible)))


def _families(
    snapshot: Snapshot, here: dict[str, Technique], visible: Collection[str]
) -> Iterator[tuple[Technique, tuple[Technique, ...]]]:
    children: dict[str, list[Technique]] = {}
    for id_ in visible:
        parent = snapshot.parent(id_)
        if parent in here:
            children.setdefault(parent, []).append(here[id_])
        else:
            children.setdefault(id_, [])
    for id_ in sorted(children, key=lambda id_: (here[id_].name.lower(), id_)):
        yield here[id_], tuple(children[id_])
