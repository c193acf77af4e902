"""Where a finding about a query stands: in a file of its own, or on the page that states it."""

from collections.abc import Iterable

from rulefold.diagnostics import Diagnostic
from rulefold.kql import QueryDiagnostic
from rulefold.text import Place, Source


def placed(found: Iterable[QueryDiagnostic], source: Source) -> list[Diagnostic]:
    """What was found in a query that is a file of its own."""
    return [_at(one, source.place(one.span.start), source.text) for one in found]


def placed_on_page(found: Iterable[QueryDiagnostic], query: str, start: Place) -> list[Diagnostic]:
    """What was found in a query whose first character is at a place of a page."""
    return [_at(one, _place(query, one.span.start, start), query) for one in found]


def placed_at(found: Iterable[QueryDiagnostic], place: Place) -> list[Diagnostic]:
    """What was found in a query of which no more is known than the place of its rule."""
    return [Diagnostic(one.code, one.severity, one.message, place, one.hints) for one in found]


def _place(query: str, offset: int, start: Place) -> Place:
    line = query.count("\n", 0, offset)
    column = offset - query.rfind("\n", 0, offset)
    return Place(start.file, start.line + line, column if line else start.column + offset)


def _at(found: QueryDiagnostic, place: Place, text: str) -> Diagnostic:
    start = text.rfind("\n", 0, found.span.start) + 1
    end = text.find("\n", found.span.start)
    excerpt = text[start : None if end < 0 else end]
    return Diagnostic(found.code, found.severity, found.message, place, found.hints, excerpt=excerpt)
