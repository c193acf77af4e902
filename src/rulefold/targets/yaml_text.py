"""YAML for the catalogue's fixed shape: mappings, lists, texts and integers, made to be read and compared.

ruamel.yaml needs 2 ms a rule and file, more than the rest of a build together; it judges what is written here in the
tests, which read every file back with it.  Texts are plain where no reader of YAML 1.1 or 1.2 can take them for
anything else, literal blocks where they have several lines, and quoted otherwise.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

WIDTH = 100

_PLAIN = re.compile(
    r"[A-Za-z][A-Za-z0-9_./+()-]*(?: [A-Za-z0-9_./+()-]+)*|\d+[dhm]|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4,12}){4}"
)
_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9_.~/?=&%+()$;@-]+")
_NOT_PLAIN = frozenset(("y", "yes", "n", "no", "on", "off", "true", "false", "null"))
# Characters that YAML wants escaped, or that some reader takes for a line end.
_ESCAPED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def as_yaml(data: Mapping[str, Any]) -> str:
    """A mapping as a YAML document without markers."""
    return "".join(_mapping(data, ""))


def as_item(document: str) -> str:
    """A document of `as_yaml` as an item of a list."""
    return "- " + _indented(document.removesuffix("\n"), "  ") + "\n"


def _mapping(data: Mapping[str, Any], pad: str) -> Iterator[str]:
    for key, value in data.items():
        yield f"{pad}{key}:{_value(value, pad, WIDTH - len(pad) - len(key) - 2)}\n"


def _value(value: Any, pad: str, width: int) -> str:
    """What follows a key and its colon: on the same line where it fits, or on the following lines."""
    if isinstance(value, str):
        return " " + (_literal(value, pad + "  ") or scalar(value))
    flow = _flow(value)
    if len(flow) <= width or not value:
        return " " + flow
    if isinstance(value, Mapping):
        return "\n" + "".join(_mapping({_key(k): v for k, v in value.items()}, pad + "  ")).removesuffix("\n")
    return "".join(f"\n{pad}- {_item(item, pad)}" for item in value)


def _item(item: Any, pad: str) -> str:
    flow = _flow(item)
    if len(flow) + len(pad) + 2 <= WIDTH or not isinstance(item, Mapping):
        return flow
    return "".join(_mapping(item, pad + "  ")).removesuffix("\n").removeprefix(pad + "  ")


def _flow(value: Any) -> str:
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return json.dumps(value)


def _key(key: str) -> str:
    return scalar(key)


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
    return text
