"""DuckDB as it is run: what goes in, and how it comes out."""

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, reduce
from itertools import chain
from operator import itemgetter
from pathlib import Path
from threading import Event, Thread

import duckdb
from sqlglot import exp

from rulefold import codes
from rulefold.kql.engines.duckdb_errors import told
from rulefold.kql.engines.duckdb_external import external_query
from rulefold.kql.engines.duckdb_tables import (
    Found,
    Types,
    columns_as,
    described,
    found_in,
    found_rows,
    found_types,
    stated_types,
)
from rulefold.kql.engines.duckdb_watchlists import item_types, items_name, watchlist_rows
from rulefold.kql.engines.files import Files, FilesError, files_of
from rulefold.kql.engines.frames import Stream, stream_of
from rulefold.kql.engines.limits import Limits
from rulefold.kql.engines.session import Session
from rulefold.kql.engines.unpacking import Unpacker
from rulefold.kql.faults import QueryError, Stage, fault
from rulefold.kql.lower import Lowered, lower_question, plugins, sql
from rulefold.kql.lower.duckdb import DuckDB, times
from rulefold.kql.lower.external import External, Source, without_secret
from rulefold.kql.lower.sql import Node
from rulefold.kql.lower.steps import select, star
from rulefold.kql.plan import Plugin, Row
from rulefold.kql.results import Table, Timespan, Watchlist
from rulefold.kql.syntax import NOWHERE
from rulefold.kql.types import Type

# A query reads what it was given and nothing else; see also `close_off`.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
}
_ARROW = "arrow data"
_SPILLED = 8  # times the memory, on disk
_STORED = "stored"
_UNPACKED, _WRITTEN_TO = "unpacked", "written"  # folders that the engine may read from and write to
_AT_ONCE = 10_000  # rows
_BETWEEN_INTERRUPTS = 0.05  # seconds; one that comes between two statements is lost

Rows = list[tuple[object, ...]]


class DuckDBSession(Session):
    """A database in memory, which is made when it is needed."""

    def __init__(self, limits: Limits) -> None:
        """Take its limits."""
        self.schemas = {}
        self._limits = limits
        self.restart()
        self._readable: list[str] = []
        self._folder: str | None = None
        self._stored = False
        self._external: dict[str, Path] = {}

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        self._folder = tempfile.mkdtemp(prefix="rulefold-")
        memory = self._limits.memory
        config = _CONFIG | {
            "memory_limit": f"{memory}B",
            "temp_directory": self._folder,
            "max_temp_directory_size": f"{memory * _SPILLED}B",
        }
        if self._limits.threads is not None:
            config["threads"] = self._limits.threads
        connection = duckdb.connect(":memory:", config=config)
        connection.execute("SET TimeZone = 'UTC'")
        return connection

    def words(self) -> DuckDB:
        return DuckDB(self._external_query)

    def close(self) -> None:
        if self._folder is not None:
            self._connection.close()
            shutil.rmtree(self._folder, ignore_errors=True)

    # ------------------------------------------------------------------------------------------------------- tables

    def load(self, name: str, table: Table, *, stored: bool = False) -> None:
        if name.lower() in map(str.lower, self.schemas):
            raise _failure(f"found two tables that differ only in case: {name}")
        types = None if table.schema is None else stated_types(table.schema)
        where = str(table.source) if isinstance(table.source, str | Path) else name
        with self._reading(where):
            found = self._loaded(name, types, table.source, stored=stored)
        self.schemas[name] = {column: str(type_) for column, type_ in found.items()}

    @contextmanager
    def _reading(self, where: str) -> Iterator[None]:
        try:
            with self._bounded(where):
                yield
        except FilesError as error:
            raise _failure(str(error)) from error
        except OSError as error:
            raise _failure(f"{where}: {error.strerror}") from error

    def load_watchlist(self, alias: str, watchlist: Watchlist) -> None:
        self.watchlists = self.watchlists or {}
        if alias.lower() in map(str.lower, self.watchlists):
            raise _failure(f"found two watchlists that differ only in case: {alias}")
        source = watchlist.items.source
        where = str(source) if isinstance(source, str | Path) else alias
        with self._reading(where):
            items = self._loaded(items_name(alias), item_types(watchlist.items, self._ask), source, stored=False)
            found, types = watchlist_rows(alias, items, watchlist.search_key, self.words())
            self._create(self.words().watchlist_name(alias), "VIEW", self._as(found, types))
        self.watchlists[alias] = {column: str(type_) for column, type_ in types.items()}

    def _loaded(self, name: str, types: Types | None, source: object, *, stored: bool) -> Types:
        if isinstance(source, str | Path):
            return self._load_files(name, types, Path(source), stored=stored)
        if (stream := stream_of(source)) is not None:
            return self._load_arrow(name, types, stream)
        if not isinstance(source, Sequence):
            raise TypeError(f"{name}: found {type(source).__name__}, expected rows, Arrow data or a path")
        if types is None:
            raise FilesError(f"{name}: found rows without a schema, expected the types of their columns")
        found, text = found_rows(types, source)
        self._create(name, "TABLE", self._as(found, types, name), [text])
        return types

    def _load_files(self, name: str, types: Types | None, source: Path, *, stored: bool) -> Types:
        """Make a view: what a query asks for is read when it asks; or else store it all."""
        files = self._whole(files_of(source))
        parts = found_in(files, types, self._ask)
        types = types or _together(part_types for _, part_types in parts)
        if not types:
            raise FilesError(f"{source}: found no columns, and no schema states any")
        queries: list[exp.Query] = [self._as(found, types, name) for found, _ in parts]
        if not queries:
            queries = [self._as(Found(select([sql.null()], limit=sql.number(0)), {}), types, name)]
        query = reduce(lambda all_, one: exp.Union(this=all_, expression=one, distinct=False), queries)
        if stored:
            self._store(name, query)
        else:
            self._create(name, "VIEW", query)
            self._readable += files.paths
        return types

    def _store(self, name: str, query: exp.Query) -> None:
        """Make a table on disk, and a view of it among the others."""
        if not self._stored:
            file = sql.string(str(self._own("stored.db")))
            attach = exp.Attach(this=exp.Alias(this=file, alias=sql.name(_STORED)))
            self._connection.execute(attach.sql("duckdb"))
            self._stored = True
        place = exp.Table(this=sql.name(name), db=sql.name("main"), catalog=sql.name(_STORED))
        create = exp.Create(this=place, kind="TABLE", expression=query)
        self._connection.execute(create.sql("duckdb"))
        self._create(name, "VIEW", select([star()], exp.From(this=place.copy())))

    def _whole(self, files: Files) -> Files:
        """Files as the engine reads them: what it does not unpack itself is unpacked."""
        if not files.packed:
            return files
        paths = (self._unpacker.files(Path(path))[0] if path in files.packed else path for path in files.paths)
        return replace(files, paths=tuple(map(str, paths)))

    def _load_arrow(self, name: str, types: Types | None, stream: Stream) -> Types:
        """Make a table, as a stream can be read once."""
        self._connection.register(_ARROW, stream.source)
        query = select([star()], exp.From(this=exp.Table(this=sql.name(_ARROW))))
        columns = described(query, self._ask)
        exact = stream.names or tuple(columns)  # the engine renames what differs only in case
        given = zip(exact, columns.items(), strict=True)
        found = Found(query, {name: (sql.column(column), type_) for name, (column, type_) in given})
        types = types or {**found_types(found), **stream.types}
        self._create(name, "TABLE", self._as(found, types, name))
        self._connection.unregister(_ARROW)
        return types

    def _as(self, found: Found, types: Types, table: str | None = None) -> exp.Select:
        words = self.words()
        words.once = lambda node: node.copy
        return columns_as(found, types, words, table)

    def _create(self, name: str, kind: str, query: exp.Query, values: Sequence[object] | None = None) -> None:
        table = exp.Table(this=sql.name(self.words().table_name(name)))
        create = exp.Create(this=table, kind=kind, expression=query)
        self._connection.execute(create.sql("duckdb"), values)

    def _ask(self, query: exp.Query) -> Rows:
        return self._connection.execute(query.sql("duckdb")).fetchall()

    # ------------------------------------------------------------------------------------------------ external data

    def stand_for(self, files: Mapping[str, Path]) -> None:
        self._external |= files
        self._readable += map(str, files.values())

    @cached_property
    def _unpacker(self) -> Unpacker:
        return Unpacker(self._own(_UNPACKED), self._limits.memory)

    def _own(self, name: str) -> Path:
        """A place in the folder that is the session's own."""
        self._connection  # noqa: B018 - makes the folder
        return Path(str(self._folder), name)

    def _external_query(self, wanted: External, types: Types) -> exp.Query:
        found = {source: self._standing(source, wanted) for source in wanted.sources}
        words = self.words()
        words.once = lambda node: node.copy
        try:
            with self._bounded(", ".join(map(str, found.values()))):
                files = {source: self._unpacker.files(path) for source, path in found.items()}
                return external_query(wanted, types, files, words, self._ask)
        except FilesError as error:
            raise _failure(str(error)) from error
        except OSError as error:
            raise _failure(f"{error.filename}: {error.strerror}") from error

    def _standing(self, source: Source, wanted: External) -> Path:
        """The file that stands for a URI, as it is written or without its secret."""
        path = self._external.get(source.uri, self._external.get(without_secret(source.uri)))
        if path is None:
            raise wanted.without_file(source)
        if wanted.picks and path.suffix.lower() == ".zip":
            raise _failure(f"{path}: found an archive for a URI with zipPattern, expected the file that is meant")
        return path

    def close_off(self) -> None:
        paths = exp.Array(expressions=[sql.string(path) for path in self._readable])
        folders = exp.Array(
            expressions=[sql.string(str(folder)) for folder in map(self._own, (_UNPACKED, _WRITTEN_TO))]
        )
        for setting, value in (
            ("allowed_directories", folders),
            ("allowed_paths", paths),
            ("enable_external_access", sql.false()),
            ("lock_configuration", sql.true()),
        ):
            item = exp.EQ(this=exp.Column(this=exp.Identifier(this=setting)), expression=value)
            self._connection.execute(exp.Set(expressions=[exp.SetItem(this=item)]).sql("duckdb"))

    # ------------------------------------------------------------------------------------------------------ queries

    def fork(self) -> "DuckDBSession":
        forked = DuckDBSession(self._limits)
        forked._connection = self._connection.cursor()
        forked.schemas, forked._external, forked._unpacker = self.schemas, self._external, self._unpacker
        forked.watchlists = self.watchlists
        return forked

    def restart(self) -> None:
        self._end = time.monotonic() + self._limits.timeout

    def rows(self, lowered: Lowered) -> Iterable[tuple[object, ...]]:
        return self._fetched(lowered.text("duckdb"), [type_ for _, type_ in lowered.columns])[0]

    def counted(self, lowered: Lowered, most: int) -> tuple[Rows, int]:
        return self._fetched(lowered.text("duckdb"), [type_ for _, type_ in lowered.columns], most)

    def _fetched(self, text: str, types: Sequence[Type], most: int | None = None) -> tuple[Rows, int]:
        """The rows, or so many of them, and how many there are."""
        found: Rows = []
        weight = count = 0
        with self._bounded():
            result = self._connection.execute(text)
            while some := result.fetchmany(_AT_ONCE):
                count += len(some)
                kept = some if most is None else some[: most - len(found)]
                weight += _weight(kept, types)
                if weight > self._limits.memory:
                    raise self._too_large()
                found += _converted(kept, types)
        return found, count

    def minutes(self, name: str, column: str) -> list[int]:
        times_ = exp.IntDiv(this=sql.call("epoch_us", sql.column(column)), expression=sql.number(60_000_000))
        table = exp.From(this=exp.Table(this=sql.name(self.words().table_name(name))))
        known = sql.is_not_null(sql.column(column))
        query = select([sql.alias(times_, "minute")], table, where=known, distinct=True)
        with self._bounded(name):
            return sorted(int(str(minute)) for (minute,) in self._ask(query))

    def explain(self, lowered: Lowered) -> str:
        with self._bounded():
            return str(self._connection.sql(lowered.text("duckdb")).explain())

    def write_parquet(self, lowered: Lowered, path: Path) -> None:
        words = self.words()
        words.once = lambda node: node.copy
        columns = [
            exp.alias_(_WRITTEN[type_](words, column.unalias()), column.alias_or_name, quoted=True, copy=False)
            if type_ in _WRITTEN
            else column
            for column, (_, type_) in zip(lowered.statement.expressions, lowered.columns, strict=True)
        ]
        lowered.statement.set("expressions", columns)
        written = self._own(_WRITTEN_TO) / "rows.parquet"  # a query comes no nearer to where its rows go
        written.parent.mkdir(exist_ok=True)
        with self._bounded():
            self._connection.sql(lowered.text("duckdb")).write_parquet(str(written))
        shutil.move(written, path)

    def columns_of(self, plugin: Plugin, now: datetime, timespan: Timespan | None) -> Row:
        question = lower_question(plugin, self.words(), now, timespan)
        found, _ = self._fetched(question.sql("duckdb"), (Type.STRING, Type.STRING))
        return plugins.columns_found(plugin, ((str(name), str(kind)) for name, kind in found))

    # ------------------------------------------------------------------------------------------------------- limits

    @contextmanager
    def _bounded(self, what: str | None = None) -> Iterator[None]:
        """Interrupt what runs beyond the limit of time; an error of the engine is a QueryError about `what`."""
        done = Event()
        watch = Thread(target=self._interrupt, args=(done, self._connection), daemon=True)
        watch.start()
        try:
            yield
        except duckdb.Error as error:
            raise self._failed(error, what) from error
        finally:
            done.set()
            watch.join()

    def _interrupt(self, done: Event, connection: duckdb.DuckDBPyConnection) -> None:
        wait = max(0.0, self._end - time.monotonic())
        while not done.wait(wait):
            connection.interrupt()
            wait = _BETWEEN_INTERRUPTS

    def _failed(self, error: duckdb.Error, what: str | None = None) -> QueryError:
        if isinstance(error, duckdb.InterruptException) and time.monotonic() >= self._end:
            return _failure(f"the run took longer than its limit of {self._limits.timeout:g} seconds")
        if isinstance(error, duckdb.OutOfMemoryException):
            return self._too_large()
        reason = told(error)
        if what is None:
            return _failure(f"the engine ended the run: {reason}")
        return _failure(reason if what in reason else f"{what}: {reason}")

    def _too_large(self) -> QueryError:
        return _failure(f"the run needs more than its limit of memory of {self._limits.told_memory}")


def _failure(message: str) -> QueryError:
    return QueryError(fault(codes.QUERY_FAILED, Stage.RUNNING, NOWHERE, message))


def _together(parts: Iterable[Types]) -> dict[str, Type]:
    """The columns of all parts; one that has several types is dynamic."""
    types: dict[str, Type] = {}
    for part in parts:
        for name, type_ in part.items():
            types[name] = type_ if types.get(name, type_) is type_ else Type.DYNAMIC
    return types


# -------------------------------------------------------------------------------------------------------- values out


def _weight(rows: Rows, types: Sequence[Type]) -> int:
    """About how many bytes rows take in Python."""
    texts = (map(itemgetter(number), rows) for number, type_ in enumerate(types) if type_ in _TEXTS)
    return len(rows) * (64 + 56 * len(types)) + sum(len(text) for text in chain(*texts) if type(text) is str)


def _converted(rows: Rows, types: Sequence[Type]) -> Iterable[tuple[object, ...]]:
    """The rows with the values of `Result`, column by column: a loop over each row takes several times as long."""
    if _READERS.keys().isdisjoint(types):
        return rows
    columns = (map(itemgetter(number), rows) for number in range(len(types)))
    return zip(*(_READERS.get(type_, iter)(column) for type_, column in zip(types, columns, strict=True)), strict=True)


def _aware(values: Iterable[object]) -> Iterator[object]:
    combine = datetime.combine  # a fifth of the time of `replace`
    return (combine(value, value.time(), UTC) if isinstance(value, datetime) else value for value in values)


def _durations(values: Iterable[object]) -> Iterator[object]:
    return (timedelta(0, 0, value // 10) if isinstance(value, int) else value for value in values)


def _parsed(values: Iterable[object]) -> Iterator[object]:
    return (_parse(value) if isinstance(value, str) else value for value in values)


def _parse(text: str) -> object:
    """What a text of JSON says; a whole number of more digits than Python takes is a real, as a long is shorter."""
    try:
        return _decode(text)
    except ValueError:
        return _decode_any(text)


def _whole(text: str) -> int | float:
    return int(text) if len(text) < _LONGEST else float(text)


_LONGEST = 100  # digits
_decode, _decode_any = json.JSONDecoder().decode, json.JSONDecoder(parse_int=_whole).decode
_TEXTS = {Type.STRING, Type.DYNAMIC, Type.UNKNOWN}
_READERS: dict[Type, Callable[[Iterable[object]], Iterator[object]]] = {
    Type.DATETIME: _aware, Type.TIMESPAN: _durations, Type.DYNAMIC: _parsed, Type.UNKNOWN: _parsed,
}  # fmt: skip
_WRITTEN: Mapping[Type, Callable[[DuckDB, Node], Node]] = {
    Type.DATETIME: lambda _, node: sql.call("timezone", sql.string("UTC"), node),
    Type.TIMESPAN: lambda words, node: times.timespan_text(words.once, node),
}
