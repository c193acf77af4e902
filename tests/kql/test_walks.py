"""Queries of a walk through the grammar, sound ones and broken ones, told to the official parser and binder."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import TypedDict

import pytest

from rulefold.kql import Analysis, analyse
from tests.conftest import HUNT, ROOT
from tests.kql.bind_cases import TABLES
from tests.kql.walks import Walk, broken

SCRIPT = ROOT / "tests" / "judges" / "kusto_bind.js"
MANY = HUNT or 300  # the official binder takes a hundredth of a second for one, once it is warm
_NUMBERED = re.compile(r"^Column\d+")

Error = tuple[str, int, int, str]


class Answer(TypedDict):
    syntax: int
    errors: list[Error]
    columns: list[tuple[str, str]] | None


# Where the official binder says something else by intent, by the code of its error, what that says, and what it marks.
KNOWN = (
    # It tells apart arrays, bags and plain dynamic values; here all are dynamic.
    ("KS234", "", ""),
    ("KS235", "", ""),
    ("KS232", "No common type", ""),
    ("KS141", "int or long|type string", ""),
    ("KS107", "type string", ""),
    ("KS147", "", ""),
    # A column in parentheses is no name of one.
    ("KS109", "", r"\(.*\)"),
    # A star for which no column is left is refused.
    ("KS171", "", r"\*"),
    # An operator that cannot be the first and too few values of a datatable are faults of grammar here, and not there.
    ("KS174", "", ""),
    ("KS173", "", ""),
    # A setting's value of another kind, or one that is a keyword, is told here by what follows, if at all.
    ("KS223", "", ""),
    ("KS006", "Missing name", ""),
    ("KS005", "Expected one of: inner", ""),
)
# What it takes, and what Kusto does not run.
TAKEN = re.compile("found a value, expected a table")


def official(queries: Sequence[str]) -> list[Answer]:
    if not os.environ.get("RULEFOLD_KUSTO") or not shutil.which("node"):
        pytest.skip("needs node and the official KQL parser (RULEFOLD_KUSTO)")
    asked = json.dumps({"tables": TABLES, "queries": queries})
    done = subprocess.run(["node", SCRIPT], input=asked, capture_output=True, text=True, check=True, cwd=Path.cwd())
    answers: list[Answer] = json.loads(done.stdout)
    return answers


def is_known(query: str, found: Analysis, answer: Answer) -> bool:
    names = [name for name, _ in answer["columns"] or ()]
    if len(set(names)) < len(names):  # it lists a column twice that `parse` fills
        return True
    if not answer["errors"] and found.errors:
        return all(TAKEN.match(one.message) for one in found.errors)
    return any(
        code == known
        and re.search(says, message)
        and re.fullmatch(f"{marks}" or ".*", query[at : at + size], re.DOTALL)
        for code, at, size, message in answer["errors"]
        for known, says, marks in KNOWN
    )


def columns(found: Sequence[tuple[str, str]] | None) -> list[tuple[str, str]]:
    """Columns without the numbers of those that have no name: the official binder counts them through a whole query."""
    return [(_NUMBERED.sub("Column", name), type_) for name, type_ in found or ()]


def difference(found: Analysis, answer: Answer) -> str | None:
    """In what two looks at a query differ."""
    is_broken = any(one.code == "RF701" for one in found.diagnostics)
    if is_broken != bool(answer["syntax"]):
        return "grammar"
    if bool(found.errors) != bool(answer["errors"]):
        return "errors"
    ours = [(name, str(type_)) for name, type_ in found.columns or ()]
    return "columns" if not found.errors and columns(ours) != columns(answer["columns"]) else None


def differences(queries: list[str]) -> list[tuple[str, str, list[str]]]:
    """The queries of which the official binder says something else that is not known, with what it says."""
    told = []
    for query, answer in zip(queries, official(queries), strict=True):
        found = analyse(query, TABLES)
        what = difference(found, answer)
        if what and not is_known(query, found, answer):
            told.append((what, query, [message for *_, message in answer["errors"]]))
    return told


@pytest.mark.judge
def test_queries_of_a_walk() -> None:
    walk = Walk(HUNT)
    queries = list(dict.fromkeys(walk.query() for _ in range(MANY)))
    assert differences(queries) == []


@pytest.mark.judge
def test_broken_queries() -> None:
    walk, random = Walk(HUNT + 1), Random(HUNT + 1)  # noqa: S311 - queries, not secrets
    queries = list(dict.fromkeys(broken(walk.query(), random) for _ in range(MANY)))
    assert differences(queries) == []


def test_the_walk_is_sound_where_it_should_be_and_of_a_seed() -> None:
    first, again, other = ([walk.query() for _ in range(60)] for walk in (Walk(1), Walk(1), Walk(2)))
    assert first == again != other
    errors = [bool(analyse(query, TABLES).errors) for query in first]
    assert 5 <= sum(errors) <= 30
    assert not any(one.code == "RF701" for query in first for one in analyse(query, TABLES).diagnostics)


def test_a_planted_fault_is_seen() -> None:
    (answer,) = [Answer(syntax=0, errors=[], columns=[("a", "long")])]
    assert difference(analyse("T | project a", TABLES), answer) is None
    assert difference(analyse("T | project d", TABLES), answer) == "columns"
    assert difference(analyse("T | project nope", TABLES), answer) == "errors"
    assert difference(analyse("T | project |", TABLES), answer) == "grammar"
