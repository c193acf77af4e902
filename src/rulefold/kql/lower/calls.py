"""A call of a function on its way to SQL: its arguments as terms, and what a builder may ask for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rulefold.kql.faults import QueryError
from rulefold.kql.lower.engine import Engine
from rulefold.kql.lower.refusal import refused
from rulefold.kql.lower.sql import Node
from rulefold.kql.lower.terms import Term, exact, text
from rulefold.kql.plan import Apply, Value
from rulefold.kql.types import Type

if TYPE_CHECKING:
    from rulefold.kql.lower.values import Values


@dataclass(frozen=True, slots=True)
class Call:
    """A call: the plan's value, its arguments, and the lowering it is part of."""

    apply: Apply
    arguments: Sequence[Term]
    values: "Values"

    @property
    def type(self) -> Type:
        """The type that it has."""
        return self.apply.type

    @property
    def engine(self) -> Engine:
        """The engine it is for."""
        return self.values.engine

    def __len__(self) -> int:
        return len(self.arguments)

    def __getitem__(self, number: int) -> Term:
        return self.arguments[number]

    def text(self, number: int) -> Node:
        """An argument as text that is never NULL; what is no string is made one, as by `tostring`."""
        return text(self.string(number))

    def string(self, number: int) -> Term:
        """An argument as a string, for which NULL may stand where it is empty."""
        return self.engine.convert(self.arguments[number], Type.STRING)

    def node(self, number: int) -> Node:
        """An argument as a value in SQL."""
        return exact(self.arguments[number])

    def constant(self, number: int, default: object = None) -> object:
        """The value of an argument that has to be a constant; the default where it is left out."""
        if number >= len(self.arguments):
            return default
        term = self.arguments[number]
        if not term.constant:
            raise self.refused(f"found a value, expected a constant as argument {number + 1} of {self.apply.function}")
        return term.value

    def once(self, node: Node) -> Callable[[], Node]:
        """A value that is used several times: a maker of nodes for it, worked out once in SQL."""
        return self.values.once(node)

    def value(self, number: int) -> Value:
        """An argument as it is in the plan."""
        return self.apply.arguments[number]

    def refused(self, why: str) -> QueryError:
        """The refusal of the query for this call."""
        return refused(self.apply.span, why)

    def give(self, node: Node, *, nullable: bool = True) -> Term:
        """The result, of the type that the call has."""
        return Term(node, self.type, nullable=nullable)
