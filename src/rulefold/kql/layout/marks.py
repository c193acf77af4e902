"""What the syntax says of the space between tokens: which bracket belongs to a call, which sign to a number."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from rulefold.kql.syntax import (
    Aside,
    Call,
    DataTable,
    Dynamic,
    ExternalData,
    Index,
    Literal,
    MakeSeries,
    Node,
    Option,
    Query,
    Subquery,
    TypeOf,
    Unary,
    Unsupported,
    Wildcard,
)
from rulefold.kql.tokens import Kind, Token
from rulefold.text import Span


@dataclass(slots=True)
class Marks:
    """Offsets at which tokens begin: those that no space stands before, and those that none stands behind.

    `options` says where the settings of operators begin, and where each ends; `as_is` has the spans of what is not
    understood.
    """

    before: set[int] = field(default_factory=set)
    behind: set[int] = field(default_factory=set)
    options: dict[int, int] = field(default_factory=dict)
    as_is: list[Span] = field(default_factory=list)


def marks(query: Query, tokens: list[Token]) -> Marks:
    """The marks of a query's tokens."""
    found = Marks()
    at = {token.start: index for index, token in enumerate(tokens)}
    for node in _nodes(query):
        match node:
            case Call() | DataTable() | Dynamic() | ExternalData() | Subquery() | TypeOf():
                _mark_call(found, tokens, at[node.span.start])
            case Option():
                _mark_option(found, tokens, at[node.span.start], node)
            case Unary() | Literal() if tokens[at[node.span.start]].text in ("-", "+"):
                found.behind.add(node.span.start)
            case Index():
                _mark_index(found, tokens, at[node.index.span.start])
            case Wildcard():
                _mark_wildcard(found, tokens, at[node.span.start], node.span.end)
            case MakeSeries(ranged=True):
                _mark_range(found, tokens, at[node.on.span.start])
            case Unsupported() | Aside():
                found.as_is.append(node.span)
            case _:
                pass
    return found


def _nodes(query: Query) -> Iterator[Node]:
    """A node and all in it, without recursion."""
    waiting: list[object] = [query]
    while waiting:
        one = waiting.pop()
        if isinstance(one, tuple):
            waiting.extend(one)
        elif isinstance(one, Node):
            yield one
            waiting.extend(getattr(one, of.name) for of in fields(one) if of.name != "span")


def _mark_call(found: Marks, tokens: list[Token], index: int) -> None:
    """The bracket behind a name, plain or in brackets."""
    following = index + (3 if tokens[index].text == "[" else 1)
    if tokens[following].text == "(":
        found.before.add(tokens[following].start)


def _mark_option(found: Marks, tokens: list[Token], index: int, node: Option) -> None:
    equals = tokens[index + 1]
    if equals.text == "=":
        found.before.add(equals.start)
        found.behind.add(equals.start)
        found.options[node.span.start] = node.span.end


def _mark_index(found: Marks, tokens: list[Token], index: int) -> None:
    index -= 1
    while tokens[index].text == "(":
        index -= 1
    found.before.add(tokens[index].start)


def _mark_wildcard(found: Marks, tokens: list[Token], index: int, end: int) -> None:
    while tokens[index + 1].start < end and tokens[index + 1].kind is not Kind.END:
        index += 1
        found.before.add(tokens[index].start)


def _mark_range(found: Marks, tokens: list[Token], index: int) -> None:
    while [one.text for one in tokens[index : index + 3]] != ["in", "range", "("]:
        index += 1
    found.before.add(tokens[index + 2].start)


def is_call_word(token: Token) -> bool:
    """Whether a word is written without space before its bracket, wherever it stands."""
    return token.kind is Kind.NAME and token.text in ("pack", "pack_all", "query_parameters")
