"""Costly or misleading habits in a query that is otherwise right.  Source: Kusto's documentation of best practices."""

import re
from collections.abc import Callable, Iterator

from rulefold import codes
from rulefold.kql.faults import QueryDiagnostic, Stage, fault
from rulefold.kql.syntax import (
    Binary,
    Call,
    Extend,
    Find,
    Index,
    Join,
    Let,
    Literal,
    Member,
    Name,
    Named,
    Node,
    Pipe,
    Project,
    Query,
    Search,
    Union,
    Wildcard,
    walk,
)
from rulefold.kql.types import Type

_TERM = re.compile(r"[^\W_]{4,}")  # what the index of terms holds: shorter ones are not in it
_LETTER = re.compile(r"[^\W\d_]")
_HAS = {"contains": "has", "!contains": "!has", "contains_cs": "has_cs", "!contains_cs": "!has_cs"}
_PARSERS = frozenset({"parse_json", "parsejson", "todynamic", "toobject"})
_EXACT = {"=~": "==", "!~": "!="}
_FOLDED = {"==": "=~", "!=": "!~"}


def habits(query: Query) -> list[QueryDiagnostic]:
    """The habits of a query, in the order of their places."""
    found = [one for node in walk(query) for look in _LOOKS.get(type(node), ()) for one in look(node)]
    return sorted(found, key=lambda one: one.span)


def _text(node: object) -> str | None:
    if isinstance(node, Literal) and node.type is Type.STRING and isinstance(node.value, str):
        return node.value
    return None


def _substring(node: Binary) -> Iterator[QueryDiagnostic]:
    """`contains` reads every value to its end; `has` finds a whole term by the index."""
    text = _text(node.right)
    better = _HAS.get(node.operator)
    if better and text is not None and _TERM.fullmatch(text):
        message = f'found {node.operator} "{text}", which {better} finds faster where it is a whole term'
        yield fault(codes.SLOW_SUBSTRING, Stage.HABIT, node.span, message)


def _case(node: Binary) -> Iterator[QueryDiagnostic]:
    """Case is folded for nothing, or by hand."""
    text = _text(node.right)
    if node.operator in _EXACT and text is not None and not _LETTER.search(text):
        message = f'found {node.operator} "{text}", in which there is no letter, expected {_EXACT[node.operator]}'
        yield fault(codes.NEEDLESS_CASE, Stage.HABIT, node.span, message)
    if node.operator in _FOLDED and isinstance(node.left, Call) and node.left.function in ("tolower", "toupper"):
        message = f"found {node.left.function} before {node.operator}, expected {_FOLDED[node.operator]} without it"
        yield fault(codes.NEEDLESS_CASE, Stage.HABIT, node.span, message)


def _search(node: Search) -> Iterator[QueryDiagnostic]:
    if not node.tables:
        message = "found search without tables, which reads all columns of all tables where it comes first"
        yield fault(codes.SEARCHES_ALL, Stage.HABIT, node.span, message)


def _find(node: Find) -> Iterator[QueryDiagnostic]:
    if not node.tables:
        yield fault(codes.SEARCHES_ALL, Stage.HABIT, node.span, "found find without tables, which reads all of them")


def _union(node: Union) -> Iterator[QueryDiagnostic]:
    for table in node.tables:
        if isinstance(table, Wildcard) and table.pattern == "*":
            yield fault(codes.SEARCHES_ALL, Stage.HABIT, table.span, "found union *, which reads all tables")


def _made_keys(node: Pipe) -> Iterator[QueryDiagnostic]:
    """A key that tostring makes of a dynamic value is made for every row before the join."""
    made: dict[str, Node] = {}
    for operator in node.operators:
        if isinstance(operator, Extend | Project):
            made |= {one.names[0]: one for one in operator.columns if _is_made(one) and isinstance(one, Named)}
        if not isinstance(operator, Join):
            continue
        for key in operator.on:
            name = _left_name(key)
            if name in made:
                message = f"found the key {name} of a join, which tostring makes for every row"
                yield fault(codes.MADE_JOIN_KEY, Stage.HABIT, key.span, message)


def _is_made(column: Node) -> bool:
    """Whether a column is `tostring` of a member of a dynamic value."""
    if not (isinstance(column, Named) and isinstance(column.value, Call) and column.value.function == "tostring"):
        return False
    root: Node = column.value.arguments[0] if column.value.arguments else column
    path = root
    while isinstance(path, Member | Index):
        path = path.target
    return path is not root and (isinstance(path, Name) or (isinstance(path, Call) and path.function in _PARSERS))


def _left_name(key: Node) -> str:
    if isinstance(key, Name):
        return key.name
    member = getattr(key.left, "member", None) if isinstance(key, Binary) else None
    return member.name if isinstance(member, Name) else ""


def timeless_joins(query: Query) -> list[QueryDiagnostic]:
    """The joins whose right side is a table that nothing bounds in time."""
    found = []
    given = {node.name for node in walk(query) if isinstance(node, Let)}
    for node in walk(query):
        if not isinstance(node, Join):
            continue
        table = _table(node.right)
        if table is not None and table not in given and not _is_timed(node.right):
            message = f"found {table} in a join without a bound in time"
            found.append(fault(codes.JOIN_WITHOUT_TIME, Stage.HABIT, node.right.span, message))
    return sorted(found, key=lambda one: one.span)


def _table(side: Node) -> str | None:
    """The name that a side of a join starts with, where operators follow that could bound it."""
    source = side.source if isinstance(side, Pipe) else None
    return source.name if isinstance(source, Name) else None


def _is_timed(side: Node) -> bool:
    names = {one.name for one in walk(side) if isinstance(one, Name)}
    calls = {one.function for one in walk(side) if isinstance(one, Call)}
    return bool(names & {"TimeGenerated", "Timestamp"} or calls & {"ago", "now", "datetime"})


_LOOKS: dict[type, tuple[Callable[..., Iterator[QueryDiagnostic]], ...]] = {
    Binary: (_substring, _case),
    Search: (_search,),
    Find: (_find,),
    Union: (_union,),
    Pipe: (_made_keys,),
}
