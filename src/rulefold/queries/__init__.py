"""The queries of a catalogue: what they say, and what is wrong with them, told at their places on the pages."""

from collections.abc import Iterable

from rulefold.diagnostics import Diagnostic
from rulefold.kql import QueryDiagnostic
from rulefold.text import Source

__all__ = ["placed"]


def placed(found: Iterable[QueryDiagnostic], source: Source) -> list[Diagnostic]:
    """What was found in a query that is a file of its own."""
    return [
        Diagnostic(
            one.code,
            one.severity,
            one.message,
            source.place(one.span.start),
            one.hints,
            excerpt=source.line_at(one.span.start),
        )
        for one in found
    ]
