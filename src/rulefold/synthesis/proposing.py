"""A detection → events that make it fire: worked out backwards from its query, and checked by running it."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rulefold import codes
from rulefold.correlate import ScheduleError, cadence, place
from rulefold.diagnostics import Diagnostic
from rulefold.kql import QueryError
from rulefold.kql.analyse import analyse
from rulefold.kql.engines.limits import Limits
from rulefold.kql.faults import QueryDiagnostic, Stage, fault
from rulefold.kql.lower.plugins import columns_found
from rulefold.kql.plan import Plugin, Relation, Row
from rulefold.kql.results import TIME
from rulefold.kql.running import bound
from rulefold.model import Detection
from rulefold.queries import WATCHLISTS
from rulefold.synthesis.aggregates import MOST_ROWS
from rulefold.synthesis.asking import Asking
from rulefold.synthesis.judging import Events, Judge, Query, Sources, columns, count, without, without_column
from rulefold.synthesis.symbols import Choices, MoreRows, Sizes, Unsolved
from rulefold.synthesis.walking import apart, walk
from rulefold.text import Span
from rulefold.workspace import Workspace

_IF_EXISTS = re.compile(r"""column_?ifexists\(\s*["']([^"']*)["']""")  # what may be in a bag
_WORK = 3_000  # events that are begun on all ways together
_WAYS = 400  # through a query that are tried
_RUNS = 16  # of the query, to find events that fire
_LESS = 40  # of the query, to find fewer


@dataclass(frozen=True, slots=True)
class Proposal:
    """Events by table that make a detection fire, or why there are none; `runs` of the query were needed."""

    detection: Detection
    events: Events | None = None
    refused: QueryDiagnostic | None = None
    runs: int = 0


def propose(
    detection: Detection,
    workspace: Workspace,
    now: datetime,
    limits: Limits,
    external: Mapping[str, Path] | None = None,
) -> Proposal:
    """A small set of events over which a detection fires at a time, or the reason why none was found.

    `external` has files that stand for URIs of `externaldata`.
    """
    try:
        rule = cadence(detection)
    except ScheduleError as error:
        return _refused(detection, str(error), Span(0, 0))
    text = detection.query
    read = analyse(text, workspace.tables, workspace.functions, workspace.watchlist_columns)
    sources = Sources(
        {name: workspace.tables[name] for name in read.tables if name in workspace.tables},
        None if WATCHLISTS.isdisjoint(read.functions) else workspace.watchlists,
        external or {},
    )
    unpacked: list[Plugin] = []

    def discover(plugin: Plugin) -> Row:
        unpacked.append(plugin)
        return columns_found(plugin, [(name, "VARCHAR") for name in _IF_EXISTS.findall(text)])

    try:
        plan = bound(text, sources.tables, workspace.functions, discover, workspace.watchlist_columns)
    except QueryError as error:
        return Proposal(detection, refused=error.diagnostic)
    if not isinstance(plan, Relation):
        return _refused(detection, "found a value, expected a query that gives rows", plan.span)
    timespan = rule.sees(now) if rule else None
    fires = rule.alerts if rule else (lambda rows: rows > 0)
    query = Query(text, workspace.functions, bool(unpacked or external))
    with Judge(query, sources, limits, now, timespan) as judge:
        return _Search(detection, judge, plan, fires).proposal()


def told(proposal: Proposal) -> Diagnostic:
    """Why there are no events, at its place on the page where that can still be read."""
    if proposal.refused is None:
        raise ValueError(proposal.detection.key)
    return place(proposal.refused, proposal.detection).about(proposal.detection.key)


def _refused(detection: Detection, message: str, span: Span, runs: int = 0) -> Proposal:
    return Proposal(detection, None, fault(codes.NO_EVENTS, Stage.RUNNING, span, message), runs)


class _Search:
    """Looks for events that fire: one way through the query after another, each checked by running it."""

    def __init__(self, detection: Detection, judge: Judge, plan: Relation, fires: Callable[[int], bool]) -> None:
        self._detection, self._judge, self._plan, self._fires = detection, judge, plan, fires
        self._reasons: list[Unsolved] = []
        self._seen: list[Events] = []
        self._work = 0
        self._joined: set[tuple[str, str]] = set()

    def proposal(self) -> Proposal:
        try:
            events = self._found()
            if events is not None:
                events = self._least(events)
        except QueryError as error:
            return Proposal(self._detection, refused=error.diagnostic, runs=self._judge.runs)
        if events is not None:
            return Proposal(self._detection, events, runs=self._judge.runs)
        reason = self._reasons[0]
        return _refused(self._detection, reason.message, reason.span, self._judge.runs)

    def _found(self) -> Events | None:
        wanted = next((number for number in range(MOST_ROWS) if self._fires(number)), None)
        if wanted is None:
            self._reasons.append(Unsolved("found a trigger that no number of rows pulls", self._plan.span))
            return None
        if self._does_fire({}):
            return {}
        for rows in (1, 2):
            for events in self._ways(max(wanted, 1), rows):
                if events not in self._seen and len(self._seen) < _RUNS:
                    self._seen.append(events)
                    if self._does_fire(events):
                        return events
        return None

    def _ways(self, wanted: int, rows: int) -> Iterator[Events]:
        """The events of one way through the query after another; groups have so many rows, or as many as they need."""
        choices, sizes = Choices(), Sizes(rows)
        for _ in range(_WAYS):
            if self._work > _WORK:
                return
            choices.begin()
            solver = Asking(self._judge, choices, sizes, walk)
            try:
                apart(solver, [walk(solver, self._plan) for _ in range(wanted)])
                events = solver.written()
                self._joined = solver.joined
            except MoreRows as more:
                self._work += solver.begun
                if sizes.of(more.group) < more.rows:
                    sizes.grow(more.group, more.rows)
                    continue
            except Unsolved as reason:
                self._reasons.append(reason)
            else:
                whole = Unsolved("found no row of the query over the events that were worked out", self._plan.span)
                self._reasons += solver.notes or [whole]
                yield events
            self._work += solver.begun + 10
            sizes = Sizes(rows)
            if not choices.advance():
                return

    def _does_fire(self, events: Events) -> bool:
        try:
            return self._fires(self._judge.rows(events))
        except QueryError as error:
            if error.diagnostic.code == codes.QUERY_NOT_RUN.id:
                raise
            self._reasons.append(Unsolved(error.diagnostic.message, error.diagnostic.span))
            return False

    # ----------------------------------------------------------------------------------------------------- fewer

    def _least(self, events: Events) -> Events:
        """The events without those, and without the columns, that they fire without; what is joined on is kept."""
        left = self._judge.runs + _LESS
        needed: list[object] = []
        for table, number in [(name, at) for name in events for at in reversed(range(len(events[name])))]:
            if count(events) > 1 and self._judge.runs < left and (table, events[table][number]) not in needed:
                fewer = without(events, table, number)
                if self._does_fire(fewer):
                    events = fewer
                else:
                    needed.append((table, events[table][number]))
        for table, column in [(name, one) for name in events for one in columns(events[name])]:
            if column != TIME and (table, column) not in self._joined and self._judge.runs < left:
                fewer = without_column(events, table, column)
                if self._does_fire(fewer):
                    events = fewer
        return {table: rows for table, rows in events.items() if rows}
