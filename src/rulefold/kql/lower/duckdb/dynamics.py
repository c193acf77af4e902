"""Dynamic values as JSON."""

import json
from collections.abc import Sequence

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.duckdb.types import BIGINT, JSON, JSON_LIST, VARCHAR, cast, try_cast
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Term, exact, text
from rulefold.kql.types import INTEGERS, Type


def constant(value: object) -> Node:
    """A dynamic literal."""
    if value is None:
        return cast(sql.null(), JSON)
    return cast(sql.string(json.dumps(value, ensure_ascii=False, separators=(",", ":"))), JSON)


def text_of(node: Node) -> Node:
    """`tostring`: a text as it is, all else as JSON; NULL for null."""
    if _is(node, "json_extract"):
        return call("json_extract_string", *node.expressions)
    if _is(node, "to_json") and _is_string(inner := node.expressions[0]):
        return sql.string(inner.name)
    return call("json_extract_string", node, sql.string("$"))


def _is(node: Node, function: str) -> bool:
    return isinstance(node, exp.Anonymous) and node.this == function


def _is_string(node: Node) -> bool:
    return isinstance(node, exp.Literal) and node.is_string


def known(node: Node) -> Node:
    """JSON whose null is NULL."""
    return sql.nullif(node, sql.string("null"))


def access(target: Term, keys: Sequence[Term]) -> Node:
    """A member or an element of JSON, by as few paths as can be."""
    node = target.node
    path = "$"
    for key in keys:
        step = _path(key)
        if step is not None:
            path += step
            continue
        node = _followed(node, path)
        path = "$"
        node = _by_value(node, key)
    return _followed(node, path)


def _followed(node: Node, path: str) -> Node:
    return node if path == "$" else call("json_extract", node, sql.string(path))


def _path(key: Term) -> str | None:
    if not key.constant:
        return None
    if isinstance(key.value, str):
        return f'."{key.value}"' if not set(key.value) & set('"\\*') and key.value else None
    if isinstance(key.value, int) and key.type in INTEGERS:
        return f"[{key.value}]" if key.value >= 0 else f"[#{key.value}]"
    return None


def _by_value(node: Node, key: Term) -> Node:
    """By a key that is known to the row alone."""
    if key.type in INTEGERS:
        return call("json_extract", node, cast(exact(key), BIGINT))
    name = text(key) if key.type is Type.STRING else text_of(key.node)
    return call("json_extract", node, pointer(name))


def pointer(name: Node) -> Node:
    """The path to a member, or an element, whose name is known to the row alone."""
    quoted = call(
        "replace", call("replace", name, sql.string("~"), sql.string("~0")), sql.string("/"), sql.string("~1")
    )
    return exp.DPipe(this=sql.string("/"), expression=quoted)


def elements(node: Node) -> Node:
    """The elements of an array as a list, NULL for those that are null; NULL for what is no array."""
    return try_cast(node, JSON_LIST)


def array(items: Node) -> Node:
    """A list as a JSON array."""
    return call("to_json", items)


def holds(array_term: Term, item: Node, *, folded: bool) -> Node:
    """Whether an array has an element."""
    found = elements(array_term.node)
    if folded:
        name = exp.Identifier(this="e", quoted=False)
        lowered = exp.Lambda(this=call("lower", cast(exp.Column(this=name), VARCHAR)), expressions=[name])
        found = call("list_transform", found, lowered)
    return call("list_contains", found, item)
