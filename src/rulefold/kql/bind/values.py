"""Expressions → values: names resolved, types known."""

from collections.abc import Callable
from typing import TypeVar

from rulefold import codes
from rulefold.kql import functions
from rulefold.kql.bind import operations
from rulefold.kql.bind.calls import SCALAR_ONLY, Calls, a_type
from rulefold.kql.bind.scope import Declared, Place
from rulefold.kql.functions import Kind
from rulefold.kql.literals import MINUS_LEAST
from rulefold.kql.plan import (
    Access,
    AllColumns,
    Apply,
    ColumnValue,
    Constant,
    DynamicConstant,
    Relation,
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
    Index,
    Literal,
    Logical,
    Member,
    Membership,
    Name,
    Named,
    Pipe,
    Star,
    Subquery,
    TypeOf,
    Unary,
)
from rulefold.kql.types import DYNAMICS, Type
from rulefold.text import Span

T = TypeVar("T")
_TEXT_LISTS = frozenset({"in~", "!in~", "has_any", "has_all"})


class Values(Calls):
    """Binds expressions.  A fault is reported, and the value it stands in has the type that it would have, or none."""

    # ------------------------------------------------------------------------------------------------------ values

    def value(self, expression: Expression, at: Place) -> Value:
        """The value of an expression."""
        return _BINDERS[type(expression)](self, expression, at)

    def truth(self, expression: Expression, at: Place) -> Value:
        """A condition: its type has to be bool."""
        value = self.value(expression, at)
        if value.type not in (Type.BOOL, Type.UNKNOWN):
            self.expected("a condition", value, expression.span)
        return value

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
            return self.misplaced(name.span, f"found {text}, which has a meaning only in the condition of a join")
        if text in self.library:
            return self.call(Call(text, (), span=name.span), at)
        if self.table(text) is not None:
            self.use_table(text)
            return self.misplaced(name.span, f"found the table {text}, expected a value")
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

    def _meant(self, meaning: Value | Relation | Declared, name: Name, at: Place) -> Value:
        if isinstance(meaning, Declared):
            result = self.call_declared(meaning, (), name.span, at)
            meaning = result if result is not None else self.unknown(name.span)
        if isinstance(meaning, Relation):
            return self.misplaced(name.span, f"found the table {name.name}, expected a value")
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
        if type(item) in SCALAR_ONLY:
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
            return self.misplaced(member.span, "found a call on a value, expected a member")
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

    # -------------------------------------------------------------------------------------------------- subqueries

    def _subquery(self, subquery: Subquery, at: Place) -> Value:
        found = self.either(subquery.query, at.nowhere(), rows=True)
        if subquery.keyword != "toscalar":
            return self.misplaced(subquery.span, "found a table, expected a value")
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
            return self.misplaced(expression.span, "found a table, expected a value")
        return found


def _is_minus_least(operand: Expression) -> bool:
    return isinstance(operand, Literal) and operand.type is Type.LONG and operand.value == MINUS_LEAST


_BINDERS: dict[type, Callable[..., Value]] = {
    Literal: Values._literal,
    Name: Values._name,
    Binary: Values._binary,
    Call: Values.call,
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
