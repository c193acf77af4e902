"""Names and literals → their one spelling."""

import re
from datetime import date
from decimal import Decimal
from math import copysign, isfinite

from rulefold.kql.literals import TICKS_A_DAY, TICKS_A_SECOND
from rulefold.kql.parse.expressions import SETTINGS
from rulefold.kql.syntax import Literal
from rulefold.kql.tokens import HYPHENATED, RESERVED, words
from rulefold.kql.types import NAMES, Type

_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_BOOLEANS = words("true True TRUE false False FALSE")
_NEVER_PLAIN = RESERVED | _BOOLEANS
# Keywords that are read as the name of something new wherever one can stand.
_PLAIN_WHEN_NEW = words("accumulate earliest latest mdm sql title verbose viewers")
# Words that begin something else when a parenthesis follows: a typed literal or a type.
_NO_FUNCTION = frozenset(NAMES) | {"typeof"}
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_UNITS = {
    "d": TICKS_A_DAY,
    "h": 3600 * TICKS_A_SECOND,
    "m": 60 * TICKS_A_SECOND,
    "s": TICKS_A_SECOND,
    "ms": TICKS_A_SECOND // 1000,
    "microsecond": 10,
    "tick": 1,
}


# ----------------------------------------------------------------------------------------------------------- names


def name(text: str, avoid: frozenset[str] = frozenset()) -> str:
    """A name of something that is there already, in brackets where it would be read as something else."""
    return text if _PLAIN.fullmatch(text) and text not in _NEVER_PLAIN and text not in avoid else bracketed(text)


def new_name(text: str, avoid: frozenset[str] = frozenset()) -> str:
    """A name for something new: a column or a parameter."""
    return text if text in _PLAIN_WHEN_NEW and text not in avoid else name(text, avoid | SETTINGS)


def function(text: str) -> str:
    """The name of a function that is called."""
    return name(text, _NO_FUNCTION)


def word(text: str) -> str:
    """A word where the grammar asks for one, as in `kind=inner`; a keyword is a word too."""
    plain = _PLAIN.fullmatch(text) or text in HYPHENATED
    return text if plain and text not in _BOOLEANS else bracketed(text)


def bracketed(text: str) -> str:
    """A name in brackets."""
    return f"['{_escaped(text, chr(39))}']"


# -------------------------------------------------------------------------------------------------------- literals


def string(value: str) -> str:
    """A string in double quotes; verbatim where there are backslashes and nothing that has to be escaped."""
    if "\\" in value and value.isprintable():
        return '@"' + value.replace('"', '""') + '"'
    return f'"{_escaped(value, chr(34))}"'


def _escaped(text: str, quote: str) -> str:
    if text.isprintable() and "\\" not in text and quote not in text:
        return text
    return "".join(_character(one, quote) for one in text)


def _character(one: str, quote: str) -> str:
    if one == quote:
        return "\\" + quote
    if one in _ESCAPES or one.isprintable():
        return _ESCAPES.get(one, one)
    return f"\\u{ord(one):04x}" if ord(one) < 0x10000 else f"\\U{ord(one):08x}"


def literal(node: Literal, *, signed: bool = False) -> str:
    """A literal.  `signed` where a number may have a sign in front of it: in a dynamic literal."""
    value = node.value
    if value is None:
        return "null" if node.type is Type.DYNAMIC else f"{node.type}({node.raw or 'null'})"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"decimal({_decimal(value)})"
    if isinstance(value, float):
        plain = isfinite(value) and (signed or copysign(1, value) > 0)
        return repr(value) if plain else f"real({_real(value)})"
    if isinstance(value, str):
        return ("h" if node.hidden else "") + string(value) if node.type is Type.STRING else f"{node.type}({value})"
    return _INTEGRAL[node.type](value, signed)


def _long(value: int, signed: bool) -> str:
    return str(value) if value >= 0 or signed else f"long({value})"


def _timespan(value: int, _signed: bool) -> str:
    unit = next(unit for unit, ticks in _UNITS.items() if value % ticks == 0) if value else "s"
    text = f"{value // _UNITS[unit]}{unit}"
    return text if value >= 0 else f"timespan({text})"


def _datetime(value: int, _signed: bool) -> str:
    days, ticks = divmod(value, TICKS_A_DAY)
    day = date.fromordinal(days + 1).isoformat()
    if not ticks:
        return f"datetime({day})"
    seconds, ticks = divmod(ticks, TICKS_A_SECOND)
    fraction = f".{ticks:07}".rstrip("0") if ticks else ""
    return f"datetime({day}T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}Z)"


_INTEGRAL = {
    Type.DATETIME: _datetime,
    Type.INT: lambda value, _signed: f"int({value})",
    Type.LONG: _long,
    Type.TIMESPAN: _timespan,
}


def _real(value: float) -> str:
    if isfinite(value):
        return repr(value)
    return "nan" if value != value else "+inf" if value > 0 else "-inf"


def _decimal(value: Decimal) -> str:
    """The shortest text of a decimal; Decimal.normalize would round to 28 digits."""
    if not value:
        return "0"
    sign, digits, exponent = value.as_tuple()
    text = "".join(map(str, digits))
    shift = int(exponent) + len(text) - len(text.rstrip("0"))
    text = text.rstrip("0").lstrip("0")
    if 0 <= shift <= 20:
        text += "0" * shift
    elif -20 <= shift < 0:
        text = text.rjust(1 - shift, "0")
        text = f"{text[:shift]}.{text[shift:]}"
    else:
        text += f"e{shift}"
    return f"-{text}" if sign else text
