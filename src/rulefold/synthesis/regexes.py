"""A text that a regular expression matches: the shortest way through it."""

import re
import string
from collections.abc import Sequence
from typing import Any

from re import _constants as ops, _parser as parser  # type: ignore[attr-defined]  # isort: skip

_TRIED = "aA0_ -./\\:@=,;" + string.printable
_CLASSES = {
    "category_digit": "0",
    "category_not_digit": "a",
    "category_space": " ",
    "category_not_space": "a",
    "category_word": "a",
    "category_not_word": " ",
}


def sample(pattern: str, group: int = 0, value: str | None = None) -> str | None:
    """A text that the pattern is found in, with a value for one of its groups; None where none was made."""
    try:
        text = _sequence(parser.parse(pattern), group, value)
        found = re.search(pattern, text)
    except (re.error, ValueError, OverflowError, RecursionError, IndexError):
        return None
    if found is None or (value is not None and found.group(group) != value):
        return None
    return text


def of_group(pattern: str, group: int) -> str:
    """What a group of a pattern may match; empty where nothing was found."""
    found = re.search(pattern, sample(pattern) or "")
    return (found.group(group) or "") if found is not None else ""


def number_of(pattern: str, group: str) -> int | None:
    """The number of a group by its name."""
    try:
        return re.compile(pattern).groupindex.get(group)
    except re.error:
        return None


def is_matched(pattern: str, text: str) -> bool:
    """Whether a pattern is found in a text; False for one that cannot be read."""
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return False


def _sequence(parsed: Any, group: int, value: str | None) -> str:
    return "".join(_one(op, argument, group, value) for op, argument in parsed)


def _one(op: Any, argument: Any, group: int, value: str | None) -> str:
    match op:
        case ops.LITERAL:
            return chr(argument)
        case ops.NOT_LITERAL:
            return next(one for one in _TRIED if one != chr(argument))
        case ops.ANY:
            return "a"
        case ops.IN:
            return _of_class(argument)
        case ops.BRANCH:
            return _sequence(argument[1][0], group, value)
        case ops.SUBPATTERN:
            if value is not None and argument[0] == group:
                return value
            return _sequence(argument[-1], group, value)
        case ops.MAX_REPEAT | ops.MIN_REPEAT | ops.POSSESSIVE_REPEAT:
            least, most, inner = argument
            wanted = 1 if least == 0 and value is not None and most > 0 and _holds(inner, group) else least
            return "".join(_sequence(inner, group, value) for _ in range(min(wanted, 1000)))
        case ops.AT | ops.ASSERT_NOT:
            return ""
        case ops.ASSERT:
            return _sequence(argument[1], group, value) if argument[0] > 0 else ""
    raise ValueError(op)


def _holds(parsed: Any, group: int) -> bool:
    return any(
        op is ops.SUBPATTERN and (argument[0] == group or _holds(argument[-1], group)) for op, argument in parsed
    )


def _of_class(items: Sequence[Any]) -> str:
    if items[0][0] is ops.NEGATE:
        return next(one for one in _TRIED if not any(_is_in(one, item) for item in items[1:]))
    op, argument = items[0]
    match op:
        case ops.LITERAL:
            return chr(argument)
        case ops.RANGE:
            return chr(argument[0])
        case ops.CATEGORY:
            return _CLASSES[str(argument).lower()]
    raise ValueError(op)


def _is_in(one: str, item: Any) -> bool:
    op, argument = item
    match op:
        case ops.LITERAL:
            return ord(one) == int(argument)
        case ops.RANGE:
            return bool(argument[0] <= ord(one) <= argument[1])
        case ops.CATEGORY:
            name = str(argument).lower().removeprefix("category_")
            classes = {"digit": one.isdigit(), "space": one.isspace(), "word": one.isalnum() or one == "_"}
            return classes[name.removeprefix("not_")] is not name.startswith("not_")
    return True
