"""Where a finding about a query stands: in a file of its own, or on the page that states it."""

from collections.abc import Iterable

from rulefold.diagnostics import Diagnostic
from rulefold.kql import QueryDiagnostic
from rulefold.model import Detection
from rulefold.text import Place, Source


def placed(found: Iterable[QueryDiagnostic], source: Source) -> list[Diagnostic]:
    """What was found in a query that is a file of its own."""
    return [_at(one, source.place(one.span.start), source) for one in found]


def placed_on_page(found: Iterable[QueryDiagnostic], query: str, start: Place) -> list[Diagnostic]:
    """What was found in a query whose first character is at a place of a page."""
    source = Source(start.file, b"", query, damaged=False)
    return [_at(one, _from(start, source.place(one.span.start)), source) for one in found]


def placed_at(found: Iterable[QueryDiagnostic], place: Place) -> list[Diagnostic]:
    """What was found in a query of which no more is known than the place of its rule."""
    return [Diagnostic(one.code, one.severity, one.message, place, one.hints) for one in found]


def first_line(detection: Detection) -> Place | None:
    """Where the first rows of a detection begin on their page."""
    lines = ((source.page, first) for source in detection.sources for first, _ in source.lines)
    return next((Place(page, first, 1) for page, first in lines), None)


def _from(start: Place, inside: Place) -> Place:
    """A place in a query as one on the page where the query starts."""
    column = inside.column if inside.line > 1 else start.column + inside.column - 1
    return Place(start.file, start.line + inside.line - 1, column)


def _at(found: QueryDiagnostic, place: Place, source: Source) -> Diagnostic:
    excerpt = source.line_at(found.span.start)
    return Diagnostic(found.code, found.severity, found.message, place, found.hints, excerpt=excerpt)
