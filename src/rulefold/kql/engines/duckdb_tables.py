"""How tables come into DuckDB: what they hold is found out, and a query made that reads it in the types of KQL."""

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from sqlglot import exp

from rulefold.kql.engines.files import Files, FilesError
from rulefold.kql.lower import sql
from rulefold.kql.lower.duckdb import scans
from rulefold.kql.lower.duckdb.tables import STATED, TEXT, found_type, kept, read_type
from rulefold.kql.lower.engine import Engine
from rulefold.kql.lower.sql import Node
from rulefold.kql.lower.steps import select, table_fields
from rulefold.kql.results import TIME
from rulefold.kql.types import NAMES, Type
from rulefold.text import BOM

Ask = Callable[[exp.Query], list[tuple[object, ...]]]
Types = Mapping[str, Type]

# Columns of every table of a workspace: https://learn.microsoft.com/azure/azure-monitor/logs/log-standard-columns
_NAME = "Type"
_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Found:
    """A query for data as it is, and its columns by their exact names: each a node, and the engine's type of it."""

    query: exp.Select
    columns: Mapping[str, tuple[Node, str]]


def stated_types(schema: Mapping[str, str]) -> dict[str, Type]:
    """The types of a schema; one that is not known is dynamic."""
    return {column: NAMES.get(type_, Type.DYNAMIC) for column, type_ in schema.items()}


def columns_as(found: Found, types: Types, engine: Engine, table: str | None = None) -> exp.Select:
    """The columns of a table, in its order and types; one that was not found is null.

    `table` is the name of one that may be of a workspace, where the column `Type` holds it.
    """
    fields, _ = table_fields(types)
    is_named = table is not None and types.get(TIME) is Type.DATETIME and types.get(_NAME) is Type.STRING
    columns = []
    for name, type_ in types.items():
        node = kept(engine, *found.columns[name], type_) if name in found.columns else engine.null(type_)
        if is_named and name == _NAME:
            node = sql.coalesce(node, sql.string(str(table)))
        columns.append(sql.alias(node, fields[name].name))
    inner = exp.Subquery(this=found.query, alias=exp.TableAlias(this=sql.name("given")))
    return select(columns, exp.From(this=inner))


def found_types(found: Found) -> dict[str, Type]:
    """The types of KQL that are like those that were found."""
    return with_time({name: found_type(type_) for name, (_, type_) in found.columns.items()})


def with_time(types: dict[str, Type]) -> dict[str, Type]:
    """Types that were found; the time of a row is a datetime, in whichever form it is written."""
    return types | {TIME: Type.DATETIME} if types.get(TIME) is Type.STRING else types


def found_in(files: Files, types: Types | None, ask: Ask) -> list[tuple[Found, dict[str, Type]]]:
    """What files hold, in one or several parts, each with the types of its columns."""
    match files.kind:
        case "json":
            return [_json(files, types, ask)]
        case "csv":
            return _csv(files, types, ask)
        case _:
            found = _parquet(files, ask)
            return [(found, found_types(found))]


def described(query: exp.Select, ask: Ask) -> dict[str, str]:
    """The columns of a query with their types, by the names that the engine gives them."""
    return {str(row[0]): str(row[1]) for row in ask(exp.Describe(this=query))}  # type: ignore[arg-type]


# -------------------------------------------------------------------------------------------------------------- JSON


def _json(files: Files, types: Types | None, ask: Ask) -> tuple[Found, dict[str, Type]]:
    form = "array" if all(map(_is_marked_array, files.paths)) else "auto"
    inferred = dict(types) if types is not None else _json_types(files, form, ask)
    members = [name for name in inferred if name not in files.keys]
    keys = {key: (sql.column(key), STATED) for key in files.keys}
    if len({name.lower() for name in members}) < len(members):
        whole = scans.json_objects(files.paths, files.keys, form)
        return Found(whole, {name: (scans.member(name), "JSON") for name in members} | keys), inferred
    read = {name: read_type(inferred[name]) for name in members}
    query = scans.json(files.paths, files.keys, read, form) if read else scans.json_objects(files.paths, (), form)
    return Found(query, {name: (sql.column(name), type_) for name, type_ in read.items()} | keys), inferred


def _is_marked_array(path: str) -> bool:
    """Whether a file begins with a byte-order mark and a list, which the engine does not take for one by itself."""
    with open(path, "rb") as file:  # noqa: PTH123 - paths are texts for the engine
        return file.read(4) == BOM + b"["


def _json_types(files: Files, form: str, ask: Ask) -> dict[str, Type]:
    if not any(Path(path).stat().st_size for path in files.paths):
        return {}
    found = described(scans.json_inferred(files.paths, files.keys, form), ask)
    types = with_time({name: found_type(type_) for name, type_ in found.items()})
    if not _may_be_renamed(types):
        return types
    names = ask(scans.member_names(scans.json_objects(files.paths, (), form)))
    exact = dict.fromkeys([name for name in types if (name,) in names] + sorted(str(name) for (name,) in names))
    alone = {name for name in exact if sum(name.lower() == other.lower() for other in exact) == 1}
    keys = {key: types[key] for key in files.keys if key in types}
    return {name: types[name] if name in alone else Type.DYNAMIC for name in exact} | keys


def _may_be_renamed(names: Iterable[str]) -> bool:
    """Whether a name is one that the engine gives to a column whose name is there in another case."""
    low = {name.lower() for name in names}
    return any(base in low for name in low for base, _, number in [name.rpartition("_")] if number.isdecimal())


# --------------------------------------------------------------------------------------------------------------- CSV


def _csv(files: Files, types: Types | None, ask: Ask) -> list[tuple[Found, dict[str, Type]]]:
    """The files with the same head are read together."""
    heads: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for path in files.paths:
        delimiter, names = _head(path, ask)
        if names:
            heads.setdefault((delimiter, names), []).append(path)
    parts = []
    for (delimiter, names), paths in heads.items():
        query = scans.csv(paths, files.keys, len(names), delimiter)
        columns = {name: (scans.cell(n), TEXT) for n, name in enumerate(names)}
        columns |= {key: (sql.column(key), STATED) for key in files.keys}
        parts.append((Found(query, columns), dict(types or _csv_types(query, names, files, ask))))
    return parts


def csv_names(files: Files, ask: Ask) -> list[str]:
    """The columns that the heads of files name."""
    return list(dict.fromkeys(name for path in files.paths for name in _head(path, ask)[1]))


def _head(path: str, ask: Ask) -> tuple[str, tuple[str, ...]]:
    """What parts the columns of a file, and their names; no names for an empty file."""
    rows = ask(scans.first_line(path))
    line = str(rows[0][0] or "") if rows else ""
    heads = [(delimiter, tuple(next(csv.reader([line], delimiter=delimiter), []))) for delimiter in _DELIMITERS]
    delimiter, names = max(heads, key=lambda head: len(head[1]))
    if len(set(names)) < len(names):
        raise FilesError(f"{path}:1: found a column twice in the first line, expected names, each once")
    return delimiter, names


# Text is of a type where all of it has the form; digits behind a zero are none of a number, but of a code.
_FORMS = {
    Type.BOOL: "(?i)true|false",
    Type.LONG: r"-?(0|[1-9]\d{0,17})",
    Type.REAL: r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?",
    Type.DATETIME: r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?",
    Type.TIMESPAN: r"-?(\d+\.)?\d\d:\d\d:\d\d(\.\d{1,7})?",
}


def _csv_types(texts: exp.Select, names: Sequence[str], files: Files, ask: Ask) -> dict[str, Type]:
    """The types of columns of text by all of their values; a column without any is a string."""
    places = [f"c{n}" for n in range(len(names))]
    (counts,) = ask(scans.misfits(texts.copy(), places, list(_FORMS.values())))
    types = {}
    for n, name in enumerate(names):
        there, *others = counts[n * (len(_FORMS) + 1) : (n + 1) * (len(_FORMS) + 1)]
        fitting = [type_ for type_, misfits in zip(_FORMS, others, strict=True) if there and not misfits]
        types[name] = fitting[0] if fitting else Type.STRING
    return with_time(types) | dict.fromkeys(files.keys, Type.STRING)


# ----------------------------------------------------------------------------------------------------------- Parquet


def _parquet(files: Files, ask: Ask) -> Found:
    query = scans.parquet(files.paths, files.keys)
    found = described(query, ask)
    exact = list(found)
    if _may_be_renamed(found) and len(names := _parquet_names(files.paths[0], ask)) == len(found) - len(files.keys):
        exact[: len(names)] = names
    found |= dict.fromkeys(files.keys, STATED)
    return Found(query, {name: (sql.column(given), found[given]) for name, given in zip(exact, found, strict=True)})


def _parquet_names(path: str, ask: Ask) -> list[str]:
    """The names of the columns of a file: of the nodes of its schema those right below the root."""
    nodes = iter(ask(scans.parquet_names(path)))
    next(nodes, None)
    names = []
    for name, below in nodes:
        names.append(str(name))
        waiting = _count(below)
        while waiting:
            waiting += _count(next(nodes)[1]) - 1
    return names


def _count(children: object) -> int:
    return children if isinstance(children, int) else 0


# -------------------------------------------------------------------------------------------------------------- rows


def found_rows(types: Types, rows: Sequence[object]) -> tuple[Found, str]:
    """Rows of Python values, as a query with a parameter, and the JSON text that is given for it."""
    read = {f"c{n}": read_type(type_) for n, type_ in enumerate(types.values())}
    listed = [{place: _writable(value) for place, value in zip(read, _values(row, types), strict=True)} for row in rows]
    unnested = sql.call(
        "unnest",
        sql.call("from_json", exp.Placeholder(), sql.string(json.dumps([read]))),
        exp.PropertyEQ(this=exp.Identifier(this="recursive"), expression=sql.true()),
    )
    columns = {name: (sql.column(place), type_) for name, (place, type_) in zip(types, read.items(), strict=True)}
    return Found(select([unnested]), columns), json.dumps(listed)


def _values(row: object, types: Types) -> Sequence[object]:
    if isinstance(row, Mapping):
        return [row.get(name) for name in types]
    return row if isinstance(row, Sequence) else ()


def _writable(value: object) -> object:
    """A value as one of JSON that is read as the same."""
    match value:
        case datetime():
            moment = value.astimezone(UTC) if value.tzinfo else value
            return f"{moment.replace(tzinfo=None).isoformat(sep=' ')}Z"
        case timedelta():
            return value // timedelta(microseconds=1) * 10
        case UUID() | Decimal():
            return str(value)
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case _:
            return value
