"""Where the value of an expression comes from: a cell, what is within it, or a place of its own that leads back."""

from dataclasses import replace
from typing import TYPE_CHECKING

from rulefold.kql.plan import Access, Apply, Constant, DynamicConstant, Value
from rulefold.kql.types import DYNAMICS, Type
from rulefold.synthesis import backwards
from rulefold.synthesis.symbols import Cell, Gathered, Spot, Step

if TYPE_CHECKING:
    from rulefold.synthesis.asking import Asking

_CONVERSIONS = frozenset(
    {"toint", "tolong", "toreal", "todouble", "todecimal", "todatetime", "totimespan", "toguid", "tobool", "toboolean"}
)
_FOLDS = frozenset({"tolower", "toupper", "trim", "trim_start", "trim_end", "url_decode", "materialize"})
PARSERS = frozenset({"parse_json", "todynamic", "parsejson"})
_FIRST = frozenset({"make_set", "make_list", "makeset", "makelist", "make_set_if", "make_list_if", "set_union"})


def place(solver: "Asking", value: Value) -> Spot | None:
    """The place whose value is that of an expression; None where the way back is not known."""
    found = direct(solver, value)
    if found is not None:
        return found
    back, like = backwards.way(solver, value)
    if back is None:
        return None
    return solver.made(key(value), value.type, _depth(value), back, like)


def direct(solver: "Asking", value: Value) -> Spot | None:
    """The place of a value in an event; None where it is worked out from several or in a way that is not known."""
    match value:
        case Cell(type_, event, name):
            return solver.known(Spot(event, name), type_)
        case Gathered(_, "sum" | "avg" | "percentile", ((inner, *_),)):
            return place(solver, inner)
        case Access():
            return _within(solver, value)
        case Apply(_, "tostring", (inner,)) if inner.type in (Type.STRING, Type.GUID, *DYNAMICS):
            return place(solver, inner)
        case Apply(_, "parse_xml", _):
            return None
        case Apply(_, name, (text,)) if name in PARSERS:
            return _parsed(solver, text)
        case Apply(_, name, arguments) if name in _CONVERSIONS or name in _FOLDS:
            return place(solver, arguments[1 if name.startswith("trim") and len(arguments) > 1 else 0])
        case Apply(_, "extract_json", (path, text, *_)) if isinstance(path, Constant):
            steps = _json_path(str(path.value))
            return None if steps is None else _below(solver, _parsed(solver, text), steps)
    return None


def _within(solver: "Asking", value: Access) -> Spot | None:
    """A member or an element of what has a place, or of what is put together in the query."""
    step = step_of(solver, value.key)
    if step is None:
        return None
    inner = resolved(solver, value.target, step)
    if inner is not None:
        return place(solver, inner)
    if not isinstance(step, str | int) or isinstance(step, bool):
        return None
    return _below(solver, direct(solver, value.target), (step,))


def step_of(solver: "Asking", key: Value) -> object:
    """The name or the number of a part; the length of an array without one is its end.  None where it is not known."""
    if not solver.is_free(key):
        return solver.constant(key)
    match key:
        case Apply(_, "-", (Apply(_, "array_length" | "arraylength", _), Constant(_, 1))):
            return -1
    return None


def resolved(solver: "Asking", target: Value, step: object) -> Value | None:
    """What is a member or an element of a value that is put together by the query."""
    match target:
        case Gathered(_, name, rows) if name in _FIRST and isinstance(step, int) and step < len(rows):
            return rows[step][0]
        case Apply(_, "array_slice", (items, start, _)) if isinstance(step, int) and not solver.is_free(start):
            first = solver.constant(start)
            if isinstance(first, int) and first >= 0:
                return Access(Type.DYNAMIC, items, Constant(Type.LONG, first + step), span=target.span)
        case Apply(_, "pack_array", arguments) if isinstance(step, int) and step < len(arguments):
            return arguments[step]
        case Apply(_, "pack" | "bag_pack" | "pack_dictionary", arguments):
            for member, held in zip(arguments[::2], arguments[1::2], strict=False):
                if not solver.is_free(member) and solver.constant(member) == step:
                    return held
        case Gathered(_, "make_bag", rows):
            return resolved(solver, rows[0][0], step)
    return None


def _below(solver: "Asking", base: Spot | None, steps: tuple[Step, ...]) -> Spot | None:
    if base is None or base.column == "":  # a place of its own has nothing within it
        return None
    given = tuple(max(step, 0) if isinstance(step, int) else step for step in steps)
    return solver.known(replace(base, path=(*base.path, *given)), Type.DYNAMIC)


def _parsed(solver: "Asking", text: Value) -> Spot | None:
    base = direct(solver, text)
    if base is None or base.column == "":
        return None
    origin = text
    while isinstance(origin, Apply) and origin.function in {*_FOLDS, "tostring", "replace_string", "replace"}:
        origin = origin.arguments[0]
    if origin.type in DYNAMICS:
        return base
    return _below(solver, base, (None,))


def _json_path(path: str) -> tuple[Step, ...] | None:
    if not path.startswith("$"):
        return None
    parts = path[1:].replace("[", ".").replace("]", "").split(".")
    return tuple(int(part) if part.isdigit() else part.strip("'\"") for part in parts if part)


def key(value: Value) -> object:
    """What is the same for expressions that are the same."""
    match value:
        case Apply(_, name, arguments):
            return (name, *map(key, arguments))
        case Access(_, target, step):
            return ("", key(target), key(step))
        case Gathered(_, name, rows, group):
            return (name, group, *(tuple(map(key, row)) for row in rows))
        case DynamicConstant():
            return repr(value.value)
    return value


def _depth(value: Value) -> int:
    parts: tuple[Value, ...] = ()
    match value:
        case Apply(_, _, arguments):
            parts = arguments
        case Access(_, target, _):
            parts = (target,)
    return 1 + max(map(_depth, parts), default=0)
