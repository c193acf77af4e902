"""Files that stand for external data: how DuckDB reads each format, as Kusto does when it takes data in.

A record with fewer fields than columns has nulls; fields beyond the columns are left out.  Objects of JSON and columns
of Parquet are found by the names of columns.
"""

import csv
from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from pathlib import Path

from sqlglot import exp

from rulefold.kql.engines.duckdb_tables import Ask, Found, Types, columns_as, found_in
from rulefold.kql.engines.files import Files, FilesError, checked_path
from rulefold.kql.lower import sql
from rulefold.kql.lower.duckdb import scans
from rulefold.kql.lower.duckdb.tables import DOCUMENT, TEXT
from rulefold.kql.lower.engine import Engine
from rulefold.kql.lower.external import DELIMITERS, TEXTS, External, Source
from rulefold.text import BOM


def external_query(
    wanted: External, types: Types, paths: Mapping[Source, Iterable[Path]], engine: Engine, ask: Ask
) -> exp.Query:
    """The rows of all files.  Raises FilesError, and OSError."""
    queries: list[exp.Query] = []
    for source in wanted.sources:
        for path in paths[source]:
            checked_path(path)
            found = _found(source.format, str(path), wanted, types, ask)
            queries.append(columns_as(found, types, engine))
    return reduce(lambda all_, one: exp.Union(this=all_, expression=one, distinct=False), queries)


def _found(format_: str, path: str, wanted: External, types: Types, ask: Ask) -> Found:
    if format_ in DELIMITERS:
        return _delimited(format_, path, wanted, types, ask)
    if format_ in TEXTS:
        query = scans.lines(path, skip_first=wanted.skip_first) if format_ == "txt" else scans.content(path)
        return Found(query, {name: (sql.column(scans.LINE), TEXT) for name in types})
    if format_ == "parquet":
        return _by_name(path, types, lambda: found_in(Files("parquet", (path,)), None, ask)[0][0])
    return _by_name(path, types, lambda: _json(format_, path, ask))


def _delimited(format_: str, path: str, wanted: External, types: Types, ask: Ask) -> Found:
    """The columns are known by their places; what a quotation mark means is only said of CSV."""
    count = max(len(types), _fields(path, DELIMITERS[format_], ask))
    query = scans.records(path, count, DELIMITERS[format_], skip_first=wanted.skip_first, quoted=format_ == "csv")
    return Found(query, {name: (scans.cell(n), TEXT) for n, name in enumerate(types)})


def _fields(path: str, delimiter: str, ask: Ask) -> int:
    """How many fields the first record of a file has."""
    rows = ask(scans.first_line(path))
    line = str(rows[0][0] or "") if rows else ""
    return len(next(csv.reader([line], delimiter=delimiter), []))


def _json(format_: str, path: str, ask: Ask) -> Found:
    """JSON lines; of `multijson` a list of objects, or objects one after the other."""
    form = "newline_delimited" if format_ == "json" else "array" if _is_list(path) else "unstructured"
    query = scans.only_objects(scans.json_objects((path,), (), form))
    names = [str(name) for (name,) in ask(scans.member_names(query.copy()))]
    return Found(query, {name: (scans.member(name), DOCUMENT) for name in names})


def _is_list(path: str) -> bool:
    with open(path, "rb") as file:  # noqa: PTH123 - paths are texts for the engine
        return file.read(4096).removeprefix(BOM).lstrip()[:1] == b"["


def _by_name(path: str, types: Types, read: Callable[[], Found]) -> Found:
    """Columns by their names; whether case counts in Kusto is not stated."""
    found = read()
    for name in types:
        alike = [other for other in found.columns if other.lower() == name.lower()]
        if alike and alike != [name]:
            raise FilesError(f"{path}: found {', '.join(sorted(alike))}, which differ only in case from {name}")
    return found
