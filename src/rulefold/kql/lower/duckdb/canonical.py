"""JSON as text in one form: the keys of objects in their order, and no spaces."""

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.duckdb import dynamics, lists
from rulefold.kql.lower.duckdb.lists import Element
from rulefold.kql.lower.duckdb.types import JSON_LIST, VARCHAR, cast
from rulefold.kql.lower.sql import Node, call

_DEPTH = 5  # so many levels of arrays and objects are written; SQL has no recursion for values


def canonical(value: Element) -> Node:
    """A value as canonical text; the run ends at one of more levels than are written."""
    return sql.coalesce(_written(value, _DEPTH), sql.string("null"))


def _written(value: Element, depth: int) -> Node:
    scalar = cast(value(), VARCHAR)
    if not depth:
        deep = call("concat", sql.string("dynamic_to_json: more levels than are written in "), scalar.copy())
        return sql.case([(_is(value, "OBJECT", "ARRAY"), call("error", deep))], scalar)
    inner = lists.each(_members(value, depth), lambda e: _member(e, depth), depth)
    text = call("array_to_string", inner, sql.string(","))
    opening = sql.case([(_is(value, "OBJECT"), sql.string("{"))], sql.string("["))
    closing = sql.case([(_is(value, "OBJECT"), sql.string("}"))], sql.string("]"))
    whole = call("concat", opening, sql.coalesce(text, sql.string("")), closing)
    return sql.case([(_is(value, "OBJECT", "ARRAY"), whole)], scalar)


def _is(value: Element, *kinds: str) -> Node:
    return exp.In(this=call("json_type", value()), expressions=[sql.string(kind) for kind in kinds])


def _members(value: Element, depth: int) -> Node:
    """The members of an object or an array: what stands before each, and the value."""

    def of_key(key: Element) -> Node:
        before = call("concat", cast(call("to_json", key()), VARCHAR), sql.string(":"))
        return lists.struct(p=before, v=dynamics.at_key(value(), key()))

    keys = lists.each(call("list_sort", call("json_keys", value())), of_key, depth)
    items = lists.each(cast(value(), JSON_LIST), lambda e: lists.struct(p=sql.string(""), v=e()), depth)
    return sql.case([(_is(value, "OBJECT"), keys), (_is(value, "ARRAY"), items)])


def _member(pair: Element, depth: int) -> Node:
    written = _written(lambda: lists.member(pair(), "v"), depth - 1)
    return call("concat", lists.member(pair(), "p"), sql.coalesce(written, sql.string("null")))
