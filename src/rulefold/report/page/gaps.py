"""The gaps by what they take, and within that by the tables to write a rule on."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rulefold.attack.gaps import Gap, Need
from rulefold.attack.snapshot import Snapshot, Technique
from rulefold.html_text.words import Cut, counted, cut, joined
from rulefold.report.contents import Report

_LISTED = 40  # log sources that nobody reads
_MANY = 12  # groups, from which on those of a single technique are put together
_ALONE = "One technique each"

NEEDS: Mapping[Need, tuple[str, str]] = {
    Need.CONNECTED: (
        "A rule is missing",
        "A table that detections of this catalogue already read holds a log source that MITRE's analytics name for the"
        " technique. What is missing is a rule.",
    ),
    Need.SOURCE: (
        "A log source is missing",
        "MITRE names log sources, and no table that the catalogue reads is known to hold one. What is missing is a"
        " connector, and then a rule.",
    ),
    Need.NEWER: (
        "Newer than the catalogue",
        "MITRE wrote the technique down after the newest detection of this catalogue, which hence could not name it, or"
        " says no date. Detections may see it all the same.",
    ),
    Need.OUTSIDE: (
        "Outside reach",
        "It happens before there is anything to see on the defender's side, or MITRE names no log source for it.",
    ),
}


@dataclass(frozen=True, slots=True)
class GapItem:
    """A technique: what is to be noted, and MITRE's page, which is left to the parent of a sub-technique."""

    id: str
    name: str
    url: str | None
    notes: str


@dataclass(frozen=True, slots=True)
class GapGroup:
    """Gaps that take the same: what that is, more of it in small print, and the techniques by their platforms."""

    title: str
    detail: str
    total: int
    by_platforms: tuple[tuple[str, tuple[GapItem, ...]], ...]


@dataclass(frozen=True, slots=True)
class GapNeed:
    """One of the four needs, its largest group first."""

    id: str
    title: str
    meaning: str
    total: int
    groups: tuple[GapGroup, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """A log source that the catalogue does not read: the tables that hold it, and how many gaps name it."""

    name: str
    tables: str
    gaps: int


@dataclass(frozen=True, slots=True)
class Gaps:
    """The four needs; tables with the log sources that they hold for gaps, and how many; what would help most."""

    total: int
    needs: tuple[GapNeed, ...]
    read: tuple[tuple[str, str, int], ...]
    unread: Cut[Unread]


def gaps_view(report: Report) -> Gaps:
    """The gaps of a report."""
    by_need: defaultdict[Need, list[Gap]] = defaultdict(list)
    for gap in report.gaps:
        by_need[gap.need].append(gap)
    needs = tuple(_need(need, by_need[need], report) for need in Need)
    return Gaps(len(report.gaps), needs, tuple(_read(report.gaps)), cut(_unread(report.gaps), _LISTED))


def _need(need: Need, found: Sequence[Gap], report: Report) -> GapNeed:
    by_title: defaultdict[str, list[Gap]] = defaultdict(list)
    for gap in found:
        by_title[_title(gap, report.snapshot)].append(gap)
    alone = [gap for own in by_title.values() if len(own) == 1 for gap in own] if len(by_title) > _MANY else []
    shared = {title: own for title, own in by_title.items() if not alone or len(own) > 1}
    ordered = sorted(shared.items(), key=lambda one: (-len(one[1]), one[0]))
    groups = [GapGroup(title, _detail(need, own), len(own), _by_platforms(own, report)) for title, own in ordered]
    if alone:
        groups.append(GapGroup(_ALONE, "", len(alone), _by_platforms(alone, report, with_title=True)))
    return GapNeed(need, *NEEDS[need], len(found), tuple(groups))


def _title(gap: Gap, snapshot: Snapshot) -> str:
    match gap.need:
        case Need.CONNECTED:
            return ", ".join(gap.tables)
        case Need.SOURCE:
            return ", ".join(log.name for log in gap.logs)
        case Need.NEWER:
            return ", ".join(gap.tables) or "No table known"
        case Need.OUTSIDE:
            return snapshot.tactics[gap.technique.tactics[0]].name


def _detail(need: Need, found: Sequence[Gap]) -> str:
    """The tables that hold the log sources; which log sources tables hold is told once for all."""
    if need is not Need.SOURCE:
        return ""
    tables = found[0].tables
    return f"Held by {joined(tables, 'or')}" if tables else "No table of Sentinel is known to hold them"


def _by_platforms(
    found: Sequence[Gap], report: Report, with_title: bool = False
) -> tuple[tuple[str, tuple[GapItem, ...]], ...]:
    """Techniques on the same platforms together, the most first: said once, it is read more easily."""
    groups: defaultdict[str, list[GapItem]] = defaultdict(list)
    for gap in found:
        groups[_platforms(gap.technique)].append(_item(gap, report, with_title))
    return tuple(
        (names, tuple(items)) for names, items in sorted(groups.items(), key=lambda one: (-len(one[1]), one[0]))
    )


def _platforms(technique: Technique) -> str:
    if technique.platforms == ("PRE",):
        return ""
    return "Platforms not known" if technique.platforms is None else ", ".join(technique.platforms)


def _item(gap: Gap, report: Report, with_title: bool) -> GapItem:
    one = gap.technique
    notes = (
        _title(gap, report.snapshot) if with_title else "",
        f"since {one.created}" if one.created and gap.need is Need.NEWER else "",
        f"log sources of its former {'id' if len(gap.logs_of) == 1 else 'ids'} {joined(gap.logs_of)}"
        if gap.logs_of
        else "",
        f"◌ implied by {counted(len(gap.implied), 'detection')}" if gap.implied else "",
    )
    url = None if report.snapshot.parent(one.id) else report.technique_url(one.id)
    return GapItem(one.id, one.name, url, " · ".join(filter(None, notes)))


def _read(found: Sequence[Gap]) -> Iterator[tuple[str, str, int]]:
    """The tables that the catalogue reads with the log sources that gaps could be seen in, and how many gaps."""
    logs: defaultdict[str, set[str]] = defaultdict(set)
    gaps: defaultdict[str, set[str]] = defaultdict(set)
    for gap in found:
        for log in gap.logs:
            for table in log.connected:
                logs[table].add(log.name)
                gaps[table].add(gap.technique.id)
    for table in sorted(logs, key=lambda table: (-len(gaps[table]), table)):
        yield table, ", ".join(sorted(logs[table])), len(gaps[table])


def _unread(found: Sequence[Gap]) -> list[Unread]:
    """Log sources that no table brings which the catalogue reads, those that most gaps name first."""
    unread = [log for gap in found if gap.need is not Need.OUTSIDE for log in gap.logs if not log.connected]
    counts = Counter(log.name for log in unread)
    tables = {log.name: ", ".join(log.tables) for log in unread}
    return [Unread(name, tables[name], counts[name]) for name in sorted(counts, key=lambda name: (-counts[name], name))]
