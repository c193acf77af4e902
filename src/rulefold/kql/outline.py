"""Syntax as an indented outline, a node a line: its name, its own values, and below them its parts."""

from collections.abc import Iterator
from dataclasses import fields

from rulefold.kql.syntax import Node


def outline(node: Node) -> str:
    """The outline of a piece of syntax, each line ended."""
    return "".join(f"{'  ' * depth}{text}\n" for depth, text in _lines(node))


def _lines(root: Node) -> Iterator[tuple[int, str]]:
    """Lines with their depths; the parts that wait are kept in a list, for a query may nest deeply."""
    waiting: list[tuple[int, str, object]] = [(0, "", root)]
    while waiting:
        depth, label, value = waiting.pop()
        lead = f"{label}: " if label else ""
        if isinstance(value, Node):
            own, parts = _split(value)
            yield depth, f"{lead}{type(value).__name__}{own}"
            waiting += [(depth + 1, *part) for part in reversed(parts)]
        elif isinstance(value, tuple):
            yield depth, label
            waiting += [(depth + 1, "", one) for one in reversed(value)]
        else:
            yield depth, f"{lead}{_shown(value)}"


def _split(node: Node) -> tuple[str, list[tuple[str, object]]]:
    """The values of a node as text, and its parts with their names; what is left at its default is left out."""
    own = ""
    parts: list[tuple[str, object]] = []
    for one in fields(node):
        value = getattr(node, one.name)
        if one.name == "span" or value in (None, (), "", False):
            continue
        if isinstance(value, Node) or (isinstance(value, tuple) and not all(isinstance(part, str) for part in value)):
            parts.append((one.name, value))
        else:
            own += f" {_shown(value)}"
    if len(parts) == 1 and isinstance(parts[0][1], Node):
        parts = [("", parts[0][1])]
    return own, parts


def _shown(value: object) -> str:
    return (
        ", ".join(map(str, value))
        if isinstance(value, tuple)
        else repr(value)
        if isinstance(value, str)
        else str(value)
    )
