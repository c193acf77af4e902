"""How watchlists come into DuckDB: their items as text, and the columns that Sentinel adds.

`_GetWatchlist` gives `_DTItemId`, `LastUpdatedTimeUTC` and `SearchKey` before the columns of the items
(https://learn.microsoft.com/azure/azure-monitor/reference/tables/watchlist says what they hold).  A file that was
exported from there has the first three itself.
"""

from pathlib import Path

from sqlglot import exp

from rulefold.kql.engines.duckdb_tables import Ask, Found, Types, csv_names, stated_types
from rulefold.kql.engines.files import FilesError, files_of
from rulefold.kql.lower import sql
from rulefold.kql.lower.duckdb.tables import TEXT
from rulefold.kql.lower.engine import Engine
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.steps import select, star, table_fields
from rulefold.kql.lower.terms import Term, exact
from rulefold.kql.results import Table
from rulefold.kql.types import Type

_ID, _UPDATED, _KEY = "_DTItemId", "LastUpdatedTimeUTC", "SearchKey"
_OWN = {_ID: Type.STRING, _UPDATED: Type.DATETIME, _KEY: Type.STRING}


def items_name(alias: str) -> str:
    """The name under which the items of a watchlist are kept."""
    return f"items ${alias}"


def item_types(items: Table, ask: Ask) -> Types | None:
    """The types in which items are read: text out of a file, else what is stated.  Raises FilesError, and OSError."""
    if not isinstance(items.source, str | Path):
        return None if items.schema is None else stated_types(items.schema)
    files = files_of(Path(items.source))
    if files.kind != "csv":
        raise FilesError(f"{items.source}: found a watchlist of another kind, expected one of CSV")
    return dict.fromkeys(csv_names(files, ask), Type.STRING)


def watchlist_rows(alias: str, items: Types, search_key: str | None, engine: Engine) -> tuple[Found, Types]:
    """A query for the rows of a watchlist, and their columns.  Raises FilesError where it has not its search key."""
    fields, _ = table_fields(items)
    texts = {name: (_text(engine, Term(sql.column(fields[name].name), type_)), TEXT) for name, type_ in items.items()}
    if search_key is not None and search_key not in items:
        raise FilesError(f"{alias}: found no column {search_key}, its search key, expected one of {', '.join(items)}")
    key = search_key or (_KEY if _KEY in items else next(iter(items)))
    columns = {_ID: (_identity(alias), TEXT), **texts, _KEY: texts[key]}
    table = exp.Table(this=sql.name(items_name(alias)))
    own = {name: Type.STRING for name in items if name not in _OWN}
    return Found(select([star()], exp.From(this=table)), columns), {**_OWN, **own}


def _text(engine: Engine, term: Term) -> Node:
    return term.node if term.type is Type.STRING else exact(engine.convert(term, Type.STRING))


def _identity(alias: str) -> Node:
    """An id for each item, the same in every run, in the form of a guid."""
    number = exp.Window(this=exp.RowNumber())
    numbered = call("concat", sql.string(f"{alias} "), number)
    return exp.cast(exp.cast(call("md5", numbered), "UUID", copy=False), "VARCHAR", copy=False)
