"""Tables as CSV that a spreadsheet opens without running anything."""

import csv
import io
from collections.abc import Iterable, Sequence

# What a cell must not begin with.  Source: OWASP, CSV Injection.
_FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")


def as_csv(header: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> bytes:
    """A table as CSV in UTF-8, with lines that end in a line feed; None is an empty cell.

    A text that a spreadsheet could take for a formula gets an apostrophe in front.
    """
    data = io.BytesIO()
    with io.TextIOWrapper(data, "utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(
            ["'" + value if isinstance(value, str) and value[:1] in _FORMULA_STARTS else value for value in row]
            for row in rows
        )
        file.flush()
        return data.getvalue()
