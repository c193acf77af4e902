"""The engine as a judge: what constants are, and what a query gives over events."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import NamedTuple, Self

from rulefold.kql import Table, Timespan, Watchlist
from rulefold.kql.engines import ENGINES
from rulefold.kql.engines.limits import Limits
from rulefold.kql.engines.session import Session
from rulefold.kql.literals import ticks_of
from rulefold.kql.lower import Lowered, lower
from rulefold.kql.lower.placeholders import are_in
from rulefold.kql.plan import Constant, Relation, Value
from rulefold.kql.running import Prepared, answered
from rulefold.kql.syntax import Function
from rulefold.kql.types import Type

Events = dict[str, list[dict[str, object]]]

_ENGINE = "duckdb"
_MOST = 10_000  # values of a list


class Query(NamedTuple):
    """A query, the functions of the workspace, and whether its statement depends on the data."""

    text: str
    functions: Mapping[str, Function]
    depends_on_data: bool


class Sources(NamedTuple):
    """What a query may read: tables by their columns, watchlists, and files that stand for URIs."""

    tables: Mapping[str, Mapping[str, str]]
    watchlists: Mapping[str, Watchlist] | None = None
    external: Mapping[str, Path] = MappingProxyType({})


class Judge:
    """Runs a query over events, and asks the engine what constants are; nothing else knows how KQL counts."""

    def __init__(
        self,
        query: Query,
        sources: Sources,
        limits: Limits,
        now: datetime,
        timespan: Timespan | None,
    ) -> None:
        """Take a query at a time."""
        self.now, self.timespan = now, timespan
        self._query, self._sources, self._limits = query, sources, limits
        self._stack = ExitStack()
        self._session: Session | None = None
        self._known: dict[int, tuple[Value, object]] = {}
        self._listed: dict[int, tuple[Relation, list[tuple[object, ...]]]] = {}
        self._statement: Lowered | None = None
        self.runs = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def rows(self, events: Events) -> int:
        """How many rows the query gives over events.  Raises QueryError."""
        self.runs += 1
        with ENGINES[_ENGINE](self._limits) as session:
            for name, schema in self._sources.tables.items():
                session.load(name, Table(schema, events.get(name, [])))
            self._close_off(session)
            return len(answered(session, self._lowered(session)).rows)

    def _close_off(self, session: Session) -> None:
        session.load_watchlists(self._sources.watchlists)
        session.stand_for(self._sources.external)
        session.close_off()

    def _lowered(self, session: Session) -> Lowered:
        if self._statement is not None:
            return self._statement
        text, functions, depends_on_data = self._query
        statement = Prepared(session, text, functions).at(self.now, self.timespan)
        if not depends_on_data:
            self._statement = statement
        return statement

    def value(self, value: Value) -> object:
        """What a value without columns is.  Raises QueryError."""
        known = self._known.get(id(value))
        if known is not None:
            return known[1]
        found = value.value if _is_plain(value) else self._asked(value)  # type: ignore[attr-defined]
        self._known[id(value)] = (value, found)
        return found

    def listed(self, relation: Relation) -> list[tuple[object, ...]]:
        """The rows of a relation that reads no table.  Raises QueryError."""
        if id(relation) not in self._listed:
            self._listed[id(relation)] = relation, self._rows(relation)[:_MOST]
        return self._listed[id(relation)][1]

    def _asked(self, value: Value) -> object:
        rows = self._rows(value)
        return rows[0][0] if rows else None

    def _rows(self, plan: Relation | Value) -> list[tuple[object, ...]]:
        statement = lower(plan, self._given().words(), self._query.text, self.now, self.timespan)
        return list(self._given().rows(statement))

    def _given(self) -> Session:
        if self._session is None:
            self._session = self._stack.enter_context(ENGINES[_ENGINE](self._limits))
            self._close_off(self._session)
        return self._session


def _is_plain(value: Value) -> bool:
    asked = (Type.DATETIME, Type.TIMESPAN, Type.DECIMAL, Type.GUID, Type.UNKNOWN)
    return isinstance(value, Constant) and value.type not in asked and not are_in(value.value)


def constant(value: object, type_: Type) -> Constant:
    """A value of Python as one of a plan."""
    match value:
        case datetime():
            return Constant(Type.DATETIME, ticks_of(value))
        case timedelta():
            return Constant(Type.TIMESPAN, (value // timedelta(microseconds=1)) * 10)
        case bool():
            return Constant(Type.BOOL, value)
        case int():
            return Constant(Type.LONG, value)
        case float():
            return Constant(Type.REAL, value)
        case str():
            return Constant(Type.STRING, value)
        case None:
            return Constant(Type.STRING, "") if type_ is Type.STRING else Constant(type_, None)
    return Constant(Type.STRING, str(value))


def written(value: object) -> object:
    """A value as JSON has it in a row of events."""
    match value:
        case datetime():
            moment = value.astimezone(UTC)
            return moment.isoformat(timespec="microseconds" if moment.microsecond else "seconds").replace("+00:00", "Z")
        case dict():
            return {str(key): written(one) for key, one in value.items()}
        case list() | tuple():
            return [written(one) for one in value]
        case None | str() | bool() | int() | float():
            return value
    from rulefold.synthesis.wishes import text_of

    return text_of(value)


def without(events: Events, table: str, number: int) -> Events:
    """The events without one of them."""
    return {
        name: [row for at, row in enumerate(rows) if (name, at) != (table, number)] for name, rows in events.items()
    }


def columns(rows: Sequence[Mapping[str, object]]) -> tuple[str, ...]:
    """The columns that rows have a value in."""
    return tuple(dict.fromkeys(name for row in rows for name in row))


def without_column(events: Events, table: str, column: str) -> Events:
    """The events of a table without a column."""
    less = [{name: value for name, value in row.items() if name != column} for row in events[table]]
    return {**events, table: less}


def count(events: Mapping[str, Sequence[object]]) -> int:
    """How many events there are."""
    return sum(map(len, events.values()))
