"""Functions of numbers."""

import math
from collections.abc import Callable

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.duckdb.bins import bin_at, binned
from rulefold.kql.lower.duckdb.failing import guarded
from rulefold.kql.lower.duckdb.types import BIGINT, BIT, DOUBLE, VARCHAR, cast
from rulefold.kql.lower.engine import Builder
from rulefold.kql.lower.functions import as_type
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Term, exact, long, string, text
from rulefold.kql.types import INTEGERS, Type


def real_of(call_: Call, number: int) -> Node:
    """An argument as a real."""
    return exact(call_.engine.convert(call_[number], Type.REAL))


def _real(node: Node) -> Term:
    return Term(node, Type.REAL)


def _of_real(made: Callable[[Node], Node]) -> Builder:
    """A function of one real."""
    return lambda call_: _real(made(real_of(call_, 0)))


def _named(function: str) -> Builder:
    """A function that DuckDB has under a name."""
    return _of_real(lambda node: call(function, node))


def _within(function: str, low: float | None, high: float | None) -> Builder:
    """A function of a real that is null outside of its range."""

    def build(call_: Call) -> Term:
        again = call_.once(real_of(call_, 0))
        bounds = [(exp.LT, low), (exp.GT, high)]
        outside = [sql.binary(kind, again(), sql.number(bound)) for kind, bound in bounds if bound is not None]
        test = sql.all_of([sql.any_of(outside), sql.negated(call("isnan", again()))])
        return _real(sql.case([(test, sql.null())], call(function, again())))

    return build


def _power_of(base: float) -> Builder:
    return _of_real(lambda node: call("pow", cast(sql.number(base), DOUBLE), node))


def _power(call_: Call) -> Term:
    return _real(call("pow", real_of(call_, 0), real_of(call_, 1)))


def _angle(call_: Call) -> Term:
    return _real(call("atan2", real_of(call_, 0), real_of(call_, 1)))


def _pi(call_: Call) -> Term:
    return Term(call_.engine.literal(Type.REAL, math.pi), Type.REAL, nullable=False)


def _sign(call_: Call) -> Term:
    return _real(cast(call("sign", exact(call_[0])), DOUBLE))


def _absolute(call_: Call) -> Term:
    """The least whole number has no opposite, and what Kusto makes of it is not known."""
    if call_[0].type not in (Type.LONG, Type.TIMESPAN):
        return call_.give(call("abs", call_.node(0)), nullable=call_[0].nullable)
    again = call_.once(call_.node(0))
    least = sql.binary(exp.EQ, again(), sql.number(-(2**63)))
    why = f"found the abs of the least {call_[0].type}, which is not run"
    return call_.give(guarded(least, why, call("abs", again())), nullable=call_[0].nullable)


def _ceiling(call_: Call) -> Term:
    if call_[0].type in INTEGERS:
        return call_[0]
    return call_.give(call("ceil", call_.node(0)), nullable=call_[0].nullable)


_MOST_DIGITS = 15


def _round(call_: Call) -> Term:
    """Halves go away from zero, after the number has been multiplied by a power of ten."""
    term, digits = call_[0], call_.constant(1, 0)
    if not isinstance(digits, int) or abs(digits) > _MOST_DIGITS:
        raise call_.refused(f"found {digits} as the precision of round, expected one from -15 to 15")
    if term.type in INTEGERS and digits >= 0:
        return term
    if term.type is not Type.REAL:
        raise call_.refused(f"found round of a {term.type} to {digits} digits, which is not run")
    if digits == 0:
        return call_.give(call("round", term.node), nullable=term.nullable)
    scale = call_.engine.literal(Type.REAL, float(10 ** abs(digits)))
    up, down = (exp.Mul, exp.Div) if digits > 0 else (exp.Div, exp.Mul)
    return call_.give(sql.binary(down, call("round", sql.binary(up, term.node, scale)), scale.copy()))


def _random(call_: Call) -> Term:
    """A number from 0 to 1, or a whole one below another."""
    node: Node = call("random")
    if len(call_):
        bound = call_.constant(0)
        if not isinstance(bound, int) or bound < 2:
            raise call_.refused(f"found {bound} as the bound of rand, expected one above 1")
        node = call("floor", sql.binary(exp.Mul, node, sql.number(bound)))
    return Term(node, Type.REAL, nullable=False)


def _extreme(function: str) -> Builder:
    """The greatest or the least of what is not null; NaN where a real is."""

    def build(call_: Call) -> Term:
        if call_.type in (Type.DYNAMIC, Type.UNKNOWN, Type.BOOL, Type.GUID):
            raise call_.refused(f"found {call_.apply.function} of a {call_.type}, which is not run")
        terms = [as_type(call_, number) for number in range(len(call_))]
        if call_.type is not Type.REAL:
            nodes = [text(term) if term.type is Type.STRING else exact(term) for term in terms]
            return call_.give(call(function, *nodes), nullable=all(term.nullable for term in terms))
        makers = [call_.once(exact(term)) for term in terms]
        no_number = sql.any_of(call("isnan", again()) for again in makers)
        nan = call_.engine.literal(Type.REAL, math.nan)
        return call_.give(sql.case([(no_number, nan)], call(function, *(again() for again in makers))))

    return build


def _test(function: str) -> Builder:
    return lambda call_: Term(call(function, real_of(call_, 0)), Type.BOOL, nullable=call_[0].nullable)


# ------------------------------------------------------------------------------------------------------------ bits


def _bits(kind: type[exp.Binary]) -> Builder:
    return lambda call_: long(sql.binary(kind, call_.node(0), call_.node(1)))


def _exclusive(call_: Call) -> Term:
    return long(call("xor", *(cast(call_.node(number), BIGINT) for number in (0, 1))))


def _complement(call_: Call) -> Term:
    return long(exp.BitwiseNot(this=sql.tight(cast(call_.node(0), BIGINT))))


def _shifted(kind: type[exp.Binary]) -> Builder:
    """By so many bits, of 64; null where they are less than none."""

    def build(call_: Call) -> Term:
        again = call_.once(call_.node(1))
        count = cast(sql.binary(exp.Mod, again(), sql.number(64)), exp.DataType(this=exp.DType.INT))
        value: Node = cast(call_.node(0), BIGINT)
        if kind is exp.BitwiseLeftShift:
            moved: Node = cast(exp.Paren(this=kind(this=cast(value, BIT), expression=count)), BIGINT)
        else:
            moved = kind(this=value, expression=count)
        return long(sql.case([(sql.binary(exp.GTE, again(), sql.number(0)), moved)]))

    return build


def _ones(call_: Call) -> Term:
    return long(cast(call("bit_count", cast(call_.node(0), BIGINT)), BIGINT))


def _hexadecimal(call_: Call) -> Term:
    """Digits of 64 bits, filled up with zeros to a length."""
    digits = call("lower", call("to_hex", cast(call_.node(0), BIGINT)))
    if len(call_) < 2:
        return string(digits, nullable=call_[0].nullable)
    again, size = call_.once(digits), cast(call_.node(1), exp.DataType(this=exp.DType.INT))
    wanted = call("greatest", cast(call("length", again()), exp.DataType(this=exp.DType.INT)), size)
    return string(call("lpad", again(), wanted, sql.string("0")), nullable=True)


# ----------------------------------------------------------------------------------------------------------- bytes

_UNITS = ("Bytes", "KB", "MB", "GB", "TB", "PB", "EB")


def _format_bytes(call_: Call) -> Term:
    """A size in the largest unit of which there is one, or in a given one."""
    digits, unit = call_.constant(1, 0), call_.constant(2, None)
    if not isinstance(digits, int) or not 0 <= digits <= _MOST_DIGITS or unit not in (None, "", *_UNITS):
        raise call_.refused("found format_bytes with a precision or a unit that is not run")
    size = call_.once(real_of(call_, 0))
    if unit:
        return string(_in_unit(call_, size(), _UNITS.index(str(unit)), digits))
    branches = [
        (
            sql.binary(exp.LT, size(), call_.engine.literal(Type.REAL, float(1024 ** (power + 1)))),
            _in_unit(call_, size(), power, digits),
        )
        for power in range(len(_UNITS) - 1)
    ]
    wrong = sql.binary(exp.LT, size(), sql.number(0))
    node = sql.case(branches, _in_unit(call_, size(), len(_UNITS) - 1, digits))
    return string(guarded(wrong, "how format_bytes writes a size below 0 is not known", node))


def _in_unit(call_: Call, size: Node, power: int, digits: int) -> Node:
    """Whether zeros are written at the end of a fraction is not known, so that the run ends there."""
    whole = size if not power else sql.binary(exp.Div, size, call_.engine.literal(Type.REAL, float(1024**power)))
    written = call("printf", sql.string(f"%.{digits}f"), call("round", whole, sql.number(digits)))
    node = call("concat", written, sql.string(f" {_UNITS[power]}"))
    if not digits or not power:
        return node if power else call("concat", cast(cast(size, BIGINT), VARCHAR), sql.string(" Bytes"))
    wrong = call("ends_with", written.copy(), sql.string("0"))
    return guarded(wrong, "how format_bytes writes a fraction that ends with 0 is not known", node)


ROWS: dict[str, Builder] = {
    "abs": _absolute,
    "acos": _within("acos", -1, 1),
    "asin": _within("asin", -1, 1),
    "atan": _named("atan"),
    "atan2": _angle,
    "bin": binned,
    "bin_at": bin_at,
    "binary_and": _bits(exp.BitwiseAnd),
    "binary_not": _complement,
    "binary_or": _bits(exp.BitwiseOr),
    "binary_shift_left": _shifted(exp.BitwiseLeftShift),
    "binary_shift_right": _shifted(exp.BitwiseRightShift),
    "binary_xor": _exclusive,
    "bitset_count_ones": _ones,
    "ceiling": _ceiling,
    "cos": _named("cos"),
    "cot": _named("cot"),
    "degrees": _named("degrees"),
    "exp": _named("exp"),
    "exp10": _power_of(10),
    "exp2": _power_of(2),
    "floor": binned,
    "format_bytes": _format_bytes,
    "gamma": _named("gamma"),
    "isfinite": _test("isfinite"),
    "isinf": _test("isinf"),
    "isnan": _test("isnan"),
    "log": _within("ln", 0, None),
    "log10": _within("log10", 0, None),
    "log2": _within("log2", 0, None),
    "loggamma": _named("lgamma"),
    "max_of": _extreme("greatest"),
    "min_of": _extreme("least"),
    "pi": _pi,
    "pow": _power,
    "radians": _named("radians"),
    "rand": _random,
    "round": _round,
    "sign": _sign,
    "sin": _named("sin"),
    "sqrt": _named("sqrt"),
    "tan": _named("tan"),
    "tohex": _hexadecimal,
}
