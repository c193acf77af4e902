"""Expressions → parts."""

from typing import assert_never

from rulefold.kql.parse.expressions import LEVELS, MATCHES, REPEATABLE
from rulefold.kql.render import spelling
from rulefold.kql.render.parts import Body, Guard, Layout, NewName, Part, Parts, Reference, Step, Value, block, joined
from rulefold.kql.syntax import (
    Between,
    Binary,
    Call,
    ColumnType,
    DataTable,
    Dynamic,
    Expression,
    ExternalData,
    Index,
    Json,
    JsonArray,
    JsonObject,
    Literal,
    Logical,
    Member,
    Membership,
    Name,
    Named,
    Option,
    Pipe,
    Star,
    Subquery,
    TypeOf,
    Unary,
    Wildcard,
)
from rulefold.kql.types import Type

PIPED = 0  # the level of a pipe, which is below all operators
OPERAND = max(LEVELS.values()) + 1  # a value with a sign
PATH = OPERAND + 1
_NUMERIC = (Type.LONG, Type.REAL, Type.TIMESPAN)
# Names that begin an operator where a pipe begins, if another name follows.
SOURCE_WORDS = Guard(frozenset({"range", "evaluate"}))


def level(node: Expression) -> int:
    """How tightly an expression holds together."""
    match node:
        case Binary(operator):
            return LEVELS["matches" if operator == MATCHES else operator]
        case Logical(operator) | Membership(operator) | Between(operator):
            return LEVELS[operator]
        case Pipe():
            return PIPED
        case Unary():
            return OPERAND
    return PATH


def leftmost(node: Expression) -> Expression:
    """What an expression begins with."""
    while True:
        match node:
            case Binary(_, first, _) | Membership(_, first, _) | Between(_, first, _, _):
                node = first
            case Logical(_, operands):
                node = operands[0]
            case Member(first, _) | Index(first, _):
                node = first
            case Pipe(source, _) if source is not None:
                node = source
            case _:
                return node


def _least_left(operator_level: int) -> int:
    """The least level that what stands left of an operator can have without parentheses."""
    return operator_level if operator_level in REPEATABLE else operator_level + 1


def value_parts(value: Value) -> Parts:
    """The parts of an expression, with parentheses where they are needed."""
    node = value.node
    if level(node) < value.least:
        yield from block("(", node, ")")
    else:
        yield from _parts(node)


def body_parts(body: Body) -> Parts:
    """The parts of an expression where a pipe may stand without parentheses."""
    yield SOURCE_WORDS
    yield from _parts(body.node)


def _parts(node: Expression) -> Parts:
    match node:
        case Pipe():
            yield from pipe_parts(node)
        case Name(name):
            yield Reference(name)
        case Literal():
            yield spelling.literal(node)
        case Star():
            yield "*"
        case Wildcard(pattern):
            yield pattern
        case Unary() | Binary() | Logical() | Membership() | Between():
            yield from _operation(node)
        case Call() | Member() | Index():
            yield from _path(node)
        case Named():
            yield from named(node)
        case Dynamic() | TypeOf() | DataTable() | ExternalData() | Subquery():
            yield from _form(node)
        case _:
            assert_never(node)


def pipe_parts(node: Pipe) -> Parts:
    """A pipe, an operator a line."""
    if node.source is not None:
        yield SOURCE_WORDS
        yield Value(node.source)
    for index, operator in enumerate(node.operators):
        if index or node.source is not None:
            yield Layout.NEWLINE
            yield "| "
        yield Step(operator)


def _operation(node: Unary | Binary | Logical | Membership | Between) -> Parts:
    own = level(node)
    match node:
        case Unary(operator, operand):
            yield operator
            yield Value(operand, PATH)
        case Binary(operator, left, right):
            yield Value(left, _least_left(own))
            yield f" {operator} "
            yield Value(right, own + 1)
        case Logical(operator, operands):
            yield from joined(([Value(one, own + 1)] for one in operands), f" {operator} ")
        case Membership(operator, left, items):
            yield Value(left, _least_left(own))
            if len(items) == 1:
                yield from block(f" {operator} (", items[0], ")")
            else:
                yield f" {operator} ("
                yield from values(items)
                yield ")"
        case Between(operator, left, low, high):
            yield Value(left, _least_left(own))
            yield f" {operator} ("
            yield Value(low)
            yield " .. "
            yield Value(high)
            yield ")"
        case _:
            assert_never(node)


def _path(node: Call | Member | Index) -> Parts:
    match node:
        case Call(function, arguments):
            yield f"{spelling.function(function)}("
            yield from values(arguments)
            yield ")"
        case Member(target, member):
            yield _target(target)
            yield "."
            yield Value(member)
        case Index(target, index):
            yield _target(target)
            yield "["
            yield Value(index)
            yield "]"
        case _:
            assert_never(node)


def _target(node: Expression) -> Value:
    """What has a member or an element; a number before a point would be read as another number."""
    bare_number = isinstance(node, Literal) and node.type in _NUMERIC
    return Value(node, PATH + 1 if bare_number else PATH)


def _form(node: Dynamic | TypeOf | DataTable | ExternalData | Subquery) -> Parts:
    match node:
        case Dynamic(value):
            yield f"dynamic({json(value)})"
        case TypeOf(type_):
            yield f"typeof({type_})" if isinstance(type_, Type) else f"typeof({columns(type_)})"
        case DataTable(schema, items):
            yield f"datatable({columns(schema)}) ["
            yield from values(items)
            yield "]"
        case ExternalData(schema, uris, options):
            yield f"externaldata({columns(schema)}) ["
            yield from values(uris)
            yield "]"
            yield from with_properties(options)
        case Subquery(keyword, query, options):
            yield keyword
            for option in options:
                yield " "
                yield from option_parts(option)
            yield from block(" (" if options else "(", query, ")")
        case _:
            assert_never(node)


def named(node: Named) -> Parts:
    """A value with the name or the names it is given."""
    if node.several:
        yield "("
    yield from joined([NewName(name)] for name in node.names)
    yield ") = " if node.several else " = "
    yield Value(node.value)


def values(items: tuple[Expression, ...]) -> Parts:
    """Expressions with commas between them."""
    return joined([Value(item)] for item in items)


# ------------------------------------------------------------------------------------------- settings and schemas


def option_parts(option: Option) -> Parts:
    """`name=value`."""
    yield f"{option.name}="
    yield option_value(option.value)


def option_value(value: Expression) -> Part:
    """The value of a setting: a word, or a value."""
    return spelling.word(value.name) if isinstance(value, Name) else Value(value, OPERAND)


def properties(options: tuple[Option, ...]) -> Parts:
    """Settings with commas between them."""
    return joined(option_parts(option) for option in options)


def with_properties(options: tuple[Option, ...]) -> Parts:
    """` with (name=value, …)`, where there are any."""
    if options:
        yield " with ("
        yield from properties(options)
        yield ")"


def columns(schema: tuple[ColumnType | Star, ...]) -> str:
    """`name: type, …`."""
    return ", ".join("*" if isinstance(one, Star) else column(one.name, one.type) for one in schema)


def column(name: str, type_: Type | None) -> str:
    """`name: type`, or the name alone."""
    return spelling.new_name(name) + (f": {type_}" if type_ is not None else "")


# ----------------------------------------------------------------------------------------------- dynamic literals


def json(value: Json) -> str:
    """A dynamic literal's value.  It nests no deeper than the parser allows."""
    match value:
        case Literal():
            return spelling.literal(value, signed=True)
        case JsonArray(items):
            return f"[{', '.join(map(json, items))}]"
        case JsonObject(members):
            return "{" + ", ".join(f"{spelling.string(key)}: {json(one)}" for key, one in members) + "}"
    assert_never(value)
