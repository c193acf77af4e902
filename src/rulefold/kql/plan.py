"""The plan of a query: what it means, with every name resolved and every type known.

A plan is a tree of relations; each knows the columns of its rows.  Values in it are typed, let statements and functions
have been put in their places, and each relation has the span of the operator it was made from.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from rulefold.kql.literals import Scalar
from rulefold.kql.syntax import NOWHERE, Json
from rulefold.kql.types import Type
from rulefold.text import Span


class Column(NamedTuple):
    """The type of a column, and the fields of tables that its values are, unchanged: (table, field) pairs."""

    type: Type
    origins: tuple[tuple[str, str], ...] = ()


class Row:
    """The columns of a relation, in order.

    An open row may have others that the query alone does not tell: those of an unknown table, or that a plug-in finds
    in the data.  A name that is asked for joins its columns then, as one of unknown type.
    """

    __slots__ = ("columns", "open")

    def __init__(self, columns: Mapping[str, Column], *, open_: bool = False) -> None:
        """Columns by name; the mapping is kept and not changed, but for an open row."""
        self.columns = dict(columns) if open_ else columns
        self.open = open_

    def find(self, name: str) -> Column | None:
        """The column of this name."""
        found = self.columns.get(name)
        if found is None and self.open and isinstance(self.columns, dict):
            found = self.columns[name] = Column(Type.UNKNOWN)
        return found

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def with_columns(self, added: Iterable[tuple[str, Column]]) -> "Row":
        """These columns and others, which take the place of those of their names."""
        return Row({**self.columns, **dict(added)}, open_=self.open)


EMPTY = Row({})


# ---------------------------------------------------------------------------------------------------------- values


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a type."""

    type: Type
    span: Span = field(default=NOWHERE, kw_only=True, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ColumnValue(Value):
    """The value of a column of the rows at hand; `side` is left or right in the condition of a join."""

    name: str
    side: str = ""


@dataclass(frozen=True, slots=True)
class Constant(Value):
    """A scalar, as in `syntax.Literal`."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class DynamicConstant(Value):
    """A dynamic literal."""

    value: Json


@dataclass(frozen=True, slots=True)
class TypeValue(Value):
    """A type as an argument, `typeof(long)`."""


@dataclass(frozen=True, slots=True)
class AllColumns(Value):
    """A star as an argument."""


@dataclass(frozen=True, slots=True)
class Apply(Value):
    """An operator or a function, by its main name, on values; aggregates too."""

    function: str
    arguments: "tuple[Value, ...]"


@dataclass(frozen=True, slots=True)
class Access(Value):
    """A member or an element of a dynamic value."""

    target: Value
    key: Value


@dataclass(frozen=True, slots=True)
class ScalarQuery(Value):
    """The first value of the first row of a relation."""

    relation: "Relation"


@dataclass(frozen=True, slots=True)
class TableValue(Value):
    """A relation as an argument: its first column, where a list of values is asked for."""

    relation: "Relation"


class Item(NamedTuple):
    """A named value."""

    name: str
    value: Value


# ------------------------------------------------------------------------------------------------------- relations


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows with known columns."""

    row: Row = field(compare=False)
    span: Span = field(default=NOWHERE, kw_only=True, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TableRows(Relation):
    """The rows of a table."""

    name: str


@dataclass(frozen=True, slots=True)
class WatchlistRows(Relation):
    """The items of a watchlist."""

    alias: str


@dataclass(frozen=True, slots=True)
class GivenRows(Relation):
    """Rows written in the query: `datatable`, `print`."""

    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True)
class ExternalRows(Relation):
    """The rows of files elsewhere."""

    uris: tuple[Value, ...]
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RangeRows(Relation):
    """The numbers or times from one to another."""

    start: Value
    stop: Value
    step: Value


@dataclass(frozen=True, slots=True)
class UnknownRows(Relation):
    """Rows of which nothing is known: those of an unknown table or function, or of an operator that is refused.

    `table` says that `why` is the name of a table; `spared`, that a fuzzy union leaves it out.
    """

    why: str
    table: bool = False
    spared: bool = False


@dataclass(frozen=True, slots=True)
class Piped(Relation):
    """Rows made from those of another relation."""

    source: Relation


@dataclass(frozen=True, slots=True)
class Filter(Piped):
    """The rows for which a condition is true."""

    condition: Value


@dataclass(frozen=True, slots=True)
class Compute(Piped):
    """The rows with columns added or replaced."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Choose(Piped):
    """The rows with these columns only."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Aggregate(Piped):
    """A row for each group, its keys first."""

    keys: tuple[Item, ...]
    aggregates: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Distinct(Piped):
    """The rows, each once."""


class Key(NamedTuple):
    """A value to sort by."""

    value: Value
    ascending: bool
    nulls_first: bool


@dataclass(frozen=True, slots=True)
class Order(Piped):
    """The rows in an order."""

    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Limit(Piped):
    """The first so many rows; any, where `sampled`."""

    count: Value
    sampled: bool = False


@dataclass(frozen=True, slots=True)
class Join(Piped):
    """Rows of two relations together; `keys` are pairs of values, of the left and of the right row.

    A `lookup` has the keys of the left side only.
    """

    right: Relation
    kind: str
    keys: tuple[tuple[Value, Value], ...]
    lookup: bool = False


@dataclass(frozen=True, slots=True)
class Union(Relation):
    """The rows of several relations, one after the other.

    `parts` say for each column of the union the column of an input, or None; `label` is the column that names the
    input of a row, if any.
    """

    inputs: tuple[Relation, ...]
    parts: tuple[tuple[str | None, ...], ...]
    label: str | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expand(Piped):
    """A row for each element of arrays or bags: the columns, the values, and the types of the elements."""

    items: tuple[Item, ...]
    types: tuple[Type, ...]
    as_arrays: bool
    index: str | None
    limit: Value | None


@dataclass(frozen=True, slots=True)
class ApplyEach(Piped):
    """A query over the elements of arrays, for each row; its source is an Elements."""

    items: tuple[Item, ...]
    types: tuple[Type, ...]
    query: Relation
    index: str | None
    limit: Value | None


@dataclass(frozen=True, slots=True)
class Elements(Relation):
    """The elements that a query of an ApplyEach, or of a Partition, starts from."""


@dataclass(frozen=True, slots=True)
class ParseText(Piped):
    """Columns read out of a text by a pattern: texts, column names with types, and None for a star."""

    text: Value
    pattern: tuple[str | tuple[str, Type] | None, ...]
    kind: str
    flags: str
    only_matching: bool


@dataclass(frozen=True, slots=True)
class ParseKeys(Piped):
    """Columns read out of a text of keys and values."""

    text: Value
    columns: tuple[tuple[str, Type], ...]
    options: tuple[tuple[str, Scalar], ...]


@dataclass(frozen=True, slots=True)
class Series(Piped):
    """A series of each aggregate along an axis, for each group."""

    keys: tuple[Item, ...]
    aggregates: tuple[Item, ...]
    defaults: tuple[Value | None, ...]
    axis: Item
    start: Value | None
    stop: Value | None
    step: Value
    ranged: bool


@dataclass(frozen=True, slots=True)
class Plugin(Piped):
    """The rows through a plug-in."""

    name: str
    arguments: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class TopNested(Piped):
    """The top of values within the top of values."""

    levels: tuple[tuple[Value | None, Item, Item, Key, Value | None], ...]


REST = "pack_"  # the column of `find` with what is in no other


@dataclass(frozen=True, slots=True)
class Other(Piped):
    """An operator that is bound and no more: its keyword, and the values it was given."""

    keyword: str
    values: tuple[Value, ...] = ()
