"""What names mean where an expression stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from rulefold.kql.plan import EMPTY, Relation, Row, Value
from rulefold.kql.syntax import Function


@dataclass(slots=True)
class Declared:
    """A function of the query or of the workspace, and where its body looks names up.

    `used` once it was called, `active` while its body is bound: it cannot call itself.  One of the workspace stands
    `elsewhere`, in a text of its own.
    """

    name: str
    function: Function
    scope: "Scope"
    used: bool = False
    active: bool = False
    elsewhere: bool = False
    bound: "Value | Relation | None" = None


Meaning = Value | Relation | Declared


@dataclass(slots=True)
class Scope:
    """Names that let statements gave, and those of the scope around."""

    outer: "Scope | None" = None
    names: dict[str, Meaning] = field(default_factory=dict)

    def find(self, name: str) -> Meaning | None:
        """What a name means."""
        scope: Scope | None = self
        while scope is not None:
            if (found := scope.names.get(name)) is not None:
                return found
            scope = scope.outer
        return None

    def inner(self, names: Mapping[str, Meaning]) -> "Scope":
        """A scope in this one."""
        return Scope(self, dict(names))

    def all_names(self) -> list[str]:
        """Every name that means something."""
        return [*self.names, *(self.outer.all_names() if self.outer else [])]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands: the row at hand and the names around it.

    In a join's condition there are two rows.  `groups` says that values are over groups of rows: a column is none, but
    in an aggregate's arguments.
    """

    row: Row
    scope: Scope
    left: Row | None = None
    right: Row | None = None
    groups: bool = False

    def over(self, row: Row) -> "Place":
        """The same names, with another row at hand."""
        return Place(row, self.scope)

    def in_aggregate(self) -> "Place":
        """In the arguments of an aggregate."""
        return replace(self, groups=False)

    def nowhere(self) -> "Place":
        """The same names without a row."""
        return Place(EMPTY, self.scope)
