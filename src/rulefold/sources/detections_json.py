"""Detections as rulefold writes them: JSON lines with one detection each, catalogue.json, or a list of detections.

They are taken as they are, with their rows, conflicts and sources.
"""

import json
from collections.abc import Iterator
from itertools import islice

from pydantic import ValidationError

from rulefold import codes
from rulefold.model import Detection
from rulefold.sources.found import Found, damage_at
from rulefold.sources.json_nodes import read_json, read_json_at
from rulefold.sources.nodes import FaultError, Fields, Items, Node
from rulefold.text import Source, Span

LINES_SUFFIXES = (".jsonl", ".ndjson")


def read(source: Source) -> Found:
    """The detections of a file."""
    found = Found(source)
    if _is_lines(source):
        for span in _lines(source.text):
            if found.gives_up(span.start):
                break
            _read_line(span, found)
    elif source.text.strip():
        _read_document(found)
    else:
        found.skip("an empty file")
    return found


def _is_lines(source: Source) -> bool:
    """Whether a file has one value a line: its name says so, or the first of several lines is a whole object."""
    if source.name.lower().endswith(LINES_SUFFIXES):
        return True
    lines = [source.text[span.start : span.end].strip() for span in islice(_lines(source.text), 2)]
    return len(lines) == 2 and lines[0].startswith("{") and (lines[0].endswith("}") or lines[1].startswith("{"))


def _lines(text: str) -> Iterator[Span]:
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        if not text[start:end].isspace():
            yield Span(start, end)
        start = end


def _read_line(span: Span, found: Found) -> None:
    source = found.source
    if (damage := source.damage(span)) is not None:
        found.tell(codes.INVALID_TEXT, damage, f"found {damage_at(source, damage)}, expected UTF-8 text")
        found.reject(span)
        return
    _take(span, found)


def _take(span: Span, found: Found) -> None:
    """Take in one detection, or say what is wrong with it and where."""
    text = found.source.text[span.start : span.end]
    try:
        json.loads(text, object_pairs_hook=_without_repeats)
        detection = Detection.model_validate_json(text.encode())
    except ValidationError as error:
        _tell_invalid(error, span, found)
    except (ValueError, RecursionError):
        _tell_unreadable(span, found)
    else:
        found.read += 1
        found.detections.append((detection, found.lines.place(span.start)))
        return
    found.reject(span)


def _without_repeats(pairs: list[tuple[str, object]]) -> None:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("repeated key")


def _tell_unreadable(span: Span, found: Found) -> None:
    """Find with the slow reader what the fast one did not like."""
    text = found.source.text
    text = text[: span.end].rstrip("\n")
    try:
        node, end = read_json_at(text, span.start)
    except FaultError as error:
        found.tell(*error.fault)
        return
    for key, first in _repeats(node):
        message = f"found the key {key} a second time"
        found.tell(codes.REPEATED_KEY, first, message)
        return
    end += len(text[end:]) - len(text[end:].lstrip())
    found.tell(codes.UNREADABLE_JSON, min(end, len(text)), "found text behind a value, expected one value a line")


def _repeats(node: Node) -> Iterator[tuple[str, int]]:
    match node:
        case Items():
            for item in node.items:
                yield from _repeats(item)
        case Fields():
            seen: set[str | None] = set()
            for key, value in node.pairs:
                if key.text in seen:
                    yield repr(key.text), key.start
                seen.add(key.text)
                yield from _repeats(value)


def _tell_invalid(error: ValidationError, span: Span, found: Found) -> None:
    """The first thing in which a value is no detection, at the place of that value."""
    first = error.errors(include_url=False, include_context=False)[0]
    where = ".".join(map(str, first["loc"]))
    at = span.start
    try:
        node, _ = read_json_at(found.source.text[: span.end], span.start)
        at = _offset_of(node, first["loc"])
    except FaultError as fault:
        at = fault.fault.offset
    reason = first["msg"][0].lower() + first["msg"][1:]
    found.tell(codes.NO_DETECTION, at, f"found no detection: {where + ': ' if where else ''}{reason}")


def _offset_of(node: Node, path: tuple[int | str, ...]) -> int:
    """Where the value at a path begins, or the last that there is on the way to it."""
    for step in path:
        match node:
            case Items() if isinstance(step, int) and step < len(node.items):
                node = node.items[step]
            case Fields() if isinstance(step, str) and (member := node.get(step)) is not None:
                node = member
            case _:
                break
    return node.start


def _read_document(found: Found) -> None:
    if found.refuse_damage():
        return
    try:
        root = read_json(found.source.text)
    except FaultError as error:
        found.tell(*error.fault)
        found.reject(found.whole)
        return
    detections = root.get("detections") if isinstance(root, Fields) else root
    if detections is None:
        detections = Items((root,), root.start, root.end)
    if not isinstance(detections, Items):
        found.tell(codes.NO_DETECTION, root.start, "found no list of detections")
        found.reject(found.whole)
        return
    found.is_list = True
    for item in detections.items:
        _take(Span(item.start, item.end), found)
