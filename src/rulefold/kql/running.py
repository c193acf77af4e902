"""A query compiled, and run."""

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rulefold.diagnostics import Severity
from rulefold.kql.bind import bind
from rulefold.kql.engines import ENGINES
from rulefold.kql.engines.limits import Limits
from rulefold.kql.engines.session import Session
from rulefold.kql.faults import QueryDiagnostic, QueryError
from rulefold.kql.lower import Lowered, lower
from rulefold.kql.lower.dialects import DIALECTS
from rulefold.kql.lower.refusal import refused
from rulefold.kql.parse import parse
from rulefold.kql.plan import Plugin, Relation, Row, Value
from rulefold.kql.results import Result, ResultColumn, Table, Timespan, Watchlist
from rulefold.kql.syntax import Function
from rulefold.text import Span


def compile(  # noqa: A001 - what it does
    text: str,
    schemas: Mapping[str, Mapping[str, str]] | None = None,
    functions: Mapping[str, Function] | None = None,
    dialect: str = "duckdb",
) -> str:
    """A query as one statement of SQL.

    Raises QueryError for a fault of the query, and for what is not run.
    """
    with _uncollected():
        return compiled(bound(text, schemas or {}, functions or {}), text, dialect)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Put off the collection of garbage while a query is compiled, where the process has it on.

    Nodes of SQL know their parents, so that nothing but a collection frees them.  One in the midst of the work finds
    all in use, and hands it on to the older generations, which only a look at all of the process frees; after the work
    they are still of the youngest, and the next small collection frees them.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def compiled(plan: Relation | Value | None, text: str, dialect: str) -> str:
    """The plan of a query without a fault as one statement of SQL.  Raises QueryError for what is not run."""
    return lower(_giving(plan, text), DIALECTS[dialect](), text).text(dialect)


def bound(
    text: str,
    schemas: Mapping[str, Mapping[str, str]],
    functions: Mapping[str, Function],
    discover: Callable[[Plugin], Row] | None = None,
    watchlists: Mapping[str, Mapping[str, str]] | None = None,
) -> Relation | Value:
    """The plan of a query without a fault.  `discover` tells the columns of a plug-in that depend on the data."""
    query, faults = parse(text)
    _raise_first(faults)
    result = bind(query, schemas, functions, discover, watchlists)
    _raise_first(result.diagnostics)
    return _giving(result.plan, text)


def _giving(plan: Relation | Value | None, text: str) -> Relation | Value:
    if plan is None:
        raise refused(Span(0, len(text)), "found nothing that gives rows")
    return plan


def _raise_first(diagnostics: "tuple[QueryDiagnostic, ...] | list[QueryDiagnostic]") -> None:
    for one in diagnostics:
        if one.severity is Severity.ERROR:
            raise QueryError(one)


def run(
    text: str,
    tables: Mapping[str, Table] | None = None,
    functions: Mapping[str, Function] | None = None,
    now: datetime | None = None,
    engine: str = "duckdb",
    *,
    watchlists: Mapping[str, Watchlist | Table | Path | str] | None = None,
    timespan: Timespan | None = None,
    memory: str | int | None = None,
    timeout: str | float | None = None,
    threads: int | None = None,
    external: Mapping[str, str | Path] | None = None,
) -> Result:
    """Run a query over tables, and over watchlists by their aliases: each a table, or the path of a file of CSV.

    `now` is the time at which it runs, an aware datetime; the present one if not given.  With a `timespan`, it sees
    only the rows of that time, in tables with a column TimeGenerated.  A run may take so much
    `memory` (`1GB`, or bytes; 4 GB or half of the machine's if not given), time (`30s`, or seconds; 4 minutes) and
    threads (one a core).  `external` has for each URI of `externaldata` the path of a file that stands for it; nothing
    is ever fetched.  Raises QueryError for a fault of the query, for what is not run, for data that cannot be
    read, and for a run that ends at a limit; ValueError for a limit that is none.
    """
    with ENGINES[engine](Limits.of(memory, timeout, threads)) as session:
        for name, table in (tables or {}).items():
            session.load(name, table)
        if watchlists is not None:
            session.load_watchlists({alias: _watchlist(one) for alias, one in watchlists.items()})
        session.stand_for({uri: Path(path) for uri, path in (external or {}).items()})
        session.close_off()
        return answered(session, lowered(session, text, functions or {}, now, timespan))


class Prepared:
    """A query over the tables of a session, to be run at one time or at many."""

    def __init__(self, session: Session, text: str, functions: Mapping[str, Function] | None = None) -> None:
        """Take the query; it is read when it is asked for."""
        self._session, self._text, self._functions = session, text, functions or {}
        self._plan: Relation | Value | None = None

    def plan(self, now: datetime, timespan: Timespan | None = None) -> Relation | Value:
        """What the query means.  Raises QueryError."""
        if self._plan is not None:
            return self._plan
        found: list[Row] = []

        def discover(plugin: Plugin) -> Row:
            found.append(self._session.columns_of(plugin, now, timespan))
            return found[-1]

        plan = bound(self._text, self._session.schemas, self._functions, discover, self._session.watchlists)
        if not found:  # its columns are the same for all data
            self._plan = plan
        return plan

    def at(self, now: datetime, timespan: Timespan | None = None) -> Lowered:
        """The query as a statement at a time.  Raises QueryError."""
        return lower(self.plan(now, timespan), self._session.words(), self._text, now, timespan)


def _watchlist(given: Watchlist | Table | Path | str) -> Watchlist:
    if isinstance(given, Watchlist):
        return given
    return Watchlist(given if isinstance(given, Table) else Table(None, given))


def lowered(
    session: Session,
    text: str,
    functions: Mapping[str, Function] | None = None,
    now: datetime | None = None,
    timespan: Timespan | None = None,
) -> Lowered:
    """A query as a statement over the tables of a session.  Raises QueryError."""
    return Prepared(session, text, functions).at(now or datetime.now(UTC), timespan)


def answered(session: Session, statement: Lowered) -> Result:
    """What a statement gives.  Raises QueryError."""
    return _result(statement, session.rows(statement))


def counted(session: Session, statement: Lowered, most: int) -> tuple[Result, int]:
    """So many rows of what a statement gives, and how many there are.  Raises QueryError."""
    rows, count = session.counted(statement, most)
    return _result(statement, rows), count


def _result(statement: Lowered, rows: Iterable[tuple[object, ...]]) -> Result:
    return Result(tuple(ResultColumn(name, type_) for name, type_ in statement.columns), tuple(rows))
