"""Functions over the rows in their order."""

from collections.abc import Callable

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.duckdb.lists import Element, reduced
from rulefold.kql.lower.engine import Builder
from rulefold.kql.lower.operators import as_bool
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Term, exact, sorted_by, text
from rulefold.kql.types import Type


def over(call_: Call, node: Node, partition: Node | None = None) -> Node:
    """A function over the rows in the order at hand."""
    frame = call_.values.frame
    parts = [sql.column(frame.group)] if frame.group is not None else []
    return sql.window(node, sorted_by(frame.order), [*parts, *([partition] if partition is not None else [])])


def _neighbour(function: str) -> Builder:
    def build(call_: Call) -> Term:
        term = call_[0]
        offset = call_.constant(1, 1)
        if not isinstance(offset, int) or offset < 1:
            raise call_.refused(f"found {offset} as the offset of {call_.apply.function}, expected a number above 0")
        node = text(term) if term.type is Type.STRING else exact(term)
        arguments: list[Node] = [node, sql.number(offset)]
        if len(call_) > 2:
            default = call_.engine.convert(call_[2], term.type)
            arguments.append(text(default) if term.type is Type.STRING else exact(default))
        return Term(over(call_, call(function, *arguments)), term.type)

    return build


def _groups(call_: Call, restart: int) -> Node | None:
    """The number of the group that a row is in, where an argument says where groups start."""
    if len(call_) <= restart:
        return None
    start = as_bool(call_, restart)
    counted = sql.case([(start.node, sql.number(1))], sql.number(0))
    return call_.once(over(call_, call("sum", counted)))()


def _row_number(call_: Call) -> Term:
    first = call_.constant(0, 1)
    node = over(call_, exp.RowNumber(), _groups(call_, 1))
    if first != 1:
        node = sql.binary(exp.Add, node, sql.number(int(str(first)) - 1))
    return Term(node, Type.LONG, nullable=False)


def _running_sum(call_: Call) -> Term:
    term = call_[0]
    value = sql.coalesce(exact(term), sql.number(0))
    node = over(call_, call("sum", value), _groups(call_, 1))
    cast = call_.engine.sql_type(term.type)
    return Term(exp.Cast(this=node, to=cast), term.type, nullable=False)


def _changes(call_: Call, groups: Node | None) -> Callable[[], Node]:
    """Whether a row has another value than the one before it, or is the first."""
    term = call_[0]
    value = call_.once(text(term) if term.type is Type.STRING else exact(term))
    before = over(call_, call("lag", value()), groups)
    first = sql.binary(exp.EQ, over(call_, exp.RowNumber(), groups and groups.copy()), sql.number(1))
    return call_.once(sql.any_of([first, sql.binary(exp.NullSafeNEQ, value(), before)]))


def _dense_rank(call_: Call) -> Term:
    groups = _groups(call_, 1)
    changes = _changes(call_, groups)
    counted = call("sum", sql.case([(changes(), sql.number(1))], sql.number(0)))
    rank = over(call_, counted, groups and groups.copy())
    return Term(exp.Cast(this=rank, to=call_.engine.sql_type(Type.LONG)), Type.LONG, nullable=False)


def _least_rank(call_: Call) -> Term:
    """The number of the first row that has the value, where values are next to each other."""
    groups = _groups(call_, 1)
    changes = _changes(call_, groups)
    number = call_.once(over(call_, exp.RowNumber(), groups and groups.copy()))
    start = call("max", sql.case([(changes(), number())]))
    return Term(over(call_, start, groups and groups.copy()), Type.LONG, nullable=False)


def _session(call_: Call) -> Term:
    """The time at which the session of a row starts.

    A session ends where rows are too far apart, or where it is said to start anew; what is left is cut where a row is
    too far from the first of its session.
    """
    moment = call_.once(exact(call_[0]))
    gap = call_.engine.between_times(moment(), over(call_, call("lag", moment())))
    ends = [sql.binary(exp.GT, gap, call_.node(2))]
    if len(call_) > 3:
        ends.append(as_bool(call_, 3).node)
    anew = call_.once(sql.case([(sql.any_of(ends), sql.number(1))], sql.number(0)))
    chunk = call_.once(over(call_, call("sum", anew())))
    so_far = call_.once(over(call_, call("list", moment()), chunk()))
    width = call_.once(call_.node(1))

    def start(first: Element, one: Element) -> Node:
        too_far = sql.binary(exp.GT, call_.engine.between_times(one(), first()), width())
        return sql.case([(too_far, one())], first())

    known = sql.is_not_null(moment())
    return Term(sql.case([(known, reduced(so_far(), start))]), Type.DATETIME)


WINDOWS: dict[str, Builder] = {
    "prev": _neighbour("lag"),
    "next": _neighbour("lead"),
    "row_number": _row_number,
    "row_cumsum": _running_sum,
    "row_rank_dense": _dense_rank,
    "row_rank_min": _least_rank,
    "row_window_session": _session,
}
