"""What goes into a run of a query, and what comes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from rulefold.kql.types import Type


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


@dataclass(frozen=True, slots=True)
class Table:
    """A table for a query to read: the types of its columns by name, and where its rows are.

    The source is a list of rows (dicts by column, or tuples in the order of the schema), or an object that gives Arrow
    data (`__arrow_c_stream__`), or the path of a file or of a folder of files: JSON lines, JSON, CSV or Parquet, also
    compressed by gzip or zstd.  Without a schema, the columns of a path are those that are found there.
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
