"""Functions of bags.

Members are handled as structs of a key and a value; of a key that comes twice the first counts.
"""

import re
from collections.abc import Sequence

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.duckdb import dynamics, lists
from rulefold.kql.lower.duckdb.lists import Element
from rulefold.kql.lower.duckdb.types import JSON, VARCHAR, cast, map_of, try_cast
from rulefold.kql.lower.engine import Builder
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Term, exact, text
from rulefold.kql.plan import AllColumns, ColumnValue
from rulefold.kql.types import DYNAMICS, Type

_MAP = map_of(VARCHAR, JSON)


def members(bag: Node) -> Node:
    """The members of a bag; NULL for what is none."""
    return call("map_entries", try_cast(bag, _MAP))


def bag_of(entries: Node) -> Node:
    """A bag of members, whose keys differ."""
    return call("to_json", call("map_from_entries", entries))


def unique(entries: Element) -> Node:
    """The members, of each key the first."""
    keys = lists.each(entries(), lambda e: lists.member(e(), "key"))
    return lists.where_numbered(
        entries(), lambda e, i: sql.binary(exp.EQ, call("list_position", keys, lists.member(e(), "key")), i())
    )


def _entry(key: Node, value: Node) -> Node:
    return lists.struct(key=key, value=cast(value, JSON))


# --------------------------------------------------------------------------------------------------------- packing


def _pack(call_: Call) -> Term:
    keys = [call_.string(number) for number in range(0, len(call_) - 1, 2)]
    values = [call_.engine.to_dynamic(call_[number]) for number in range(1, len(call_), 2)]
    constants = [key.value for key in keys if key.constant]
    if len(set(constants)) == len(keys) or len(keys) == 1:
        return _object(list(zip([text(key) for key in keys], values, strict=True)))
    entries = [_entry(text(key), value) for key, value in zip(keys, values, strict=True)]
    return Term(bag_of(unique(call_.once(exp.Array(expressions=entries)))), Type.DYNAMIC, nullable=False)


def _object(pairs: Sequence[tuple[Node, Node]]) -> Term:
    parts = [part for pair in pairs for part in pair]
    return Term(call("json_object", *parts), Type.DYNAMIC, nullable=False)


def is_star(call_: Call) -> bool:
    """Whether the argument of a call is a star."""
    return len(call_) == 1 and isinstance(call_.value(0), AllColumns)


def all_columns(call_: Call) -> list[tuple[str, Term]]:
    """All columns of the row, by their names."""
    fields = call_.values.frame.fields.items()
    return [(name, field.term()) for name, field in fields]


def _pack_all(call_: Call) -> Term:
    columns = all_columns(call_)
    if not call_.constant(0, False):
        return _object([(sql.string(name), call_.engine.to_dynamic(term)) for name, term in columns])
    entries = [
        sql.case([(_is_there(call_, term), _entry(sql.string(name), call_.engine.to_dynamic(term)))])
        for name, term in columns
    ]
    there = lists.where(exp.Array(expressions=entries), lambda e: sql.is_not_null(e()))
    return Term(bag_of(there), Type.DYNAMIC, nullable=False)


def _is_there(call_: Call, term: Term) -> Node:
    """Whether a value is neither null nor an empty text."""
    if term.type is Type.STRING:
        return sql.binary(exp.NEQ, text(term), sql.string(""))
    if term.type in DYNAMICS:
        return sql.is_not_null(sql.nullif(call_.engine.known(term), sql.string('""')))
    return sql.is_not_null(exact(term))


def _pack_columns(call_: Call) -> Term:
    names = [value.name for value in call_.apply.arguments if isinstance(value, ColumnValue)]
    values = [call_.engine.to_dynamic(term) for term in call_.arguments]
    return _object([(sql.string(name), value) for name, value in zip(names, values, strict=True)])


def _zip(call_: Call) -> Term:
    keys = call_.once(dynamics.elements(call_.engine.to_dynamic(call_[0])))
    values = call_.once(dynamics.elements(call_.engine.to_dynamic(call_[1])))

    def pair(key: Element, place: Element) -> Node:
        return _entry(call("json_extract_string", key(), sql.string("$")), lists.item(values(), place()))

    def is_text(_: Element, place: Element) -> Node:
        kind = call("json_type", lists.item(keys(), place()))
        return sql.binary(exp.EQ, kind, sql.string("VARCHAR"))

    pairs = call_.once(lists.where_numbered(lists.each_numbered(keys(), pair), is_text))
    known = sql.all_of([sql.is_not_null(keys()), sql.is_not_null(values())])
    return call_.give(sql.case([(known, bag_of(unique(pairs)))]))


# ----------------------------------------------------------------------------------------------------- what is there


def _keys(call_: Call) -> Term:
    again = call_.once(call_.engine.to_dynamic(call_[0]))
    keys = dynamics.array(call("json_keys", again()))
    return call_.give(sql.case([(_is_bag(again()), keys)]))


def _is_bag(node: Node) -> Node:
    return sql.binary(exp.EQ, call("json_type", node), sql.string("OBJECT"))


_STEP = re.compile(r"\.([^.\[\]'\"]+)|\[(?:'([^']+)'|\"([^\"]+)\")\]")


def _path(call_: Call, key: str) -> list[str]:
    """The keys on the way of a path such as `$.a.b`; all else is a key by itself."""
    if not key.startswith(("$.", "$[")):
        return [key]
    steps, place = [], 1
    while place < len(key):
        found = _STEP.match(key, place)
        if found is None:
            raise call_.refused(f"found the path {key!r}, expected one of keys alone")
        steps.append(found[1] or found[2] or found[3])
        place = found.end()
    return steps


def _constant_path(call_: Call, number: int) -> list[str]:
    key = call_.constant(number)
    if not isinstance(key, str):
        raise call_.refused(f"found no text as a key of {call_.apply.function}")
    return _path(call_, key)


def _has_key(call_: Call) -> Term:
    path = _constant_path(call_, 1)
    bag = call_.engine.to_dynamic(call_[0])
    for step in path[:-1]:
        bag = dynamics.at_key(bag, sql.string(step))
    keys = call("json_keys", bag)
    return call_.give(call("list_contains", keys, sql.string(path[-1])))


# ----------------------------------------------------------------------------------------------------------- changes


def _merge(call_: Call) -> Term:
    bags = [call_.once(members(call_.engine.to_dynamic(call_[number]))) for number in range(len(call_))]
    together = call_.once(call("flatten", exp.Array(expressions=[one() for one in bags])))
    known = sql.all_of(sql.is_not_null(one()) for one in bags)
    return call_.give(sql.case([(known, bag_of(unique(together)))]))


def _remove_keys(call_: Call) -> Term:
    keys = call_[1]
    bag = call_.engine.to_dynamic(call_[0])
    if keys.constant and isinstance(keys.value, list):
        paths = [_path(call_, key) for key in keys.value if isinstance(key, str)]
        return call_.give(_without(bag, paths, 0) if paths else bag)
    removed = call_.once(dynamics.elements(keys.node))

    def stays(entry: Element) -> Node:
        found = call("list_contains", removed(), call("to_json", lists.member(entry(), "key")))
        return sql.negated(sql.coalesce(found, sql.false()))

    return call_.give(bag_of(lists.where(members(bag), stays)))


def _without(bag: Node, paths: Sequence[Sequence[str]], depth: int) -> Node:
    """A bag without what is at the paths."""
    here = {path[0] for path in paths if len(path) == 1}
    deeper = {path[0]: [one[1:] for one in paths if one[0] == path[0] and len(one) > 1] for path in paths}
    entries = members(bag)
    if here:
        gone = [sql.string(key) for key in sorted(here)]
        entries = lists.where(entries, lambda e: sql.negated(exp.In(this=lists.member(e(), "key"), expressions=gone)))
    nested = {key: rest for key, rest in deeper.items() if rest and key not in here}
    if nested:
        entries = lists.each(entries, lambda e: _entry(lists.member(e(), "key"), _cleared(e, nested, depth)), depth)
    return bag_of(entries)


def _cleared(entry: Element, nested: dict[str, list[Sequence[str]]], depth: int) -> Node:
    def value() -> Node:
        return lists.member(entry(), "value")

    branches = []
    for key, rest in nested.items():
        test = sql.binary(exp.EQ, lists.member(entry(), "key"), sql.string(key))
        branches.append((test, sql.coalesce(_without(value(), rest, depth + 1), value())))
    return sql.case(branches, value())


def _set_key(call_: Call) -> Term:
    path = _constant_path(call_, 1)
    if len(path) > 1:
        raise call_.refused("found a path as a key of bag_set_key, which is not run")
    bag = call_.once(members(call_.engine.to_dynamic(call_[0])))
    value = call_.once(cast(call_.engine.to_dynamic(call_[2]), JSON))
    key = path[0]

    def changed(entry: Element) -> Node:
        name = lists.member(entry(), "key")
        is_it = sql.binary(exp.EQ, name, sql.string(key))
        return _entry(name.copy(), sql.case([(is_it, value())], lists.member(entry(), "value")))

    keys = lists.each(bag(), lambda e: lists.member(e(), "key"))
    there = call("list_contains", keys, sql.string(key))
    added = call("list_append", bag(), _entry(sql.string(key), value()))
    set_ = sql.case([(there, lists.each(bag(), changed))], added)
    return call_.give(sql.case([(sql.is_not_null(bag()), bag_of(set_))]))


ROWS: dict[str, Builder] = {
    "bag_pack": _pack,
    "bag_pack_columns": _pack_columns,
    "pack_all": _pack_all,
    "bag_zip": _zip,
    "bag_keys": _keys,
    "bag_has_key": _has_key,
    "bag_merge": _merge,
    "bag_remove_keys": _remove_keys,
    "bag_set_key": _set_key,
}
