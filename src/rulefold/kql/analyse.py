"""A query looked at: what it says, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rulefold.diagnostics import Severity
from rulefold.kql.bind import Bound, bind
from rulefold.kql.faults import QueryDiagnostic
from rulefold.kql.needs import needs
from rulefold.kql.parse import parse
from rulefold.kql.plan import Relation
from rulefold.kql.syntax import Function
from rulefold.kql.types import Type
from rulefold.text import Span


class OutputColumn(NamedTuple):
    """A column of what a query returns."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is known of a query without running it.

    `columns` are those of its result, None where it returns no rows; `tables` those it reads, `fields` the columns it
    names of each, `functions` the functions it calls, `reaches` how far each `ago` goes back, in ticks of 100 ns.
    The missing ones are those that are read or called and not known.  `needs` are alternatives of tables all of which
    have to have rows for the query to return any, see `rulefold.kql.needs`.
    """

    diagnostics: tuple[QueryDiagnostic, ...]
    columns: tuple[OutputColumn, ...] | None = None
    tables: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reaches: tuple[tuple[int, Span], ...] = ()
    missing_tables: tuple[str, ...] = ()
    missing_functions: tuple[str, ...] = ()
    needs: tuple[tuple[str, ...], ...] | None = None

    @property
    def errors(self) -> tuple[QueryDiagnostic, ...]:
        """The diagnostics that are errors."""
        return tuple(one for one in self.diagnostics if one.severity is Severity.ERROR)


def analyse(
    text: str,
    schemas: Mapping[str, Mapping[str, str]] | None = None,
    functions: Mapping[str, Function] | None = None,
    watchlists: Mapping[str, Mapping[str, str]] | None = None,
) -> Analysis:
    """Look at a query.  `schemas` are the tables with the types of their columns, `functions` those of the workspace.

    `watchlists` are the columns that `_GetWatchlist` gives of each, by alias; without them it is not known.  A fault of
    the query is a diagnostic and never raises.
    """
    query, faults = parse(text)
    return analysed(faults, bind(query, schemas or {}, functions or {}, watchlists=watchlists))


def analysed(faults: Sequence[QueryDiagnostic], bound: Bound) -> Analysis:
    """What is known of a query that was read and bound already, with the faults of its syntax."""
    diagnostics = tuple(faults) or bound.diagnostics  # what a statement that was left out declares is missed otherwise
    columns = None
    if isinstance(bound.plan, Relation):
        columns = tuple(OutputColumn(name, column.type) for name, column in bound.plan.row.columns.items())
    missing = (bound.missing_tables, bound.missing_functions)
    alternatives = needs(bound.plan) if isinstance(bound.plan, Relation) and not faults else None
    needed = None if alternatives is None else tuple(sorted(tuple(sorted(one)) for one in alternatives))
    return Analysis(diagnostics, columns, bound.tables, bound.functions, bound.fields, bound.reaches, *missing, needed)
