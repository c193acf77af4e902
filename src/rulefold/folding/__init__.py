"""Entries into a catalogue: rows of one rule become one detection with its sets, relations, and what is missing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rulefold import codes
from rulefold.diagnostics import Diagnostic, Related
from rulefold.folding.company import Comparison, Member, company, twins_of
from rulefold.folding.completeness import MAX_LISTED, PlatformMap, Relations, completeness, inferred, relations
from rulefold.folding.joining import join
from rulefold.folding.names import keys
from rulefold.folding.near import near_duplicates
from rulefold.folding.rules import Rule, gather
from rulefold.folding.scalars import OnConflict, Scalars, resolve
from rulefold.model import Catalogue, Detection, Entry, Inferred, Note, PageLines, Rows, Schedule, parse_threshold
from rulefold.queries import Looker, Memo, placed_on_page
from rulefold.text import Place
from rulefold.version import __version__
from rulefold.workspace import Workspace

__all__ = ["OnConflict", "fold", "fold_rules", "join"]


@dataclass(frozen=True, slots=True)
class _Folded:
    """A rule on its way to a detection."""

    key: str
    rule: Rule
    place: Place
    scalars: Scalars
    stated: Relations


def fold(
    entries: Iterable[Entry],
    on_conflict: OnConflict = "first",
    *,
    queries: bool = True,
    workspace: Workspace | None = None,
    memo: Memo | None = None,
) -> tuple[Catalogue, list[Diagnostic]]:
    """Fold entries into a catalogue, and say what is to be said about its detections.

    `on_conflict` says which row speaks where rows of one rule disagree.  Without `queries`, nobody looks for queries
    that are nearly the same; without a workspace, nobody reads them.  What `memo` remembers of queries is not made
    again.
    """
    looker = Looker(workspace, memo) if workspace is not None else None
    return fold_rules(gather(entries).rules(), on_conflict, near_duplicates if queries else None, looker)


def fold_rules(
    rules: Sequence[Rule],
    on_conflict: OnConflict = "first",
    comparison: Comparison | None = near_duplicates,
    looker: Looker | None = None,
) -> tuple[Catalogue, list[Diagnostic]]:
    """Fold rules whose rows are gathered, see `fold`.

    `comparison` finds queries that are nearly the same, and `looker` reads them.
    """
    scalars = [resolve(rule, on_conflict) for rule in rules]
    folded = [
        _Folded(key, rule, _first_place(rule), values, relations(rule.rows))
        for key, rule, values in zip(keys([s.values for s in scalars]), rules, scalars, strict=True)
    ]
    bare, own = _bare(folded)
    looks = [looker.look(detection) for detection in bare] if looker else []
    twins = twins_of([detection.query for detection in bare], looks, looker)
    around = company([_member(one) for one in folded], twins, comparison)
    detections: list[Detection] = []
    diagnostics: list[Diagnostic] = []
    for n, one in enumerate(folded):
        told = [*own[n], *around.told[one.key]]
        detection = _noted(bare[n], around.same_query.get(one.key), told)
        if looker:
            found = placed_on_page(looks[n].found, detection.query, _query_place(one))
            detection = looks[n].on(detection, found)
            told += found
        diagnostics += [diagnostic.about(one.key) for diagnostic in told]
        detections.append(detection)
    return Catalogue(rulefold=__version__, detections=tuple(detections)), diagnostics


def _bare(folded: Sequence[_Folded]) -> tuple[list[Detection], list[list[Diagnostic]]]:
    """The detections before others are looked at, and what is to be said of each by itself."""
    platforms = PlatformMap(one.stated for one in folded)
    detections, told = [], []
    for one in folded:
        rows, missing = completeness(one.stated, one.rule.rows)
        added = inferred(one.stated, platforms)
        detections.append(_detection(one, rows, added))
        remarks = [*one.rule.remarks.values(), *one.scalars.diagnostics]
        told.append([*remarks, *_row_diagnostics(one, rows, missing, added)])
    return detections, told


def _noted(bare: Detection, same_query: tuple[str, ...] | None, told: Sequence[Diagnostic]) -> Detection:
    if not told and same_query is None:
        return bare
    notes = tuple(Note(code=diagnostic.code, message=diagnostic.message) for diagnostic in told)
    return bare.model_copy(update={"same_query": same_query, "notes": notes})


def _first_place(rule: Rule) -> Place:
    return min(rule.stated.values(), key=lambda stated: stated.order).place("title")


def _query_place(one: _Folded) -> Place:
    """Where the first row that states the chosen query states it."""
    query = one.scalars.values["query"]
    stating = [stated for stated in one.rule.stated.values() if stated.value("query") == query]
    return min(stating or one.rule.stated.values(), key=lambda stated: stated.order).place("query")


def _member(one: _Folded) -> Member:
    values = one.scalars.values
    return Member(one.key, values["id"] or "", values["title"] or "", values["query"] or "", one.place)


def _detection(one: _Folded, rows: Rows, added: Inferred) -> Detection:
    values, stated = one.scalars.values, one.stated
    return Detection(
        id=values["id"] or "",
        key=one.key,
        title=values["title"] or "",
        description=values["description"] or "",
        type=values["type"],
        tactics=stated.tactics,
        techniques=stated.techniques,
        platforms=stated.platforms,
        data_types=stated.data_types,
        connectors=stated.connectors,
        severity=values["severity"],
        schedule=_schedule(values),
        url=values["url"],
        ingested_date=values["ingested_date"],
        query=values["query"] or "",
        rows=rows,
        inferred=added,
        conflicts=one.scalars.conflicts or None,
        sources=tuple(PageLines(page=page, lines=_merged(lines)) for page, lines in one.rule.lines.items()),
    )


def _schedule(values: dict[str, str | None]) -> Schedule | None:
    threshold = values["trigger_threshold"]
    number = parse_threshold(threshold) if threshold else None
    schedule = Schedule(
        query_frequency=values["query_frequency"],
        query_period=values["query_period"],
        trigger_operator=values["trigger_operator"],
        trigger_threshold=threshold if number is None else number,
    )
    return schedule if schedule != Schedule() else None


def _merged(lines: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Line ranges in order, those that follow each other as one."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(lines):
        if merged and merged[-1][1] + 1 >= first:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


def _row_diagnostics(one: _Folded, rows: Rows, missing: int, added: Inferred) -> Iterator[Diagnostic]:
    if one.rule.again:
        count = one.rule.repeated
        message = f"found {count} row{'' if count == 1 else 's'} of the rule that the pages state before"
        yield codes.REPEATED_ROW.at(one.rule.again.place, message, related=[Related(one.place, "the first row")])
    if missing:
        code = codes.MISSING_ROWS if missing <= MAX_LISTED else codes.PRODUCT_TOO_LARGE
        yield code.at(one.place, f"found {rows.seen:,} rows of a rule whose values make {rows.product:,}")
    if added.platforms:
        found = "; ".join(f"{connector}: {', '.join(further)}" for connector, further in added.platforms.items())
        yield codes.INFERRED_PLATFORMS.at(
            one.place, f"found further platforms in other rules with the connector: {found}"
        )
