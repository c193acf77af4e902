"""Rows that are expected, and rows that were found: where they differ, as lines for people."""

import json
import math
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

Row = Mapping[str, object]

_WIDTH = 74  # characters, where a runner indents by six
_MOST = 10  # rows that are shown of each kind
_GAP = "  "


class Line(NamedTuple):
    """A line, and what it shows: what is expected (-), what was found (+), or neither."""

    text: str
    mark: Literal["", "-", "+"] = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a detection is to find: rows with some of their columns, whether it fires, or both.

    Columns of `sets` hold lists that are compared in any order.
    """

    rows: Sequence[Row] | None
    fires: bool | None = None
    ordered: bool = False
    sets: tuple[str, ...] = ()


def difference(expected: Expected, found: Sequence[Row], fired: bool) -> Iterator[Line]:
    """How what was found differs from what was expected; nothing where it does not.

    All rows that are expected name the same columns, and only these are looked at.
    """
    if expected.fires is not None and expected.fires != fired:
        wanted = "that it fires" if expected.fires else "that it does not fire"
        yield Line(f"expected {wanted}, found {_counted(len(found))}")
        if expected.rows is None:
            yield from _surplus(found)
    if expected.rows is not None:
        yield from _rows(expected.rows, _seen(expected.rows, found), expected)


def _seen(rows: Sequence[Row], found: Sequence[Row]) -> list[Row]:
    names = list(rows[0]) if rows else None
    return [{name: row[name] for name in names} if names is not None else row for row in found]


def _rows(rows: Sequence[Row], found: list[Row], expected: Expected) -> Iterator[Line]:
    """Rows that fit are taken away first: fitting is an equivalence, so it does not matter which are paired."""
    left, missing = list(found), []
    for number, row in enumerate(rows, 1):
        at = next((n for n, one in enumerate(left) if _fits(row, one, expected.sets)), None)
        if at is None:
            missing.append((number, row))
        else:
            del left[at]
    if missing or left:
        if len(rows) != len(found):
            yield Line(f"expected {_counted(len(rows))}, found {len(found):,}")
        yield from _unfitting(missing, left, expected.sets)
    elif expected.ordered:
        yield from _order(rows, found, expected.sets)


def _unfitting(missing: Iterable[tuple[int, Row]], left: list[Row], sets: tuple[str, ...]) -> Iterator[Line]:
    """Each row that is missing, beside the most similar of those that are left."""
    for shown, (number, row) in enumerate(missing):
        if shown == _MOST:
            yield Line("and more rows that differ")
            break
        like = max(left, key=lambda one: _likeness(row, one, sets), default=None)
        if like is None or (_likeness(row, like, sets) == 0 and len(row) > 1):
            yield Line(f"row {number} is missing")
            yield from _values(row, "-")
            continue
        left.remove(like)
        yield Line(f"row {number} differs")
        for name in row:
            if not _same(row[name], like[name], name in sets):
                yield from _values({name: row[name]}, "-")
                yield from _values({name: like[name]}, "+")
    yield from _surplus(left)


def _surplus(rows: Sequence[Row]) -> Iterator[Line]:
    for row in rows[:_MOST]:
        yield Line("a row too many")
        yield from _values(row, "+")
    if len(rows) > _MOST:
        yield Line(f"and {len(rows) - _MOST:,} rows more")


def _order(rows: Sequence[Row], found: Sequence[Row], sets: tuple[str, ...]) -> Iterator[Line]:
    for number, (row, one) in enumerate(zip(rows, found, strict=True), 1):
        if not _fits(row, one, sets):
            yield Line(f"the rows are there in another order: row {number}")
            yield from _values(row, "-")
            yield from _values(one, "+")
            return


def _likeness(row: Row, other: Row, sets: tuple[str, ...]) -> int:
    return sum(_same(row[name], other[name], name in sets) for name in row)


def _fits(row: Row, other: Row, sets: tuple[str, ...]) -> bool:
    return _likeness(row, other, sets) == len(row)


def _same(value: object, other: object, is_set: bool = False) -> bool:
    """Whether values are the same; reals are where they differ by what rounding leaves."""
    match value, other:
        case (bool(), _) | (_, bool()):
            return value is other
        case (int() | float(), int() | float()):
            return math.isclose(value, other, rel_tol=1e-9)
        case (list(), list()):
            one, two = (sorted(value, key=_text), sorted(other, key=_text)) if is_set else (value, other)
            return len(one) == len(two) and all(map(_same, one, two))
        case (Mapping(), Mapping()):
            return value.keys() == other.keys() and all(_same(value[key], other[key]) for key in value)
        case _:
            return value == other


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _values(row: Row, mark: Literal["-", "+"]) -> Iterator[Line]:
    longest = max(map(len, row), default=0)
    for name, value in row.items():
        head = f"{mark} {name.ljust(longest)}{_GAP}"
        indent = " " * min(len(head), _WIDTH // 2)
        text = head + json.dumps(value, ensure_ascii=False)
        for line in textwrap.wrap(text, _WIDTH, subsequent_indent=indent, drop_whitespace=False) or [text]:
            yield Line(line.rstrip(), mark)


def _counted(rows: int) -> str:
    return f"{rows:,} row" if rows == 1 else f"{rows:,} rows"
