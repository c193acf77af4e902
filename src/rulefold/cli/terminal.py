"""What the terminal shows: diagnostics, tables, progress."""

import os
import re
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from rulefold.diagnostics import Diagnostic

COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}
# Control characters but tab and line feed, and marks that reorder text: what a page holds must not steer a terminal.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_PATIENCE = 1.0

T = TypeVar("T")


def obey_no_color(context: click.Context) -> None:
    """Take colour away where NO_COLOR is set and not empty.  Source: no-color.org."""
    if os.environ.get("NO_COLOR"):
        context.color = False


def plain(text: str) -> str:
    """A text with what could steer a terminal written as escapes."""
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def print_diagnostic(diagnostic: "Diagnostic") -> None:
    """Print a diagnostic to standard error, its severity in colour."""
    from rulefold.diagnostics import render_text

    text = plain(render_text(diagnostic))
    severity = str(diagnostic.severity)
    coloured = click.style(severity, fg=COLOURS[severity], bold=True)
    head, mark, rest = text.partition(f"{severity} {diagnostic.code}:")
    click.echo(f"{head}{coloured}{mark.removeprefix(severity)}{rest}", err=True)


def print_counts(diagnostics: Iterable["Diagnostic"]) -> None:
    """Print to standard error how many diagnostics there are of each code, with what the code means."""
    from rulefold.codes import CODES

    counts = Counter((d.severity, d.code) for d in diagnostics)
    for (severity, code), count in sorted(
        counts.items(), key=lambda item: (list(COLOURS).index(item[0][0]), item[0][1])
    ):
        label = click.style(f"{severity!s:7}", fg=COLOURS[str(severity)], bold=True)
        click.echo(f"{count:6,} {label} {code} {CODES[code].name}", err=True)


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 row`, `2 rows`, `4,233 entries`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def progress(items: Sequence[T], noun: str) -> Iterator[T]:
    """The items, with a line on how far they are: after a second, and only on a terminal."""
    start = time.monotonic()
    shown = False
    try:
        for number, item in enumerate(items, 1):
            yield item
            if sys.stderr.isatty() and time.monotonic() - start > _PATIENCE:
                shown = True
                click.echo(f"\r{number:,} of {counted(len(items), noun)}", err=True, nl=False)
    finally:
        if shown:
            click.echo("\r\x1b[K", err=True, nl=False)


def print_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table to standard output; on a terminal the last column is cut to what is left of the line."""
    shown = [[plain(" ".join(cell.split())) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *shown, strict=True)]
    room = shutil.get_terminal_size().columns - sum(widths[:-1]) - 2 * (len(widths) - 1)
    cut = sys.stdout.isatty()
    for number, row in enumerate([list(header), *shown]):
        last = row[-1]
        if cut and len(last) > room:
            last = last[: max(room - 1, 0)] + "…"
        line = "  ".join([*(cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)), last])
        click.echo(click.style(line, bold=True) if number == 0 else line)
