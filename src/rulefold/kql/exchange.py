"""Results as tables of other libraries: pyarrow, pandas and Polars.

A datetime is a timestamp in microseconds of UTC, a timespan a duration in microseconds, an int and a long 64 bits, a
decimal one of 38 digits with 12 places, a guid text; a dynamic is JSON text, which keeps every value as it is, where a
struct would give all rows the members of all others.  The libraries are imported when they are asked for.
"""

import json
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from rulefold.kql.types import Type
from rulefold.kql.written import written

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

    from rulefold.kql.results import Result

_EXTRA = "pip install 'rulefold[interop]'"


def library(name: str) -> Any:
    """A package of the extra `interop`.  Raises ImportError with how to get it."""
    try:
        return import_module(name)
    except ImportError as error:
        raise ImportError(f"{name} is missing, which this needs: {_EXTRA}", name=name) from error


# --------------------------------------------------------------------------------------------------------------- out


def to_arrow(result: "Result") -> "pyarrow.Table":
    """The rows as a table of pyarrow.  Raises ImportError without it."""
    arrow = library("pyarrow")
    columns = list(zip(*result.rows, strict=True)) or [()] * len(result.columns)
    types = [_ARROW_TYPES[column.type](arrow) for column in result.columns]
    arrays = [
        arrow.array(_prepared(values, column.type), type_)
        for values, column, type_ in zip(columns, result.columns, types, strict=True)
    ]
    schema = arrow.schema([(column.name, type_) for column, type_ in zip(result.columns, types, strict=True)])
    return arrow.Table.from_arrays(arrays, schema=schema)


def to_pandas(result: "Result") -> "pandas.DataFrame":
    """The rows as a frame of pandas, whole numbers and truths in the types that know null.  Raises ImportError."""
    frames = library("pandas")
    arrow = library("pyarrow")
    kept = {arrow.int64(): frames.Int64Dtype(), arrow.bool_(): frames.BooleanDtype()}
    return to_arrow(result).to_pandas(types_mapper=kept.get)


def to_polars(result: "Result") -> "polars.DataFrame":
    """The rows as a frame of Polars.  Raises ImportError without it, and without pyarrow."""
    return library("polars").from_arrow(to_arrow(result))


def _prepared(values: Sequence[object], type_: Type) -> Sequence[object]:
    if type_ in (Type.DYNAMIC, Type.UNKNOWN):
        return [None if value is None else json.dumps(written(value), ensure_ascii=False) for value in values]
    return [None if value is None else str(value) for value in values] if type_ is Type.GUID else values


_ARROW_TYPES: dict[Type, Callable[[Any], Any]] = {
    Type.BOOL: lambda arrow: arrow.bool_(),
    Type.INT: lambda arrow: arrow.int64(),
    Type.LONG: lambda arrow: arrow.int64(),
    Type.REAL: lambda arrow: arrow.float64(),
    Type.DECIMAL: lambda arrow: arrow.decimal128(38, 12),
    Type.STRING: lambda arrow: arrow.string(),
    Type.DATETIME: lambda arrow: arrow.timestamp("us", "UTC"),
    Type.TIMESPAN: lambda arrow: arrow.duration("us"),
    Type.GUID: lambda arrow: arrow.string(),
    Type.DYNAMIC: lambda arrow: arrow.string(),
    Type.UNKNOWN: lambda arrow: arrow.string(),
}
