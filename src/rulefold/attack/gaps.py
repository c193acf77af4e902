"""Gaps: the techniques that no detection declares, and what it would take to see them."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from rulefold.attack.coverage import BEFORE_COMPROMISE, Coverage, Keys, keys_by_technique
from rulefold.attack.logs import SOURCES, tables_of_sources
from rulefold.attack.shipped import shipped
from rulefold.attack.snapshot import Snapshot, Technique
from rulefold.model import Catalogue

LOGS_FROM = "18.1"  # the version whose analytics name the log sources, where a snapshot has none of its own

_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class Need(StrEnum):
    """What a gap takes, the least first.

    CONNECTED: a detection of the catalogue reads a table that holds a log source of the technique.  SOURCE: log sources
    are known, and the catalogue reads none of them.  NEWER: MITRE wrote the technique down after the catalogue's newest
    detection, which hence could not name it.  OUTSIDE: it happens before there is anything to see, or MITRE names no
    log source for it.
    """

    CONNECTED = "connected"
    SOURCE = "needs-source"
    NEWER = "newer"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Log:
    """A log source, the tables that hold it, and which of these the catalogue reads; both sorted."""

    name: str
    tables: tuple[str, ...]
    connected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A technique without a declared pair.

    `logs` are its log sources, connected ones first; `logs_of` are the former ids that they are known of, where ATT&CK
    has given the technique a new one.  `implied` are the detections that name the technique and none of its tactics.
    """

    technique: Technique
    need: Need
    logs: tuple[Log, ...]
    logs_of: tuple[str, ...]
    implied: Keys

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables to write a rule on: those that the catalogue reads, or else all that hold a log source."""
        read = {table for log in self.logs for table in log.connected}
        return tuple(sorted(read or {table for log in self.logs for table in log.tables}))


def gaps(found: Coverage, catalogue: Catalogue, without: Collection[str] = ()) -> tuple[Gap, ...]:
    """The gaps of a coverage, what takes least first and then in matrix order.

    `catalogue` is the whole one, of which a coverage may have selected a part: what any of its detections reads is
    connected, but for the connectors `without`.  With platforms chosen, techniques known to be on none of them are no
    gaps.
    """
    finder = _Finder(_Logs.of(found.snapshot), tables_of_sources(), tables_read(catalogue, without), _newest(catalogue))
    implied = keys_by_technique(found.all.implied)
    covered = found.all.techniques
    listed = [finder.gap(one, implied.get(one.id, ())) for one in in_scope(found) if one.id not in covered]
    order = {need: n for n, need in enumerate(Need)}
    place = {shortname: n for n, shortname in enumerate(found.snapshot.tactics)}

    def effort(gap: Gap) -> tuple[int, bool, int, str]:
        first = min(place[tactic] for tactic in gap.technique.tactics)
        return order[gap.need], not gap.implied, first, gap.technique.id

    return tuple(sorted(listed, key=effort))


def in_scope(found: Coverage) -> list[Technique]:
    """The active techniques, but for those that are known to be on none of the chosen platforms."""
    chosen = next((one for one in found.denominators if one.name == "platforms"), None)
    active = [technique for technique in found.snapshot.active() if technique.tactics]
    return [one for one in active if chosen is None or one.id in chosen.techniques | chosen.unknown]


def tables_read(catalogue: Catalogue, without: Collection[str] = ()) -> frozenset[str]:
    """The tables that the connectors of a catalogue's detections bring, but for the connectors `without`."""
    gone = {connector.lower() for connector in without}
    return frozenset(
        table
        for detection in catalogue.detections
        for connector in detection.connectors
        if not connector.invented and connector.id.lower() not in gone
        for table in connector.tables
    )


def _newest(catalogue: Catalogue) -> str | None:
    """The date of the newest detection, as far as dates are known."""
    dates = {detection.ingested_date or "" for detection in catalogue.detections}
    return max(filter(_DATE.fullmatch, dates), default=None)


@dataclass(frozen=True, slots=True)
class _Logs:
    """Where log sources and dates of a snapshot's techniques come from: itself, or an older version."""

    own: bool
    older: Mapping[str, Technique]
    former: Mapping[str, list[str]]

    @classmethod
    def of(cls, snapshot: Snapshot) -> "_Logs":
        mapped = {name for names in SOURCES.values() for name in names}
        former: defaultdict[str, list[str]] = defaultdict(list)
        for id_ in snapshot.techniques:
            resolution = snapshot.resolve(id_)
            if resolution.active and len(resolution.chain) > 1:
                former[resolution.active.id].append(id_)
        own = any(not mapped.isdisjoint(technique.logs) for technique in snapshot.active())
        return cls(own, shipped(LOGS_FROM).techniques, former)

    def of_technique(self, technique: Technique) -> tuple[list[str], tuple[str, ...]]:
        """The names of its log sources, and the former ids that they are known of, if they are not its own."""
        here = technique.logs if self.own else {}
        if here or (here := self._older(technique.id)):
            return list(here), ()
        named = {id_: found for id_ in self.former.get(technique.id, ()) if (found := self._older(id_))}
        return sorted({name for found in named.values() for name in found}), tuple(sorted(named))

    def _older(self, id_: str) -> Mapping[str, tuple[str, ...]]:
        return self.older[id_].logs if id_ in self.older else {}

    def since(self, technique: Technique) -> str | None:
        """The date of a technique, or of the oldest id that it replaced."""
        ids = (technique.id, *self.former.get(technique.id, ()))
        dates = [self.older[id_].created for id_ in ids if id_ in self.older]
        return min(filter(None, [technique.created, *dates]), default=None)


@dataclass(frozen=True, slots=True)
class _Finder:
    """What it takes to tell of a gap: log sources, the tables that hold them, those that are read, and a date."""

    logs: _Logs
    holding: Mapping[str, tuple[str, ...]]
    read: frozenset[str]
    newest: str | None

    def gap(self, technique: Technique, implied: Keys) -> Gap:
        names, logs_of = self.logs.of_technique(technique)
        known = sorted(map(self._log, names), key=lambda log: (not log.connected, not log.tables, log.name))
        return Gap(technique, self._need(technique, known), tuple(known), logs_of, implied)

    def _log(self, name: str) -> Log:
        tables = self.holding.get(name, ())
        return Log(name, tables, tuple(table for table in tables if table in self.read))

    def _need(self, technique: Technique, logs: Collection[Log]) -> Need:
        if BEFORE_COMPROMISE.issuperset(technique.tactics):
            return Need.OUTSIDE
        since = self.logs.since(technique)
        if since is None or (self.newest is not None and since > self.newest):
            return Need.NEWER
        if any(log.connected for log in logs):
            return Need.CONNECTED
        return Need.SOURCE if logs else Need.OUTSIDE
