"""`make-series`: values along an axis, for each group."""

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.refusal import refused
from rulefold.kql.lower.sql import Node
from rulefold.kql.lower.steps import fresh, select, star
from rulefold.kql.lower.terms import Field, Rows, Term, exact
from rulefold.kql.plan import ColumnValue, Item, Series, Value
from rulefold.kql.types import INTEGERS, Type

if TYPE_CHECKING:
    from rulefold.kql.lower.relations import Relations


def make_series(relations: "Relations", relation: Series) -> Rows:
    """Rows go to the bins of an axis; each group has an array with a value for each bin, and one with the bins."""
    source = relations.rows(relation.source)
    relations.over(source)
    axis = _Axis(relations, relation)
    number, size = relations.values.new_name(), relations.values.new_name()
    columns = [(size, axis.size()), (number, axis.bin())]
    source = relations.builder.hoisted(relations.prepared(source), columns)
    inside = sql.all_of(
        [
            sql.binary(exp.GTE, sql.column(number), sql.number(0)),
            sql.binary(exp.LT, sql.column(number), sql.column(size)),
        ]
    )
    binned = relations.builder.kept(source, select([star()], source.source(), where=inside), None)
    binned = replace(
        binned,
        fields={**binned.fields, number: Field(number, Type.LONG, False), size: Field(size, Type.LONG, False)},
    )
    bins, sizes = (Item(name, ColumnValue(Type.LONG, name)) for name in (number, size))
    groups = relations.grouped(binned, [*relation.keys, sizes, bins], relation.aggregates, relation)
    return _spread(relations, relation, groups, axis, (groups.fields[number].name, groups.fields[size].name))


def _spread(relations: "Relations", relation: Series, groups: Rows, axis: "_Axis", names: tuple[str, str]) -> Rows:
    """The values of each group side by side: those that no row gave are the default."""
    engine = relations.engine
    number, size = names
    relations.over(groups)
    fields: dict[str, Field] = {}
    taken: set[str] = set()
    expressions: list[Node] = []
    for key in relation.keys:
        field = groups.fields[key.name]
        fields[key.name] = replace(field, name=fresh(key.name, taken))
        expressions.append(sql.alias(sql.column(field.name), fields[key.name].name))
    by = [sql.number(n + 1) for n in range(len(expressions) + 1)]
    expressions.append(sql.alias(sql.column(size), size))
    for item, default in zip(relation.aggregates, relation.defaults, strict=True):
        term = groups.fields[item.name].term()
        filler = _default(relations, term, default)
        node = engine.spread(term, sql.column(number), sql.column(size), filler)
        fields[item.name] = Field(fresh(item.name, taken), Type.DYNAMIC, False)
        expressions.append(sql.alias(node, fields[item.name].name))
    taken.add(size)
    step = relations.builder.add(select(expressions, groups.source(), group=exp.Group(expressions=by)), relation)
    rows = Rows(step, fields, frozenset(taken))
    name = relation.axis.name
    relations.over(rows)
    place = engine.points(axis.type, axis.start_node(), axis.step_node(), sql.column(size))
    rows = relations.builder.added(relations.prepared(rows), [(name, Term(place, Type.DYNAMIC, nullable=False))], None)
    return replace(rows, fields={one: rows.fields[one] for one in relation.row})


def _default(relations: "Relations", term: Term, default: Value | None) -> Node:
    """What stands for a bin without rows: 0, or what the query says."""
    type_ = term.type
    if default is None:
        return relations.engine.literal(type_, _ZEROS.get(type_, 0))
    found = relations.values.term(default)
    return exact(relations.engine.convert(found, type_))


_ZEROS: dict[Type, object] = {
    Type.STRING: "",
    Type.DYNAMIC: None,
    Type.DATETIME: None,
    Type.BOOL: False,
    Type.REAL: 0.0,
}


class _Axis:
    """Where an axis starts, how wide its bins are, and how many there are."""

    def __init__(self, relations: "Relations", relation: Series) -> None:
        if relation.start is None or relation.stop is None:
            raise refused(relation.span, "found make-series without from and to, which is not run")
        self._relations, self._relation = relations, relation
        self._value = relation.axis.value
        self.type = self._value.type
        spans = self.type is Type.DATETIME and relation.step.type is Type.TIMESPAN
        if not spans and not {self.type, relation.step.type, relation.start.type} <= INTEGERS:
            raise refused(relation.span, f"found make-series on a {self.type}, expected datetimes or whole numbers")

    def _of(self, value: Value) -> Node:
        return exact(self._relations.values.term(value))

    def start_node(self) -> Node:
        """The first point."""
        return self._of(self._relation.start)  # type: ignore[arg-type]

    def step_node(self) -> Node:
        """The width of a bin, in ticks where it is one of times."""
        return self._of(self._relation.step)

    def _distance(self, value: Node) -> Node:
        """How far a point is from the start, in ticks where it is one in time."""
        engine = self._relations.engine
        if self.type is Type.DATETIME:
            return engine.between_times(value, self.start_node())
        return engine.integer("-", value, self.start_node())

    def bin(self) -> Node:
        """The number of the bin of a row."""
        return self._relations.engine.floored(self._distance(self._of(self._value)), self.step_node())

    def size(self) -> Node:
        """The number of bins: to the end, which `in range` includes."""
        engine = self._relations.engine
        whole = self._distance(self._of(self._relation.stop))  # type: ignore[arg-type]
        if not self._relation.ranged:
            whole = sql.binary(exp.Sub, whole, sql.number(1))
        return sql.binary(exp.Add, engine.floored(whole, self.step_node()), sql.number(1))
