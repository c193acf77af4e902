"""What has to be so for a condition to be true, or not to be: a row for each operator and function of conditions."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from rulefold.kql.plan import Access, Apply, Constant, TableValue, Value
from rulefold.kql.types import Type
from rulefold.synthesis.places import resolved
from rulefold.synthesis.symbols import Gathered, Unsolved
from rulefold.synthesis.wishes import Wish

if TYPE_CHECKING:
    from rulefold.synthesis.asking import Asking

Condition = Callable[["Asking", Apply, bool], None]

_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "=~": "=~"}
_ORDER = frozenset({"<", "<=", ">", ">="})


def _all(solver: "Asking", condition: Apply, holds: bool) -> None:
    """`and`; and `or` that is not to be."""
    for one in condition.arguments:
        solver.truth(one, holds)


def _any(solver: "Asking", condition: Apply, holds: bool) -> None:
    """`or`; and `and` that is not to be: one of the ways."""
    ways = [one for one in condition.arguments if solver.is_free(one)]
    known = [one for one in condition.arguments if not solver.is_free(one)]
    if any(bool(solver.constant(one)) is holds for one in known):
        return
    if not ways:
        raise Unsolved("found a condition that is never so", condition.span)
    solver.truth(ways[solver.choices.pick(id(condition), len(ways))], holds)


def _and(solver: "Asking", condition: Apply, holds: bool) -> None:
    (_all if holds else _any)(solver, condition, holds)


def _or(solver: "Asking", condition: Apply, holds: bool) -> None:
    (_any if holds else _all)(solver, condition, holds)


def _not(solver: "Asking", condition: Apply, holds: bool) -> None:
    solver.truth(condition.arguments[0], not holds)


def _compared(solver: "Asking", condition: Apply, holds: bool) -> None:
    """Two values with an operator between them."""
    test, (left, right) = condition.function.removeprefix("!"), condition.arguments[:2]
    if test in ("=", "~"):  # of != and !~
        test = {"=": "==", "~": "=~"}[test]
    if not solver.is_free(left) and test in _MIRRORED:
        left, right, test = right, left, _MIRRORED[test]
    if not solver.is_free(right):
        value = solver.constant(right)
        if value is None and test == "==":
            test = "null"
        solver.want(left, Wish(test, value, holds), condition.span)
    elif test in _ORDER:
        _ordered(solver, condition, Wish(test, None, holds), left, right)
    elif holds:
        solver.equal(left, right, condition.span)
    else:
        _unlike(solver, condition, left, right)


def _unequal(solver: "Asking", condition: Apply, holds: bool) -> None:
    _compared(solver, condition, not holds)


def _ordered(solver: "Asking", condition: Apply, wish: Wish, left: Value, right: Value) -> None:
    def ask() -> None:
        try:
            value = solver.fixed(right)
        except Unsolved:
            value = solver.fixed(left)
            solver.want(right, Wish(_MIRRORED[wish.test], value, wish.holds), condition.span)
            return
        if value is None:
            raise Unsolved("found a comparison with a value that is not there", condition.span)
        solver.want(left, Wish(wish.test, value, wish.holds), condition.span)

    for one in (left, right):
        spot = solver.direct(one)
        if spot is not None:
            solver.wish(spot, Wish("there"), condition.span)
    solver.later(ask)


def _unlike(solver: "Asking", condition: Apply, left: Value, right: Value) -> None:
    first, second = solver.place(left), solver.place(right)
    if first is not None and second is not None:
        solver.apart([first, second], condition.span)
    else:
        solver.note("found two expressions that have to differ", condition.span)


def _between(solver: "Asking", condition: Apply, holds: bool) -> None:
    value, low, high = condition.arguments
    upper = high
    if value.type is Type.DATETIME and high.type is Type.TIMESPAN:
        upper = Apply(Type.DATETIME, "+", (low, high), span=high.span)
    bounds = (
        Apply(Type.BOOL, ">=", (value, low), span=condition.span),
        Apply(Type.BOOL, "<=", (value, upper), span=condition.span),
    )
    _and(solver, Apply(Type.BOOL, "and", bounds, span=condition.span), holds)


def _listed(solver: "Asking", condition: Apply, holds: bool) -> None:
    """A value in a list, or one of a list in a text."""
    test, (value, *items) = condition.function.removeprefix("!"), condition.arguments
    known: list[object] = []
    for item in items:
        if isinstance(item, TableValue) and not solver.is_free(item):
            known += [row[0] for row in solver.judge.listed(item.relation)]
        elif not solver.is_free(item):
            found = solver.constant(item)
            known += found if isinstance(found, list) else [found]
    free = [item for item in items if solver.is_free(item)]
    if known or not free:
        if not solver.is_free(value):
            _held_by(solver, condition, known, holds)
            return
        solver.want(value, Wish(test, tuple(known), holds), condition.span)
    elif holds:
        solver.equal(value, _one_of(solver, free[0]), condition.span)
    elif not isinstance(free[0], TableValue):
        _unlike(solver, condition, value, _one_of(solver, free[0]))


def _held_by(solver: "Asking", condition: Apply, known: list[object], holds: bool) -> None:
    if Wish(condition.function.removeprefix("!"), tuple(known), holds).granted(solver.constant(condition.arguments[0])):
        return
    raise Unsolved("found a value that a condition is not true of", condition.span)


def _one_of(solver: "Asking", items: Value) -> Value:
    """A value of a list that is not known yet."""
    if isinstance(items, TableValue):
        value = solver.row(items.relation)[next(iter(items.relation.row))]
        while isinstance(value, Gathered) and (inner := resolved(solver, value, 0)) is not None:
            value = inner
        return value
    if items.type is not Type.DYNAMIC:
        return items
    found = resolved(solver, items, 0)
    return found or Access(Type.DYNAMIC, items, Constant(Type.LONG, 0), span=items.span)


def _plain(test: str, holds_too: bool) -> Condition:
    def ask(solver: "Asking", condition: Apply, holds: bool) -> None:
        solver.want(condition.arguments[0], Wish(test, None, holds is holds_too), condition.span)

    return ask


def _private(solver: "Asking", condition: Apply, holds: bool) -> None:
    solver.want(condition.arguments[0], Wish("private" if holds else "public"), condition.span)


def _in_network(solver: "Asking", condition: Apply, holds: bool) -> None:
    value, *networks = condition.arguments
    if any(map(solver.is_free, networks)):
        solver.note("found a network that is not known before the events are there", condition.span)
        return
    known = [one for item in networks for one in _as_list(solver.constant(item))]
    if holds:
        solver.want(value, Wish("in network", known[solver.choices.pick(id(condition), len(known))]), condition.span)
        return
    for one in known:
        solver.want(value, Wish("in network", one, holds=False), condition.span)


def _as_list(found: object) -> list[object]:
    return found if isinstance(found, list) else [found]


def _has_element(solver: "Asking", condition: Apply, holds: bool) -> None:
    items, wanted = condition.arguments[:2]
    if holds:
        solver.equal(_one_of(solver, items), wanted, condition.span)


_TEXTS = ("has", "contains", "startswith", "endswith", "hasprefix", "hassuffix")

CONDITIONS: Mapping[str, Condition] = {
    "and": _and,
    "or": _or,
    "not": _not,
    **dict.fromkeys(("==", "=~", "<", "<=", ">", ">=", "matches regex"), _compared),
    **dict.fromkeys(("!=", "!~"), _unequal),
    **dict.fromkeys((*_TEXTS, *(f"{one}_cs" for one in _TEXTS)), _compared),
    **dict.fromkeys(("in", "in~", "has_any", "has_all", "has_any_ipv4", "has_any_ipv4_prefix"), _listed),
    "between": _between,
    "isempty": _plain("empty", True),
    "isnotempty": _plain("empty", False),
    "notempty": _plain("empty", False),
    "isnull": _plain("null", True),
    "isnotnull": _plain("null", False),
    "notnull": _plain("null", False),
    "ipv4_is_private": _private,
    **dict.fromkeys(("ipv4_is_in_range", "ipv4_is_match", "ipv4_is_in_any_range"), _in_network),
    "set_has_element": _has_element,
}
