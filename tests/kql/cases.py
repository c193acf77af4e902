"""What the property tests of queries begin with, and what is done to real queries."""

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from hypothesis import strategies as st

WORDS = (
    *("|", ";", "(", ")", "[", "]", "{", "}", ",", "=", "==", "..", ".", "-", "*", ":", '"', "'", "```", "\\", "//"),
    *("let ", "where ", "extend ", "summarize ", " by ", "join ", " on ", "union ", "dynamic(", "datatable(", "\n"),
    *("parse ", " with ", "mv-apply ", "make-series ", "evaluate ", "fork ", "partition ", "scan ", "in ", "has "),
    *("a", "T", "1", "1d", "h'x'", "datetime(", "typeof(", "toscalar(", "materialize(", "view ", "set ", "declare "),
    *("\0", "\ud800", "\x85", "é", "\u2028", "['", "']", "!", "~"),
)
TEXTS = st.text() | st.lists(st.sampled_from(WORDS), max_size=30).map("".join)
EDITS = st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 30), st.sampled_from(WORDS)), min_size=1, max_size=4)


def edited(text: str, edits: list[tuple[int, int, str]]) -> str:
    """A text with pieces of it replaced."""
    for at, length, word in edits:
        at %= len(text) + 1
        text = text[:at] + word + text[at + length :]
    return text


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines."""
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def steps(work: Callable[[], object]) -> int:
    """How many lines of Python a piece of work takes, in the modules of the front end."""
    count = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal count
        if "kql" not in frame.f_code.co_filename:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def growth(work: Callable[[str], object], long: Callable[[int], str]) -> float:
    """How much more work a text of twice the length is."""
    once, twice = (steps(partial(work, long(count))) for count in (300, 600))
    return twice / once


# Queries that grow without nesting: each text for a number of repetitions.
LONG: dict[str, Callable[[int], str]] = {
    "let statements": lambda n: "".join(f"let a{i} = {i};\n" for i in range(n)) + "T",
    "a list": lambda n: "T | where x in (" + ",\n".join(f'"a{i}"' for i in range(n)) + ")",
    "or": lambda n: "T | where " + "\nor ".join(f"a == {i}" for i in range(n)),
    "or of and": lambda n: "T | where " + "\nor ".join(f"a == {i} and b" for i in range(n)),
    "a sum": lambda n: "print " + " + ".join(f"a{i}" for i in range(n)),
    "a path": lambda n: "print a" + "[0].b" * n,
    "operators": lambda n: "T" + "\n| where a // why" * n,
    "comments": lambda n: "T\n" + "// why\n" * n + "| take 1",
    "what is not understood": lambda n: "T" + "\n| assert-schema (a: long)" * n,
}
# Texts that nest: what is repeated.
DEEP = {
    "parentheses": "(",
    "minus and parentheses": "-(",
    "calls": "f(",
    "calls with names": "f(x = ",
    "elements": "a[",
    "lists": "a in (",
    "between": "a between (",
    "externaldata": "externaldata(a: long)[",
    "toscalar": "toscalar(",
    "subqueries": "(T | where f(",
    "joins": "(T | join (",
    "mv-apply": "(T | mv-apply x on (extend a = (",
    "partition": "(T | partition by x { ",
    "graphs": "(T | graph-match (",
}
