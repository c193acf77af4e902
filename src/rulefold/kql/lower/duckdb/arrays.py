"""Arrays along an axis."""

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.duckdb import conversions, dynamics, times
from rulefold.kql.lower.duckdb.failing import bounded
from rulefold.kql.lower.engine import Engine
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Term
from rulefold.kql.types import Type


def _over(size: Node, made: Node, name: exp.Identifier) -> Node:
    """A list with a value for each number from 0."""
    return call("list_transform", call("range", bounded(size)), exp.Lambda(this=made, expressions=[name]))


def spread(engine: Engine, term: Term, number: Node, size: Node, filler: Node) -> Node:
    """The values of a group by their bins; a bin without a row has the filler, as it has where the value is null."""
    name = exp.Identifier(this="i", quoted=False)
    pair = call("map_from_entries", call("list", call("row", number, term.node)))
    key = exp.Column(this=name)
    made = sql.case([(call("map_contains", pair, key), call("map_extract_value", pair.copy(), key.copy()))], filler)
    widest = call("any_value", size)
    listed = _over(widest, _as_json(engine, Term(made, term.type)), name)
    return dynamics.array(listed)


def _as_json(engine: Engine, term: Term) -> Node:
    if term.type in (Type.DATETIME, Type.TIMESPAN, Type.GUID):
        return conversions.convert(engine, term, Type.STRING).node
    return term.node


def points(engine: Engine, type_: Type, start: Node, step: Node, size: Node) -> Node:
    """The points of an axis."""
    name = exp.Identifier(this="i", quoted=False)
    key = exp.Column(this=name)
    moved = sql.binary(exp.Mul, key, engine.once(step)())
    first = engine.once(start)()
    if type_ is Type.DATETIME:
        interval = call("to_microseconds", sql.binary(exp.IntDiv, moved, sql.number(10)))
        point = times.datetime_text(sql.binary(exp.Add, first, interval))
    else:
        point = sql.binary(exp.Add, first, moved)
    return dynamics.array(_over(size, point, name))
