"""A result as a notebook shows it: a table in HTML, of the first rows."""

from html import escape
from typing import TYPE_CHECKING

from rulefold.kql.types import NUMBERS
from rulefold.kql.written import shown
from rulefold.visible import visible_lines

if TYPE_CHECKING:
    from rulefold.kql.results import Result

_ROWS = 50
_CHARACTERS = 500  # of a value
# No colours but those around, which may be light or dark; and no mathematics: `$` in a value is a dollar.
_CLASSES = "tex2jax_ignore mathjax_ignore"
_TABLE = "border-collapse: collapse; color: inherit; background: transparent"
_CELL = "padding: 2px 8px; border-bottom: 1px solid rgba(128, 128, 128, 0.4); vertical-align: top"
_VALUE = f"{_CELL}; white-space: pre-wrap; overflow-wrap: anywhere"


def as_html(result: "Result") -> str:
    """A table of the first rows, and how many there are."""
    sides = ["right" if column.type in NUMBERS else "left" for column in result.columns]
    head = "".join(
        f'<th style="{_CELL}; text-align: {side}" title="{column.type}">{_text(column.name)}</th>'
        for column, side in zip(result.columns, sides, strict=True)
    )
    body = "".join(f"<tr>{_cells(row, sides)}</tr>" for row in result.rows[:_ROWS])
    table = f'<table style="{_TABLE}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div class="{_CLASSES}">{table}<p>{_count(len(result.rows))}</p></div>'


def _cells(row: tuple[object, ...], sides: list[str]) -> str:
    return "".join(
        f'<td style="{_VALUE}; text-align: {side}">{_text(shown(value))}</td>'
        for value, side in zip(row, sides, strict=True)
    )


def _text(text: str) -> str:
    cut = text if len(text) <= _CHARACTERS else f"{text[:_CHARACTERS]}…"
    return escape(visible_lines(cut))


def _count(rows: int) -> str:
    counted = f"{rows:,} row{'' if rows == 1 else 's'}"
    return counted if rows <= _ROWS else f"{counted}, of which the first {_ROWS} are shown"
