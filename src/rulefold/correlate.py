"""Detections and a folder of tables → what the detections find there."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from rulefold import codes
from rulefold.diagnostics import Diagnostic
from rulefold.kql import QueryDiagnostic, QueryError, Result, Table
from rulefold.kql.analyse import Analysis, analyse
from rulefold.kql.engines import ENGINES
from rulefold.kql.engines.files import FilesError, tables_of
from rulefold.kql.engines.limits import Limits
from rulefold.kql.engines.session import Session
from rulefold.kql.lower import Lowered
from rulefold.kql.running import answered, lowered
from rulefold.model import Detection
from rulefold.queries import first_line, placed_at, placed_on_page
from rulefold.text import Place, Source, Span
from rulefold.workspace import Workspace

_DIALECT = "duckdb"
_WATCHLISTS = {"_GetWatchlist", "_GetWatchlistAlias"}


class DataError(ValueError):
    """A folder of tables that cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A query as SQL, and how the engine would run it."""

    sql: str
    plan: str


class Correlator:
    """Runs detections over a folder that has a file or a folder for each table.

    Only tables that a query names are read.  Their types are those of the workspace, or else found in the data; what
    was found, and which tables are empty because the folder lacks them, is told once, by `tell`.
    """

    def __init__(
        self, data: Path, workspace: Workspace, limits: Limits, now: datetime | None, tell: Callable[[str], None]
    ) -> None:
        """Look at what the folder has.  Raises DataError."""
        self._data, self._workspace, self._limits, self._now, self._tell = data, workspace, limits, now, tell
        self._found: dict[str, Mapping[str, str]] = {}
        self._told: set[str] = set()
        try:
            self._paths = tables_of(data)
        except FilesError as error:
            raise DataError(str(error)) from error

    def run(self, detection: Detection) -> Result:
        """What a detection finds.  Raises QueryError."""
        with self._statement(detection) as (session, statement):
            return answered(session, statement)

    def explain(self, detection: Detection) -> Explained:
        """How a detection is run.  Raises QueryError."""
        with self._statement(detection) as (session, statement):
            return Explained(statement.text(_DIALECT), session.explain(statement))

    def write_parquet(self, detection: Detection, path: Path) -> None:
        """Write what a detection finds into a file of Parquet.  Raises QueryError."""
        with self._statement(detection, path) as (session, statement):
            session.write_parquet(statement, path)

    @contextmanager
    def _statement(self, detection: Detection, *outputs: Path) -> Iterator[tuple[Session, Lowered]]:
        with ENGINES[_DIALECT](self._limits) as session:
            needed = self._needed(detection.query)
            for name in needed.tables:
                self._load(session, name)
            if _WATCHLISTS & {*needed.functions, *needed.missing_functions}:
                session.load_watchlists(self._workspace.watchlists)
            session.close_off(*outputs)
            yield session, lowered(session, detection.query, self._workspace.functions, self._now)

    def _needed(self, query: str) -> Analysis:
        """What a query reads: tables that it names and that are there, or whose columns are known, and functions."""
        known = {**{name: {} for name in self._paths}, **self._workspace.tables, **self._found}
        return analyse(query, known, self._workspace.functions)

    def _load(self, session: Session, name: str) -> None:
        path, stated = self._paths.get(name), self._workspace.tables.get(name)
        if path is None:
            self._tell_once(f"{name} is empty: {self._data} has no file or folder of this name")
            session.load(name, Table(stated, []))
            return
        session.load(name, Table(stated or self._found.get(name), path))
        if stated is None and name not in self._found:
            self._found[name] = session.schemas[name]
            columns = ", ".join(f"{column} {type_}" for column, type_ in session.schemas[name].items())
            self._tell_once(f"{name} has columns whose types no file states, found: {columns}")

    def _tell_once(self, message: str) -> None:
        if message not in self._told:
            self._told.add(message)
            self._tell(message)

    def told(self, error: QueryError, detection: Detection) -> Diagnostic:
        """Why a detection was not run, at its place on the page where that can still be read."""
        found = error.diagnostic
        if found.code == codes.UNKNOWN_TABLE.id:
            hint = f"{self._data} has no file or folder of this name, and no file of --tables states its columns"
            found = replace(found, hints=(*found.hints, hint))
        if found.code == codes.UNKNOWN_FUNCTION.id and any(f"found {name}," in found.message for name in _WATCHLISTS):
            found = replace(found, hints=(*found.hints, "--watchlists names a folder with a file of CSV for each"))
        return _placed(found, detection).about(detection.key)


def _placed(found: QueryDiagnostic, detection: Detection) -> Diagnostic:
    found = replace(found, span=Span(max(0, found.span.start), max(0, found.span.end)))
    start = _query_place(detection)
    if start is not None:
        return placed_on_page([found], detection.query, start)[0]
    return placed_at([found], first_line(detection) or Place(detection.key, 1, 1))[0]


def _query_place(detection: Detection) -> Place | None:
    """Where a page states the query of a detection; None where the page cannot be read, or states another by now."""
    for stated in detection.sources:
        try:
            source = Source.decode(stated.page, Path(stated.page).read_bytes())
        except OSError:
            continue
        for first, last in stated.lines:
            start = _line_start(source.text, first)
            at = source.text.find(detection.query, start) if detection.query else -1
            if at >= 0 and source.place(at).line <= last:
                return source.place(at)
    return None


def _line_start(text: str, number: int) -> int:
    start = 0
    for _ in range(number - 1):
        start = text.find("\n", start) + 1
        if not start:
            return len(text)
    return start
