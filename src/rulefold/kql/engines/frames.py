"""Tables of other libraries as Arrow data: frames of pandas and Polars, and whatever gives an Arrow stream.

No library is imported for that: an object of one is there only where somebody else has imported it.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from rulefold.kql.engines.files import FilesError
from rulefold.kql.exchange import library
from rulefold.kql.types import Type
from rulefold.kql.written import written


@dataclass(frozen=True, slots=True)
class Stream:
    """An object that gives Arrow data, the exact names of its columns, and types that it does not state itself."""

    source: object
    names: tuple[str, ...] | None = None
    types: Mapping[str, Type] = field(default_factory=dict)


def stream_of(source: object) -> Stream | None:
    """The Arrow data of an object; None for one that gives none.  Raises FilesError, and ImportError for pyarrow."""
    pandas, polars = sys.modules.get("pandas"), sys.modules.get("polars")
    if pandas is not None and isinstance(source, pandas.DataFrame):
        return _checked(_of_pandas(source, pandas))
    if polars is not None and isinstance(source, polars.LazyFrame):
        source = source.collect()
    if polars is not None and isinstance(source, polars.DataFrame):
        return _of_polars(source, polars)
    if not hasattr(source, "__arrow_c_stream__"):
        return None
    names = getattr(getattr(source, "schema", None), "names", None)
    return _checked(Stream(source, tuple(map(str, names)) if isinstance(names, list) else None))


def _checked(stream: Stream) -> Stream:
    names = stream.names or ()
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise FilesError(f"found the column {twice[0]} twice, expected names, each once")
    return stream


def _of_pandas(frame: Any, pandas: Any) -> Stream:
    """Column by column, and without the index."""
    arrow = library("pyarrow")
    names = tuple(map(str, frame.columns))
    types: dict[str, Type] = {}
    arrays = []
    for number, name in enumerate(names):
        values = frame.iloc[:, number]
        array = None if _holds(values, dict, list, tuple, set) else _as_it_is(values, arrow)
        if array is None:
            present = (None if gone else value for value, gone in zip(values, _gone(values, pandas), strict=True))
            array = arrow.array([_json(name, value) for value in present], arrow.string())
            types[name] = Type.DYNAMIC
        arrays.append(array)
    return Stream(arrow.Table.from_arrays(arrays, names=list(names)), names, types)


def _holds(values: Any, *kinds: type) -> bool:
    return values.dtype == object and any(isinstance(value, kinds) or hasattr(value, "tolist") for value in values)


def _as_it_is(values: Any, arrow: Any) -> Any:
    """A column as Arrow data, None where it has values of several kinds, or such as Arrow and the engine have not."""
    try:
        array = arrow.Array.from_pandas(values)
    except (arrow.ArrowException, OverflowError, TypeError, ValueError):
        return None
    if (
        getattr(array.type, "extension_name", "") == "pandas.period"
    ):  # whole numbers, of which nothing says what they are
        return None
    return array.cast(arrow.float32()) if array.type == arrow.float16() else array


def _gone(values: Any, pandas: Any) -> Iterable[bool]:
    """Whether each value is missing; `isna` of a list would be a list."""
    return (not hasattr(value, "__len__") and bool(pandas.isna(value)) for value in values)


def _of_polars(frame: Any, polars: Any) -> Stream:
    """Columns of Python objects, which Polars itself does not hand over, are text."""
    types: dict[str, Type] = {}
    for name, type_ in frame.schema.items():
        if type_ == polars.Object:
            values = frame[name].to_list()
            are_ids = all(value is None or isinstance(value, UUID) for value in values)
            types[name] = Type.GUID if are_ids else Type.DYNAMIC
            texts = [None if value is None else str(value) if are_ids else _json(name, value) for value in values]
            frame = frame.with_columns(polars.Series(name, texts, dtype=polars.String))
    return Stream(frame, tuple(frame.columns), types)


def _json(column: str, value: object) -> str | None:
    try:
        return None if value is None else json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))
    except TypeError as error:
        raise FilesError(f"column {column}: found a value that is neither of Arrow nor of JSON: {error}") from error


def _plain(value: Any) -> object:
    """A value as one of JSON, also one of numpy."""
    match value:
        case Mapping():
            return {str(key): _plain(one) for key, one in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(one) for one in value]
        case datetime():
            return written(value.astimezone(UTC) if value.tzinfo else value)
        case _ if hasattr(value, "tolist"):
            return _plain(value.tolist())
        case _:
            return written(value)
