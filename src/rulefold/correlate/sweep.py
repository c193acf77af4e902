"""All detections over the tables of a folder: which find something, which do not, and which cannot be run."""

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from queue import SimpleQueue

from rulefold import codes
from rulefold.correlate.alerts import Cadence, ScheduleError, cadence
from rulefold.correlate.tables import Reads, Tables
from rulefold.kql import QueryError, Result, Timespan
from rulefold.kql.engines import ENGINES
from rulefold.kql.engines.limits import Limits
from rulefold.kql.engines.session import Session
from rulefold.kql.faults import Stage, fault
from rulefold.kql.needs import gives_nothing
from rulefold.kql.results import TIME
from rulefold.kql.running import Prepared, counted
from rulefold.kql.types import Type
from rulefold.model import Detection
from rulefold.text import Span

_DIALECT = "duckdb"
_WATCHLISTS = "_GetWatchlist"  # no table has this name


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one detection has found: rows, so many of them at most, and how many there are.

    `alert` says whether they are an alert, None for a hunting query; `error` why the detection was not run.
    """

    detection: Detection
    timespan: Timespan | None = None
    result: Result | None = None
    count: int = 0
    alert: bool | None = None
    seconds: float = 0.0
    error: QueryError | None = None

    @property
    def fired(self) -> bool:
        """Whether there is something to look at: an alert, or rows of a hunting query."""
        return self.count > 0 if self.alert is None else self.alert


@contextmanager
def opened(tables: Tables, detections: Iterable[Detection], limits: Limits) -> Iterator["Shared"]:
    """A session with all tables that detections name; a table that cannot be read costs those that name it."""
    with ENGINES[_DIALECT](limits) as session:
        queries = [detection.query for detection in detections]
        reads = {query: tables.reads(query) for query in dict.fromkeys(queries)}
        broken = _load(tables, session, [reads[query] for query in queries])
        session.stand_for(tables.external)
        session.close_off()
        yield Shared(tables, session, {query: error for query in reads if (error := _first(broken, reads[query]))})


def _load(tables: Tables, session: Session, reads: Collection[Reads]) -> dict[str, QueryError]:
    """Load what queries read; why some of it cannot be, by the names of tables, and of what gives watchlists."""
    uses = Counter(name for one in reads for name in one.tables)
    tables.load(session, [name for name in uses if not tables.is_present(name)])
    present = {name: count > 1 for name, count in uses.items() if tables.is_present(name)}
    loads = {name: partial(tables.load, session, [name], often=often) for name, often in present.items()}
    if any(one.watchlists for one in reads):
        loads[_WATCHLISTS] = partial(tables.load_watchlists, session)
    broken: dict[str, QueryError] = {}
    for name, load in loads.items():
        session.restart()
        try:
            load()
        except QueryError as error:
            broken[name] = error
    return broken


def _first(broken: Mapping[str, QueryError], reads: Reads) -> QueryError | None:
    names = (*reads.tables, *([_WATCHLISTS] if reads.watchlists else []))
    return next((broken[name] for name in names if name in broken), None)


class Shared:
    """Tables in a session that many detections are run over."""

    def __init__(self, tables: Tables, session: Session, broken: Mapping[str, QueryError]) -> None:
        """See `opened`; `broken` has the queries that name what cannot be read, and why."""
        self._tables, self._session, self._broken = tables, session, broken
        self._minutes: dict[str, list[int]] = {}

    def fork(self) -> "Shared":
        """The same tables, for another thread."""
        return Shared(self._tables, self._session.fork(), self._broken)

    def prepared(self, detection: Detection) -> "Asked":
        """A detection to be run at one time or at many.  Raises QueryError."""
        if (error := self._broken.get(detection.query)) is not None:
            raise error
        return Asked(self, self._session, Prepared(self._session, detection.query, self._tables.workspace.functions))

    def latest(self) -> datetime | None:
        """The minute of the last row of all tables, None where none has a time."""
        known = [name for name, columns in self._session.schemas.items() if columns.get(TIME) == Type.DATETIME]
        last = max((self._minutes_of(name)[-1] for name in known if self._minutes_of(name)), default=None)
        return None if last is None else datetime.fromtimestamp(60 * last, UTC)

    def _minutes_of(self, name: str) -> list[int]:
        if name not in self._minutes:
            self._minutes[name] = self._session.minutes(name, TIME)
        return self._minutes[name]

    def has_rows(self, name: str, timespan: Timespan) -> bool:
        """Whether a table may have rows in a time: surely where it has no time, to the minute where it has one."""
        if self._session.schemas.get(name, {}).get(TIME) != Type.DATETIME:
            return True
        first, last = (int(one.timestamp() // 60) for one in timespan)
        minutes = self._minutes_of(name)
        at = bisect_left(minutes, first)
        return at < len(minutes) and minutes[at] <= last


class Asked:
    """The query of a detection over shared tables."""

    def __init__(self, shared: Shared, session: Session, query: Prepared) -> None:
        """See `Shared.prepared`."""
        self._shared, self._session, self._query = shared, session, query

    def found(self, now: datetime, timespan: Timespan | None, most: int) -> tuple[Result, int]:
        """What it finds at a time: so many rows at most, and how many there are.  Raises QueryError."""
        self._session.restart()
        return counted(self._session, self._query.at(now, timespan), most)

    def check(self, now: datetime) -> None:
        """Raise QueryError for what is not run, whether there are rows or none."""
        self._query.at(now)

    def surely_nothing(self, now: datetime, timespan: Timespan) -> bool:
        """Whether it finds nothing in a time because the tables have nothing there.  Raises QueryError."""
        return gives_nothing(self._query.plan(now, timespan), lambda name: not self._shared.has_rows(name, timespan))


def sweep(
    shared: Shared, detections: Sequence[Detection], now: datetime, *, most: int, jobs: int = 1
) -> Iterator[Outcome]:
    """Run detections as they would be run at a time, and give what each finds, in their order.

    An analytics rule sees the period of its query; a hunting query sees all.  One that fails does not stop the others.
    """
    if jobs <= 1:
        yield from (_outcome(shared, one, now, most) for one in detections)
        return
    forks: SimpleQueue[Shared] = SimpleQueue()
    for _ in range(jobs):
        forks.put(shared.fork())

    def run(detection: Detection) -> Outcome:
        fork = forks.get()
        try:
            return _outcome(fork, detection, now, most)
        finally:
            forks.put(fork)

    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(run, detections)


def _outcome(shared: Shared, detection: Detection, now: datetime, most: int) -> Outcome:
    start = time.perf_counter()
    try:
        runs = kept_cadence(detection)
        timespan = None if runs is None else runs.sees(now)
        result, count = shared.prepared(detection).found(now, timespan, most)
    except QueryError as error:
        return Outcome(detection, seconds=time.perf_counter() - start, error=error)
    alert = None if runs is None else runs.alerts(count)
    return Outcome(detection, timespan, result, count, alert, time.perf_counter() - start)


def kept_cadence(detection: Detection) -> Cadence | None:
    """The cadence of a detection.  Raises QueryError for a schedule that cannot be kept."""
    try:
        return cadence(detection)
    except ScheduleError as error:
        raise QueryError(fault(codes.QUERY_FAILED, Stage.RUNNING, Span(0, 0), str(error))) from error
