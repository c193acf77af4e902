"""Operators that work on the rows of one relation."""

from collections.abc import Sequence

from rulefold import codes
from rulefold.kql import functions, syntax
from rulefold.kql.bind.calls import a_type
from rulefold.kql.bind.names import is_like, number_name, own_name, part_name, unused
from rulefold.kql.bind.scope import Place
from rulefold.kql.bind.values import Values
from rulefold.kql.functions import Kind
from rulefold.kql.plan import (
    Aggregate,
    Apply,
    Choose,
    Column,
    ColumnValue,
    Compute,
    Constant,
    Distinct,
    Filter,
    Item,
    Key,
    Limit,
    Order,
    Other,
    Relation,
    Row,
    Series,
    TopNested,
    Value,
)
from rulefold.kql.syntax import Call, Expression, Named, Node, Ordered, Star, Wildcard
from rulefold.kql.types import INTEGERS, NUMBERS, Type
from rulefold.text import Span


class Columns(Values):
    """Binds the operators that filter, compute, choose, aggregate and order."""

    def named(self, expression: Expression, at: Place, taken: dict[str, Column]) -> list[Item]:
        """A value with the name it has in `taken`: its own, or one with a number; a tuple of names gives several."""
        if isinstance(expression, Named):
            value = self.value(expression.value, at)
            return self._tuple(expression, value)
        value = self.value(expression, at)
        if isinstance(expression, Call) and (columns := _columns_of(expression)):
            return self._parts((), expression, value, columns)
        name = _column_name(expression, value) or unused("Column", taken)
        return [Item(name, value)]

    def _tuple(self, named: Named, value: Value) -> list[Item]:
        if isinstance(named.value, Call) and (columns := _columns_of(named.value)):
            return self._parts(
                named.names, named.value, value, columns if named.several or not self.as_run else columns[:1]
            )
        if not named.several:
            return [Item(named.names[0], value)]
        if value.type is not Type.UNKNOWN:
            self.report(codes.QUERY_PLACE, named.span, "found one value, expected several for these names")
        return [Item(name, value) for name in named.names]

    def _parts(self, names: Sequence[str], call: Call, value: Value, columns: Sequence[tuple[str, Type]]) -> list[Item]:
        """The columns of a function that gives several: under the names given, and then under its own."""
        given = [*names[: len(columns)], *(name for name, _ in columns[len(names) :])]
        if len(_columns_of(call)) == 1:
            return [Item(given[0], value)]
        parts = [
            Apply(type_, "part", (value, Constant(Type.LONG, number)), span=call.span)
            for number, (_, type_) in enumerate(columns)
        ]
        return [Item(name, part) for name, part in zip(given, parts, strict=True)]

    # ---------------------------------------------------------------------------------------------- filter, compute

    def _where(self, source: Relation, op: syntax.Where, at: Place) -> Relation:
        condition = self.truth(op.condition, at)
        return Filter(source.row, source, condition, span=op.span)

    def _extend(self, source: Relation, op: syntax.Extend | syntax.Serialize, at: Place) -> Relation:
        items: list[Item] = []
        columns = dict(source.row.columns)
        written: set[str] = set()
        for expression in op.columns:
            for item in self.named(expression, at, columns):
                if item.name in written and isinstance(expression, Named | syntax.Name):
                    self._twice(item.name, expression.span)
                written.add(item.name)
                columns[item.name] = _column(source.row, item)
                items.append(item)
        if source.row.open:
            columns = {**source.row.columns, **columns}  # with the names that were asked for meanwhile
        return Compute(_like(source.row, columns), source, tuple(items), span=op.span)

    def _twice(self, name: str, span: Span) -> None:
        self.report(codes.QUERY_NAME_TAKEN, span, f"found a second column {name}, expected another name")

    # ------------------------------------------------------------------------------------------------------- choose

    def _project(self, source: Relation, op: syntax.Project, at: Place) -> Relation:
        return _PROJECTS[op.keyword](self, source, op, at)

    def _choose(self, source: Relation, items: Sequence[Item], span: Span) -> Relation:
        """The rows with these columns.

        Behind rows of which not all is known the chosen ones may be renamed by a union, so the row stays open.
        """
        columns = {item.name: _column(source.row, item) for item in items}
        return Choose(_like(source.row, columns), source, tuple(items), span=span)

    def _plain_project(self, source: Relation, op: syntax.Project, at: Place) -> Relation:
        items: list[Item] = []
        taken: dict[str, Column] = {}
        for expression in op.columns:
            if isinstance(expression, Ordered):
                continue
            explicit = isinstance(expression, Named | syntax.Name)
            for item in self.named(expression, at, taken):
                items += self._placed(item, source.row, taken, explicit, expression.span)
        return self._choose(source, items, op.span)

    def _placed(self, item: Item, row: Row, taken: dict[str, Column], explicit: bool, span: Span) -> list[Item]:
        """A value with a column of its own: where its name is taken, under another, or none if the query gave it."""
        if item.name in taken:
            if explicit:
                self._twice(item.name, span)
                return []
            item = Item(unused(item.name, taken), item.value)
        taken[item.name] = _column(row, item)
        return [item]

    def _matching(self, pattern: Expression, source: Relation, at: Place) -> list[str]:
        """The columns that a name or a pattern stands for."""
        if isinstance(pattern, Star):
            return list(source.row)
        if isinstance(pattern, Wildcard):
            found = [name for name in source.row if is_like(name, pattern.pattern)]
            if not found and not source.row.open:
                message = f"found {pattern.pattern}, which no column is like"
                self.report(codes.UNKNOWN_COLUMN, pattern.span, message)
            return found
        value = self.value(pattern, at)
        if isinstance(value, ColumnValue):
            return [value.name]
        if value.type is not Type.UNKNOWN:
            self.report(codes.QUERY_PLACE, pattern.span, "found a value, expected a column")
        return []

    def _project_away(self, source: Relation, op: syntax.Project, at: Place) -> Relation:
        away = {name for pattern in op.columns for name in self._matching(_plain(pattern), source, at)}
        items = [_itself(source.row, name, op.span) for name in source.row if name not in away]
        return self._choose(source, items, op.span)

    def _project_keep(self, source: Relation, op: syntax.Project, at: Place) -> Relation:
        kept = {name for pattern in op.columns for name in self._matching(_plain(pattern), source, at)}
        items = [_itself(source.row, name, op.span) for name in source.row if name in kept]
        return self._choose(source, items, op.span)

    def _project_rename(self, source: Relation, op: syntax.Project, at: Place) -> Relation:
        new_names: dict[str, str] = {}
        for expression in op.columns:
            if not isinstance(expression, Named):
                self.report(codes.QUERY_PLACE, expression.span, "found a value, expected new name = column")
                continue
            value = self.value(expression.value, at)
            if not isinstance(value, ColumnValue):
                if value.type is not Type.UNKNOWN:
                    self.report(codes.QUERY_PLACE, expression.span, "found a value, expected a column to rename")
                continue
            if expression.names[0] in source.row.columns:
                self._twice(expression.names[0], expression.span)
                continue
            new_names[value.name] = expression.names[0]
        items = []
        for name in source.row:
            value = _itself(source.row, name, op.span).value
            items.append(Item(new_names.get(name, name), value))
        return self._choose(source, items, op.span)

    def _project_reorder(self, source: Relation, op: syntax.Project, at: Place) -> Relation:
        order: dict[str, None] = {}
        named = {p.name for p in map(_plain, op.columns) if isinstance(p, syntax.Name)}
        for pattern in op.columns:
            found = self._matching(_plain(pattern), source, at)
            if isinstance(_plain(pattern), Star | Wildcard):
                found = [name for name in found if name not in named]
            if isinstance(pattern, Ordered) and pattern.direction:
                found = sorted(found, key=str.lower, reverse="desc" in pattern.direction)
            order |= dict.fromkeys(found)
        order |= dict.fromkeys(source.row)
        items = [_itself(source.row, name, op.span) for name in order]
        return self._choose(source, items, op.span)

    def _project_by_names(self, source: Relation, op: syntax.Project, at: Place) -> Relation:
        values = tuple(self.value(_plain(one), at) for one in op.columns)
        return Other(Row({}, open_=True), source, op.keyword, values, span=op.span)

    # ---------------------------------------------------------------------------------------------------- aggregate

    def _summarize(self, source: Relation, op: syntax.Summarize, at: Place) -> Relation:
        taken: dict[str, Column] = {}
        keys = self._keys(op.by, source, at, taken)
        items: list[Item] = []
        groups = Place(at.row, at.scope, groups=True)
        explicit = {name for one in op.by if isinstance(one, Named) for name in one.names}
        for expression in op.aggregates:
            named = expression.names if isinstance(expression, Named) else ()
            for item in self._aggregates(expression, groups, keys, taken):
                again = item.name in named and item.name in explicit
                placed = self._placed(item, source.row, taken, again, expression.span)
                explicit |= {one.name for one in placed} & set(named)
                items += placed
        if not op.aggregates and not op.by:
            self.report(codes.QUERY_PLACE, op.span, "found summarize alone, expected aggregates or groups")
        return Aggregate(_like(source.row, taken), source, tuple(keys), tuple(items), span=op.span)

    def _keys(self, by: Sequence[Expression], source: Relation, at: Place, taken: dict[str, Column]) -> list[Item]:
        keys: list[Item] = []
        for expression in by:
            explicit = isinstance(expression, Named | syntax.Name)
            for item in self.named(expression, at, taken):
                if item.value.type is Type.DYNAMIC:
                    self.expected("a group of another type, as by tostring(…)", item.value, expression.span)
                keys += self._placed(item, source.row, taken, explicit, expression.span)
        return keys

    def _aggregates(
        self, expression: Expression, at: Place, keys: Sequence[Item], taken: dict[str, Column]
    ) -> list[Item]:
        """The columns of an aggregate: one, or several of arg_max and its like."""
        names: tuple[str, ...] = ()
        inner = expression
        if isinstance(expression, Named):
            names, inner = expression.names, expression.value
        if isinstance(inner, Call) and inner.function in _SEVERAL:
            items = self._several(inner, at, keys)
            own = [names[n] if n < len(names) else item.name or unused("Column", taken) for n, item in enumerate(items)]
            return [Item(name, item.value) for name, item in zip(own, items, strict=True)]
        if names:
            return self._tuple(expression, self.value(inner, at)) if isinstance(expression, Named) else []
        value = self.value(inner, at)
        return [Item(own_name(inner) or unused("Column", taken), value)]

    def _several(self, call: Call, at: Place, keys: Sequence[Item]) -> list[Item]:
        """arg_max, any, percentiles and their like: a column for each of their values."""
        whole = self.value(call, at)
        inside = at.in_aggregate()
        name, arguments = call.function, call.arguments
        if name in _PERCENTILES:
            return self._percentiles(call, inside, whole)
        if name in _CONDITIONAL:
            arguments = arguments[:1]
        items: list[Item] = []
        key_names = {key.value.name for key in keys if isinstance(key.value, ColumnValue)}
        first = own_name(arguments[0]) if arguments else ""
        for number, argument in enumerate(arguments):
            if isinstance(argument, Star):
                left_out = key_names | ({first} if isinstance(arguments[0], syntax.Name) else set())
                others = [_itself(at.row, column, call.span) for column in at.row if column not in left_out]
                names = [part_name(name, max(number, 1), first, other.name) for other in others]
                items += [self._part(own, other.value, whole) for own, other in zip(names, others, strict=True)]
                continue
            value = self.value(argument, inside)
            own = part_name(name, number, first, own_name(argument), alone=len(arguments) == 1)
            items.append(self._part(own, value, whole))
        return items

    def _part(self, name: str, value: Value, whole: Value) -> Item:
        return Item(name, Apply(value.type, "part", (whole, value), span=whole.span))

    def _percentiles(self, call: Call, at: Place, whole: Value) -> list[Item]:
        first = own_name(call.arguments[0]) if call.arguments else ""
        skip = 2 if "w" in call.function else 1
        asked = [self.value(argument, at) for argument in call.arguments[skip:]]
        bound = whole.arguments[skip:] if isinstance(whole, Apply) else ()
        items = []
        for one, value in zip(asked, bound, strict=True):
            name = number_name(one.value if isinstance(one, Constant) else None)
            items.append(Item(f"percentile_{first}_{name}", Apply(whole.type, "part", (whole, value), span=call.span)))
        return items

    def _distinct(self, source: Relation, op: syntax.Distinct, at: Place) -> Relation:
        if len(op.columns) == 1 and isinstance(op.columns[0], Star):
            for name, column in source.row.columns.items():
                if column.type is Type.DYNAMIC:
                    message = f"found the column {name}, a dynamic, expected columns of other types"
                    self.report(codes.QUERY_TYPE, op.columns[0].span, message)
            return Distinct(source.row, source, span=op.span)
        taken: dict[str, Column] = {}
        items = self._keys(op.columns, source, at, taken)
        chosen = self._choose(source, items, op.span)
        return Distinct(chosen.row, chosen, span=op.span)

    # -------------------------------------------------------------------------------------------- order and number

    def _ordered_key(self, ordered: Ordered, at: Place) -> Key:
        """What to order by; of a dynamic value only `top` makes something."""
        expression = ordered.value.value if isinstance(ordered.value, Named) else ordered.value
        value = self.value(expression, at)
        ascending = ordered.direction in ("asc", "granny-asc")
        return Key(value, ascending, (ordered.nulls or ("first" if ascending else "last")) == "first")

    def _sort(self, source: Relation, op: syntax.Sort, at: Place) -> Relation:
        keys = tuple(self._ordered_key(key, at) for key in op.by)
        for key, ordered in zip(keys, op.by, strict=True):
            if key.value.type is Type.DYNAMIC:
                self.expected("a value to sort by of another type, as tostring(…)", key.value, ordered.span)
        return Order(source.row, source, keys, span=op.span)

    def _number(self, expression: Expression, at: Place) -> Value:
        value = self.value(expression.value if isinstance(expression, Named) else expression, at)
        if value.type not in INTEGERS | {Type.UNKNOWN}:
            self.expected("a number of rows", value, expression.span)
        return value

    def _top(self, source: Relation, op: syntax.Top, at: Place) -> Relation:
        count = self._number(op.count, at)
        order = Order(source.row, source, (self._ordered_key(op.by, at),), span=op.span)
        return Limit(source.row, order, count, span=op.span)

    def _take(self, source: Relation, op: syntax.Take, at: Place) -> Relation:
        return Limit(source.row, source, self._number(op.count, at), op.keyword == "sample", span=op.span)

    def _sample_distinct(self, source: Relation, op: syntax.SampleDistinct, at: Place) -> Relation:
        count = self._number(op.count, at)
        taken: dict[str, Column] = {}
        items = self._keys((op.of,), source, at, taken)
        chosen = self._choose(source, items, op.span)
        distinct = Distinct(chosen.row, chosen, span=op.span)
        return Limit(chosen.row, distinct, count, sampled=True, span=op.span)

    def _top_hitters(self, source: Relation, op: syntax.TopHitters, at: Place) -> Relation:
        count = self._number(op.count, at)
        taken: dict[str, Column] = {}
        of = self._keys((op.of,), source, at, taken)
        values = [count, *(item.value for item in of)]
        name = f"approximate_count_{of[0].name if of else ''}"
        if op.by is not None:
            values.append(self.value(op.by, at))
            name = f"approximate_sum_{own_name(op.by)}"
        columns = taken | {name: Column(Type.LONG)}
        return Other(Row(columns), source, "top-hitters", tuple(values), span=op.span)

    def _top_nested(self, source: Relation, op: syntax.TopNested, at: Place) -> Relation:
        taken: dict[str, Column] = {}
        levels = []
        for level in op.levels:
            count = self.value(level.count, at) if level.count else None
            of = self._keys((level.of,), source, at, taken)
            groups = Place(at.row, at.scope, groups=True)
            by = level.by.value
            value = self.value(by, groups)
            name = by.names[0] if isinstance(by, Named) else f"aggregated_{of[0].name if of else ''}"
            taken[name] = Column(value.type)
            others = self.value(level.others, at) if level.others else None
            ascending = level.by.direction == "asc"
            if of:
                levels.append((count, of[0], Item(name, value), Key(value, ascending, ascending), others))
        return TopNested(Row(taken), source, tuple(levels), span=op.span)

    def _count(self, source: Relation, op: syntax.Count, _at: Place) -> Relation:
        value = Apply(Type.LONG, "count", (), span=op.span)
        return Aggregate(Row({"Count": Column(Type.LONG)}), source, (), (Item("Count", value),), span=op.span)

    # ------------------------------------------------------------------------------------------------------- series

    def _make_series(self, source: Relation, op: syntax.MakeSeries, at: Place) -> Relation:
        taken: dict[str, Column] = {}
        keys = self._series_keys(op.by, source, at, taken)
        groups = Place(at.row, at.scope, groups=True)
        items: list[Item] = []
        defaults: list[Value | None] = []
        for column in op.columns:
            for name, value in self._aggregates(column.value, groups, keys, taken):
                name = unused(name, taken) if name in taken else name
                taken[name] = Column(Type.DYNAMIC)
                items.append(Item(name, value))
                defaults.append(self.value(column.default, at) if column.default else None)
        axis = self.named(op.on, at, taken)[0]
        taken[axis.name] = Column(Type.DYNAMIC)
        start, stop = (self.value(one, at) if one else None for one in (op.start, op.stop))
        step = self.value(op.step, at)
        self._look_at_axis(axis.value, step, (start, stop))
        parts = (tuple(keys), tuple(items), tuple(defaults), axis, start, stop, step, op.ranged)
        return Series(Row(taken), source, *parts, span=op.span)

    def _look_at_axis(self, axis: Value, step: Value, ends: Sequence[Value | None]) -> None:
        """The steps of a series have to be some in which its axis can be counted, and its ends values of the axis."""
        if Type.UNKNOWN in (axis.type, step.type):
            return
        if step.type not in _STEPS.get(axis.type, frozenset()):
            what = " or ".join(sorted(_STEPS.get(axis.type, ()))) or "none, but an axis of numbers or times"
            self.expected(f"{what} as a step of {a_type(axis.type)}", step, step.span)
            return
        like = NUMBERS if axis.type in NUMBERS else {axis.type}
        for end in ends:
            if end is not None and end.type not in like | {Type.UNKNOWN}:
                self.expected(f"{a_type(axis.type)}, as the axis is", end, end.span)

    def _series_keys(
        self, by: Sequence[Expression], source: Relation, at: Place, taken: dict[str, Column]
    ) -> list[Item]:
        keys: list[Item] = []
        for expression in by:
            for item in self.named(expression, at, taken):
                keys += self._placed(item, source.row, taken, False, expression.span)
        return keys


_CONDITIONAL = frozenset({"anyif", "take_anyif"})
_PERCENTILES = frozenset({"percentile", "percentilew", "percentiles", "percentilesw"})
_SEVERAL = _CONDITIONAL | _PERCENTILES | {"any", "take_any", "arg_max", "arg_min", "argmax", "argmin"}
_STEPS: dict[Type, frozenset[Type]] = {
    **dict.fromkeys((Type.DATETIME, Type.TIMESPAN), frozenset({Type.TIMESPAN})),
    **dict.fromkeys(INTEGERS, INTEGERS),
    **dict.fromkeys((Type.REAL, Type.DECIMAL), NUMBERS),
}
_PROJECTS = {
    "project": Columns._plain_project,
    "project-away": Columns._project_away,
    "project-keep": Columns._project_keep,
    "project-rename": Columns._project_rename,
    "project-reorder": Columns._project_reorder,
    "project-by-names": Columns._project_by_names,
    "project-smart": Columns._project_by_names,
}


def _columns_of(call: Call) -> list[tuple[str, Type]]:
    """The columns of a function that gives several, under its own names."""
    known = functions.lookup(call.function, Kind.SCALAR)
    if known is None:
        return []
    if known.column == "@arrays_sorted":
        return [(name, Type.DYNAMIC) for name in _sorted_names(call.arguments)]
    if "*" not in known.column:
        return []
    rule = known.column.replace("@1", own_name(call.arguments[0]) if call.arguments else "")
    return [(rule.replace("*", name), type_ or Type.DYNAMIC) for name, type_ in known.signatures[0].result.columns]


def _sorted_names(arguments: Sequence[Expression]) -> list[str]:
    """The names of arrays that are sorted by the first of them; behind them may stand where nulls go."""
    names: list[str] = []
    for number, argument in enumerate(arguments):
        if isinstance(argument, syntax.Literal) and argument.type is Type.BOOL:
            continue
        name = f"{own_name(argument) or f'array{number}'}_sorted"
        names.append(unused(name, names) if name in names else name)
    return names


def _column_name(expression: Expression, value: Value) -> str:
    if isinstance(expression, Call) and expression.function in ("column_ifexists", "columnifexists"):
        return value.name if isinstance(value, ColumnValue) else ""
    return own_name(expression)


def _column(row: Row, item: Item) -> Column:
    """A column of a value; a column as it is keeps where it comes from."""
    value = item.value
    if isinstance(value, ColumnValue) and (found := row.columns.get(value.name)) is not None:
        return found
    return Column(value.type)


def _like(row: Row, columns: dict[str, Column]) -> Row:
    return Row(columns, open_=row.open)


def _itself(row: Row, name: str, span: Span) -> Item:
    return Item(name, ColumnValue(row.columns[name].type, name, span=span))


def _plain(pattern: Node) -> Expression:
    return pattern.value if isinstance(pattern, Ordered) else pattern  # type: ignore[return-value]
