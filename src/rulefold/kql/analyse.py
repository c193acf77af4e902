"""A query looked at: what it says, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from rulefold.diagnostics import Severity
from rulefold.kql.bind import bind
from rulefold.kql.faults import QueryDiagnostic
from rulefold.kql.parse import parse
from rulefold.kql.plan import Relation
from rulefold.kql.syntax import Function
from rulefold.kql.types import Type


class OutputColumn(NamedTuple):
    """A column of what a query returns."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Analysis:
    """What is known of a query without running it.

    `columns` are those of its result, None where it returns no rows; `tables` those it reads, `fields` the columns it
    names of each, `functions` the functions it calls.
    """

    diagnostics: tuple[QueryDiagnostic, ...]
    columns: tuple[OutputColumn, ...] | None = None
    tables: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[QueryDiagnostic, ...]:
        """The diagnostics that are errors."""
        return tuple(one for one in self.diagnostics if one.severity is Severity.ERROR)


def analyse(
    text: str,
    schemas: Mapping[str, Mapping[str, str]] | None = None,
    functions: Mapping[str, Function] | None = None,
) -> Analysis:
    """Look at a query.  `schemas` are the tables with the types of their columns, `functions` those of the workspace.

    A fault of the query is a diagnostic and never raises.
    """
    query, faults = parse(text)
    bound = bind(query, schemas or {}, functions or {})
    diagnostics = faults or bound.diagnostics  # what a statement that was left out declares is missed otherwise
    columns = None
    if isinstance(bound.plan, Relation):
        columns = tuple(OutputColumn(name, column.type) for name, column in bound.plan.row.columns.items())
    return Analysis(tuple(diagnostics), columns, bound.tables, bound.functions, bound.fields)
