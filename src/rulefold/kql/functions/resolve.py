"""Which signature a call has, and the type of its result, as Kusto's own binder decides it.

Source: the behaviour of the package @kusto/language-service-next 12.4.1, asked over all functions of the table.  An
int is taken where a long, a real or a decimal is declared, and so on to the wider type; a dynamic is taken where a
string is declared, and never where a number or a time is; an unknown is taken everywhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rulefold.kql.functions.signature import (
    ORDERABLE,
    Argument,
    Operand,
    Parameter,
    Result,
    Rule,
    Signature,
    Special,
)
from rulefold.kql.functions.table import Function
from rulefold.kql.types import NUMBERS, Type

# Which types a type is wider than, and may stand for.
_NARROWER: dict[Operand, frozenset[Type]] = {
    Type.LONG: frozenset({Type.INT}),
    Type.REAL: frozenset({Type.INT, Type.LONG}),
    Type.DECIMAL: frozenset({Type.INT, Type.LONG, Type.REAL}),
    Type.STRING: frozenset({Type.DYNAMIC}),
}


class Reason(StrEnum):
    """Why a call is refused."""

    COUNT = "count"  # too few or too many arguments
    TYPE = "type"  # one argument has a type that its parameter does not take
    COMMON = "common"  # arguments that need one type in common have none
    AMBIGUOUS = "ambiguous"  # no signature fits, or none fits best


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a call is refused, and where it is one argument: which (from 0), and the parameter it was given to."""

    reason: Reason
    argument: int | None = None
    parameter: Parameter | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """What is known of a call.

    `signature` is None where no single one fits best.  `parameters` has that of each argument, None for one too many.
    `type` is also known of most refused calls; it is None where the binder has a rule of its own (`Rule.SPECIAL`,
    `Rule.TYPE_OF`, or the columns of a plug-in), and the type of the first column where there are several values.
    """

    signature: Signature | None
    parameters: tuple[Parameter | None, ...]
    type: Operand | None
    fault: Fault | None


# How well an argument fits a parameter; the worst fit decides between signatures, then the best.
_MISFIT, _UNKNOWN, _PROMOTED, _ONE_OF_MANY, _EXACT = 0, 1, 2, 4, 11
_FIT_OF_CLASS = {
    "array": _ONE_OF_MANY,
    "bag": _ONE_OF_MANY,
    "common": 5,
    "common-dynamic": 5,
    "common-orderable": 7,
    "countable": 3,
    "integer": 9,
    "nondynamic": 3,
    "number": 8,
    "orderable": 7,
    "scalar": 5,
    "summable": 6,
    "tabular": 10,
}


def resolve(function: Function, types: Sequence[Operand]) -> Call:
    """The signature, the parameter of each argument, the type, and the fault if the call is refused."""
    return _resolve(function, tuple(types))


@lru_cache(maxsize=8192)
def _resolve(function: Function, types: tuple[Operand, ...]) -> Call:
    signatures = _best(function.signatures, types)
    if len(signatures) == 1:
        return _call(signatures[0], types)
    known = Type.UNKNOWN not in types
    found = {_type(one, assign(one, types), types) for one in signatures}
    same = found.pop() if len(found) == 1 else Type.UNKNOWN
    count = all(not one.least <= len(types) <= one.most for one in signatures)
    reason = Reason.COUNT if count else Reason.AMBIGUOUS
    return Call(None, (), same, Fault(reason) if known or count else None)


def accepts(signature: Signature, types: Sequence[Operand]) -> bool:
    """Whether arguments of these types may be given to the signature."""
    return _call(signature, types).fault is None


def result_type(function: Function, types: Sequence[Operand]) -> Type | None:
    """The type of the result; None where the call is refused or its result is none or a special one (see `Call`)."""
    call = resolve(function, types)
    return call.type if call.fault is None and isinstance(call.type, Type) else None


def assign(signature: Signature, types: Sequence[Operand]) -> tuple[Parameter | None, ...]:
    """The parameter to which each argument is given, or None for an argument too many."""
    return _by_group(signature, len(types)) if signature.group else _walk(signature, types)


def _by_group(signature: Signature, count: int) -> tuple[Parameter | None, ...]:
    """The group takes what the parameters after it leave, in whole groups."""
    parameters, size = signature.parameters, len(signature.group)
    first = parameters.index(signature.group[0])
    after = len(parameters) - first - size
    groups = max(1, -(-(count - first - after) // size))
    given: list[Parameter | None] = list(parameters[:first])
    given += parameters[first : first + size] * groups
    given += parameters[first + size :]
    return tuple(given[:count]) + (None,) * (count - len(given))


def _walk(signature: Signature, types: Sequence[Operand]) -> tuple[Parameter | None, ...]:
    """Parameters are filled one after the other; one that repeats ends where a later one fits an argument better."""
    given: list[Parameter | None] = []
    at = taken = 0
    parameters = signature.parameters
    for type_ in types:
        if at < len(parameters) and taken >= parameters[at].most:
            at, taken = at + 1, 0
        if at >= len(parameters):
            given.append(None)
            continue
        here = parameters[at]
        if here.repeats and taken >= here.least:
            later = next((n for n in range(at + 1, len(parameters)) if _fit(parameters[n], type_)), at)
            if _fit(parameters[later], type_) > _fit(here, type_):
                at, taken = later, 0
        given.append(parameters[at])
        taken += 1
    return tuple(given)


def _best(signatures: tuple[Signature, ...], types: Sequence[Operand]) -> list[Signature]:
    """The signatures that fit best: one, or several between which the types do not decide."""
    if len(signatures) == 1:
        return list(signatures)
    count = len(types)
    found = [one for one in signatures if one.least <= count <= one.most]
    if not found:
        longest = max(one.most for one in signatures)
        found = [one for one in signatures if one.least <= longest <= one.most]
    fits = [(_fits(one, types), one) for one in found]
    fitting = max(sum(map(bool, one)) for one, _ in fits)
    fits = [(one, signature) for one, signature in fits if sum(map(bool, one)) == fitting]
    ranks = [(min(one, default=_EXACT), max(one, default=_MISFIT)) for one, _ in fits]
    best = max(ranks)
    if ranks.count(best) > 1:
        return [signature for _, signature in fits]
    return [fits[ranks.index(best)][1]]


def _fits(signature: Signature, types: Sequence[Operand]) -> list[int]:
    return [_fit(one, type_) if one else _MISFIT for one, type_ in zip(assign(signature, types), types, strict=True)]


def _fit(parameter: Parameter, type_: Operand) -> int:
    """How well a type fits, apart from what parameters have in common."""
    if type_ is Type.UNKNOWN:
        return _UNKNOWN
    if type_ is Special.STAR or parameter.argument is Argument.STAR:
        takes_star = parameter.argument in {Argument.STAR, Argument.EXPRESSION_OR_STAR}
        return _EXACT if type_ is Special.STAR and takes_star else _MISFIT
    if type_ in parameter.accepts:
        return _ONE_OF_MANY if "/" in parameter.kind else _FIT_OF_CLASS.get(parameter.kind, _EXACT)
    declared = parameter.kind.split("/")
    promoted = any(type_ in _NARROWER.get(one, ()) for one in parameter.accepts if one in declared)
    return _PROMOTED if promoted else _MISFIT


def _call(signature: Signature, types: Sequence[Operand]) -> Call:
    parameters = assign(signature, types)
    return Call(signature, parameters, _type(signature, parameters, types), _fault(signature, parameters, types))


def _fault(signature: Signature, parameters: Sequence[Parameter | None], types: Sequence[Operand]) -> Fault | None:
    """The first fault of the arguments."""
    if not _counted(signature, parameters):
        return Fault(Reason.COUNT)
    common = _common(parameters, types)
    if common is None:
        return Fault(Reason.COMMON)
    for index, (parameter, type_) in enumerate(zip(parameters, types, strict=True)):
        if parameter and not (_fit(parameter, type_) and (not parameter.common or _joins(parameter, type_, common))):
            return Fault(Reason.TYPE, index, parameter)
    return None


def _counted(signature: Signature, parameters: Sequence[Parameter | None]) -> bool:
    """Whether each parameter has its number of arguments, and each repeated group is whole."""
    counts = {one: parameters.count(one) for one in signature.parameters}
    whole = len({counts[one] for one in signature.group}) <= 1
    return None not in parameters and whole and all(one.least <= count <= one.most for one, count in counts.items())


def _joins(parameter: Parameter, type_: Operand, common: Type) -> bool:
    """Whether an argument has, or can be promoted to, what it has in common with the others."""
    if Type.UNKNOWN in {type_, common} or type_ is common or parameter.kind == "common-dynamic":
        return True
    return type_ in _NARROWER.get(common, ())


def _common(parameters: Sequence[Parameter | None], types: Sequence[Operand], dynamic: bool = True) -> Type | None:
    """The type that the arguments of all `common` parameters have in common, or None if there is none.

    Unknown where one of them is unknown, or where there is no such parameter.
    """
    common: Type | None = None
    for parameter, type_ in zip(parameters, types, strict=True):
        if not parameter or not parameter.common or not isinstance(type_, Type):
            continue
        if parameter.kind == "common-orderable" and type_ not in ORDERABLE and type_ is not Type.UNKNOWN:
            continue
        if type_ is Type.DYNAMIC and not dynamic:
            continue
        both = type_ if common is None else wider(common, type_)
        common = Type.DYNAMIC if both is None and parameter.kind == "common-dynamic" else both
        if common is None:
            return None
    if common is None and not dynamic:
        return _common(parameters, types)
    return common or Type.UNKNOWN


def wider(one: Type, other: Type) -> Type | None:
    """The type that takes the values of both without a change of kind, or None; dynamic wins over what is known."""
    if one is other:
        return one
    for winner in (Type.UNKNOWN, Type.DYNAMIC):
        if winner in {one, other}:
            return winner
    if one in _NARROWER.get(other, ()):
        return other
    return one if other in _NARROWER.get(one, ()) else None


def _type(signature: Signature, parameters: Sequence[Parameter | None], types: Sequence[Operand]) -> Operand | None:
    result = signature.result
    match result.rule:
        case Rule.TYPE:
            return result.type
        case Rule.ARGUMENT | Rule.PROMOTED | Rule.ESTIMATED:
            return _of_argument(result, parameters, types)
        case Rule.WIDEST:
            return _widest(types)
        case Rule.COMMON:
            return _common(parameters, types) or Type.UNKNOWN
        case Rule.COMMON_NONDYNAMIC:
            return _common(parameters, types, dynamic=False) or Type.UNKNOWN
        case Rule.COLUMNS:
            return result.columns[0][1]
        case Rule.TABULAR:
            return Special.TABULAR
        case Rule.TYPE_OF | Rule.SPECIAL:
            return None


def _of_argument(result: Result, parameters: Sequence[Parameter | None], types: Sequence[Operand]) -> Operand:
    given = zip(parameters, types, strict=True)
    found = next((type_ for one, type_ in given if one and one.name == result.parameter), Type.UNKNOWN)
    if result.rule is Rule.ESTIMATED and found is Type.DECIMAL:
        return Type.REAL
    return Type.LONG if result.rule is not Rule.ARGUMENT and found is Type.INT else found


def _widest(types: Sequence[Operand]) -> Type:
    """The widest of the numbers, an int as a long; unknown without any."""
    widest: Type | None = None
    for type_ in types:
        numeric = isinstance(type_, Type) and type_ in {*NUMBERS, Type.UNKNOWN}
        if numeric and (widest is None or widest in _NARROWER.get(type_, ())):
            widest = Type(type_)
    return Type.LONG if widest is Type.INT else widest or Type.UNKNOWN
