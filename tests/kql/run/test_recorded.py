"""Answers of Kusto's own engine: ours are the same, or there is none."""

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.kql.run.recorded import Answer, Case, cases, is_right, ours

PEER = ROOT / "tests" / "judges" / "duckdb_kql_answers.py"
NOT_MATCHED = {  # a part of a query → why
    "tostring(0.1 + 0.2)": "the last digit of a sum of reals as text is not that of the nearest real",
    "tostring(datetime(2020-06-15 13:45:30.7654321))": "times are kept to the microsecond",
    "sort by cnt desc; s3 | extend rn = row_number()": "rows that a sort does not tell apart are numbered",
}


@pytest.fixture(scope="module")
def recorded(shared: Path) -> list[tuple[Case, Answer | None]]:
    return [(case, ours(case["kql"])) for case in cases(shared / "kusto" / "answers-dev.jsonl")]


@pytest.mark.corpus
def test_no_answer_is_wrong(recorded: list[tuple[Case, Answer | None]]) -> None:
    wrong = [case["kql"] for case, answer in recorded if answer is not None and not is_right(case, answer)]
    assert [query for query in wrong if not any(part in query for part in NOT_MATCHED)] == []
    assert len(wrong) == len(NOT_MATCHED)


@pytest.mark.corpus
@pytest.mark.parametrize(("relevant", "share"), [(True, 0.98), (False, 0.85)])
def test_most_queries_are_answered(recorded: list[tuple[Case, Answer | None]], relevant: bool, share: float) -> None:
    answered = [answer is not None for case, answer in recorded if case.get("relevant") or not relevant]
    assert sum(answered) >= share * len(answered)


@pytest.mark.corpus
def test_what_kusto_refuses_is_refused(shared: Path) -> None:
    rejects = list(cases(shared / "kusto" / "rejects-dev.jsonl"))
    assert len(rejects) > 50
    assert [case["id"] for case in rejects if ours(case["kql"]) is not None] == []


@pytest.mark.corpus
@pytest.mark.judge
def test_a_peer_is_nowhere_right_where_we_are_wrong(recorded: list[tuple[Case, Answer | None]]) -> None:
    answers = list(_answers_of_peer([case["kql"] for case, _ in recorded]))
    right = [
        (case, own)
        for (case, own), answer in zip(recorded, answers, strict=True)
        if answer is not None and is_right(case, answer)
    ]
    assert len(right) > len(recorded) / 3  # or it was not asked well
    assert [case["kql"] for case, own in right if own is not None and not is_right(case, own)] == []


def _answers_of_peer(queries: list[str]) -> Iterator[Answer | None]:
    python = os.environ.get("RULEFOLD_PEER")
    if not python:
        pytest.skip("needs a Python with duckdb-kql (RULEFOLD_PEER)")
    asked = json.dumps(queries)
    done = subprocess.run([python, PEER], input=asked, capture_output=True, text=True, check=True)
    for answer in json.loads(done.stdout, object_hook=_time):
        yield (answer["columns"], answer["rows"]) if answer else None


def _time(value: dict[str, Any]) -> Any:
    match value:
        case {"$at": str(text)}:
            return datetime.fromisoformat(text)
        case {"$for": float(seconds)}:
            return timedelta(seconds=seconds)
        case _:
            return value
