"""Values → SQL.

What KQL means by comparisons, logic and arithmetic is said here; what an engine has its own words for is asked of it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from sqlglot import exp

from rulefold.kql import literals
from rulefold.kql.literals import MAX_TICKS, ticks_of
from rulefold.kql.lower import placeholders, sql
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.engine import Engine
from rulefold.kql.lower.functions import AGGREGATES, FUNCTIONS
from rulefold.kql.lower.operators import OPERATORS
from rulefold.kql.lower.refusal import refused
from rulefold.kql.lower.sql import Node
from rulefold.kql.lower.terms import Field, Rows, SortKey, Term, exact
from rulefold.kql.plan import (
    Access,
    AllColumns,
    Apply,
    ColumnValue,
    Constant,
    DynamicConstant,
    Relation,
    ScalarQuery,
    TableValue,
    TypeValue,
    Value,
)
from rulefold.kql.results import Timespan
from rulefold.kql.syntax import Json, JsonArray, JsonObject
from rulefold.kql.types import Type
from rulefold.text import Span


class Relations(Protocol):
    """Where the relations inside of values become steps."""

    def rows(self, relation: Relation) -> Rows:
        """The step of a relation."""


@dataclass(slots=True)
class Frame:
    """The row that values are over: its fields, those of both sides in a join, and the column with its order.

    Values that are used twice, and windows, are worked out before: they collect in `hoisted`.  `aggregates` are those
    that a step of groups has to give, where values are over groups; what is used twice then is worked out `later`.
    """

    fields: Mapping[str, Field]
    sides: Mapping[str, Mapping[str, Field]] = field(default_factory=dict)
    order: Sequence[SortKey] = ()
    group: str | None = None
    hoisted: list[tuple[str, Node]] = field(default_factory=list)
    aggregates: list[tuple[str, Node]] | None = None
    later: list[tuple[str, Node]] = field(default_factory=list)


class Values:
    """Lowers values over one row after another; a frame says which."""

    def __init__(
        self, engine: Engine, relations: Relations, now: datetime | None, timespan: Timespan | None = None
    ) -> None:
        """For an engine; `now` is the time at which the query runs, None for that of the engine."""
        self.engine, self._relations = engine, relations
        self._now = None if now is None else ticks_of(now)
        self._times = placeholders.times_of(now, timespan)
        self._made = 0
        self.frame = Frame({})
        # The place of a time that an engine of microseconds cuts, and whether the ticks between times are asked for.
        self.cut: Span | None = None
        self.measured = False
        engine.once = self.once

    # ------------------------------------------------------------------------------------------------------ values

    def term(self, value: Value) -> Term:
        """A value as SQL."""
        return _LOWERINGS[type(value)](self, value)

    def node(self, value: Value) -> Node:
        """A value as SQL that is NULL only where the value is null."""
        return exact(self.term(value))

    def condition(self, value: Value) -> Node:
        """A condition where NULL counts as false."""
        return self.term(value).node

    def _constant(self, value: Constant) -> Term:
        if value.type is Type.DATETIME and isinstance(value.value, int) and value.value % 10:
            self.cut = value.span
        if placeholders.are_in(value.value):
            return self._filled(value)
        node = self.engine.literal(value.type, value.value)
        nullable = value.value is None and value.type is not Type.STRING
        return Term(node, value.type, nullable=nullable, constant=True, value=value.value)

    def _filled(self, value: Constant) -> Term:
        """A text with a placeholder in it; where its time is the engine's, the text is put together there."""
        text = str(value.value)
        if self._times is not None:
            return self.constant(Type.STRING, self.text(text, value.span))
        parts = [
            self.engine.convert(self._placed(part), Type.STRING) if at % 2 else self.constant(Type.STRING, part)
            for at, part in enumerate(placeholders.parts_of(text))
            if part
        ]
        together = Call(Apply(Type.STRING, "strcat", (), span=value.span), parts, self)
        return parts[0] if len(parts) == 1 else self.engine.functions["strcat"](together)

    def text(self, text: str, span: Span) -> str:
        """A text of the query with the range of time in it that the query is run for."""
        if not placeholders.are_in(text):
            return text
        if self._times is None:
            raise refused(span, f"found {text}, whose time is the engine's, expected it as a string of its own")
        return placeholders.filled(text, self._times)

    def constant(self, type_: Type, value: object) -> Term:
        """A constant that was worked out on the way."""
        return Term(self.engine.literal(type_, value), type_, nullable=value is None, constant=True, value=value)

    def _dynamic(self, value: DynamicConstant) -> Term:
        plain = _plain(value.value, lambda text: self.text(text, value.span))
        return Term(self.engine.json(plain), Type.DYNAMIC, constant=True, value=plain)

    def _column(self, value: ColumnValue) -> Term:
        fields = self.frame.sides.get(value.side, self.frame.fields)
        found = fields.get(value.name)
        if found is None and value.type is Type.UNKNOWN:
            return Term(self.engine.null(Type.DYNAMIC), Type.DYNAMIC)  # of rows that may have it, and none does
        if found is None:
            raise refused(value.span, f"found {value.name}, a column that is not known before the query runs")
        side = value.side if self.frame.sides else None
        return found.term(side)

    def _access(self, value: Access) -> Term:
        keys: list[Term] = []
        target: Value = value
        while isinstance(target, Access):
            keys.append(self.term(target.key))
            target = target.target
        return Term(self.engine.access(self.term(target), keys[::-1]), Type.DYNAMIC)

    def _query(self, value: ScalarQuery) -> Term:
        rows, first = self.values_of(value, "a value")
        limit = exp.Limit(expression=sql.number(1))
        query = exp.Select(expressions=[first.node], from_=rows.source(), limit=limit)
        return Term(self.once(exp.Subquery(this=query))(), first.type)

    def values_of(self, table: ScalarQuery | TableValue, wanted: str = "values") -> tuple[Rows, Term]:
        """A table as a list: its step, and its first column."""
        rows = self._relations.rows(table.relation)
        first = next(iter(rows.fields.values()), None)
        if first is None:
            raise refused(table.span, f"found a table without columns, expected {wanted}")
        return rows, first.term()

    def _apply(self, value: Apply) -> Term:
        name = value.function
        if (placeholder := placeholders.time_in(value)) is not None:
            return self._placed(placeholder)
        if (operator := OPERATORS.get(name)) is not None:
            return operator(self._call(value))
        if self.frame.aggregates is not None and (aggregate := self._aggregate(value)) is not None:
            return aggregate
        if (builder := self.engine.windows.get(name)) is not None:
            return self._window(value, builder)
        builder = FUNCTIONS.get(name) or self.engine.functions.get(name)
        if builder is None:
            raise refused(value.span, f"found {name}, a function that is not run yet")
        return builder(self._call(value))

    def _call(self, value: Apply) -> Call:
        return Call(value, [self._operand(one) for one in value.arguments], self)

    def _operand(self, value: Value) -> Term:
        """An argument; a table and a star are looked at by the builder, in the plan."""
        if isinstance(value, TableValue | AllColumns | TypeValue):
            return Term(sql.null(), value.type)
        return self.term(value)

    # ------------------------------------------------------------------------------------- aggregates and windows

    def _aggregate(self, value: Apply) -> Term | None:
        """An aggregate, as a column of the step that groups; None for what is none."""
        name = value.function
        if name == "part":
            return self.engine.part(self, value)
        builder = AGGREGATES.get(name) or self.engine.aggregates.get(name)
        if builder is None:
            return None
        groups, self.frame.aggregates = self.frame.aggregates, None
        term = builder(self._call(value))
        self.frame.aggregates = groups
        return self.aggregated(term)

    def aggregated(self, term: Term) -> Term:
        """The column of a step that groups for an aggregate."""
        name = self.new_name()
        if self.frame.aggregates is not None:
            self.frame.aggregates.append((name, term.node))
        return term.of(sql.column(name))

    def _window(self, value: Apply, builder: Callable[[Call], Term]) -> Term:
        if not self.frame.order:
            raise refused(value.span, f"found {value.function} over rows without an order, expected serialize before")
        term = builder(self._call(value))
        return term.of(self.once(term.node)())

    # --------------------------------------------------------------------------------------------------- used twice

    def once(self, node: Node) -> Callable[[], Node]:
        """A maker of nodes for a value that is worked out once."""
        if sql.is_simple(node):
            return node.copy
        name = self.hoist(node).name
        return lambda: sql.column(name)

    def hoist(self, node: Node) -> Node:
        """A value as a column of the step before."""
        name = self.new_name()
        place = self.frame.hoisted if self.frame.aggregates is None else self.frame.later
        place.append((name, node))
        return sql.column(name)

    def new_name(self) -> str:
        """The name of a column that no query can have."""
        self._made += 1
        return f"${self._made}"

    # --------------------------------------------------------------------------------------------------------- time

    def now(self, offset: int = 0) -> Term:
        """The time at which the query runs, and so many ticks."""
        if self._now is not None:
            return self.constant(Type.DATETIME, _in_range(self._now + offset))
        node = self.engine.now()
        if offset:
            node = self.engine.shifted(node, self.constant(Type.TIMESPAN, offset), 1)
        return Term(node, Type.DATETIME, nullable=False)

    def _placed(self, placeholder: str) -> Term:
        """The time of a placeholder."""
        if self._times is None:
            return self.now(-placeholders.BACK[placeholder])
        return self.constant(Type.DATETIME, self._times[placeholder])


def _plain(value: Json, filled: Callable[[str], str]) -> object:
    """A dynamic literal as Python values; times are written as text."""
    if isinstance(value, JsonObject):
        plain: dict[str, object] = {}
        for name, member in value.members:
            plain.setdefault(filled(name), _plain(member, filled))
        return plain
    if isinstance(value, JsonArray):
        return [_plain(item, filled) for item in value.items]
    scalar = value.value
    if isinstance(scalar, str):
        return filled(scalar)
    if scalar is None or not isinstance(scalar, int) or value.type not in (Type.DATETIME, Type.TIMESPAN):
        return float(scalar) if isinstance(scalar, Decimal) else scalar
    return literals.datetime_text(scalar) if value.type is Type.DATETIME else literals.timespan_text(scalar)


def _in_range(ticks: int) -> int | None:
    return ticks if 0 <= ticks <= MAX_TICKS else None


_LOWERINGS: dict[type, Callable[..., Term]] = {
    Constant: Values._constant,
    DynamicConstant: Values._dynamic,
    ColumnValue: Values._column,
    Access: Values._access,
    ScalarQuery: Values._query,
    Apply: Values._apply,
}
