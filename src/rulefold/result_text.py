"""Results of queries as text: JSON, JSON lines, CSV, and tables for people; for values see `rulefold.kql.written`."""

import json
import math
import textwrap
from collections.abc import Iterator, Sequence

from rulefold.csv_text import as_csv
from rulefold.kql import Result
from rulefold.kql.types import NUMBERS
from rulefold.kql.written import json_line, shown, written
from rulefold.visible import visible

_GAP = "  "
_LEAST_VALUE = 20  # characters for a value, however long the names are


def row_objects(result: Result) -> Iterator[dict[str, object]]:
    """The rows as objects of JSON."""
    names = [column.name for column in result.columns]
    return (dict(zip(names, map(written, row), strict=True)) for row in result.rows)


def as_json(value: object) -> str:
    """JSON that can be read."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def as_json_lines(result: Result, detection: str | None = None) -> Iterator[str]:
    """An object a line: the row, or where a detection is named `{"detection": …, "row": …}`."""
    for row in row_objects(result):
        yield json_line(row if detection is None else {"detection": detection, "row": row}) + "\n"


def as_csv_text(result: Result) -> str:
    """CSV that a spreadsheet opens without running anything, see `csv_text`."""
    rows = (tuple(map(_cell, row)) for row in result.rows)
    return as_csv([column.name for column in result.columns], rows).decode()


def _cell(value: object) -> str | float | None:
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return value
        case float() if math.isfinite(value):
            return value
        case _:
            return shown(value)


def cells(result: Result) -> Iterator[list[str]]:
    """The rows as texts for people; null is empty."""
    return ([shown(value) for value in row] for row in result.rows)


def as_lines(result: Result, width: int) -> Iterator[tuple[str, bool]]:
    """Lines for people, each with whether it is a head: a table where it fits, or else a block for each row."""
    names = [_line(column.name) for column in result.columns]
    rows = [[_line(shown(value)) for value in row] for row in result.rows]
    widths = [max(map(len, column)) for column in zip(names, *rows, strict=True)]
    if sum(widths) + len(_GAP) * (len(widths) - 1) <= width:
        yield from _table(result, names, rows, widths)
    else:
        yield from _blocks(names, rows, width)


def _line(text: str) -> str:
    return visible(" ".join(text.split()))


def _table(
    result: Result, names: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]
) -> Iterator[tuple[str, bool]]:
    right = [column.type in NUMBERS for column in result.columns]
    for number, row in enumerate([names, *rows]):
        cells = (
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(row, widths, right, strict=True)
        )
        yield _GAP.join(cells).rstrip(), number == 0


def _blocks(names: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Iterator[tuple[str, bool]]:
    longest = max(map(len, names))
    room = max(width - longest - len(_GAP), _LEAST_VALUE)
    for number, row in enumerate(rows, 1):
        yield f"row {number:,}", True
        for name, value in zip(names, row, strict=True):
            first, *others = textwrap.wrap(value, room, break_on_hyphens=False) or [""]
            yield f"{name.ljust(longest)}{_GAP}{first}".rstrip(), False
            yield from ((" " * (longest + len(_GAP)) + line, False) for line in others)
