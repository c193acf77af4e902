"""Data as it is found, in the types in which columns are kept.

A value that is none of its column's type is null, by the rules of `tolong` and its like.  Text in a dynamic column is
parsed where it is JSON.  Text of a datetime with an offset is brought to UTC.
"""

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.duckdb import dynamics, times
from rulefold.kql.lower.duckdb.conversions import convert
from rulefold.kql.lower.duckdb.types import (
    BIGINT,
    DECIMAL,
    DOUBLE,
    JSON,
    TIMESTAMP,
    VARCHAR,
    cast,
    try_cast,
)
from rulefold.kql.lower.engine import Engine
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Term, exact
from rulefold.kql.types import INTEGERS, Type

TEXT, DOCUMENT = "VARCHAR", "JSON"
STATED = "stated by a folder"  # text out of the name of a folder

_FOUND = {
    "BOOLEAN": Type.BOOL,
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), Type.LONG),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"), Type.LONG),
    **dict.fromkeys(("FLOAT", "DOUBLE", "DECIMAL"), Type.REAL),
    **dict.fromkeys(("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"), Type.DATETIME),
    **dict.fromkeys(("TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMPTZ_NS"), Type.DATETIME),
    **dict.fromkeys(("TIME", "TIME_NS", "INTERVAL"), Type.TIMESPAN),
    "UUID": Type.GUID,
    **dict.fromkeys(("JSON", "VARIANT", "STRUCT", "MAP", "UNION"), Type.DYNAMIC),
}
_SMALL = frozenset({"TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER"})
_READ_AS_TEXT = (Type.STRING, Type.DATETIME, Type.GUID, Type.DECIMAL)
# What the engine takes for JSON and is none: a comma before an end, and what is no number.
_LOOSE = r",\s*[\]}]|[nN][aA][nN]|[iI][nN][fF]"
_STRINGS = r'"(?:[^"\\]|\\.)*"'


def found_type(name: str) -> Type:
    """The type of a column that was found with a type of the engine."""
    if name.endswith("]"):
        return Type.DYNAMIC
    return _FOUND.get(name.partition("(")[0], Type.STRING)


def read_type(type_: Type) -> str:
    """How a member of JSON is read for a column of a type: as text, or as it is."""
    return TEXT if type_ in _READ_AS_TEXT else DOCUMENT


def kept(engine: Engine, node: Node, found: str, type_: Type) -> Node:
    """A column that was found with a type of the engine, as one of a type of KQL.

    The node is written several times, and should be no more than the name of a column.
    """
    if found == STATED:
        return _of_name(engine, node, type_)
    if found == TEXT:
        return _of_text(engine, node, type_)
    if found == DOCUMENT:
        return _of_json(engine, node, type_)
    if type_ is Type.DECIMAL and found_type(found) in (Type.LONG, Type.REAL):
        return try_cast(node, DECIMAL)
    return _of_typed(engine, _plain(node, found), type_)


def _of_name(engine: Engine, node: Node, type_: Type) -> Node:
    """A text out of the name of a folder, so simply that the engine can leave out folders by it."""
    match type_:
        case Type.DATETIME:
            return try_cast(node, TIMESTAMP)
        case Type.LONG | Type.INT:
            return try_cast(node, BIGINT)
        case _:
            return _of_text(engine, node, type_)


def _plain(node: Node, found: str) -> Term:
    """A column in the way in which its type is kept."""
    type_ = found_type(found)
    match type_:
        case Type.LONG:
            if found != "BIGINT":  # a cast that cannot fail is one through which filters reach the file
                node = cast(node, BIGINT) if found in _SMALL else try_cast(node, BIGINT)
        case Type.REAL:
            node = node if found == "DOUBLE" else cast(node, DOUBLE)
        case Type.DATETIME if found == "TIMESTAMP WITH TIME ZONE":
            node = call("timezone", sql.string("UTC"), node)
        case Type.DATETIME if found == "TIMESTAMPTZ_NS":
            node = try_cast(call("timezone", sql.string("UTC"), node), TIMESTAMP)
        case Type.DATETIME:
            node = node if found == "TIMESTAMP" else try_cast(node, TIMESTAMP)
        case Type.TIMESPAN:
            node = sql.binary(exp.Mul, call("epoch_us", node), sql.number(10))
        case Type.DYNAMIC:
            node = call("to_json", node)
        case Type.STRING:
            node = cast(node, VARCHAR)
    return Term(node, type_)


def _of_typed(engine: Engine, term: Term, type_: Type) -> Node:
    if term.type is type_ or {term.type, type_} <= INTEGERS:
        return term.node
    if term.type is Type.STRING:
        return _of_text(engine, term.node, type_)
    if term.type is Type.DYNAMIC:
        return _of_json(engine, term.node, type_)
    return exact(convert(engine, term, type_))


def _of_text(engine: Engine, node: Node, type_: Type) -> Node:
    match type_:
        case Type.STRING:
            return node
        case Type.DATETIME:
            return _moment(engine, node)
        case Type.DYNAMIC:
            return document(node)
        case _:
            return exact(convert(engine, Term(node, Type.STRING), type_))


def _moment(engine: Engine, text: Node) -> Node:
    """A datetime out of a text; the usual form first, which is read in a third of the time."""
    usual = sql.case([(call("ends_with", text, sql.string("Z")), try_cast(text.copy(), TIMESTAMP))])
    return sql.coalesce(usual, times.parsed(engine, text.copy()))


def document(text: Node) -> Node:
    """The JSON that a text is, or the text as a string in JSON."""

    def is_loose(node: Node) -> Node:
        return call("regexp_matches", node, sql.string(_LOOSE))

    bare = call("regexp_replace", text.copy(), sql.string(_STRINGS), sql.string('""'), sql.string("g"))
    return sql.case(
        [
            (sql.negated(call("json_valid", text.copy())), call("to_json", text.copy())),
            (sql.negated(is_loose(text.copy())), call("json", text.copy())),
            (is_loose(bare), call("to_json", text.copy())),
        ],
        call("json", text.copy()),
    )


def _of_json(engine: Engine, node: Node, type_: Type) -> Node:
    text = dynamics.text_of(node)
    kind = call("json_type", node.copy())
    match type_:
        case Type.STRING:
            return text
        case Type.DATETIME:
            return _moment(engine, text)
        case Type.DYNAMIC:
            is_text = sql.binary(exp.EQ, kind, sql.string("VARCHAR"))
            return sql.case([(is_text, document(text))], cast(node.copy(), JSON))
        case Type.LONG | Type.INT:
            is_whole = exp.In(this=kind, expressions=[sql.string("UBIGINT"), sql.string("BIGINT")])
            whole = sql.case([(is_whole, try_cast(node.copy(), BIGINT))])
            return sql.coalesce(whole, exact(convert(engine, Term(node.copy(), Type.DYNAMIC), type_)))
        case Type.TIMESPAN:
            is_text = sql.binary(exp.EQ, kind, sql.string("VARCHAR"))
            return sql.case([(is_text, times.timespan_of(engine, text))], try_cast(node.copy(), BIGINT))
        case _:
            return exact(convert(engine, Term(node.copy(), Type.DYNAMIC), type_))
