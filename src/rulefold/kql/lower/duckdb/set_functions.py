"""Functions of arrays as sets: an element counts once, where it comes first."""

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.duckdb import dynamics, lists
from rulefold.kql.lower.duckdb.lists import Element
from rulefold.kql.lower.engine import Builder
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Term
from rulefold.kql.types import Type


def _sets(call_: Call) -> list[Element]:
    return [call_.once(dynamics.elements(call_.engine.to_dynamic(call_[number]))) for number in range(len(call_))]


def _array(call_: Call, sets: list[Element], items: Node) -> Term:
    known = sql.all_of(sql.is_not_null(one()) for one in sets)
    return call_.give(sql.case([(known, dynamics.array(items))]))


def _united(call_: Call, sets: list[Element]) -> Node:
    together = call_.once(call("flatten", exp.Array(expressions=[one() for one in sets])))
    return lists.first_of_each(together)


def _union(call_: Call) -> Term:
    sets = _sets(call_)
    return _array(call_, sets, _united(call_, sets))


def _holds(items: Element, element: Element) -> Node:
    return sql.is_not_null(call("list_position", items(), element()))


def _shared(call_: Call, sets: list[Element]) -> Node:
    both = lists.where(sets[0](), lambda e: sql.all_of(_holds(one, e) for one in sets[1:]))
    return lists.first_of_each(call_.once(both))


def _intersect(call_: Call) -> Term:
    sets = _sets(call_)
    return _array(call_, sets, _shared(call_, sets))


def _difference(call_: Call) -> Term:
    sets = _sets(call_)
    rest = lists.where(sets[0](), lambda e: sql.negated(sql.any_of(_holds(one, e) for one in sets[1:])))
    return _array(call_, sets, lists.first_of_each(call_.once(rest)))


def _has_element(call_: Call) -> Term:
    return call_.give(call_.engine.holds(call_[0], call_[1], folded=False))


def _equals(call_: Call) -> Term:
    a, b = _sets(call_)
    left = lists.where(a(), lambda e: sql.negated(_holds(b, e)))
    right = lists.where(b(), lambda e: sql.negated(_holds(a, e)))
    missing = sql.binary(exp.Add, lists.size(left), lists.size(right))
    return call_.give(sql.binary(exp.EQ, missing, sql.number(0)))


def _jaccard(call_: Call) -> Term:
    sets = _sets(call_)
    shared, united = (
        call_.engine.convert(Term(lists.size(made(call_, sets)), Type.LONG), Type.REAL).node
        for made in (_shared, _united)
    )
    ratio = call_.engine.real("/", shared, united)
    return call_.give(call("to_json", ratio))


ROWS: dict[str, Builder] = {
    "set_union": _union,
    "set_intersect": _intersect,
    "set_difference": _difference,
    "set_has_element": _has_element,
    "set_equals": _equals,
    "jaccard_index": _jaccard,
}
