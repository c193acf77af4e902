"""What an engine is asked for: the meaning of KQL that each engine says in its own words.

All else is SQL that engines share.  A function that an engine does not have is refused by name.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from sqlglot import exp

from rulefold.kql.lower.sql import Node
from rulefold.kql.lower.terms import Rows, Term
from rulefold.kql.plan import Apply, Expand
from rulefold.kql.types import Type
from rulefold.text import Span

if TYPE_CHECKING:
    from rulefold.kql.lower.calls import Call
    from rulefold.kql.lower.external import External
    from rulefold.kql.lower.relations import Relations
    from rulefold.kql.lower.values import Values

Builder = Callable[["Call"], Term]


class Engine(ABC):
    """The words of one engine, for one query.

    Nodes go in and come out.  `once` gives nodes of a value that is written several times and worked out once.
    """

    once: Callable[[Node], Callable[[], Node]]

    dialect: ClassVar[str]
    functions: ClassVar[Mapping[str, Builder]]
    aggregates: ClassVar[Mapping[str, Builder]]
    windows: ClassVar[Mapping[str, Builder]]
    relations: ClassVar[Mapping[type, Callable[..., Rows]]]
    plugins: ClassVar[Mapping[str, Callable[..., Rows]]]
    by_name: ClassVar[bool]
    """Whether a union can go by the names of columns, and fills those that a side has not."""

    # ------------------------------------------------------------------------------------------------------ values

    @abstractmethod
    def literal(self, type_: Type, value: object) -> Node:
        """A constant; None is the null of its type."""

    @abstractmethod
    def json(self, value: object) -> Node:
        """A dynamic constant."""

    @abstractmethod
    def now(self) -> Node:
        """The time at which the query runs."""

    @abstractmethod
    def null(self, type_: Type) -> Node:
        """The null of a type."""

    @abstractmethod
    def guarded(self, wrong: Node, why: str, node: Node) -> Node:
        """A value, but where a test is true the end of the run."""

    @abstractmethod
    def convert(self, term: Term, type_: Type) -> Term:
        """A value as one of another type, null where it is none: `tolong` and its like."""

    @abstractmethod
    def to_dynamic(self, term: Term) -> Node:
        """A value as a dynamic."""

    @abstractmethod
    def known(self, term: Term) -> Node:
        """A dynamic in which the null of JSON is NULL."""

    # --------------------------------------------------------------------------------------------------- relations

    @abstractmethod
    def sql_type(self, type_: Type) -> exp.DataType:
        """The type in which values of a type of KQL are kept."""

    @abstractmethod
    def table_name(self, name: str) -> str:
        """The name under which the engine has a table."""

    @staticmethod
    def watchlist_name(alias: str) -> str:
        """The name under which the engine has a watchlist, which is none of a table."""
        return f"watchlist ${alias}"

    @abstractmethod
    def external(self, wanted: "External", types: Mapping[str, Type]) -> exp.Query:
        """The rows of files in columns of these types, named as those of a table."""

    @abstractmethod
    def series(self, type_: Type, parts: Sequence[Term], given: exp.From | None, span: Span) -> tuple[Node, exp.From]:
        """The values from one to another by steps, and what they are selected from."""

    @abstractmethod
    def first_of_each(self, rows: Rows, keys: Sequence[Node]) -> exp.Select:
        """One row for each key."""

    @abstractmethod
    def expand(self, relations: "Relations", relation: Expand, source: Rows) -> Rows:
        """A row for each element of dynamic values."""

    @abstractmethod
    def part(self, values: "Values", part: Apply) -> Term:
        """A column of an aggregate that gives several, such as `arg_max`."""

    # ------------------------------------------------------------------------------------------------------- times

    @abstractmethod
    def shifted(self, time: Node, ticks: Term, sign: int) -> Node:
        """A time and a timespan after it (1) or before it (-1); null outside of the years 1 to 9999."""

    @abstractmethod
    def between_times(self, later: Node, earlier: Node) -> Node:
        """The ticks from one time to another."""

    # ----------------------------------------------------------------------------------------------------- numbers

    @abstractmethod
    def integer(self, operator: str, left: Node, right: Node) -> Node:
        """Arithmetic of longs: it wraps around, division cuts off, a remainder is not negative, x / 0 is null."""

    @abstractmethod
    def floored(self, left: Node, right: Node) -> Node:
        """A quotient of whole numbers, rounded down; null where the divisor is not above 0."""

    @abstractmethod
    def spread(self, term: Term, number: Node, size: Node, filler: Node) -> Node:
        """An aggregate: the values of rows by their numbers, as a dynamic array of so many, the rest filled."""

    @abstractmethod
    def points(self, type_: Type, start: Node, step: Node, size: Node) -> Node:
        """A dynamic array of so many points, from a start by steps."""

    @abstractmethod
    def real(self, operator: str, left: Node, right: Node) -> Node:
        """Arithmetic of reals."""

    @abstractmethod
    def not_nan(self, node: Node) -> Node:
        """Whether a real is a number."""

    # ------------------------------------------------------------------------------------------------------- texts

    @abstractmethod
    def search(self, operator: str, text: Node, pattern: Term) -> Node:
        """`contains`, `has`, `startswith`, `matches regex` … without a `!`; NULL in, NULL out."""

    @abstractmethod
    def search_any(self, text: Node, patterns: Sequence[Term]) -> Node:
        """`has_any`: whether a text has one of several terms, none of them empty."""

    @abstractmethod
    def captures(self, text: Node, pattern: str, groups: Sequence[int]) -> list[Node]:
        """What groups of an expression match; empty where it does not match."""

    @abstractmethod
    def matches(self, text: Node, pattern: str) -> Node:
        """Whether an expression matches anywhere."""

    @abstractmethod
    def value_of_key(self, text: Node, key: str, pairs: str, keys: str) -> Node:
        """What stands behind a key in a text of pairs; NULL without it."""

    @abstractmethod
    def any_element(self, array: Term, test: Callable[[Term], Node]) -> Node:
        """Whether a test of texts is true for an element of a dynamic array."""

    @abstractmethod
    def folded(self, text: Node) -> Node:
        """A text as it is compared where case does not count."""

    @abstractmethod
    def folded_text(self, text: str) -> str:
        """A constant as `folded` makes it."""

    # ----------------------------------------------------------------------------------------------------- dynamics

    @abstractmethod
    def access(self, target: Term, keys: Sequence[Term]) -> Node:
        """A member, by a string, or an element, by a number, of what was reached by the keys before it."""

    @abstractmethod
    def members(self, source: Rows, bag: Node) -> exp.Select:
        """The names of the members of bags, and the kinds of their values in the engine's words."""

    @abstractmethod
    def holds(self, array: Term, item: Term, *, folded: bool) -> Node:
        """Whether a dynamic array has an element equal to a scalar."""
