"""Arithmetic of numbers and times, as KQL means it."""

from collections.abc import Callable, Mapping

from sqlglot import exp

from rulefold.kql.literals import MAX_TICKS
from rulefold.kql.lower import sql
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.sql import Node
from rulefold.kql.lower.terms import Term
from rulefold.kql.types import DYNAMICS, INTEGERS, Type

_LONG = range(-(2**63), 2**63)
_TIMES = (Type.DATETIME, Type.TIMESPAN)


def arithmetic(call: Call) -> Term:
    """`+`, `-`, `*`, `/` and `%`."""
    operator = call.apply.function
    if len(call) == 1:
        return _signed(call, operator)
    left, right = call[0], call[1]
    if _are_constant_times(operator, left, right):
        return call.values.constant(call.type, _folded_times(operator, left, right))
    rule = _ARITHMETIC.get(call.type)
    if rule is None:
        raise call.refused(f"found {operator} with a {left.type} and a {right.type}, which is not run")
    return rule(call, operator, left, right)


def _signed(call: Call, operator: str) -> Term:
    term = call[0]
    if operator == "+":
        return term
    if term.type is Type.REAL:
        return term.of(exp.Neg(this=sql.tight(term.node)))
    if term.type in DYNAMICS or term.type is Type.DECIMAL:
        raise call.refused(f"found a sign before a {term.type}, which is not run")
    return term.of(call.engine.integer("-", sql.number(0), term.node))


def _folded_times(operator: str, left: Term, right: Term) -> int | None:
    """Times that are constants, put together."""
    a, b = int(str(left.value)), int(str(right.value))
    result = a + b if operator == "+" else a - b if operator == "-" else a * b
    limit = range(MAX_TICKS + 1) if {left.type, right.type} == set(_TIMES) else _LONG
    return result if result in limit else None


def _are_constant_times(operator: str, left: Term, right: Term) -> bool:
    """A time and a timespan, two timespans, or a timespan so many times."""
    if not all(one.constant and isinstance(one.value, int) for one in (left, right)):
        return False
    if operator in "+-":
        later = operator == "-" and left.type is Type.DATETIME
        return left.type in _TIMES and right.type in _TIMES and (later or right.type is not Type.DATETIME)
    one_span = (left.type is Type.TIMESPAN) != (right.type is Type.TIMESPAN)
    return operator == "*" and one_span and {left.type, right.type} <= {Type.TIMESPAN, *INTEGERS}


def _of_longs(call: Call, operator: str, left: Term, right: Term) -> Term:
    left, right = (call.engine.convert(one, Type.LONG) for one in (left, right))
    return call.give(call.engine.integer(operator, left.node, right.node))


def _of_decimals(call: Call, operator: str, left: Term, right: Term) -> Term:
    """Sums and differences: those are as exact as the operands."""
    if operator not in ("+", "-", "%"):
        raise call.refused(f"found {operator} with decimals, which is not run; expected reals")
    left, right = (call.engine.convert(one, Type.DECIMAL) for one in (left, right))
    return call.give(call.engine.real(operator, left.node, right.node))


def _of_reals(call: Call, operator: str, left: Term, right: Term) -> Term:
    if left.type in (Type.TIMESPAN, Type.DATETIME):
        left, right = (ticks(call, one) for one in (left, right))
    left, right = (call.engine.convert(one, Type.REAL) for one in (left, right))
    return call.give(call.engine.real(operator, left.node, right.node))


def ticks(call: Call, time: Term) -> Term:
    """A time as ticks since the year 1, a timespan as its own."""
    node = time.node
    if time.type is Type.DATETIME:
        node = measured(call, node, call.engine.literal(Type.DATETIME, 0))
    return Term(node, Type.LONG, nullable=time.nullable)


def measured(call: Call, later: Node, earlier: Node) -> Node:
    """The ticks between two times; see `Values.measured`."""
    call.values.measured = True
    return call.engine.between_times(later, earlier)


def shifted(call: Call, time: Term, span: Term, sign: int) -> Term:
    """A time and a timespan after or before it."""
    operator = "+" if sign > 0 else "-"
    if _are_constant_times(operator, time, span):
        return call.values.constant(Type.DATETIME, _folded_times(operator, time, span))
    return Term(call.engine.shifted(time.node, span, sign), Type.DATETIME)


def _of_datetimes(call: Call, operator: str, left: Term, right: Term) -> Term:
    if left.type is Type.DATETIME and right.type is Type.TIMESPAN and operator in "+-":
        return shifted(call, left, right, 1 if operator == "+" else -1)
    if left.type is Type.TIMESPAN and right.type is Type.DATETIME and operator == "+":
        return shifted(call, right, left, 1)
    raise call.refused(f"found {operator} with a {left.type} and a {right.type}, which is not run")


def _of_timespans(call: Call, operator: str, left: Term, right: Term) -> Term:
    types = (left.type, right.type)
    if types == (Type.DATETIME, Type.DATETIME) and operator == "-":
        return call.give(measured(call, left.node, right.node))
    if Type.DATETIME in types and operator == "%":
        left, right = (ticks(call, one) for one in (left, right))
        return call.give(call.engine.integer(operator, left.node, right.node))
    if set(types) <= {Type.TIMESPAN, *INTEGERS}:
        return call.give(call.engine.integer(operator, left.node, right.node))
    if set(types) <= {Type.TIMESPAN, Type.REAL} and operator in "*/":
        spans = (Term(one.node, Type.LONG) if one.type is Type.TIMESPAN else one for one in (left, right))
        parts = (call.engine.convert(one, Type.REAL).node for one in spans)
        ratio = Term(call.engine.real(operator, *parts), Type.REAL)
        return call.give(call.engine.convert(ratio, Type.LONG).node)
    raise call.refused(f"found {operator} with a {left.type} and a {right.type}, which is not run")


_ARITHMETIC: Mapping[Type, Callable[[Call, str, Term, Term], Term]] = {
    Type.INT: _of_longs,
    Type.LONG: _of_longs,
    Type.REAL: _of_reals,
    Type.DECIMAL: _of_decimals,
    Type.DATETIME: _of_datetimes,
    Type.TIMESPAN: _of_timespans,
}
