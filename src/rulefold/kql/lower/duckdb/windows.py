"""Functions over the rows in their order."""

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.engine import Builder
from rulefold.kql.lower.operators import as_bool
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Term, exact, sorted_by, text
from rulefold.kql.plan import Apply, Constant
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


WINDOWS: dict[str, Builder] = {
    "prev": _neighbour("lag"),
    "next": _neighbour("lead"),
    "row_number": _row_number,
    "row_cumsum": _running_sum,
}
__all__ = ["Apply", "Constant"]
