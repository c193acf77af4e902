"""What type the operators give for the types of their operands.

Source: Kusto's documentation of its scalar operators, and what its official binder gives for all pairs of types.
"""

from collections.abc import Callable

from rulefold.kql.types import DYNAMICS, NUMBERS, Type

_TIMES = frozenset({Type.DATETIME, Type.TIMESPAN})
_TEXTS = DYNAMICS | {Type.STRING}
_TRUTHS = DYNAMICS | {Type.BOOL}
_COMPARABLE = NUMBERS | {Type.BOOL}
_D, _S = Type.DATETIME, Type.TIMESPAN

# What of two times, or of a time and a number, comes of each operator.
_OF_TIMES = {
    "+": {(_D, _S): _D, (_S, _D): _D, (_D, _D): _D, (_S, _S): _S},
    "-": {(_D, _S): _D, (_S, _D): _D, (_D, _D): _S, (_S, _S): _S},
    "*": {(_S, _S): _S},
    "/": {(_D, _D): Type.REAL, (_D, _S): Type.REAL, (_S, _S): Type.REAL},
    "%": {(_D, _D): _S, (_D, _S): _S, (_S, _S): _S},
}


def number(left: Type, right: Type) -> Type:
    """The type of two numbers together."""
    for wider in (Type.DECIMAL, Type.REAL):
        if wider in (left, right):
            return wider
    return Type.LONG


def arithmetic(operator: str, left: Type, right: Type) -> Type | None:
    """`+`, `-`, `*`, `/` and `%`; None where the types do not go together."""
    if left in NUMBERS and right in NUMBERS:
        return number(left, right)
    if Type.UNKNOWN in (left, right):
        other = right if left is Type.UNKNOWN else left
        return _S if other is _S and operator == "*" else Type.UNKNOWN
    if Type.DYNAMIC in (left, right):
        return _with_dynamic(operator, right if left is Type.DYNAMIC else left)
    if left in _TIMES and right in _TIMES:
        return _OF_TIMES[operator].get((left, right))
    if left in _TIMES and right in NUMBERS:
        return left if operator in ("*", "/", "%") else None
    if left in NUMBERS and right in _TIMES:
        return right if operator == "*" else None
    return None


def _with_dynamic(operator: str, other: Type) -> Type | None:
    if other is Type.DYNAMIC:
        return Type.DYNAMIC
    if other in NUMBERS:
        return number(other, Type.LONG)
    if other in _TIMES and operator in ("+", "-"):
        return _S if operator == "-" else other
    return None


def _equality(_operator: str, _left: Type, _right: Type) -> Type | None:
    return Type.BOOL


def _comparison(_operator: str, left: Type, right: Type) -> Type | None:
    if Type.UNKNOWN in (left, right):
        return Type.BOOL
    if Type.DYNAMIC in (left, right):
        allowed = NUMBERS | {Type.DYNAMIC}
        return Type.BOOL if left in allowed and right in allowed else None
    if left in _COMPARABLE and right in _COMPARABLE:
        return Type.BOOL
    return Type.BOOL if left is right and left in _TIMES else None


def _text(_operator: str, left: Type, right: Type) -> Type | None:
    return Type.BOOL if left in _TEXTS and right in _TEXTS else None


def is_text(type_: Type) -> bool:
    """Whether it can be searched for terms."""
    return type_ in _TEXTS


def is_truth(type_: Type) -> bool:
    """Whether it can stand between `and` and `or`."""
    return type_ in _TRUTHS


def sign(operand: Type) -> Type | None:
    """A sign before a value."""
    if operand in (Type.BOOL, Type.GUID, Type.STRING):
        return None
    return Type.LONG if operand is Type.INT else operand


def between(value: Type, low: Type, high: Type) -> bool:
    """Whether a value can be held against two bounds; a time may have a duration as its upper one."""
    if Type.UNKNOWN in (value, low, high):
        return True
    numbers = NUMBERS | {Type.DYNAMIC}
    if value in NUMBERS:
        return low in numbers and high in numbers
    if value is Type.DYNAMIC:
        return low in NUMBERS and high in NUMBERS
    if value is _D:
        return low is _D and high in (_D, _S)
    return value is _S and low is _S and high is _S


_RULES: dict[str, Callable[[str, Type, Type], Type | None]] = {
    **dict.fromkeys(("+", "-", "*", "/", "%"), arithmetic),
    **dict.fromkeys(("==", "!="), _equality),
    **dict.fromkeys(("<", ">", "<=", ">="), _comparison),
}


def result(operator: str, left: Type, right: Type) -> Type | None:
    """The type of two operands with an operator between them; None where it is not defined for these."""
    return _RULES.get(operator, _text)(operator, left, right)
