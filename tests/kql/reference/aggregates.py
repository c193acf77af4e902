"""Aggregates: of rows, what their arguments are in each of them."""

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rulefold.kql.types import Type
from tests.kql.reference.values import (
    DYNAMICS,
    Unsupported,
    convert,
    identity,
    null,
    to_dynamic,
    wrapped,
)


@dataclass(frozen=True, slots=True)
class Group:
    """An aggregate of the rows of a group: its arguments in each row, and their types."""

    function: str
    type: Type
    rows: Sequence[tuple[Any, ...]]
    types: tuple[Type, ...]

    def known(self) -> list[Any]:
        """The first argument, where it is not null."""
        return [row[0] for row in self.rows if row[0] is not None]

    def size(self, number: int) -> int | None:
        """An argument that limits how many there are."""
        return self.rows[0][number] if self.rows and len(self.types) > number else None


def _sum(group: Group) -> Any:
    if group.types[0] in DYNAMICS or group.types[0] is Type.DECIMAL:
        raise Unsupported("a sum of dynamics")
    if group.types[0] is Type.REAL:
        return math.fsum(group.known()) if all(map(math.isfinite, group.known())) else sum(group.known())
    return wrapped(sum(group.known()))


def _average(group: Group) -> Any:
    values, type_ = group.known(), group.types[0]
    if type_ in (Type.DATETIME, Type.TIMESPAN, Type.DECIMAL, *DYNAMICS):
        raise Unsupported(f"the average of {type_}")
    if not values:
        return math.nan
    if type_ is not Type.REAL and sum(map(abs, values)) > 2**53:
        raise Unsupported("the average of more than a real holds exactly")
    return float(sum(values)) / len(values)


def _extreme(choose: Callable[[list[Any]], Any]) -> Callable[[Group], Any]:
    def extreme(group: Group) -> Any:
        if group.types[0] in DYNAMICS:
            raise Unsupported("the greatest dynamic")
        values = [one for one in group.known() if one != ""]
        if any(one != one for one in values):
            return math.nan
        return choose(values) if values else null(group.types[0])

    return extreme


def _distinct_count(group: Group) -> int:
    return len({identity(one) for one in group.known()})


def _elements(group: Group) -> list[Any]:
    """What goes into a list: dynamics with their nulls and the elements of arrays, of other types what is not null."""
    if group.types[0] not in DYNAMICS:
        return [to_dynamic(one, group.types[0]) for one in group.known()]
    found: list[Any] = []
    for row in group.rows:
        found += row[0] if isinstance(row[0], list) else [row[0]]
    return found


def _make_list(group: Group) -> list[Any]:
    return _elements(group)[: group.size(1)]


def _make_list_with_nulls(group: Group) -> list[Any]:
    if group.types[0] in DYNAMICS:
        raise Unsupported("make_list_with_nulls of dynamics")
    return [to_dynamic(row[0], group.types[0]) for row in group.rows]


def _make_set(group: Group) -> list[Any]:
    known = Group(group.function, group.type, [row for row in group.rows if row[0] is not None], group.types)
    elements = _elements(known)
    if None in elements:
        # Nulls are ignored, says the documentation, as that of make_list does, which keeps those of a dynamic.
        raise Unsupported("a set of arrays with null elements")
    found = {identity(one): one for one in elements}
    size = group.size(1)
    if size is not None and size < len(found):
        raise Unsupported("a set that is cut off")
    return list(found.values())


def _make_bag(group: Group) -> dict[str, Any]:
    bag: dict[str, Any] = {}
    for one in group.known():
        for key, value in one.items() if isinstance(one, dict) else ():
            bag.setdefault(key, value)
    return bag


def _spread(function: Callable[[list[float]], float]) -> Callable[[Group], float]:
    def spread(group: Group) -> float:
        values = [float(one) for one in group.known()]
        if not all(math.isfinite(one) and abs(one) < 1e9 for one in values):
            raise Unsupported("the spread of what is not finite")
        return function(values) if len(values) > 1 else 0.0

    return spread


def _any(group: Group) -> Any:
    """Any value that is not null: known only where all are the same."""
    values = {identity(one): one for one in group.known() if one != ""}
    if len(values) > 1:
        raise Unsupported("any of several values")
    return next(iter(values.values()), null(group.types[0]))


def _percentile(group: Group) -> Any:
    """The least value of which at least so many percent are not greater."""
    values = sorted(group.known())
    if group.types[0] not in (Type.LONG, Type.INT, Type.DATETIME, Type.TIMESPAN):
        raise Unsupported(f"percentiles of {group.types[0]}")
    if not values:
        raise Unsupported("a percentile of nothing")
    rank = math.ceil(float(group.rows[0][1]) / 100 * len(values))
    return values[max(rank, 1) - 1]


def _where(function: Callable[[Group], Any], condition: int = 1) -> Callable[[Group], Any]:
    """Of the rows for which an argument is true."""

    def of_some(group: Group) -> Any:
        rows = [
            (*row[:condition], *row[condition + 1 :])
            for row in group.rows
            if convert(row[condition], group.types[condition], Type.BOOL)
        ]
        types = (*group.types[:condition], *group.types[condition + 1 :])
        return function(Group(group.function, group.type, rows, types))

    return of_some


_OF_ROWS: dict[str, Callable[[Group], Any]] = {
    "sum": _sum,
    "avg": _average,
    "min": _extreme(min),
    "max": _extreme(max),
    "dcount": _distinct_count,
    "stdev": _spread(statistics.stdev),
    "variance": _spread(statistics.variance),
    "take_any": _any,
    "any": _any,
}

AGGREGATES: dict[str, Callable[[Group], Any]] = {
    **_OF_ROWS,
    **{f"{name}if": _where(function) for name, function in _OF_ROWS.items()},
    "count": lambda group: len(group.rows),
    "countif": lambda group: sum(convert(row[0], group.types[0], Type.BOOL) is True for row in group.rows),
    "count_distinct": _distinct_count,
    "make_list": _make_list,
    "make_list_if": _where(_make_list),
    "make_list_with_nulls": _make_list_with_nulls,
    "make_set": _make_set,
    "make_set_if": _where(_make_set),
    "make_bag": _make_bag,
    "percentile": _percentile,
}


def row_of_extreme(function: str, keys: Sequence[Any], type_: Type) -> int | None:
    """The number of the row with the greatest or the least key; None for no rows."""
    if type_ is Type.STRING and "" in keys:
        raise Unsupported("the greatest of empty texts")
    known = [(key, number) for number, key in enumerate(keys) if key is not None]
    if not known:
        if len(keys) > 1:
            raise Unsupported("the greatest of nulls")
        return 0 if keys else None
    if any(key != key for key, _ in known):
        raise Unsupported("the greatest of NaN")
    best = (max if "max" in function else min)(key for key, _ in known)
    found = [number for key, number in known if key == best]
    if len(found) > 1:
        raise Unsupported("several rows with the greatest key")
    return found[0]
