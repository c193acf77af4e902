"""Unions: the rows of several relations."""

from collections.abc import Callable, Container, Mapping, Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.reading import parts_by_name
from rulefold.kql.lower.refusal import refused
from rulefold.kql.lower.sql import Node
from rulefold.kql.lower.steps import fresh, nothing, select
from rulefold.kql.lower.terms import Field, Rows
from rulefold.kql.plan import Join, Piped, Relation, Union, UnknownRows
from rulefold.kql.types import Type

if TYPE_CHECKING:
    from rulefold.kql.lower.relations import Relations


def union(relations: "Relations", relation: Union) -> Rows:
    """The rows of several relations, one after the other."""
    return together(relations, relation, relation.label, relation.labels)


def together(relations: "Relations", relation: Union, label: str | None, labels: Sequence[str]) -> Rows:
    """The rows of several relations; a label has a name for each of them."""
    labels = labels or [""] * len(relation.inputs)
    columns = dict.fromkeys([label] if label is not None and label not in relation.row else [], Type.STRING)
    is_read = relations.reading.is_read(relation)
    columns |= {name: column.type for name, column in relation.row.columns.items() if is_read(name)}
    names: set[str] = set()
    fields = {name: Field(fresh(name, names), type_) for name, type_ in columns.items()}
    sides = [
        (rows, _held(rows, parts_by_name(relation, one, parts), fields), name)
        for one, parts, name in zip(relation.inputs, relation.parts, labels, strict=True)
        if not _is_missing(one)
        for rows in [relations.rows(one)]
    ]
    if not sides:
        raise refused(relation.span, "found a union of tables none of which is known")
    filled = set(fields)
    if relations.engine.by_name:  # a side need not say which columns it has not, but for those that none has
        filled = filled.difference(*(held for _, held, _ in sides))
    queries = [_side(rows, held, {label: name}, fields, filled, relations.engine.null) for rows, held, name in sides]
    query: exp.Query = queries[0]
    for other in queries[1:]:
        query = exp.Union(this=query, expression=other, distinct=False, by_name=relations.engine.by_name)
    return Rows(relations.builder.add(query, relation), fields, frozenset(names))


def _held(rows: Rows, parts: Mapping[str, str | None], fields: Mapping[str, Field]) -> dict[str, str]:
    """For columns of a union, those of a side that they are made of, by their names in SQL."""
    held = ((name, rows.fields.get(part)) for name in fields if (part := parts.get(name)) is not None)
    return {name: field.name for name, field in held if field is not None}


def _side(
    rows: Rows,
    held: Mapping[str, str],
    label: Mapping[str | None, str],
    fields: Mapping[str, Field],
    filled: Container[str],
    null: Callable[[Type], Node],
) -> exp.Select:
    """What a union takes of a side."""
    expressions: list[Node] = []
    for name, field in fields.items():
        if name in label:
            expressions.append(sql.alias(sql.string(label[name]), field.name))
        elif name in held:
            expressions.append(sql.alias(sql.name(held[name]), field.name))
        elif name in filled:
            expressions.append(sql.alias(null(field.type), field.name))
    return select(expressions or [nothing()], rows.source())


def _is_missing(relation: Relation) -> bool:
    """Whether a table or a function that is not there was found in an input, which a fuzzy union leaves out then."""
    while True:
        if isinstance(relation, UnknownRows):
            return relation.spared
        if isinstance(relation, Join) and _is_missing(relation.right):
            return True
        if not isinstance(relation, Piped):
            return False
        relation = relation.source
