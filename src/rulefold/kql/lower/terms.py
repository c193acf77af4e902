"""What values and relations have become in SQL."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.sql import Node
from rulefold.kql.types import Type


@dataclass(frozen=True, slots=True)
class Term:
    """A value as SQL, with the type it has in KQL.

    NULL is the null of its type; a string has none, so that NULL stands for "" there, where `nullable` says it may.
    A `test` is a condition whose NULL means false.  `value` is that of a constant, as in `plan.Constant`.
    """

    node: Node
    type: Type
    nullable: bool = True
    test: bool = False
    constant: bool = False
    value: object = None

    def of(self, node: Node, *, nullable: bool | None = None) -> "Term":
        """Another node, of the same type."""
        return Term(node, self.type, self.nullable if nullable is None else nullable, self.test)


def test(node: Node) -> Term:
    """A condition whose NULL means false."""
    return Term(node, Type.BOOL, test=True)


def truth(node: Node) -> Term:
    """A condition that is never NULL."""
    return Term(node, Type.BOOL, nullable=False)


def long(node: Node, *, nullable: bool = True) -> Term:
    """A long."""
    return Term(node, Type.LONG, nullable=nullable)


def string(node: Node, *, nullable: bool = False) -> Term:
    """A string; `nullable` where NULL stands for ""."""
    return Term(node, Type.STRING, nullable=nullable)


def dynamic(node: Node) -> Term:
    """A dynamic value."""
    return Term(node, Type.DYNAMIC)


def text(term: Term) -> Node:
    """A string that is never NULL."""
    return sql.coalesce(term.node, sql.string("")) if term.nullable else term.node


def exact(term: Term) -> Node:
    """A condition as a value: true, false, or null where it is a bool that is null."""
    return sql.coalesce(sql.tight(term.node), sql.false()) if term.test and term.nullable else term.node


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a step: its name in SQL, its type, and whether a string may be NULL there."""

    name: str
    type: Type
    nullable: bool = True

    def term(self, table: str | None = None) -> Term:
        """The value of the column; of a table where there are several."""
        return Term(sql.column(self.name, table), self.type, nullable=self.nullable)


class SortKey(NamedTuple):
    """A column of a step that its rows are in the order of; a `real` one may have NaN, which stands beside nulls."""

    name: str
    descending: bool = False
    nulls_first: bool = True
    real: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """A step: its name, its columns by their names in KQL, and the columns that its rows are in the order of.

    `names` are all names in the step, in the form in which they must not be repeated; a step may have columns that no
    column of KQL is kept in any more.  `group` is the column that tells apart rows which are worked on apart from each
    other, in the query of `mv-apply` and of `partition`.
    """

    step: str
    fields: Mapping[str, Field]
    names: frozenset[str]
    order: tuple[SortKey, ...] = ()
    group: str | None = None

    def unused(self, wanted: str, taken: Container[str] = frozenset()) -> str:
        """A name for a column that is not there yet: the wanted one, or one with a number behind it."""
        new, number = wanted, 1
        while (folded := new.lower()) in self.names or folded in taken:
            number += 1
            new = f"{wanted}${number}"
        return new

    def at(self, step: str, names: frozenset[str] | None = None) -> "Rows":
        """The same columns in another step, which may have more names."""
        return Rows(step, self.fields, self.names if names is None else names, self.order, self.group)

    def apart(self) -> list[Node]:
        """What tells the groups of rows apart, if anything."""
        return [sql.column(self.group)] if self.group is not None else []

    def source(self, alias: str | None = None) -> exp.From:
        """FROM this step."""
        return exp.From(this=self.table(alias))

    def table(self, alias: str | None = None) -> exp.Table:
        """This step as a table."""
        named = exp.TableAlias(this=sql.name(alias)) if alias else None
        return exp.Table(this=sql.name(self.step), alias=named)


def sorted_by(order: Iterable[SortKey], table: str | None = None) -> list[Node]:
    """What ORDER BY takes; of a table where another column may have the name of one.

    NaN is the greatest real of an engine, and at the other end of an order it needs a key of its own.
    """
    keys: list[Node] = []
    for key in order:
        column = sql.column(key.name, table)
        if key.real and key.descending != key.nulls_first:
            nan = exp.IsNan(this=column.copy())
            keys.append(sql.ordered(nan, descending=key.nulls_first, nulls_first=key.nulls_first))
        keys.append(sql.ordered(column, descending=key.descending, nulls_first=key.nulls_first))
    return keys
