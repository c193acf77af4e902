"""Twins: rules whose queries are the same but for white space, comments and case."""

import re
from collections.abc import Iterable, Iterator, Sequence

_STRING = r"""[hH]?@"(?:[^"]|"")*"?|[hH]?@'(?:[^']|'')*'?|[hH]?"(?:[^"\\\n]|\\.)*"?|[hH]?'(?:[^'\\\n]|\\.)*'?"""
_COMMENT = r"//[^\n]*"
_TOKEN = re.compile(rf"{_STRING}|{_COMMENT}|\w+|\S")
_STRING_OR_COMMENT = re.compile(rf"({_STRING})|{_COMMENT}")


def same_queries(queries: Sequence[str]) -> Iterator[list[int]]:
    """Groups of two or more indices whose queries have the same tokens, compared without case and comments."""
    for group in _grouped(range(len(queries)), [_rough(query) for query in queries]):
        yield from _grouped(group, {n: _tokens(queries[n]) for n in group})


def _grouped(members: Iterable[int], key: Sequence[str] | dict[int, tuple[str, ...]]) -> Iterator[list[int]]:
    groups: dict[object, list[int]] = {}
    for n in members:
        groups.setdefault(key[n], []).append(n)
    yield from (group for group in groups.values() if len(group) > 1)


def _rough(query: str) -> str:
    """The query without comments and white space: equal for all queries with the same tokens, and quick to make."""
    bare = _STRING_OR_COMMENT.sub(r"\1", query) if "//" in query else query
    return "".join(bare.split()).lower()


def _tokens(query: str) -> tuple[str, ...]:
    return tuple(token.lower() for token in _TOKEN.findall(query) if not token.startswith("//"))
