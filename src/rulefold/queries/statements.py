"""A query as SQL, or why it is none."""

from collections.abc import Iterable
from dataclasses import dataclass

from rulefold import codes
from rulefold.diagnostics import Severity
from rulefold.kql import QueryDiagnostic, QueryError
from rulefold.kql.bind import Bound
from rulefold.kql.faults import Stage, fault


@dataclass(frozen=True, slots=True)
class Statement:
    """A query as one statement of SQL; without a text, `why` is a note that says why there is none."""

    text: str = ""
    why: QueryDiagnostic | None = None


def statement(query: str, faults: Iterable[QueryDiagnostic], bound: Bound, dialect: str) -> Statement:
    """A query that was read and bound, as SQL in a dialect."""
    errors = (one for one in (*faults, *bound.diagnostics) if one.severity is Severity.ERROR)
    if (first := next(errors, None)) is not None:
        return Statement(why=_why(first))
    from rulefold.kql.running import compiled  # not before it is needed: it loads what writes SQL

    try:
        return Statement(compiled(bound.plan, query, dialect))
    except QueryError as error:
        return Statement(why=_why(error.diagnostic))


def _why(reason: QueryDiagnostic) -> QueryDiagnostic:
    return fault(codes.QUERY_WITHOUT_SQL, Stage.LOWERING, reason.span, reason.message, reason.hints)
