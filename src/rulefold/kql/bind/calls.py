"""Calls of functions: those of Kusto, and those that a query or a workspace declares."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from rulefold import codes
from rulefold.kql import functions
from rulefold.kql.bind.scope import Declared, Place, Scope
from rulefold.kql.bind.state import MAX_CALLS, Binding, there_is
from rulefold.kql.functions import Argument, Fault, Kind, Operand, Parameter, Reason, Special
from rulefold.kql.functions import Function as Known
from rulefold.kql.plan import (
    Access,
    AllColumns,
    Apply,
    ColumnValue,
    Constant,
    Relation,
    Row,
    TableValue,
    TypeValue,
    Value,
)
from rulefold.kql.syntax import (
    Between,
    Binary,
    Call,
    Dynamic,
    Expression,
    Function,
    Index,
    Literal,
    Logical,
    Membership,
    Name,
    Named,
    Star,
    Statement,
    TypeOf,
    Unary,
)
from rulefold.kql.types import Type
from rulefold.text import Span

_CONSTANTS = frozenset({Argument.CONSTANT, Argument.LITERAL})
# What surely gives a value, and no rows.
SCALAR_ONLY = frozenset({Literal, Binary, Logical, Membership, Between, Index, Dynamic, Unary, TypeOf, Star})


@lru_cache(maxsize=4096)
def _resolve(function: Known, types: tuple[Operand, ...]) -> functions.Call:
    return functions.resolve(function, types)


class Calls(Binding):
    """Binds calls.  What they are made of is bound by others."""

    def __init__(self, schemas: Mapping[str, Mapping[str, str]], library: Mapping[str, Function]) -> None:
        """See `Binding`."""
        super().__init__(schemas, library)
        self.as_run = False
        self.called: dict[int, str] = {}  # what `as` calls the rows of a relation, by its identity
        self.declared_elsewhere: dict[str, Declared] = {}

    # --------------------------------------------------------------------------------------------- what others bind

    def relation(self, expression: Expression, scope: Scope) -> Relation:
        """The rows of an expression; bound by the rules for operators."""
        raise NotImplementedError

    def either(self, expression: Expression, at: Place, *, rows: bool = False) -> Value | Relation:
        """The value or the rows of an expression, whichever it is."""
        raise NotImplementedError

    def statements(self, statements: Sequence[Statement], scope: Scope) -> Value | Relation | None:
        """What the last of several statements gives."""
        raise NotImplementedError

    def value(self, expression: Expression, at: Place) -> Value:
        """The value of an expression."""
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------------------ faults

    def unknown(self, span: Span) -> Value:
        """A value that has a fault, of which no more is to be said."""
        return Constant(Type.UNKNOWN, None, span=span)

    def expected(self, what: str, found: Value, span: Span) -> None:
        """Say that a value has another type than it should."""
        self.report(codes.QUERY_TYPE, span, f"found {a_type(found.type)}, expected {what}")

    def misplaced(self, span: Span, message: str) -> Value:
        """Say that something stands where it cannot."""
        self.report(codes.QUERY_PLACE, span, message)
        return self.unknown(span)

    # ------------------------------------------------------------------------------------------------------- calls

    def call(self, call: Call, at: Place) -> Value:
        """The value of a call."""
        name = call.function
        meaning = at.scope.find(name)
        if isinstance(meaning, Declared):
            return self._value_of_declared(meaning, call, at)
        if (known := functions.lookup(name, Kind.SCALAR)) and not (
            at.groups and functions.lookup(name, Kind.AGGREGATE)
        ):
            return self._known(known, call, at)
        aggregate = functions.lookup(name, Kind.AGGREGATE)
        if aggregate is not None:
            if not at.groups:
                message = f"found the aggregate {name}, expected a function of single rows"
                self.report(codes.QUERY_PLACE, call.span, message)
            return self._known(aggregate, call, at.in_aggregate())
        if name in self.library:
            return self._value_of_declared(self.from_library(name), call, at)
        self.unknown_function(call)
        for argument in call.arguments:
            self._argument(argument, at)
        return self.unknown(call.span)

    def unknown_function(self, call: Call) -> None:
        """Say that there is no such function."""
        self.collected.missing_functions.setdefault(call.function)
        hints = there_is(functions.similar(call.function, Kind.SCALAR))
        message = f"found {call.function}, which is no function"
        span = Span(call.span.start, call.span.start + len(call.function))
        self.report(codes.UNKNOWN_FUNCTION, span, message, hints)

    def _known(self, function: Known, call: Call, at: Place) -> Value:
        """A function of Kusto."""
        self.collected.functions.setdefault(function.name)
        if function.name in ("column_ifexists", "columnifexists"):
            return self._column_if_exists(call, at)
        if function.name == "table":
            return self.misplaced(call.span, "found a table, expected a value")
        arguments = tuple(self._argument(argument, at) for argument in call.arguments)
        if function.name == "count" and self.as_run:
            arguments = ()  # the engine counts rows, whatever is counted in them; the official binder refuses that
        resolved = _resolve(function, tuple(map(_operand_type, arguments)))
        if function.name == "ago" and arguments:
            self._reach(arguments[0], call.span)
        if resolved.fault is not None:
            self._refuse(function, resolved.fault, call, arguments)
        else:
            self._look_at_values(call, arguments, resolved.parameters)
        type_ = resolved.type if isinstance(resolved.type, Type) else None
        if resolved.signature is not None and resolved.signature.result.rule is functions.Rule.TYPE_OF:
            types = [one.type for one in arguments if isinstance(one, TypeValue)]
            type_ = types[0] if types else Type.STRING
        if function.name == "ingestion_time":
            arguments = _arrival(at.row, call.span)
        return Apply(type_ or Type.UNKNOWN, function.name, arguments, span=call.span)

    def _look_at_values(self, call: Call, arguments: Sequence[Value], parameters: Sequence[Parameter | None]) -> None:
        """Arguments that have to be constant, and those that have to be one of a few words."""
        written = call.arguments
        for argument, one, parameter in zip(arguments, written, parameters, strict=False):  # none of an ambiguous call
            if parameter is None:
                continue
            if parameter.argument in _CONSTANTS and (column := _column_in(argument)) is not None:
                message = f"found the column {column}, expected a constant as {parameter.name} of {call.function}"
                self.report(codes.QUERY_PLACE, argument.span, message)
            if parameter.argument is Argument.COLUMN:
                self.needs_column(one, argument, f"{parameter.name} of {call.function}")
            if parameter.values and isinstance(argument, Constant) and isinstance(argument.value, str):
                expected = {value.lower() for value in parameter.values}
                if argument.value.lower() not in expected:
                    message = f"found {argument.value!r}, expected one of {', '.join(parameter.values)}"
                    self.report(codes.QUERY_TYPE, argument.span, message)

    def needs_column(self, written: Expression, argument: Value, what: str) -> None:
        """Say so where an argument is a value, and has to be a column by its name."""
        is_column = isinstance(argument, ColumnValue) and isinstance(written, Name)
        if not is_column and argument.type is not Type.UNKNOWN:
            self.report(codes.QUERY_PLACE, argument.span, f"found a value, expected a column as {what}")

    def _reach(self, back: Value, span: Span) -> None:
        if isinstance(back, Constant) and back.type is Type.TIMESPAN and isinstance(back.value, int):
            self.collected.reaches[span] = back.value

    def _argument(self, argument: Expression, at: Place) -> Value:
        if isinstance(argument, Named):
            argument = argument.value
        if type(argument) in SCALAR_ONLY:
            return self.value(argument, at)
        found = self.either(argument, at)
        return TableValue(Type.DYNAMIC, found, span=argument.span) if isinstance(found, Relation) else found

    def _refuse(self, function: Known, fault: Fault, call: Call, arguments: tuple[Value, ...]) -> None:
        name = call.function
        if fault.reason is Reason.COUNT:
            found = len(arguments)
            message = f"found {found or 'no'} argument{'' if found == 1 else 's'}, expected {_expected_count(function)}"
            self.report(codes.QUERY_ARGUMENTS, call.span, f"{message} for {name}")
        elif fault.reason is Reason.TYPE and fault.argument is not None and fault.parameter is not None:
            argument = arguments[fault.argument]
            kind = fault.parameter.kind.replace("/", " or ")
            message = f"found {a_type(argument.type)}, expected {kind} as {fault.parameter.name} of {name}"
            self.report(codes.QUERY_TYPE, argument.span, message)
        else:
            types = ", ".join(str(one.type) for one in arguments)
            self.report(codes.QUERY_TYPE, call.span, f"found {name}({types}), expected {_forms(function)}")

    def _column_if_exists(self, call: Call, at: Place) -> Value:
        if len(call.arguments) != 2:
            message = f"found {len(call.arguments)} arguments, expected 2 for {call.function}"
            self.report(codes.QUERY_ARGUMENTS, call.span, message)
            return self.unknown(call.span)
        name = self.value(call.arguments[0], at)
        if not (isinstance(name, Constant) and isinstance(name.value, str)):
            self.report(
                codes.QUERY_PLACE, call.arguments[0].span, "found a value, expected the name of a column as text"
            )
            return self.value(call.arguments[1], at)
        default = self.value(call.arguments[1], at)
        column = at.row.columns.get(name.value)
        if column is None:
            return default
        self.use_column(column)
        value = ColumnValue(column.type, name.value, span=call.span)
        return (
            value
            if column.type is default.type
            else Apply(default.type, call.function, (value, default), span=call.span)
        )

    # ------------------------------------------------------------------------------------------- declared functions

    def declared(self, name: str, scope: Scope) -> Declared | None:
        """The function that the query declares under a name, or else the workspace."""
        meaning = scope.find(name)
        if isinstance(meaning, Declared):
            return meaning
        return self.from_library(name) if name in self.library else None

    def from_library(self, name: str) -> Declared:
        """A function of the workspace."""
        if name not in self.declared_elsewhere:
            self.declared_elsewhere[name] = Declared(name, self.library[name], Scope(), used=True, elsewhere=True)
        return self.declared_elsewhere[name]

    def _value_of_declared(self, declared: Declared, call: Call, at: Place) -> Value:
        result = self.call_declared(declared, call.arguments, call.span, at)
        if isinstance(result, Relation):
            return TableValue(Type.DYNAMIC, result, span=call.span)
        return result if result is not None else self.unknown(call.span)

    def call_declared(
        self, declared: Declared, arguments: Sequence[Expression], span: Span, at: Place
    ) -> Value | Relation | None:
        """The body of a declared function with its arguments in place."""
        declared.used = True
        function = declared.function
        if not function.parameters and not arguments and declared.bound is not None:
            return declared.bound
        self.collected.calls += 1
        if self.collected.calls > MAX_CALLS:
            message = f"found more than {MAX_CALLS:,} calls of declared functions, expected fewer"
            self.report(codes.QUERY_TOO_DEEP, span, message)
            return None
        if declared.active:
            self.report(codes.UNKNOWN_FUNCTION, span, f"found {declared.name} in itself, expected another function")
            return None
        names = self._given(declared, arguments, span, at)
        declared.active = True
        with self.unheard(declared.elsewhere):
            result = self.statements(function.body, declared.scope.inner(names))
        declared.active = False
        if not function.parameters:
            declared.bound = result
        return result

    def _given(
        self, declared: Declared, arguments: Sequence[Expression], span: Span, at: Place
    ) -> dict[str, Value | Relation]:
        """The parameters with what they are given."""
        parameters = declared.function.parameters
        by_name = {one.names[0]: one.value for one in arguments if isinstance(one, Named)}
        in_order = iter([one for one in arguments if not isinstance(one, Named)])
        given: dict[str, Value | Relation] = {}
        for parameter in parameters:
            argument = by_name.get(parameter.name) or next(in_order, None) or parameter.default
            if argument is None:
                message = f"found {len(arguments)} arguments, expected {len(parameters)} for {declared.name}"
                self.report(codes.QUERY_ARGUMENTS, span, message)
                given[parameter.name] = self.unknown(span)
            elif isinstance(parameter.type, Type):
                given[parameter.name] = self._converted(self.value(argument, at), parameter.type)
            else:
                given[parameter.name] = self.relation(argument, at.scope)
        if next(in_order, None) is not None:
            message = f"found {len(arguments)} arguments, expected {len(parameters)} for {declared.name}"
            self.report(codes.QUERY_ARGUMENTS, span, message)
        return given

    @staticmethod
    def _converted(value: Value, type_: Type) -> Value:
        """A value as one of the parameter's type."""
        if value.type is type_:
            return value
        return Apply(type_, f"to{type_}", (value,), span=value.span)


def _arrival(row: Row, span: Span) -> tuple[Value, ...]:
    """The column of a table that says when its rows came in: `_TimeReceived`, or else the rows' own time."""
    for name in ("_TimeReceived", "TimeGenerated"):
        column = row.columns.get(name)
        if column is not None and column.type is Type.DATETIME and {origin for _, origin in column.origins} == {name}:
            return (ColumnValue(Type.DATETIME, name, span=span),)
    return ()


def _column_in(value: Value) -> str | None:
    """The name of a column that a value depends on."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case ColumnValue(_, name):
                return name
            case Apply(_, _, arguments):
                waiting += arguments
            case Access(_, target, _):
                waiting.append(target)
            case _:
                pass
    return None


def _operand_type(value: Value) -> Operand:
    if isinstance(value, AllColumns):
        return Special.STAR
    if isinstance(value, TypeValue):
        return Special.TYPE
    return Special.TABULAR if isinstance(value, TableValue) else value.type


def a_type(type_: Type) -> str:
    """A type with its article."""
    return f"{'an' if type_[0] in 'aiou' else 'a'} {type_}"


def _expected_count(function: Known) -> str:
    least = min(signature.least for signature in function.signatures)
    most = max(signature.most for signature in function.signatures)
    if least == most:
        return str(least)
    return f"at least {least}" if most > 100 else f"{least} to {most}"


def _forms(function: Known) -> str:
    return " or ".join(f"{function.name}{form}" for form in function.text.split("; "))
