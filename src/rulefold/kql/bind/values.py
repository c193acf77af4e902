"""Expressions → values: names resolved, types known."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TypeVar

from rulefold import codes
from rulefold.kql import functions
from rulefold.kql.bind import operations
from rulefold.kql.bind.scope import Declared, Place, Scope
from rulefold.kql.bind.state import MAX_CALLS, Binding, there_is
from rulefold.kql.functions import Argument, Fault, Kind, Operand, Parameter, Reason, Special
from rulefold.kql.functions import Function as Known
from rulefold.kql.literals import MINUS_LEAST
from rulefold.kql.plan import (
    Access,
    AllColumns,
    Apply,
    ColumnValue,
    Constant,
    DynamicConstant,
    Relation,
    Row,
    ScalarQuery,
    TableValue,
    TypeValue,
    Value,
)
from rulefold.kql.syntax import (
    Between,
    Binary,
    Call,
    DataTable,
    Dynamic,
    Expression,
    ExternalData,
    Function,
    Index,
    Literal,
    Logical,
    Member,
    Membership,
    Name,
    Named,
    Pipe,
    Star,
    Statement,
    Subquery,
    TypeOf,
    Unary,
)
from rulefold.kql.types import DYNAMICS, Type
from rulefold.text import Span

T = TypeVar("T")
_TEXT_LISTS = frozenset({"in~", "!in~", "has_any", "has_all"})
_CONSTANTS = frozenset({Argument.CONSTANT, Argument.LITERAL})


@lru_cache(maxsize=4096)
def _resolve(function: Known, types: tuple[Operand, ...]) -> functions.Call:
    return functions.resolve(function, types)


class Values(Binding):
    """Binds expressions.  A fault is reported, and the value it stands in has the type that it would have, or none."""

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

    # ------------------------------------------------------------------------------------------------------ values

    def value(self, expression: Expression, at: Place) -> Value:
        """The value of an expression."""
        return _BINDERS[type(expression)](self, expression, at)

    def unknown(self, span: Span) -> Value:
        """A value that has a fault, of which no more is to be said."""
        return Constant(Type.UNKNOWN, None, span=span)

    def truth(self, expression: Expression, at: Place) -> Value:
        """A condition: its type has to be bool."""
        value = self.value(expression, at)
        if value.type not in (Type.BOOL, Type.UNKNOWN):
            self.expected("a condition", value, expression.span)
        return value

    def expected(self, what: str, found: Value, span: Span) -> None:
        """Say that a value has another type than it should."""
        self.report(codes.QUERY_TYPE, span, f"found {a_type(found.type)}, expected {what}")

    def _literal(self, literal: Literal, _at: Place) -> Value:
        value = None if literal.value == MINUS_LEAST and literal.type is Type.LONG else literal.value
        return Constant(literal.type, value, span=literal.span)

    def _dynamic(self, literal: Dynamic, _at: Place) -> Value:
        return DynamicConstant(Type.DYNAMIC, literal.value, span=literal.span)

    def _type_of(self, expression: TypeOf, _at: Place) -> Value:
        type_ = expression.type if isinstance(expression.type, Type) else Type.DYNAMIC
        return TypeValue(type_, span=expression.span)

    def _star(self, star: Star, _at: Place) -> Value:
        return AllColumns(Type.STRING, span=star.span)

    def _named(self, named: Named, at: Place) -> Value:
        return self.value(named.value, at)

    # ------------------------------------------------------------------------------------------------------- names

    def _name(self, name: Name, at: Place) -> Value:
        text = name.name
        column = at.row.columns.get(text)
        if column is not None:
            self.use_column(column)
            if at.groups:
                message = f"found the column {text}, expected an aggregate of it, or {text} among the groups"
                self.report(codes.QUERY_PLACE, name.span, message)
            return ColumnValue(column.type, text, span=name.span)
        meaning = at.scope.find(text)
        if meaning is not None:
            return self._meant(meaning, name, at)
        if (found := at.row.find(text)) is not None:
            return ColumnValue(found.type, text, span=name.span)
        if text in ("$left", "$right"):
            return self._misplaced(name.span, f"found {text}, which has a meaning only in the condition of a join")
        if text in self.library:
            return self._call(Call(text, (), span=name.span), at)
        if self.table(text) is not None:
            self.use_table(text)
            return self._misplaced(name.span, f"found the table {text}, expected a value")
        if functions.lookup(text, Kind.SCALAR) is not None:
            message = f"found {text} without arguments, expected {text}(…)"
            self.report(codes.QUERY_ARGUMENTS, name.span, message)
            return self.unknown(name.span)
        self._unknown_name(name, at)
        return self.unknown(name.span)

    def _unknown_name(self, name: Name, at: Place) -> None:
        rows = [row for row in (at.row, at.left, at.right) if row is not None]
        names = [*dict.fromkeys(column for row in rows for column in row), *at.scope.all_names()]
        message = f"found {name.name}, which is no column here, and no variable"
        self.report(codes.UNKNOWN_COLUMN, name.span, message, self.like(name.name, names))

    def _misplaced(self, span: Span, message: str) -> Value:
        self.report(codes.QUERY_PLACE, span, message)
        return self.unknown(span)

    def _meant(self, meaning: Value | Relation | Declared, name: Name, at: Place) -> Value:
        if isinstance(meaning, Declared):
            result = self.call_declared(meaning, (), name.span, at)
            meaning = result if result is not None else self.unknown(name.span)
        if isinstance(meaning, Relation):
            return self._misplaced(name.span, f"found the table {name.name}, expected a value")
        return meaning

    # --------------------------------------------------------------------------------------------------- operators

    def _unary(self, unary: Unary, at: Place) -> Value:
        if unary.operator == "-" and _is_minus_least(unary.operand):
            return Constant(Type.LONG, -MINUS_LEAST, span=unary.span)
        operand = self.value(unary.operand, at)
        type_ = operations.sign(operand.type)
        if type_ is None:
            self._undefined(unary.operator, unary.span, operand)
        if isinstance(operand, Constant) and unary.operator == "-" and isinstance(operand.value, int | float):
            return Constant(type_ or Type.UNKNOWN, -operand.value, span=unary.span)
        return Apply(type_ or Type.UNKNOWN, unary.operator, (operand,), span=unary.span)

    def _binary(self, binary: Binary, at: Place) -> Value:
        """A chain of operators is walked along its left side, which may be as long as the query."""
        chain = [binary]
        left: Expression = binary.left
        while type(left) is Binary:
            chain.append(left)
            left = left.left
        value = self._operand(left, at)
        for link in reversed(chain):
            right = self._operand(link.right, at)
            type_ = operations.result(link.operator, value.type, right.type)
            if type_ is None:
                self._undefined(link.operator, link.span, value, right)
            value = Apply(type_ or self._guess(link.operator), link.operator, (value, right), span=link.span)
        return value

    def _operand(self, expression: Expression, at: Place) -> Value:
        if type(expression) is Star:
            return AllColumns(Type.STRING, span=expression.span)
        return self.value(expression, at)

    @staticmethod
    def _guess(operator: str) -> Type:
        return Type.UNKNOWN if operator in ("+", "-", "*", "/", "%") else Type.BOOL

    def _undefined(self, operator: str, span: Span, *operands: Value) -> None:
        types = " and ".join(a_type(operand.type) for operand in operands)
        self.report(codes.QUERY_TYPE, span, f"found {operator} with {types}, for which it is not defined")

    def _logical(self, logical: Logical, at: Place) -> Value:
        operands = [self.value(one, at) for one in logical.operands]
        for one, expression in zip(operands, logical.operands, strict=True):
            if not operations.is_truth(one.type):
                self.expected(f'a condition beside "{logical.operator}"', one, expression.span)
        return Apply(Type.BOOL, logical.operator, tuple(operands), span=logical.span)

    def _membership(self, test: Membership, at: Place) -> Value:
        left = self._operand(test.left, at)
        if test.operator in _TEXT_LISTS and not operations.is_text(left.type):
            self.expected(f"a string before {test.operator}", left, test.left.span)
        items = tuple(self._item(item, at) for item in test.items)
        return Apply(Type.BOOL, test.operator, (left, *items), span=test.span)

    def _item(self, item: Expression, at: Place) -> Value:
        """An item of a list, which may be a table with the values in its first column."""
        if type(item) in _SCALAR_ONLY:
            return self.value(item, at)
        found = self.either(item, at)
        if not isinstance(found, Relation):
            return found
        first = next(iter(found.row.columns.values()), None)
        if first is not None:
            self.use_column(first)
        return TableValue(first.type if first else Type.UNKNOWN, found, span=item.span)

    def _between(self, test: Between, at: Place) -> Value:
        parts = tuple(self.value(part, at) for part in (test.left, test.low, test.high))
        if not operations.between(*(part.type for part in parts)):
            types = ", ".join(a_type(part.type) for part in parts)
            self.report(codes.QUERY_TYPE, test.span, f"found {test.operator} with {types}, for which it is not defined")
        return Apply(Type.BOOL, test.operator, parts, span=test.span)

    # ------------------------------------------------------------------------------------------------------- paths

    def _member(self, member: Member, at: Place) -> Value:
        if at.left is not None and isinstance(member.target, Name) and member.target.name in ("$left", "$right"):
            return self._side(member.target.name[1:], member, at)
        target = self.value(member.target, at)
        if not isinstance(member.member, Name):
            return self._misplaced(member.span, "found a call on a value, expected a member")
        if target.type not in DYNAMICS:
            message = f"found a member of {a_type(target.type)}, expected one of a dynamic value"
            self.report(codes.QUERY_TYPE, member.member.span, message)
            return self.unknown(member.span)
        key = Constant(Type.STRING, member.member.name, span=member.member.span)
        return Access(target.type, target, key, span=member.span)

    def _side(self, side: str, member: Member, at: Place) -> Value:
        row = at.left if side == "left" else at.right
        if row is None or not isinstance(member.member, Name):
            return self.unknown(member.span)
        name = member.member.name
        column = row.find(name)
        if column is None:
            message = f"found {name}, which is no column of the {side} side"
            self.report(codes.UNKNOWN_COLUMN, member.member.span, message, self.like(name, list(row)))
            return self.unknown(member.span)
        self.use_column(column)
        return ColumnValue(column.type, name, side, span=member.span)

    def _index(self, index: Index, at: Place) -> Value:
        target = self.value(index.target, at)
        key = self.value(index.index, at)
        if target.type not in DYNAMICS:
            message = f"found an element of {a_type(target.type)}, expected one of a dynamic value"
            self.report(codes.QUERY_TYPE, index.span, message)
            return self.unknown(index.span)
        return Access(target.type, target, key, span=index.span)

    # ------------------------------------------------------------------------------------------------------- calls

    def _call(self, call: Call, at: Place) -> Value:
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
            return self._misplaced(call.span, "found a table, expected a value")
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
        if type(argument) in _SCALAR_ONLY:
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

    # -------------------------------------------------------------------------------------------------- subqueries

    def _subquery(self, subquery: Subquery, at: Place) -> Value:
        found = self.either(subquery.query, at.nowhere(), rows=True)
        if subquery.keyword != "toscalar":
            return self._misplaced(subquery.span, "found a table, expected a value")
        return self.first_value(found, subquery.span) if isinstance(found, Relation) else found

    def first_value(self, relation: Relation, span: Span) -> Value:
        """The first value of a relation's first row."""
        first = next(iter(relation.row.columns.values()), None)
        if first is not None:
            self.use_column(first)
        return ScalarQuery(first.type if first else Type.UNKNOWN, relation, span=span)

    def _table_as_value(self, expression: Expression, at: Place) -> Value:
        found = self.either(expression, at)
        if isinstance(found, Relation):
            return self._misplaced(expression.span, "found a table, expected a value")
        return found


def _arrival(row: Row, span: Span) -> tuple[Value, ...]:
    """The column of a table that says when its rows came in: `_TimeReceived`, or else the rows' own time."""
    for name in ("_TimeReceived", "TimeGenerated"):
        column = row.columns.get(name)
        if column is not None and column.type is Type.DATETIME and {origin for _, origin in column.origins} == {name}:
            return (ColumnValue(Type.DATETIME, name, span=span),)
    return ()


def _is_minus_least(operand: Expression) -> bool:
    return isinstance(operand, Literal) and operand.type is Type.LONG and operand.value == MINUS_LEAST


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


_BINDERS: dict[type, Callable[..., Value]] = {
    Literal: Values._literal,
    Name: Values._name,
    Binary: Values._binary,
    Call: Values._call,
    Logical: Values._logical,
    Membership: Values._membership,
    Between: Values._between,
    Member: Values._member,
    Index: Values._index,
    Dynamic: Values._dynamic,
    Unary: Values._unary,
    Named: Values._named,
    TypeOf: Values._type_of,
    Star: Values._star,
    Subquery: Values._subquery,
    Pipe: Values._table_as_value,
    DataTable: Values._table_as_value,
    ExternalData: Values._table_as_value,
}
_SCALAR_ONLY = frozenset({Literal, Binary, Logical, Membership, Between, Index, Dynamic, Unary, TypeOf, Star})
