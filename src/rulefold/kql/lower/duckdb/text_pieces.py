"""What functions of texts share."""

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.duckdb.regexes import Expression, translated
from rulefold.kql.lower.sql import Node, call

# Code points that no text has: one stands for what was found, until all is found.
FREE = 0xFDD0
LAST_FREE = 0xFDEF


def expression(call_: Call, number: int) -> Expression:
    """An argument as a regular expression, which has to be a constant."""
    pattern = call_.constant(number)
    if not isinstance(pattern, str):
        raise call_.refused(f"found no text as the regular expression of {call_.apply.function}")
    return translated(pattern, call_.refused)


def whole(call_: Call, number: int, default: int | None) -> int | None:
    """An argument as a whole number, which has to be a constant."""
    value = call_.constant(number, default)
    if value is not None and not isinstance(value, int):
        raise call_.refused(f"found {value} as argument {number + 1} of {call_.apply.function}, expected a number")
    return value


def each(list_: Node, made: Node, *names: str) -> Node:
    """A list with something made of each element, by its name."""
    return call("list_transform", list_, lambda_of(made, *names))


def lambda_of(made: Node, *names: str) -> Node:
    """A function of named values."""
    return exp.Lambda(this=made, expressions=[exp.Identifier(this=name, quoted=False) for name in names])


def named(name: str) -> Node:
    """The value of a name in a function."""
    return exp.Column(this=exp.Identifier(this=name, quoted=False))


def characters(node: Node) -> Node:
    """The characters of a text as a list."""
    return call("string_split", node, sql.string(""))


def joined(list_: Node) -> Node:
    """The texts of a list, one after the other."""
    return call("array_to_string", list_, sql.string(""))
