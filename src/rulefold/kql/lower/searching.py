"""`search` and `find`: texts looked for in all columns of several tables."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rulefold.kql.lower import sql, unions
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.operators import OPERATORS, negated, searched
from rulefold.kql.lower.refusal import refused
from rulefold.kql.lower.steps import select, star
from rulefold.kql.lower.terms import Rows, Term, test, truth
from rulefold.kql.plan import REST, Apply, Constant, Filter, Other, TableRows, Union, Value
from rulefold.kql.types import Type

if TYPE_CHECKING:
    from rulefold.kql.lower.relations import Relations


def search(relations: "Relations", relation: Other) -> Rows:
    """The rows that a condition is true for, with the table that each is of."""
    together = relation.source
    if not isinstance(together, Union):
        raise refused(relation.span, "found search without tables")
    labels = [
        one.name if isinstance(one, TableRows) else f"search_arg{number}" for number, one in enumerate(together.inputs)
    ]
    source = unions.together(relations, together, "$table", labels)
    sensitive = any(isinstance(one, Constant) and one.value is True for one in relation.values[1:])
    conditions = relation.values[:1]
    looked_in = _Columns(tuple(together.row), sensitive=sensitive)
    return _filtered(relations, relation, source, conditions[0] if conditions else None, looked_in)


def find(relations: "Relations", relation: Other) -> Rows:
    """The rows of several tables, with the columns that are asked for."""
    filtered = relation.source
    if not isinstance(filtered, Filter) or not isinstance(filtered.source, Union):
        raise refused(relation.span, "found find without tables")
    together = filtered.source
    label = next(iter(relation.row))
    source = unions.together(relations, together, label, together.labels)
    looked_in = _Columns(tuple(name for name in together.row if name != REST), sensitive=False)
    found = _filtered(relations, relation, source, filtered.condition, looked_in)
    is_read = relations.reading.is_read(relation)
    columns = [name for name in relation.row if name in found.fields or is_read(name)]
    missing = [name for name in columns if name not in found.fields]
    if missing:
        raise refused(relation.span, f"found find with the column {missing[0]}, which is not run")
    return relations.builder.chosen(found, [(name, found.fields[name].term()) for name in columns], None)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Those in which a text alone is looked for, and whether its case is to be the same."""

    names: tuple[str, ...]
    sensitive: bool


def _filtered(
    relations: "Relations", relation: Other, source: Rows, condition: Value | None, looked_in: _Columns
) -> Rows:
    if condition is None:
        return source
    relations.over(source)
    found = _condition(relations, relation, source, condition, looked_in)
    source = relations.prepared(source)
    return relations.builder.kept(source, select([star()], source.source(), where=found.node), relation)


def _condition(relations: "Relations", relation: Other, source: Rows, value: Value, looked_in: _Columns) -> Term:
    """A condition in which a constant alone is looked for in every column of text."""
    if isinstance(value, Apply) and value.function in ("and", "or", "not"):
        parts = [_condition(relations, relation, source, one, looked_in) for one in value.arguments]
        if value.function == "not":
            return negated(parts[0])
        return OPERATORS[value.function](Call(value, parts, relations.values))
    if not isinstance(value, Constant):
        return relations.values.term(value)
    operator, wanted = _pattern(relations.values.text(str(value.value), value.span))
    call = Call(Apply(Type.BOOL, "search", (), span=relation.span), (), relations.values)
    if not wanted:
        return truth(sql.true())
    pattern = relations.values.constant(Type.STRING, wanted)
    name = f"{operator}_cs" if looked_in.sensitive else operator
    terms = [source.fields[name].term() for name in looked_in.names if name in source.fields]
    found = [searched(call, name, one, pattern) for one in terms if one.type in (Type.STRING, Type.DYNAMIC)]
    return test(sql.any_of(one.node for one in found)) if found else truth(sql.false())


def _pattern(text: str) -> tuple[str, str]:
    """Stars at the ends of what is looked for say that terms may go on there."""
    starts, ends = text.startswith("*"), text.endswith("*")
    operator = {(False, False): "has", (False, True): "hasprefix", (True, False): "hassuffix"}.get(
        (starts, ends), "contains"
    )
    return operator, text.strip("*")
