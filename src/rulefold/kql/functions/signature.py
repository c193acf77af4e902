"""The language in which the table of functions states its signatures, and its reader.

    signatures = signature { "; " signature }                         the alternatives
    signature  = "(" [ parameter { ", " parameter } ] ") -> " result
    parameter  = name ": " [ argument " " ] kind [ "{" value { "|" value } "}" ] [ times ]
    argument   = "constant" | "literal" | "column" | "aggregate" | "star" | "expression or star"
    kind       = word { "/" word }                                    any of them is accepted
    times      = "?" | "*" | "+" | "[" least ".." [ most ] "]"         without it: exactly once

The word of a kind is a type (`string`), or a class of types: `integer`, `number`, `summable` (numbers, times, spans),
`orderable`, `scalar`, `nondynamic`, `countable` (neither real nor bool), `array` and `bag` (both dynamic), `tabular`,
`type` (the literal `typeof(long)`).  The arguments of all `common` parameters have one type in common, those of
`common-orderable` a type with an order; those of `common-dynamic` are dynamic together if they have no other type in
common.  Parameters that repeat side by side, as often as each other, repeat as a group, as in `case(predicate, then,
predicate, then, else)`.

    result     = type | "@" name | "promoted @" name | "estimated @" name | "type of @" name | "widest" | "common"
               | "common nondynamic" | "array" | "tabular" | "(" column { ", " column } ")" | "special"
    column     = name ": " type | "@" name | "*"

`@name` is the type of that argument (`promoted`: an int becomes a long; `estimated`: and a decimal a real), `type of
@name` the type that a `typeof` literal names, `widest` the widest type of number among the arguments (an int becomes a
long), `array` a dynamic array.  Several columns come from a function that gives more than one value, and from plug-ins,
where `*` stands for the columns of the input and `@name` for the columns given as that argument.  `special` is a result
for which the binder has a rule of its own.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from rulefold.kql.types import INTEGERS, NUMBERS, SUMMABLE, Type

MANY = 32767  # Kusto's bound where a parameter may repeat without end


class Special(StrEnum):
    """What an argument or a result is when it is no scalar value."""

    STAR = "*"
    TABULAR = "tabular"
    TYPE = "type"


Operand = Type | Special


class Argument(StrEnum):
    """What an argument has to be, beside having a type."""

    EXPRESSION = "expression"
    CONSTANT = "constant"
    LITERAL = "literal"
    COLUMN = "column"
    AGGREGATE = "aggregate"
    STAR = "star"
    EXPRESSION_OR_STAR = "expression or star"


class Rule(StrEnum):
    """How the type of a result follows."""

    TYPE = "type"
    ARGUMENT = "@"
    PROMOTED = "promoted @"
    ESTIMATED = "estimated @"
    TYPE_OF = "type of @"
    WIDEST = "widest"
    COMMON = "common"
    COMMON_NONDYNAMIC = "common nondynamic"
    COLUMNS = "columns"
    TABULAR = "tabular"
    SPECIAL = "special"


SCALARS: frozenset[Operand] = frozenset(Type) - {Type.UNKNOWN}
_DYNAMIC: frozenset[Operand] = frozenset({Type.DYNAMIC})
ORDERABLE: frozenset[Operand] = SCALARS - {Type.DYNAMIC, Type.GUID}

# The classes of types, beside the types themselves.
CLASSES: MappingProxyType[str, frozenset[Operand]] = MappingProxyType(
    {
        "array": _DYNAMIC,
        "bag": _DYNAMIC,
        "common": SCALARS,
        "common-dynamic": SCALARS,
        "common-orderable": ORDERABLE,
        "countable": SCALARS - {Type.REAL, Type.BOOL},
        "integer": frozenset(INTEGERS),
        "nondynamic": SCALARS - _DYNAMIC,
        "number": frozenset(NUMBERS),
        "orderable": ORDERABLE,
        "scalar": SCALARS,
        "summable": frozenset(SUMMABLE),
        "tabular": frozenset({Special.TABULAR}),
        "type": frozenset({Special.TYPE}),
    }
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: `least` to `most` arguments of the kinds, whose types are `accepts` before any promotion."""

    name: str
    kind: str
    accepts: frozenset[Operand]
    least: int = 1
    most: int = 1
    values: tuple[str, ...] = ()
    argument: Argument = Argument.EXPRESSION

    @property
    def repeats(self) -> bool:
        """Whether it takes more than one argument."""
        return self.most > 1

    @property
    def common(self) -> bool:
        """Whether its arguments need a type in common with those of other parameters."""
        return self.kind.startswith("common")


@dataclass(frozen=True, slots=True)
class Result:
    """The rule by which a result has its type, and what the rule needs.

    A column is a name with its type, or without a type `@parameter` or `*` (see the language above).
    """

    rule: Rule
    type: Type | None = None
    parameter: str = ""
    columns: tuple[tuple[str, Type | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters in their order, and the result."""

    parameters: tuple[Parameter, ...]
    result: Result

    @property
    def least(self) -> int:
        """The least number of arguments."""
        return sum(one.least for one in self.parameters)

    @property
    def most(self) -> int:
        """The greatest number of arguments."""
        return min(MANY, sum(one.most for one in self.parameters))

    @property
    def group(self) -> tuple[Parameter, ...]:
        """The parameters that repeat as a group, if two or more do so side by side."""
        repeating = tuple(one for one in self.parameters if one.repeats)
        return repeating if len(repeating) > 1 and len({(one.least, one.most) for one in repeating}) == 1 else ()


# Patterns are compiled when the first signature is read, for the sake of a fast import.
_SIGNATURE = r"\((.*?)\) -> (\(.*\)|.+)"
_PARAMETER = (
    r"(?P<name>\w+): (?:(?P<argument>constant|literal|column|aggregate|expression or star|star) )?(?P<kind>[a-z/-]+)"
    r"(?:\{(?P<values>[^}]*)\})?(?P<times>[?*+]|\[\d+\.\.\d*\])?"
)
_TIMES = {None: (1, 1), "?": (0, 1), "*": (0, MANY), "+": (1, MANY)}


@cache
def read_signatures(text: str) -> tuple[Signature, ...]:
    """The signatures that the text states; a fault in it is a fault in the table, and raises ValueError."""
    return tuple(map(_signature, text.split("; ")))


def _signature(text: str) -> Signature:
    found = re.fullmatch(_SIGNATURE, text)
    if not found:
        raise ValueError(f"found {text!r}, expected a signature")
    parameters = tuple(map(_parameter, found[1].split(", "))) if found[1] else ()
    result = _result(found[2])
    if result.parameter and result.parameter not in {one.name for one in parameters}:
        raise ValueError(f"found the result {found[2]!r}, expected the name of a parameter of {text!r}")
    return Signature(parameters, result)


def _parameter(text: str) -> Parameter:
    found = re.fullmatch(_PARAMETER, text)
    if not found:
        raise ValueError(f"found {text!r}, expected a parameter")
    kind, values = found["kind"], found["values"]
    least, most = _times(found["times"])
    return Parameter(
        found["name"],
        kind,
        frozenset().union(*map(_accepted, kind.split("/"))),
        least,
        most,
        tuple(values.split("|")) if values else (),
        Argument(found["argument"] or "expression"),
    )


def _times(text: str | None) -> tuple[int, int]:
    if text in _TIMES:
        return _TIMES[text]
    least, _, most = str(text).strip("[]").partition("..")
    return int(least), int(most or MANY)


def _accepted(word: str) -> frozenset[Operand]:
    return CLASSES[word] if word in CLASSES else frozenset({Type(word)})


def _result(text: str) -> Result:
    for rule in (Rule.ARGUMENT, Rule.PROMOTED, Rule.ESTIMATED, Rule.TYPE_OF):
        if text.startswith(rule):
            return Result(rule, parameter=text.removeprefix(rule))
    if text.startswith("("):
        return Result(Rule.COLUMNS, columns=tuple(map(_column, text[1:-1].split(", "))))
    if text == "array":
        return Result(Rule.TYPE, Type.DYNAMIC)
    if text in {Rule.WIDEST, Rule.COMMON, Rule.COMMON_NONDYNAMIC, Rule.TABULAR, Rule.SPECIAL}:
        return Result(Rule(text))
    return Result(Rule.TYPE, Type(text))


def _column(text: str) -> tuple[str, Type | None]:
    name, _, kind = text.partition(": ")
    return name, Type(kind) if kind else None
