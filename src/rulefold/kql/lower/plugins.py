"""Plug-ins: bag_unpack, pivot and narrow."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.refusal import refused
from rulefold.kql.lower.steps import fresh, select
from rulefold.kql.lower.terms import Field, Rows, Term, exact, text
from rulefold.kql.plan import Apply, Column, ColumnValue, Constant, DynamicConstant, Item, Plugin, Row, Value
from rulefold.kql.types import Type

if TYPE_CHECKING:
    from rulefold.kql.lower.relations import Relations

_MOST_COLUMNS = 1_000  # that a plug-in may find in the data


def plugin(relations: "Relations", relation: Plugin) -> Rows:
    """The rows of a plug-in."""
    lowering = PLUGINS.get(relation.name) or relations.engine.plugins.get(relation.name)
    if lowering is None:
        raise refused(relation.span, f"found {relation.name}, a plug-in that is not run")
    return lowering(relations, relation)


def asked(relations: "Relations", relation: Plugin) -> exp.Select:
    """What has to be asked of the data for the columns of a plug-in: a query of names, and of the kinds found there."""
    if relation.name not in ("bag_unpack", "pivot"):
        raise refused(relation.span, f"found {relation.name}, a plug-in that is not run")
    source = relations.rows(relation.source)
    relations.over(source)
    term = relations.values.term(relation.arguments[0])
    if relation.name == "pivot":
        value = text(relations.engine.convert(term, Type.STRING))
        columns = [sql.alias(value, "name"), sql.alias(sql.string(""), "kind")]
        source = relations.prepared(source)
        return select(columns, source.source(), distinct=True)
    bag = exact(term)
    source = relations.prepared(source)
    return relations.engine.members(source, bag)


def columns_found(relation: Plugin, found: Iterable[tuple[str, str]]) -> Row:
    """The columns of a plug-in, by the names and the kinds of values that are in the data."""
    kinds: dict[str, set[str]] = {}
    for name, kind in found:
        kinds.setdefault(name, set()).add(kind)
    if "" in kinds:
        raise refused(relation.span, f"found a column without a name by {relation.name}, which is not run")
    if len(kinds) > _MOST_COLUMNS:
        raise refused(
            relation.span, f"found {len(kinds):,} columns by {relation.name}, expected at most {_MOST_COLUMNS:,}"
        )
    columns = dict(relation.row.columns)
    if relation.name == "pivot":
        made = _aggregate(relation).type
        columns |= {name: Column(made) for name in sorted(kinds)}
    else:
        columns = _unpacked(relation, columns, kinds)
    return Row(columns, open_=True)


_KINDS = {
    "VARCHAR": Type.STRING,
    "BIGINT": Type.LONG,
    "UBIGINT": Type.LONG,
    "DOUBLE": Type.REAL,
    "BOOLEAN": Type.BOOL,
}


def _type(kinds: set[str]) -> Type:
    types = {_KINDS.get(kind, Type.DYNAMIC) for kind in kinds if kind != "NULL"}
    if types == {Type.LONG, Type.REAL}:
        return Type.REAL
    return types.pop() if len(types) == 1 else Type.DYNAMIC


@dataclass(frozen=True, slots=True)
class Unpacking:
    """The options of bag_unpack."""

    prefix: str
    conflict: str
    ignored: frozenset[str]


def _options(relation: Plugin) -> Unpacking:
    """The arguments behind the bag: a prefix, what to do with columns that are there, and properties to leave out."""
    prefix, conflict = "", "error"
    ignored: frozenset[str] = frozenset()
    for value in relation.arguments[1:]:
        if isinstance(value, DynamicConstant):
            ignored = frozenset(_texts(value))
        elif isinstance(value, Constant) and isinstance(value.value, str):
            if value.value in ("error", "replace_source", "keep_source"):
                conflict = value.value
            else:
                prefix = value.value
        else:
            raise refused(value.span, "found a value, expected a constant as an option of bag_unpack")
    return Unpacking(prefix, conflict, ignored)


def _texts(value: DynamicConstant) -> Iterable[str]:
    items = getattr(value.value, "items", ())
    return [str(item.value) for item in items if isinstance(getattr(item, "value", None), str)]


def _unpacked(relation: Plugin, columns: dict[str, Column], kinds: Mapping[str, set[str]]) -> dict[str, Column]:
    options = _options(relation)
    for name in sorted(kinds):
        if name in options.ignored:
            continue
        new = options.prefix + name
        if new in columns and options.conflict == "error":
            raise refused(relation.span, f"found {new} both among the columns and in the bag, expected columnsConflict")
        if new not in columns or options.conflict == "replace_source":
            columns[new] = Column(_type(kinds[name]))
    return columns


def _bag_unpack(relations: "Relations", relation: Plugin) -> Rows:
    source = relations.rows(relation.source)
    relations.over(source)
    options = _options(relation)
    engine, values = relations.engine, relations.values
    bag = values.once(exact(values.term(relation.arguments[0])))
    kept = {name for name in source.fields if name in relation.source.row.columns}
    terms: list[tuple[str, Term]] = []
    for name, column in relation.row.columns.items():
        replaced = options.conflict == "replace_source" and column is not relation.source.row.columns.get(name)
        if name in kept and not replaced:
            terms.append((name, source.fields[name].term()))
            continue
        key = values.constant(Type.STRING, name.removeprefix(options.prefix))
        member = Term(engine.access(Term(bag(), Type.DYNAMIC), [key]), Type.DYNAMIC)
        terms.append((name, engine.convert(member, column.type)))
    return relations.builder.chosen(relations.prepared(source), terms, relation)


def _aggregate(relation: Plugin) -> Value:
    """What is worked out for each column of pivot: the number of rows if nothing else is said."""
    given = relation.arguments[1] if len(relation.arguments) > 1 else None
    if not isinstance(given, Apply):
        return Apply(Type.LONG, "count", ())
    if given.function in ("any", "take_any") and given.arguments:
        return Apply(given.arguments[0].type, "part", (given, given.arguments[0]), span=given.span)
    return given


def _pivot(relations: "Relations", relation: Plugin) -> Rows:
    """An aggregate for each value of a column, in groups by the columns that are left."""
    source = relations.rows(relation.source)
    aggregate = _aggregate(relation)
    keys = _pivot_keys(relation, source)
    value = relation.arguments[0]
    name, result = relations.values.new_name(), relations.values.new_name()
    relations.over(source)
    as_text = text(relations.engine.convert(relations.values.term(value), Type.STRING))
    marked = relations.builder.hoisted(relations.prepared(source), [(name, as_text)])
    marked = replace(marked, fields={**marked.fields, name: Field(name, Type.STRING, nullable=False)})
    item = Item(name, ColumnValue(Type.STRING, name))
    groups = relations.grouped(marked, [*keys, item], [Item(result, aggregate)], relation)
    return _spread(relations, relation, groups, [key.name for key in keys], (name, result), aggregate)


def _spread(
    relations: "Relations",
    relation: Plugin,
    groups: Rows,
    keys: Sequence[str],
    names: tuple[str, str],
    aggregate: Value,
) -> Rows:
    """A column for each value that was found, with what was worked out for it."""
    name, result = (groups.fields[one] for one in names)
    counted = isinstance(aggregate, Apply) and aggregate.function in ("count", "countif")
    taken: set[str] = set()
    fields: dict[str, Field] = {}
    expressions = []
    for column in relation.row:
        if column in keys:
            old = groups.fields[column]
            node: sql.Node = sql.column(old.name)
            fields[column] = replace(old, name=fresh(column, taken))
        else:
            test = sql.binary(exp.EQ, sql.column(name.name), sql.string(column))
            node = sql.filtered(exp.AnyValue(this=sql.column(result.name)), test)
            node = sql.coalesce(node, sql.number(0)) if counted else node
            fields[column] = Field(fresh(column, taken), result.type)
        expressions.append(sql.alias(node, fields[column].name))
    by = [sql.number(number + 1) for number, column in enumerate(relation.row) if column in keys]
    group = exp.Group(expressions=by) if by else None
    step = relations.builder.add(select(expressions, groups.source(), group=group), None)
    return Rows(step, fields, frozenset(taken))


def _pivot_keys(relation: Plugin, source: Rows) -> Sequence[Item]:
    row = relation.source.row
    kept = [value.name for value in relation.arguments[2:] if isinstance(value, ColumnValue)]
    if not kept:
        used = {value.name for value in relation.arguments[:1] if isinstance(value, ColumnValue)}
        for argument in relation.arguments[1:2]:
            if isinstance(argument, Apply):
                used |= {value.name for value in argument.arguments if isinstance(value, ColumnValue)}
        kept = [name for name in source.fields if name in row.columns and name not in used]
    return [Item(name, ColumnValue(row.columns[name].type, name)) for name in kept]


PLUGINS: dict[str, Callable[["Relations", Plugin], Rows]] = {
    "bag_unpack": _bag_unpack,
    "pivot": _pivot,
}
