"""Twins: rules whose queries say the same.

Where queries are read, their canonical text says so; where nobody reads them, their tokens do.
"""

import re
import string
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

# A string literal, verbatim behind an @, or a comment.  Each begins with a character that little else begins with.
_STRING = r"""(?<=@)"[^"]*(?:""[^"]*)*"?|(?<=@)'[^']*(?:''[^']*)*'?|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?"""
_COMMENT = r"//[^\n]*"
_NO_WHITE_SPACE = dict.fromkeys(map(ord, string.whitespace))
_STRING_OR_COMMENT = re.compile(rf"({_STRING})|{_COMMENT}")
_TOKEN = re.compile(rf"{_STRING}|{_COMMENT}|\w+|\S")


def same_queries(queries: Sequence[str]) -> Iterator[list[int]]:
    """Groups of two or more indices whose queries have the same tokens, compared without case and comments.

    Queries without a token are in no group.
    """
    for group in _grouped(range(len(queries)), [_bare(query) for query in queries]):
        yield from _grouped(group, {n: tokens(queries[n]) for n in group})


def same_logic(
    queries: Sequence[str], uses: Sequence[Hashable], fingerprint: Callable[[str], str]
) -> Iterator[list[int]]:
    """Groups of two or more indices whose queries have the same fingerprint; those with an empty one are in no group.

    `uses` is something that queries of one fingerprint have in common, and is quicker to tell.
    """
    for group in _grouped(range(len(queries)), uses):
        yield from _grouped(group, {n: fingerprint(queries[n]) for n in group})


def _grouped(members: Iterable[int], key: Sequence[Hashable] | Mapping[int, Hashable]) -> Iterator[list[int]]:
    groups: dict[Hashable, list[int]] = {}
    for n in members:
        groups.setdefault(key[n], []).append(n)
    yield from (group for common, group in groups.items() if common and len(group) > 1)


def _bare(query: str) -> str:
    """The query without comments and white space: equal for all queries with the same tokens, and quick to make."""
    text = without_comments(query)
    return text.translate(_NO_WHITE_SPACE).lower() if text.isascii() else "".join(text.split()).lower()


def without_comments(query: str) -> str:
    """The query with nothing in place of its comments."""
    return _STRING_OR_COMMENT.sub(r"\1", query) if "//" in query else query


def tokens(query: str) -> tuple[str, ...]:
    """The tokens of a query: words, symbols and literals, without case and comments."""
    return tuple(token.lower() for token in _TOKEN.findall(query) if not token.startswith("//"))
