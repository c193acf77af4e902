"""JSON as trees of nodes with offsets; comments count as blanks, as in ARM templates.

The reader of the standard library tells no places.  It still reads the strings, which are most of a template.
"""

import re
from json import JSONDecodeError, JSONDecoder
from typing import NoReturn

from rulefold import codes
from rulefold.sources.nodes import MAX_DEPTH, Fault, FaultError, Fields, Items, Node, Scalar

_BLANKS = re.compile(r"[ \t\n\r]*+(?:(?://[^\n]*+|/\*(?s:.*?)\*/)[ \t\n\r]*+)*+")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_WORDS = {"true": "true", "false": "false", "null": None}
_STRINGS = JSONDecoder(strict=False)  # ARM lets a string run over several lines
_WORD = re.compile(r"[A-Za-z]+")


def read_json(text: str) -> Node:
    """The one value of a text.  Raises FaultError."""
    node, end = _value(text, _skip(text, 0), 0)
    end = _skip(text, end)
    if end < len(text):
        _fail(text, end, "the end of the file")
    return node


def read_json_at(text: str, start: int) -> tuple[Node, int]:
    """The value that begins at an offset, and where it ends.  Raises FaultError."""
    return _value(text, _skip(text, start), 0)


def _skip(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return found.end() if found else at


def _fail(text: str, at: int, expected: str) -> NoReturn:
    shown = repr(text[at]) if at < len(text) else "the end of the file"
    raise FaultError(Fault(codes.UNREADABLE_JSON, at, f"found {shown}, expected {expected}"))


def _value(text: str, at: int, depth: int) -> tuple[Node, int]:
    if depth > MAX_DEPTH:
        message = f"found more than {MAX_DEPTH} levels of arrays and objects"
        raise FaultError(Fault(codes.OVERSIZED, at, message))
    match text[at : at + 1]:
        case '"':
            return _string(text, at)
        case "{":
            return _object(text, at, depth)
        case "[":
            return _array(text, at, depth)
    if number := _NUMBER.match(text, at):
        return Scalar(number[0], at, number.end()), number.end()
    if (word := _WORD.match(text, at)) and word[0] in _WORDS:
        return Scalar(_WORDS[word[0]], at, word.end()), word.end()
    _fail(text, at, "a value")


def _string(text: str, at: int) -> tuple[Scalar, int]:
    try:
        value, end = _STRINGS.raw_decode(text, at)
    except JSONDecodeError as error:
        message = f"found a string that JSON does not have: {error.msg[0].lower()}{error.msg[1:]}"
        raise FaultError(Fault(codes.UNREADABLE_JSON, min(error.pos, len(text)), message)) from error
    return Scalar(value, at, end), end


def _array(text: str, start: int, depth: int) -> tuple[Items, int]:
    items: list[Node] = []
    at = _skip(text, start + 1)
    while text[at : at + 1] != "]":
        if items:
            if text[at : at + 1] != ",":
                _fail(text, at, "a comma or ]")
            at = _skip(text, at + 1)
        item, at = _value(text, at, depth + 1)
        items.append(item)
        at = _skip(text, at)
    return Items(tuple(items), start, at + 1), at + 1


def _object(text: str, start: int, depth: int) -> tuple[Fields, int]:
    pairs: list[tuple[Scalar, Node]] = []
    at = _skip(text, start + 1)
    while text[at : at + 1] != "}":
        if pairs:
            if text[at : at + 1] != ",":
                _fail(text, at, "a comma or }")
            at = _skip(text, at + 1)
        if text[at : at + 1] != '"':
            _fail(text, at, "a key in double quotes")
        key, at = _string(text, at)
        at = _skip(text, at)
        if text[at : at + 1] != ":":
            _fail(text, at, "a colon")
        value, at = _value(text, _skip(text, at + 1), depth + 1)
        pairs.append((key, value))
        at = _skip(text, at)
    return Fields(tuple(pairs), start, at + 1), at + 1
