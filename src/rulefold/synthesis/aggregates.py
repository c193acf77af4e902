"""What the rows of a group have to be like for an aggregate of them to be as it is wished."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from rulefold.kql.plan import Apply, Value
from rulefold.synthesis.symbols import Gathered, MoreRows, Unsolved
from rulefold.synthesis.wishes import Wish
from rulefold.text import Span

if TYPE_CHECKING:
    from rulefold.synthesis.asking import Asking

MOST_ROWS = 250  # in a group

Wanted = Callable[["Asking", Gathered, Wish, Span], None]

_FIRST = frozenset({"any", "take_any", "anyif", "take_anyif", "min", "minif", "arg_min", "argmin", "arg_max", "argmax"})
_ONE = frozenset({"avg", "percentile", "percentiles"})  # of a single row, its value
_DISTINCT = frozenset({"dcount", "count_distinct", "dcountif", "count_distinctif"})
_SETS = frozenset({"make_set", "makeset", "make_set_if"})
_LISTS = frozenset({"make_list", "makelist", "make_list_if", "make_list_with_nulls"})
NAMES = frozenset(
    {*_FIRST, *_ONE, *_DISTINCT, *_SETS, *_LISTS}
    | {
        "count",
        "countif",
        "sum",
        "sumif",
        "max",
        "maxif",
        "make_bag",
        "make_bag_if",
        "stdev",
        "stdevif",
        "variance",
        "varianceif",
    }
    | {"hll", "tdigest", "buildschema", "make_dictionary", "binary_all_or", "stdevp", "variancep"}
)


def of(value: Apply, rows: list[tuple[Value, ...]], group: int) -> Value:
    """An aggregate of rows as a value: that of one of them, where it is one; else what is gathered."""
    name = value.function
    if name in _FIRST or (name in _ONE and len(rows) == 1):
        return rows[0][0]
    if name in ("max", "maxif"):
        return rows[-1][0]
    return Gathered(value.type, name, tuple(rows), group, span=value.span)


def want(solver: "Asking", value: Gathered, wish: Wish, span: Span) -> None:
    """Ask something of an aggregate."""
    asked = _WANTED.get(value.function)
    if asked is None:
        solver.note(f"found {value.function}, an aggregate that events are not worked out for", value.span)
        return
    asked(solver, value, wish, span)


def size(solver: "Asking", value: Gathered, wish: Wish, span: Span) -> None:
    """Ask something of the number of elements of a list or a set."""
    (_distinct if value.function in _SETS else _count)(solver, value, wish, span)


def _least(wish: Wish, span: Span, start: int = 0) -> int:
    for number in range(start, MOST_ROWS + 1):
        if wish.granted(number):
            return number
    raise Unsolved(f"found a group that would need more than {MOST_ROWS} rows, or none", span)


def _count(_solver: "Asking", value: Gathered, wish: Wish, span: Span) -> None:
    if not wish.granted(len(value.rows)):
        number = _least(wish, span, 1)
        if number < len(value.rows):
            raise Unsolved("found a group with two sizes", span)
        raise MoreRows(value.group, number)


def _count_if(solver: "Asking", value: Gathered, wish: Wish, span: Span) -> None:
    number = _least(wish, span)
    if number > len(value.rows):
        raise MoreRows(value.group, number)
    for at, row in enumerate(value.rows):
        solver.truth(row[-1], at < number)


def _distinct(solver: "Asking", value: Gathered, wish: Wish, span: Span) -> None:
    """So many different values; the other rows are left as they are."""
    number = _least(wish, span, 1)
    if number > len(value.rows):
        raise MoreRows(value.group, number)
    spots = [solver.place(row[0]) for row in value.rows]
    known = [spot for spot in spots if spot is not None]
    if len(known) < len(spots):
        solver.note(f"found {value.function} of an expression that events are not worked out for", span)
        return
    if number > 1:
        solver.apart(known[:number], span)
    else:
        solver.wish(known[0], Wish("empty", None, holds=False), span)
    for spot in known[number:]:
        solver.same(known[0], spot, span)
    if value.function.endswith("if"):
        for row in value.rows:
            solver.truth(row[1], True)


def _total(solver: "Asking", value: Gathered, wish: Wish, span: Span) -> None:
    """A sum: all of it in the first row, or the same of each where the query says how much it is."""
    if not any(solver.is_free(row[0]) for row in value.rows):
        each: Any = solver.constant(value.rows[0][0])
        number = next((n for n in range(1, MOST_ROWS) if each and wish.granted(n * each)), None)
        if number is None:
            raise Unsolved("found a sum that no number of rows has", span)
        if number > len(value.rows):
            raise MoreRows(value.group, number)
        return
    solver.want(value.rows[0][0], wish, span)
    for row in value.rows[1:]:
        solver.want(row[0], Wish("==", 0), span)
    if value.function.endswith("if"):
        solver.truth(value.rows[0][1], True)


def _each(solver: "Asking", value: Gathered, wish: Wish, span: Span) -> None:
    for row in value.rows:
        solver.want(row[0], wish, span)


def _held(solver: "Asking", value: Gathered, wish: Wish, span: Span) -> None:
    """Something of the text of a list: of its first element."""
    if wish.test == "==" and wish.value in ("[]", ""):
        if wish.holds:
            raise Unsolved("found a list that has to be empty", span)
        wish = Wish("empty", None, holds=False)
    if wish.test in ("empty", "null"):
        if wish.holds:
            raise Unsolved("found a list that has to be empty", span)
        wish = Wish("empty", None, holds=False)
    solver.want(value.rows[0][0], wish, span)


_WANTED: Mapping[str, Wanted] = {
    "count": _count,
    "countif": _count_if,
    **dict.fromkeys(_DISTINCT, _distinct),
    **dict.fromkeys(("sum", "sumif"), _total),
    **dict.fromkeys(("avg", "avgif", "percentile", "percentiles"), _each),
    **dict.fromkeys((*_SETS, *_LISTS, "make_bag", "make_bag_if"), _held),
}
