"""Tables as CSV that a spreadsheet opens without running anything."""

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_csv(header: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> str:
    """A table as CSV with lines that end in a line feed; None is an empty cell."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([cell(value) if isinstance(value, str) else value for value in row] for row in rows)
    return file.getvalue()


def cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula.  Source: OWASP, CSV Injection."""
    return "'" + text if text.startswith(_FORMULA_STARTS) else text
