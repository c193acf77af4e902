"""What a row is made of before it has values: cells of events that are yet to be written."""

from collections.abc import Mapping
from dataclasses import dataclass

from rulefold.kql.plan import Constant, Relation, Value
from rulefold.kql.types import Type
from rulefold.text import Span

Step = str | int | None  # a member, an element, or the value that a text of JSON stands for


class Unsolved(Exception):  # noqa: N818 - no fault, a way that ends
    """No events come of this: what stands in the way, and where."""

    def __init__(self, message: str, span: Span) -> None:
        """Keep both."""
        super().__init__(message)
        self.message, self.span = message, span


class MoreRows(Exception):  # noqa: N818
    """A group has to have so many rows."""

    def __init__(self, group: int, rows: int) -> None:
        """Keep the group and the number."""
        super().__init__(rows)
        self.group, self.rows = group, rows


@dataclass(frozen=True, slots=True)
class Cell(Value):
    """A column of an event."""

    event: int
    name: str


@dataclass(frozen=True, slots=True)
class Gathered(Value):
    """An aggregate of the rows of a group: the arguments of each."""

    function: str
    rows: tuple[tuple[Value, ...], ...]
    group: int


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in an event that can be given a value: a column, or what is within it."""

    event: int
    column: str
    path: tuple[Step, ...] = ()


class Fields:
    """The values of a row by the names of its columns: its own, or those of the row that it was made from."""

    __slots__ = ("_below", "_own")

    def __init__(self, own: Mapping[str, Value], below: "Fields | None" = None) -> None:
        """Columns, and the row below them."""
        self._own, self._below = own, below

    def __getitem__(self, name: str) -> Value:
        row: Fields | None = self
        while row is not None:
            if name in row._own:
                return row._own[name]
            if type(row) is not Fields:
                return row.made(name)
            row = row._below
        raise KeyError(name)

    def made(self, name: str) -> Value:
        """A column that is made when it is asked for."""
        raise KeyError(name)


class EventFields(Fields):
    """The columns of an event."""

    __slots__ = ("_event", "_row")

    def __init__(self, event: int, relation: Relation) -> None:
        """A row of a table."""
        super().__init__({})
        self._event, self._row = event, relation.row

    def made(self, name: str) -> Value:
        """A cell."""
        found = self._row.find(name)
        if found is None:
            raise KeyError(name)
        return Cell(found.type, self._event, name)


class AbsentFields(Fields):
    """The columns of a row that is not there."""

    __slots__ = ("_row",)

    def __init__(self, relation: Relation) -> None:
        """The row of a relation that would have been."""
        super().__init__({})
        self._row = relation.row

    def made(self, name: str) -> Value:
        """Null, or an empty text."""
        found = self._row.find(name)
        return absent(found.type if found else Type.STRING)


def absent(type_: Type) -> Constant:
    """The value of what is not there."""
    return Constant(type_, "" if type_ is Type.STRING else None)


class Choices:
    """Which way to go where there are several: one plan of choices after another, the last one changed first."""

    def __init__(self) -> None:
        """Begin with the first way everywhere."""
        self._path: list[list[int]] = []
        self._taken: dict[object, int] = {}
        self._at = 0

    def begin(self) -> None:
        """Go from the start again."""
        self._taken, self._at = {}, 0

    def pick(self, key: object, ways: int) -> int:
        """The way at a place; the same one where the place is met again."""
        if key not in self._taken:
            if self._at == len(self._path):
                self._path.append([0, ways])
            self._path[self._at][1] = ways
            self._taken[key] = min(self._path[self._at][0], ways - 1)
            self._at += 1
        return self._taken[key]

    def advance(self) -> bool:
        """Go to the next plan; False where there is none."""
        del self._path[self._at :]
        while self._path:
            last = self._path[-1]
            if last[0] + 1 < last[1]:
                last[0] += 1
                return True
            self._path.pop()
        return False


class Sizes:
    """How many rows groups have: as many as they were found to need, or else the usual number."""

    def __init__(self, usual: int) -> None:
        """Begin with the usual number everywhere."""
        self._usual = usual
        self._needed: dict[int, int] = {}

    def of(self, group: int) -> int:
        """The rows of a group."""
        return self._needed.get(group, self._usual)

    def grow(self, group: int, rows: int) -> None:
        """Give a group more rows."""
        self._needed[group] = rows
