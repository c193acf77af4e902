"""The cases of the binder's tests, told to the official binder."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TypedDict

import pytest

from tests.conftest import ROOT
from tests.kql.bind_cases import COLUMNS, FAULTS, TABLES

SCRIPT = ROOT / "tests" / "judges" / "kusto_bind.js"


class Answer(TypedDict):
    errors: list[tuple[str, int, int, str]]
    columns: list[tuple[str, str]] | None


@pytest.fixture(scope="module")
def answers() -> dict[str, Answer]:
    if not os.environ.get("RULEFOLD_KUSTO") or not shutil.which("node"):
        pytest.skip("needs node and the official KQL parser (RULEFOLD_KUSTO)")
    queries = [*COLUMNS, *FAULTS]
    asked = json.dumps({"tables": TABLES, "queries": queries})
    done = subprocess.run(["node", SCRIPT], input=asked, capture_output=True, text=True, check=True, cwd=Path.cwd())
    return dict(zip(queries, json.loads(done.stdout), strict=True))


@pytest.mark.judge
def test_the_columns_are_the_official_ones(answers: dict[str, Answer]) -> None:
    found = {query: " ".join(f"{name}:{type_}" for name, type_ in answers[query]["columns"] or ()) for query in COLUMNS}
    assert found == COLUMNS
    assert [query for query in COLUMNS if answers[query]["errors"]] == []


@pytest.mark.judge
def test_the_faults_are_official_errors(answers: dict[str, Answer]) -> None:
    assert [query for query in FAULTS if not answers[query]["errors"]] == []
