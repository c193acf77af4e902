"""Values of one type as those of another."""

from collections.abc import Callable

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.duckdb import dynamics, times
from rulefold.kql.lower.duckdb.types import (
    BIGINT,
    DECIMAL,
    DOUBLE,
    HUGEINT,
    INTEGER,
    JSON,
    UUID,
    VARCHAR,
    cast,
    try_cast,
)
from rulefold.kql.lower.engine import Engine
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Term, exact, text
from rulefold.kql.types import DYNAMICS, INTEGERS, Type


def convert(engine: Engine, term: Term, type_: Type) -> Term:
    """A value as one of another type; null where it is none."""
    if term.type is type_ or {term.type, type_} <= DYNAMICS:
        return term
    if type_ is Type.LONG and term.type is Type.INT:
        return Term(term.node, type_, nullable=term.nullable, constant=term.constant, value=term.value)
    return _CONVERSIONS[type_](engine, term)


def to_string(engine: Engine, term: Term) -> Term:
    """`tostring`: NULL stands for an empty text."""
    node = exact(term)
    match term.type:
        case Type.DYNAMIC | Type.UNKNOWN:
            node = dynamics.text_of(node)
        case Type.BOOL:
            again = engine.once(node)
            node = sql.case([(again(), sql.string("True")), (sql.negated(again()), sql.string("False"))])
        case Type.REAL:
            node = real_text(node)
        case Type.DATETIME:
            node = times.datetime_text(node)
        case Type.DECIMAL:
            node = call("rtrim", call("rtrim", cast(node, VARCHAR), sql.string("0")), sql.string("."))
        case Type.TIMESPAN:
            node = times.timespan_text(engine.once, node)
        case _:
            node = cast(node, VARCHAR)
    constant = term.constant and term.type in (Type.LONG, Type.INT, Type.GUID) and term.value is not None
    nullable = term.nullable or term.type in DYNAMICS
    return Term(node, Type.STRING, nullable=nullable, constant=constant, value=str(term.value) if constant else None)


def real_text(node: Node) -> Node:
    """A real in the shortest form that is read back as the same: `1.0`, `0.1`, `1E+20`, `NaN`, which has no sign."""
    written = cast(node, VARCHAR)
    for old, new in (("-nan", "NaN"), ("nan", "NaN"), ("e", "E")):
        written = call("replace", written, sql.string(old), sql.string(new))
    return written


def _kind(node: Node) -> Node:
    return call("json_type", node)


def _is_one_of(node: Node, *words: str) -> Node:
    return exp.In(this=node, expressions=[sql.string(word) for word in words])


def _by_kind(engine: Engine, node: Node, of_text: Callable[[Node], Node], of_number: Callable[[Node], Node]) -> Node:
    """A dynamic by what it is: a text, a number or a bool; null for all else."""
    again = engine.once(node)
    return sql.case(
        [
            (_is_one_of(_kind(again()), "VARCHAR"), of_text(dynamics.text_of(again()))),
            (_is_one_of(_kind(again()), "BIGINT", "UBIGINT", "DOUBLE", "BOOLEAN"), of_number(again())),
        ]
    )


def _to_bool(engine: Engine, term: Term) -> Term:
    node = exact(term)
    match term.type:
        case Type.STRING:
            node = _bool_of_text(engine, node)
        case Type.DYNAMIC | Type.UNKNOWN:
            node = _by_kind(engine, node, lambda one: _bool_of_text(engine, one), _bool_of_number)
        case _:
            node = sql.binary(exp.NEQ, node, sql.number(0))
    return Term(node, Type.BOOL, nullable=term.nullable or term.type is Type.STRING)


def _bool_of_number(node: Node) -> Node:
    return sql.binary(exp.NEQ, try_cast(node, DOUBLE), sql.number(0))


def _bool_of_text(engine: Engine, node: Node) -> Node:
    """`true` and `false`, case aside, and whole numbers, hexadecimal ones too."""
    word = engine.once(call("lower", call("trim", node)))
    words = [(_is_one_of(word(), "true"), sql.true()), (_is_one_of(word(), "false"), sql.false())]
    return sql.case(words, sql.binary(exp.NEQ, _whole_of_text(engine, word()), sql.number(0)))


def _to_long(engine: Engine, term: Term) -> Term:
    return Term(_whole(engine, term), Type.LONG, nullable=term.nullable or term.type not in (*INTEGERS, Type.BOOL))


def _to_int(engine: Engine, term: Term) -> Term:
    if term.type in INTEGERS and isinstance(term.value, int) and -(2**31) <= term.value < 2**31:
        return Term(term.node, Type.INT, nullable=False, constant=True, value=term.value)
    if term.type in (Type.REAL, Type.DECIMAL):
        return Term(_saturated(engine, exact(term), 2**31), Type.INT)
    if term.type in DYNAMICS:
        node = _by_kind(
            engine, exact(term), lambda one: _short(_whole_of_text(engine, one)), lambda one: _int_of_json(engine, one)
        )
        return Term(node, Type.INT)
    return Term(_short(_whole(engine, term)), Type.INT)


def _short(node: Node) -> Node:
    """NULL for what has more than 32 bits."""
    return cast(try_cast(node, INTEGER), BIGINT)


def _int_of_json(engine: Engine, node: Node) -> Node:
    """Of a whole number the lower 32 bits; a fraction is cut off."""
    whole = sql.binary(exp.Add, try_cast(node, HUGEINT), cast(sql.number(2**31), HUGEINT))
    width = sql.number(2**32)
    rest = sql.binary(exp.Mod, sql.binary(exp.Add, sql.binary(exp.Mod, whole, width), width.copy()), width.copy())
    lower = cast(sql.binary(exp.Sub, rest, sql.number(2**31)), BIGINT)
    real = _saturated(engine, try_cast(node.copy(), DOUBLE), 2**31)
    return sql.case([(_is_one_of(_kind(node.copy()), "DOUBLE"), real)], lower)


def _saturated(engine: Engine, node: Node, limit: int) -> Node:
    """The whole part of a real; of what is too large the largest; null for what is no number."""
    again = engine.once(node)
    return sql.case(
        [
            (sql.negated(call("isfinite", again())), sql.null()),
            (sql.binary(exp.GTE, again(), _float(limit)), cast(sql.number(limit - 1), BIGINT)),
            (sql.binary(exp.LTE, again(), exp.Neg(this=_float(limit))), cast(sql.number(-limit), BIGINT)),
        ],
        try_cast(call("trunc", again()), BIGINT),
    )


def _float(value: int) -> Node:
    return exp.Literal(
        this=f"{float(value)!r}e0" if "e" not in repr(float(value)) else repr(float(value)), is_string=False
    )


def _whole(engine: Engine, term: Term) -> Node:
    node = exact(term)
    match term.type:
        case Type.INT | Type.LONG | Type.TIMESPAN:
            return node
        case Type.BOOL:
            return cast(node, BIGINT)
        case Type.REAL | Type.DECIMAL:
            return _saturated(engine, node, 2**63)
        case Type.DATETIME:
            return engine.between_times(node, engine.literal(Type.DATETIME, 0))
        case Type.DYNAMIC | Type.UNKNOWN:
            return _by_kind(
                engine, node, lambda one: _whole_of_text(engine, one), lambda one: _long_of_json(engine, one)
            )
        case _:
            return _whole_of_text(engine, node)


def _long_of_json(engine: Engine, node: Node) -> Node:
    real = _saturated(engine, try_cast(node.copy(), DOUBLE), 2**63)
    return sql.case([(_is_one_of(_kind(node.copy()), "DOUBLE", "UBIGINT"), real)], try_cast(node, BIGINT))


def _whole_of_text(engine: Engine, node: Node) -> Node:
    """Digits, or `0x` and hexadecimal ones."""
    written = engine.once(node)
    plain = call("regexp_full_match", written(), sql.string(r"\s*[+-]?\d+\s*"))
    hexadecimal = call("regexp_full_match", written(), sql.string(r"\s*0[xX][0-9a-fA-F]{1,16}\s*"))
    return sql.case(
        [
            (plain, try_cast(written(), BIGINT)),
            (hexadecimal, try_cast(call("lower", call("trim", written())), BIGINT)),
        ]
    )


_NUMBER = r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*"
_NO_NUMBER = r"\s*(?:[nN]a[nN]|nan|[+-]?(?:Inf|inf|[iI]nfinity))\s*"


def _to_real(engine: Engine, term: Term) -> Term:
    node = exact(term)
    if term.constant and isinstance(term.value, int) and term.type in INTEGERS:
        value = float(term.value)
        return Term(engine.literal(Type.REAL, value), Type.REAL, nullable=False, constant=True, value=value)
    match term.type:
        case Type.STRING:
            node = _real_of_text(engine, node)
        case Type.DYNAMIC | Type.UNKNOWN:
            node = _by_kind(engine, node, lambda one: _real_of_text(engine, one), lambda one: try_cast(one, DOUBLE))
        case Type.DATETIME:
            node = cast(_whole(engine, term), DOUBLE)
        case _:
            node = cast(node, DOUBLE)
    return Term(node, Type.REAL, nullable=term.nullable or term.type is Type.STRING)


def _real_of_text(engine: Engine, node: Node) -> Node:
    """Digits with a point or an exponent, NaN and infinity; what is too large is infinite."""
    written = engine.once(node)
    parsed = try_cast(call("trim", written()), DOUBLE)
    negative = call("starts_with", call("trim", written()), sql.string("-"))
    infinite = sql.case([(negative, cast(sql.string("-inf"), DOUBLE))], cast(sql.string("inf"), DOUBLE))
    return sql.case(
        [
            (call("regexp_full_match", written(), sql.string(_NUMBER)), sql.coalesce(parsed, infinite)),
            (call("regexp_full_match", written(), sql.string(_NO_NUMBER)), parsed.copy()),
        ]
    )


def _to_datetime(engine: Engine, term: Term) -> Term:
    node = exact(term)
    match term.type:
        case Type.STRING:
            node = times.parsed(engine, node)
        case Type.DYNAMIC | Type.UNKNOWN:
            node = times.parsed(engine, dynamics.text_of(node))
        case Type.LONG | Type.INT | Type.TIMESPAN:
            zero = engine.literal(Type.DATETIME, 0)
            node = engine.shifted(zero, Term(node, Type.TIMESPAN), 1)
        case Type.REAL:
            ticks = try_cast(call("trunc", node), BIGINT)
            node = engine.shifted(engine.literal(Type.DATETIME, 0), Term(ticks, Type.TIMESPAN), 1)
        case _:
            node = engine.null(Type.DATETIME)
    return Term(node, Type.DATETIME)


def _to_timespan(engine: Engine, term: Term) -> Term:
    node = exact(term)
    match term.type:
        case Type.STRING:
            node = times.timespan_of(engine, node)
        case Type.DYNAMIC | Type.UNKNOWN:
            node = times.timespan_of(engine, dynamics.text_of(node))
        case Type.LONG | Type.INT:
            pass
        case Type.REAL:
            node = try_cast(call("trunc", sql.binary(exp.Mul, node, sql.number(864000000000))), BIGINT)
        case _:
            node = engine.null(Type.TIMESPAN)
    return Term(node, Type.TIMESPAN)


def _to_guid(_engine: Engine, term: Term) -> Term:
    node = exact(term)
    if term.type in DYNAMICS:
        node = dynamics.text_of(node)
    return Term(try_cast(node, UUID), Type.GUID)


def _to_decimal(_engine: Engine, term: Term) -> Term:
    node = dynamics.text_of(exact(term)) if term.type in DYNAMICS else exact(term)
    return Term(try_cast(node, DECIMAL), Type.DECIMAL)


def _to_dynamic(engine: Engine, term: Term) -> Term:
    return Term(to_dynamic(engine, term), Type.DYNAMIC)


_CONVERSIONS = {
    Type.STRING: to_string,
    Type.BOOL: _to_bool,
    Type.INT: _to_int,
    Type.LONG: _to_long,
    Type.REAL: _to_real,
    Type.DATETIME: _to_datetime,
    Type.TIMESPAN: _to_timespan,
    Type.GUID: _to_guid,
    Type.DECIMAL: _to_decimal,
    Type.DYNAMIC: _to_dynamic,
    Type.UNKNOWN: _to_dynamic,
}


def to_dynamic(engine: Engine, term: Term) -> Node:
    """A value as JSON; what JSON has no type for is text."""
    match term.type:
        case Type.DYNAMIC | Type.UNKNOWN:
            return term.node
        case Type.STRING:
            return call("to_json", text(term))
        case Type.DATETIME | Type.TIMESPAN | Type.GUID:
            return call("to_json", to_string(engine, term).node)
        case Type.DECIMAL:
            return call("to_json", cast(term.node, DOUBLE))
        case Type.REAL:
            return cast(call("to_json", exact(term)), JSON)
        case _:
            return call("to_json", exact(term))
