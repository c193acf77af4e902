"""Relations whose columns or rows are found by looking through all that there is: plug-ins, `search` and `find`."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rulefold.kql.plan import (
    REST,
    Apply,
    Column,
    ColumnValue,
    Constant,
    Filter,
    Item,
    Other,
    Plugin,
    Row,
    TableRows,
    Union,
    Value,
)
from rulefold.kql.types import Type
from tests.kql.reference.scalars import access, both, either, opposite
from tests.kql.reference.values import Unsupported, convert, has, identity, lower, to_string

if TYPE_CHECKING:
    from tests.kql.reference.relations import Reference

Line = dict[str, Any]
_KINDS: Mapping[type, Type] = {str: Type.STRING, bool: Type.BOOL, int: Type.LONG, float: Type.REAL}
_SYSTEM_NAMES: Mapping[Type, str] = {
    Type.LONG: "System.Int64",
    Type.REAL: "System.Double",
    Type.STRING: "System.String",
    Type.DATETIME: "System.DateTime",
    Type.TIMESPAN: "System.TimeSpan",
    Type.BOOL: "System.SByte",
    Type.DYNAMIC: "System.Object",
}


# --------------------------------------------------------------------------------------------------------- plug-ins


def columns_of(reference: "Reference", plugin: Plugin) -> Row:
    """The columns that a plug-in finds in the data, those of the rows before first."""
    values = _arguments(reference, plugin)
    columns = dict(plugin.row.columns)
    if plugin.name == "pivot":
        columns |= dict.fromkeys(
            sorted({to_string(one, plugin.arguments[0].type) for one in values}), Column(Type.LONG)
        )
        return Row(columns, open_=True)
    bags = [one for one in values if isinstance(one, dict)]
    names = sorted({name for bag in bags for name in bag})
    if not columns.keys().isdisjoint(names):
        raise Unsupported("a member of a bag with the name of a column")
    return Row(columns | {name: Column(_type(bags, name)) for name in names}, open_=True)


def _type(bags: Sequence[Mapping[str, Any]], name: str) -> Type:
    """The type of a member; dynamic where it has several."""
    types = {_KINDS.get(type(bag[name]), Type.DYNAMIC) for bag in bags if bag.get(name) is not None}
    if types == {Type.LONG, Type.REAL}:
        return Type.REAL
    return types.pop() if len(types) == 1 else Type.DYNAMIC


def plugin(reference: "Reference", relation: Plugin) -> list[Line]:
    """`bag_unpack` of a column, and `pivot` that counts."""
    if relation.name == "bag_unpack" and len(relation.arguments) == 1:
        bags = _arguments(reference, relation)
        rows = reference.rows(relation.source)
        return [_unpacked(row, bag, relation.row) for row, bag in zip(rows, bags, strict=True)]
    if relation.name == "pivot" and (len(relation.arguments) == 1 or _counts(relation.arguments[1])):
        return _pivot(reference, relation)
    raise Unsupported(relation.name)


def _counts(value: Value) -> bool:
    return isinstance(value, Apply) and value.function == "count"


def _arguments(reference: "Reference", relation: Plugin) -> list[Any]:
    rows = reference.rows(relation.source)
    return [row["$"] for row in reference.each([Item("$", relation.arguments[0])], rows)]


def _unpacked(row: Line, bag: Any, wanted: Row) -> Line:
    return {
        name: row[name] if name in row else convert(access(bag, name), Type.DYNAMIC, column.type)
        for name, column in wanted.columns.items()
    }


def _pivot(reference: "Reference", relation: Plugin) -> list[Line]:
    """For each group by the columns that are left, how many rows have each value."""
    value = relation.arguments[0]
    if not isinstance(value, ColumnValue) or len(relation.arguments) > 2:
        raise Unsupported("pivot by a value")
    groups: dict[object, Line] = {}
    for row in reference.rows(relation.source):
        keys = {name: one for name, one in row.items() if name != value.name}
        found = groups.setdefault(tuple(map(identity, keys.values())), dict.fromkeys(relation.row, 0) | keys)
        found[to_string(row[value.name], value.type)] += 1
    return [{name: row[name] for name in relation.row} for row in groups.values()]


# --------------------------------------------------------------------------------------------------------- searches


def search(reference: "Reference", relation: Other) -> list[Line]:
    """The rows in which something is found, with the name of the table of each."""
    together = relation.source
    assert isinstance(together, Union)
    rows = _labelled(reference, together, "$table", "search_arg")
    if relation.values:
        sensitive = getattr(relation.values[1], "value", False) is True
        rows = [row for row in rows if _found(reference, relation.values[0], row, together.row, sensitive=sensitive)]
    return rows


def find(reference: "Reference", relation: Other) -> list[Line]:
    """As `search`, with the columns that are asked for."""
    filtered = relation.source
    assert isinstance(filtered, Filter)
    together = filtered.source
    assert isinstance(together, Union)
    rows = _labelled(reference, together, next(iter(relation.row)), "union_arg")
    kept = [one for one in rows if _found(reference, filtered.condition, one, together.row, sensitive=False)]
    return [{name: one[name] for name in relation.row} for one in kept]


def _labelled(reference: "Reference", union: Union, label: str, otherwise: str) -> list[Line]:
    found: list[Line] = []
    for number, (one, parts) in enumerate(zip(union.inputs, union.parts, strict=True)):
        name = (
            union.labels[number] if union.labels else one.name if isinstance(one, TableRows) else f"{otherwise}{number}"
        )
        alone = Union(union.row, (one,), (parts,))
        found += [{label: name} | row for row in reference.rows(alone)]
    return found


def _found(reference: "Reference", condition: Value, row: Line, columns: Row, *, sensitive: bool) -> bool | None:
    """Whether a condition is true, in which a constant alone is a term of any column."""
    if isinstance(condition, Apply) and condition.function in ("and", "or", "not"):
        tests = [_found(reference, one, row, columns, sensitive=sensitive) for one in condition.arguments]
        return (
            opposite(tests[0])
            if condition.function == "not"
            else {"and": both, "or": either}[condition.function](tests)
        )
    if not isinstance(condition, Constant):
        return reference.over(condition, row) is True
    wanted = str(condition.value)
    if "*" in wanted:
        raise Unsupported("a part of a term")
    searched = ((name, one.type) for name, one in columns.columns.items() if one.type in _SEARCHED and name != REST)
    texts = [to_string(row[name], type_) for name, type_ in searched]
    return any(has(one, wanted) if sensitive else has(lower(one), lower(wanted)) for one in texts)


_SEARCHED = (Type.STRING, Type.DYNAMIC)


def schema(_reference: "Reference", relation: Other) -> list[Line]:
    """`getschema`: a row for each column."""
    columns = relation.source.row.columns.items()
    return [
        dict(zip(relation.row, (name, number, _SYSTEM_NAMES[column.type], str(column.type)), strict=True))
        for number, (name, column) in enumerate(columns)
    ]
