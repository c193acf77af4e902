"""What a plan reads: the columns of each relation that something after it uses, and the functions it calls.

Where a step has to list columns it lists those that are read: a table has sixty, and a rule reads five of them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from rulefold.kql.bind.names import suffixed
from rulefold.kql.plan import (
    Access,
    Aggregate,
    AllColumns,
    Apply,
    Choose,
    ColumnValue,
    Compute,
    Constant,
    Expand,
    Filter,
    Item,
    Join,
    Limit,
    Order,
    ParseText,
    Piped,
    Relation,
    ScalarQuery,
    TableValue,
    Union,
    Value,
)

Wanted = frozenset[str] | None  # names of columns; None is all of them
Source = tuple[Relation, Wanted]

_NONE: frozenset[str] = frozenset()
_USE_NOTHING = frozenset({Constant, str, bool, type(None)})  # lists of thousands of them


@dataclass(slots=True)
class Uses:
    """What values and relations use: columns, functions, relations, and all columns where a star is among them."""

    columns: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    relations: list[Relation] = field(default_factory=list)
    everything: bool = False

    @classmethod
    def of(cls, *parts: object) -> "Uses":
        """What is used by values, and by relations directly; they may be in tuples."""
        uses = cls()
        waiting = list(parts)
        while waiting:
            one = waiting.pop()
            if type(one) in _USE_NOTHING:
                continue
            if isinstance(one, ColumnValue):
                uses.columns.add(one.name)
            elif isinstance(one, Apply):
                uses.functions.add(one.function)
                waiting += _arguments(one)
            elif isinstance(one, Access):
                waiting += (one.target, one.key)
            elif isinstance(one, tuple):
                waiting += one
            elif isinstance(one, ScalarQuery | TableValue):
                uses.relations.append(one.relation)
            elif isinstance(one, Relation):
                uses.relations.append(one)
            elif isinstance(one, AllColumns):
                uses.everything = True
        return uses

    def with_columns(self, others: Iterable[str] | None) -> Wanted:
        """The columns that are used, and others that are wanted."""
        return None if others is None or self.everything else frozenset(self.columns.union(others))


def _arguments(apply: Apply) -> Iterable[Value]:
    """The arguments; a part of an aggregate over all columns is of one of them only."""
    if apply.function != "part":
        return apply.arguments
    whole, *others = apply.arguments
    inner = whole.arguments if isinstance(whole, Apply) else (whole,)
    return [*(one for one in inner if not isinstance(one, AllColumns)), *others]


class Reading:
    """What a plan reads.  A relation that is not in it, one that is made on the way, is read whole."""

    def __init__(self, plan: Relation) -> None:
        """For a query that gives all columns of `plan`."""
        self.functions: set[str] = set()
        self._wanted: dict[int, Wanted] = {id(plan): None}
        for relation, uses in reversed(self._in_order(plan)):
            for source, names in self._sources(relation, uses):
                before = self._wanted.get(id(source), _NONE)
                self._wanted[id(source)] = None if names is None or before is None else before | names

    def is_read(self, relation: Relation) -> Callable[[str], bool]:
        """Whether a column of a relation is read, by its name."""
        wanted = self._wanted.get(id(relation))
        return (lambda _: True) if wanted is None else wanted.__contains__

    def _in_order(self, plan: Relation) -> list[tuple[Relation, Uses]]:
        """All relations, each behind those that it is made from; a pipe may be as long as the query."""
        found: list[tuple[Relation, Uses]] = []
        waiting: list[tuple[Relation, Uses | None]] = [(plan, None)]
        seen: set[int] = set()
        while waiting:
            relation, uses = waiting.pop()
            if uses is not None:
                found.append((relation, uses))
            elif id(relation) not in seen:
                seen.add(id(relation))
                uses = Uses.of(*(getattr(relation, slot) for slot in _slots(type(relation))))
                self.functions |= uses.functions
                waiting.append((relation, uses))
                waiting += [(one, None) for one in uses.relations]
        return found

    def _sources(self, relation: Relation, uses: Uses) -> Iterator[Source]:
        """What a relation reads of those that it is made from; of one in a value, all."""
        named = list(_SOURCES.get(type(relation), _none)(relation, uses, self._wanted[id(relation)]))
        yield from named
        for one in uses.relations:
            if not any(one is source for source, _ in named):
                yield one, None


# ------------------------------------------------------------------------------- what relations read of their sources


def _none(_relation: Relation, _uses: Uses, _wanted: Wanted) -> Iterator[Source]:
    yield from ()


def _through(relation: Piped, uses: Uses, wanted: Wanted) -> Iterator[Source]:
    """What is read of the rows, and what the operator reads itself."""
    yield relation.source, uses.with_columns(wanted)


def _computed(relation: Compute, uses: Uses, wanted: Wanted) -> Iterator[Source]:
    made = {item.name for item in relation.items}
    yield relation.source, uses.with_columns(None if wanted is None else wanted - made)


def _chosen(relation: Choose, uses: Uses, _wanted: Wanted) -> Iterator[Source]:
    yield relation.source, uses.with_columns(())


def _grouped(relation: Aggregate, uses: Uses, wanted: Wanted) -> Iterator[Source]:
    kept = [item for item in relation.aggregates if wanted is None or not is_part(item) or item.name in wanted]
    own = Uses.of(relation.keys, tuple(kept))
    own.everything = uses.everything
    yield relation.source, own.with_columns(())


def is_part(item: Item) -> bool:
    """Whether an aggregate is one column of several, as those of `arg_max(x, *)` are."""
    return isinstance(item.value, Apply) and item.value.function == "part"


def _joined(relation: Join, _uses: Uses, wanted: Wanted) -> Iterator[Source]:
    left = Uses.of(tuple(key for key, _ in relation.keys))
    right = Uses.of(tuple(key for _, key in relation.keys))
    kind = relation.kind
    if kind.startswith("right") and kind != "rightouter":
        yield relation.source, left.with_columns(())
        yield relation.right, right.with_columns(wanted)
        return
    yield relation.source, left.with_columns(wanted)
    if wanted is None and kind in _BOTH:
        yield relation.right, None
    else:
        brought = brought_names(relation) if kind in _BOTH else {}
        yield relation.right, right.with_columns(old for old, new in brought.items() if new in (wanted or ()))


_BOTH = ("inner", "innerunique", "leftouter", "rightouter", "fullouter")


def brought_names(relation: Join) -> dict[str, str]:
    """The columns that a join brings from the right, and the names that they get."""
    dropped = {key.name for _, key in relation.keys if isinstance(key, ColumnValue)} if relation.lookup else set()
    return suffixed([name for name in relation.right.row if name not in dropped], relation.source.row)


def _united(relation: Union, _uses: Uses, wanted: Wanted) -> Iterator[Source]:
    for one, parts in zip(relation.inputs, relation.parts, strict=True):
        if wanted is None:
            yield one, None
        else:
            named = parts_by_name(relation, one, parts)
            yield one, frozenset(part for name, part in named.items() if part is not None and name in wanted)


def parts_by_name(union: Union, one: Relation, parts: Iterable[str | None]) -> dict[str, str | None]:
    """For each column of a union the column of an input; those that were asked for later are known by their names."""
    parts = tuple(parts)
    later = [name if name in one.row else None for name in list(union.row)[len(parts) :]]
    return dict(zip(union.row, [*parts, *later], strict=True))


_SOURCES: dict[type, Callable[..., Iterator[Source]]] = {
    Filter: _through,
    Order: _through,
    Limit: _through,
    Expand: _through,
    ParseText: _through,
    Compute: _computed,
    Choose: _chosen,
    Aggregate: _grouped,
    Join: _joined,
    Union: _united,
}

_PLAIN = ("row", "span", "parts", "labels", "types")
_SLOTS: dict[type, tuple[str, ...]] = {}


def _slots(kind: type) -> tuple[str, ...]:
    """Where a relation has values and other relations."""
    if kind not in _SLOTS:
        every = (name for base in kind.__mro__ for name in getattr(base, "__slots__", ()))
        _SLOTS[kind] = tuple(name for name in every if name not in _PLAIN)
    return _SLOTS[kind]
