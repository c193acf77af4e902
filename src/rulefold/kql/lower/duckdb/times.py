"""Datetimes and timespans."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlglot import exp

from rulefold.kql.literals import MAX_TICKS, SCALES, TICKS_A_DAY, TICKS_A_SECOND
from rulefold.kql.lower import sql
from rulefold.kql.lower.duckdb.types import BIGINT, DOUBLE, TIMESTAMP, TIMESTAMPTZ, VARCHAR, cast, try_cast
from rulefold.kql.lower.engine import Engine
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Term

_FIRST = datetime(1, 1, 1)
UNIX = 62_135_596_800_000_000  # microseconds from the year 1 to 1970
_HOUR, _MINUTE = 3600 * TICKS_A_SECOND, 60 * TICKS_A_SECOND


def literal(ticks: int) -> Node:
    """A constant datetime; what is below a microsecond is cut off."""
    moment = _FIRST + timedelta(microseconds=ticks // 10)
    return cast(sql.string(moment.isoformat(sep=" ")), TIMESTAMP)


def shifted(engine: Engine, time: Node, span: Term, sign: int) -> Node:
    """A datetime and a timespan after or before it; null outside of the years 1 to 9999."""
    if span.constant and isinstance(span.value, int):
        return _shifted_by(engine, time, span.value * sign)
    micros = sql.binary(exp.IntDiv, span.node, sql.number(10))
    moved = sql.binary(exp.Add if sign > 0 else exp.Sub, micros_of(time), micros)
    return moment(engine, moved)


def _shifted_by(engine: Engine, time: Node, ticks: int) -> Node:
    """A datetime some time after or before; null outside of the years 1 to 9999."""
    again = engine.once(time)
    if ticks >= 0:
        in_range = sql.binary(exp.LTE, again(), literal(MAX_TICKS - ticks))
    else:
        in_range = sql.binary(exp.GTE, again(), literal(-ticks))
    return sql.case([(in_range, _moved(again(), ticks))])


def _moved(time: Node, ticks: int) -> Node:
    interval = call("to_microseconds", sql.number(abs(ticks) // 10 if ticks > 0 else -(ticks // 10)))
    for size, function in ((TICKS_A_DAY, "to_days"), (_HOUR, "to_hours"), (_MINUTE, "to_minutes")):
        if ticks % size == 0 and abs(ticks) // size < 2**31:
            interval = call(function, sql.number(abs(ticks) // size))
            break
    return sql.binary(exp.Add if ticks > 0 else exp.Sub, time, interval)


def micros_of(time: Node) -> Node:
    """Microseconds since 1970."""
    return call("epoch_us", time)


def moment(engine: Engine, micros: Node) -> Node:
    """A datetime by its microseconds since 1970; null outside of the years 1 to 9999."""
    again = engine.once(micros)
    in_range = exp.Between(this=again(), low=sql.number(-UNIX), high=sql.number(MAX_TICKS // 10 - UNIX))
    return sql.case([(in_range, call("make_timestamp", again()))])


def between(later: Node, earlier: Node) -> Node:
    """The ticks from one datetime to another."""
    difference = sql.binary(exp.Sub, micros_of(later), micros_of(earlier))
    return sql.binary(exp.Mul, difference, sql.number(10))


def now() -> Node:
    """The time at which the query runs, in UTC."""
    return call("timezone", sql.string("UTC"), call("now"))


def datetime_text(time: Node) -> Node:
    """`2024-01-31T12:34:56.1234560Z`."""
    return call("strftime", time, sql.string("%Y-%m-%dT%H:%M:%S.%f0Z"))


def timespan_text(once: Callable[[Node], Callable[[], Node]], ticks: Node) -> Node:
    """`[-][d.]hh:mm:ss[.fffffff]`."""
    again = once(ticks)
    size = once(call("abs", again()))
    days = cast(sql.binary(exp.IntDiv, size(), sql.number(TICKS_A_DAY)), VARCHAR)
    fraction = sql.binary(exp.Mod, size(), sql.number(TICKS_A_SECOND))
    parts = [
        _where(sql.binary(exp.LT, again(), sql.number(0)), sql.string("-")),
        _where(sql.binary(exp.GTE, size(), sql.number(TICKS_A_DAY)), call("concat", days, sql.string("."))),
        _two(size(), _HOUR, 24),
        sql.string(":"),
        _two(size(), _MINUTE, 60),
        sql.string(":"),
        _two(size(), TICKS_A_SECOND, 60),
        _where(sql.binary(exp.GT, fraction, sql.number(0)), call("printf", sql.string(".%07d"), fraction.copy())),
    ]
    return sql.case([(sql.is_not_null(again()), call("concat", *parts))])


def _where(test: Node, text: Node) -> Node:
    """A text where a test is true, and else an empty one."""
    return sql.case([(test, text)], sql.string(""))


def _two(ticks: Node, unit: int, limit: int) -> Node:
    count = sql.binary(exp.Mod, sql.binary(exp.IntDiv, ticks, sql.number(unit)), sql.number(limit))
    return call("printf", sql.string("%02d"), count)


# Month first, as in mail (RFC 822 and RFC 850), as C writes it, and parts of a date.
_FORMS = (
    "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M:%S.%f", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M",
    "%m/%d/%Y", "%m-%d-%Y %H:%M:%S", "%m-%d-%Y %H:%M", "%m-%d-%Y",
    "%a, %d %b %y %H:%M:%S", "%a, %d %b %Y %H:%M:%S", "%a, %d %b %y %H:%M", "%a, %d %b %Y %H:%M",
    "%d %b %y %H:%M:%S", "%d %b %Y %H:%M:%S", "%d %b %y %H:%M", "%d %b %Y %H:%M", "%d %b %Y",
    "%A, %d-%b-%y %H:%M:%S", "%a %b %d %H:%M:%S %Y", "%Y-%m", "%Y",
)  # fmt: skip
_CLOCK_OF_DAY = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?"
_ISO = rf"\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}(?:[T ]+{_CLOCK_OF_DAY})?\s*(?:[+-]\d{{2}}:?\d{{2}})?"
_OFFSET = r":\d\d(?:\.\d+)?\s*[+-]\d\d:?\d\d$"
_ZONE = r"(?i)(?:\s+(?:GMT|UTC)|\s*Z)$"


def parsed(engine: Engine, text: Node) -> Node:
    """A datetime out of a text: ISO 8601 with or without an offset, month first, or as in mail."""
    bare = call("regexp_replace", call("trim", text), sql.string(_ZONE), sql.string(""))
    written = engine.once(bare)
    is_iso = call("regexp_full_match", written(), sql.string(_ISO))
    has_offset = call("regexp_matches", written(), sql.string(_OFFSET))
    aware = call("timezone", sql.string("UTC"), try_cast(written(), TIMESTAMPTZ))
    iso = sql.case([(has_offset, aware)], try_cast(written(), TIMESTAMP))
    forms = exp.Array(expressions=[sql.string(form) for form in _FORMS])
    has_digits = call("regexp_matches", written(), sql.string(r"\d"))  # there are words that stand for times
    found = engine.once(sql.case([(is_iso, iso), (has_digits, call("try_strptime", written(), forms))]))
    return sql.case([(sql.binary(exp.GTE, found(), literal(0)), found())])


# Days may be left out, and so may seconds.
_CLOCK = r"\s*([+-]?)(?:(\d{1,8})\.)?([01]?\d|2[0-3]):([0-5]?\d)(?::([0-5]?\d)(?:\.(\d{1,7}))?)?\s*"
_MEASURE = r"\s*([+-]?(?:\d+\.?\d*|\.\d+))\s*([A-Za-z]+)\s*"


def timespan_of(engine: Engine, text: Node) -> Node:
    """A timespan out of a text: a clock, a number with a unit, or a number of days."""
    written = engine.once(text)
    return sql.case(
        [
            (call("regexp_full_match", written(), sql.string(_CLOCK)), _of_clock(engine, written())),
            (call("regexp_full_match", written(), sql.string(_MEASURE)), _of_measure(written)),
            (
                call("regexp_full_match", written(), sql.string(r"\s*[+-]?\d{1,7}\s*")),
                sql.binary(exp.Mul, try_cast(call("trim", written()), BIGINT), sql.number(TICKS_A_DAY)),
            ),
        ]
    )


def _of_clock(engine: Engine, text: Node) -> Node:
    """`[-][d.]hh:mm[:ss[.fffffff]]` in ticks."""
    names = exp.Array(expressions=[sql.string(name) for name in ("sign", "d", "h", "m", "s", "f")])
    clock = engine.once(call("regexp_extract", text, sql.string(_CLOCK), names))

    def part(name: str) -> Node:
        return call("struct_extract", clock(), sql.string(name))

    total: Node = sql.coalesce(try_cast(call("rpad", part("f"), sql.number(7), sql.string("0")), BIGINT), sql.number(0))
    for name, unit in (("s", TICKS_A_SECOND), ("m", _MINUTE), ("h", _HOUR), ("d", TICKS_A_DAY)):
        count = sql.coalesce(try_cast(part(name), BIGINT), sql.number(0))
        total = exp.Add(this=sql.binary(exp.Mul, count, sql.number(unit)), expression=total)
    negative = sql.binary(exp.EQ, part("sign"), sql.string("-"))
    return sql.binary(exp.Mul, sql.case([(negative, sql.number(-1))], sql.number(1)), total)


def _of_measure(written: Callable[[], Node]) -> Node:
    """`1.5h` in ticks; NULL for a unit that is none."""
    count = try_cast(call("regexp_extract", written(), sql.string(_MEASURE), sql.number(1)), DOUBLE)
    unit = call("lower", call("regexp_extract", written(), sql.string(_MEASURE), sql.number(2)))
    sizes = [exp.If(this=sql.string(name), true=_scale(float(size))) for name, size in SCALES.items()]
    ticks = sql.binary(exp.Mul, count, exp.Case(this=unit, ifs=sizes))
    return try_cast(call("round", ticks), BIGINT)


def _scale(size: float) -> Node:
    return exp.Literal(this=f"{size!r}e0", is_string=False)
