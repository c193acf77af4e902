"""The scalar types of Kusto."""

from enum import StrEnum


class Type(StrEnum):
    """A scalar type; `UNKNOWN` is that of a value about which a query alone says nothing."""

    BOOL = "bool"
    DATETIME = "datetime"
    DECIMAL = "decimal"
    DYNAMIC = "dynamic"
    GUID = "guid"
    INT = "int"
    LONG = "long"
    REAL = "real"
    STRING = "string"
    TIMESPAN = "timespan"
    UNKNOWN = "unknown"


# The other names under which a query may state a type.
ALIASES = {
    "boolean": Type.BOOL,
    "date": Type.DATETIME,
    "double": Type.REAL,
    "int32": Type.INT,
    "int64": Type.LONG,
    "time": Type.TIMESPAN,
    "uniqueid": Type.GUID,
    "uuid": Type.GUID,
}
NAMES = {str(one): one for one in Type if one is not Type.UNKNOWN} | ALIASES

DYNAMICS = frozenset({Type.DYNAMIC, Type.UNKNOWN})  # of which the query alone does not say what they hold
INTEGERS = frozenset({Type.INT, Type.LONG})
NUMBERS = INTEGERS | {Type.REAL, Type.DECIMAL}
SUMMABLE = NUMBERS | {Type.TIMESPAN, Type.DATETIME}
