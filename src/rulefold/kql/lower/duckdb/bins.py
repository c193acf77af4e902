"""Values rounded down to bins."""

from sqlglot import exp

from rulefold.kql.literals import TICKS_A_DAY, TICKS_A_SECOND
from rulefold.kql.lower import sql
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.duckdb import times
from rulefold.kql.lower.duckdb.types import BIGINT, cast
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Term, exact
from rulefold.kql.types import INTEGERS, Type

_PARTS = {
    TICKS_A_DAY: "day",
    3600 * TICKS_A_SECOND: "hour",
    60 * TICKS_A_SECOND: "minute",
    TICKS_A_SECOND: "second",
}


def binned(call_: Call) -> Term:
    """`bin` and `floor`: from zero on, times from the year 1 on; null for bins of no or of less size."""
    value, size = call_[0], call_[1]
    if value.type is Type.DATETIME:
        return _binned_time(call_, value, size)
    if value.type is Type.TIMESPAN or {value.type, size.type} <= INTEGERS:
        return call_.give(_whole(call_, exact(value), None, size))
    return call_.give(_real(call_, call_.engine.convert(value, Type.REAL), None, size))


def bin_at(call_: Call) -> Term:
    """Bins of which one starts at a point."""
    value, size, point = call_[0], call_[1], call_[2]
    if value.type is Type.DATETIME:
        if size.type is not Type.TIMESPAN:
            raise call_.refused(f"found bins of a {size.type} of a datetime, which is not run")
        start = call_.once(times.micros_of(exact(point)))
        return call_.give(call("make_timestamp", _whole(call_, times.micros_of(exact(value)), start(), _micros(call_))))
    spans = value.type is Type.TIMESPAN and size.type is Type.TIMESPAN
    if spans or {value.type, size.type, point.type} <= INTEGERS:
        return call_.give(_whole(call_, exact(value), call_.once(exact(point))(), size))
    if value.type is Type.TIMESPAN:
        raise call_.refused(f"found bins of a {size.type} of a timespan, which is not run")
    real = call_.engine.convert(value, Type.REAL)
    return call_.give(_real(call_, real, call_.engine.convert(point, Type.REAL), size))


def _binned_time(call_: Call, value: Term, size: Term) -> Term:
    if size.type is not Type.TIMESPAN:
        raise call_.refused(f"found bins of a {size.type} of a datetime, which is not run")
    if size.constant and isinstance(size.value, int) and size.value > 0 and 10 % size.value == 0:
        return value  # is kept by the microsecond
    part = _PARTS.get(size.value) if size.constant and isinstance(size.value, int) else None
    if part is not None:
        return call_.give(call("date_trunc", sql.string(part), exact(value)), nullable=value.nullable)
    start = times.micros_of(times.literal(0))
    return call_.give(call("make_timestamp", _whole(call_, times.micros_of(exact(value)), start, _micros(call_))))


def _micros(call_: Call) -> Term:
    """The size in microseconds."""
    size = call_[1]
    if size.constant and isinstance(size.value, int):
        if size.value % 10:
            raise call_.refused("found bins of a part of a microsecond, which is not run")
        return call_.values.constant(Type.LONG, size.value // 10)
    return Term(sql.binary(exp.IntDiv, size.node, sql.number(10)), Type.LONG)


def _whole(call_: Call, value: Node, start: Node | None, size: Term) -> Node:
    """Of whole numbers."""
    if size.constant and isinstance(size.value, int):
        if size.value <= 0:
            return sql.null()
        width, test = sql.number(size.value), None
    else:
        again = call_.once(exact(size))
        width, test = again(), sql.compare(exp.GT, again(), sql.number(0))
    value_again = call_.once(value)
    from_start = value_again() if start is None else exp.Sub(this=value_again(), expression=start)
    rest = call_.engine.integer("%", from_start, cast(width, BIGINT) if test else width)
    node = sql.binary(exp.Sub, value_again(), rest)
    return node if test is None else sql.case([(test, node)])


def _real(call_: Call, value: Term, start: Term | None, size: Term) -> Node:
    """Of reals."""
    if size.type is Type.DECIMAL or value.type is not Type.REAL:
        raise call_.refused(f"found bins of a {size.type} of a {value.type}, which is not run")
    width = call_.once(exact(call_.engine.convert(size, Type.REAL)))
    first = None if start is None else call_.once(exact(start))
    from_start = exact(value) if first is None else sql.binary(exp.Sub, exact(value), first())
    node = sql.binary(exp.Mul, call("floor", sql.binary(exp.Div, from_start, width())), width())
    if first is not None:
        node = sql.binary(exp.Add, node, first())
    return sql.case([(sql.compare(exp.GT, width(), sql.number(0)), node)])
