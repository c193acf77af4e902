"""Lists of DuckDB, and what is done with each element of one."""

from collections.abc import Callable

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.sql import Node, call

Element = Callable[[], Node]


def _variable(name: str) -> exp.Identifier:
    return exp.Identifier(this=name, quoted=True)


def _lambda(body: Node, *names: str) -> Node:
    return exp.Lambda(this=body, expressions=[_variable(name) for name in names])


def each(items: Node, body: Callable[[Element], Node], depth: int = 0) -> Node:
    """A list of what is made of each element; `depth` tells one inside of another apart.

    The name of the variable is one that no column has.
    """
    name = f"$e{depth}"
    return call("list_transform", items, _lambda(body(lambda: exp.Column(this=_variable(name))), name))


def each_numbered(items: Node, body: Callable[[Element, Element], Node]) -> Node:
    """As `each`, with the number of the element, from 1."""
    made = body(lambda: exp.Column(this=_variable("$e")), lambda: exp.Column(this=_variable("$i")))
    return call("list_transform", items, _lambda(made, "$e", "$i"))


def where(items: Node, test: Callable[[Element], Node]) -> Node:
    """The elements for which a test is true."""
    return call("list_filter", items, _lambda(test(lambda: exp.Column(this=_variable("$e"))), "$e"))


def where_numbered(items: Node, test: Callable[[Element, Element], Node]) -> Node:
    """As `where`, with the number of the element, from 1."""
    made = test(lambda: exp.Column(this=_variable("$e")), lambda: exp.Column(this=_variable("$i")))
    return call("list_filter", items, _lambda(made, "$e", "$i"))


def reduced(items: Node, step: Callable[[Element, Element], Node]) -> Node:
    """What is made of the elements one after the other, of the first and the second first."""
    made = step(lambda: exp.Column(this=_variable("$s")), lambda: exp.Column(this=_variable("$e")))
    return call("list_reduce", items, _lambda(made, "$s", "$e"))


def size(items: Node) -> Node:
    """The number of elements."""
    return call("len", items)


def item(items: Node, number: Node) -> Node:
    """An element by its number, from 1; NULL where there is none."""
    return call("list_extract", items, number)


def numbers(count: Node) -> Node:
    """The numbers from 1 to a count."""
    return call("generate_series", sql.number(1), count)


def struct(**members: Node) -> Node:
    """A struct of these members."""
    pairs = [exp.PropertyEQ(this=exp.Identifier(this=name), expression=node) for name, node in members.items()]
    return call("struct_pack", *pairs)


def member(node: Node, name: str) -> Node:
    """A member of a struct."""
    return call("struct_extract", node, sql.string(name))


def first_of_each(items: Element) -> Node:
    """The elements, each once, in the order in which they come first."""
    return where_numbered(items(), lambda e, i: sql.binary(exp.EQ, call("list_position", items(), e()), i()))


def let(node: Node, body: Callable[[Element], Node]) -> Node:
    """What is made of a value that is written several times, where it cannot be worked out in a step before."""
    made = body(lambda: exp.Column(this=_variable("$v")))
    one = exp.Array(expressions=[node])
    return call("list_extract", call("list_transform", one, _lambda(made, "$v")), sql.number(1))
