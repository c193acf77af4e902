"""Values as Markdown that shows them as they are."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import escape

_SPECIAL = re.compile(r"([\\`*_{}\[\]|#~])")
_LINE_ENDS = re.compile(r"[\r\n\v\f\x85\u2028\u2029]+")


@lru_cache(maxsize=8192)
def text(value: str | None) -> str:
    """A value as Markdown that shows it as it is, on one line."""
    if not value:
        return ""
    return _SPECIAL.sub(r"\\\1", escape(_LINE_ENDS.sub(" ", value), quote=False))


def table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """The lines of a table, and a blank one after it; the cells are Markdown already."""
    yield f"| {' | '.join(header)} |"
    yield f"|{' --- |' * len(header)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def code_block(code: str, language: str) -> Iterator[str]:
    """The lines of a fenced block, whose fence is longer than any in the code."""
    longest = max(map(len, re.findall(r"`{3,}", code)), default=2) if "```" in code else 2
    fence = "`" * (longest + 1)
    yield f"{fence}{language}"
    yield from code.removesuffix("\n").split("\n")
    yield fence
