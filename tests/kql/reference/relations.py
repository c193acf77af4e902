"""Relations: the rows of each node of a plan, as dicts by column, in the order in which they come."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rulefold.kql.plan import (
    Access,
    Aggregate,
    AllColumns,
    Apply,
    ApplyEach,
    Choose,
    ColumnValue,
    Compute,
    Constant,
    Distinct,
    DynamicConstant,
    Elements,
    Expand,
    Filter,
    GivenRows,
    Item,
    Join,
    Key,
    Limit,
    Order,
    Other,
    ParseKeys,
    ParseText,
    Plugin,
    RangeRows,
    Relation,
    ScalarQuery,
    Series,
    TableRows,
    TableValue,
    TopNested,
    TypeValue,
    Union,
    Value,
)
from rulefold.kql.syntax import Json, JsonArray, JsonObject
from rulefold.kql.types import Type
from tests.kql.reference import discovering, parsing
from tests.kql.reference.aggregates import AGGREGATES, Group, row_of_extreme
from tests.kql.reference.scalars import FUNCTIONS, Call, access, either
from tests.kql.reference.values import Unsupported, convert, identity, null, sort_key, to_dynamic

Row = dict[str, Any]
_LEFT_ONLY = {"leftsemi": True, "leftanti": False, "leftantisemi": False, "anti": False}
_RIGHT_ONLY = {"rightsemi": True, "rightanti": False, "rightantisemi": False}


@dataclass(frozen=True, slots=True)
class At:
    """What a value is worked out over: a row, among the rows around it; or a pair of rows of a join."""

    row: Row
    rows: Sequence[Row] = ()
    number: int = 0
    sides: Mapping[str, Row] | None = None


class Reference:
    """Works out plans over tables."""

    def __init__(self, tables: Mapping[str, Sequence[Row]], now: int | None = None) -> None:
        """Tables by name, their rows by column; `now` in ticks."""
        self._tables, self._now = tables, now
        self._elements: list[list[Row]] = []

    def rows(self, relation: Relation) -> list[Row]:
        """The rows of a relation."""
        work = _RELATIONS.get(type(relation))
        if work is None:
            raise Unsupported(type(relation).__name__)
        return work(self, relation)

    # ------------------------------------------------------------------------------------------------------ values

    def value(self, value: Value, at: At) -> Any:
        """A value over a row."""
        match value:
            case Constant():
                return null(value.type) if value.value is None else value.value
            case DynamicConstant():
                return _plain(value.value)
            case ColumnValue():
                return (at.sides[value.side] if at.sides and value.side else at.row)[value.name]
            case Access():
                return access(self.value(value.target, at), self.value(value.key, at))
            case ScalarQuery():
                found = self.rows(value.relation)
                return next(iter(found[0].values())) if found else null(value.type)
            case Apply():
                return self._apply(value, at)
        raise Unsupported(type(value).__name__)

    def _apply(self, apply: Apply, at: At) -> Any:
        if apply.function in _WINDOWS:
            return _WINDOWS[apply.function](self, apply, at)
        if apply.function in ("now", "ago"):
            return self._time(apply, at)
        if apply.arguments and isinstance(apply.arguments[0], AllColumns):
            return self._any_column(apply, at)
        function = FUNCTIONS.get(apply.function)
        if function is None:
            raise Unsupported(apply.function)
        values: list[Any] = []
        types: list[Type] = []
        for one in apply.arguments:
            if isinstance(one, TableValue):
                first = next(iter(one.relation.row))
                found = [row[first] for row in self.rows(one.relation)]
                values += found
                types += [one.relation.row.columns[first].type] * len(found)
            else:
                values.append(None if isinstance(one, TypeValue) else self.value(one, at))
                types.append(one.type)
        return function(Call(apply.function, apply.type, tuple(values), tuple(types)))

    def over(self, value: Value, row: Row) -> Any:
        """A value over a row alone."""
        return self.value(value, At(row))

    def _time(self, apply: Apply, at: At) -> Any:
        span = self.value(apply.arguments[0], at) if apply.arguments else 0
        if self._now is None or span is None:
            raise Unsupported("the time")
        return self._now - span if apply.function == "ago" else self._now + span

    def _any_column(self, apply: Apply, at: At) -> bool:
        columns = [name for name, value in at.row.items() if isinstance(value, str)]
        tests = [
            self._apply(
                Apply(apply.type, apply.function, (Constant(Type.STRING, at.row[one]), *apply.arguments[1:])), at
            )
            for one in columns
        ]
        return either(tests) is True

    def each(self, items: Sequence[Item], rows: Sequence[Row]) -> list[Row]:
        """The values of items over each row."""
        return [
            {item.name: self.value(item.value, At(row, rows, number)) for item in items}
            for number, row in enumerate(rows)
        ]

    # -------------------------------------------------------------------------------------------------- where from

    def _table(self, relation: TableRows) -> list[Row]:
        return [
            {
                name: null(column.type) if row[name] is None else row[name]
                for name, column in relation.row.columns.items()
            }
            for row in self._tables[relation.name]
        ]

    def _given(self, relation: GivenRows) -> list[Row]:
        columns = relation.row.columns.items()
        return [
            {
                name: convert(self.value(value, At({})), value.type, column.type)
                for (name, column), value in zip(columns, row, strict=True)
            }
            for row in relation.rows
        ]

    def _range(self, relation: RangeRows) -> list[Row]:
        start, stop, step = (self.value(one, At({})) for one in (relation.start, relation.stop, relation.step))
        if None in (start, stop, step) or isinstance(start + stop + step, float):
            raise Unsupported("a range of reals or nulls")
        stop += (step > 0) - (step < 0)
        return [{next(iter(relation.row)): one} for one in range(start, stop, step)] if step else []

    # ---------------------------------------------------------------------------------------------- one row by one

    def _filter(self, relation: Filter) -> list[Row]:
        rows = self.rows(relation.source)
        type_ = relation.condition.type
        return [
            row
            for number, row in enumerate(rows)
            if convert(self.value(relation.condition, At(row, rows, number)), type_, Type.BOOL) is True
        ]

    def _compute(self, relation: Compute) -> list[Row]:
        rows = self.rows(relation.source)
        return [row | new for row, new in zip(rows, self.each(relation.items, rows), strict=True)]

    def _choose(self, relation: Choose) -> list[Row]:
        return self.each(relation.items, self.rows(relation.source))

    # ------------------------------------------------------------------------------------------------------ groups

    def _aggregate(self, relation: Aggregate) -> list[Row]:
        rows = self.rows(relation.source)
        if self._elements and not rows and not relation.keys:
            # Kusto's documentation does not say whether there is a row then, as outside of mv-apply, or none.
            raise Unsupported("an aggregate of no elements")
        return self.grouped(rows, relation.keys, relation.aggregates)

    def grouped(self, rows: Sequence[Row], keys: Sequence[Item], aggregates: Sequence[Item]) -> list[Row]:
        """A row for each group; where there are no keys all rows are one."""
        groups: dict[object, tuple[Row, list[Row]]] = {}
        if not keys:
            groups[()] = ({}, list(rows))
        for row, found in zip(rows, self.each(keys, rows), strict=True) if keys else ():
            name = tuple(identity(one) for one in found.values())
            groups.setdefault(name, (found, []))[1].append(row)
        return [
            found | {item.name: self._aggregated(item.value, group) for item in aggregates}
            for found, group in groups.values()
        ]

    def _aggregated(self, value: Value, rows: Sequence[Row]) -> Any:
        """A value over a group: aggregates, and what is made of them."""
        if not isinstance(value, Apply):
            return self.value(value, At({}))
        if value.function == "part":
            return self._part(value, rows)
        types = tuple(one.type for one in value.arguments)
        if (aggregate := AGGREGATES.get(value.function)) is not None:
            lines = [tuple(self.value(one, At(row)) for one in value.arguments) for row in rows]
            return aggregate(Group(value.function, value.type, lines, types))
        if value.function not in FUNCTIONS:
            raise Unsupported(value.function)
        values = tuple(self._aggregated(one, rows) for one in value.arguments)
        return FUNCTIONS[value.function](Call(value.function, value.type, values, types))

    def _part(self, part: Apply, rows: Sequence[Row]) -> Any:
        whole, wanted = part.arguments
        assert isinstance(whole, Apply)
        if whole.function not in ("arg_max", "arg_min", "argmax", "argmin"):
            raise Unsupported(whole.function)
        key = whole.arguments[0]
        found = row_of_extreme(whole.function, [self.value(key, At(row)) for row in rows], key.type)
        return null(part.type) if found is None else self.value(wanted, At(rows[found]))

    def _distinct(self, relation: Distinct) -> list[Row]:
        rows = self.rows(relation.source)
        return list({tuple(map(identity, row.values())): row for row in rows[::-1]}.values())[::-1]

    # --------------------------------------------------------------------------------------------- order and number

    def _order(self, relation: Order) -> list[Row]:
        return self._sorted(self.rows(relation.source), relation.keys)

    def _sorted(self, rows: Sequence[Row], keys: Sequence[Key]) -> list[Row]:
        def place(row: Row) -> tuple[object, ...]:
            return tuple(
                sort_key(
                    self.value(one.value, At(row)), one.value.type, ascending=one.ascending, nulls_first=one.nulls_first
                )
                for one in keys
            )

        return sorted(rows, key=place)

    def _limit(self, relation: Limit) -> list[Row]:
        rows, count = self.rows(relation.source), self.value(relation.count, At({}))
        if relation.sampled and count < len(rows):
            raise Unsupported("a sample")
        return rows[:count]

    # ----------------------------------------------------------------------------------------------------- several

    def _join(self, relation: Join) -> list[Row]:
        left, right = self.rows(relation.source), self.rows(relation.right)
        ours = [self._keys(relation, 0, row) for row in left]
        theirs = [self._keys(relation, 1, row) for row in right]
        kind = relation.kind
        if kind in _LEFT_ONLY:
            return [row for row, key in zip(left, ours, strict=True) if (key in theirs) is _LEFT_ONLY[kind]]
        if kind in _RIGHT_ONLY:
            return [row for row, key in zip(right, theirs, strict=True) if (key in ours) is _RIGHT_ONLY[kind]]
        if kind == "innerunique":
            first = {key: number for number, key in reversed(list(enumerate(ours)))}
            left, ours = [left[n] for n in sorted(first.values())], [ours[n] for n in sorted(first.values())]
        pairs: list[tuple[Row | None, Row | None]] = [
            (one, other)
            for (one, key), (other, its) in itertools.product(
                zip(left, ours, strict=True), zip(right, theirs, strict=True)
            )
            if key == its
        ]
        if kind in ("leftouter", "fullouter"):
            pairs += [(row, None) for row, key in zip(left, ours, strict=True) if key not in theirs]
        if kind in ("rightouter", "fullouter"):
            pairs += [(None, row) for row, key in zip(right, theirs, strict=True) if key not in ours]
        return [self._together(relation, one, other) for one, other in pairs]

    def _keys(self, relation: Join, side: int, row: Row) -> tuple[object, ...]:
        names = ("left", "right")
        return tuple(identity(self.value(pair[side], At({}, sides={names[side]: row}))) for pair in relation.keys)

    def _together(self, relation: Join, left: Row | None, right: Row | None) -> Row:
        """A row of both sides; where one is not there, its nulls."""
        ours = list(relation.source.row)
        dropped = {key.name for _, key in relation.keys if isinstance(key, ColumnValue)} if relation.lookup else set()
        theirs = [name for name in relation.right.row if name not in dropped]
        values = [null(relation.source.row.columns[one].type) if left is None else left[one] for one in ours]
        values += [null(relation.right.row.columns[one].type) if right is None else right[one] for one in theirs]
        return dict(zip(relation.row, values, strict=True))

    def _union(self, relation: Union) -> list[Row]:
        found: list[Row] = []
        for number, (one, parts) in enumerate(zip(relation.inputs, relation.parts, strict=True)):
            for row in self.rows(one):
                new = {
                    name: null(column.type) if part is None else row[part]
                    for (name, column), part in zip(relation.row.columns.items(), parts, strict=True)
                }
                if relation.label is not None:
                    new[relation.label] = relation.labels[number]
                found.append(new)
        return found

    # ------------------------------------------------------------------------------------------------------ arrays

    def _expand(self, relation: Expand) -> list[Row]:
        return [new for row in self.rows(relation.source) for new in self._expanded(row, relation)]

    def _expanded(self, row: Row, relation: Expand | ApplyEach) -> list[Row]:
        """A row for each element; where an array is shorter than another, null."""
        as_arrays = isinstance(relation, Expand) and relation.as_arrays
        arrays = [_elements(self.value(item.value, At(row)), as_arrays=as_arrays) for item in relation.items]
        limit = None if relation.limit is None else self.value(relation.limit, At(row))
        found: list[Row] = []
        for number, elements in enumerate(list(itertools.zip_longest(*arrays))[:limit]):
            new = dict(row)
            for item, type_, element in zip(relation.items, relation.types, elements, strict=True):
                new[item.name] = convert(element, Type.DYNAMIC, type_)
            if relation.index is not None:
                new[relation.index] = number
            found.append(new)
        return found

    def _apply_each(self, relation: ApplyEach) -> list[Row]:
        own = {item.name for item in relation.items}
        found: list[Row] = []
        for row in self.rows(relation.source):
            for inner in self._inside(self._expanded(row, relation), relation.query):
                outer = {name: value for name, value in row.items() if name not in own}
                found.append({name: (outer | inner)[name] for name in relation.row})
        return found

    def _inside(self, rows: list[Row], query: Relation) -> list[Row]:
        self._elements.append(rows)
        try:
            return self.rows(query)
        finally:
            self._elements.pop()

    def _start(self, _relation: Elements) -> list[Row]:
        return self._elements[-1]

    # -------------------------------------------------------------------------------------------------------- rest

    def _parse(self, relation: ParseText) -> list[Row]:
        found: list[Row] = []
        for row in self.rows(relation.source):
            text = convert(self.value(relation.text, At(row)), relation.text.type, Type.STRING)
            new, matches = parsing.columns_of(relation, text)
            if matches or not relation.only_matching:
                found.append({name: (row | new)[name] for name in relation.row})
        return found

    def _parse_keys(self, relation: ParseKeys) -> list[Row]:
        found: list[Row] = []
        for row in self.rows(relation.source):
            text = convert(self.value(relation.text, At(row)), relation.text.type, Type.STRING)
            found.append(row | parsing.values_of_keys(relation, text))
        return [{name: row[name] for name in relation.row} for row in found]

    def _series(self, relation: Series) -> list[Row]:
        if relation.start is None or relation.stop is None:
            raise Unsupported("make-series without from and to")
        start, stop, step = (self.value(one, At({})) for one in (relation.start, relation.stop, relation.step))
        if None in (start, stop, step) or isinstance(step, float) or step <= 0:
            raise Unsupported("an axis of reals or nulls")
        points = list(range(start, stop + relation.ranged, step))
        source = self.rows(relation.source)
        places = [self.value(relation.axis.value, At(row)) for row in source]
        axis = [None if one is None else (one - start) // step for one in places]
        kept = [
            row | {"$bin": n} for row, n in zip(source, axis, strict=True) if n is not None and 0 <= n < len(points)
        ]
        bins = Item("$bin", ColumnValue(Type.LONG, "$bin"))
        groups: dict[object, Row] = {}
        for row in self.grouped(kept, [*relation.keys, bins], relation.aggregates):
            keys = {item.name: row[item.name] for item in relation.keys}
            new = groups.setdefault(tuple(map(identity, keys.values())), keys | self._empty(relation, len(points)))
            for item in relation.aggregates:
                new[item.name][row["$bin"]] = to_dynamic(row[item.name], item.value.type)
        texts = [to_dynamic(one, relation.axis.value.type) for one in points]
        return [{name: (row | {relation.axis.name: texts})[name] for name in relation.row} for row in groups.values()]

    def _empty(self, relation: Series, size: int) -> Row:
        new: Row = {}
        for item, default in zip(relation.aggregates, relation.defaults, strict=True):
            type_ = item.value.type
            if type_ not in (Type.LONG, Type.REAL):
                raise Unsupported(f"a series of {type_}")
            filler = 0 if default is None else self.value(default, At({}))
            new[item.name] = [convert(filler, Type.LONG if default is None else default.type, type_)] * size
        return new

    def _top_nested(self, relation: TopNested) -> list[Row]:
        source = self.rows(relation.source)
        keys: list[Item] = []
        kept: list[Row] = [{}]
        for count, of, by, key, others in relation.levels:
            if others is not None:
                raise Unsupported("with others")
            level = self.grouped(source, [*keys, of], [by])
            kept = [outer | row for outer in kept for row in self._best(level, outer, keys, count, by, key)]
            keys.append(of)
        return [{name: row[name] for name in relation.row} for row in kept]

    def _best(
        self, level: Sequence[Row], outer: Row, keys: Sequence[Item], count: Value | None, by: Item, key: Key
    ) -> list[Row]:
        rows = [row for row in level if all(identity(row[one.name]) == identity(outer[one.name]) for one in keys)]
        value = ColumnValue(by.value.type, by.name)
        rows = self._sorted(rows, [Key(value, key.ascending, key.ascending)])
        number = len(rows) if count is None else self.value(count, At({}))
        if number < len(rows) and identity(rows[number][by.name]) == identity(rows[number - 1][by.name]):
            raise Unsupported("several that are the last of the top")
        return rows[:number]

    def _other(self, relation: Other) -> list[Row]:
        if relation.keyword in _OTHERS:
            return _OTHERS[relation.keyword](self, relation)
        rows = self.rows(relation.source)
        if relation.keyword == "serialize":
            return rows
        if relation.keyword == "partition":
            key, table = relation.values
            assert isinstance(table, TableValue)
            groups: dict[object, list[Row]] = {}
            for row in rows:
                groups.setdefault(identity(self.value(key, At(row))), []).append(row)
            return [new for group in groups.values() for new in self._inside(group, table.relation)]
        raise Unsupported(relation.keyword)


# ---------------------------------------------------------------------------------------------------------- windows


def _neighbour(direction: int) -> Callable[[Reference, Apply, At], Any]:
    def neighbour(reference: Reference, apply: Apply, at: At) -> Any:
        value = apply.arguments[0]
        offset = reference.value(apply.arguments[1], at) if len(apply.arguments) > 1 else 1
        number = at.number + direction * offset
        if 0 <= number < len(at.rows):
            return reference.value(value, At(at.rows[number], at.rows, number))
        if len(apply.arguments) > 2:
            return convert(reference.value(apply.arguments[2], at), apply.arguments[2].type, value.type)
        return null(value.type)

    return neighbour


def _since_restart(reference: Reference, apply: Apply, at: At) -> list[int]:
    """The numbers of the rows up to this one, from where it was last said that all starts anew."""
    found: list[int] = []
    for number in range(at.number + 1):
        here = At(at.rows[number], at.rows, number)
        if len(apply.arguments) > 1 and reference.value(apply.arguments[1], here) is True:
            found = []
        found.append(number)
    return found


def _row_number(reference: Reference, apply: Apply, at: At) -> int:
    first = reference.value(apply.arguments[0], at) if apply.arguments else 1
    return len(_since_restart(reference, apply, at)) + int(first) - 1


def _running_sum(reference: Reference, apply: Apply, at: At) -> Any:
    numbers = _since_restart(reference, apply, at)
    values = [reference.value(apply.arguments[0], At(at.rows[n], at.rows, n)) for n in numbers]
    total = sum(one for one in values if one is not None)
    if abs(total) >= 2**62:
        raise Unsupported("a large running sum")
    return float(total) if apply.type is Type.REAL else total


_WINDOWS: dict[str, Callable[[Reference, Apply, At], Any]] = {
    "prev": _neighbour(-1),
    "next": _neighbour(1),
    "row_number": _row_number,
    "row_cumsum": _running_sum,
}


def _elements(value: Any, *, as_arrays: bool) -> list[Any]:
    """The elements of an array; a bag is one bag or pair for each key; all else is alone."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return [[key, one] if as_arrays else {key: one} for key, one in value.items()]
    return [value]


def _plain(value: Json) -> Any:
    if isinstance(value, JsonObject):
        bag: Row = {}
        for name, member in value.members:
            bag.setdefault(name, _plain(member))
        return bag
    if isinstance(value, JsonArray):
        return [_plain(one) for one in value.items]
    return to_dynamic(value.value, value.type)


_OTHERS: dict[str, Callable[[Reference, Other], list[Row]]] = {
    "search": discovering.search,
    "find": discovering.find,
    "getschema": discovering.schema,
}
_RELATIONS: dict[type, Callable[..., list[Row]]] = {
    TableRows: Reference._table,
    GivenRows: Reference._given,
    RangeRows: Reference._range,
    Filter: Reference._filter,
    Compute: Reference._compute,
    Choose: Reference._choose,
    Aggregate: Reference._aggregate,
    Distinct: Reference._distinct,
    Order: Reference._order,
    Limit: Reference._limit,
    Join: Reference._join,
    Union: Reference._union,
    Expand: Reference._expand,
    ApplyEach: Reference._apply_each,
    Elements: Reference._start,
    ParseText: Reference._parse,
    ParseKeys: Reference._parse_keys,
    Plugin: discovering.plugin,
    Series: Reference._series,
    TopNested: Reference._top_nested,
    Other: Reference._other,
}
