"""`parse` and `parse-kv`: columns out of a text."""

import re
from collections.abc import Sequence
from typing import Any

from rulefold.kql.plan import ParseKeys, ParseText
from rulefold.kql.types import INTEGERS, Type
from tests.kql.reference.values import Unsupported, convert, null

Part = str | tuple[str, Type] | None


def columns_of(relation: ParseText, text: str) -> tuple[dict[str, Any], bool]:
    """The columns, and whether the text is as the pattern says."""
    columns = [part for part in relation.pattern if isinstance(part, tuple)]
    empty = {name: null(type_) for name, type_ in columns}
    found = _by_regex(relation, text) if relation.kind == "regex" else _found(relation.pattern, text)
    if found is None:
        return empty, False
    values = {name: convert(found[name], Type.STRING, type_) for name, type_ in columns}
    if relation.kind == "simple" and None in values.values():
        return empty, False
    return values, True


def _found(pattern: Sequence[Part], text: str) -> dict[str, str] | None:
    """The texts of columns: each takes as little as it can for the rest to be found up to the end of the text."""
    if not pattern:
        return {} if text == "" else None
    first, rest = pattern[0], pattern[1:]
    if isinstance(first, str):
        return _found(rest, text[len(first) :]) if text.startswith(first) else None
    if isinstance(first, tuple) and rest and not isinstance(rest[0], str):
        raise Unsupported("a column with no text behind it")
    for size in range(len(text) + 1):
        found = _found(rest, text[size:])
        if found is not None:
            return found if first is None else {first[0]: text[:size]} | found
    return None


def _by_regex(relation: ParseText, text: str) -> dict[str, str] | None:
    """Anywhere in the text; columns take as much as they can."""
    pieces: list[str] = []
    for part in relation.pattern:
        if part is None:
            pieces.append(".*")
        elif isinstance(part, str):
            pieces.append(part)
        else:
            pieces.append(f"(?P<{part[0]}>{'[+-]?[0-9]+' if part[1] in INTEGERS else '.*'})")
    if relation.flags:
        raise Unsupported("flags")
    found = re.search("".join(pieces), text)
    return None if found is None else {name: one or "" for name, one in found.groupdict().items()}


def values_of_keys(relation: ParseKeys, text: str) -> dict[str, Any]:
    """The first value of each key."""
    options = dict(relation.options)
    pairs, keys = options.pop("pair_delimiter", ""), options.pop("kv_delimiter", "")
    if options or not isinstance(pairs, str) or not isinstance(keys, str) or not pairs or not keys:
        raise Unsupported("other options of parse-kv")
    found: dict[str, str] = {}
    for piece in text.split(pairs):
        key, delimiter, value = piece.partition(keys)
        if delimiter:
            found.setdefault(key, value)
    return {name: convert(found.get(name, ""), Type.STRING, type_) for name, type_ in relation.columns}
