"""One detection after another over a folder of tables, each by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from rulefold import codes
from rulefold.correlate.tables import Tables
from rulefold.diagnostics import Diagnostic
from rulefold.kql import QueryDiagnostic, QueryError, Result
from rulefold.kql.engines import ENGINES
from rulefold.kql.engines.limits import Limits
from rulefold.kql.engines.session import Session
from rulefold.kql.lower import Lowered
from rulefold.kql.running import answered, lowered
from rulefold.model import Detection
from rulefold.queries import WITHOUT_WATCHLISTS, first_line, is_about_watchlists, placed_at, placed_on_page
from rulefold.text import Place, Source, Span

_DIALECT = "duckdb"


@dataclass(frozen=True, slots=True)
class Explained:
    """A query as SQL, and how the engine would run it."""

    sql: str
    plan: str


class Correlator:
    """Runs detections over the tables of a folder; only those that a query names are read."""

    def __init__(self, tables: Tables, limits: Limits, now: datetime | None) -> None:
        """Run within limits, at this time or the present one."""
        self._tables, self._limits, self._now = tables, limits, now

    def run(self, detection: Detection) -> Result:
        """What a detection finds.  Raises QueryError."""
        with self._statement(detection) as (session, statement):
            return answered(session, statement)

    def explain(self, detection: Detection) -> Explained:
        """How a detection is run.  Raises QueryError."""
        with self._statement(detection) as (session, statement):
            return Explained(statement.text(_DIALECT), session.explain(statement))

    def write_parquet(self, detection: Detection, path: Path) -> None:
        """Write what a detection finds into a file of Parquet.  Raises QueryError and OSError."""
        with self._statement(detection) as (session, statement):
            session.write_parquet(statement, path)

    def told(self, error: QueryError, detection: Detection) -> Diagnostic:
        """Why a detection was not run, see `told`."""
        return told(error, detection, self._tables.data)

    @contextmanager
    def _statement(self, detection: Detection) -> Iterator[tuple[Session, Lowered]]:
        with ENGINES[_DIALECT](self._limits) as session:
            reads = self._tables.reads(detection.query)
            self._tables.load(session, reads.tables)
            if reads.watchlists:
                self._tables.load_watchlists(session)
            session.stand_for(self._tables.external)
            session.close_off()
            yield session, lowered(session, detection.query, self._tables.workspace.functions, self._now)


def told(error: QueryError, detection: Detection, data: Path) -> Diagnostic:
    """Why a detection was not run over a folder, at its place on the page where that can still be read."""
    found = error.diagnostic
    if found.code == codes.UNKNOWN_TABLE.id:
        hint = f"{data} has no file or folder of this name, and no file of --tables states its columns"
        found = replace(found, hints=(*found.hints, hint))
    if is_about_watchlists(found):
        found = replace(found, hints=(*found.hints, WITHOUT_WATCHLISTS))
    return place(found, detection).about(detection.key)


def place(found: QueryDiagnostic, detection: Detection) -> Diagnostic:
    """A finding about a query at its place on the page, where that can still be read."""
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
