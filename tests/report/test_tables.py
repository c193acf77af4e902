"""The CSV files: what they hold, that they add up, and that a spreadsheet runs nothing of them."""

import csv
import io
from collections import Counter

import pytest

from rulefold.attack import load
from rulefold.attack.matrix import Outcome
from rulefold.model import Catalogue
from rulefold.report import Choice, Report, files, report
from rulefold.report.tables import TABLES
from tests.attack.tiny import catalogue, detection
from tests.report.hostile import NAMES, hostile_catalogue

Rows = list[dict[str, str]]


def read(found: Report, name: str) -> Rows:
    text = files(found, ["csv"])[f"{name}.csv"].decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_ledger_of_the_seed(seed_report: Report) -> None:
    rows = [
        (row["tactic"], row["technique"], row["rows"], row["outcome"], row["counted_tactic"], row["counted_technique"])
        for row in read(seed_report, "ledger")
    ]
    assert rows == [
        ("LateralMovement", "T1570", "4", "declared", "lateral-movement", "T1570"),
        ("LateralMovement", "T1078.004", "6", "false-pair", "", ""),
        ("CredentialAccess", "T1570", "6", "false-pair", "", ""),
        ("CredentialAccess", "T1078.004", "4", "false-pair", "", ""),
    ]


def test_the_cells_of_the_seed(seed_report: Report) -> None:
    rows = {(row["tactic"], row["technique"]): row for row in read(seed_report, "coverage")}
    assert len(rows) == len(list(load().cells()))
    assert [pair for pair, row in rows.items() if row["detections"] != "0"] == [("lateral-movement", "T1570")]
    real = rows["lateral-movement", "T1570"]
    assert (real["hunting"], real["analytics"], real["name"]) == ("1", "0", "Lateral Tool Transfer")
    assert real["keys"] == "55fbc363-6cc9-4201-bd68-d980b612082b"
    implied = [pair for pair, row in rows.items() if row["implied"] != "0"]
    assert implied == [
        (tactic, "T1078.004") for tactic in ("initial-access", "persistence", "privilege-escalation", "stealth")
    ]


def test_of_the_real_catalogue_the_rows_add_up(corpus_report: Report) -> None:
    ledger = read(corpus_report, "ledger")
    assert sum(int(row["rows"]) for row in ledger) == 4_233
    cells: Counter[tuple[str, str]] = Counter()
    seen = set()
    for row in ledger:
        assert (row["counted_tactic"] != "") == (row["outcome"] in (Outcome.DECLARED, Outcome.MIGRATED))
        claim = row["detection"], row["counted_tactic"], row["counted_technique"]
        if row["counted_tactic"] and claim not in seen:
            seen.add(claim)
            cells[claim[1], claim[2]] += 1
    rows = read(corpus_report, "coverage")
    assert {
        (row["tactic"], row["technique"]): int(row["detections"]) for row in rows if row["detections"] != "0"
    } == cells
    assert all(int(row["detections"]) == int(row["analytics"]) + int(row["hunting"]) for row in rows)
    assert all(len(row["keys"].split("; ")) == int(row["detections"]) for row in rows if row["keys"])
    covered = {row["technique"] for row in rows if row["detections"] != "0"}
    gaps = {row["technique"] for row in read(corpus_report, "gaps")}
    assert covered.isdisjoint(gaps)
    assert covered | gaps == {row["technique"] for row in rows}


def test_a_parent_is_never_ticked_by_its_child() -> None:
    found = report(catalogue(detection("a", ["InitialAccess"], ["T1566.001"])), load())
    rows = {(row["tactic"], row["technique"]): row for row in read(found, "coverage")}
    parent = rows["initial-access", "T1566"]
    assert (parent["detections"], parent["inherited"]) == ("0", "1")
    assert (parent["subtechniques_covered"], parent["subtechniques"]) == ("1", "4")
    assert "T1566" in {row["technique"] for row in read(found, "gaps")}


def test_platforms_that_are_not_known_are_said_to_be_unknown(seed_report: Report) -> None:
    rows = {row["technique"]: row for row in read(seed_report, "gaps")}
    assert rows["T1685"]["platforms"] == "unknown"
    assert rows["T1685"]["logs_of"] == "T1562; T1562.001; T1562.006"
    assert rows["T1059.001"]["platforms"] == "Windows"


def test_no_cell_is_a_formula_and_no_row_is_torn() -> None:
    found = report(hostile_catalogue(), load(), Choice(without=(NAMES[3],)))
    for name in ("coverage", "gaps", "ledger"):
        text = files(found, ["csv"])[f"{name}.csv"].decode()
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert {len(row) for row in rows} == {len(TABLES[name].header)}
        assert not [cell for row in rows for cell in row if cell[:1] in "=+-@\t\r＝" and cell]
    titles = {row["title"].removeprefix("'") for row in read(found, "ledger")}
    assert titles == set(NAMES)


@pytest.mark.parametrize("name", list(TABLES))
def test_every_table_has_rows_of_the_width_of_its_header(name: str, corpus: Catalogue) -> None:
    found = report(corpus, load(), Choice(without=("SecurityEvents",), platforms=("Windows",)))
    rows = list(TABLES[name].rows(found))
    assert {len(row) for row in rows} <= {len(TABLES[name].header)}
    assert bool(rows) == (name != "threats")
