"""Relations → steps: a SELECT for each tabular operator."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlglot import exp

from rulefold.kql.literals import ticks_of
from rulefold.kql.lower import apart, axes, parsing, plugins, searching, sql
from rulefold.kql.lower.engine import Engine
from rulefold.kql.lower.external import external_rows
from rulefold.kql.lower.reading import Reading, brought_names, is_part, parts_by_name
from rulefold.kql.lower.refusal import refused
from rulefold.kql.lower.sql import Node
from rulefold.kql.lower.steps import ORDER, Builder, brought, fresh, kept_group, select, star, table_fields
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
    Piped,
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
from rulefold.kql.results import Timespan
from rulefold.kql.types import Type

_TIME = "TimeGenerated"
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


class Relations:
    """Lowers the relations of one query.  One that is used twice is one step."""

    def __init__(
        self, engine: Engine, reading: Reading, text: str, now: datetime | None, timespan: Timespan | None = None
    ) -> None:
        """See `lower`."""
        self.engine, self.reading = engine, reading
        self.builder = Builder(text)
        self.values = Values(engine, self, now)
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
        columns = {name: column.type for name, column in relation.row.columns.items()}
        fields, names = table_fields(columns)
        table = Rows(self.engine.table_name(relation.name), fields, names)
        within = self._within(fields.get(_TIME))
        is_read = self.reading.is_read(relation)
        read = {name: field for name, field in fields.items() if is_read(name)}
        if len(read) == len(fields):
            if within is None:
                return table
            return self.builder.kept(table, select([star()], table.source(), where=within), relation)
        listed = [sql.column(field.name) for field in read.values()]
        step = self.builder.add(select(listed or [_nothing()], table.source(), where=within), relation)
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
        query = select(expressions or [_nothing()], source.source(), group=group)
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

    # ------------------------------------------------------------------------------------------------------- several

    def _join(self, relation: Join) -> Rows:
        left, right = self.rows(relation.source), self.rows(relation.right)
        if relation.kind == "innerunique":
            left = self._first_of_each(left, relation)
        if relation.kind in _SEMI_JOINS:
            return self._semi_join(relation, left, right)
        if relation.kind not in _JOINS:
            raise refused(relation.span, f"found a join of kind {relation.kind}, which is not run")
        return self.joined(relation, left, right)

    def joined(self, relation: Join, left: Rows, right: Rows, conditions: Sequence[Node] = ()) -> Rows:
        """The rows of both sides whose keys are equal, and for which other conditions are true."""
        side, kind = _JOINS[relation.kind]
        fields, columns, names = self._joined(relation, left, right)
        on = sql.all_of([*([self._keys(relation, left, right)] if relation.keys else []), *conditions] or [sql.true()])
        join = exp.Join(this=right.table("right"), side=side or None, kind=kind or None, on=on)
        query = select([star("left"), *columns], left.source("left"), joins=[join])
        return Rows(self.builder.add(query, relation), fields, names, group=left.group)

    def _joined(self, relation: Join, left: Rows, right: Rows) -> tuple[dict[str, Field], list[Node], frozenset[str]]:
        """The columns of both sides, and those of the right one as they are selected."""
        outer = relation.kind
        fields = {
            name: replace(field, nullable=field.nullable or outer in ("rightouter", "fullouter"))
            for name, field in left.fields.items()
        }
        is_read = self.reading.is_read(relation)
        new_names = {old: new for old, new in brought_names(relation).items() if is_read(new)}
        names = set(left.names)
        added, columns = brought(right, new_names, names, outer=outer in ("leftouter", "fullouter"))
        return {**fields, **added}, columns, frozenset(names)

    def _keys(self, relation: Join, left: Rows, right: Rows) -> Node:
        """The condition of a join: keys that are equal, or both null."""
        self.values.frame = Frame({}, sides={"left": left.fields, "right": right.fields})
        conditions: list[Node] = []
        for ours, theirs in relation.keys:
            a, b = self.values.term(ours), self.values.term(theirs)
            if Type.DYNAMIC in (a.type, b.type) or Type.UNKNOWN in (a.type, b.type):
                raise refused(ours.span, "found a key of a type that is not known, expected one by tostring(…)")
            if a.type is Type.STRING:
                conditions.append(sql.binary(exp.EQ, text(a), text(b)))
            else:
                conditions.append(sql.binary(exp.NullSafeEQ, exact(a), exact(b)))
        return sql.all_of(conditions) if conditions else sql.true()

    def _semi_join(self, relation: Join, left: Rows, right: Rows) -> Rows:
        side, kind = _SEMI_JOINS[relation.kind]
        kept, other = (left, right) if side == "left" else (right, left)
        on = self._keys(relation, left, right)
        join = exp.Join(this=other.table("right" if side == "left" else "left"), kind=kind, on=on)
        query = select([star(side)], kept.source(side), joins=[join])
        return replace(kept, step=self.builder.add(query, relation), order=())

    def _first_of_each(self, left: Rows, relation: Join) -> Rows:
        """One left row for each key, as innerunique has it."""
        self.over(left)
        keys = [*left.apart(), *(exact(grouped_by(self.values.term(key))) for key, _ in relation.keys)]
        return self.builder.kept(left, self.engine.first_of_each(left, keys), None)

    def _union(self, relation: Union) -> Rows:
        return self.together(relation, relation.label, relation.labels)

    def together(self, relation: Union, label: str | None, labels: Sequence[str]) -> Rows:
        """The rows of several relations; a label has a name for each of them."""
        labels = labels or [""] * len(relation.inputs)
        columns = dict.fromkeys([label] if label is not None and label not in relation.row else [], Type.STRING)
        is_read = self.reading.is_read(relation)
        columns |= {name: column.type for name, column in relation.row.columns.items() if is_read(name)}
        names: set[str] = set()
        fields = {name: Field(fresh(name, names), type_) for name, type_ in columns.items()}
        sides = [
            (rows, _held(rows, parts_by_name(relation, one, parts), fields), name)
            for one, parts, name in zip(relation.inputs, relation.parts, labels, strict=True)
            if not _is_missing(one)
            for rows in [self.rows(one)]
        ]
        if not sides:
            raise refused(relation.span, "found a union of tables none of which is known")
        filled = set(fields)
        if self.engine.by_name:  # a side need not say which columns it has not, but for those that none has
            filled = filled.difference(*(held for _, held, _ in sides))
        queries = [_side(rows, held, {label: name}, fields, filled, self.engine.null) for rows, held, name in sides]
        query: exp.Query = queries[0]
        for other in queries[1:]:
            query = exp.Union(this=query, expression=other, distinct=False, by_name=self.engine.by_name)
        return Rows(self.builder.add(query, relation), fields, frozenset(names))


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
            expressions.append(sql.alias(sql.column(held[name]), field.name))
        elif name in filled:
            expressions.append(sql.alias(null(field.type), field.name))
    return select(expressions or [_nothing()], rows.source())


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


def _nothing() -> Node:
    """What a step has where no column of it is read."""
    return sql.alias(sql.number(1), "$nothing")


def _limiting(rows: Rows, count: Node) -> Node:
    """A number of rows, or the query of one."""
    if isinstance(count, exp.Literal):
        return count
    return exp.Subquery(this=select([count], rows.source(), limit=sql.number(1)))


def grouped_by(term: Term) -> Term:
    """A value as groups and orders take it: a string that is never NULL."""
    return Term(text(term), Type.STRING, nullable=False) if term.type is Type.STRING else term


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
    Join: Relations._join,
    Union: Relations._union,
    Other: Relations._other,
    ApplyEach: apart.apply_each,
    TopNested: apart.top_nested,
    ParseText: parsing.parse_text,
    ParseKeys: parsing.parse_keys,
    Plugin: plugins.plugin,
    Series: axes.make_series,
}
