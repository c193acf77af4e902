"""Asking for values of expressions: a wish about an expression becomes wishes about the cells it is made of."""

from collections.abc import Callable

from rulefold.kql.plan import Apply, Relation, ScalarQuery, Value
from rulefold.kql.types import Type
from rulefold.synthesis import aggregates, conditions, inversions, places
from rulefold.synthesis.judging import Judge
from rulefold.synthesis.solver import Solver
from rulefold.synthesis.symbols import Choices, Fields, Gathered, Sizes, Spot, Unsolved
from rulefold.synthesis.wishes import Wish
from rulefold.text import Span

_OF_VALUES = frozenset({"<", "<=", ">", ">="})


class Asking(Solver):
    """A solver that knows what expressions mean; `walk` gives a row of a relation."""

    def __init__(
        self,
        judge: Judge,
        choices: Choices,
        sizes: Sizes,
        walk: "Callable[[Asking, Relation], Fields]",
    ) -> None:
        """See Solver."""
        super().__init__(judge, choices, sizes)
        self._walk = walk
        self.elements: list[Fields] = []
        self.groups: list[tuple[int, tuple[Value, ...]]] = []  # and their keys, in order

    def row(self, relation: Relation) -> Fields:
        """A row of a relation."""
        return self._walk(self, relation)

    def place(self, value: Value) -> Spot | None:
        """The place whose value is that of an expression; None where the way back is not known."""
        return places.place(self, value)

    def direct(self, value: Value) -> Spot | None:
        """The place of a value in an event."""
        return places.direct(self, value)

    def step(self, key: Value) -> object:
        """The name or the number of a part; None where it is not known."""
        return places.step_of(self, key)

    def truth(self, condition: Value, holds: bool) -> None:
        """Ask that a condition is true, or is not."""
        if not self.is_free(condition):
            if bool(self.constant(condition)) is not holds:
                raise Unsolved(f"found a condition that is never {str(holds).lower()}", condition.span)
            return
        if isinstance(condition, Apply):
            name = condition.function
            if name.startswith("!") and name[1:] in conditions.CONDITIONS:
                name, holds = name[1:], not holds
            asked = conditions.CONDITIONS.get(name)
            if asked is not None:
                asked(self, condition, holds)
                return
        self.want(condition, Wish("==", True, holds), condition.span)

    def want(self, value: Value, wish: Wish, span: Span) -> None:
        """Ask something of the value of an expression.  Raises Unsolved where it is surely not so."""
        if not self.is_free(value):
            found = self.constant(value)
            if not wish.granted(found):
                if found is None:
                    raise Unsolved("found a condition on a value that is null", value.span)
                raise Unsolved("found a value that a condition is not true of", span)
            return
        if wish.value is None and wish.test in _OF_VALUES:
            raise Unsolved("found a comparison with a value that is null", span)
        match value:
            case Gathered():
                aggregates.want(self, value, wish, span)
                return
            case ScalarQuery():
                self.note("found a value of another query", value.span)
                return
            case Apply(_, name, _) if value.type is Type.BOOL and name in conditions.CONDITIONS:
                if isinstance(wish.value, bool) and wish.test == "==":
                    self.truth(value, wish.value is wish.holds)
                return
            case Apply(_, name, _) if (inverse := inversions.INVERSIONS.get(name)) is not None:
                inverse(self, value, wish, span)
                return
        spot = self.place(value)
        if spot is not None:
            self.wish(spot, wish, span)
            return
        self.note(f"found {told(value)}, which events are not worked out for", value.span)

    def equal(self, one: Value, other: Value, span: Span) -> None:
        """Ask that two expressions have the same value."""
        if not self.is_free(one):
            one, other = other, one
        if not self.is_free(other):
            self.want(one, Wish("==", self.constant(other)), span)
            return
        first, second = self.place(one), self.place(other)
        if first is not None and second is not None:
            self.same(first, second, span)
            return
        if second is None:
            one, other = other, one
        self.later(lambda: self.want(one, Wish("==", self.fixed(other)), span))


def told(value: Value) -> str:
    """What an expression is, for people."""
    return value.function if isinstance(value, Apply | Gathered) else "an expression"
