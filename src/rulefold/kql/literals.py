"""The text of literals → their values.

Timespans are counted in ticks of 100 ns, datetimes in ticks since 0001-01-01 00:00 UTC.  A text that is no value of its
type is None, as it is the type's null for Kusto.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from rulefold.kql.types import Type

Scalar = str | int | float | bool | Decimal | None

TICKS_A_SECOND = 10_000_000
TICKS_A_DAY = 86_400 * TICKS_A_SECOND
MAX_TICKS = 3_652_059 * TICKS_A_DAY - 1  # 9999-12-31 23:59:59.9999999
MINUS_LEAST = 2**63  # is no long, but with a minus before it
_INT = range(-(2**31), 2**31)
_LONG = range(-(2**63), 2**63)

SCALES: dict[str, int | Fraction] = {
    **dict.fromkeys(("d", "day", "days"), TICKS_A_DAY),
    **dict.fromkeys(("h", "hour", "hours", "hr", "hrs"), 3600 * TICKS_A_SECOND),
    **dict.fromkeys(("m", "min", "minute", "minutes"), 60 * TICKS_A_SECOND),
    **dict.fromkeys(("s", "sec", "second", "seconds"), TICKS_A_SECOND),
    **dict.fromkeys(("ms", "milli", "millis", "millisec", "millisecond", "milliseconds"), 10_000),
    **dict.fromkeys(("micro", "micros", "microsec", "microsecond", "microseconds"), 10),
    **dict.fromkeys(("nano", "nanos", "nanosec", "nanosecond", "nanoseconds"), Fraction(1, 100)),
    **dict.fromkeys(("tick", "ticks"), 1),
}
_UNIT = re.compile(r"([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)\s*([A-Za-z]+)")
_CLOCK = re.compile(r"([+-])?(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?")
_DATE = re.compile(
    r"(\d{4})(?:\s*[-,/]\s*(\d{1,2})(?:\s*[-,/]\s*(\d{1,2}))?)?"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?\s*(Z|GMT|UTC|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4})(?:\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?)?")
_MAIL_FORMS = ("%a, %d %b %y %H:%M:%S", "%a, %d %b %Y %H:%M:%S", "%d %b %y %H:%M:%S", "%d %b %Y %H:%M:%S")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{2})|([0-7]{1,3})|(.))", re.DOTALL)
_ESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_GUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")


def string(text: str) -> str:
    """The value of a string literal, quotes and all; `h` and `@` may stand before them."""
    body = text.lstrip("hH")
    if body[0] == "@":
        quote = body[1]
        return body[2:-1].replace(quote * 2, quote)
    if body[0] in "`~":
        return body[3:-3]
    return _ESCAPE.sub(_unescaped, body[1:-1]) if "\\" in body else body[1:-1]


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    if code or found[4]:
        value = int(code, 16) if code else int(found[4], 8)
        return chr(value) if value < 0x110000 else "\ufffd"
    return _ESCAPED.get(found[5], found[5])


def long(text: str) -> int | None:
    """A number without a point, decimal or `0x…`."""
    try:
        value = int(text, 16) if text.lower().lstrip("+-").startswith("0x") else int(text)
    except ValueError:
        return None
    return value if value in _LONG or value == MINUS_LEAST else None


def timespan(text: str) -> int | None:
    """A timespan: a number with a unit, a number of days, or a clock: `1.5h`, `2`, `1.02:03:04.5`."""
    text = text.strip()
    if found := _UNIT.fullmatch(text):
        scale = SCALES.get(found[2].lower())
        return None if scale is None else _ticks(Fraction(found[1]) * scale)
    if re.fullmatch(r"[+-]?\d+(?:\.\d+)?", text):
        return _ticks(Fraction(text) * TICKS_A_DAY)
    if found := _CLOCK.fullmatch(text):
        days, hours, minutes, seconds = (int(found[n] or 0) for n in (2, 3, 4, 5))
        if hours > 23 or minutes > 59 or seconds > 59:
            return None
        value = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        ticks = value * TICKS_A_SECOND + int((found[6] or "").ljust(7, "0"))
        return _ticks(Fraction(-ticks if found[1] == "-" else ticks))
    return None


def _ticks(value: Fraction) -> int | None:
    whole = int(value)
    return whole if whole in _LONG else None


def moment(text: str) -> int | None:
    """A datetime in ticks: ISO 8601, parts of it (`2020`, `2020-01`), month first, or as in mail."""
    text = text.strip().strip("\"'")
    if found := _DATE.fullmatch(text):
        year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
        return _moment(year, month, day, (found[4], found[5], found[6], found[7]), found[8])
    if found := _MONTH_FIRST.fullmatch(text):
        month, day, year = int(found[1]), int(found[2]), int(found[3])
        return _moment(year, month, day, (found[4], found[5], found[6], found[7]), None)
    bare = re.sub(r"\s+(?:GMT|UTC|Z)$", "", text)
    for form in _MAIL_FORMS:
        try:
            return ticks_of(datetime.strptime(bare, form).replace(tzinfo=UTC))
        except ValueError:
            continue
    return None


def _moment(year: int, month: int, day: int, clock: tuple[str | None, ...], zone: str | None) -> int | None:
    hour, minute, second = (int(part or 0) for part in clock[:3])
    try:
        start = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    ticks = ticks_of(start) + int((clock[3] or "").ljust(7, "0")[:7])
    if zone and zone[0] in "+-":
        digits = zone[1:].replace(":", "")
        offset = (int(digits[:2]) * 60 + int(digits[2:])) * 60 * TICKS_A_SECOND
        ticks -= offset if zone[0] == "+" else -offset
    return ticks if 0 <= ticks <= MAX_TICKS else None


def ticks_of(time: datetime) -> int:
    """The ticks of an aware datetime."""
    utc = time.astimezone(UTC)
    seconds = utc.toordinal() - 1
    clock = (utc.hour * 60 + utc.minute) * 60 + utc.second
    return seconds * TICKS_A_DAY + clock * TICKS_A_SECOND + utc.microsecond * 10


def datetime_text(ticks: int) -> str:
    """A datetime as `tostring` writes it: `2024-01-31T12:34:56.1234567Z`."""
    moment = datetime(1, 1, 1) + timedelta(microseconds=ticks // 10)
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}{ticks % 10}Z".rjust(28, "0")


def timespan_text(ticks: int) -> str:
    """A timespan as `tostring` writes it: `-1.02:03:04.5000000`."""
    days, rest = divmod(abs(ticks), TICKS_A_DAY)
    seconds, fraction = divmod(rest, TICKS_A_SECOND)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return ("-" if ticks < 0 else "") + (f"{days}." if days else "") + clock + (f".{fraction:07}" if fraction else "")


def _bool(text: str) -> bool | None:
    return {"true": True, "1": True, "false": False, "0": False}.get(text.lower())


def _int(text: str) -> int | None:
    value = long(text)
    return value if value is not None and value in _INT else None


def _real(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _guid(text: str) -> str | None:
    lower = text.strip("{}\"'").lower()
    if not _GUID.fullmatch(lower):
        return None
    digits = lower.replace("-", "")
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


_READERS: dict[Type, Callable[[str], Scalar]] = {
    Type.BOOL: _bool,
    Type.DATETIME: moment,
    Type.DECIMAL: _decimal,
    Type.GUID: _guid,
    Type.INT: _int,
    Type.LONG: long,
    Type.REAL: _real,
    Type.TIMESPAN: timespan,
}


def typed(type_: Type, text: str) -> Scalar:
    """The value of what stands in the parentheses of `long(…)` and its like."""
    text = text.strip()
    return None if text in ("", "null") else _READERS[type_](text)
