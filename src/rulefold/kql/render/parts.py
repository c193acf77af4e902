"""What text is made of, and how it is put together.

A node is written as parts one after another, and a part may be a node again.  They wait on a stack of our own, so a
chain of 100,000 sums takes no more of Python's stack than one.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from rulefold.kql import syntax
from rulefold.kql.render import spelling
from rulefold.kql.syntax import Expression, Operator, Pipe


class Layout(Enum):
    """White space."""

    NEWLINE = auto()
    INDENT = auto()
    DEDENT = auto()


@dataclass(frozen=True, slots=True)
class Guard:
    """Words that would be read as something else if the next name were one of them."""

    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reference:
    """A name of something that is there already."""

    name: str


@dataclass(frozen=True, slots=True)
class NewName:
    """A name for something new."""

    name: str


@dataclass(frozen=True, slots=True)
class Value:
    """An expression, in parentheses if it binds less tightly than `least`."""

    node: Expression
    least: int = 1


@dataclass(frozen=True, slots=True)
class Body:
    """Operators one a line, or an expression where a pipe may stand without parentheses."""

    node: Expression


@dataclass(frozen=True, slots=True)
class Step:
    """An operator without the bar before it."""

    node: Operator


@dataclass(frozen=True, slots=True)
class Line:
    """A statement."""

    node: syntax.Statement


Compound = Value | Body | Step | Line
Part = str | Layout | Guard | Reference | NewName | Compound
Parts = Iterator[Part]


def put_together(first: Compound, parts_of: Callable[[Compound], Parts]) -> str:
    """The text of a part and of all that it is made of."""
    pieces: list[str] = []
    waiting: list[Parts] = [iter((first,))]
    indent, guard = 0, frozenset[str]()
    while waiting:
        match next(waiting[-1], None):
            case None:
                waiting.pop()
            case str(text):
                pieces.append(text)
                guard = frozenset()
            case Reference(name):
                pieces.append(spelling.name(name, guard))
                guard = frozenset()
            case NewName(name):
                pieces.append(spelling.new_name(name, guard))
                guard = frozenset()
            case Guard(words):
                guard |= words
            case Layout.NEWLINE:
                pieces.append("\n" + "  " * indent)
            case Layout.INDENT:
                indent += 1
            case Layout.DEDENT:
                indent -= 1
            case compound:
                waiting.append(parts_of(compound))
    return "".join(pieces)


def joined(items: Iterable[Iterable[Part]], separator: str = ", ") -> Parts:
    """Items with something between them."""
    for index, item in enumerate(items):
        if index:
            yield separator
        yield from item


def block(open_: str, pipe: Expression, close: str) -> Parts:
    """A query in brackets: on lines of its own where it has operators."""
    if not isinstance(pipe, Pipe) or not pipe.operators:
        yield open_
        yield Body(pipe)
        yield close
        return
    yield open_
    yield Layout.INDENT
    yield Layout.NEWLINE
    yield Body(pipe)
    yield Layout.DEDENT
    yield Layout.NEWLINE
    yield close
