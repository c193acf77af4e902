"""Times as text in a given form."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from sqlglot import exp

from rulefold.kql.literals import TICKS_A_DAY, TICKS_A_SECOND
from rulefold.kql.lower import sql
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.duckdb.types import VARCHAR, cast
from rulefold.kql.lower.engine import Builder
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Term

_MINUTE, _HOUR = 60 * TICKS_A_SECOND, 3600 * TICKS_A_SECOND
_BETWEEN = r"[ /\-:,._\[\]]"  # what may stand between the parts
_TIME = re.compile(rf"yyyy|yy?|MM?|dd?|HH?|hh?|mm?|ss?|tt|f{{1,7}}|F{{1,7}}|{_BETWEEN}")
_SPAN = re.compile(rf"d{{1,8}}|HH?|hh?|mm?|ss?|f{{1,7}}|F{{1,7}}|{_BETWEEN}")


def _words(call_: Call, words: re.Pattern[str]) -> list[str]:
    """The parts of a form, and what stands between them."""
    form = call_.constant(1)
    if not isinstance(form, str):
        raise call_.refused(f"found no text as the form of {call_.apply.function}")
    found, place = [], 0
    while place < len(form):
        word = words.match(form, place)
        if word is None:
            raise call_.refused(f"found {form[place]!r} in the form {form!r}, which is no part of a time")
        found.append(word[0])
        place = word.end()
    if "yyy" in form.replace("yyyy", "") or any(a == "." and b[0] == "F" for a, b in pairwise(found)):
        raise call_.refused(f"found the form {form!r}, which is not run")
    return found


# -------------------------------------------------------------------------------------------------------- datetimes

_PLAIN = {
    "yyyy": "%Y", "yy": "%y", "y": "%-y", "MM": "%m", "M": "%-m", "dd": "%d", "d": "%-d", "HH": "%H", "H": "%-H",
    "hh": "%I", "h": "%-I", "mm": "%M", "m": "%-M", "ss": "%S", "s": "%-S", "tt": "%p",
}  # fmt: skip


def _format_datetime(call_: Call) -> Term:
    words, moment = _words(call_, _TIME), call_[0]
    if moment.constant and isinstance(moment.value, int):
        return call_.values.constant(call_.type, _written(moment.value, words))
    again = call_.once(call_.node(0))
    pieces = [_datetime_piece(again, word) for word in _merged(words)]
    return call_.give(pieces[0] if len(pieces) == 1 else call("concat", *pieces))


def _merged(words: Iterable[str]) -> list[str]:
    """The parts that `strftime` writes at once, as forms of it; those of a fraction apart."""
    merged = [""]
    for word in words:
        if word[0] in "fF":
            merged += [word, ""]
        else:
            merged[-1] += _PLAIN.get(word, word)
    return [one for one in merged if one] or [""]


def _datetime_piece(moment: Callable[[], Node], word: str) -> Node:
    if word[:1] not in ("f", "F"):
        return call("strftime", moment(), sql.string(word))
    digits = call("concat", call("strftime", moment(), sql.string("%f")), sql.string("0"))
    return _fraction(digits, word)


def _fraction(digits: Node, word: str) -> Node:
    """So many of seven digits; without the zeros at the end where the part is written large."""
    cut = call("left", digits, sql.number(len(word)))
    return cut if word[0] == "f" else call("rtrim", cut, sql.string("0"))


def _written(ticks: int, words: Iterable[str]) -> str:
    moment = datetime(1, 1, 1) + timedelta(microseconds=ticks // 10)
    hour = moment.hour % 12 or 12
    values = {
        "y": moment.year % 100, "M": moment.month, "d": moment.day, "H": moment.hour, "h": hour, "m": moment.minute,
        "s": moment.second,
    }  # fmt: skip
    fraction = f"{ticks % TICKS_A_SECOND:07}"
    text = ""
    for word in words:
        if word == "yyyy":
            text += f"{moment.year:04}"
        elif word == "tt":
            text += "AM" if moment.hour < 12 else "PM"
        elif word[0] in values:
            text += f"{values[word[0]]:0{len(word)}}"
        else:
            text += _cut(fraction, word) if word[0] in "fF" else word
    return text


def _cut(digits: str, word: str) -> str:
    cut = digits[: len(word)]
    return cut if word[0] == "f" else cut.rstrip("0")


# -------------------------------------------------------------------------------------------------------- timespans

_UNITS = {"h": (_HOUR, 24), "H": (_HOUR, 24), "m": (_MINUTE, 60), "s": (TICKS_A_SECOND, 60)}


def _format_timespan(call_: Call) -> Term:
    words = _words(call_, _SPAN)
    again = call_.once(call_.node(0))
    size = call_.once(call("abs", again()))
    sign = sql.case([(sql.binary(exp.LT, again(), sql.number(0)), sql.string("-"))], sql.string(""))
    text = call("concat", sign, *(_timespan_piece(size, word) for word in words))
    return call_.give(sql.case([(sql.is_not_null(again()), text)]))


def _timespan_piece(size: Callable[[], Node], word: str) -> Node:
    if word[0] in "fF":
        rest = sql.binary(exp.Mod, size(), sql.number(TICKS_A_SECOND))
        return _fraction(call("printf", sql.string("%07d"), rest), word)
    if word[0] == "d":
        return _padded(sql.binary(exp.IntDiv, size(), sql.number(TICKS_A_DAY)), len(word))
    if word[0] in _UNITS:
        unit, limit = _UNITS[word[0]]
        count = sql.binary(exp.IntDiv, size(), sql.number(unit))
        return _padded(sql.binary(exp.Mod, count, sql.number(limit)), len(word))
    return sql.string(word)


def _padded(count: Node, digits: int) -> Node:
    return cast(count, VARCHAR) if digits == 1 else call("printf", sql.string(f"%0{digits}d"), count)


ROWS: dict[str, Builder] = {"format_datetime": _format_datetime, "format_timespan": _format_timespan}
