"""Relations → steps: a SELECT for each tabular operator."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlglot import exp

from rulefold.kql.literals import ticks_of
from rulefold.kql.lower import apart, axes, joins, parsing, plugins, searching, sql, unions
from rulefold.kql.lower.engine import Engine
from rulefold.kql.lower.external import external_rows
from rulefold.kql.lower.reading import Reading, is_part
from rulefold.kql.lower.refusal import refused
from rulefold.kql.lower.sql import Node
from rulefold.kql.lower.steps import (
    ORDER,
    Builder,
    fields_of_row,
    fresh,
    grouped_by,
    kept_group,
    nothing,
    select,
    star,
    table_fields,
)
from rulefold.kql.lower.terms import Field, Rows, SortKey, Term, exact, sorted_by, text
from rulefold.kql.lower.values import Frame, Values
from rulefold.kql.plan import (
    Aggregate,
    ApplyEach,
    Choose,
    Compute,
    Distinct,
    ExternalRows,
    Filter,
    GivenRows,
    Item,
    Join,
    Limit,
    Order,
    Other,
    ParseKeys,
    ParseText,
    Plugin,
    RangeRows,
    Relation,
    Row,
    Series,
    TableRows,
    TopNested,
    Union,
    UnknownRows,
    Value,
    WatchlistRows,
)
from rulefold.kql.results import TIME, Timespan
from rulefold.kql.types import Type


class Relations:
    """Lowers the relations of one query.  One that is used twice is one step."""

    def __init__(
        self, engine: Engine, reading: Reading, text: str, now: datetime | None, timespan: Timespan | None = None
    ) -> None:
        """See `lower`."""
        self.engine, self.reading = engine, reading
        self.builder = Builder(text)
        self.values = Values(engine, self, now, timespan)
        self._timespan = timespan
        self._rows: dict[int, Rows] = {}
        self.windows = not reading.functions.isdisjoint(engine.windows)  # functions that look at the rows around

    def rows(self, relation: Relation) -> Rows:
        """The step of a relation."""
        found = self._rows.get(id(relation))
        if found is None:
            lowering = _LOWERINGS.get(type(relation)) or self.engine.relations.get(type(relation))
            if lowering is None:
                raise refused(relation.span, f"found {type(relation).__name__}, an operator that is not run yet")
            outer = self.values.frame
            found = self._rows[id(relation)] = lowering(self, relation)
            self.values.frame = outer
        return found

    # ---------------------------------------------------------------------------------------------------- what frames

    def over(self, rows: Rows) -> Frame:
        """Values are over the rows of a step from here on."""
        self.values.frame = Frame(rows.fields, order=rows.order, group=rows.group)
        return self.values.frame

    def prepared(self, source: Rows) -> Rows:
        """The step before, with what the values of this one have had worked out."""
        return self.builder.hoisted(source, self.values.frame.hoisted)

    def terms(self, items: Iterable[Item]) -> list[tuple[str, Term]]:
        """Named values."""
        return [(item.name, self.values.term(item.value)) for item in items]

    def give(self, relation: Relation, rows: Rows) -> None:
        """Say which step a relation is."""
        self._rows[id(relation)] = rows

    # ---------------------------------------------------------------------------------------------------- where from

    def listed(self, row: Row, values: Sequence[Sequence[object]], place: Relation) -> Rows:
        """Rows of constants."""
        names: set[str] = set()
        fields = {name: Field(fresh(name, names), column.type, False) for name, column in row.columns.items()}
        types = [column.type for column in row.columns.values()]
        nodes = [[self.engine.literal(type_, one) for type_, one in zip(types, line, strict=True)] for line in values]
        query = self._listed(list(fields.values()), nodes)
        return Rows(self.builder.add(query, place), fields, frozenset(names), ())

    def _table(self, relation: TableRows) -> Rows:
        """A table, or what is read of it: engines take their time over columns that they carry from step to step."""
        fields, names = fields_of_row(relation.row)
        table = Rows(self.engine.table_name(relation.name), fields, names)
        within = self._within(fields.get(TIME))
        is_read = self.reading.is_read(relation)
        read = {name: field for name, field in fields.items() if is_read(name)}
        if len(read) == len(fields):
            if within is None:
                return table
            return self.builder.kept(table, select([star()], table.source(), where=within), relation)
        listed = [sql.name(field.name) for field in read.values()]
        step = self.builder.add(select(listed or [nothing()], table.source(), where=within), relation)
        return Rows(step, read, frozenset(field.name.lower() for field in read.values()))

    def _within(self, time: Field | None) -> Node | None:
        """The condition that a row is of the time that the query sees."""
        if self._timespan is None or time is None or time.type is not Type.DATETIME:
            return None
        start, end = (self.engine.literal(Type.DATETIME, ticks_of(one)) for one in self._timespan)
        return sql.all_of(
            [sql.binary(exp.GTE, time.term().node, start), sql.binary(exp.LT, time.term().node, end)],
        )

    def _watchlist(self, relation: WatchlistRows) -> Rows:
        fields, names = table_fields({name: column.type for name, column in relation.row.columns.items()})
        return Rows(self.engine.watchlist_name(relation.alias), fields, names)

    def _given(self, relation: GivenRows) -> Rows:
        self.over(Rows("", {}, frozenset()))
        columns = relation.row.columns
        names: set[str] = set()
        given = [
            [self._cell(value, column.type) for value, column in zip(row, columns.values(), strict=True)]
            for row in relation.rows
        ]
        nullable = [any(row[number].nullable for row in given) for number in range(len(columns))]
        fields = {
            name: Field(fresh(name, names), column.type, nullable[number] and column.type is not Type.STRING)
            for number, (name, column) in enumerate(columns.items())
        }
        query = self._listed(list(fields.values()), [[exact(term) for term in row] for row in given])
        if (before := self._before()) is not None:
            query.set("from_", before)
        return Rows(self.builder.add(query, relation), fields, frozenset(names))

    def _before(self) -> exp.From | None:
        """What the values of rows that come from nowhere have had worked out: one row."""
        hoisted = [sql.alias(node, name) for name, node in self.values.frame.hoisted]
        alias = exp.TableAlias(this=sql.name("given"))
        return exp.From(this=exp.Subquery(this=select(hoisted), alias=alias)) if hoisted else None

    def _cell(self, value: Value, type_: Type) -> Term:
        term = self.values.term(value)
        if term.type is type_:
            return replace(term, node=text(term), nullable=False) if type_ is Type.STRING else term
        if type_ is Type.DYNAMIC:
            return Term(self.engine.to_dynamic(term), type_)
        converted = self.engine.convert(term, type_)
        return replace(converted, node=text(converted)) if type_ is Type.STRING else converted

    def _listed(self, fields: Sequence[Field], rows: Sequence[Sequence[Node]]) -> exp.Query:
        """Rows of SQL values: a SELECT for one, VALUES for more."""
        if len(rows) == 1 or not fields:
            return select(
                [sql.alias(node, field.name) for node, field in zip(rows[0] if rows else (), fields, strict=True)]
            )
        typed = [
            sql.alias(exp.Cast(this=sql.column(field.name), to=self.engine.sql_type(field.type)), field.name)
            for field in fields
        ]
        values = [exp.Tuple(expressions=list(row)) for row in rows]
        if not values:
            values = [exp.Tuple(expressions=[self.engine.null(field.type) for field in fields])]
        alias = exp.TableAlias(this=sql.name("given"), columns=[sql.name(field.name) for field in fields])
        query = select(typed, exp.From(this=exp.Values(expressions=values, alias=alias)))
        if not rows:
            query.set("where", exp.Where(this=sql.false()))
        return query

    def _range(self, relation: RangeRows) -> Rows:
        self.over(Rows("", {}, frozenset()))
        name, column = next(iter(relation.row.columns.items()))
        parts = [self.values.term(one) for one in (relation.start, relation.stop, relation.step)]
        node, source = self.engine.series(column.type, parts, self._before(), relation.span)
        query = select([sql.alias(node, name)], source)
        step = self.builder.add(query, relation)
        return Rows(step, {name: Field(name, column.type)}, frozenset({name.lower()}), (SortKey(name),))

    def _unknown(self, relation: UnknownRows) -> Rows:
        what = f"the table {relation.why}" if relation.table else relation.why
        raise refused(relation.span, f"found {what}, of which nothing is known")

    # -------------------------------------------------------------------------------------------- filter and compute

    def _filter(self, relation: Filter) -> Rows:
        source = self.rows(relation.source)
        self.over(source)
        condition = self.values.condition(relation.condition)
        source = self.prepared(source)
        return self.builder.kept(source, select([star()], source.source(), where=condition), relation)

    def _compute(self, relation: Compute) -> Rows:
        source = self.rows(relation.source)
        self.over(source)
        terms = self.terms(relation.items)
        return self.builder.added(self.prepared(source), terms, relation)

    def _choose(self, relation: Choose) -> Rows:
        source = self.rows(relation.source)
        self.over(source)
        terms = self.terms(relation.items)
        return self.builder.chosen(self.prepared(source), terms, relation)

    # ------------------------------------------------------------------------------------------------------- groups

    def _aggregate(self, relation: Aggregate) -> Rows:
        source = self.rows(relation.source)
        is_read = self.reading.is_read(relation)
        aggregates = [item for item in relation.aggregates if not is_part(item) or is_read(item.name)]
        return self.grouped(source, relation.keys, aggregates, relation)

    def grouped(self, source: Rows, keys: Sequence[Item], aggregates: Sequence[Item], place: Relation) -> Rows:
        """A step with a row for each group; what is made of aggregates comes in another step."""
        frame = self.over(source)
        groups = [(item.name, grouped_by(self.values.term(item.value))) for item in keys]
        frame.aggregates = []
        results = [(item.name, self.values.term(item.value)) for item in aggregates]
        collected, later = frame.aggregates, frame.later
        source = self.prepared(source)
        names: set[str] = set()
        fields = {name: Field(fresh(name, names), term.type, term.nullable) for name, term in groups}
        plain = not later and all(isinstance(term.node, exp.Column) for _, term in results)
        renamed: dict[str, str] = {}
        if plain:
            for name, term in results:
                fields[name] = Field(fresh(name, names), term.type, term.nullable)
                renamed.setdefault(term.node.name, fields[name].name)
            plain = len(renamed) == len(results) == len(collected)
        expressions = [sql.alias(exact(term), fields[name].name) for name, term in groups]
        apart = kept_group(source, expressions, names)
        by = [sql.number(number + 1) for number in range(len(expressions))]
        expressions += [sql.alias(node, renamed[name] if plain else name) for name, node in collected]
        group = exp.Group(expressions=by) if by else None
        query = select(expressions or [nothing()], source.source(), group=group)
        if plain:
            return Rows(self.builder.add(query, place), fields, frozenset(names), group=apart)
        keys_only = {name: fields[name] for name, _ in groups}
        all_names = frozenset({field.name.lower() for field in keys_only.values()} | {name for name, _ in collected})
        step = Rows(self.builder.add(query, place), keys_only, all_names, group=apart)
        step = self.builder.hoisted(step, later)
        kept = [(name, field.term()) for name, field in keys_only.items()]
        return self.builder.chosen(step, [*kept, *results], None)

    def _distinct(self, relation: Distinct) -> Rows:
        source = self.rows(relation.source)
        names: set[str] = set()
        fields: dict[str, Field] = {}
        expressions: list[Node] = []
        for name, field in source.fields.items():
            term = grouped_by(field.term())
            fields[name] = Field(fresh(name, names), field.type, term.nullable)
            expressions.append(sql.alias(term.node, fields[name].name))
        group = kept_group(source, expressions, names)
        query = select(expressions, source.source(), distinct=True)
        return Rows(self.builder.add(query, relation), fields, frozenset(names), group=group)

    # -------------------------------------------------------------------------------------------- order and number

    def _order(self, relation: Order) -> Rows:
        source = self.rows(relation.source)
        self.over(source)
        keys: list[SortKey] = []
        columns: list[tuple[str, Node]] = []
        for key in relation.keys:
            term = grouped_by(self.values.term(key.value))
            if not isinstance(term.node, exp.Column):
                name = self.values.new_name()
                columns.append((name, exact(term)))
                term = term.of(sql.column(name))
            keys.append(SortKey(term.node.name, not key.ascending, key.nulls_first, term.type is Type.REAL))
        source = self.builder.hoisted(self.prepared(source), columns)
        if not self.windows:
            return replace(source, order=tuple(keys))
        return self.numbered(source, tuple(keys), relation)

    def numbered(self, source: Rows, keys: tuple[SortKey, ...], place: Relation) -> Rows:
        """A step with a column for the order of its rows, so that all that follow agree on it.

        Rows with the same keys stay in the order in which they come.
        """
        name = source.unused(ORDER)
        if keys:
            came = self.values.new_name()
            source = self.builder.hoisted(source, [(came, sql.window(exp.RowNumber()))])
            keys = (*keys, SortKey(came))
        number = sql.window(exp.RowNumber(), sorted_by(keys))
        step = self.builder.add(select([star(), sql.alias(number, name)], source.source()), place)
        return replace(source, step=step, names=source.names | {name}, order=(SortKey(name),))

    def _limit(self, relation: Limit) -> Rows:
        source = self.rows(relation.source)
        self.over(source)
        count = self.values.node(relation.count)
        source = self.prepared(source)
        if source.group is not None:
            return self.first_in_groups(source, count, relation)
        order = sorted_by(source.order)
        query = select([star()], source.source(), order=order, limit=_limiting(source, count))
        return self.builder.kept(source, query, relation)

    def first_in_groups(self, source: Rows, count: Node, place: Relation | None) -> Rows:
        """The first so many rows of each group."""
        name = self.values.new_name()
        number = sql.window(exp.RowNumber(), sorted_by(source.order), source.apart())
        numbered = self.builder.hoisted(source, [(name, number)])
        where = sql.binary(exp.LTE, sql.column(name), count)
        return self.builder.kept(numbered, select([star()], numbered.source(), where=where), place)

    def _other(self, relation: Other) -> Rows:
        if relation.keyword == "serialize":
            source = self.rows(relation.source)
            return source if source.order else self.numbered(source, (), relation)
        if relation.keyword == "consume":
            source = self.rows(relation.source)
            return Rows(source.step, {}, source.names)
        lowering = _OTHERS.get(relation.keyword)
        if lowering is None:
            raise refused(relation.span, f"found {relation.keyword}, an operator that is not run yet")
        return lowering(self, relation)


def _limiting(rows: Rows, count: Node) -> Node:
    """A number of rows, or the query of one."""
    if isinstance(count, exp.Literal):
        return count
    return exp.Subquery(this=select([count], rows.source(), limit=sql.number(1)))


_OTHERS: dict[str, Callable[..., Rows]] = {
    "partition": apart.partition,
    "search": searching.search,
    "find": searching.find,
    "getschema": apart.schema,
}
_LOWERINGS: dict[type, Callable[..., Rows]] = {
    TableRows: Relations._table,
    WatchlistRows: Relations._watchlist,
    GivenRows: Relations._given,
    ExternalRows: external_rows,
    RangeRows: Relations._range,
    UnknownRows: Relations._unknown,
    Filter: Relations._filter,
    Compute: Relations._compute,
    Choose: Relations._choose,
    Aggregate: Relations._aggregate,
    Distinct: Relations._distinct,
    Order: Relations._order,
    Limit: Relations._limit,
    Join: joins.join,
    Union: unions.union,
    Other: Relations._other,
    ApplyEach: apart.apply_each,
    TopNested: apart.top_nested,
    ParseText: parsing.parse_text,
    ParseKeys: parsing.parse_keys,
    Plugin: plugins.plugin,
    Series: axes.make_series,
}
