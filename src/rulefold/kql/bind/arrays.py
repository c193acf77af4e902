"""Operators on arrays and texts, plug-ins, and the rest; and which method binds which operator."""

from collections.abc import Callable
from dataclasses import replace

from rulefold import codes
from rulefold.kql import functions, syntax
from rulefold.kql.bind.names import own_name, suffixed
from rulefold.kql.bind.scope import Place, Scope
from rulefold.kql.bind.state import there_is
from rulefold.kql.bind.tables import option
from rulefold.kql.bind.unions import Unions
from rulefold.kql.functions import Kind
from rulefold.kql.plan import (
    ApplyEach,
    Column,
    ColumnValue,
    Constant,
    Elements,
    Expand,
    Item,
    Other,
    ParseKeys,
    ParseText,
    Plugin,
    Relation,
    Row,
    TableValue,
    Value,
)
from rulefold.kql.syntax import Call, ColumnType, Expanded, Name, Named, ParsedColumn, Star
from rulefold.kql.types import DYNAMICS, Type

_LOOKUPS = frozenset({"ipv4_lookup", "ipv6_lookup"})
_OF_A_COLUMN = frozenset({"bag_unpack", "pivot"})  # the first argument of which is the name of one
_LEADING = (("SegmentId", Type.LONG), ("Count", Type.LONG), ("Percent", Type.REAL))
_SCHEMA = (("ColumnName", Type.STRING), ("ColumnOrdinal", Type.LONG), ("DataType", Type.STRING))
_REDUCED = (("Pattern", Type.STRING), ("Count", Type.LONG), ("Representative", Type.STRING))


class Arrays(Unions):
    """Binds every operator."""

    discover: Callable[[Plugin], Row] | None = None

    def operator(self, source: Relation, op: syntax.Operator, scope: Scope) -> Relation:
        """The rows of an operator on others."""
        return _OPERATORS[type(op)](self, source, op, Place(source.row, scope))

    # ------------------------------------------------------------------------------------------------------ arrays

    def _expanded(self, expanded: Expanded, at: Place, taken: dict[str, Column]) -> Item:
        expression = expanded.value
        inner = expression.value if isinstance(expression, Named) else expression
        value = self.value(inner, at)
        if value.type not in DYNAMICS:
            self.expected("an array or a bag", value, expression.span)
        if isinstance(expression, Named):
            return Item(expression.names[0], value)
        return self.named(expression, at, taken)[0]

    def _mv_expand(self, source: Relation, op: syntax.MvExpand, at: Place) -> Relation:
        columns = dict(source.row.columns)
        items: list[Item] = []
        types: list[Type] = []
        for expanded in op.values:
            item = self._expanded(expanded, at, columns)
            type_ = expanded.type or (item.value.type if item.value.type is Type.UNKNOWN else Type.DYNAMIC)
            columns[item.name] = Column(type_)
            items.append(item)
            types.append(type_)
        index = option(op.options, "with_itemindex")
        if index:
            columns[index] = Column(Type.LONG)
        arrays = (option(op.options, "bagexpansion") or option(op.options, "kind")) == "array"
        limit = self.value(op.limit, at) if op.limit else None
        row = Row(columns, open_=source.row.open)
        return Expand(row, source, tuple(items), tuple(types), arrays, index, limit, span=op.span)

    def _mv_apply(self, source: Relation, op: syntax.MvApply, at: Place) -> Relation:
        columns = dict(source.row.columns)
        items: list[Item] = []
        types: list[Type] = []
        for expanded in op.values:
            item = self._expanded(expanded, at, columns)
            type_ = expanded.type or Type.DYNAMIC
            columns[item.name] = Column(type_)
            items.append(item)
            types.append(type_)
        index = option(op.options, "with_itemindex")
        if index:
            columns[index] = Column(Type.LONG)
        elements = Elements(Row(columns, open_=source.row.open), span=op.span)
        query = self.through(elements, op.query.operators, at.scope)
        limit = self.value(op.limit, at) if op.limit else None
        own = {item.name for item in items}
        outer = {name: column for name, column in source.row.columns.items() if name not in own}
        row = Row({**outer, **query.row.columns}, open_=source.row.open)
        return ApplyEach(row, source, tuple(items), tuple(types), query, index, limit, span=op.span)

    # ------------------------------------------------------------------------------------------------------- texts

    def _parse(self, source: Relation, op: syntax.Parse, at: Place) -> Relation:
        text = self.value(op.text, at)
        if not op.pattern:
            self.report(codes.QUERY_PLACE, op.span, f"found {op.keyword} without a pattern, expected texts and columns")
        columns = dict(source.row.columns)
        pattern: list[str | tuple[str, Type] | None] = []
        before: syntax.Node | None = None
        for part in op.pattern:
            self._follows(part, before)
            if isinstance(part, Star):
                pattern.append(None)
            elif isinstance(part, ParsedColumn):
                columns.pop(part.name, None)
                columns[part.name] = Column(part.type or Type.STRING)
                pattern.append((part.name, part.type or Type.STRING))
            else:
                pattern.append(str(part.value))
            before = part
        kind, flags = option(op.options, "kind") or "simple", option(op.options, "flags") or ""
        row = Row(columns, open_=source.row.open)
        parts = (tuple(pattern), kind, flags, op.keyword == "parse-where")
        return ParseText(row, source, text, *parts, span=op.span)

    def _follows(self, part: syntax.Node, before: syntax.Node | None) -> None:
        """Between two columns or stars there has to be a text, since where one ends is not known otherwise."""
        ends = isinstance(before, Star) or (isinstance(before, ParsedColumn) and before.type in (None, Type.STRING))
        if (ends and isinstance(part, Star)) or (
            isinstance(before, Star | ParsedColumn) and isinstance(part, ParsedColumn)
        ):
            what = (
                "*" if isinstance(part, Star) else f"the column {part.name}" if isinstance(part, ParsedColumn) else ""
            )
            behind = "*" if isinstance(before, Star) else "a column"
            self.report(
                codes.QUERY_PLACE, part.span, f"found {what} right behind {behind}, expected a text between them"
            )

    def _parse_kv(self, source: Relation, op: syntax.ParseKv, at: Place) -> Relation:
        text = self.value(op.text, at)
        columns = {one.name: Column(one.type or Type.STRING) for one in op.columns}
        options = []
        for one in op.options:
            value = self.value(one.value, at) if not isinstance(one.value, Name) else None
            options.append((one.name, value.value if isinstance(value, Constant) else None))
        row = source.row.with_columns(columns.items())
        given = tuple((name, column.type) for name, column in columns.items())
        return ParseKeys(row, source, text, given, tuple(options), span=op.span)

    # ----------------------------------------------------------------------------------------------------- plug-ins

    def _evaluate(self, source: Relation, op: syntax.Evaluate, at: Place) -> Relation:
        name = op.call.function
        known = functions.lookup(name, Kind.PLUGIN)
        if known is None:
            message = f"found {name}, which is no plug-in"
            self.report(codes.UNKNOWN_FUNCTION, op.call.span, message, there_is(functions.similar(name, Kind.PLUGIN)))
            return self.unknown_rows(op.span, name)
        self.collected.functions.setdefault(name)
        values = self._plugin_arguments(op.call, at)
        if name in _OF_A_COLUMN and not values:
            self.report(codes.QUERY_ARGUMENTS, op.call.span, f"found no argument, expected at least one for {name}")
        elif name in _OF_A_COLUMN:
            self.needs_column(op.call.arguments[0], values[0], f"the first argument of {name}")
        row = self._stated(op.schema, source) or self._plugin_row(op.call, values, source)
        plugin = Plugin(row, source, name, values, span=op.span)
        return replace(plugin, row=self.discover(plugin)) if self.discover is not None and row.open else plugin

    def _plugin_arguments(self, call: Call, at: Place) -> tuple[Value, ...]:
        """The arguments; those of a lookup behind its table and its key are columns of that table."""
        values = tuple(self._plugin_argument(one, at) for one in call.arguments[:2])
        there = at
        if call.function in _LOOKUPS and values and isinstance(values[0], TableValue):
            there = at.over(values[0].relation.row)
        return (*values, *(self._plugin_argument(one, there) for one in call.arguments[2:]))

    def _plugin_argument(self, argument: syntax.Expression, at: Place) -> Value:
        inner = argument.value if isinstance(argument, Named) else argument
        if isinstance(inner, Call) and functions.lookup(inner.function, Kind.AGGREGATE):
            return self.value(inner, Place(at.row, at.scope, groups=True))
        return self._argument(argument, at)

    @staticmethod
    def _stated(schema: tuple[ColumnType | Star, ...] | None, source: Relation) -> Row | None:
        if schema is None:
            return None
        columns: dict[str, Column] = {}
        for one in schema:
            if isinstance(one, Star):
                columns |= source.row.columns
            else:
                columns[one.name] = Column(one.type or Type.DYNAMIC)
        return Row(columns)

    def _plugin_row(self, call: Call, values: tuple[Value, ...], source: Relation) -> Row:
        columns = dict(source.row.columns)
        match call.function:
            case "bag_unpack":
                _drop(columns, values[:1])
                return Row(columns, open_=True)
            case "pivot":
                return _pivoted(call, values, columns)
            case "narrow":
                types = {"Row": Type.LONG, "Column": Type.STRING, "Value": Type.STRING}
                return Row({name: Column(type_) for name, type_ in types.items()})
            case "autocluster" | "basket":
                return Row({name: Column(type_) for name, type_ in _LEADING} | columns)
            case "ipv4_lookup" | "ipv6_lookup":
                return _looked_up(values, columns)
            case "sequence_detect":
                return _sequence(call, values)
            case _:
                known = functions.lookup(call.function, Kind.PLUGIN)
                return _declared_row(known, source) if known else Row({}, open_=True)

    def _invoke(self, source: Relation, op: syntax.Invoke, at: Place) -> Relation:
        call = op.call
        if not isinstance(call, Call):
            return self.unknown_rows(op.span, "another database")
        declared = self.declared(call.function, at.scope)
        if declared is None:
            self.unknown_function(call)
            return self.unknown_rows(op.span, call.function)
        scope = at.scope.inner({"$rows": source})
        first = Name("$rows", span=op.span)
        result = self.call_declared(declared, (first, *call.arguments), call.span, Place(at.row, scope))
        if isinstance(result, Relation):
            return result
        self.report(codes.QUERY_PLACE, call.span, f"found {call.function}, which gives a value, expected a table")
        return self.unknown_rows(op.span, call.function)

    # ----------------------------------------------------------------------------------------------------- the rest

    def _as_it_is(self, source: Relation, _op: syntax.Operator, _at: Place) -> Relation:
        return source

    def _as(self, source: Relation, op: syntax.As, at: Place) -> Relation:
        at.scope.names[op.name] = source
        self.called[id(source)] = op.name
        return source

    def _consume(self, source: Relation, op: syntax.Consume, _at: Place) -> Relation:
        return Other(Row({}), source, "consume", span=op.span)

    def _getschema(self, source: Relation, op: syntax.GetSchema, _at: Place) -> Relation:
        columns = {name: Column(type_) for name, type_ in (*_SCHEMA, ("ColumnType", Type.STRING))}
        return Other(Row(columns), source, "getschema", span=op.span)

    def _serialize(self, source: Relation, op: syntax.Serialize, at: Place) -> Relation:
        ordered = Other(source.row, source, "serialize", span=op.span)
        return self._extend(ordered, op, at) if op.columns else ordered

    def _reduce(self, source: Relation, op: syntax.Reduce, at: Place) -> Relation:
        value = self.value(op.by, at)
        return Other(Row({name: Column(t) for name, t in _REDUCED}), source, "reduce", (value,), span=op.span)

    def _partition(self, source: Relation, op: syntax.Partition, at: Place) -> Relation:
        by = self.value(op.by, at)
        if not isinstance(by, ColumnValue) and by.type is not Type.UNKNOWN:
            self.report(codes.QUERY_PLACE, op.by.span, "found a value, expected a column")
        query: Relation = Elements(source.row, span=op.span)
        if op.query.source is not None:
            query = self.relation(op.query.source, at.scope)
        query = self.through(query, op.query.operators, at.scope)
        return Other(query.row, source, "partition", (by, TableValue(Type.DYNAMIC, query)), span=op.span)

    def _fork(self, source: Relation, op: syntax.Fork, at: Place) -> Relation:
        for _, branch in op.branches:
            self.through(source, branch.operators, at.scope)
        return Other(Row({}, open_=True), source, "fork", span=op.span)

    def _facet(self, source: Relation, op: syntax.Facet, at: Place) -> Relation:
        values = tuple(self.value(one, at) for one in op.columns)
        return Other(Row({}, open_=True), source, "facet", values, span=op.span)

    def _unsupported(self, _source: Relation, op: syntax.Unsupported, _at: Place) -> Relation:
        self.report(
            codes.UNSUPPORTED_OPERATOR, op.span, f"found {op.keyword}, an operator of which the rows are not known"
        )
        return self.unknown_rows(op.span, op.keyword)


def _drop(columns: dict[str, Column], values: tuple[Value, ...]) -> None:
    for value in values:
        if isinstance(value, ColumnValue):
            columns.pop(value.name, None)


def _pivoted(call: Call, values: tuple[Value, ...], columns: dict[str, Column]) -> Row:
    """The columns that are named, or else all but those that the plug-in works on; and those found in the data."""
    kept = [value.name for value in values[2:] if isinstance(value, ColumnValue)]
    if kept:
        return Row({name: columns[name] for name in kept if name in columns}, open_=True)
    _drop(columns, values[:1])
    if len(call.arguments) > 1 and isinstance(call.arguments[1], Call):
        for argument in call.arguments[1].arguments:
            columns.pop(own_name(argument), None)
    return Row(columns, open_=True)


def _sequence(call: Call, values: tuple[Value, ...]) -> Row:
    """The dimensions, the time of each step, and how long the sequence took."""
    columns = {value.name: Column(value.type) for value in values[3:] if isinstance(value, ColumnValue)}
    time = own_name(call.arguments[0])
    steps = (one.names[0] for one in call.arguments if isinstance(one, Named))
    columns |= {f"{step}_{time}": Column(Type.DATETIME) for step in steps}
    return Row({**columns, "Duration": Column(Type.TIMESPAN)})


def _looked_up(values: tuple[Value, ...], columns: dict[str, Column]) -> Row:
    table = values[0] if values else None
    if not isinstance(table, TableValue):
        return Row(columns, open_=True)
    right = table.relation.row
    names = suffixed(right, columns)
    added = {names[name]: column for name, column in right.columns.items()}
    return Row({**columns, **added}, open_=right.open)


def _declared_row(known: functions.Function, source: Relation) -> Row:
    """The columns that the table of functions states for a plug-in."""
    result = known.signatures[0].result
    if result.rule is not functions.Rule.COLUMNS:
        return Row({}, open_=True)
    columns: dict[str, Column] = {}
    for name, type_ in result.columns:
        if name == "*":
            columns |= source.row.columns
        elif type_ is None:
            return Row({}, open_=True)
        else:
            columns[name] = Column(type_)
    return Row(columns)


_OPERATORS: dict[type, Callable[..., Relation]] = {
    syntax.Where: Arrays._where,
    syntax.Extend: Arrays._extend,
    syntax.Project: Arrays._project,
    syntax.Summarize: Arrays._summarize,
    syntax.Distinct: Arrays._distinct,
    syntax.Sort: Arrays._sort,
    syntax.Top: Arrays._top,
    syntax.TopNested: Arrays._top_nested,
    syntax.TopHitters: Arrays._top_hitters,
    syntax.Take: Arrays._take,
    syntax.SampleDistinct: Arrays._sample_distinct,
    syntax.Count: Arrays._count,
    syntax.Join: Arrays._join,
    syntax.Union: Arrays._union_operator,
    syntax.MvExpand: Arrays._mv_expand,
    syntax.MvApply: Arrays._mv_apply,
    syntax.Parse: Arrays._parse,
    syntax.ParseKv: Arrays._parse_kv,
    syntax.MakeSeries: Arrays._make_series,
    syntax.Serialize: Arrays._serialize,
    syntax.Evaluate: Arrays._evaluate,
    syntax.Invoke: Arrays._invoke,
    syntax.Render: Arrays._as_it_is,
    syntax.As: Arrays._as,
    syntax.Consume: Arrays._consume,
    syntax.GetSchema: Arrays._getschema,
    syntax.Print: Arrays._print,
    syntax.Range: Arrays._range,
    syntax.Find: Arrays._find,
    syntax.Search: Arrays._search,
    syntax.Facet: Arrays._facet,
    syntax.Fork: Arrays._fork,
    syntax.Partition: Arrays._partition,
    syntax.Reduce: Arrays._reduce,
    syntax.Unsupported: Arrays._unsupported,
}
