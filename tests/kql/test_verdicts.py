"""The binder against the verdicts of the official one, on real rules and on broken ones."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

import pytest

from rulefold.kql import Analysis, analyse


class Verdict(TypedDict):
    id: str
    kql: str
    errors: list[dict[str, object]]
    columns: list[tuple[str, str]] | None
    tables: list[str]


Judged = list[tuple[Verdict, Analysis]]


def judged(folder: Path, name: str) -> Iterator[tuple[Verdict, Analysis]]:
    stated = json.loads((folder / "tables.json").read_text(encoding="utf-8"))
    tables = {table: dict(columns) for table, columns in stated.items()}
    for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        verdict: Verdict = json.loads(line)
        yield verdict, analyse(verdict["kql"], tables)


@pytest.fixture(scope="module")
def catalogue(shared: Path) -> Judged:
    return list(judged(shared / "kusto", "catalogue"))


def share(right: int, of: int) -> float:
    return 100 * right / of


@pytest.mark.corpus
def test_errors_are_found_where_the_official_binder_finds_some(catalogue: Judged) -> None:
    right = [bool(found.errors) == bool(verdict["errors"]) for verdict, found in catalogue]
    assert share(sum(right), len(right)) >= 97


@pytest.mark.corpus
def test_a_sound_rule_has_no_error(catalogue: Judged) -> None:
    alarms = [verdict["id"] for verdict, found in catalogue if found.errors and not verdict["errors"]]
    assert share(len(alarms), len(catalogue)) < 1, alarms


@pytest.mark.corpus
def test_columns_and_tables_are_the_official_ones(catalogue: Judged) -> None:
    sound = [(verdict, found) for verdict, found in catalogue if not verdict["errors"]]
    columns = [
        [(column.name, str(column.type)) for column in found.columns or ()]
        == [tuple(one) for one in verdict["columns"] or ()]
        for verdict, found in sound
    ]
    assert share(sum(columns), len(columns)) >= 97
    tables = [
        set(found.tables) >= set(verdict["tables"])
        if "table(" in verdict["kql"]
        else list(found.tables) == verdict["tables"]
        for verdict, found in sound
    ]
    assert share(sum(tables), len(tables)) >= 99


@pytest.mark.corpus
def test_broken_rules(shared: Path) -> None:
    mutants = list(judged(shared / "kusto", "mutants"))
    right = [bool(found.errors) == bool(verdict["errors"]) for verdict, found in mutants]
    assert share(sum(right), len(right)) >= 98


@pytest.mark.corpus
def test_refusals_of_the_engine(shared: Path) -> None:
    # The rest are faults of values and formats, which the official binder does not find either.
    lines = (shared / "kusto" / "rejects-dev.jsonl").read_text(encoding="utf-8").splitlines()
    found = [bool(analyse(json.loads(line)["kql"]).errors) for line in lines]
    assert sum(found) >= 54
