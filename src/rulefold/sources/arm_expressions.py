"""Expressions of ARM templates, as far as a file alone can tell what they come to.

Parameters with a default value, variables, `concat`, literals, and members of what these give are resolved.  Anything
else is known only to a deployment, and stays open.  Source: Microsoft Learn, "Syntax and expressions in ARM templates".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rulefold.sources.nodes import Fields, Items, Node, Scalar, text_of

_MAX_DEPTH = 32
_TOKEN = re.compile(r"\s*(?:'((?:[^']|'')*)'|([A-Za-z_][\w.]*)\s*\(|(-?\d+)|([(),\]]|\.\w+|\[))", re.ASCII)
_HOLE = re.compile(r"\{(\d+)\}")


@dataclass(frozen=True, slots=True)
class Open:
    """What only a deployment knows: the expression as it is written."""

    expression: str


Part = str | Open
Value = Node | tuple[Part, ...]  # a list or mapping of the template, or a text in parts


@dataclass(frozen=True, slots=True)
class Scope:
    """The parameters and variables of a template, by their names in lower case."""

    parameters: Mapping[str, Node | None]
    variables: Mapping[str, Node]

    @classmethod
    def of(cls, template: Fields) -> "Scope":
        """What a template declares; a parameter without a default value has none."""
        parameters, variables = template.get("parameters"), template.get("variables")
        return cls(
            {
                (key.text or "").lower(): value.get("defaultValue") if isinstance(value, Fields) else None
                for key, value in (parameters.pairs if isinstance(parameters, Fields) else ())
            },
            {
                (key.text or "").lower(): value
                for key, value in (variables.pairs if isinstance(variables, Fields) else ())
            },
        )

    def within(self, template: Fields) -> "Scope":
        """What a nested template sees: what it declares, and, where the scope is the outer one, what that has."""
        own = Scope.of(template)
        return Scope({**self.parameters, **own.parameters}, {**self.variables, **own.variables})


def is_expression(text: str) -> bool:
    """Whether a text of a template is an expression: in brackets, of which the first is not doubled."""
    return text.startswith("[") and text.endswith("]") and not text.startswith("[[")


def parts_of(text: str, scope: Scope) -> tuple[Part, ...]:
    """What a text of a template comes to, with parts that stay open; as a whole, where it is no text at all."""
    value = _text(text, scope, 0)
    if isinstance(value, tuple):
        return value
    literal = text_of(value)
    return (literal,) if literal is not None else (Open(text),)


def resolved(node: Node, scope: Scope) -> Node | Open:
    """What a node of a template stands for, or the part of it that stays open.

    What an expression comes to keeps the place of the expression.
    """
    if not isinstance(node, Scalar) or node.text is None:
        return node
    value = _text(node.text, scope, 0)
    if not isinstance(value, tuple):
        return _moved(value, node)
    for part in value:
        if isinstance(part, Open):
            return part
    return Scalar("".join(str(part) for part in value), node.start, node.end)


def _moved(value: Node, node: Scalar) -> Node:
    return Scalar(value.text, node.start, node.end) if isinstance(value, Scalar) else value


def _text(text: str, scope: Scope, depth: int) -> Value:
    if not is_expression(text):
        return (text[1:] if text.startswith("[[") and text.endswith("]") else text,)
    found = _Parser(text[1:-1], scope, depth).whole() if depth < _MAX_DEPTH else None
    return (Open(text),) if found is None else found


class _Parser:
    """Reads one expression; None is the value of what cannot be known or understood."""

    def __init__(self, text: str, scope: Scope, depth: int) -> None:
        self._text, self._scope, self._depth = text, scope, depth
        self._at = 0

    def whole(self) -> Value | None:
        """The value of the expression."""
        value = self._value(0)
        return value if not self._text[self._at :].strip() else None

    def _value(self, nesting: int) -> Value | None:
        token = _TOKEN.match(self._text, self._at)
        if not token or nesting > _MAX_DEPTH:
            self._at = len(self._text)
            return (Open(self._text),)
        self._at, start = token.end(), self._at
        literal, function, number, mark = token.groups()
        if literal is not None:
            return (literal.replace("''", "'"),)
        if number is not None:
            return (number,)
        if function is None:
            self._at = len(self._text)
            return (Open(f"{self._text} at {mark}"),)
        arguments = self._arguments(nesting)
        return self._members(self._call(function.lower(), arguments, self._text[start : self._at].strip()))

    def _arguments(self, nesting: int) -> list[Value]:
        arguments: list[Value] = []
        while True:
            token = _TOKEN.match(self._text, self._at)
            if not token:
                self._at = len(self._text)
                return arguments
            if token[4] == ")":
                self._at = token.end()
                return arguments
            if token[4] == ",":
                self._at = token.end()
                continue
            arguments.append(self._value(nesting + 1) or (Open(self._text),))

    def _call(self, name: str, arguments: list[Value], written: str) -> Value:
        match name, arguments:
            case "parameters" | "variables", [(str(key),)]:
                declared = self._scope.parameters if name == "parameters" else self._scope.variables
                node = declared.get(key.lower())
                if isinstance(node, Scalar) and node.text is not None:
                    return _text(node.text, self._scope, self._depth + 1)
                return (Open(written),) if node is None or isinstance(node, Scalar) else node
            case "concat", _ if all(isinstance(argument, tuple) for argument in arguments):
                return tuple(part for argument in arguments if isinstance(argument, tuple) for part in argument)
            case "format", [(str(form),), *rest] if all(isinstance(argument, tuple) for argument in rest):
                return _formatted(form, [argument for argument in rest if isinstance(argument, tuple)], written)
        return (Open(written),)

    def _members(self, value: Value) -> Value:
        """The member of a mapping, or the item of a list, that an expression goes on to name."""
        while token := _TOKEN.match(self._text, self._at):
            mark = token[4] or ""
            if mark.startswith("."):
                self._at = token.end()
                value = _member(value, mark[1:], self._text)
            elif mark == "[":
                self._at = token.end()
                index = self._value(0)
                closing = _TOKEN.match(self._text, self._at)
                self._at = closing.end() if closing else len(self._text)
                value = _member(value, index[0] if isinstance(index, tuple) and len(index) == 1 else "", self._text)
            else:
                break
            if isinstance(value, Scalar):
                value = _text(value.text or "", self._scope, self._depth + 1)
        return value


def _formatted(form: str, arguments: list[tuple[Part, ...]], written: str) -> tuple[Part, ...]:
    """A format with its numbered holes filled; one with anything else in braces stays open."""
    parts: list[Part] = []
    for n, piece in enumerate(_HOLE.split(form)):
        if n % 2 == 0 and not set("{}") & set(piece):
            parts.append(piece)
        elif n % 2 and int(piece) < len(arguments):
            parts += arguments[int(piece)]
        else:
            return (Open(written),)
    return tuple(parts)


def _member(value: Value, name: Part, written: str) -> Value:
    match value:
        case Fields() if isinstance(name, str) and (member := value.get(name)) is not None:
            return member
        case Items() if isinstance(name, str) and name.isdecimal() and int(name) < len(value.items):
            return value.items[int(name)]
    return (Open(written),)
