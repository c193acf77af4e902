"""DuckDB held against the reference: the same query over the same tables gives the same rows."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from rulefold.kql import QueryError, Table
from rulefold.kql.engines import ENGINES
from rulefold.kql.engines.limits import Limits
from rulefold.kql.engines.session import Session
from rulefold.kql.literals import ticks_of
from rulefold.kql.lower import lower
from rulefold.kql.plan import Relation
from rulefold.kql.running import bound
from rulefold.kql.types import Type
from tests.kql.reference import Reference, Unsupported
from tests.kql.reference.discovering import columns_of

Rows = Sequence[Mapping[str, Any]]
SCHEMAS = {
    "T": {
        "id": "long", "a": "long", "b": "real", "s": "string", "t": "datetime", "p": "timespan", "f": "bool",
        "d": "dynamic",
    },
    "U": {"a": "long", "s": "string", "x": "long", "t": "datetime"},
}  # fmt: skip
_NOW = datetime(2024, 1, 1, tzinfo=UTC)


def opened(tables: Mapping[str, Rows]) -> Session:
    """A session with these tables."""
    session = ENGINES["duckdb"](Limits.of("1GB", "60s", 1))
    for name, rows in tables.items():
        session.load(name, Table(SCHEMAS[name], [dict(row) for row in rows]))
    return session


def answer(session: Session, query: str) -> list[list[Any]]:
    """What DuckDB gives.  Raises QueryError."""
    plan = bound(query, SCHEMAS, {}, lambda plugin: session.columns_of(plugin, _NOW, None))
    statement = lower(plan, session.words(), query, _NOW)
    return [[plain(value) for value in row] for row in session.rows(statement)]


def meaning(tables: Mapping[str, Rows], query: str) -> list[list[Any]]:
    """What the reference gives.  Raises Unsupported."""
    reference = Reference({name: [_kept(row) for row in rows] for name, rows in tables.items()})
    plan = bound(query, SCHEMAS, {}, lambda plugin: columns_of(reference, plugin))
    assert isinstance(plan, Relation)
    types = [column.type for column in plan.row.columns.values()]
    rows = reference.rows(plan)
    return [[_given(value, type_) for value, type_ in zip(row.values(), types, strict=True)] for row in rows]


def _kept(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the reference has it."""
    return {name: _ticks(value) for name, value in row.items()}


def _ticks(value: Any) -> Any:
    if isinstance(value, datetime):
        return ticks_of(value)
    return value // timedelta(microseconds=1) * 10 if isinstance(value, timedelta) else value


def _given(value: Any, type_: Type) -> Any:
    """A value of the reference as one that can be compared: times to the microsecond."""
    if value is not None and type_ in (Type.DATETIME, Type.TIMESPAN):
        return "time", value // 10
    return plain(value)


def plain(value: Any) -> Any:
    """A value of a result as one that can be compared: True is not 1, NaN is itself."""
    match value:
        case datetime() | timedelta():
            return "time", _ticks(value) // 10
        case UUID():
            return str(value)
        case bool():
            return "bool", value
        case float():
            return "real", "NaN" if math.isnan(value) else value
        case list():
            return [plain(one) for one in value]
        case dict():
            return {key: plain(one) for key, one in value.items()}
    return value


def same(ours: Any, theirs: Any) -> bool:
    """Whether two values are the same; sums of reals may differ in their last digits."""
    if isinstance(ours, tuple) and isinstance(theirs, tuple):
        a, b = ours[1], theirs[1]
        if ours[0] == theirs[0] == "real" and isinstance(a, float) and isinstance(b, float):
            return a == b or math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
        return ours == theirs
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in ours)
    return type(ours) is type(theirs) and bool(ours == theirs)


def _place(value: Any) -> str:
    """What to sort by for rows in no order."""
    if isinstance(value, tuple) and value[0] == "real" and isinstance(value[1], float):
        return f"{value[1]:.9g}"
    return repr([_place(one) for one in value]) if isinstance(value, list) else repr(value)


def _loose(query: str, rows: list[list[Any]], ordered: bool) -> list[list[Any]]:
    """Rows in an order that does not count, and the elements of sets."""
    if "make_set" in query:
        rows = [[sorted(one, key=_place) if isinstance(one, list) else one for one in row] for row in rows]
    return rows if ordered else sorted(rows, key=_place)


def differing(session: Session, tables: Mapping[str, Rows], query: str, *, ordered: bool) -> str | None:
    """How the two answers differ; None where they do not.  Raises Unsupported, and QueryError for what is refused."""
    expected = _loose(query, meaning(tables, query), ordered)
    found = _loose(query, answer(session, query), ordered)
    if same(found, expected):
        return None
    return f"{query}\nexpected {expected}\nfound    {found}"


def is_compared(session: Session, tables: Mapping[str, Rows], query: str, *, ordered: bool) -> bool:
    """Whether both answer; they have to answer the same."""
    try:
        found = differing(session, tables, query, ordered=ordered)
    except (Unsupported, QueryError):
        return False
    assert found is None, found
    return True
