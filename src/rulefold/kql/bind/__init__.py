"""Syntax → plan: what every name means and which type every value has, as Kusto has it.

Faults are collected, each with its place; binding goes on behind them with what is known.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rulefold import codes
from rulefold.kql.bind.arrays import Arrays
from rulefold.kql.bind.scope import Declared, Place, Scope
from rulefold.kql.faults import QueryDiagnostic
from rulefold.kql.plan import EMPTY, Column, Constant, Plugin, Relation, Row, UnknownRows, Value
from rulefold.kql.syntax import Declare, Function, Let, Name, Parameter, Query, Statement
from rulefold.kql.syntax import Value as ValueStatement
from rulefold.kql.types import Type
from rulefold.text import Span


@dataclass(frozen=True, slots=True)
class Bound:
    """A plan, None where the query returns no rows and no value, and what was found on the way.

    `fields` are the columns that are read of each table, `reaches` how far each `ago` goes back, in ticks of 100 ns.
    """

    plan: Relation | Value | None
    diagnostics: tuple[QueryDiagnostic, ...]
    tables: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    functions: tuple[str, ...]
    reaches: tuple[tuple[int, Span], ...]
    missing_tables: tuple[str, ...]
    missing_functions: tuple[str, ...]


def bind(
    query: Query,
    schemas: Mapping[str, Mapping[str, str]],
    library: Mapping[str, Function],
    discover: Callable[[Plugin], Row] | None = None,
    watchlists: Mapping[str, Mapping[str, str]] | None = None,
) -> Bound:
    """Bind a query to tables, given as columns with their types, and to functions of the workspace.

    `discover` tells the columns that a plug-in finds in the data; without it they are not known.  With it the query is
    bound as the engine does, and not as the official binder, which stands apart from data: inputs of fuzzy unions that
    are not there are left out, and `count` takes anything.  `watchlists` are the columns of those that there are, by
    their aliases; without them `_GetWatchlist` is a function that is not known.
    """
    binder = Statements(schemas, library)
    binder.discover, binder.as_run = discover, discover is not None
    binder.watchlists = watchlists
    plan = binder.statements(query.statements, Scope())
    binder.bind_unused()
    found = binder.collected
    diagnostics = sorted(found.diagnostics.values(), key=lambda one: one.span)
    fields = {table: tuple(sorted(names)) for table, names in sorted(found.fields.items())}
    reaches = tuple((ticks, span) for span, ticks in sorted(found.reaches.items()))
    tables, functions = tuple(sorted(found.tables)), tuple(sorted(found.functions))
    missing = tuple(sorted(found.missing_tables)), tuple(sorted(found.missing_functions))
    return Bound(plan, tuple(diagnostics), tables, fields, functions, reaches, *missing)


class Statements(Arrays):
    """Binds statements."""

    def __init__(self, schemas: Mapping[str, Mapping[str, str]], library: Mapping[str, Function]) -> None:
        """See `bind`."""
        super().__init__(schemas, library)
        self._declared: list[Declared] = []

    def statements(self, statements: Sequence[Statement], scope: Scope) -> Value | Relation | None:
        """What the last of several statements gives; the names of the others are in `scope` then."""
        result: Value | Relation | None = None
        for statement in statements:
            match statement:
                case Let():
                    self._let(statement, scope)
                case ValueStatement(value):
                    result = self.either(value, Place(EMPTY, scope), rows=True)
                case Declare(parameters):
                    for parameter in parameters:
                        scope.names[parameter.name] = self._stand_in(parameter)
                case _:
                    pass
        return result

    def _let(self, let: Let, scope: Scope) -> None:
        if let.name in scope.names:
            message = f"found a second {let.name}, expected another name"
            self.report(codes.QUERY_NAME_TAKEN, let.span, message)
        if isinstance(let.value, Function):
            declared = Declared(let.name, let.value, scope)
            self._declared.append(declared)
            scope.names[let.name] = declared
        else:
            scope.names[let.name] = self.either(let.value, Place(EMPTY, scope), rows=not isinstance(let.value, Name))

    def bind_unused(self) -> None:
        """Look into the functions that are never called, with what is known of their parameters."""
        for declared in self._declared:
            if not declared.used:
                names = {one.name: self._stand_in(one) for one in declared.function.parameters}
                self.statements(declared.function.body, declared.scope.inner(names))

    @staticmethod
    def _stand_in(parameter: Parameter) -> Value | Relation:
        if isinstance(parameter.type, Type):
            return Constant(parameter.type, None, span=parameter.span)
        columns = Row({one.name: Column(one.type or Type.DYNAMIC) for one in parameter.type}, open_=True)
        return UnknownRows(columns, parameter.name, span=parameter.span)
