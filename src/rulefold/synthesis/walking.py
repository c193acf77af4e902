"""A row of a relation, and what has to be so for it to be there: a step for each node of the plan."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from rulefold.kql.lower.reading import brought_names, parts_by_name
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
    Elements,
    Expand,
    ExternalRows,
    Filter,
    GivenRows,
    Join,
    Limit,
    Order,
    Other,
    ParseText,
    Piped,
    Plugin,
    RangeRows,
    Relation,
    ScalarQuery,
    TableRows,
    Union,
    UnknownRows,
    Value,
    WatchlistRows,
)
from rulefold.kql.syntax import NOWHERE
from rulefold.kql.types import Type
from rulefold.synthesis import aggregates
from rulefold.synthesis.asking import Asking
from rulefold.synthesis.judging import constant
from rulefold.synthesis.parsing import parse_text
from rulefold.synthesis.symbols import AbsentFields, Fields, Unsolved, absent

_ELEMENTS = 4  # of an array that are tried
_ROWS = 8  # that are written in the query
_CONVERTED = {
    Type.STRING: "tostring",
    Type.LONG: "tolong",
    Type.INT: "toint",
    Type.REAL: "toreal",
    Type.DATETIME: "todatetime",
    Type.BOOL: "tobool",
}


def walk(solver: Asking, relation: Relation) -> Fields:
    """A row of a relation, with wishes about the events that it is made of.  Raises Unsolved, and MoreRows."""
    step = _STEPS.get(type(relation))
    if step is None:
        raise _refused(relation)
    return step(solver, relation)


def _refused(relation: Relation) -> Unsolved:
    match relation:
        case Plugin(name=name):
            what = f"the plug-in {name}"
        case Other(keyword=keyword):
            what = f"the operator {keyword}"
        case UnknownRows(why=why):
            what = f"rows of which nothing is known: {why}"
        case _:
            what = _NAMES.get(type(relation).__name__, type(relation).__name__)
    return Unsolved(f"found {what}, which events are not worked out for", relation.span)


_NAMES = {
    "Series": "make-series",
    "ParseKeys": "parse-kv",
    "TopNested": "top-nested",
}


def put(solver: Asking, value: Value, row: Fields) -> Value:
    """A value with the fields of a row in the place of its columns."""
    match value:
        case Constant() | AllColumns():
            return value
        case ColumnValue(_, name):
            return _field(row, name, value)
        case Apply(_, _, arguments):
            given = tuple(put(solver, one, row) for one in arguments)
            same = all(one is other for one, other in zip(given, arguments, strict=True))
            return value if same else replace(value, arguments=given)
        case Access(_, target, key):
            inner, step = put(solver, target, row), put(solver, key, row)
            return value if inner is target and step is key else replace(value, target=inner, key=step)
        case ScalarQuery(_, relation) if solver.is_free(value):
            return solver.row(relation)[next(iter(relation.row))]
    return value


def _field(row: Fields, name: str, value: Value) -> Value:
    try:
        return row[name]
    except KeyError:
        raise Unsolved(f"found the column {name}, of which nothing is known", value.span) from None


# ------------------------------------------------------------------------------------------------------------ sources


def _table(solver: Asking, relation: TableRows) -> Fields:
    return solver.event(relation, relation.name)


def _given(solver: Asking, relation: GivenRows) -> Fields:
    ways = min(len(relation.rows), _ROWS)
    if not ways:
        raise Unsolved("found a table without rows", relation.span)
    values = relation.rows[solver.choices.pick(id(relation), ways)]
    return Fields(dict(zip(relation.row, values, strict=True)))


def _read(solver: Asking, relation: Relation) -> Fields:
    """A row of what there is beside events: of a watchlist, or of a file that stands for external data."""
    rows = solver.judge.listed(relation)
    if not rows:
        raise Unsolved("found a table without rows", relation.span)
    values = rows[solver.choices.pick(id(relation), min(len(rows), _ROWS))]
    columns = relation.row.columns.items()
    return Fields({name: constant(value, column.type) for (name, column), value in zip(columns, values, strict=True)})


def _range(_solver: Asking, relation: RangeRows) -> Fields:
    return Fields({next(iter(relation.row)): relation.start})


def _union(solver: Asking, relation: Union) -> Fields:
    known = [number for number, one in enumerate(relation.inputs) if not isinstance(one, UnknownRows)]
    if not known:
        raise Unsolved("found a union of tables of which nothing is known", relation.span)
    number = known[solver.choices.pick(id(relation), len(known))]
    source = relation.inputs[number]
    row = walk(solver, source)
    own: dict[str, Value] = {}
    for name, part in parts_by_name(relation, source, relation.parts[number]).items():
        column = relation.row.find(name)
        type_ = column.type if column else Type.STRING
        if part is None:
            own[name] = absent(type_)
        else:
            try:
                own[name] = row[part]
            except KeyError:
                own[name] = absent(type_)
    if relation.label is not None:
        own[relation.label] = Constant(Type.STRING, relation.labels[number])
    return Fields(own)


# ---------------------------------------------------------------------------------------------------------- operators


def _through(solver: Asking, relation: Piped) -> Fields:
    return walk(solver, relation.source)


def _other(solver: Asking, relation: Other) -> Fields:
    if relation.keyword != "serialize":
        raise _refused(relation)
    return walk(solver, relation.source)


def _filter(solver: Asking, relation: Filter) -> Fields:
    row = walk(solver, relation.source)
    solver.truth(put(solver, relation.condition, row), True)
    return row


def _compute(solver: Asking, relation: Compute) -> Fields:
    row = walk(solver, relation.source)
    return Fields({name: put(solver, value, row) for name, value in relation.items}, row)


def _choose(solver: Asking, relation: Choose) -> Fields:
    row = walk(solver, relation.source)
    return Fields({name: put(solver, value, row) for name, value in relation.items})


def _aggregate(solver: Asking, relation: Aggregate) -> Fields:
    """One group, of so many rows as it has to have; all have its keys."""
    group = id(relation)
    rows = [walk(solver, relation.source) for _ in range(solver.sizes.of(group))]
    own: dict[str, Value] = {}
    for name, value in relation.keys:
        keys = [put(solver, value, row) for row in rows]
        own[name] = keys[0]
        for key in keys[1:]:
            if solver.is_free(key):
                solver.equal(keys[0], key, value.span)
    solver.groups.append((group, tuple(own.values())))
    for name, value in relation.aggregates:
        own[name] = _gathered(solver, value, rows, group)
    return Fields(own)


def _distinct(solver: Asking, relation: Distinct) -> Fields:
    row = walk(solver, relation.source)
    solver.groups.append((id(relation), tuple(row[name] for name in relation.row)))
    return row


def apart(solver: Asking, rows: list[Fields]) -> None:
    """Have several rows come of several groups, where they come of groups."""
    if len(rows) < 2 or not solver.groups:
        return
    last = solver.groups[-1][0]
    groups = [keys for group, keys in solver.groups if group == last]
    places = [[solver.place(key) for key in column if solver.is_free(key)] for column in zip(*groups, strict=True)]
    known = [[spot for spot in column if spot is not None] for column in places]
    ways = [column for column in known if len(column) == len(rows)]
    if ways:
        solver.apart(ways[solver.choices.pick("apart", len(ways))], NOWHERE)


def _gathered(solver: Asking, value: Value, rows: list[Fields], group: int) -> Value:
    match value:
        case Apply(_, "part", (Apply(_, name, _) as whole, part)):
            last = rows[-1:] if name in ("arg_max", "argmax") else rows
            chosen = whole.arguments[0] if name.startswith("percentile") else part
            return aggregates.of(replace(whole, type=value.type), [(put(solver, chosen, row),) for row in last], group)
        case Apply(_, name, arguments) if name in aggregates.NAMES:
            return aggregates.of(value, [tuple(put(solver, one, row) for one in arguments) for row in rows], group)
        case Apply(_, _, arguments):
            return replace(value, arguments=tuple(_gathered(solver, one, rows, group) for one in arguments))
        case Access(_, target, key):
            return replace(value, target=_gathered(solver, target, rows, group), key=key)
    return put(solver, value, rows[0])


def _join(solver: Asking, relation: Join) -> Fields:
    kind = relation.kind
    if kind in ("leftanti", "leftantisemi", "anti"):
        return walk(solver, relation.source)
    if kind in ("rightanti", "rightantisemi"):
        return walk(solver, relation.right)
    sides = _sides(solver, relation)
    left = walk(solver, relation.source) if sides != "right" else AbsentFields(relation.source)
    right = walk(solver, relation.right) if sides != "left" else AbsentFields(relation.right)
    if sides == "both":
        for one, other in relation.keys:
            solver.equal(put(solver, one, left), put(solver, other, right), one.span)
    if kind in ("leftsemi", "rightsemi"):
        return left if kind == "leftsemi" else right
    brought = {new: right[old] for old, new in brought_names(relation).items() if _has(right, old)}
    return Fields(brought, left)


def _has(row: Fields, name: str) -> bool:
    try:
        row[name]
    except KeyError:
        return False
    return True


def _sides(solver: Asking, relation: Join) -> str:
    """Which sides of an outer join are there: one alone is fewer events."""
    ways = {"leftouter": ("left", "both"), "rightouter": ("right", "both"), "fullouter": ("left", "right", "both")}
    found = ways.get(relation.kind, ("both",))
    return found[solver.choices.pick(id(relation), len(found))] if len(found) > 1 else "both"


def _elements_of(solver: Asking, relation: Expand | ApplyEach, row: Fields) -> dict[str, Value]:
    """An element of each of the arrays."""
    number = solver.choices.pick(id(relation), _ELEMENTS)
    own: dict[str, Value] = {}
    for (name, value), type_ in zip(relation.items, relation.types, strict=True):
        given = put(solver, value, row)
        if not solver.is_free(given):
            own[name] = _constant_element(solver, given, number, type_)
            continue
        step = Constant(Type.LONG, number)
        element: Value = Access(Type.DYNAMIC, given, step, span=value.span)
        if (convert := _CONVERTED.get(type_)) is not None:
            element = Apply(type_, convert, (element,), span=value.span)
        own[name] = element
    if relation.index is not None:
        own[relation.index] = Constant(Type.LONG, number)
    return own


def _constant_element(solver: Asking, given: Value, number: int, type_: Type) -> Value:
    from rulefold.synthesis.judging import constant

    found = solver.constant(given)
    if isinstance(found, list):
        if number >= len(found):
            raise Unsolved("found an array without so many elements", given.span)
        found = found[number]
    if isinstance(found, dict | list):
        raise Unsolved("found an array of bags that is written in the query", given.span)
    return constant(found, type_)


def _expand(solver: Asking, relation: Expand) -> Fields:
    row = walk(solver, relation.source)
    return Fields(_elements_of(solver, relation, row), row)


def _apply_each(solver: Asking, relation: ApplyEach) -> Fields:
    row = walk(solver, relation.source)
    solver.elements.append(Fields(_elements_of(solver, relation, row), row))
    inner = walk(solver, relation.query)
    solver.elements.pop()
    own = {name: inner[name] for name in relation.query.row if _has(inner, name)}
    return Fields(own, row)


def _elements(solver: Asking, relation: Elements) -> Fields:
    if not solver.elements:
        raise _refused(relation)
    return solver.elements[-1]


def _plugin(solver: Asking, relation: Plugin) -> Fields:
    """`bag_unpack`: a column for each member of a bag."""
    if relation.name != "bag_unpack" or not relation.arguments:
        raise _refused(relation)
    row = walk(solver, relation.source)
    bag = put(solver, relation.arguments[0], row)
    prefix = relation.arguments[1] if len(relation.arguments) > 1 else None
    before = str(solver.constant(prefix)) if prefix is not None and prefix.type is Type.STRING else ""
    return _Unpacked(bag, before, row, relation)


class _Unpacked(Fields):
    """The columns of a row, and the members of a bag of it."""

    __slots__ = ("_bag", "_prefix", "_relation", "_source")

    def __init__(self, bag: Value, prefix: str, source: Fields, relation: Plugin) -> None:
        super().__init__({})
        self._bag, self._prefix, self._source, self._relation = bag, prefix, source, relation

    def made(self, name: str) -> Value:
        if name in self._relation.source.row:
            return self._source[name]
        found = self._relation.row.find(name)
        if found is None:
            raise KeyError(name)
        key = Constant(Type.STRING, name.removeprefix(self._prefix))
        member = Access(Type.DYNAMIC, self._bag, key, span=self._relation.span)
        convert = _CONVERTED.get(found.type)
        return Apply(found.type, convert, (member,), span=self._relation.span) if convert else member


def _parse(solver: Asking, relation: ParseText) -> Fields:
    row = walk(solver, relation.source)
    parsed = solver.event(relation, "")
    columns = {part[0]: parsed[part[0]] for part in relation.pattern if isinstance(part, tuple)}
    parse_text(solver, relation, put(solver, relation.text, row), columns)
    return Fields(columns, row)


_STEPS: Mapping[type, Callable[..., Fields]] = {
    TableRows: _table,
    GivenRows: _given,
    RangeRows: _range,
    WatchlistRows: _read,
    ExternalRows: _read,
    Union: _union,
    Filter: _filter,
    Compute: _compute,
    Choose: _choose,
    Aggregate: _aggregate,
    Distinct: _distinct,
    Order: _through,
    Limit: _through,
    Join: _join,
    Expand: _expand,
    ApplyEach: _apply_each,
    Elements: _elements,
    ParseText: _parse,
    Plugin: _plugin,
    Other: _other,
}
