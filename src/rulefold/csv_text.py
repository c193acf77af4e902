"""Tables as CSV that a spreadsheet opens without running anything."""

import csv
import io
from collections.abc import Iterable, Sequence

# What a cell must not begin with.  Source: OWASP, CSV Injection.
_FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
_GUARDED = _FORMULA_STARTS | {"'"}


def as_csv(header: Sequence[str], rows: Iterable[Sequence[str | float | None]], line_end: str = "\n") -> bytes:
    """A table as CSV in UTF-8; None is an empty cell.

    A text that a spreadsheet could take for a formula has an apostrophe before it, and so has one that begins with an
    apostrophe: whoever reads the file with a program takes one away, see `unguarded`.
    """
    data = io.BytesIO()
    with io.TextIOWrapper(data, "utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator=line_end)
        writer.writerow(header)
        writer.writerows(
            ["'" + value if isinstance(value, str) and value[:1] in _GUARDED else value for value in row]
            for row in rows
        )
        file.flush()
        return data.getvalue()


def unguarded(cell: str) -> str:
    """The text of a cell that `as_csv` has written."""
    return cell.removeprefix("'")
