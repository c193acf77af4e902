"""Percentiles: the value at the nearest rank, where Kusto estimates."""

from decimal import Decimal

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.duckdb import dynamics, lists
from rulefold.kql.lower.duckdb.lists import Element
from rulefold.kql.lower.duckdb.types import DOUBLE, cast
from rulefold.kql.lower.engine import Builder
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Term, exact
from rulefold.kql.types import NUMBERS, Type

_WEIGHTED = frozenset({"percentilew", "percentilesw", "percentilesw_array"})


def one(call_: Call, percentile: Term) -> Term:
    """One of the percentiles of a call."""
    if not percentile.constant:
        raise call_.refused("found a value as a percentile, expected a constant")
    return _at(call_, percentile.value)


def _at(call_: Call, share: object) -> Term:
    term = call_[0]
    if term.type not in (*NUMBERS, Type.DATETIME, Type.TIMESPAN):
        raise call_.refused(f"found a percentile of a {term.type}, which is not run")
    if isinstance(share, bool) or not isinstance(share, int | float | Decimal) or not 0 <= share <= 100:
        raise call_.refused(f"found {share} as a percentile, expected a number from 0 to 100")
    if call_.apply.function in _WEIGHTED:
        return Term(_weighted(call_, float(share)), term.type)
    part = exp.Literal(this=str(Decimal(str(share)) / 100), is_string=False)
    return Term(call("quantile_disc", exact(term), part), term.type)


def _weighted(call_: Call, share: float) -> Node:
    """The first value at which the sum of weights reaches its share of all of them."""
    value, weight = exact(call_[0]), exact(call_[1])
    entry = lists.struct(v=value, w=cast(weight, DOUBLE))
    key = sql.ordered(value.copy(), nulls_first=False)
    known = sql.all_of([sql.is_not_null(value.copy()), sql.binary(exp.GT, weight.copy(), sql.number(0))])
    entries = sql.filtered(call("list", exp.Order(this=entry, expressions=[key])), known)
    total = sql.filtered(call("sum", cast(weight.copy(), DOUBLE)), known.copy())
    wanted = sql.binary(exp.Mul, total, sql.number(share))

    def reached(so_far: Element, next_: Element) -> Node:
        scaled = sql.binary(exp.Mul, lists.member(so_far(), "w"), sql.number(100))
        together = sql.binary(exp.Add, lists.member(so_far(), "w"), lists.member(next_(), "w"))
        further = lists.struct(v=lists.member(next_(), "v"), w=together)
        return sql.case([(sql.binary(exp.GTE, scaled, wanted), so_far())], further)

    return lists.member(lists.reduced(entries, reached), "v")


def _percentile(call_: Call) -> Term:
    return _at(call_, call_.constant(2 if call_.apply.function in _WEIGHTED else 1))


def _array(call_: Call) -> Term:
    if call_[0].type not in NUMBERS:
        raise call_.refused(f"found an array of percentiles of a {call_[0].type}, which is not run")
    first = 2 if call_.apply.function in _WEIGHTED else 1
    shares = [call_.constant(number) for number in range(first, len(call_))]
    if len(shares) == 1 and isinstance(shares[0], list):
        shares = shares[0]
    items = [_at(call_, share).node for share in shares]
    return Term(dynamics.array(exp.Array(expressions=items)), Type.DYNAMIC)


ROWS: dict[str, Builder] = {
    "percentile": _percentile,
    "percentilew": _percentile,
    "percentiles_array": _array,
    "percentilesw_array": _array,
}
