"""What is not run, and why."""

from collections.abc import Sequence

from rulefold import codes
from rulefold.kql.faults import QueryError, Stage, fault
from rulefold.text import Span


def refused(span: Span, what: str, hints: Sequence[str] = ()) -> QueryError:
    """The refusal of a query, for what is found at a place."""
    return QueryError(fault(codes.QUERY_NOT_RUN, Stage.LOWERING, span, what, hints))
