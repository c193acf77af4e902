"""What YAML and JSON are read into: trees of texts, each with the stretch of the file it stands in.

A scalar keeps the text as it is written (`1.0` is no number, and `no` no boolean), and is None for a null.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from rulefold.diagnostics import Code

MAX_DEPTH = 64


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, or None for a null; `quoted` where its form says that it is no number and no other word."""

    text: str | None
    start: int
    end: int
    quoted: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Items:
    """A sequence of nodes."""

    items: "tuple[Node, ...]"
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Fields:
    """A mapping, as it is written: a key may stand in it twice."""

    pairs: "tuple[tuple[Scalar, Node], ...]"
    start: int
    end: int

    def get(self, name: str) -> "Node | None":
        """The first value whose key is `name`, compared without case."""
        name = name.lower()
        return next((value for key, value in self.pairs if (key.text or "").lower() == name), None)

    def repeated(self) -> Iterator[tuple[Scalar, Scalar]]:
        """Keys that stand here a second time, each with the first; compared without case."""
        seen: dict[str, Scalar] = {}
        for key, _ in self.pairs:
            first = seen.setdefault((key.text or "").lower(), key)
            if first is not key:
                yield key, first


Node = Scalar | Items | Fields


class Fault(NamedTuple):
    """What is wrong with a text, and at which offset."""

    code: Code
    offset: int
    message: str


class FaultError(Exception):
    """Ends the reading of a text, whose rest cannot be understood."""

    def __init__(self, fault: Fault) -> None:
        """Keep the fault."""
        super().__init__(fault.message)
        self.fault = fault


def kind_of(node: Node) -> str:
    """What a node is, as messages name it."""
    match node:
        case Scalar(text=None):
            return "nothing"
        case Scalar():
            return "a text"
        case Items():
            return "a list"
        case Fields():
            return "a mapping"


def text_of(node: Node | None) -> str | None:
    """The text of a scalar; None for anything else."""
    return node.text if isinstance(node, Scalar) else None


def is_nothing(node: Node) -> bool:
    """Whether a node says nothing: a null, an empty text, an empty list or mapping, or only such."""
    match node:
        case Scalar():
            return not node.text
        case Items():
            return all(map(is_nothing, node.items))
        case Fields():
            return all(is_nothing(value) for _, value in node.pairs)
