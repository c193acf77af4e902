"""DuckDB as it is run: what goes in, and how it comes out."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import duckdb
from sqlglot import exp

from rulefold import codes
from rulefold.kql.engines.session import Session
from rulefold.kql.faults import QueryError, Stage, fault
from rulefold.kql.lower import Lowered, lower_question, plugins, sql
from rulefold.kql.lower.duckdb import DuckDB
from rulefold.kql.lower.duckdb.types import sql_type
from rulefold.kql.lower.steps import select, table_fields
from rulefold.kql.plan import Plugin, Row
from rulefold.kql.results import Table
from rulefold.kql.syntax import NOWHERE
from rulefold.kql.types import NAMES, Type

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
}


class DuckDBSession(Session):
    """A database in memory."""

    def __init__(self) -> None:
        """Open it."""
        self.schemas = {}
        self._connection = duckdb.connect(":memory:", config=_CONFIG)
        self._connection.execute("SET TimeZone = 'UTC'")

    def words(self) -> DuckDB:
        return DuckDB()

    def close(self) -> None:
        self._connection.close()

    def load(self, name: str, table: Table) -> None:
        schema = dict(table.schema or {})
        self.schemas[name] = schema
        types = {column: NAMES.get(type_, Type.DYNAMIC) for column, type_ in schema.items()}
        self._load_rows(name, types, table.source)  # type: ignore[arg-type]

    def _load_rows(self, name: str, types: Mapping[str, Type], rows: Sequence[object]) -> None:
        """Rows of Python values, handed over as one JSON text."""
        fields, _ = table_fields(types)
        readers = [_WRITERS.get(type_, _as_it_is) for type_ in types.values()]
        listed = [
            {f"c{n}": read(value) for n, (read, value) in enumerate(zip(readers, _values(row, types), strict=True))}
            for row in rows
        ]
        structure = json.dumps([{f"c{n}": _JSON_TYPES.get(type_, "VARCHAR") for n, type_ in enumerate(types.values())}])
        unnested = sql.call(
            "unnest",
            sql.call("from_json", exp.Placeholder(), sql.string(structure)),
            exp.PropertyEQ(this=exp.Identifier(this="recursive"), expression=sql.true()),
        )
        columns = [
            sql.alias(exp.Cast(this=sql.column(f"c{n}"), to=sql_type(types[column])), field.name)
            for n, (column, field) in enumerate(fields.items())
        ]
        query = select(
            columns, exp.From(this=exp.Subquery(this=select([unnested]), alias=exp.TableAlias(this=sql.name("given"))))
        )
        create = exp.Create(this=exp.Table(this=sql.name(name)), kind="TABLE", expression=query)
        self._connection.execute(create.sql("duckdb"), [json.dumps(listed)])

    def close_off(self) -> None:
        self._connection.execute("SET enable_external_access = false")
        self._connection.execute("SET lock_configuration = true")

    def rows(self, lowered: Lowered) -> Iterable[tuple[object, ...]]:
        return _converted(self._fetched(lowered.text("duckdb")), [type_ for _, type_ in lowered.columns])

    @staticmethod
    def _failed(error: duckdb.Error) -> QueryError:
        message = str(error).splitlines()[0]
        return QueryError(fault(codes.QUERY_FAILED, Stage.RUNNING, NOWHERE, f"the engine ended the run: {message}"))

    def columns_of(self, plugin: Plugin, now: datetime) -> Row:
        question = lower_question(plugin, self.words(), now)
        return plugins.columns_found(plugin, self._fetched(question.sql("duckdb")))

    def _fetched(self, text: str) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(text).fetchall()
        except duckdb.Error as error:
            raise self._failed(error) from error


# --------------------------------------------------------------------------------------------------------- values in

_JSON_TYPES = {
    Type.LONG: "BIGINT",
    Type.INT: "BIGINT",
    Type.REAL: "DOUBLE",
    Type.BOOL: "BOOLEAN",
    Type.TIMESPAN: "BIGINT",
    Type.DYNAMIC: "JSON",
}


def _values(row: object, types: Mapping[str, Type]) -> Sequence[object]:
    if isinstance(row, Mapping):
        return [row.get(name) for name in types]
    return row if isinstance(row, Sequence) else ()


def _as_it_is(value: object) -> object:
    return value


def _time(value: object) -> object:
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).replace(tzinfo=None).isoformat(sep=" ")
    return value


def _span(value: object) -> object:
    return value // timedelta(microseconds=1) * 10 if isinstance(value, timedelta) else value


def _text(value: object) -> object:
    return str(value) if isinstance(value, UUID | Decimal) else value


def _dynamic(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


_WRITERS: dict[Type, Callable[[object], object]] = {
    Type.DATETIME: _time, Type.TIMESPAN: _span, Type.GUID: _text, Type.DECIMAL: _text, Type.DYNAMIC: _dynamic,
}  # fmt: skip

# -------------------------------------------------------------------------------------------------------- values out


def _converted(rows: Iterable[Sequence[object]], types: Sequence[Type]) -> Iterator[tuple[object, ...]]:
    readers = [_READERS.get(type_) for type_ in types]
    for row in rows:
        yield tuple(
            value if read is None or value is None else read(value) for read, value in zip(readers, row, strict=True)
        )


def _aware(value: object) -> object:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def _duration(value: object) -> object:
    return timedelta(microseconds=value // 10) if isinstance(value, int) else value


def _parsed(value: object) -> object:
    return json.loads(value) if isinstance(value, str) else value


_READERS: dict[Type, Callable[[object], object]] = {
    Type.DATETIME: _aware, Type.TIMESPAN: _duration, Type.DYNAMIC: _parsed, Type.UNKNOWN: _parsed,
}  # fmt: skip
