"""`make-series`: values along an axis, for each group."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.refusal import refused
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.steps import fresh, select, star
from rulefold.kql.lower.terms import Field, Rows, Term, exact
from rulefold.kql.plan import ColumnValue, Item, Series, Value
from rulefold.kql.types import INTEGERS, Type

if TYPE_CHECKING:
    from rulefold.kql.lower.relations import Relations


def make_series(relations: "Relations", relation: Series) -> Rows:
    """Rows go to the bins of an axis; each group has an array with a value for each bin, and one with the bins.

    An axis without a start or an end goes from the first or to the last bin of its group that has rows.
    """
    source = relations.rows(relation.source)
    relations.over(source)
    axis = _Axis(relations, relation)
    number = relations.values.new_name()
    bounds = [(relations.values.new_name(), node) for node in axis.bounds()]
    columns = [(number, axis.bin()), *bounds]
    source = relations.builder.hoisted(relations.prepared(source), columns)
    inside = sql.all_of(axis.inside(number, [name for name, _ in bounds]))
    binned = relations.builder.kept(source, select([star()], source.source(), where=inside), None)
    made = [number, *(name for name, _ in bounds)]
    binned = replace(binned, fields={**binned.fields, **{name: Field(name, Type.LONG, False) for name in made}})
    bins = [Item(name, ColumnValue(Type.LONG, name)) for name in made]
    groups = relations.grouped(binned, [*relation.keys, *bins], relation.aggregates, relation)
    keys = [sql.column(groups.fields[item.name].name) for item in relation.keys]
    first, size = relations.values.new_name(), relations.values.new_name()
    shape = axis.shape(number, [name for name, _ in bounds], keys)
    groups = relations.builder.hoisted(groups, list(zip((first, size), shape, strict=True)))
    return _spread(relations, relation, groups, axis, (number, first, size))


def _spread(relations: "Relations", relation: Series, groups: Rows, axis: "_Axis", names: tuple[str, str, str]) -> Rows:
    """The values of each group side by side: those that no row gave are the default."""
    engine = relations.engine
    number, first, size = names
    relations.over(groups)
    fields: dict[str, Field] = {}
    taken: set[str] = set()
    expressions: list[Node] = []
    for key in relation.keys:
        field = groups.fields[key.name]
        fields[key.name] = replace(field, name=fresh(key.name, taken))
        expressions.append(sql.alias(sql.column(field.name), fields[key.name].name))
    expressions += [sql.column(first), sql.column(size)]
    by = [sql.number(n + 1) for n in range(len(expressions))]
    for item, default in zip(relation.aggregates, relation.defaults, strict=True):
        term = groups.fields[item.name].term()
        filler = _default(relations, term, default)
        place = sql.binary(exp.Sub, sql.column(number), sql.column(first))
        node = engine.spread(term, place, sql.column(size), filler)
        fields[item.name] = Field(fresh(item.name, taken), Type.DYNAMIC, False)
        expressions.append(sql.alias(node, fields[item.name].name))
    taken |= {first, size}
    step = relations.builder.add(select(expressions, groups.source(), group=exp.Group(expressions=by)), relation)
    rows = Rows(step, fields, frozenset(taken))
    name = relation.axis.name
    relations.over(rows)
    place = engine.points(axis.type, axis.point(sql.column(first)), axis.step_node(), sql.column(size))
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
    """Where the bins of an axis are, how wide they are, and how many there are.

    Bins are counted from the start, or else from where `bin` counts: 0, or the year 1.
    """

    def __init__(self, relations: "Relations", relation: Series) -> None:
        self._relations, self._relation = relations, relation
        self._value = relation.axis.value
        self.type = self._value.type
        types = {one.type for one in (self._value, relation.step, relation.start, relation.stop) if one is not None}
        spans = self.type is Type.DATETIME and relation.step.type is Type.TIMESPAN
        if not spans and not types <= INTEGERS:
            raise refused(relation.span, f"found make-series on a {self.type}, expected datetimes or whole numbers")

    def _of(self, value: Value) -> Node:
        return exact(self._relations.values.term(value))

    def _origin(self) -> Node:
        return self._zero() if self._relation.start is None else self._start(self._relation.start)

    def _zero(self) -> Node:
        return self._relations.engine.literal(self.type, 0)

    def _start(self, value: Value) -> Node:
        """A start; that of `in range` has to be where a bin starts, for `bin` says there which bins there are."""
        start = self._of(value)
        if not self._relation.ranged:
            return start
        engine = self._relations.engine
        again = self._relations.values.once(start)
        distance = engine.between_times(again(), self._zero()) if self.type is Type.DATETIME else again()
        off = sql.binary(exp.NEQ, engine.integer("%", distance, self.step_node()), sql.number(0))
        why = "found a range of make-series that starts within a bin, of which it is not known where its bins are"
        return self._relations.values.once(engine.guarded(off, why, again()))()

    def point(self, number: Node) -> Node:
        """The point of a bin by its number."""
        if self._relation.start is not None:
            return self._origin()
        engine = self._relations.engine
        distance = engine.integer("*", number, self.step_node())
        if self.type is Type.DATETIME:
            return engine.shifted(self._origin(), Term(distance, Type.TIMESPAN), 1)
        return distance

    def step_node(self) -> Node:
        """The width of a bin, in ticks where it is one of times."""
        return self._of(self._relation.step)

    def _distance(self, value: Node) -> Node:
        """How far a point is from where bins are counted from, in ticks where it is one in time."""
        engine = self._relations.engine
        if self.type is Type.DATETIME:
            return engine.between_times(value, self._origin())
        return engine.integer("-", value, self._origin())

    def bin(self) -> Node:
        """The number of the bin of a row."""
        return self._relations.engine.floored(self._distance(self._of(self._value)), self.step_node())

    def bounds(self) -> list[Node]:
        """The number of the last bin, where the query states an end; `in range` includes it."""
        if self._relation.stop is None:
            return []
        whole = self._distance(self._of(self._relation.stop))
        if not self._relation.ranged:
            whole = sql.binary(exp.Sub, whole, sql.number(1))
        return [self._relations.engine.floored(whole, self.step_node())]

    def inside(self, number: str, bounds: Sequence[str]) -> list[Node]:
        """Whether the bin of a row is one of the axis."""
        from_ = sql.binary(exp.GTE, sql.column(number), sql.number(0))
        start = [from_] if self._relation.start is not None else [sql.is_not_null(sql.column(number))]
        return start + [sql.binary(exp.LTE, sql.column(number), sql.column(last)) for last in bounds]

    def shape(self, number: str, bounds: Sequence[str], keys: Sequence[Node]) -> tuple[Node, Node]:
        """The number of the first bin of a group, and how many bins there are."""

        def first() -> Node:
            if self._relation.start is not None:
                return sql.number(0)
            return sql.window(call("min", sql.column(number)), partition=[key.copy() for key in keys])

        stated = [sql.column(one) for one in bounds]
        found = sql.window(call("max", sql.column(number)), partition=[key.copy() for key in keys])
        last: Node = stated[0] if stated else found
        return first(), sql.binary(exp.Add, sql.binary(exp.Sub, last, first()), sql.number(1))
