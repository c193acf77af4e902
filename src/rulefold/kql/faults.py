"""What the front end has to say about a query."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rulefold.diagnostics import Code, Severity
from rulefold.text import Span


class Stage(StrEnum):
    """What found it: the grammar, the names and types, a look at habits, the way to SQL, or the engine that ran it."""

    SYNTAX = "syntax"
    SEMANTIC = "semantic"
    HABIT = "habit"
    LOWERING = "lowering"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class QueryDiagnostic:
    """A finding about a query, at a span of its text."""

    kind: Stage
    code: str
    severity: Severity
    message: str
    span: Span
    hints: tuple[str, ...] = ()


class QueryError(Exception):
    """A query that cannot be compiled or run, with the diagnostic that says why."""

    def __init__(self, diagnostic: QueryDiagnostic) -> None:
        """Keep the diagnostic; its message is the exception's."""
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def fault(
    code: Code, kind: Stage, span: Span, message: str, hints: Sequence[str] = (), severity: Severity | None = None
) -> QueryDiagnostic:
    """A diagnostic of a code."""
    return QueryDiagnostic(kind, code.id, severity or code.severity, message, span, tuple(hints))
