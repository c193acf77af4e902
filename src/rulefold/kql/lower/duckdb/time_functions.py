"""Functions of times."""

from collections.abc import Callable

from sqlglot import exp

from rulefold.kql.literals import MAX_TICKS, TICKS_A_DAY, TICKS_A_SECOND
from rulefold.kql.lower import sql
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.duckdb import times
from rulefold.kql.lower.duckdb.numbers import tried
from rulefold.kql.lower.duckdb.time_formats import ROWS as FORMATS
from rulefold.kql.lower.duckdb.types import BIGINT, cast, try_cast
from rulefold.kql.lower.engine import Builder
from rulefold.kql.lower.operators import compared
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Term
from rulefold.kql.types import INTEGERS, Type

_MINUTE, _HOUR = 60 * TICKS_A_SECOND, 3600 * TICKS_A_SECOND
_MONTHS = {"year": 12, "quarter": 3, "month": 1}
_TICKS: dict[str, int] = {
    "week": 7 * TICKS_A_DAY,
    "day": TICKS_A_DAY,
    "hour": _HOUR,
    "minute": _MINUTE,
    "second": TICKS_A_SECOND,
    "millisecond": 10_000,
    "microsecond": 10,
}


def _part(call_: Call) -> str:
    """The part of a time that is named first; case does not count."""
    return str(call_.constant(0)).lower()


def bounded(call_: Call, moment: Node) -> Node:
    """A datetime; null where it cannot be worked out, or is outside of the years 1 to 9999."""
    again = call_.once(tried(moment))
    inside = exp.Between(this=again(), low=times.literal(0), high=times.literal(MAX_TICKS))
    return sql.case([(inside, again())])


# ------------------------------------------------------------------------------------------------- starts and ends


def _first(call_: Call, unit: str) -> Node:
    """The start of the day, week, month or year that a time is in; a week starts on a Sunday."""
    if unit != "week":
        return call("date_trunc", sql.string(unit), call_.node(0))
    again = call_.once(call_.node(0))
    day = call("date_trunc", sql.string("day"), again())
    return sql.binary(exp.Sub, day, call("to_days", call("dayofweek", again())))


_INTERVALS = {"day": ("to_days", 1), "week": ("to_days", 7), "month": ("to_months", 1), "year": ("to_months", 12)}


def _interval(unit: str, count: Node) -> Node:
    name, factor = _INTERVALS[unit]
    return call(name, count if factor == 1 else sql.binary(exp.Mul, count, sql.number(factor)))


def _start(unit: str) -> Builder:
    def build(call_: Call) -> Term:
        first = _first(call_, unit)
        if len(call_) < 2:
            return call_.give(first if unit != "week" else bounded(call_, first), nullable=call_[0].nullable)
        return call_.give(bounded(call_, sql.binary(exp.Add, first, _interval(unit, call_.node(1)))))

    return build


def _end(unit: str) -> Builder:
    """The last microsecond before the next one starts."""

    def build(call_: Call) -> Term:
        count: Node = sql.number(1)
        if len(call_) > 1:
            count = sql.binary(exp.Add, call_.node(1), sql.number(1))
        after = sql.binary(exp.Add, _first(call_, unit), _interval(unit, count))
        last = exp.Sub(this=after, expression=call("to_microseconds", sql.number(1)))
        if len(call_) < 2 and unit != "week":
            return call_.give(last, nullable=call_[0].nullable)
        return call_.give(bounded(call_, last))

    return build


# ---------------------------------------------------------------------------------------------------- moved, apart


def _datetime_add(call_: Call) -> Term:
    part = _part(call_)
    if part in _MONTHS:
        months = sql.binary(exp.Mul, call_.node(1), sql.number(_MONTHS[part]))
        return call_.give(bounded(call_, sql.binary(exp.Add, call_.node(2), call("to_months", months))))
    count = call_[1]
    if part == "nanosecond":
        ticks = sql.binary(exp.IntDiv, call_.node(1), sql.number(100))
        return call_.give(call_.engine.shifted(call_.node(2), Term(ticks, Type.TIMESPAN), 1))
    if count.constant and isinstance(count.value, int):
        moved = call_.values.constant(Type.TIMESPAN, count.value * _TICKS[part])
        if abs(count.value * _TICKS[part]) > MAX_TICKS:
            return call_.give(call_.engine.null(Type.DATETIME))
        return call_.give(call_.engine.shifted(call_.node(2), moved, 1))
    ticks = tried(sql.binary(exp.Mul, cast(call_.node(1), BIGINT), sql.number(_TICKS[part])))
    moment = sql.binary(exp.IntDiv, ticks, sql.number(10))
    shifted = sql.binary(exp.Add, call_.node(2), call("to_microseconds", moment))
    return call_.give(bounded(call_, shifted))


def _datetime_diff(call_: Call) -> Term:
    """How many bounds of a part lie between two times."""
    part = _part(call_)
    later, earlier = call_.node(1), call_.node(2)
    if part in _MONTHS:
        return call_.give(call("date_diff", sql.string(part), earlier, later))
    if part == "nanosecond":
        return call_.give(sql.binary(exp.Mul, call_.engine.between_times(later, earlier), sql.number(100)))
    numbers = [_number(one, part) for one in (later, earlier)]
    return call_.give(sql.binary(exp.Sub, *numbers))


def _number(moment: Node, part: str) -> Node:
    """The number of a day, an hour … since the year 1; the first day was a Monday, and weeks start on Sundays."""
    micros = sql.binary(exp.Add, times.micros_of(moment), sql.number(times.UNIX))
    if part == "week":
        micros = sql.binary(exp.Add, micros, sql.number(TICKS_A_DAY // 10))
    if part == "microsecond":
        return micros
    return sql.binary(exp.IntDiv, micros, sql.number(_TICKS[part] // 10))


# ----------------------------------------------------------------------------------------------------------- parts


def _of_date(function: str) -> Builder:
    return lambda call_: call_.give(call(function, call_.node(0)), nullable=call_[0].nullable)


def _day_of_week(call_: Call) -> Term:
    days = sql.binary(exp.Mul, call("dayofweek", call_.node(0)), sql.number(TICKS_A_DAY))
    return call_.give(days, nullable=call_[0].nullable)


_PARTS = {
    "year": "year", "quarter": "quarter", "month": "month", "week_of_year": "week", "day": "day",
    "dayofyear": "dayofyear", "hour": "hour", "minute": "minute", "second": "second",
}  # fmt: skip
_BELOW_A_SECOND = {"millisecond": (10_000, 1), "microsecond": (10, 1), "nanosecond": (1, 100)}


def _datetime_part(call_: Call) -> Term:
    part, moment = _part(call_), call_[1]
    if part in _PARTS:
        return call_.give(call(_PARTS[part], call_.node(1)), nullable=moment.nullable)
    size, factor = _BELOW_A_SECOND[part]
    if moment.constant and isinstance(moment.value, int):
        return call_.values.constant(call_.type, moment.value % TICKS_A_SECOND // size * factor)
    micros = sql.binary(exp.Mod, call("microsecond", call_.node(1)), sql.number(1_000_000))
    if part == "millisecond":
        micros = sql.binary(exp.IntDiv, micros, sql.number(1000))
    elif part == "nanosecond":
        micros = sql.binary(exp.Mul, micros, sql.number(1000))
    return call_.give(micros, nullable=moment.nullable)


# ----------------------------------------------------------------------------------------------------------- making


def _whole(call_: Call, number: int) -> Node:
    return cast(call_.engine.convert(call_[number], Type.LONG).node, BIGINT)


def _ticks_of_seconds(call_: Call, number: int) -> tuple[Node, Node]:
    """Seconds as ticks, and whether they are those of a minute."""
    term = call_[number]
    if term.type in INTEGERS:
        again = call_.once(sql.binary(exp.Mul, _whole(call_, number), sql.number(TICKS_A_SECOND)))
    else:
        real = call_.engine.convert(term, Type.REAL).node
        again = call_.once(try_cast(call("round", sql.binary(exp.Mul, real, sql.number(1e7))), BIGINT))
    return again(), _within(again(), 0, _MINUTE - 1)


def _within(node: Node, low: int, high: int) -> Node:
    return exp.Between(this=sql.tight(node), low=sql.number(low), high=sql.number(high))


def _make_datetime(call_: Call) -> Term:
    if len(call_) == 1:
        return call_.engine.convert(call_[0], Type.DATETIME)
    year, month, day = (_whole(call_, number) for number in range(3))
    hour, minute = (call_.once(_whole(call_, n) if n < len(call_) else sql.number(0)) for n in (3, 4))
    moment = call("make_timestamp", year, month, day, hour(), minute(), exp.Literal(this="0.0", is_string=False))
    tests = [_within(hour(), 0, 23), _within(minute(), 0, 59)]
    made: Node = tried(moment)
    if len(call_) > 5:
        ticks, valid = _ticks_of_seconds(call_, 5)
        tests.append(valid)
        micros = sql.binary(exp.IntDiv, ticks, sql.number(10))
        made = exp.Add(this=made, expression=call("to_microseconds", micros))
    return call_.give(sql.case([(sql.all_of(tests), bounded(call_, made))]))


def _make_timespan(call_: Call) -> Term:
    """Days, hours, minutes and seconds; or hours, minutes and, it may be, seconds; null where one is out of range."""
    if len(call_) == 1:
        return call_.engine.convert(call_[0], Type.TIMESPAN)
    first = 0 if len(call_) == 4 else 1
    limits = ((TICKS_A_DAY, 10_675_198), (_HOUR, 23), (_MINUTE, 59))
    total: Node = sql.number(0)
    tests: list[Node] = []
    for number, (unit, limit) in enumerate(limits[first:]):
        count = call_.once(_whole(call_, number))
        tests.append(_within(count(), 0, limit))
        total = exp.Add(this=total, expression=sql.binary(exp.Mul, count(), sql.number(unit)))
    if len(call_) > 2:
        ticks, valid = _ticks_of_seconds(call_, len(call_) - 1)
        tests.append(valid)
        total = exp.Add(this=total, expression=ticks)
    return call_.give(sql.case([(sql.all_of(tests), total)]))


def _unix_time(a_second: int) -> Builder:
    """A datetime by the number of units since 1970; `a_second` is how many of them make a second."""

    def build(call_: Call) -> Term:
        term = call_[0]
        if term.type in INTEGERS:
            micros = _micros(call_.node(0), a_second)
        else:
            real = call_.engine.convert(term, Type.REAL).node
            scaled = sql.binary(exp.Mul, real, sql.number(1e6 / a_second))
            micros = try_cast(call("trunc", scaled), BIGINT)
        return call_.give(times.moment(call_.engine, micros))

    return build


def _micros(count: Node, a_second: int) -> Node:
    if a_second > 1_000_000:
        return sql.binary(exp.IntDiv, count, sql.number(a_second // 1_000_000))
    if a_second == 1_000_000:
        return count
    return tried(sql.binary(exp.Mul, cast(count, BIGINT), sql.number(1_000_000 // a_second)))


# ----------------------------------------------------------------------------------------------------- time zones


def _to_local(call_: Call) -> Term:
    aware = call("timezone", sql.string("UTC"), call_.node(0))
    return call_.give(call("timezone", call_.text(1), aware))


def _to_utc(call_: Call) -> Term:
    aware = call("timezone", call_.text(1), call_.node(0))
    return call_.give(call("timezone", sql.string("UTC"), aware))


# ----------------------------------------------------------------------------------------------------------- ranges


def _around(call_: Call) -> Term:
    """Whether a value is no further from a centre than a distance; null where one of them is."""
    value, center, delta = call_[0], call_[1], call_[2]
    bound = _BOUNDS.get(value.type)
    if bound is None or center.type is not value.type:
        raise call_.refused(f"found around of a {value.type} and a {center.type}, which is not run")
    value = value.of(call_.once(call_.node(0))())
    center = center.of(call_.once(call_.node(1))())
    delta = delta.of(call_.once(call_.node(2))())
    low, high = (bound(call_, center, delta, sign) for sign in (-1, 1))
    tests = [compared(call_, ">=", value, low), compared(call_, "<=", value.of(value.node.copy()), high)]
    return call_.give(sql.all_of(test.node for test in tests))


def _moved_time(call_: Call, center: Term, delta: Term, sign: int) -> Term:
    return Term(call_.engine.shifted(center.node.copy(), delta.of(delta.node.copy()), sign), Type.DATETIME)


def _moved_whole(call_: Call, center: Term, delta: Term, sign: int) -> Term:
    if delta.type is not center.type and not {delta.type, center.type} <= INTEGERS:
        raise call_.refused(f"found around of a {center.type} and a {delta.type}, which is not run")
    node = call_.engine.integer("+" if sign > 0 else "-", center.node.copy(), delta.node.copy())
    return Term(node, center.type)


def _moved_real(call_: Call, center: Term, delta: Term, sign: int) -> Term:
    width = call_.engine.convert(delta.of(delta.node.copy()), Type.REAL).node
    return Term(call_.engine.real("+" if sign > 0 else "-", center.node.copy(), width), Type.REAL)


_BOUNDS: dict[Type, Callable[[Call, Term, Term, int], Term]] = {
    Type.DATETIME: _moved_time,
    Type.TIMESPAN: _moved_whole,
    Type.LONG: _moved_whole,
    Type.INT: _moved_whole,
    Type.REAL: _moved_real,
}

ROWS: dict[str, Builder] = {
    **{f"startof{unit}": _start(unit) for unit in ("day", "week", "month", "year")},
    **{f"endof{unit}": _end(unit) for unit in ("day", "week", "month", "year")},
    "datetime_add": _datetime_add,
    "datetime_diff": _datetime_diff,
    "datetime_part": _datetime_part,
    "dayofweek": _day_of_week,
    "dayofmonth": _of_date("day"),
    "dayofyear": _of_date("dayofyear"),
    "week_of_year": _of_date("week"),
    "monthofyear": _of_date("month"),
    "getmonth": _of_date("month"),
    "getyear": _of_date("year"),
    "hourofday": _of_date("hour"),
    "make_datetime": _make_datetime,
    "make_timespan": _make_timespan,
    "unixtime_seconds_todatetime": _unix_time(1),
    "unixtime_milliseconds_todatetime": _unix_time(1_000),
    "unixtime_microseconds_todatetime": _unix_time(1_000_000),
    "unixtime_nanoseconds_todatetime": _unix_time(1_000_000_000),
    "datetime_utc_to_local": _to_local,
    "datetime_local_to_utc": _to_utc,
    "around": _around,
    **FORMATS,
}
