"""Steps of a query: named SELECTs, each made from those before it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.sql import Node
from rulefold.kql.lower.terms import Field, Rows, SortKey, Term, exact, sorted_by, text
from rulefold.kql.plan import Row
from rulefold.kql.types import Type

ORDER = "$order"


@dataclass(slots=True)
class Step:
    """A SELECT with a name, and the line of KQL that it comes from."""

    name: str
    query: exp.Query
    comment: str


def star(table: str | None = None) -> Node:
    """All columns."""
    return exp.Column(this=exp.Star(), table=sql.name(table)) if table else exp.Star()


def select(
    expressions: Sequence[Node],
    from_: exp.From | None = None,
    *,
    where: Node | None = None,
    joins: Sequence[exp.Join] = (),
    group: exp.Group | None = None,
    order: Sequence[Node] = (),
    limit: Node | None = None,
    distinct: bool = False,
) -> exp.Select:
    """A SELECT of these parts."""
    return exp.Select(
        expressions=list(expressions),
        from_=from_,
        joins=list(joins) or None,
        where=exp.Where(this=where) if where is not None else None,
        group=group,
        order=exp.Order(expressions=list(order)) if order else None,
        limit=exp.Limit(expression=limit) if limit is not None else None,
        distinct=exp.Distinct() if distinct else None,
    )


class Builder:
    """Collects the steps of a query."""

    def __init__(self, text: str) -> None:
        """For a query, whose lines are told beside the steps."""
        self._text = text
        self.steps: list[Step] = []

    def add(self, query: exp.Query, place: object) -> str:
        """A step of this query; it is named by its number."""
        name = f"step_{len(self.steps) + 1}"
        self.steps.append(Step(name, query, self._line(place)))
        return name

    def _line(self, place: object) -> str:
        span = getattr(place, "span", None)
        if span is None or not 0 <= span.start < span.end <= len(self._text):
            return ""
        line = " ".join(self._text[span.start : span.end].split())
        return line if len(line) <= 100 else f"{line[:97]}..."

    # ------------------------------------------------------------------------------------------------ kinds of steps

    def kept(self, source: Rows, query: exp.Query, place: object) -> Rows:
        """A step with the same columns in the same order of rows."""
        return source.at(self.add(query, place))

    def added(self, source: Rows, terms: Iterable[tuple[str, Term]], place: object) -> Rows:
        """A step with columns added, or put in the place of those of their names."""
        fields, names = dict(source.fields), set(source.names)
        expressions: list[Node] = [star()]
        for name, term in terms:
            new = source.unused(name, names)
            names.add(new.lower())
            expressions.append(sql.alias(exact(term), new))
            fields[name] = Field(new, term.type, term.nullable)
        step = self.add(select(expressions, source.source()), place)
        return Rows(step, fields, frozenset(names), source.order, source.group)

    def hoisted(self, source: Rows, columns: Sequence[tuple[str, Node]]) -> Rows:
        """A step with values worked out that the next one uses."""
        if not columns:
            return source
        for batch in _batches(columns):
            expressions = [star(), *(sql.alias(node, name) for name, node in batch)]
            names = source.names | {name for name, _ in batch}
            source = source.at(self.add(select(expressions, source.source()), None), names)
        return source

    def chosen(self, source: Rows, terms: Iterable[tuple[str, Term]], place: object) -> Rows:
        """A step with these columns only, and those that its order needs."""
        fields: dict[str, Field] = {}
        names: set[str] = set()
        expressions: list[Node] = []
        for name, term in terms:
            new = fresh(name, names)
            expressions.append(sql.alias(exact(term), new))
            fields[name] = Field(new, term.type, term.nullable)
        order = _kept_order(source, expressions, names)
        group = kept_group(source, expressions, names)
        step = self.add(select(expressions, source.source()), place)
        return Rows(step, fields, frozenset(names), order, group)


def grouped_by(term: Term) -> Term:
    """A value as groups and orders take it: a string that is never NULL."""
    return Term(text(term), Type.STRING, nullable=False) if term.type is Type.STRING else term


def nothing() -> Node:
    """What a step has where no column of it is read."""
    return sql.alias(sql.number(1), "$nothing")


def kept_group(source: Rows, expressions: list[Node], names: set[str]) -> str | None:
    """The column that tells groups of rows apart, beside those that are chosen."""
    if source.group is not None:
        expressions.append(sql.alias(sql.column(source.group), source.group))
        names.add(source.group.lower())
    return source.group


def brought(
    right: Rows, new_names: Mapping[str, str], taken: set[str], *, outer: bool = False
) -> tuple[dict[str, Field], list[Node]]:
    """Columns of the right side of a join under new names, and how they are selected; null in a row without a match."""
    fields: dict[str, Field] = {}
    columns: list[Node] = []
    for old, new in new_names.items():
        field = right.fields[old]
        fields[new] = Field(fresh(new, taken), field.type, field.nullable or outer)
        columns.append(sql.alias(sql.column(field.name, "right"), fields[new].name))
    return fields, columns


def _batches(columns: Sequence[tuple[str, Node]]) -> list[list[tuple[str, Node]]]:
    """Columns that can be worked out in one SELECT: none is of another one of the same."""
    batches: list[list[tuple[str, Node]]] = [[]] if columns else []
    made: set[str] = set()
    for name, node in columns:
        if made and any(column.name in made for column in node.find_all(exp.Column)):
            batches.append([])
            made = set()
        made.add(name)
        batches[-1].append((name, node))
    return batches


def fresh(wanted: str, names: set[str]) -> str:
    """A name that is not among others, even where case does not count; it is among them then."""
    new, number = wanted, 1
    while new.lower() in names:
        number += 1
        new = f"{wanted}${number}"
    names.add(new.lower())
    return new


def told_apart(wanted: Collection[str]) -> Collection[str]:
    """Names of which none is another one, even where case does not count."""
    names: set[str] = set()
    if len({name.lower() for name in wanted}) == len(wanted):
        return wanted
    return [fresh(name, names) for name in wanted]


def table_fields(columns: Mapping[str, Type]) -> tuple[dict[str, Field], frozenset[str]]:
    """The columns of a table under the names that they have in an engine, where case does not tell names apart."""
    given = zip(columns.items(), told_apart(columns), strict=True)
    fields = {name: Field(new, type_) for (name, type_), new in given}
    return fields, frozenset(field.name.lower() for field in fields.values())


@lru_cache(maxsize=1000)  # the binder has one row of a table for all queries, and keeps as many
def fields_of_row(row: Row) -> tuple[Mapping[str, Field], frozenset[str]]:
    """The columns of a table by its row, which is not open: they are made once."""
    return table_fields({name: column.type for name, column in row.columns.items()})


def final(rows: Rows, row: Row, null: Callable[[Type], Node]) -> exp.Select:
    """The last SELECT: the columns under their names, in their order, and no string NULL.

    A column that was asked for, and that no row has, is null.
    """
    expressions = []
    for (name, column), new in zip(row.columns.items(), told_apart(row.columns), strict=True):
        field = rows.fields.get(name)
        node: Node = sql.name(field.name) if field is not None else null(column.type)
        if field is not None and field.type is Type.STRING and field.nullable:
            node = sql.coalesce(node, sql.string(""))
        expressions.append(sql.alias(node, new))
    return select(expressions, rows.source(), order=_final_order(rows, expressions))


def _final_order(rows: Rows, expressions: Sequence[Node]) -> list[Node]:
    """The order of rows; where another column is selected under the name of one of it, that of the step is meant."""
    if not rows.order:
        return []
    taken = {node.alias.lower() for node in expressions if isinstance(node, exp.Alias)}
    hidden = any(key.name.lower() in taken for key in rows.order)
    return sorted_by(rows.order, rows.step if hidden else None)


def _kept_order(source: Rows, expressions: list[Node], names: set[str]) -> tuple[SortKey, ...]:
    """The columns that the order of rows needs, beside those that are chosen."""
    order = []
    for key in source.order:
        new = fresh(key.name if key.name.startswith("$") else f"${key.name}", names)
        expressions.append(sql.alias(sql.column(key.name), new))
        order.append(key._replace(name=new))
    return tuple(order)
