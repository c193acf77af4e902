"""Small pieces of SQL as trees; a node is put where it belongs and never copied on the way."""

from collections.abc import Iterable, Sequence
from functools import reduce

from sqlglot import exp

Node = exp.Expr

# What has to stand in parentheses where it is an operand.
_LOOSE = (exp.Binary, exp.Unary, exp.Is, exp.In, exp.Between, exp.Case, exp.Window)
_TIGHT = (exp.Dot, exp.Paren, exp.Neg)
# What binds closer than AND and OR.
_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Is, exp.NullSafeEQ, exp.NullSafeNEQ)


def name(text: str) -> exp.Identifier:
    """A quoted identifier."""
    return exp.Identifier(this=text, quoted=True)


def column(text: str, table: str | None = None) -> exp.Column:
    """A column by its name; in a list of columns the name alone says as much, in half of the nodes."""
    return exp.Column(this=name(text), table=name(table)) if table else exp.Column(this=name(text))


def string(text: str) -> exp.Literal:
    """A string literal."""
    return exp.Literal(this=text, is_string=True)


def number(value: float) -> Node:
    """A number; a negative one with its sign before it."""
    if value < 0:
        return exp.Neg(this=exp.Literal(this=repr(-value), is_string=False))
    return exp.Literal(this=repr(value), is_string=False)


def true() -> exp.Boolean:
    """True."""
    return exp.Boolean(this=True)


def false() -> exp.Boolean:
    """False."""
    return exp.Boolean(this=False)


def null() -> exp.Null:
    """NULL."""
    return exp.Null()


def call(function: str, *arguments: Node) -> exp.Anonymous:
    """A function of an engine, by the engine's name."""
    return exp.Anonymous(this=function, expressions=list(arguments))


def tight(node: Node) -> Node:
    """A node as an operand: in parentheses where it needs them."""
    if isinstance(node, _LOOSE) and not isinstance(node, _TIGHT):
        return exp.Paren(this=node)
    return node


def binary(kind: type[exp.Binary], left: Node, right: Node) -> Node:
    """Two operands with an operator between them."""
    return kind(this=tight(left), expression=tight(right))


def negated(node: Node) -> Node:
    """NOT."""
    return exp.Not(this=tight(node))


def all_of(nodes: Iterable[Node]) -> Node:
    """Conditions joined by AND."""
    return _joined(exp.And, list(nodes))


def any_of(nodes: Iterable[Node]) -> Node:
    """Conditions joined by OR."""
    return _joined(exp.Or, list(nodes))


def _joined(kind: type[exp.Connector], nodes: list[Node]) -> Node:
    if len(nodes) == 1:
        return nodes[0]
    inner = [node if isinstance(node, (kind, *_COMPARISONS)) else tight(node) for node in nodes]
    return reduce(lambda left, right: kind(this=left, expression=right), inner)


def is_null(node: Node) -> Node:
    """IS NULL."""
    return exp.Is(this=tight(node), expression=null())


def is_not_null(node: Node) -> Node:
    """IS NOT NULL."""
    return exp.Not(this=is_null(node))


def coalesce(first: Node, *others: Node) -> Node:
    """The first that is not NULL."""
    return exp.Coalesce(this=first, expressions=list(others))


def case(branches: Sequence[tuple[Node, Node]], default: Node | None = None) -> Node:
    """CASE WHEN … THEN … ELSE … END."""
    return exp.Case(ifs=[exp.If(this=test, true=then) for test, then in branches], default=default)


def nullif(node: Node, value: Node) -> Node:
    """NULL where a value is this one."""
    return exp.Nullif(this=node, expression=value)


def window(function: Node, order: Sequence[Node] = (), partition: Sequence[Node] = ()) -> Node:
    """A function over the rows in an order."""
    return exp.Window(
        this=function,
        partition_by=list(partition) or None,
        order=exp.Order(expressions=list(order)) if order else None,
        over="OVER",
    )


def ordered(node: Node, *, descending: bool = False, nulls_first: bool = True) -> exp.Ordered:
    """A key to sort by; where nulls go is always said."""
    return exp.Ordered(this=node, desc=descending, nulls_first=nulls_first)


def alias(node: Node, text: str) -> Node:
    """A value under a name; a column that has it keeps it."""
    if isinstance(node, (exp.Column, exp.Identifier)) and node.name == text:
        return node
    return exp.Alias(this=node, alias=name(text))


def filtered(aggregate: Node, condition: Node) -> Node:
    """An aggregate over the rows for which a condition is true."""
    return exp.Filter(this=aggregate, expression=exp.Where(this=condition))


def is_simple(node: Node) -> bool:
    """Whether a node may be written twice: a column, a literal, or a sign before one."""
    while isinstance(node, exp.Neg | exp.Paren):
        node = node.this
    if isinstance(node, exp.Cast):
        return is_simple(node.this)
    return isinstance(node, exp.Column | exp.Literal | exp.Null | exp.Boolean)
