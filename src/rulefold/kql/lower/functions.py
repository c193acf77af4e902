"""Functions and aggregates that every engine says in the same words."""

from collections.abc import Iterable

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.arithmetic import shifted
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.engine import Builder
from rulefold.kql.lower.operators import as_bool, different
from rulefold.kql.lower.sql import Node
from rulefold.kql.lower.terms import Term, exact, long, text, truth
from rulefold.kql.types import DYNAMICS, INTEGERS, Type


def as_type(call: Call, number: int, type_: Type | None = None) -> Term:
    """An argument as the type that the call has, or another."""
    term, wanted = call[number], type_ or call.type
    if term.type is wanted or wanted is Type.UNKNOWN:
        return term
    if wanted is Type.DYNAMIC:
        return Term(call.engine.to_dynamic(term), Type.DYNAMIC)
    return call.engine.convert(term, wanted)


# ------------------------------------------------------------------------------------------------------ conditions


def _iff(call: Call) -> Term:
    _of_one_type(call, (1, 2))
    return _chosen(call, [(as_bool(call, 0), as_type(call, 1))], as_type(call, 2))


def _of_one_type(call: Call, numbers: Iterable[int]) -> None:
    """Kusto does not put whole numbers and reals together here."""
    types = {call[number].type for number in numbers}
    if Type.REAL in types and types & INTEGERS:
        raise call.refused(f"found whole numbers and reals in {call.apply.function}, expected values of one type")


def _case(call: Call) -> Term:
    _of_one_type(call, [*range(1, len(call), 2), len(call) - 1])
    pairs = [(as_bool(call, n), as_type(call, n + 1)) for n in range(0, len(call) - 1, 2)]
    return _chosen(call, pairs, as_type(call, len(call) - 1))


def _chosen(call: Call, pairs: list[tuple[Term, Term]], default: Term) -> Term:
    nullable = default.nullable or any(value.nullable for _, value in pairs)
    branches = [(test.node, exact(value)) for test, value in pairs]
    return call.give(sql.case(branches, exact(default)), nullable=nullable)


def _coalesce(call: Call) -> Term:
    """The first that is not null; of strings, that is not empty."""
    _of_one_type(call, range(len(call)))
    terms = [as_type(call, number) for number in range(len(call))]
    nodes = [exact(term) for term in terms]
    if call.type is Type.STRING:
        nodes = [sql.nullif(node, sql.string("")) for node in nodes[:-1]] + [nodes[-1]]
    elif call.type in DYNAMICS:
        nodes = [call.engine.known(term) for term in terms]
    nullable = terms[-1].nullable if call.type is Type.STRING else all(term.nullable for term in terms)
    return call.give(sql.coalesce(*nodes), nullable=nullable)


def _is_null(call: Call) -> Term:
    return truth(_nullness(call[0], call))


def _is_not_null(call: Call) -> Term:
    found = _nullness(call[0], call)
    return truth(exp.Not(this=found) if isinstance(found, exp.Is) else sql.negated(found))


def _nullness(term: Term, call: Call) -> Node:
    if term.type is Type.STRING:
        return sql.false()
    if term.type in DYNAMICS:
        return sql.is_null(call.engine.known(term))
    return sql.is_null(exact(term))


def _is_empty(call: Call) -> Term:
    term = call.engine.convert(call[0], Type.STRING)
    return truth(sql.binary(exp.EQ, text(term), sql.string("")))


def _is_not_empty(call: Call) -> Term:
    term = call.engine.convert(call[0], Type.STRING)
    return different(call, term, call.values.constant(Type.STRING, ""))


def _column_if_exists(call: Call) -> Term:
    return as_type(call, 0)


def _same(call: Call) -> Term:
    return call[0]


# ----------------------------------------------------------------------------------------------------------- times


def _now(call: Call) -> Term:
    if not len(call):
        return call.values.now()
    return shifted(call, call.values.now(), call[0], 1)


def _ago(call: Call) -> Term:
    span = call[0]
    if span.constant and isinstance(span.value, int):
        return call.values.now(-span.value)
    return shifted(call, call.values.now(), span, -1)


def _ingestion_time(call: Call) -> Term:
    """When a row came in: the column that says so, which the binder has found."""
    if not len(call):
        raise call.refused("found ingestion_time over rows without the _TimeReceived or TimeGenerated of a table")
    return call[0]


# ------------------------------------------------------------------------------------------------------ conversion


def _converted(type_: Type) -> Builder:
    def build(call: Call) -> Term:
        return call.engine.convert(call[0], type_)

    return build


# ------------------------------------------------------------------------------------------------------ aggregates


def _count(_call: Call) -> Term:
    """The number of rows, whatever is counted in them."""
    return long(exp.Count(this=exp.Star()), nullable=False)


def _count_if(call: Call) -> Term:
    return long(sql.filtered(exp.Count(this=exp.Star()), as_bool(call, 0).node), nullable=False)


FUNCTIONS: dict[str, Builder] = {
    "iff": _iff,
    "case": _case,
    "coalesce": _coalesce,
    "isnull": _is_null,
    "isnotnull": _is_not_null,
    "isempty": _is_empty,
    "isnotempty": _is_not_empty,
    "column_ifexists": _column_if_exists,
    "now": _now,
    "ago": _ago,
    "ingestion_time": _ingestion_time,
    "materialize": _same,
    "tostring": _converted(Type.STRING),
    "tobool": _converted(Type.BOOL),
    "toint": _converted(Type.INT),
    "tolong": _converted(Type.LONG),
    "todouble": _converted(Type.REAL),
    "toreal": _converted(Type.REAL),
    "todatetime": _converted(Type.DATETIME),
    "totimespan": _converted(Type.TIMESPAN),
    "toguid": _converted(Type.GUID),
    "todecimal": _converted(Type.DECIMAL),
}

AGGREGATES: dict[str, Builder] = {
    "count": _count,
    "countif": _count_if,
}
