"""Dynamic values as JSON."""

import json
from collections.abc import Callable, Sequence

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.duckdb.types import BIGINT, JSON, JSON_LIST, cast, try_cast
from rulefold.kql.lower.engine import Engine
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
    if _is_guarded(node):
        found = node.args["ifs"][0]
        return sql.case([(found.this, text_of(found.args["true"]))])
    if _is(node, "to_json") and _is_string(inner := node.expressions[0]):
        return sql.string(inner.name)
    return call("json_extract_string", node, sql.string("$"))


def parsed(again: Callable[[], Node]) -> Node:
    """The value of a text in JSON; a text that is none is the value itself, an empty one is null."""
    written = call("to_json", sql.nullif(again(), sql.string("")))
    return sql.case([(call("json_valid", again()), call("json", again()))], written)


def _is_guarded(node: Node) -> bool:
    """Whether a node is a path into a text that may be no JSON."""
    if not isinstance(node, exp.Case) or len(node.args["ifs"]) != 1 or node.args.get("default") is not None:
        return False
    found = node.args["ifs"][0]
    return _is(found.this, "json_valid") and _is(found.args["true"], "json_extract")


def _parsed_text(node: Node) -> Node | None:
    """The text of which a node is the parsed value, if it is one."""
    if isinstance(node, exp.Case) and node.args.get("default") is not None:
        found = node.args["ifs"][0]
        if _is(found.this, "json_valid") and _is(found.args["true"], "json"):
            text_node: Node = found.this.expressions[0]
            return text_node
    return None


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
    if path == "$":
        return node
    written = _parsed_text(node)
    if written is None:
        return call("json_extract", node, sql.string(path))
    found = call("json_extract", written.copy(), sql.string(path))  # a text need not be made a value before
    return sql.case([(call("json_valid", written), found)])


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
    if key.type is Type.STRING:
        return at_key(node, text(key))
    return _by_dynamic(node, key)


def at_key(node: Node, key: Node) -> Node:
    """The member of JSON at a key that is any text."""
    escaped = call("replace", key, sql.string("~"), sql.string("~0"))
    pointer = call("replace", escaped, sql.string("/"), sql.string("~1"))
    return call("json_extract", node, exp.DPipe(this=sql.string("/"), expression=pointer))


def _by_dynamic(node: Node, key: Term) -> Node:
    """By a key that may be a text or a number."""
    return at_key(node, text_of(key.node))


def elements(node: Node) -> Node:
    """The elements of an array as a list, NULL for those that are null; NULL for what is no array."""
    return try_cast(node, JSON_LIST)


def array(items: Node) -> Node:
    """A list as a JSON array."""
    return call("to_json", items)


def holds(array_term: Term, item: Node) -> Node:
    """Whether an array has an element."""
    return call("list_contains", elements(array_term.node), item)


def holds_text(array_term: Term, item: Node) -> Node:
    """Whether an array has an element that is a text in lower case, where case does not count."""
    name = exp.Identifier(this="e", quoted=False)
    lowered = exp.Lambda(this=call("lower", text_of(exp.Column(this=name))), expressions=[name])
    return call("list_contains", call("list_transform", elements(array_term.node), lowered), item)


def any_element(engine: Engine, array_term: Term, test: Callable[[Term], Node]) -> Node:
    """Whether a test is true for an element, as text, of an array; a scalar is as an array of one."""
    items = call("coalesce", elements(array_term.node), exp.Array(expressions=[known(array_term.node.copy())]))
    name = exp.Identifier(this="$e", quoted=True)
    written = sql.coalesce(text_of(exp.Column(this=name)), sql.string(""))
    once, engine.once = engine.once, lambda node: node.copy  # an element is not known outside
    body = test(Term(written, Type.STRING, nullable=False))
    engine.once = once
    found = call("list_transform", items, exp.Lambda(this=body, expressions=[name]))
    return call("list_contains", found, sql.true())
