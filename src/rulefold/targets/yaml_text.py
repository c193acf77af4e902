"""YAML for the catalogue's fixed shape: mappings, lists, texts and integers, made to be read and compared.

ruamel.yaml needs 2 ms a rule and file, more than the rest of a build together; it judges what is written here in the
tests, which read every file back with it.  Texts are plain where no reader of YAML 1.1 or 1.2 can take them for
anything else, literal blocks where they have several lines, and quoted otherwise.
"""

import json
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

WIDTH = 100
_LONGEST_KEY = 1000  # a reader gives up on one of 1,024 characters, unless it stands behind a question mark

_PLAIN = re.compile(
    r"[A-Za-z][A-Za-z0-9_./+()-]*(?: [A-Za-z0-9_./+()-]+)*|\d+[dhm]|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4,12}){4}"
)
_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9_.~/=&%+()$;@-]+")  # in YAML 1.1 a question mark ends it within brackets
_NOT_PLAIN = frozenset(("y", "yes", "n", "no", "on", "off", "true", "false", "null"))
# Characters that YAML wants escaped, or that some reader takes for a line end.
_ESCAPED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def as_yaml(data: dict[str, Any]) -> str:
    """A mapping as a YAML document without markers."""
    return "".join(_mapping(data, ""))


def as_item(document: str) -> str:
    """A document of `as_yaml` as an item of a list."""
    return "- " + _indented(document.removesuffix("\n"), "  ") + "\n"


def _mapping(data: dict[str, Any], pad: str) -> Iterator[str]:
    for key, value in data.items():
        name = scalar(key)
        head = f"{pad}{name}:" if len(name) <= _LONGEST_KEY else f"{pad}? {name}\n{pad}:"
        yield f"{head}{_value(value, pad, WIDTH - len(pad) - len(key) - 2)}\n"


def _value(value: Any, pad: str, width: int) -> str:
    """What follows a key and its colon: on the same line where it fits, or on the following lines."""
    if isinstance(value, str):
        return " " + (_literal(value, pad + "  ") or scalar(value))
    flow = _flow(value, width)
    if flow is not None:
        return " " + flow
    if isinstance(value, dict):
        return "\n" + "".join(_mapping(value, pad + "  ")).removesuffix("\n")
    return "".join([f"\n{pad}- {_item(item, pad)}" for item in value])


def _item(item: Any, pad: str) -> str:
    flow = _flow(item, WIDTH - len(pad) - 2)
    if flow is not None:
        return flow
    if isinstance(item, dict):
        return "".join(_mapping(item, pad + "  ")).removesuffix("\n").removeprefix(pad + "  ")
    return _flow(item, sys.maxsize) or ""


def _flow(value: Any, width: int) -> str | None:
    """A value on one line; None where it is a mapping or a list that does not fit."""
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, dict):
        flow = "{" + ", ".join([f"{scalar(k)}: {_flow(v, sys.maxsize)}" for k, v in value.items()]) + "}"
    elif isinstance(value, list | tuple):
        if value and 3 * len(value) > width + 2:
            return None
        flow = "[" + ", ".join([_flow(item, sys.maxsize) or "" for item in value]) + "]"
    else:
        return json.dumps(value)
    return flow if len(flow) <= width or not value else None


@lru_cache(maxsize=8192)
def scalar(text: str) -> str:
    """A text on one line: plain, in single quotes, or, with escapes, in double quotes."""
    if (_PLAIN.fullmatch(text) or _PLAIN_URL.fullmatch(text)) and text.lower() not in _NOT_PLAIN:
        return text
    if "\n" not in text and "\t" not in text and not _ESCAPED.search(text):
        return "'" + text.replace("'", "''") + "'"
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def _literal(text: str, pad: str) -> str | None:
    """A text of several lines as a literal block; None for one line, and for what a block cannot hold."""
    if "\n" not in text or not text.strip() or _ESCAPED.search(text):
        return None
    indicator = "2" if text[0] in " \n" else ""
    chomping = "-" if text[-1] != "\n" else "+" if text[-2] == "\n" else ""
    body = _indented("\n" + text.removesuffix("\n"), pad)
    return f"|{indicator}{chomping}{body}"


def _indented(text: str, pad: str) -> str:
    """The lines of a text with `pad` before all but the first, and before none that is empty."""
    text = text.replace("\n", "\n" + pad)
    empty = f"\n{pad}\n"
    while empty in text:
        text = text.replace(empty, "\n\n")
    return text.removesuffix(pad) if text.endswith("\n" + pad) else text
