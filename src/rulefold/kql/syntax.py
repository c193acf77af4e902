"""The syntax of a query: what is written, before any name in it means anything.

Every node has the span of the text it was read from, which is left out of equality.  Words with several spellings have
one here (`order by` is a Sort, `filter` a Where), literals have their values, and parentheses are gone: the tree says
what belongs together.  `render` writes a tree as text again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import cache

from rulefold.kql.types import Type
from rulefold.text import Span

NOWHERE = Span(0, 0)
_ATOMS = (str, bool, Type, str | None, Type | None)


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of a query."""

    span: Span = field(default=NOWHERE, kw_only=True, compare=False, repr=False)


def walk(root: Node) -> Iterator[Node]:
    """A piece of a query and all pieces in it, in the order in which they are written."""
    waiting: list[object] = [root]
    while waiting:
        one = waiting.pop()
        if isinstance(one, tuple):
            waiting += reversed(one)
        elif isinstance(one, Node):
            yield one
            waiting += [getattr(one, name) for name in _parts(type(one))]  # type: ignore[arg-type]


@cache
def _parts(kind: type[Node]) -> tuple[str, ...]:
    """The names of what a kind of node holds that can be or hold a piece, the last first."""
    return tuple(part.name for part in reversed(fields(kind)) if part.name != "span" and part.type not in _ATOMS)


# ---------------------------------------------------------------------------------------------------- expressions


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A name that refers to a column, a variable, a table, or a function without arguments."""

    name: str


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A value of a scalar type; None is the type's null.

    A timespan counts ticks of 100 ns, a datetime ticks since 0001-01-01 UTC; a guid is its text in lower case.  A
    literal whose text is no value of its type (`long(abc)`) is null, as it is for Kusto, and has that text in `raw`.
    `hidden` strings, `h"…"`, are kept out of Kusto's logs.
    """

    type: Type
    value: str | int | float | bool | Decimal | None
    hidden: bool = False
    raw: str = ""


@dataclass(frozen=True, slots=True)
class JsonArray(Node):
    """An array in a dynamic literal."""

    items: "tuple[Json, ...]"


@dataclass(frozen=True, slots=True)
class JsonObject(Node):
    """A bag in a dynamic literal, its members as written."""

    members: "tuple[tuple[str, Json], ...]"


Json = Literal | JsonArray | JsonObject


@dataclass(frozen=True, slots=True)
class Dynamic(Node):
    """`dynamic(…)`.  A literal of the type DYNAMIC in it is a JSON null."""

    value: Json


@dataclass(frozen=True, slots=True)
class Star(Node):
    """`*`, where an operator or a function takes it for all columns."""


@dataclass(frozen=True, slots=True)
class Wildcard(Node):
    """A pattern of names, `Event*`."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """A sign, `+` or `-`, before a value."""

    operator: str
    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Two values with an operator between them, `and` and `or` apart."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Logical(Node):
    """Two or more conditions with `and` or with `or` between them."""

    operator: str
    operands: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Membership(Node):
    """A value and the list it is looked for in: `in`, `has_any` and their like."""

    operator: str
    left: "Expression"
    items: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`between (low .. high)` or `!between`, both ends included."""

    operator: str
    left: "Expression"
    low: "Expression"
    high: "Expression"


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function with its arguments."""

    function: str
    arguments: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Member(Node):
    """A member of a dynamic value, or of a database or a cluster: `a.b`."""

    target: "Expression"
    member: "Name | Call | Wildcard"


@dataclass(frozen=True, slots=True)
class Index(Node):
    """An element of a dynamic value: `a[0]`, `a["b"]`."""

    target: "Expression"
    index: "Expression"


@dataclass(frozen=True, slots=True)
class Named(Node):
    """A value with the name it is given, or with the names its columns are given: `a = x`, `(a, b) = x`."""

    names: tuple[str, ...]
    value: "Expression"
    several: bool = False


@dataclass(frozen=True, slots=True)
class Option(Node):
    """A setting of an operator: `kind=inner`, `hint.strategy=shuffle`."""

    name: str
    value: "Expression"


@dataclass(frozen=True, slots=True)
class ColumnType(Node):
    """A declared column or parameter: `name: type`.  Without a type it takes any, as in `scan` and `evaluate`."""

    name: str
    type: Type | None


@dataclass(frozen=True, slots=True)
class TypeOf(Node):
    """`typeof(long)`, or `typeof(a: long, b: string)` for a row."""

    type: Type | tuple[ColumnType, ...]


@dataclass(frozen=True, slots=True)
class DataTable(Node):
    """`datatable (a: long) [1, 2]`."""

    columns: tuple[ColumnType, ...]
    values: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class ExternalData(Node):
    """`externaldata (a: string) ["https://…"] with (format = "csv")`."""

    columns: tuple[ColumnType, ...]
    uris: "tuple[Expression, ...]"
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Subquery(Node):
    """`toscalar(…)`, `totable(…)` or `materialize(…)`."""

    keyword: str
    query: "Expression"
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipe(Node):
    """Operators one after another, on a source; operators that bring their own rows stand without one."""

    source: "Expression | None"
    operators: "tuple[Operator, ...]"


Expression = (
    Name
    | Literal
    | Dynamic
    | Star
    | Wildcard
    | Unary
    | Binary
    | Logical
    | Membership
    | Between
    | Call
    | Member
    | Index
    | Named
    | TypeOf
    | DataTable
    | ExternalData
    | Subquery
    | Pipe
)


# ------------------------------------------------------------------------------------------------------- operators


@dataclass(frozen=True, slots=True)
class Ordered(Node):
    """A value to sort by; None where the query leaves direction or nulls to the default."""

    value: Expression
    direction: str | None = None
    nulls: str | None = None


@dataclass(frozen=True, slots=True)
class Where(Node):
    """Keep the rows for which a condition is true."""

    condition: Expression
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Extend(Node):
    """Add columns."""

    columns: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Project(Node):
    """Choose columns: `keyword` is project, project-away, -keep, -rename, -reorder, -smart or -by-names."""

    keyword: str
    columns: tuple[Expression | Ordered, ...]


@dataclass(frozen=True, slots=True)
class Summarize(Node):
    """Aggregate rows by groups."""

    aggregates: tuple[Expression, ...]
    by: tuple[Expression, ...] = ()
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Distinct(Node):
    """The different rows of some columns."""

    columns: tuple[Expression, ...]
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Sort(Node):
    """Put rows in order."""

    by: tuple[Ordered, ...]
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Top(Node):
    """The first rows in an order."""

    count: Expression
    by: Ordered
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class TopLevel(Node):
    """One level of `top-nested`."""

    count: Expression | None
    of: Expression
    others: Expression | None
    by: Ordered


@dataclass(frozen=True, slots=True)
class TopNested(Node):
    """The top of a value, and within each of these the top of the next."""

    levels: tuple[TopLevel, ...]


@dataclass(frozen=True, slots=True)
class TopHitters(Node):
    """The most frequent values, about."""

    count: Expression
    of: Expression
    by: Expression | None = None


@dataclass(frozen=True, slots=True)
class Take(Node):
    """Any so many rows: `take`, `limit` and `sample`."""

    keyword: str
    count: Expression


@dataclass(frozen=True, slots=True)
class SampleDistinct(Node):
    """Any so many different values of a column."""

    count: Expression
    of: Expression


@dataclass(frozen=True, slots=True)
class Count(Node):
    """The number of rows, in a column of a name."""

    name: str | None = None


@dataclass(frozen=True, slots=True)
class Join(Node):
    """Put rows together with those of another table: `join` and `lookup`."""

    keyword: str
    right: Expression
    on: tuple[Expression, ...] = ()
    where: Expression | None = None
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Union(Node):
    """The rows of several tables."""

    tables: tuple[Expression, ...]
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Expanded(Node):
    """A value that `mv-expand` or `mv-apply` expands, and the type its elements are cast to."""

    value: Expression
    type: Type | None = None


@dataclass(frozen=True, slots=True)
class MvExpand(Node):
    """A row for each element of an array or bag."""

    values: tuple[Expanded, ...]
    limit: Expression | None = None
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class MvApply(Node):
    """A query over the elements of an array, for each row."""

    values: tuple[Expanded, ...]
    query: Pipe
    limit: Expression | None = None
    id: Expression | None = None
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedColumn(Node):
    """A column that `parse` fills, with its type."""

    name: str
    type: Type | None = None


@dataclass(frozen=True, slots=True)
class Parse(Node):
    """Read columns out of a text: `parse` and `parse-where`; a star skips."""

    keyword: str
    text: Expression
    pattern: tuple[Star | Literal | ParsedColumn, ...]
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class ParseKv(Node):
    """Read columns out of a text of keys and values."""

    text: Expression
    columns: tuple[ColumnType, ...]
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class SeriesColumn(Node):
    """An aggregate that `make-series` makes a series of, and what stands where there is nothing."""

    value: Expression
    default: Expression | None = None


@dataclass(frozen=True, slots=True)
class MakeSeries(Node):
    """A series of an aggregate along an axis; `ranged` where the axis is given as `in range(…)`."""

    columns: tuple[SeriesColumn, ...]
    on: Expression
    start: Expression | None
    stop: Expression | None
    step: Expression
    by: tuple[Expression, ...] = ()
    ranged: bool = False
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Serialize(Node):
    """Say that the order of the rows counts, and add columns."""

    columns: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluate(Node):
    """Call a plug-in on the rows."""

    call: Call
    schema: tuple[ColumnType | Star, ...] | None = None
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Invoke(Node):
    """Call a function whose first argument is the rows."""

    call: Expression


@dataclass(frozen=True, slots=True)
class Render(Node):
    """Say how the rows are to be drawn."""

    chart: str
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class As(Node):
    """Give the rows a name."""

    name: str
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Consume(Node):
    """Read all rows and return none."""

    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class GetSchema(Node):
    """The columns of the rows, as rows."""


@dataclass(frozen=True, slots=True)
class Print(Node):
    """One row of values."""

    columns: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Range(Node):
    """A column of numbers or times."""

    name: str
    start: Expression
    stop: Expression
    step: Expression


@dataclass(frozen=True, slots=True)
class FindColumn(Node):
    """A column of what `find` returns; a star packs the rest."""

    name: str
    type: Type | None = None
    packed: bool = False


@dataclass(frozen=True, slots=True)
class Find(Node):
    """Rows of several tables for which a condition is true."""

    condition: Expression
    tables: tuple[Expression, ...] = ()
    columns: tuple[FindColumn, ...] = ()
    keyword: str | None = None  # project, project-smart or project-away
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Search(Node):
    """Rows in which something is found, in any column."""

    condition: Expression
    tables: tuple[Expression, ...] = ()
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Facet(Node):
    """A table of counts for each of some columns."""

    columns: tuple[Expression, ...]
    query: Pipe | None = None


@dataclass(frozen=True, slots=True)
class Fork(Node):
    """Several queries on the same rows."""

    branches: tuple[tuple[str | None, Pipe], ...]


@dataclass(frozen=True, slots=True)
class Partition(Node):
    """A query for the rows of each value of a column; `whole` where it stands in braces, with its own source."""

    by: Expression
    query: Pipe
    whole: bool = False
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Reduce(Node):
    """Group texts that look alike."""

    by: Expression
    with_: tuple[Option, ...] = ()
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Unsupported(Node):
    """An operator that is known and read over: its keyword and its text."""

    keyword: str
    text: str


Operator = (
    Where
    | Extend
    | Project
    | Summarize
    | Distinct
    | Sort
    | Top
    | TopNested
    | TopHitters
    | Take
    | SampleDistinct
    | Count
    | Join
    | Union
    | MvExpand
    | MvApply
    | Parse
    | ParseKv
    | MakeSeries
    | Serialize
    | Evaluate
    | Invoke
    | Render
    | As
    | Consume
    | GetSchema
    | Print
    | Range
    | Find
    | Search
    | Facet
    | Fork
    | Partition
    | Reduce
    | Unsupported
)


# ------------------------------------------------------------------------------------------------------ statements


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """A parameter of a function: a scalar type, the columns of a table, or `(*)` for any table (no columns)."""

    name: str
    type: Type | tuple[ColumnType, ...]
    default: Expression | None = None


@dataclass(frozen=True, slots=True)
class Function(Node):
    """A function that a query declares, its body as statements of which the last is its value."""

    parameters: tuple[Parameter, ...]
    body: "tuple[Statement, ...]"
    view: bool = False


@dataclass(frozen=True, slots=True)
class Let(Node):
    """Give a value, a table or a function a name."""

    name: str
    value: Expression | Function


@dataclass(frozen=True, slots=True)
class Set(Node):
    """Set a request property."""

    name: str
    value: Expression | None = None


@dataclass(frozen=True, slots=True)
class Declare(Node):
    """`declare query_parameters (…)`."""

    parameters: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class Aside(Node):
    """A statement that is known and read over: alias, restrict, pattern."""

    keyword: str
    text: str


@dataclass(frozen=True, slots=True)
class Value(Node):
    """A statement that is an expression; the last one is what the query returns."""

    value: Expression


Statement = Let | Set | Declare | Aside | Value


@dataclass(frozen=True, slots=True)
class Query(Node):
    """Statements, one after another."""

    statements: tuple[Statement, ...]
