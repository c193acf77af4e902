"""YAML documents as trees of nodes with offsets.

They are built from ruamel.yaml's events: its own tree has no place for a key that stands twice, and resolves `no`,
`1.0` and dates into what the rule did not write.  Aliases point to what is anchored, and what they would unfold to is
counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentEndEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from rulefold import codes
from rulefold.sources.nodes import MAX_DEPTH, Fault, FaultError, Fields, Items, Node, Scalar

MAX_UNFOLDED = 100_000
MAX_DOCUMENTS = 1_000
_NULLS = {"", "~", "null", "Null", "NULL"}


def read_yaml(text: str) -> tuple[list[Node], Fault | None]:
    """The documents of a text, and the fault that ended the reading, where there is one."""
    found: list[Node] = []
    try:
        for document in _documents(text):
            if len(found) == MAX_DOCUMENTS:
                message = f"found more than {MAX_DOCUMENTS:,} documents"
                return found, Fault(codes.OVERSIZED, document.start, message)
            found.append(document)
    except FaultError as error:
        return found, error.fault
    except ReaderError as error:
        message = f"found the character U+{error.character:04X}, which YAML does not allow"
        return found, Fault(codes.UNREADABLE_YAML, error.position, message)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return found, Fault(codes.UNREADABLE_YAML, mark.index if mark else 0, _problem(error))
    except (YAMLError, ValueError, AssertionError) as error:  # it asserts what a %YAML directive says
        return found, Fault(codes.UNREADABLE_YAML, 0, f"found what ruamel.yaml cannot read: {error}")
    return found, None


def _problem(error: MarkedYAMLError) -> str:
    parts = [part for part in (error.context, error.problem) if part]
    return " ".join(", ".join(parts).split()) or "found what is no YAML"


@dataclass(slots=True)
class _Open:
    """A collection whose end is not yet reached."""

    start: int
    is_mapping: bool
    anchor: str | None
    nodes: list[Node] = field(default_factory=list)
    size: int = 1


@dataclass(slots=True)
class _Builder:
    """The nodes of one document: those that are open, and those that are anchored, with their unfolded sizes."""

    open: list[_Open]
    anchors: dict[str, tuple[Node, int]]
    root: Node | None = None

    def add(self, node: Node, size: int, anchor: str | None, at: int) -> None:
        """Take in a finished node, which stands or is referred to at an offset."""
        if anchor:
            self.anchors[anchor] = node, size
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        parent.nodes.append(node)
        parent.size += size
        if parent.size > MAX_UNFOLDED:
            message = f"found more than {MAX_UNFOLDED:,} values, what aliases stand for counted each time"
            raise FaultError(Fault(codes.OVERSIZED, at, message))

    def start(self, event: NodeEvent, is_mapping: bool) -> None:
        """Open a collection."""
        if len(self.open) == MAX_DEPTH:
            message = f"found more than {MAX_DEPTH} levels of lists and mappings"
            raise FaultError(Fault(codes.OVERSIZED, event.start_mark.index, message))
        self.open.append(_Open(event.start_mark.index, is_mapping, event.anchor))

    def finish(self, end: int) -> None:
        """Close the collection that was opened last."""
        done = self.open.pop()
        node: Node = (
            Fields(_pairs(done.nodes), done.start, end)
            if done.is_mapping
            else Items(tuple(done.nodes), done.start, end)
        )
        self.add(node, done.size, done.anchor, done.start)


def _documents(text: str) -> Iterator[Node]:
    builder = _Builder([], {})
    for event in _events(text):
        match event:
            case ScalarEvent():
                start, end = event.start_mark.index, event.end_mark.index
                is_null = event.implicit[0] and event.value in _NULLS
                scalar = Scalar(None if is_null else event.value, start, end, quoted=not event.implicit[0])
                builder.add(scalar, 1, event.anchor, start)
            case MappingStartEvent():
                builder.start(event, True)
            case SequenceStartEvent():
                builder.start(event, False)
            case CollectionEndEvent():
                builder.finish(event.end_mark.index)
            case AliasEvent():
                _add_alias(builder, event)
            case DocumentEndEvent():
                if builder.root is not None:
                    yield builder.root
                builder = _Builder([], {})


def _events(text: str) -> Iterator[Event]:
    reader = YAML(typ="safe", pure=True)  # the parser in C recurses without a limit
    reader.allow_duplicate_keys = True
    events: Iterator[Event] = reader.parse(text)
    return events


def _add_alias(builder: _Builder, event: AliasEvent) -> None:
    at = event.start_mark.index
    if event.anchor not in builder.anchors:
        raise FaultError(Fault(codes.UNREADABLE_YAML, at, f"found an alias to {event.anchor}, which is not anchored"))
    builder.add(*builder.anchors[event.anchor], anchor=None, at=at)


def _pairs(nodes: list[Node]) -> tuple[tuple[Scalar, Node], ...]:
    pairs = []
    for key, value in zip(nodes[::2], nodes[1::2], strict=True):
        if not isinstance(key, Scalar):
            raise FaultError(Fault(codes.UNREADABLE_YAML, key.start, "found a key that is no text"))
        if key.text == "<<":
            message = "found a merge key (<<), expected the fields themselves"
            raise FaultError(Fault(codes.UNREADABLE_YAML, key.start, message))
        pairs.append((key, value))
    return tuple(pairs)
