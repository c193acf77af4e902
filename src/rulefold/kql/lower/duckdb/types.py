"""How DuckDB keeps the types of KQL.

Whole numbers are BIGINT, both int and long.  A timespan is a BIGINT of ticks of 100 ns; a datetime is a TIMESTAMP in
UTC, which has microseconds, so that the seventh digit of a second is cut off.  A dynamic is JSON.
"""

from sqlglot import exp

from rulefold.kql.lower.sql import Node
from rulefold.kql.types import Type

_NAMES = {
    Type.BOOL: exp.DType.BOOLEAN,
    Type.INT: exp.DType.BIGINT,
    Type.LONG: exp.DType.BIGINT,
    Type.REAL: exp.DType.DOUBLE,
    Type.STRING: exp.DType.VARCHAR,
    Type.DATETIME: exp.DType.TIMESTAMP,
    Type.TIMESPAN: exp.DType.BIGINT,
    Type.GUID: exp.DType.UUID,
    Type.DYNAMIC: exp.DType.JSON,
    Type.UNKNOWN: exp.DType.JSON,
}
INTEGER = exp.DataType(this=exp.DType.INT)
BIGINT = exp.DataType(this=exp.DType.BIGINT)
HUGEINT = exp.DataType(this=exp.DType.INT128)
DOUBLE = exp.DataType(this=exp.DType.DOUBLE)
VARCHAR = exp.DataType(this=exp.DType.VARCHAR)
BIT = exp.DataType(this=exp.DType.BIT)
BLOB = exp.DataType(this=exp.DType.BLOB)
TIMESTAMP = exp.DataType(this=exp.DType.TIMESTAMP)
TIMESTAMPTZ = exp.DataType(this=exp.DType.TIMESTAMPTZ)
JSON = exp.DataType(this=exp.DType.JSON)
UUID = exp.DataType(this=exp.DType.UUID)
DECIMAL = exp.DataType(
    this=exp.DType.DECIMAL,
    expressions=[exp.DataTypeParam(this=exp.Literal(this=size, is_string=False)) for size in ("38", "12")],
)
_TYPES = {type_: exp.DataType(this=name) for type_, name in _NAMES.items()} | {Type.DECIMAL: DECIMAL}


def list_of(type_: exp.DataType) -> exp.DataType:
    """A list of a type."""
    return exp.DataType(this=exp.DType.ARRAY, expressions=[type_], nested=True)


def map_of(key: exp.DataType, value: exp.DataType) -> exp.DataType:
    """A map from keys to values of these types."""
    return exp.DataType(this=exp.DType.MAP, expressions=[key, value], nested=True)


JSON_LIST = list_of(JSON)
VARCHAR_LIST = list_of(VARCHAR)
DOUBLE_LIST = list_of(DOUBLE)


def sql_type(type_: Type) -> exp.DataType:
    """The type of a column."""
    return _TYPES[type_]


def cast(node: Node, type_: exp.DataType) -> Node:
    """CAST; a value that cannot be cast is an error."""
    return exp.Cast(this=node, to=type_)


def try_cast(node: Node, type_: exp.DataType) -> Node:
    """TRY_CAST: NULL for what cannot be cast."""
    return exp.TryCast(this=node, to=type_)
