"""The names that columns have when the query gives them none."""

from collections.abc import Container, Iterable
from decimal import Decimal

from rulefold.kql import functions
from rulefold.kql.functions import Kind
from rulefold.kql.syntax import Call, Expression, Index, Literal, Member, Name, Named
from rulefold.kql.types import Type


def own_name(value: Expression) -> str:
    """The name that a value brings along: that of a column, of a path, or of what a function is applied to."""
    match value:
        case Name(name):
            return name
        case Member(target, Name(name)):
            return _joined(_of_path(target), name)
        case Index(target, Literal(Type.STRING | Type.LONG, key)):
            return _joined(_of_path(target), str(key))
        case Index(target, _):
            return f"{name}_" if (name := own_name(target)) else ""
        case Call(function, arguments):
            return _of_call(function, arguments)
        case Named(names, _):
            return names[0]
        case _:
            return ""


def _of_path(target: Expression) -> str:
    """The name of what has a member; none where the path begins with a value that has none."""
    root = target
    while isinstance(root, Member | Index):
        root = root.target
    return own_name(target) if own_name(root) else ""


def _joined(*parts: str) -> str:
    return "_".join(part for part in parts if part)


def _of_call(name: str, arguments: tuple[Expression, ...]) -> str:
    """The name by the function's rule, see `functions.table`."""
    found = functions.lookup(name, Kind.SCALAR) or functions.lookup(name, Kind.AGGREGATE)
    rule = found.column if found else ""
    if not rule or rule.startswith("column ") or "," in rule:
        return ""
    if rule.startswith("single "):
        rule = rule.removeprefix("single ") if len(arguments) == 1 else ""
    first = own_name(arguments[0]) if arguments else ""
    if "@" in rule.replace("@1", ""):  # of an argument that only the column of an aggregate is called by
        return ""
    return first if rule == "@1" else rule.removeprefix("=").replace("@1", first)


def part_name(function: str, number: int, first: str, own: str, *, alone: bool = False) -> str:
    """The name of one of the columns of arg_max, any and their like: of the argument with this number.

    `own` is its own name, `first` that of the first one, and `alone` says that there is no other.
    """
    match function:
        case "any":
            return f"any_{own or ('' if alone else f'arg{number}')}"
        case "anyif":
            return f"anyif_{own}"
        case "take_any":
            return own or f"any_arg{number}"
        case "take_anyif":
            return own
    extreme = function[-3:]
    if function in ("argmax", "argmin"):
        return f"{extreme}_{first}_{own or f'arg{number}'}" if number else f"{extreme}_{own}"
    return own or (f"{extreme}_{first}_arg{number}" if number else f"{extreme}_")


def number_name(value: object) -> str:
    """A number in the name of a column: `99_5`, and nothing where it is not known."""
    return f"{value:g}".replace(".", "_") if isinstance(value, int | float | Decimal) else ""


def is_like(name: str, pattern: str) -> bool:
    """Whether a name is like a pattern with stars; each piece between stars is looked for behind the one before."""
    first, *rest = pattern.split("*")
    if not name.startswith(first):
        return False
    at = len(first)
    for piece in rest[:-1]:
        found = name.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return len(name) - at >= len(rest[-1]) and name.endswith(rest[-1]) if rest else name == first


def unused(base: str, taken: Container[str]) -> str:
    """A name with a number after it, the first that is not taken."""
    number = 1
    while f"{base}{number}" in taken:
        number += 1
    return f"{base}{number}"


def suffixed(names: Iterable[str], left: Container[str]) -> dict[str, str]:
    """The names of the columns that a join brings from the right: a number goes after those that the left has too."""
    names = list(names)
    given: dict[str, str] = {}
    taken = set(names)
    for name in names:
        if name not in left:
            given[name] = name
            continue
        number = 1
        while (new := f"{name}{number}") in left or new in taken:
            number += 1
        given[name] = new
        taken.add(new)
    return given
