"""Expressions of ARM templates, as far as a file alone can tell what they come to.

Parameters with a default value, variables, `concat`, literals, and members of what these give are resolved.  Anything
else is known only to a deployment, and stays open.  Source: Microsoft Learn, "Syntax and expressions in ARM templates".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rulefold.sources.nodes import Fields, Items, Node, Scalar, text_of

_MAX_DEPTH = 32
_MAX_STEPS = 1_000
_MAX_TEXT = 1_000_000
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
    value = _text(text, scope, _Budget())
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
    value = _text(node.text, scope, _Budget())
    if not isinstance(value, tuple):
        return _moved(value, node)
    for part in value:
        if isinstance(part, Open):
            return part
    return Scalar("".join(str(part) for part in value), node.start, node.end)


def _moved(value: Node, node: Scalar) -> Node:
    return Scalar(value.text, node.start, node.end) if isinstance(value, Scalar) else value


@dataclass(slots=True)
class _Budget:
    """How much is still resolved for one text: variables can name each other in circles, and grow without end."""

    steps: int = _MAX_STEPS
    characters: int = _MAX_TEXT
    depth: int = 0

    def spend(self, steps: int, characters: int) -> None:
        """Take account of what was done, and end it where it is too much."""
        self.steps -= steps
        self.characters -= characters
        if self.steps < 0 or self.characters < 0:
            raise _NotUnderstoodError


def _text(text: str, scope: Scope, budget: _Budget) -> Value:
    if not is_expression(text):
        return (text[1:] if text.startswith("[[") and text.endswith("]") else text,)
    try:
        return _Parser(text[1:-1], scope, budget).whole()
    except _NotUnderstoodError:
        return (Open(text),)


class _NotUnderstoodError(Exception):
    """What is in the brackets has not the form of an expression, or is too much."""


class _Parser:
    """Reads one expression."""

    def __init__(self, text: str, scope: Scope, budget: _Budget) -> None:
        self._text, self._scope, self._budget = text, scope, budget
        self._at = 0

    def whole(self) -> Value:
        """The value of the expression."""
        value = self._value()
        if self._text[self._at :].strip():
            raise _NotUnderstoodError
        return value

    def _next(self) -> tuple[str, ...]:
        """The parts of the next token: a literal, the name of a function, a number, or a mark."""
        token = _TOKEN.match(self._text, self._at)
        if not token:
            raise _NotUnderstoodError
        self._at = token.end()
        return token.groups()

    def _value(self) -> Value:
        self._budget.spend(1, 0)
        if self._budget.depth == _MAX_DEPTH:
            raise _NotUnderstoodError
        self._budget.depth += 1
        try:
            return self._one_value()
        finally:
            self._budget.depth -= 1

    def _one_value(self) -> Value:
        start = self._at
        literal, function, number, _ = self._next()
        if literal is not None:
            return (literal.replace("''", "'"),)
        if number is not None:
            return (number,)
        if function is None:
            raise _NotUnderstoodError
        arguments = self._arguments()
        return self._member_of(self._call(function.lower(), arguments, self._text[start : self._at].strip()))

    def _arguments(self) -> list[Value]:
        arguments: list[Value] = []
        if self._take(")"):
            return arguments
        while True:
            arguments.append(self._value())
            mark = self._next()[3]
            if mark == ")":
                return arguments
            if mark != ",":
                raise _NotUnderstoodError

    def _take(self, mark: str) -> bool:
        """Whether the next token is this mark, which is then behind."""
        token = _TOKEN.match(self._text, self._at)
        if token and token[4] == mark:
            self._at = token.end()
            return True
        return False

    def _call(self, name: str, arguments: list[Value], written: str) -> Value:
        texts = [argument for argument in arguments if isinstance(argument, tuple)]
        self._budget.spend(0, sum(len(part) for text in texts for part in text if isinstance(part, str)))
        match name, arguments:
            case "parameters" | "variables", [(str(key),)]:
                declared = self._scope.parameters if name == "parameters" else self._scope.variables
                return self._declared(declared.get(key.lower()), written)
            case "concat", _ if len(texts) == len(arguments):
                return tuple(part for text in texts for part in text)
            case "format", [(str(form),), *_] if len(texts) == len(arguments):
                return _formatted(form, texts[1:], written)
        return (Open(written),)

    def _declared(self, node: Node | None, written: str) -> Value:
        """What a parameter, a variable or a member of one comes to."""
        if isinstance(node, Scalar) and node.text is not None:
            return _text(node.text, self._scope, self._budget)
        return (Open(written),) if node is None or isinstance(node, Scalar) else node

    def _member_of(self, value: Value) -> Value:
        """The member of a mapping, or the item of a list, that an expression goes on to name."""
        while (token := _TOKEN.match(self._text, self._at)) and (token[4] or "").startswith((".", "[")):
            self._at = token.end()
            name: Value = (token[4][1:],)
            if token[4] == "[":
                name = self._value()
                if not self._take("]"):
                    raise _NotUnderstoodError
            value = self._declared(_member(value, name), self._text)
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


def _member(value: Value, name: Value) -> Node | None:
    match value, name:
        case Fields(), (str(key),):
            return value.get(key)
        case Items(), (str(index),) if index.isdecimal() and int(index) < len(value.items):
            return value.items[int(index)]
    return None
