"""Wishes about the cells of events, and the values that grant them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count

from rulefold.kql.plan import Access, Apply, Constant, DynamicConstant, Relation, ScalarQuery, TableValue, Value
from rulefold.kql.results import TIME
from rulefold.kql.syntax import NOWHERE
from rulefold.kql.types import NUMBERS, Type
from rulefold.synthesis.judging import Events, Judge, constant, written
from rulefold.synthesis.symbols import Cell, Choices, EventFields, Gathered, Sizes, Spot, Step, Unsolved
from rulefold.synthesis.wishes import Wish, as_type, chosen, text_of
from rulefold.text import Span

_ANY_NUMBER = 50  # usual values of one place
_LAST_BYTE = 250
_MOST_EVENTS = 6_000
_WORKED_OUT = frozenset({"+", "-", "*", "/", "bin", "floor"})  # rather from their arguments than back to them

# What values of a column are usually like, by a pattern of its name; {} is a number.
_USUAL = (
    ("upn", "user{}@example.com"),
    ("principalname", "user{}@example.com"),
    ("mail", "user{}@example.com"),
    ("recipient", "user{}@example.com"),
    ("sender", "user{}@example.com"),
    (r"^ip|ip$|ipv4|ipaddr|address", "203.0.113.{}"),
    ("url", "https://example.com/{}"),
    ("domain", "host{}.example.com"),
    ("computer", "host{}"),
    ("device", "host{}"),
    ("host", "host{}"),
    ("account", "user{}"),
    ("user", "user{}"),
    ("hash", "{:064x}"),
    ("sha", "{:064x}"),
    ("filename", "file{}.exe"),
    ("process", "process{}.exe"),
)


@dataclass(slots=True)
class _Node:
    """A column or what is within it: its own spot, and those below."""

    spot: Spot | None = None
    below: dict[Step, "_Node"] = field(default_factory=dict)


class Solver:
    """What is wished of events on one way through a query."""

    def __init__(self, judge: Judge, choices: Choices, sizes: Sizes) -> None:
        """Begin without events; `sizes` are the rows that groups have to have."""
        self.judge, self.choices, self.sizes = judge, choices, sizes
        self.tables: dict[int, str] = {}
        self.notes: list[Unsolved] = []
        self._made = count(1)
        self.begun = 0
        self.joined: set[tuple[str, str]] = set()  # tables and columns that have to be alike
        self._types: dict[Spot, Type] = {}
        self._parents: dict[Spot, Spot] = {}
        self._wishes: dict[Spot, list[tuple[Wish, Span]]] = {}
        self._values: dict[Spot, object] = {}
        self._backs: dict[Spot, tuple[int, Callable[[object], None]]] = {}
        self._likes: dict[Spot, Wish] = {}
        self._by_key: dict[object, Spot] = {}
        self._later: list[Callable[[], None]] = []
        self._apart: list[list[Spot]] = []
        self._free: dict[int, tuple[Value, bool]] = {}

    # ------------------------------------------------------------------------------------------------------- events

    def event(self, relation: Relation, table: str) -> EventFields:
        """A new event of a table; none of a table makes the columns of a text that is parsed."""
        number = next(self._made)
        self.begun += 1
        if number > _MOST_EVENTS:
            raise Unsolved("found a query that needs too many events", relation.span)
        if table:
            self.tables[number] = table
            if TIME in relation.row:
                self._time(Spot(number, TIME), relation.span)
        return EventFields(number if table else -number, relation)

    def _time(self, spot: Spot, span: Span) -> None:
        self._types[spot] = Type.DATETIME
        self.wish(spot, Wish("<", self.judge.now), span)
        if self.judge.timespan is not None:
            self.wish(spot, Wish(">=", self.judge.timespan.start), span)

    def written(self) -> Events:
        """The events with a value where one is wished for."""
        self._settle()
        trees: dict[int, dict[str, _Node]] = {number: {} for number in self.tables}
        for spot in self._types:
            if spot.event in trees:
                node = trees[spot.event].setdefault(spot.column, _Node())
                for step in spot.path:
                    node = node.below.setdefault(step, _Node())
                node.spot = spot
        found: Events = {}
        for number, table in self.tables.items():
            row = {column: self._whole(node) for column, node in trees[number].items()}
            found.setdefault(table, []).append({name: written(one) for name, one in row.items() if one is not None})
        return found

    def _whole(self, node: _Node) -> object:
        """The value of a place with all that is wished to be within it."""
        if not node.below:
            return None if node.spot is None else as_type(self.pick(node.spot), self._types[node.spot])
        inner = {step: self._whole(below) for step, below in node.below.items()}
        whole = _composed(inner)
        if node.spot is None:
            return whole
        wishes = self._of(node.spot)
        if all(wish.granted(whole) for wish, _ in wishes):
            return whole
        missing = [wish for wish, _ in wishes if not wish.granted(whole)]
        fine, text = chosen(missing, Type.STRING, (), self.judge.now)
        held = inner.get(None, whole)  # a text of JSON holds what is in it
        if fine and isinstance(held, dict):
            held["Text"] = text
        elif fine and isinstance(held, list):
            held.append(text)
        whole = _composed(inner) if None in inner else whole
        if all(wish.granted(whole) for wish, _ in wishes):
            return whole
        raise self._none(node.spot)

    # ------------------------------------------------------------------------------------------------------- wishes

    def wish(self, spot: Spot, wish: Wish, span: Span) -> None:
        """Ask something of a place."""
        root = self._root(spot)
        if root in self._values and not wish.granted(self._values[root]):
            raise self._none(spot, span)
        self._wishes.setdefault(root, []).append((wish, span))

    def same(self, one: Spot, other: Spot, span: Span) -> None:
        """Ask that two places have the same value, which is not null and no empty text."""
        self.joined |= {(self.tables.get(spot.event, ""), spot.column) for spot in (one, other)}
        first, second = self._root(one), self._root(other)
        self.wish(first, Wish("empty", None, holds=False), span)
        if first == second:
            return
        if first in self._values and second in self._values and self._values[first] != self._values[second]:
            raise self._none(one, span)
        if second in self._values or (self._types[first] in (Type.DYNAMIC, Type.UNKNOWN) and first not in self._values):
            first, second = second, first
        for wish, place in self._wishes.pop(second, []):
            self.wish(first, wish, place)
        self._parents[second] = first

    def apart(self, spots: list[Spot], span: Span) -> None:
        """Ask that places have different values."""
        for spot in spots:
            self.wish(spot, Wish("empty", None, holds=False), span)
        self._apart.append(spots)

    def later(self, asked: Callable[[], None]) -> None:
        """Ask something when all that is certain has been asked."""
        self._later.append(asked)

    def note(self, what: str, span: Span) -> None:
        """Keep what was not solved; the run of the query says whether it matters."""
        self.notes.append(Unsolved(what, span))

    def made(
        self, key: object, type_: Type, depth: int, back: Callable[[object], None], like: Wish | None = None
    ) -> Spot:
        """A place for the value of an expression; `back` asks for what it is made from when it has been chosen.

        `like` is what the value is surely like, where something is asked of it.
        """
        if key not in self._by_key:
            spot = self._by_key[key] = Spot(-next(self._made), "")
            self._types[spot] = type_
            self._backs[spot] = (depth, back)
            if like is not None:
                self._likes[spot] = like
        return self._by_key[key]

    def known(self, spot: Spot, type_: Type) -> Spot:
        """A place, and the type of what is there."""
        self._types.setdefault(spot, type_)
        return spot

    def _root(self, spot: Spot) -> Spot:
        while spot in self._parents:
            spot = self._parents[spot]
        return spot

    def _of(self, spot: Spot) -> list[tuple[Wish, Span]]:
        return self._wishes.get(self._root(spot), [])

    def is_wished(self, spot: Spot) -> bool:
        """Whether something is asked of a place."""
        return bool(self._of(spot))

    def _none(self, spot: Spot, span: Span | None = None) -> Unsolved:
        wishes = self._of(spot)
        place = span or (wishes[-1][1] if wishes else NOWHERE)
        name = spot.column or "an expression"
        return Unsolved(f"found no value of {name} that all conditions are true of", place)

    # ------------------------------------------------------------------------------------------------------- values

    def pick(self, spot: Spot) -> object:
        """The value of a place, chosen now if it was not before.  Raises Unsolved."""
        root = self._root(spot)
        if root not in self._values:
            wishes = [wish for wish, _ in self._of(root)]
            wishes += [like for one, like in self._likes.items() if self._root(one) == root]
            taken = tuple(self._taken(root))
            if taken:
                wishes.append(Wish("in", taken, holds=False))
            type_, number = self._types.get(root, Type.STRING), len(taken)
            fine, value = chosen(wishes, type_, self._usual(root, number), self.judge.now, number)
            if not fine:
                raise self._none(spot)
            self._values[root] = value
        return self._values[root]

    def _taken(self, root: Spot) -> Iterator[object]:
        for group in self._apart:
            roots = [self._root(one) for one in group]
            if root in roots:
                if roots.count(root) > 1:
                    raise self._none(root)
                yield from (self._values[one] for one in roots if one != root and one in self._values)

    def _usual(self, root: Spot, taken: int) -> Iterator[object]:
        type_ = self._types.get(root, Type.STRING)
        names = [root, *(one for one in self._types if self._root(one) == root)] if root.column == "" else [root]
        name = next((_name(one) for one in names if _name(one)), "").lower()
        shape = next((shape for part, shape in _USUAL if re.search(part, name)), "value{}")
        for number in range(1, _ANY_NUMBER + taken):
            match type_:
                case Type.BOOL:
                    yield number % 2 == 1
                case Type.DATETIME:
                    yield self.judge.now - timedelta(minutes=4 + number)
                case Type.TIMESPAN:
                    yield timedelta(minutes=number)
                case Type.GUID:
                    yield f"{number:08x}-0000-4000-8000-000000000000"
                case type_ if type_ in NUMBERS:
                    yield number
                case _:
                    yield _shaped(shape, number)

    def _settle(self) -> None:
        """Ask for all that waited: first what depends on values of others, then what expressions are made from."""
        while self._later or self._backs:
            if self._later:
                self._later.pop(0)()
                continue
            spot = max(self._backs, key=lambda one: self._backs[one][0])
            _, back = self._backs.pop(spot)
            if spot.column == "" and not self.is_wished(spot):
                continue
            back(self.pick(spot))

    # -------------------------------------------------------------------------------------------------- expressions

    def is_free(self, value: Value) -> bool:
        """Whether a value depends on events."""
        known = self._free.get(id(value))
        if known is None:
            known = self._free[id(value)] = (value, self._depends(value))
        return known[1]

    def _depends(self, value: Value) -> bool:
        match value:
            case Constant() | DynamicConstant():
                return False
            case Apply(_, _, arguments):
                return any(map(self.is_free, arguments))
            case Access(_, target, key):
                return self.is_free(target) or self.is_free(key)
            case TableValue(_, relation) | ScalarQuery(_, relation):
                return bool(_reads(relation))
        return isinstance(value, Cell | Gathered)

    def constant(self, value: Value) -> object:
        """What a value is that depends on no event."""
        return self.judge.value(value)

    def fixed(self, value: Value) -> object:
        """What a value is, with values for the cells in it chosen now.  Raises Unsolved."""
        if not self.is_free(value):
            return self.constant(value)
        is_worked_out = isinstance(value, Apply) and value.function in _WORKED_OUT
        spot = self.direct(value) if is_worked_out else self.place(value)
        if spot is not None:
            return self.pick(spot)
        if isinstance(value, Apply):
            given = tuple(constant(self.fixed(one), one.type) for one in value.arguments)
            return self.judge.value(replace(value, arguments=given))
        if isinstance(value, Gathered) and value.function == "count":
            return len(value.rows)
        if isinstance(value, Gathered) and value.function in ("sum", "avg"):
            return self.fixed(value.rows[0][0])
        raise Unsolved("found a value that nothing is known of before the events are there", value.span)

    def direct(self, value: Value) -> Spot | None:
        """The place of a value in an event."""
        raise NotImplementedError

    def place(self, value: Value) -> Spot | None:
        """The place of a value in an event, or one of its own that leads back to events."""
        raise NotImplementedError


def _shaped(shape: str, number: int) -> str:
    """A usual value with a number; an address has more than one place for it."""
    if shape.startswith("203.") and number > _LAST_BYTE:
        return f"198.18.{number // _LAST_BYTE}.{number % _LAST_BYTE}"
    return shape.format(number)


def _name(spot: Spot) -> str:
    """The name of a place: of its column, or of the member."""
    return next((step for step in reversed(spot.path) if isinstance(step, str)), spot.column)


def _reads(relation: Relation) -> bool:
    """Whether a relation reads tables."""
    from rulefold.kql.needs import needs

    found = needs(relation)
    return found is None or found != frozenset({frozenset()})


def _composed(inner: dict[Step, object]) -> object:
    """A value of its parts: a text of JSON, a bag or an array."""
    if None in inner:
        return text_of(inner[None])
    if all(isinstance(step, int) for step in inner):
        size = max(step for step in inner if isinstance(step, int)) + 1
        return [inner.get(number) for number in range(size)]
    found = {str(step): value for step, value in inner.items() if value is not None}
    return found or None
