"""Values of KQL in Python, how they are compared, and how one type becomes another.

A string is a str and never None; long and int are int, real is float, bool is bool, guid a str; a datetime is its
ticks of 100 ns since 0001-01-01, a timespan its ticks; a dynamic is what `json.loads` gives.  Null is None.
"""

import json
import math
import re
import unicodedata
from collections.abc import Callable
from typing import Any

from rulefold.kql.literals import MAX_TICKS, datetime_text, moment, timespan, timespan_text
from rulefold.kql.types import INTEGERS, NUMBERS, Type

LEAST, GREATEST = -(2**63), 2**63 - 1
DYNAMICS = frozenset({Type.DYNAMIC, Type.UNKNOWN})


class Unsupported(Exception):  # noqa: N818 - it is no fault
    """The reference does not say what this means."""


def null(type_: Type) -> object:
    """The null of a type; that of strings is empty."""
    return "" if type_ is Type.STRING else None


def wrapped(number: int) -> int:
    """The lower 64 bits of a whole number."""
    return (number - LEAST) % 2**64 + LEAST


# ------------------------------------------------------------------------------------------------------- conversion


def to_string(value: Any, type_: Type) -> str:
    """`tostring`."""
    if value is None:
        return ""
    match type_:
        case Type.STRING:
            return str(value)
        case Type.DATETIME:
            return datetime_text(value)
        case Type.TIMESPAN:
            return timespan_text(value)
        case Type.BOOL:
            return "True" if value else "False"
        case Type.REAL:
            return real_text(value)
        case Type.DYNAMIC | Type.UNKNOWN:
            return value if isinstance(value, str) else json_text(value)
        case _:
            return str(value)


def real_text(value: float) -> str:
    """A real in the shortest form that is read back as the same."""
    if math.isinf(value) or abs(value) >= 1e15:
        raise Unsupported("the text of a large real")
    return "NaN" if math.isnan(value) else repr(value).replace("e", "E")


def json_text(value: Any) -> str:
    """Compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def to_long(value: Any, type_: Type) -> int | None:
    """`tolong`."""
    if value is None:
        return None
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        return _whole(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return max(LEAST, min(GREATEST, math.trunc(value)))
    return value if isinstance(value, int) else None


def _whole(text: str) -> int | None:
    text = text.strip(" ")
    if re.fullmatch(r"[+-]?[0-9]+", text):
        number = int(text)
    elif re.fullmatch(r"0[xX][0-9a-fA-F]{1,16}", text):
        number = int(text, 16)
    else:
        return None
    return number if LEAST <= number <= GREATEST else None


def to_int(value: Any, type_: Type) -> int | None:
    """`toint`."""
    number = to_long(value, type_)
    if number is None or -(2**31) <= number < 2**31:
        return number
    if type_ is Type.REAL:
        return max(-(2**31), min(2**31 - 1, number))
    if type_ in DYNAMICS:
        raise Unsupported("a large number of a dynamic as an int")
    return None


def to_real(value: Any, type_: Type) -> float | None:
    """`toreal`."""
    if value is None or isinstance(value, dict | list):
        return None
    if isinstance(value, str):
        found = re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", value, re.ASCII)
        if not found and re.search("nan|inf", value, re.IGNORECASE):
            raise Unsupported("NaN and infinity as text")
        return float(value) if found else None
    return float(value)


def to_bool(value: Any, type_: Type) -> bool | None:
    """`tobool`."""
    if value is None or isinstance(value, dict | list):
        return None
    if isinstance(value, str):
        word = value.strip(" ").lower()
        number = _whole(word)
        return {"true": True, "false": False}.get(word, None if number is None else number != 0)
    return bool(value != 0)


def to_datetime(value: Any, type_: Type) -> int | None:
    """`todatetime`."""
    if value is None or type_ is Type.DATETIME:
        return value  # type: ignore[no-any-return]
    if not isinstance(value, str):
        raise Unsupported(f"a {type_} as a datetime")
    if value == "" or re.fullmatch(r"[A-Za-z_ ]+", value):
        return None
    if not re.fullmatch(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d:\d\d(\.\d{1,6}0?)?Z?)?", value):
        raise Unsupported("a text that may be a datetime")
    return moment(value)


def to_timespan(value: Any, type_: Type) -> int | None:
    """`totimespan`."""
    if value is None or type_ in (Type.TIMESPAN, *INTEGERS):
        return value  # type: ignore[no-any-return]
    if not isinstance(value, str):
        raise Unsupported(f"a {type_} as a timespan")
    if value == "" or re.fullmatch(r"[A-Za-z_ ]+", value):
        return None
    if not re.fullmatch(r"-?(\d+\.)?\d\d:\d\d:\d\d(\.\d{1,7})?", value):
        raise Unsupported("a text that may be a timespan")
    return timespan(value)


def to_dynamic(value: Any, type_: Type) -> object:
    """A value as one in JSON; what JSON has no type for is text."""
    if value is not None and type_ in (Type.DATETIME, Type.TIMESPAN, Type.GUID):
        return to_string(value, type_)
    if isinstance(value, float) and not math.isfinite(value):
        raise Unsupported("NaN and infinity in JSON")
    if type_ is Type.DECIMAL:
        raise Unsupported("a decimal in JSON")
    return value


def to_guid(value: Any, type_: Type) -> object:
    """`toguid`, of guids."""
    if value is not None and type_ is not Type.GUID:
        raise Unsupported("a text as a guid")
    return value


CONVERSIONS: dict[Type, Callable[[Any, Type], Any]] = {
    Type.STRING: to_string,
    Type.LONG: to_long,
    Type.INT: to_int,
    Type.REAL: to_real,
    Type.BOOL: to_bool,
    Type.DATETIME: to_datetime,
    Type.TIMESPAN: to_timespan,
    Type.DYNAMIC: to_dynamic,
    Type.UNKNOWN: to_dynamic,
    Type.GUID: to_guid,
}


def convert(value: Any, type_: Type, wanted: Type) -> Any:
    """A value of a type as one of another; null where it is none."""
    if type_ is wanted or {type_, wanted} <= DYNAMICS:
        return value
    if Type.DECIMAL in (type_, wanted):
        raise Unsupported("decimals")
    return CONVERSIONS[wanted](value, type_)


# ------------------------------------------------------------------------------------------------------- comparison


def alike(left: Any, left_type: Type, right: Any, right_type: Type) -> tuple[Any, Any, Type]:
    """Two values as values of one type, and which."""
    types = {left_type, right_type}
    if len(types) == 1 and left_type not in DYNAMICS:
        return left, right, left_type
    if types <= INTEGERS:
        return left, right, Type.LONG
    if types & DYNAMICS:
        common = next((one for one in (left_type, right_type) if one not in DYNAMICS), Type.STRING)
        common = Type.REAL if common in INTEGERS else common
    elif types <= NUMBERS | {Type.BOOL} and Type.DECIMAL not in types:
        common = Type.REAL if Type.REAL in types else Type.LONG
    elif types == {Type.STRING, Type.GUID}:
        common = Type.STRING
    else:
        raise Unsupported(f"a {left_type} held against a {right_type}")
    return convert(left, left_type, common), convert(right, right_type, common), common


def equal(left: Any, left_type: Type, right: Any, right_type: Type) -> bool:
    """Equality, which is false where a side is null or NaN."""
    a, b, _ = alike(left, left_type, right, right_type)
    return a is not None and b is not None and a == b


def sort_key(value: Any, type_: Type, *, ascending: bool, nulls_first: bool) -> tuple[object, ...]:
    """What to sort a value by: null at its end, and NaN next to it."""
    if type_ in DYNAMICS:
        raise Unsupported("an order of dynamics")
    if value is None:
        return (0 if nulls_first else 4,)
    if isinstance(value, float) and math.isnan(value):
        return (1 if nulls_first else 3,)
    return 2, _Backwards(value) if not ascending else value


class _Backwards:
    """A value that sorts the other way round."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __lt__(self, other: "_Backwards") -> bool:
        return bool(other.value < self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Backwards) and self.value == other.value

    __hash__ = None  # type: ignore[assignment]


def identity(value: Any) -> object:
    """What tells values apart in groups: NaN is one value, True is not 1, 1 is not 1.0."""
    if isinstance(value, float):
        return "real", "NaN" if math.isnan(value) else value + 0.0
    if isinstance(value, dict | list):
        return "json", json.dumps(value, sort_keys=True)
    return type(value).__name__, value


# ------------------------------------------------------------------------------------------------------------ terms


def lower(text: str) -> str:
    """A text in lower case, one character for one."""
    return "".join(character.lower()[0] for character in text)


def is_term(character: str) -> bool:
    """Whether a character is of a term: a letter or a digit."""
    kind = unicodedata.category(character)
    return kind[0] == "L" or kind == "Nd"


def has(text: str, wanted: str, *, start: bool = True, end: bool = True) -> bool:
    """Whether a text has others with the edges of terms around, where it starts or ends with a part of one."""
    for at in range(len(text) - len(wanted) + 1):
        behind = at + len(wanted)
        if text[at:behind] != wanted:
            continue
        cut_before = start and wanted and is_term(wanted[0]) and at > 0 and is_term(text[at - 1])
        cut_behind = end and wanted and is_term(wanted[-1]) and behind < len(text) and is_term(text[behind])
        if not cut_before and not cut_behind:
            return True
    return False


def in_time(ticks: int) -> int | None:
    """A datetime, or null for one that cannot be."""
    return ticks if 0 <= ticks <= MAX_TICKS else None
