"""What a workspace has beside its rules: tables with the types of their columns, and functions.

Tables come from YAML or JSON (`{table: {column: type}}`, or `{table: [[column, type], …]}`), or from the CSV that
Kusto's `getschema` gives, a file a table.  Functions come from `.kql` files, named after the function, or from the YAML
of Sentinel's parsers.  Watchlists come from a folder with a CSV file a watchlist, named after its alias, and a
`watchlists.yaml` (`{alias: {search_key: column}}`) for those whose search key is another column than the first.
"""

import csv
import io
import json
import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from rulefold.kql import Table, Watchlist
from rulefold.kql.parse import parse
from rulefold.kql.syntax import Function, Let

_TABLE_SUFFIXES = (".csv", ".json", ".yaml", ".yml")
_FUNCTION_SUFFIXES = (".kql", ".yaml", ".yml")
_SEARCH_KEYS = "watchlists.yaml"
_PLAIN_TABLE = re.compile(r"([\w.-]+):[ ]*(?:#.*)?")
_PLAIN_COLUMN = re.compile(r"  ([\w.-]+): *(\w+)[ ]*(?:#.*)?")
_STATED = re.compile(r"\.create(?:-or-alter)?\s+function\b", re.IGNORECASE)

Tables = Mapping[str, Mapping[str, str]]


class WorkspaceError(Exception):
    """A file of tables or functions that cannot be read; the message says which, and where it can, at which line."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Tables as columns with their types, functions by name, and a hash of the files that these are from.

    `watchlists` are those by their aliases, None says that it is open which there are; `watchlist_columns` are their
    columns with their types, for who looks at queries and runs none.
    """

    tables: Tables = field(default_factory=dict)
    functions: Mapping[str, Function] = field(default_factory=dict)
    digest: str = ""
    watchlists: Mapping[str, Watchlist] | None = None
    watchlist_columns: Mapping[str, Mapping[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """The files that state a workspace, by their paths, as they were read: what is hashed is what is loaded.

    `watchlists` is the folder of watchlists, if any, and `items` have the hash of each file there.
    """

    tables: Mapping[Path, bytes]
    functions: Mapping[Path, bytes]
    watchlists: Path | None = None
    items: Mapping[Path, bytes] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """A hash of the names and bytes of all files."""
        made = sha256(b"" if self.watchlists is None else b"w")
        tables, functions = (
            {path: sha256(data).digest() for path, data in files.items()} for files in (self.tables, self.functions)
        )
        for kind, hashes in ((b"t", tables), (b"f", functions), (b"w", self.items)):
            for path, digest in hashes.items():
                name = path.as_posix().encode("utf-8", "surrogateescape")
                made.update(b"%b%d:%b%b" % (kind, len(name), name, digest))
        return made.hexdigest()

    def load(self) -> Workspace:
        """The tables and functions; a later file speaks where two name the same.  Raises WorkspaceError."""
        tables: dict[str, Mapping[str, str]] = {}
        for path, data in self.tables.items():
            tables.update(_tables(path, _text(path, data)))
        functions: dict[str, Function] = {}
        for path, data in self.functions.items():
            functions.update(_functions(path, _text(path, data)))
        watchlists = None if self.watchlists is None else load_watchlists(self.watchlists)
        columns = None if watchlists is None else columns_of(watchlists)
        return Workspace(tables, functions, self.digest, watchlists, columns)


def read(tables: Iterable[Path], functions: Iterable[Path], watchlists: Path | None = None) -> Stated:
    """Read files, and the files in folders.  Raises WorkspaceError for one that cannot be read."""
    stated = _contents(tables, _TABLE_SUFFIXES), _contents(functions, _FUNCTION_SUFFIXES)
    return Stated(*stated, watchlists, {} if watchlists is None else _hashes(watchlists))


def load(tables: Iterable[Path], functions: Iterable[Path]) -> Workspace:
    """The tables and functions of files, see `read` and `Stated.load`.  Raises WorkspaceError."""
    return read(tables, functions).load()


def _contents(paths: Iterable[Path], suffixes: tuple[str, ...]) -> dict[Path, bytes]:
    found = {}
    for path in _files(paths, suffixes):
        try:
            found[path] = path.read_bytes()
        except OSError as error:
            raise _unreadable(path, error) from error
    return found


def _hashes(folder: Path) -> dict[Path, bytes]:
    """The hash of each file in a folder, which may be large."""
    found = {}
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        try:
            with path.open("rb") as file:
                found[path] = file_digest(file, "sha256").digest()
        except OSError as error:
            raise _unreadable(path, error) from error
    return found


def _unreadable(path: Path, error: Exception) -> WorkspaceError:
    why = "no such file or folder" if isinstance(error, FileNotFoundError) else f"cannot be read: {error}"
    return WorkspaceError(f"{path}: {why}")


def _files(paths: Iterable[Path], suffixes: tuple[str, ...]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += sorted(one for one in path.rglob("*") if one.suffix.lower() in suffixes and one.is_file())
        else:
            files.append(path)
    return files


def _text(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(path, error) from error


def external_files(path: Path) -> dict[str, Path]:
    """The files that stand for URIs of external data: YAML or JSON, `uri: path`, relative to its own folder.

    Raises WorkspaceError.
    """
    try:
        text = _text(path, path.read_bytes())
    except OSError as error:
        raise _unreadable(path, error) from error
    data = _yaml(path, text)
    if not isinstance(data, dict) or not all(isinstance(part, str) for pair in data.items() for part in pair):
        raise WorkspaceError(f"{path}: found no mapping of texts, expected the path of a file for each URI")
    return {uri: path.parent / file for uri, file in data.items()}


# ---------------------------------------------------------------------------------------------------------- tables


def _tables(path: Path, text: str) -> dict[str, Mapping[str, str]]:
    match path.suffix.lower():
        case ".csv":
            return {path.stem: _of_getschema(path, text)}
        case ".json":
            try:
                return _checked(path, json.loads(text))
            except json.JSONDecodeError as error:
                raise WorkspaceError(f"{path}:{error.lineno}:{error.colno}: no JSON: {error.msg}") from error
        case ".yaml" | ".yml":
            return _plain_yaml(text) or _checked(path, _yaml(path, text))
        case suffix:
            expected = ", ".join(f"*{one}" for one in _TABLE_SUFFIXES)
            raise WorkspaceError(
                f"{path}: found a file of the kind {suffix or 'without a suffix'}, expected {expected}"
            )


def _plain_yaml(text: str) -> dict[str, Mapping[str, str]] | None:
    """Tables with their columns below them, a line each, as most such files are; None for any other form."""
    tables: dict[str, Mapping[str, str]] = {}
    columns: dict[str, str] | None = None
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if found := _PLAIN_COLUMN.fullmatch(line):
            if columns is None or found[1] in columns:
                return None
            columns[found[1]] = found[2]
        elif (found := _PLAIN_TABLE.fullmatch(line)) and found[1] not in tables:
            tables[found[1]] = columns = {}
        else:
            return None
    return tables


def _yaml(path: Path, text: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        return YAML(typ="safe", pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise WorkspaceError(f"{path}{place}: no YAML: {error.problem}") from error
    except YAMLError as error:
        raise WorkspaceError(f"{path}: no YAML: {error}") from error


def _checked(path: Path, data: Any) -> dict[str, Mapping[str, str]]:
    if not isinstance(data, dict):
        raise WorkspaceError(f"{path}: found {type(data).__name__}, expected tables with their columns")
    return {str(name): _columns(path, str(name), columns) for name, columns in data.items()}


def _columns(path: Path, table: str, columns: Any) -> dict[str, str]:
    if isinstance(columns, list):
        pairs = [tuple(one) if isinstance(one, list) and len(one) == 2 else None for one in columns]
    elif isinstance(columns, dict):
        pairs = list(columns.items())
    else:
        pairs = [None]
    found = {}
    for pair in pairs:
        if pair is None or not all(isinstance(part, str) for part in pair):
            raise WorkspaceError(f"{path}: found other columns of {table} than names with types")
        found[pair[0]] = pair[1]
    return found


def _of_getschema(path: Path, text: str) -> dict[str, str]:
    rows = csv.DictReader(io.StringIO(text))
    if not {"ColumnName", "ColumnType"} <= set(rows.fieldnames or ()):
        raise WorkspaceError(f"{path}:1:1: found other columns than ColumnName and ColumnType of getschema")
    return {row["ColumnName"]: row["ColumnType"] for row in rows}


# ------------------------------------------------------------------------------------------------------ watchlists


def load_watchlists(folder: Path) -> dict[str, Watchlist]:
    """The watchlists of a folder by their aliases.  Raises WorkspaceError."""
    from rulefold.kql.engines.files import FilesError, kind_of, tables_of  # only who runs queries needs engines

    try:
        paths = {alias: path for alias, path in tables_of(folder).items() if kind_of(path) == "csv"}
    except FilesError as error:
        raise WorkspaceError(str(error)) from error
    except OSError as error:
        raise _unreadable(folder, error) from error
    keys = _search_keys(folder / _SEARCH_KEYS, paths)
    return {alias: Watchlist(Table(None, path), keys.get(alias)) for alias, path in paths.items()}


def columns_of(watchlists: Mapping[str, Watchlist]) -> Mapping[str, Mapping[str, str]]:
    """The columns that `_GetWatchlist` gives of each, as a run finds them.  Raises WorkspaceError."""
    from rulefold.kql import QueryError
    from rulefold.kql.engines import ENGINES
    from rulefold.kql.engines.limits import Limits

    try:
        with ENGINES["duckdb"](Limits.of(None, None, 1)) as session:
            session.load_watchlists(watchlists)
            return session.watchlists or {}
    except QueryError as error:
        raise WorkspaceError(error.diagnostic.message) from error


def _search_keys(path: Path, known: Container[str]) -> dict[str, str]:
    """The search keys that a file states, none where it is not there."""
    if not path.is_file():
        return {}
    stated = _yaml(path, _text(path, path.read_bytes())) or {}
    if not isinstance(stated, dict):
        raise WorkspaceError(f"{path}: found {type(stated).__name__}, expected aliases with their search_key")
    keys = {}
    for alias, about in stated.items():
        if alias not in known:
            raise WorkspaceError(f"{path}: found {alias}, of which there is no file of CSV beside it")
        if not (isinstance(about, dict) and list(about) == ["search_key"] and isinstance(about["search_key"], str)):
            raise WorkspaceError(f"{path}: found something else of {alias} than `search_key: column`")
        keys[alias] = about["search_key"]
    return keys


# ------------------------------------------------------------------------------------------------------- functions


def _functions(path: Path, text: str) -> dict[str, Function]:
    """The functions of one file, each under all its names."""
    if path.suffix.lower() == ".kql":
        return {path.stem: _declared(path, *_of_kql(text))}
    data = _yaml(path, text)
    if not isinstance(data, dict):
        return {}
    body = data.get("FunctionQuery") or data.get("ParserQuery")
    if not isinstance(body, str):
        return {}  # a YAML file of another kind beside the parsers
    keys = ("FunctionAlias", "FunctionName", "ParserName", "EquivalentBuiltInParser")
    names = dict.fromkeys(str(data[key]) for key in keys if data.get(key))
    function = _declared(path, _parameters(path, data), body)
    return dict.fromkeys(names or [path.stem], function)


def _of_kql(text: str) -> tuple[str, str]:
    """The parameters and the body of a function: of a `.create function` command, or of a query."""
    if not (command := _STATED.search(text)):
        return "", text
    opened = text.find("{", command.end())
    head = text[command.end() : opened]
    start = head.find("(", head.rfind(")", 0, head.rfind("(")) + 1 if head.count("(") > 1 else 0)
    return head[start:].strip()[1:-1] if start >= 0 else "", text[opened + 1 : text.rfind("}")]


def _parameters(path: Path, data: Mapping[str, Any]) -> str:
    stated = data.get("FunctionParams") or data.get("FunctionParameters") or data.get("ParserParams") or ""
    if isinstance(stated, str):
        return stated
    try:
        return ", ".join(_parameter(one) for one in stated)
    except (KeyError, TypeError) as error:
        raise WorkspaceError(f"{path}: found other parameters than Name, Type and Default") from error


def _parameter(stated: Mapping[str, Any]) -> str:
    type_, default = str(stated["Type"]), stated.get("Default")
    if default is None:
        return f"{stated['Name']}: {type_}"
    if isinstance(default, bool):
        default = str(default).lower()
    value = f"'{default}'" if type_ == "string" and str(default)[:1] not in "'\"" else default
    return f"{stated['Name']}: {type_} = {value}"


def _declared(path: Path, parameters: str, body: str) -> Function:
    query, faults = parse(f"let f = ({parameters}) {{\n{body}\n}}")
    if faults:
        raise WorkspaceError(f"{path}: no function: {faults[0].message}")
    statement = query.statements[0]
    if not (isinstance(statement, Let) and isinstance(statement.value, Function)):
        raise WorkspaceError(f"{path}: no function")
    return statement.value
