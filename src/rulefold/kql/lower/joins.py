"""Joins: rows of two relations whose keys are equal."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.reading import brought_names
from rulefold.kql.lower.refusal import refused
from rulefold.kql.lower.sql import Node
from rulefold.kql.lower.steps import brought, grouped_by, select, star
from rulefold.kql.lower.terms import Field, Rows, exact, text
from rulefold.kql.lower.values import Frame
from rulefold.kql.plan import Join
from rulefold.kql.types import Type

if TYPE_CHECKING:
    from rulefold.kql.lower.relations import Relations

_JOINS = {
    "inner": ("", "INNER"),
    "innerunique": ("", "INNER"),
    "leftouter": ("LEFT", ""),
    "rightouter": ("RIGHT", ""),
    "fullouter": ("FULL", ""),
}
_SEMI_JOINS = {
    "leftsemi": ("left", "SEMI"),
    "leftanti": ("left", "ANTI"),
    "leftantisemi": ("left", "ANTI"),
    "anti": ("left", "ANTI"),
    "rightsemi": ("right", "SEMI"),
    "rightanti": ("right", "ANTI"),
    "rightantisemi": ("right", "ANTI"),
}


def join(relations: "Relations", relation: Join) -> Rows:
    """The rows of two relations whose keys are equal."""
    left, right = relations.rows(relation.source), relations.rows(relation.right)
    if relation.kind == "innerunique":
        left = _first_of_each(relations, left, relation)
    if relation.kind in _SEMI_JOINS:
        return _semi_join(relations, relation, left, right)
    if relation.kind not in _JOINS:
        raise refused(relation.span, f"found a join of kind {relation.kind}, which is not run")
    return joined(relations, relation, left, right)


def joined(relations: "Relations", relation: Join, left: Rows, right: Rows, conditions: Sequence[Node] = ()) -> Rows:
    """The rows of both sides whose keys are equal, and for which other conditions are true."""
    side, kind = _JOINS[relation.kind]
    fields, columns, names = _joined(relations, relation, left, right)
    on = sql.all_of(
        [*([_keys(relations, relation, left, right)] if relation.keys else []), *conditions] or [sql.true()]
    )
    join = exp.Join(this=right.table("right"), side=side or None, kind=kind or None, on=on)
    query = select([star("left"), *columns], left.source("left"), joins=[join])
    return Rows(relations.builder.add(query, relation), fields, names, group=left.group)


def _joined(
    relations: "Relations", relation: Join, left: Rows, right: Rows
) -> tuple[dict[str, Field], list[Node], frozenset[str]]:
    """The columns of both sides, and those of the right one as they are selected."""
    outer = relation.kind
    fields = {
        name: replace(field, nullable=field.nullable or outer in ("rightouter", "fullouter"))
        for name, field in left.fields.items()
    }
    is_read = relations.reading.is_read(relation)
    new_names = {old: new for old, new in brought_names(relation).items() if is_read(new)}
    names = set(left.names)
    added, columns = brought(right, new_names, names, outer=outer in ("leftouter", "fullouter"))
    return {**fields, **added}, columns, frozenset(names)


def _keys(relations: "Relations", relation: Join, left: Rows, right: Rows) -> Node:
    """The condition of a join: keys that are equal, or both null."""
    relations.values.frame = Frame({}, sides={"left": left.fields, "right": right.fields})
    conditions: list[Node] = []
    for ours, theirs in relation.keys:
        a, b = relations.values.term(ours), relations.values.term(theirs)
        if Type.DYNAMIC in (a.type, b.type) or Type.UNKNOWN in (a.type, b.type):
            raise refused(ours.span, "found a key of a type that is not known, expected one by tostring(…)")
        if a.type is Type.STRING:
            conditions.append(sql.binary(exp.EQ, text(a), text(b)))
        else:
            conditions.append(sql.binary(exp.NullSafeEQ, exact(a), exact(b)))
    return sql.all_of(conditions) if conditions else sql.true()


def _semi_join(relations: "Relations", relation: Join, left: Rows, right: Rows) -> Rows:
    side, kind = _SEMI_JOINS[relation.kind]
    kept, other = (left, right) if side == "left" else (right, left)
    on = _keys(relations, relation, left, right)
    join = exp.Join(this=other.table("right" if side == "left" else "left"), kind=kind, on=on)
    query = select([star(side)], kept.source(side), joins=[join])
    return replace(kept, step=relations.builder.add(query, relation), order=())


def _first_of_each(relations: "Relations", left: Rows, relation: Join) -> Rows:
    """One left row for each key, as innerunique has it."""
    relations.over(left)
    keys = [*left.apart(), *(exact(grouped_by(relations.values.term(key))) for key, _ in relation.keys)]
    return relations.builder.kept(left, relations.engine.first_of_each(left, keys), None)
