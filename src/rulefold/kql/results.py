"""What goes into a run of a query, and what comes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from rulefold.kql.types import Type

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow


class ResultColumn(NamedTuple):
    """A column of a result."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class Result:
    """The rows of a query, each a tuple with a value for each column.

    A string is a str, a long or int an int, a real a float, a bool a bool, a decimal a Decimal, a guid a UUID, a
    datetime an aware datetime in UTC, a timespan a timedelta, both to the microsecond; a dynamic is a dict, a list or
    a scalar.  Null is None; no string is null.
    """

    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[object, ...], ...]

    def to_arrow(self) -> "pyarrow.Table":
        """The rows as a table of pyarrow, see `rulefold.kql.exchange`.  Raises ImportError where it is missing."""
        from rulefold.kql.exchange import to_arrow

        return to_arrow(self)

    def to_pandas(self) -> "pandas.DataFrame":
        """The rows as a frame of pandas, in types that know null.  Raises ImportError where it is missing."""
        from rulefold.kql.exchange import to_pandas

        return to_pandas(self)

    def to_polars(self) -> "polars.DataFrame":
        """The rows as a frame of Polars.  Raises ImportError where it is missing."""
        from rulefold.kql.exchange import to_polars

        return to_polars(self)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from rulefold.kql.notebook import as_html

        return as_html(self)


TIME = "TimeGenerated"
"""The column that says when an event was, in tables that have one."""


class Timespan(NamedTuple):
    """The time that a query sees of tables with a column `TimeGenerated`: from the start on, and before the end."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Table:
    """A table for a query to read: the types of its columns by name, and where its rows are.

    The source is a list of rows (dicts by column, or tuples in the order of the schema); a frame of pandas or Polars,
    or another object that gives Arrow data (`__arrow_c_stream__`); or the path of a file or of a folder of files: JSON
    lines, JSON, CSV or Parquet, also compressed by gzip or zstd (Parquet as a whole: by gzip).  Without a schema, the
    columns of a path and of Arrow data are those that are found there.
    """

    schema: Mapping[str, str] | None
    source: object


@dataclass(frozen=True, slots=True)
class Watchlist:
    """A watchlist of Sentinel: its items, and the column whose values are its search key, else the first one.

    The items are a table; of a path, which is one of CSV, and of Arrow data a schema may be missing.  All columns are
    text in a query, whatever they are here.
    """

    items: Table
    search_key: str | None = None
