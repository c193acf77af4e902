"""What changed between two coverages, as text, Markdown and JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from pydantic_core import to_json

from rulefold.attack.compare import Cells, Change, Move
from rulefold.attack.coverage import Coverage, Keys
from rulefold.attack.snapshot import Pair, Snapshot
from rulefold.markdown_text import table, text

_LISTED = 3


@dataclass(frozen=True, slots=True)
class Difference:
    """Two coverages and what changed between them, by type of detection."""

    old: Coverage
    new: Coverage
    changes: Mapping[str, Change]

    @property
    def is_loss(self) -> bool:
        """Whether any type lost a cell because of rules."""
        return any(change.is_loss for change in self.changes.values())


@dataclass(frozen=True, slots=True)
class Line:
    """One change: why, what became of which cell, and by which detections or (before, after) counts."""

    cause: str
    what: str
    cell: str
    by: str


def as_text(difference: Difference) -> str:
    """The difference for a terminal."""
    return "\n".join(_text(difference)) + "\n"


def _text(difference: Difference) -> Iterator[str]:
    yield _subject(difference)
    for type_, change in difference.changes.items():
        yield ""
        yield f"{type_ or 'no type'}: {_figures(difference, type_)}"
        lines = list(_lines(difference, change))
        width = max((len(line.what) for line in lines), default=0)
        for cause, own in groupby(lines, key=lambda line: line.cause):
            yield f"  because of {cause}"
            for line in own:
                yield f"    {line.what:{width}}  {line.cell}"
                yield f"    {'':{width}}  {line.by}"
        if not lines:
            yield "  no change"


def as_markdown(difference: Difference) -> str:
    """The difference for a pull request."""
    return "\n".join(_markdown(difference)) + "\n"


def _markdown(difference: Difference) -> Iterator[str]:
    yield "# Changes in ATT&amp;CK coverage"
    yield ""
    yield text(_subject(difference)) + "."
    yield ""
    for type_, change in difference.changes.items():
        yield f"## {text(type_ or 'no type')}"
        yield ""
        yield text(_figures(difference, type_)) + "."
        yield ""
        rows = [tuple(map(text, (line.cause, line.what, line.cell, line.by))) for line in _lines(difference, change)]
        if rows:
            yield from table(("Because of", "What", "Cell", "Detections"), rows)


def _subject(difference: Difference) -> str:
    old, new = difference.old, difference.new
    titles = dict.fromkeys((old.snapshot.title, new.snapshot.title))
    return f"{' → '.join(titles)}; detections: {len(old.detections):,} → {len(new.detections):,}"


def _figures(difference: Difference, type_: str) -> str:
    both = [one.by_type.get(type_) for one in (difference.old, difference.new)]
    cells = " → ".join(f"{len(one.declared):,}" if one else "0" for one in both)
    techniques = " → ".join(f"{len(one.techniques):,}" if one else "0" for one in both)
    return f"techniques {techniques}, cells {cells}"


def _lines(difference: Difference, change: Change) -> Iterator[Line]:
    old, new = difference.old.snapshot, difference.new.snapshot
    titles = {one.key: one.title for one in (*difference.old.detections, *difference.new.detections)}
    for move in change.migrated:
        cell = f"{'/'.join(move.old)} → {_cell(new, move.new)}"
        yield Line("ATT&CK", "moved", cell, _named(move.detections, titles))
    yield from _cell_lines("ATT&CK", change.by_attack, old, new, titles)
    yield from _cell_lines("rules", change.by_rules, new, new, titles)
    for what, counts in (("stronger", change.stronger), ("weaker", change.weaker)):
        for pair, (before, after) in counts.items():
            yield Line("rules", what, _cell(new, pair), f"{before:,} → {after:,}")


def _cell_lines(cause: str, cells: Cells, old: Snapshot, new: Snapshot, titles: Mapping[str, str]) -> Iterator[Line]:
    for what, found, snapshot in (("gained", cells.gained, new), ("lost", cells.lost, old)):
        for pair, keys in found.items():
            yield Line(cause, what, _cell(snapshot, pair), _named(keys, titles))


def _cell(snapshot: Snapshot, pair: Pair) -> str:
    return f"{pair[0]}/{pair[1]} {snapshot.techniques[pair[1]].name}"


def _named(keys: Keys, titles: Mapping[str, str]) -> str:
    more = f" and {len(keys) - _LISTED:,} more" if len(keys) > _LISTED else ""
    return ", ".join(titles[key] for key in keys[:_LISTED]) + more


def as_json(difference: Difference) -> str:
    """The difference as JSON: `old` and `new` with their versions, and `types` with what changed."""
    data = {
        "old": _side(difference.old),
        "new": _side(difference.new),
        "types": {type_: _data(change) for type_, change in difference.changes.items()},
    }
    return to_json(data, indent=2).decode() + "\n"


def _side(found: Coverage) -> dict[str, object]:
    return {"attack": found.snapshot.version, "detections": len(found.detections)}


def _data(change: Change) -> dict[str, object]:
    return {
        "migrated": [_move(move) for move in change.migrated],
        "because_of_attack": _cells_data(change.by_attack),
        "because_of_rules": {
            **_cells_data(change.by_rules),
            "stronger": _counts(change.stronger),
            "weaker": _counts(change.weaker),
        },
    }


def _move(move: Move) -> dict[str, object]:
    return {"from": move.old, "to": move.new, "detections": move.detections}


def _cells_data(cells: Cells) -> dict[str, object]:
    return {
        what: [{"tactic": pair[0], "technique": pair[1], "detections": keys} for pair, keys in found.items()]
        for what, found in (("gained", cells.gained), ("lost", cells.lost))
    }


def _counts(counts: Mapping[Pair, tuple[int, int]]) -> list[dict[str, object]]:
    return [
        {"tactic": pair[0], "technique": pair[1], "before": before, "after": after}
        for pair, (before, after) in counts.items()
    ]
