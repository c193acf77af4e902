"""Operators that DuckDB has its own words for."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.duckdb import dynamics, network_functions
from rulefold.kql.lower.duckdb.types import BIGINT, JSON_LIST, cast
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.steps import select, star
from rulefold.kql.lower.terms import Field, Rows, Term, exact
from rulefold.kql.plan import Expand
from rulefold.kql.types import DYNAMICS, Type

if TYPE_CHECKING:
    from rulefold.kql.lower.relations import Relations


def elements(values: Node, *, as_arrays: bool = False) -> Node:
    """The elements of a dynamic, as a list: of an array, of a bag as bags or pairs, and all else alone."""
    return sql.case(
        [
            (
                _is(values, "ARRAY"),
                sql.coalesce(dynamics.elements(values.copy()), cast(exp.Array(expressions=[]), JSON_LIST)),
            ),
            (_is(values.copy(), "OBJECT"), _properties(values.copy(), as_arrays=as_arrays)),
        ],
        exp.Array(expressions=[dynamics.known(values.copy())]),
    )


def _is(values: Node, kind: str) -> Node:
    return sql.binary(exp.EQ, call("json_type", values), sql.string(kind))


def _properties(bag: Node, *, as_arrays: bool) -> Node:
    name = exp.Identifier(this="k", quoted=False)
    key = exp.Column(this=name)
    pointer = exp.DPipe(this=sql.string('$."'), expression=exp.DPipe(this=key, expression=sql.string('"')))
    value = call("json_extract", bag, pointer)
    made = call("json_array" if as_arrays else "json_object", key.copy(), value)
    return call("list_transform", call("json_keys", bag.copy()), exp.Lambda(this=made, expressions=[name]))


def _expand(relations: "Relations", relation: Expand) -> Rows:
    return expand(relations, relation, relations.rows(relation.source))


def expand(relations: "Relations", relation: Expand, source: Rows) -> Rows:
    """UNNEST of several lists side by side: the shorter ones are filled with nulls."""
    relations.over(source)
    values = relations.values
    lists: list[tuple[str, Node, Type]] = []
    for item, type_ in zip(relation.items, relation.types, strict=True):
        again = values.once(exact(values.term(item.value)))()
        lists.append((item.name, elements(again, as_arrays=relation.as_arrays), type_))
    if relation.limit is not None:
        limit = values.node(relation.limit)
        lists = [(name, call("list_slice", node, sql.number(1), limit.copy()), type_) for name, node, type_ in lists]
    source = relations.prepared(source)
    names, fields = set(source.names), dict(source.fields)
    expressions: list[Node] = [star()]
    raw: list[tuple[str, str, Type]] = []
    for name, node, type_ in lists:
        new = source.unused(name, names)
        names.add(new.lower())
        expressions.append(sql.alias(call("unnest", node), new))
        raw.append((name, new, type_))
    if relation.index is not None:
        new = source.unused(relation.index, names)
        names.add(new.lower())
        sizes = [call("len", node.copy()) for _, node, _ in lists]
        longest = call("greatest", *sizes) if len(sizes) > 1 else sizes[0]
        numbers = call("range", cast(longest, BIGINT))
        expressions.append(sql.alias(call("unnest", numbers), new))
        fields[relation.index] = Field(new, Type.LONG)
    step = relations.builder.add(select(expressions, source.source()), relation)
    for name, new, _ in raw:
        fields[name] = Field(new, Type.DYNAMIC)
    rows = replace(source, step=step, fields=fields, names=frozenset(names))
    typed = [(name, new, type_) for name, new, type_ in raw if type_ not in DYNAMICS]
    if not typed:
        return rows
    relations.over(rows)
    terms = [(name, values.engine.convert(Term(sql.column(new), Type.DYNAMIC), type_)) for name, new, type_ in typed]
    return relations.builder.added(relations.prepared(rows), terms, None)


RELATIONS: dict[type, Callable[..., Rows]] = {
    Expand: _expand,
}
PLUGINS: dict[str, Callable[..., Rows]] = {**network_functions.PLUGINS}


def members(source: Rows, bag: Node) -> exp.Select:
    """Names and kinds of the members of bags, each once."""
    bags = select([sql.alias(bag, "bag")], source.source())
    pairs = select(
        [sql.alias(sql.column("bag"), "bag"), sql.alias(call("unnest", call("json_keys", sql.column("bag"))), "name")],
        exp.From(this=exp.Subquery(this=bags, alias=exp.TableAlias(this=sql.name("bags")))),
    )
    kind = call("json_type", dynamics.at_key(sql.column("bag"), sql.column("name")))
    return select(
        [sql.alias(sql.column("name"), "name"), sql.alias(kind, "kind")],
        exp.From(this=exp.Subquery(this=pairs, alias=exp.TableAlias(this=sql.name("pairs")))),
        distinct=True,
    )
