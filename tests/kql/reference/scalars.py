"""Operators and functions of single values."""

import base64
import hashlib
import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote

from rulefold.kql.literals import SCALES, TICKS_A_DAY
from rulefold.kql.types import INTEGERS, Type
from tests.kql.reference.values import (
    DYNAMICS,
    Unsupported,
    alike,
    convert,
    equal,
    has,
    in_time,
    json_text,
    lower,
    null,
    to_dynamic,
    to_string,
    wrapped,
)


@dataclass(frozen=True, slots=True)
class Call:
    """A function on values: what it is called, the type it gives, its arguments and their types."""

    function: str
    type: Type
    values: tuple[Any, ...]
    types: tuple[Type, ...]

    def text(self, number: int) -> str:
        return to_string(self.values[number], self.types[number])

    def a(self, number: int, type_: Type) -> Any:
        """An argument as one of a type."""
        return convert(self.values[number], self.types[number], type_)

    def own(self, number: int) -> Any:
        """An argument as one of the type that the function gives."""
        return self.a(number, self.type)


# ----------------------------------------------------------------------------------------------- logic and comparison


def both(values: Sequence[bool | None]) -> bool | None:
    """`and` of three values."""
    return False if False in values else None if None in values else True


def either(values: Sequence[bool | None]) -> bool | None:
    """`or` of three values."""
    return True if True in values else None if None in values else False


def opposite(value: bool | None) -> bool | None:
    """`not` of three values."""
    return None if value is None else not value


def _bools(call: Call) -> list[bool | None]:
    return [call.a(number, Type.BOOL) for number in range(len(call.values))]


def _equal(call: Call) -> bool:
    return equal(call.values[0], call.types[0], call.values[1], call.types[1])


def _ordered(call: Call, left: int, operator: str, right: int) -> bool | None:
    a, b, _ = alike(call.values[left], call.types[left], call.values[right], call.types[right])
    if a is None or b is None:
        return None
    tests: dict[str, Callable[[], bool]] = {
        "<": lambda: a < b,
        "<=": lambda: a <= b,
        ">": lambda: a > b,
        ">=": lambda: a >= b,
    }
    return tests[operator]()


def _compare(call: Call) -> bool | None:
    return _ordered(call, 0, call.function, 1)


def _between(call: Call) -> bool | None:
    if call.types[1] is Type.DATETIME and call.types[2] is Type.TIMESPAN:
        low, span = call.values[1], call.values[2]
        high = None if low is None or span is None else in_time(low + span)
        call = Call("between", call.type, (call.values[0], low, high), (*call.types[:2], Type.DATETIME))
    return both([_ordered(call, 0, ">=", 1), _ordered(call, 0, "<=", 2)])


def _listed(call: Call) -> list[tuple[Any, Type]]:
    """What is listed: values, and the elements of arrays."""
    found: list[tuple[Any, Type]] = []
    for value, type_ in zip(call.values[1:], call.types[1:], strict=True):
        if isinstance(value, list):
            found += [(one, kind_of(one)) for one in value]
        else:
            found.append((value, type_))
    return found


def kind_of(value: Any) -> Type:
    """The type of what stands in JSON."""
    kinds = {bool: Type.BOOL, int: Type.LONG, float: Type.REAL, str: Type.STRING}
    return kinds.get(type(value), Type.DYNAMIC)


def _member(call: Call) -> bool:
    subject, type_ = call.values[0], call.types[0]
    texts = any(kind is Type.STRING for _, kind in _listed(call))
    if type_ in DYNAMICS and texts:
        subject, type_ = to_string(subject, type_), Type.STRING
    return any(equal(subject, type_, value, kind) for value, kind in _listed(call) if value is not None)


def _member_folded(call: Call) -> bool:
    wanted = {lower(to_string(value, type_)) for value, type_ in _listed(call)}
    return lower(call.text(0)) in wanted


# ---------------------------------------------------------------------------------------------------------- searches


def _regex(call: Call) -> bool:
    return re.search(call.text(1), call.text(0)) is not None


_SEARCHES: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda text, wanted: wanted in text,
    "startswith": lambda text, wanted: text.startswith(wanted),
    "endswith": lambda text, wanted: text.endswith(wanted),
    "has": has,
    "hasprefix": lambda text, wanted: has(text, wanted, end=False),
    "hassuffix": lambda text, wanted: has(text, wanted, start=False),
}


def _search(call: Call) -> bool:
    name, _, case = call.function.partition("_")
    text, wanted = call.text(0), call.text(1)
    return _SEARCHES[name](text, wanted) if case else _SEARCHES[name](lower(text), lower(wanted))


def _has_any(call: Call) -> bool:
    return any(has(lower(call.text(0)), lower(to_string(value, type_))) for value, type_ in _listed(call))


def _has_all(call: Call) -> bool:
    return all(has(lower(call.text(0)), lower(to_string(value, type_))) for value, type_ in _listed(call))


# -------------------------------------------------------------------------------------------------------- arithmetic


def _arithmetic(call: Call) -> Any:
    operator, types = call.function, set(call.types)
    if len(call.values) == 1:
        value = call.values[0]
        if operator == "+" or value is None:
            return value
        return -value if call.type is Type.REAL else wrapped(-value)
    if None in call.values:
        return None
    if call.type in INTEGERS and types <= {*INTEGERS, Type.BOOL}:
        return whole(operator, int(call.values[0]), int(call.values[1]))
    if call.type is Type.REAL and not types & (DYNAMICS | {Type.DECIMAL}):
        return _real(operator, float(call.values[0]), float(call.values[1]))
    if types & DYNAMICS or Type.DECIMAL in types:
        return _loose(call)
    return _of_times(call)


def _loose(call: Call) -> Any:
    if call.type not in (*INTEGERS, Type.REAL):
        raise Unsupported("arithmetic of dynamics")
    values = tuple(call.own(number) for number in (0, 1))
    return None if None in values else _arithmetic(Call(call.function, call.type, values, (call.type, call.type)))


def whole(operator: str, a: int, b: int) -> int | None:
    """Whole numbers: what is too large wraps around, a quotient is cut off, a rest is never negative."""
    if operator in "/%" and b == 0:
        return None
    if operator == "/":
        if abs(a) == 2**63 and b == -1:
            raise Unsupported("the least number by minus one")
        return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
    if operator == "%":
        return a % abs(b)
    return wrapped({"+": a + b, "-": a - b, "*": a * b}[operator])


def _real(operator: str, a: float, b: float) -> float:
    if operator == "/":
        if b == 0:
            return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1, b)
        return a / b
    if operator == "%":
        if b == 0 or math.isinf(a) or math.isinf(b):
            raise Unsupported("the rest of what is not finite")
        return math.fmod(math.fmod(a, b) + abs(b), abs(b))
    return {"+": a + b, "-": a - b, "*": a * b}[operator]


def _of_times(call: Call) -> Any:
    operator, (a, b), types = call.function, call.values, call.types
    if call.type is Type.DATETIME and operator in "+-":
        return in_time(a + b if operator == "+" else a - b)
    if call.type is Type.REAL:
        return _real(operator, float(a), float(b))
    if Type.REAL not in types and call.type is Type.TIMESPAN:
        return whole(operator, a, b)
    if call.type is Type.TIMESPAN and operator in "*/":
        found = _real(operator, float(a), float(b))
        return convert(found, Type.REAL, Type.LONG)
    raise Unsupported(f"{operator} of {types}")


def _bin(call: Call) -> Any:
    value, size = call.values
    if value is None or size is None or size <= 0:
        return None
    if Type.REAL in call.types:
        return None if value is None else math.floor(value / size) * size if math.isfinite(value / size) else _no()
    return wrapped(value // size * size)


def _no() -> Any:
    raise Unsupported("a bin or a sign of what is not finite, or the abs of the least long")


# ------------------------------------------------------------------------------------------------------------- texts


def _substring(call: Call) -> str:
    text, start = call.text(0), call.values[1]
    length = call.values[2] if len(call.values) > 2 else len(text)
    if start is None or length is None:
        raise Unsupported("substring by null")
    if start < 0:
        start += len(text)
    return "" if start < 0 or length <= 0 else text[start : start + length]


def _index_of(call: Call) -> int | None:
    if len(call.values) > 2:
        raise Unsupported("indexof from a place")
    return None if call.text(1) == "" else call.text(0).find(call.text(1))


def _split(call: Call) -> list[str] | None:
    text, delimiter = call.text(0), call.text(1)
    if delimiter == "":
        raise Unsupported("split by nothing")
    parts = text.split(delimiter)
    if len(call.values) < 3:
        return parts
    index = call.values[2]
    return [parts[index]] if index is not None and 0 <= index < len(parts) else _no_part()


def _no_part() -> Any:
    raise Unsupported("a part that is not there")


def _trim(start: bool, end: bool) -> Callable[[Call], str]:
    def trim(call: Call) -> str:
        pattern, text = call.text(0), call.text(1)
        if start:
            text = re.sub(rf"\A(?:{pattern})", "", text)
        return re.sub(rf"(?:{pattern})\Z", "", text, count=1) if end else text

    return trim


def _extract(call: Call) -> Any:
    found = re.search(call.text(0), call.text(2))
    text = (found[call.values[1]] or "") if found else ""
    return convert(text, Type.STRING, call.type)


def _extract_all(call: Call) -> Any:
    if len(call.values) != 2:
        raise Unsupported("extract_all of groups")
    pattern = re.compile(call.text(0))
    found = [list(one.groups(default="")) for one in pattern.finditer(call.text(1))]
    return ([one[0] for one in found] if pattern.groups == 1 else found) or None


def _coalesce(call: Call) -> Any:
    values = [call.own(number) for number in range(len(call.values))]
    return next((one for one in values if one is not None and (call.type is not Type.STRING or one)), null(call.type))


def _base64(call: Call) -> str:
    try:
        return base64.b64decode(call.text(0), validate=True).decode()
    except ValueError:
        raise Unsupported("what is no base 64") from None


# ---------------------------------------------------------------------------------------------------------- dynamics


def access(target: Any, key: Any) -> Any:
    """A member of a bag, or an element of an array; a negative index counts from the end."""
    if isinstance(target, dict) and isinstance(key, str):
        return target.get(key)
    if isinstance(target, list) and isinstance(key, int) and not isinstance(key, bool):
        return target[key] if -len(target) <= key < len(target) else None
    return None


def _parse_json(call: Call) -> Any:
    text = call.values[0]
    if not isinstance(text, str):
        return to_dynamic(text, call.types[0])
    if text == "":
        return None
    try:
        return json.loads(text, parse_constant=_no_constant)
    except ValueError:
        return text


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _array(value: Any) -> list[Any] | None:
    return value if isinstance(value, list) else None


def _array_length(call: Call) -> int | None:
    found = _array(call.values[0])
    return None if found is None else len(found)


def _array_concat(call: Call) -> list[Any] | None:
    if not all(isinstance(one, list) for one in call.values):
        raise Unsupported("array_concat of what is no array")
    return [item for one in call.values for item in one]


def _pack(call: Call) -> dict[str, Any]:
    bag: dict[str, Any] = {}
    for number in range(0, len(call.values), 2):
        bag.setdefault(call.text(number), to_dynamic(call.values[number + 1], call.types[number + 1]))
    return bag


def _bag_keys(call: Call) -> list[str] | None:
    return list(call.values[0]) if isinstance(call.values[0], dict) else None


def _strcat_array(call: Call) -> str:
    if not isinstance(call.values[0], list):
        raise Unsupported("strcat_array of what is no array")
    return call.text(1).join(to_string(one, Type.DYNAMIC) for one in call.values[0])


def _array_slice(call: Call) -> list[Any] | None:
    found, start, end = call.values
    if not isinstance(found, list):
        return None
    size = len(found)
    start, end = (max(one + size, 0) if one < 0 else one for one in (start, end))
    return found[start : end + 1]


def _array_index(call: Call) -> int | None:
    found = _array(call.values[0])
    if found is None or call.values[1] is None or len(call.values) > 2:
        raise Unsupported("array_index_of")
    wanted = call.values[1]
    return next((n for n, one in enumerate(found) if type(one) is type(wanted) and one == wanted), -1)


# ------------------------------------------------------------------------------------------------------------- times


def _moment(ticks: int) -> datetime:
    return datetime(1, 1, 1) + timedelta(microseconds=ticks // 10)


def _ticks(moment: datetime) -> int:
    return (moment - datetime(1, 1, 1)) // timedelta(microseconds=1) * 10


def _of_moment(read: Callable[[datetime], Any]) -> Callable[[Call], Any]:
    return lambda call: None if call.values[0] is None else read(_moment(call.values[0]))


def _start(call: Call) -> int | None:
    value, offset = call.values[0], call.values[1] if len(call.values) > 1 else 0
    if value is None:
        return None
    day = _moment(value).replace(hour=0, minute=0, second=0, microsecond=0)
    if call.function == "startofweek":  # on a Sunday
        if value < 6 * TICKS_A_DAY:
            raise Unsupported("the week in which time begins, on a Monday")
        day -= timedelta(days=(day.weekday() + 1) % 7)
    if call.function in ("startofmonth", "startofyear"):
        day = day.replace(day=1)
    if call.function == "startofyear":
        day = day.replace(month=1)
    if offset and call.function in ("startofmonth", "startofyear"):
        raise Unsupported("months later")
    return _ticks(day) + offset * TICKS_A_DAY * (7 if call.function == "startofweek" else 1)


def _datetime_diff(call: Call) -> int | None:
    unit = call.text(0)
    scales = {"day": 864e9, "hour": 36e9, "minute": 6e8, "second": 1e7, "millisecond": 1e4}
    if unit not in scales:
        raise Unsupported(unit)
    if None in call.values:
        return None
    return int(call.values[1] // int(scales[unit]) - call.values[2] // int(scales[unit]))


def _datetime_add(call: Call) -> int | None:
    if call.text(0) not in SCALES:
        raise Unsupported(call.text(0))
    if None in call.values:
        return None
    return in_time(call.values[2] + call.values[1] * int(SCALES[call.text(0)]))


# ----------------------------------------------------------------------------------------------------------- numbers


def _strict(function: Callable[..., Any]) -> Callable[[Call], Any]:
    """A function that is null where an argument is."""
    return lambda call: None if None in call.values else function(*call.values)


def _extreme(choose: Callable[[list[Any]], Any]) -> Callable[[Call], Any]:
    def extreme(call: Call) -> Any:
        values = [one for number in range(len(call.values)) if (one := call.own(number)) is not None]
        if any(one != one for one in values):
            return math.nan
        return choose(values) if values else None

    return extreme


def _round(call: Call) -> float | None:
    value = call.values[0]
    if len(call.values) > 1 or not isinstance(value, float | None):
        raise Unsupported("round to digits")
    if value is None or not math.isfinite(value):
        return value
    return math.copysign(math.floor(abs(value) + 0.5), value)


def _is_empty(call: Call) -> bool:
    return call.text(0) == ""


def _is_null(call: Call) -> bool:
    return call.values[0] is None


def _case(call: Call) -> Any:
    for number in range(0, len(call.values) - 1, 2):
        if call.a(number, Type.BOOL):
            return call.own(number + 1)
    return call.own(len(call.values) - 1)


def _converted(type_: Type) -> Callable[[Call], Any]:
    return lambda call: call.a(0, type_)


def _named(names: Sequence[str], function: Callable[[Call], Any]) -> dict[str, Callable[[Call], Any]]:
    return dict.fromkeys(names, function)


_WITH_OPPOSITE: dict[str, Callable[[Call], bool | None]] = {
    "between": _between,
    "in": _member,
    "in~": _member_folded,
    "has_any": _has_any,
    "matches regex": _regex,
    **_named([f"{name}{case}" for name in _SEARCHES for case in ("", "_cs")], _search),
}


def _opposite(function: Callable[[Call], bool | None]) -> Callable[[Call], bool | None]:
    return lambda call: opposite(function(Call(call.function.removeprefix("!"), call.type, call.values, call.types)))


FUNCTIONS: dict[str, Callable[[Call], Any]] = {
    "and": lambda call: both(_bools(call)),
    "or": lambda call: either(_bools(call)),
    "not": lambda call: opposite(_bools(call)[0]),
    "==": _equal,
    **_named(("!=", "<>"), lambda call: not _equal(call)),
    "=~": lambda call: lower(call.text(0)) == lower(call.text(1)),
    "!~": lambda call: lower(call.text(0)) != lower(call.text(1)),
    **_named(("<", "<=", ">", ">="), _compare),
    **_WITH_OPPOSITE,
    **{f"!{name}": _opposite(function) for name, function in _WITH_OPPOSITE.items()},
    "has_all": _has_all,
    **_named(("+", "-", "*", "/", "%"), _arithmetic),
    **_named(("bin", "floor"), _bin),
    "iff": _case,
    "case": _case,
    "coalesce": _coalesce,
    "isnull": _is_null,
    "isnotnull": lambda call: not _is_null(call),
    "isempty": _is_empty,
    "isnotempty": lambda call: not _is_empty(call),
    "tostring": lambda call: call.text(0),
    "tolong": _converted(Type.LONG),
    "toint": _converted(Type.INT),
    **_named(("toreal", "todouble"), _converted(Type.REAL)),
    "tobool": _converted(Type.BOOL),
    "todatetime": _converted(Type.DATETIME),
    "totimespan": _converted(Type.TIMESPAN),
    **_named(("parse_json", "todynamic"), _parse_json),
    "strcat": lambda call: "".join(call.text(number) for number in range(len(call.values))),
    "strcat_delim": lambda call: call.text(0).join(call.text(number) for number in range(1, len(call.values))),
    "strlen": lambda call: len(call.text(0)),
    "string_size": lambda call: len(call.text(0).encode()),
    "tolower": lambda call: lower(call.text(0)),
    "toupper": lambda call: call.text(0).upper() if call.text(0).isascii() else _no_part(),
    "reverse": lambda call: call.text(0)[::-1],
    "substring": _substring,
    "indexof": _index_of,
    "split": _split,
    "replace_string": lambda call: call.text(0).replace(call.text(1), call.text(2)) if call.text(1) else _no_part(),
    "countof": lambda call: call.text(0).count(call.text(1)) if len(set(call.text(1))) > 1 else _no_part(),
    "trim": _trim(start=True, end=True),
    "trim_start": _trim(start=True, end=False),
    "trim_end": _trim(start=False, end=True),
    "extract": _extract,
    "extract_all": _extract_all,
    "base64_decode_tostring": _base64,
    "base64_encode_tostring": lambda call: base64.b64encode(call.text(0).encode()).decode(),
    "hash_sha256": lambda call: hashlib.sha256(call.text(0).encode()).hexdigest(),
    "url_decode": lambda call: unquote(call.text(0)),
    "url_encode": lambda call: quote(call.text(0), safe="") if re.fullmatch(r"\w*", call.text(0)) else _no_part(),
    "array_length": _array_length,
    "array_concat": _array_concat,
    "array_slice": _array_slice,
    "array_index_of": _array_index,
    "array_reverse": lambda call: call.values[0][::-1] if isinstance(call.values[0], list) else None,
    "pack_array": lambda call: [to_dynamic(v, t) for v, t in zip(call.values, call.types, strict=True)],
    **_named(("bag_pack", "pack"), _pack),
    "bag_keys": _bag_keys,
    "strcat_array": _strcat_array,
    "dynamic_to_json": lambda call: json_text(call.values[0]),
    **_named(("startofday", "startofweek", "startofmonth", "startofyear"), _start),
    "datetime_diff": _datetime_diff,
    "datetime_add": _datetime_add,
    "dayofweek": _of_moment(lambda one: (one.weekday() + 1) % 7 * TICKS_A_DAY),
    "dayofmonth": _of_moment(lambda one: one.day),
    "dayofyear": _of_moment(lambda one: one.timetuple().tm_yday),
    "hourofday": _of_moment(lambda one: one.hour),
    **_named(("getyear",), _of_moment(lambda one: one.year)),
    **_named(("monthofyear", "getmonth"), _of_moment(lambda one: one.month)),
    "max_of": _extreme(max),
    "min_of": _extreme(min),
    "abs": _strict(lambda one: _no() if one == -(2**63) and isinstance(one, int) else abs(one)),
    "sign": _strict(lambda one: float((one > 0) - (one < 0)) if one == one else _no()),
    "round": _round,
    "isnan": _strict(lambda one: one != one),
    "isinf": _strict(math.isinf),
    "isfinite": _strict(math.isfinite),
    "binary_and": _strict(lambda a, b: a & b),
    "binary_or": _strict(lambda a, b: a | b),
    "binary_xor": _strict(lambda a, b: a ^ b),
    "column_ifexists": lambda call: call.own(0),
    "materialize": lambda call: call.values[0],
}
