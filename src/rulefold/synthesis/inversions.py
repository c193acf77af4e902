"""What is asked of the arguments of a function for its value to be as it is wished: a row for each function."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rulefold.kql.plan import Access, Apply, Constant, Value
from rulefold.kql.types import Type
from rulefold.synthesis import aggregates
from rulefold.synthesis.symbols import Gathered, Unsolved
from rulefold.synthesis.wishes import Wish
from rulefold.text import Span

if TYPE_CHECKING:
    from rulefold.synthesis.asking import Asking

Inversion = Callable[["Asking", Apply, Wish, Span], None]

_MOST_LENGTH = 300
_ORDER = frozenset({"<", "<=", ">", ">=", "=="})
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}
_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800, "millisecond": 0.001}


def _first(solver: "Asking", value: Apply, wish: Wish, span: Span) -> None:
    solver.want(value.arguments[0], wish, span)


def _text(solver: "Asking", value: Apply, wish: Wish, span: Span) -> None:
    """`tostring`: of a number and a truth too."""
    inner = value.arguments[0]
    if isinstance(inner, Gathered) or (isinstance(inner, Apply) and inner.function in INVERSIONS):
        solver.want(inner, wish, span)
        return
    spot = solver.place(inner)
    if spot is None:
        solver.want(inner, wish, span)
    else:
        solver.wish(spot, wish, span)


def _case(solver: "Asking", value: Apply, wish: Wish, span: Span) -> None:
    """`iff` and `case`: a branch whose value may be as it is wished, and none of those before it."""
    arguments = value.arguments
    branches = [*zip(arguments[:-1:2], arguments[1::2], strict=False), (None, arguments[-1])]
    possible = [
        number
        for number, (_, given) in enumerate(branches)
        if solver.is_free(given) or wish.granted(solver.constant(given))
    ]
    if not possible:
        raise Unsolved("found a condition that no branch gives", span)
    taken = possible[solver.choices.pick((id(value.arguments[0]), wish.test), len(possible))]
    for condition, _ in branches[:taken]:
        if condition is not None:
            solver.truth(condition, False)
    condition, given = branches[taken]
    if condition is not None:
        solver.truth(condition, True)
    solver.want(given, wish, span)


def _joined(solver: "Asking", value: Apply, wish: Wish, span: Span) -> None:
    """`strcat`: what is not asked of the whole is asked of its first part that is not known."""
    free = [one for one in value.arguments if solver.is_free(one)]
    if wish.test in ("==", "=~", "in", "in~") and wish.holds:
        spot = solver.place(value)
        if spot is not None:
            solver.wish(spot, wish, span)
    elif wish.holds and wish.test not in ("empty", "null", "there"):
        solver.want(free[solver.choices.pick(id(value), len(free))], wish, span)


def _arithmetic(solver: "Asking", value: Apply, wish: Wish, span: Span) -> None:
    left, right = value.arguments
    if wish.test not in _ORDER:
        if wish.test in ("empty", "null", "there"):
            for one in (left, right):
                if solver.is_free(one):
                    solver.want(one, wish, span)
            return
        solver.note(f"found {value.function}, which events are not worked out for", value.span)
    elif solver.is_free(left) and solver.is_free(right):
        _two(solver, value, wish, span)
    elif solver.is_free(left):
        _shifted(solver, value.function, left, solver.constant(right), wish, span)
    else:
        _shifted_from(solver, value.function, solver.constant(left), right, wish, span)


def _two(solver: "Asking", value: Apply, wish: Wish, span: Span) -> None:
    """Two values that are not known: the right one is chosen before the left one."""
    left, right = value.arguments
    for one in (left, right):
        spot = solver.direct(one)
        if spot is not None:
            solver.wish(spot, Wish("there"), span)

    def ask() -> None:
        try:
            _shifted(solver, value.function, left, solver.fixed(right), wish, span)
        except Unsolved:
            _shifted_from(solver, value.function, solver.fixed(left), right, wish, span)

    solver.later(ask)


def _shifted(solver: "Asking", operator: str, left: Value, right: Any, wish: Wish, span: Span) -> None:
    wanted: Any = wish.value
    try:
        match operator:
            case "-":
                solver.want(left, replace(wish, value=wanted + right), span)
            case "+":
                solver.want(left, replace(wish, value=wanted - right), span)
            case "*":
                solver.want(left, _turned(wish, wanted / right, right), span)
            case "/":
                solver.want(left, _turned(wish, wanted * right, right), span)
    except (TypeError, ZeroDivisionError, OverflowError):
        solver.note(f"found {operator}, which events are not worked out for", span)


def _shifted_from(solver: "Asking", operator: str, left: Any, right: Value, wish: Wish, span: Span) -> None:
    wanted: Any = wish.value
    try:
        match operator:
            case "-":
                solver.want(right, replace(wish, test=_TURNED[wish.test], value=left - wanted), span)
            case "+":
                solver.want(right, replace(wish, value=wanted - left), span)
            case "*":
                solver.want(right, _turned(wish, wanted / left, left), span)
            case _:
                solver.note(f"found {operator}, which events are not worked out for", span)
    except (TypeError, ZeroDivisionError, OverflowError):
        solver.note(f"found {operator}, which events are not worked out for", span)


def _turned(wish: Wish, value: object, by: Any) -> Wish:
    is_negative = by < (timedelta(0) if isinstance(by, timedelta) else 0)
    return Wish(_TURNED[wish.test] if is_negative else wish.test, value, wish.holds)


def _length(solver: "Asking", value: Apply, wish: Wish, span: Span) -> None:
    """`strlen`: of at least so many letters, or at most."""
    for number in range(_MOST_LENGTH):
        if wish.granted(number):
            break
    else:
        raise Unsolved("found a text that would be too long", span)
    solver.want(value.arguments[0], Wish("longer", number), span)
    if not wish.granted(_MOST_LENGTH):
        most = max(one for one in range(_MOST_LENGTH) if wish.granted(one))
        solver.want(value.arguments[0], Wish("shorter", most), span)


def _elements(solver: "Asking", value: Apply, wish: Wish, span: Span) -> None:
    """`array_length`: of a list that is gathered, of the pieces of a text, or of an array of an event."""
    inner = value.arguments[0]
    while isinstance(inner, Apply) and inner.function in ("set_difference", "set_union", "array_concat"):
        inner = inner.arguments[0]
    if isinstance(inner, Gathered):
        aggregates.size(solver, inner, wish, span)
        return
    for number in range(_MOST_LENGTH):
        if wish.granted(number):
            break
    else:
        raise Unsolved("found an array that would be too long", span)
    if isinstance(inner, Apply) and inner.function == "split" and not solver.is_free(inner.arguments[1]):
        piece = (solver.constant(inner.arguments[1]), number)
        solver.want(inner.arguments[0], Wish("pieces", piece), span)
    elif number:
        last = Access(Type.DYNAMIC, inner, Constant(Type.LONG, number - 1), span=inner.span)
        solver.want(last, Wish("empty", None, holds=False), span)


def _between_times(solver: "Asking", value: Apply, wish: Wish, span: Span) -> None:
    """`datetime_diff`: the first time is the second and so many units."""
    unit, left, right = value.arguments
    seconds = _UNITS.get(str(solver.constant(unit)).lower())
    numbers = (one for size in range(_MOST_LENGTH) for one in (size, -size) if wish.granted(one))
    number = next(numbers, None)
    if seconds is None or number is None or wish.test not in _ORDER:
        solver.note("found datetime_diff, which events are not worked out for", value.span)
        return
    shift = timedelta(seconds=seconds * number)

    def ask() -> None:
        found: Any = solver.fixed(right)
        solver.want(left, Wish("==", found + shift), span)

    for one in (left, right):
        spot = solver.direct(one)
        if spot is not None:
            solver.wish(spot, Wish("there"), span)
    solver.later(ask)


def _found_in(solver: "Asking", value: Apply, wish: Wish, span: Span) -> None:
    """`indexof` and `countof`: a text that has a part, or has it not."""
    text, part = value.arguments[:2]
    if solver.is_free(part):
        solver.note(f"found {value.function} of a text that is not known", value.span)
        return
    none = -1 if value.function == "indexof" else 0
    solver.want(text, Wish("contains", solver.constant(part), not wish.granted(none)), span)


def _part(solver: "Asking", value: Apply, wish: Wish, span: Span) -> None:
    """`substring`: what is asked of the beginning is asked of the text."""
    spot = None if wish.holds is False else solver.place(value)
    if spot is None:
        solver.want(value.arguments[0], wish, span)
    else:
        solver.wish(spot, wish, span)


INVERSIONS: Mapping[str, Inversion] = {
    "tostring": _text,
    **dict.fromkeys(("bin", "floor", "ceiling", "round", "abs", "startofday", "startofhour", "startofweek"), _first),
    **dict.fromkeys(("coalesce", "bin_at", "startofmonth", "endofday", "array_sort_asc", "array_sort_desc"), _first),
    **dict.fromkeys(("toint", "tolong", "toreal", "todouble", "todecimal", "tobool", "todatetime"), _text),
    **dict.fromkeys(("totimespan", "toguid", "tolower", "toupper", "url_decode"), _text),
    **dict.fromkeys(("iff", "iif", "case"), _case),
    "strcat": _joined,
    **dict.fromkeys(("+", "-", "*", "/"), _arithmetic),
    "strlen": _length,
    **dict.fromkeys(("array_length", "arraylength"), _elements),
    "datetime_diff": _between_times,
    **dict.fromkeys(("indexof", "countof"), _found_in),
    "substring": _part,
}
