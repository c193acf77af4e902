"""Which tables have to have rows for a query to return any.

The answer is a set of alternatives, each a set of tables all of which are needed: an inner join needs both sides, a
left outer join its left one, a union any of its inputs.  What a query looks up beside its rows (`toscalar`, lists of
exclusions) is not counted, as a rule lives without it.
"""

from collections.abc import Callable

from rulefold.kql.plan import (
    Aggregate,
    Apply,
    Choose,
    Compute,
    Distinct,
    Expand,
    Filter,
    Join,
    Limit,
    Order,
    ParseText,
    Piped,
    Relation,
    TableRows,
    TableValue,
    Union,
    UnknownRows,
    Value,
)

MAX_ALTERNATIVES = 64  # beyond, nothing is said

Alternatives = frozenset[frozenset[str]]

_NOTHING: Alternatives = frozenset({frozenset()})
_LEFT = frozenset({"leftouter", "leftanti", "leftantisemi", "anti"})
_RIGHT = frozenset({"rightouter", "rightanti", "rightantisemi"})
_OF_THEIR_SOURCE = (Filter, Compute, Choose, Aggregate, Distinct, Order, Limit, Expand, ParseText)  # no row of none
_LISTS = frozenset({"in", "in~", "has_any"})


class _TooManyError(Exception):
    """More alternatives than are worked out."""


def needs(plan: Relation) -> Alternatives | None:
    """The alternatives of tables that a plan needs; None where they are too many, or a part of it is not known."""
    try:
        return _needs(plan)
    except (_TooManyError, LookupError):
        return None


def _needs(plan: Relation) -> Alternatives:
    """Follow the pipe upwards, for it may be as long as the query."""
    found = _NOTHING
    while isinstance(plan, Piped):
        match plan:
            case Join(_, source, right, kind):
                if kind in _RIGHT:
                    return _both(found, _needs(right))
                if kind == "fullouter":
                    return _both(found, _least(_needs(source) | _needs(right)))
                if kind not in _LEFT:
                    found = _both(found, _needs(right))
            case Filter(_, _, condition):
                for listed in _listed(condition):
                    found = _both(found, _needs(listed))
        plan = plan.source
    match plan:
        case TableRows(_, name) | UnknownRows(_, name, True):
            return _both(found, frozenset({frozenset({name})}))
        case Union(_, inputs):
            return _both(found, _least(frozenset().union(*map(_needs, inputs))) if inputs else _NOTHING)
        case UnknownRows(_, why):
            raise LookupError(why)
        case _:
            return found


def gives_nothing(plan: Relation | Value, is_empty: Callable[[str], bool]) -> bool:
    """Whether a plan surely gives no row, at any time, where some tables have none."""
    while isinstance(plan, Piped):
        match plan:
            case Join(_, source, right, kind):
                left, right_too = gives_nothing(source, is_empty), gives_nothing(right, is_empty)
                if kind in _LEFT:
                    return left
                if kind in _RIGHT:
                    return right_too
                return left and right_too if kind == "fullouter" else left or right_too
            case Aggregate(keys=()):  # a row, even of nothing
                return False
            case _ if type(plan) not in _OF_THEIR_SOURCE:
                return False
        plan = plan.source
    match plan:
        case TableRows(_, name):
            return is_empty(name)
        case Union(_, inputs):
            return all(gives_nothing(one, is_empty) for one in inputs)
        case _:
            return False


def _listed(condition: Value) -> list[Relation]:
    """The tables in which a value has to be for a condition to be true."""
    if not isinstance(condition, Apply):
        return []
    if condition.function == "and":
        return [one for operand in condition.arguments for one in _listed(operand)]
    if condition.function not in _LISTS:
        return []
    items = condition.arguments[1:]
    tables = [item.relation for item in items if isinstance(item, TableValue)]
    return tables if len(tables) == len(items) == 1 else []


def _both(one: Alternatives, other: Alternatives) -> Alternatives:
    if one == _NOTHING or other == _NOTHING:
        return other if one == _NOTHING else one
    return _least(frozenset(a | b for a in one for b in other))


def _least(alternatives: Alternatives) -> Alternatives:
    """The alternatives without those that ask for more than another."""
    if len(alternatives) > MAX_ALTERNATIVES * MAX_ALTERNATIVES:
        raise _TooManyError
    kept = frozenset(one for one in alternatives if not any(other < one for other in alternatives))
    if len(kept) > MAX_ALTERNATIVES:
        raise _TooManyError
    return kept
