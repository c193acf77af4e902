"""Syntax → canonical text.

What a query says is written in one way: an operator a line, names in brackets and values in parentheses only where they
have to be, literals in their shortest form.  `parse(render(query))` is the query again, and queries that differ in
white space, comments, or the spelling of words and literals have the same text.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import assert_never

from rulefold.kql.parse import parse
from rulefold.kql.parse.expressions import SETTINGS
from rulefold.kql.render import spelling
from rulefold.kql.render.expressions import body_parts, columns, leftmost, option_value, value_parts
from rulefold.kql.render.operators import operator_parts
from rulefold.kql.render.parts import (
    Body,
    Compound,
    Guard,
    Layout,
    Line,
    Part,
    Parts,
    Step,
    Value,
    joined,
    put_together,
)
from rulefold.kql.syntax import (
    Aside,
    Declare,
    Expression,
    Function,
    Let,
    Operator,
    Parameter,
    Query,
    Set,
    Star,
    Statement,
)
from rulefold.kql.syntax import Value as ValueStatement
from rulefold.kql.tokens import tokens
from rulefold.kql.types import Type

# Names that begin a statement of another kind where a statement begins.
_STATEMENT_WORDS = Guard(frozenset({"let", "declare", "alias", "restrict"}))


def render(node: Query | Statement | Expression | Operator) -> str:
    """The canonical text of a query or of a part of one; a query ends in a line feed, and one of nothing is empty.

    A statement is written without the semicolon behind it, an operator without the bar before it.  Takes time and
    memory in proportion to the size of the tree.
    """
    if isinstance(node, Query):
        return ";\n".join(map(render, node.statements)) + "\n" if node.statements else ""
    return put_together(_compound(node), _parts_of)


def fingerprint(text: str) -> str:
    """The SHA-256, in hexadecimal, of the canonical text of a query.

    Queries that say the same in other white space, comments and spellings have the same.  A query with a syntax error
    has no canonical text; its tokens are taken as they stand, so that at least white space and comments do not count.
    """
    query, faults = parse(text)
    canonical = "\0".join(token.text for token in tokens(text)) if faults else render(query)
    return sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _compound(node: Statement | Expression | Operator) -> Compound:
    if isinstance(node, Statement):
        return Line(node)
    return Body(node) if isinstance(node, Expression) else Step(node)


def _parts_of(part: Compound) -> Parts:
    match part:
        case Value():
            return value_parts(part)
        case Body():
            return body_parts(part)
        case Step(operator):
            return operator_parts(operator)
        case Line(statement):
            return _statement(statement)
    assert_never(part)


# ------------------------------------------------------------------------------------------------------ statements


def _statement(node: Statement) -> Parts:
    match node:
        case Let(name, value):
            yield f"let {spelling.name(name, SETTINGS)} = "
            if isinstance(value, Function):
                yield from _function(value)
            else:
                yield Body(value)
        case Set(name, value):
            yield f"set {spelling.name(name, SETTINGS)}"
            if value is not None:
                yield " = "
                yield option_value(value)
        case Declare(parameters):
            yield "declare query_parameters("
            yield from joined(map(_parameter, parameters))
            yield ")"
        case Aside(_, text):
            yield text
        case ValueStatement(value):
            starred = isinstance(leftmost(value), Star)
            yield "(" if starred else _STATEMENT_WORDS
            yield Body(value)
            if starred:
                yield ")"
        case _:
            assert_never(node)


def _function(node: Function) -> Parts:
    yield "view (" if node.view else "("
    yield from joined(map(_parameter, node.parameters))
    yield ") {"
    yield Layout.INDENT
    for statement in node.body:
        yield Layout.NEWLINE
        yield Line(statement)
        if not isinstance(statement, ValueStatement):
            yield ";"
    yield Layout.DEDENT
    yield Layout.NEWLINE
    yield "}"


def _parameter(node: Parameter) -> Sequence[Part]:
    name = spelling.new_name(node.name)
    if not isinstance(node.type, Type):
        return [f"{name}: ({columns(node.type) or '*'})"]
    typed = f"{name}: {node.type}"
    return [typed] if node.default is None else [f"{typed} = ", Value(node.default)]
