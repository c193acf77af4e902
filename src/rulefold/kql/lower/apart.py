"""Queries over groups of rows apart from each other: mv-apply, partition, top-nested; and the schema of rows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.refusal import refused
from rulefold.kql.lower.steps import brought, select, star
from rulefold.kql.lower.terms import Rows, SortKey, sorted_by
from rulefold.kql.plan import (
    Aggregate,
    ApplyEach,
    Choose,
    ColumnValue,
    Compute,
    Distinct,
    Elements,
    Expand,
    Filter,
    Item,
    Limit,
    Order,
    Other,
    Piped,
    Relation,
    TableValue,
    TopNested,
)
from rulefold.kql.types import Type

if TYPE_CHECKING:
    from rulefold.kql.lower.relations import Relations

_INSIDE = (Filter, Compute, Choose, Aggregate, Distinct, Order, Limit, Expand)


def _start(query: Relation) -> Elements:
    """The elements that a query starts from; every operator on the way has to keep groups apart."""
    while not isinstance(query, Elements):
        serialized = isinstance(query, Other) and query.keyword == "serialize"
        if not isinstance(query, Piped) or not (serialized or isinstance(query, _INSIDE)):
            raise refused(query.span, f"found {type(query).__name__} in a query over groups of rows, which is not run")
        query = query.source
    return query


def apply_each(relations: "Relations", relation: ApplyEach) -> Rows:
    """The query over all elements at once, each with the number of its row; then the rows are put together again."""
    source = relations.rows(relation.source)
    number = relations.values.new_name()
    numbered = relations.builder.hoisted(source, [(number, sql.window(exp.RowNumber()))])
    start = _start(relation.query)
    expanded = Expand(start.row, relation.source, relation.items, relation.types, False, relation.index, relation.limit)
    elements = relations.engine.expand(relations, expanded, replace(numbered, group=number))
    relations.give(start, elements)
    found = relations.rows(relation.query)
    return _put_together(relations, relation, numbered, found, number)


def _put_together(relations: "Relations", relation: ApplyEach, outer: Rows, inner: Rows, number: str) -> Rows:
    own = {item.name for item in relation.items}
    kept = {name: field for name, field in outer.fields.items() if name not in own}
    names = set(outer.names)
    added, columns = brought(inner, {name: name for name in relation.row if name not in kept}, names)
    fields = {name: kept.get(name) or added[name] for name in relation.row}
    on = sql.binary(exp.EQ, sql.column(number, "left"), sql.column(inner.group or number, "right"))
    join = exp.Join(this=inner.table("right"), kind="INNER", on=on)
    step = relations.builder.add(select([star("left"), *columns], outer.source("left"), joins=[join]), relation)
    return Rows(step, fields, frozenset(names), outer.order, outer.group)


def partition(relations: "Relations", relation: Other) -> Rows:
    """The query over the rows of each key apart."""
    key, table = relation.values
    if not isinstance(key, ColumnValue) or not isinstance(table, TableValue):
        raise refused(relation.span, "found a partition by a value, expected one by a column")
    start = _start(table.relation)
    source = relations.rows(relation.source)
    name = relations.values.new_name()
    relations.over(source)
    term = relations.values.term(key)
    grouped = relations.builder.hoisted(relations.prepared(source), [(name, term.node)])
    relations.give(start, replace(grouped, group=name))
    return replace(relations.rows(table.relation), group=source.group)


def top_nested(relations: "Relations", relation: TopNested) -> Rows:
    """For each level the top values among those that the levels before have kept."""
    source = relations.rows(relation.source)
    keys: list[Item] = []
    found: Rows | None = None
    for count, of, by, key, others in relation.levels:
        if others is not None:
            raise refused(others.span, "found with others, which is not run")
        level = relations.grouped(source, (*keys, of), (by,), relation)
        number = relations.values.new_name()
        if count is not None:
            real = by.value.type is Type.REAL
            order = [SortKey(level.fields[by.name].name, not key.ascending, key.ascending, real)]
            parts = [sql.column(level.fields[one.name].name) for one in keys]
            window = sql.window(exp.RowNumber(), sorted_by(order), parts)
            level = relations.builder.hoisted(level, [(number, window)])
            relations.over(level)
            where = sql.binary(exp.LTE, sql.column(number), relations.values.node(count))
            level = relations.builder.kept(level, select([star()], level.source(), where=where), None)
        found = level if found is None else _joined(relations, found, level, [one.name for one in keys])
        keys.append(of)
    if found is None:
        raise refused(relation.span, "found top-nested without a level")
    return replace(found, fields={name: found.fields[name] for name in relation.row})


def _joined(relations: "Relations", outer: Rows, inner: Rows, keys: Sequence[str]) -> Rows:
    """The values of a level beside those of the levels before."""
    names = set(outer.names)
    added, columns = brought(inner, {name: name for name in inner.fields if name not in keys}, names)
    on = sql.all_of(
        sql.binary(
            exp.NullSafeEQ, sql.column(outer.fields[name].name, "left"), sql.column(inner.fields[name].name, "right")
        )
        for name in keys
    )
    join = exp.Join(this=inner.table("right"), kind="INNER", on=on)
    step = relations.builder.add(select([star("left"), *columns], outer.source("left"), joins=[join]), None)
    return Rows(step, {**outer.fields, **added}, frozenset(names))


_SYSTEM_NAMES = {
    Type.BOOL: "System.SByte",
    Type.DATETIME: "System.DateTime",
    Type.DECIMAL: "System.Data.SqlTypes.SqlDecimal",
    Type.DYNAMIC: "System.Object",
    Type.GUID: "System.Guid",
    Type.INT: "System.Int32",
    Type.LONG: "System.Int64",
    Type.REAL: "System.Double",
    Type.STRING: "System.String",
    Type.TIMESPAN: "System.TimeSpan",
    Type.UNKNOWN: "System.Object",
}


def schema(relations: "Relations", relation: Other) -> Rows:
    """`getschema`: a row for each column."""
    rows = [
        [name, number, _SYSTEM_NAMES[column.type], str(column.type)]
        for number, (name, column) in enumerate(relation.source.row.columns.items())
    ]
    return relations.listed(relation.row, rows, relation)
