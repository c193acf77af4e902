"""What a file of cases says, and what is wrong with it at its place."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rulefold.ruletests.cases import CaseFile, read_cases
from rulefold.ruletests.finding import case_files, pages_of_cases
from rulefold.text import Source

HEAD = "detection: Many tries\nnow: 2024-05-05T00:00:00Z\n"
CASE = HEAD + "cases:\n  - name: a\n    fires: true\n"


def read(text: str) -> tuple[CaseFile | None, list[str]]:
    file, faults = read_cases(Source.decode("t.yaml", text.encode()))
    return file, [f"{fault.place} {fault.code} {fault.message}" for fault in faults]


def test_a_file_with_all_that_it_may_have() -> None:
    file, faults = read(
        HEAD + "tables: {Signins: {User: string}}\n"
        "events: {Signins: [{User: ada}], Other: []}\n"
        "cases:\n"
        "  - name: first\n"
        "    rows: [{User: ada, Tries: 1}]\n"
        "    ordered: true\n"
        "    sets: [Places]\n"
        "  - name: second\n"
        "    now: 2024-05-06T02:00:00+02:00\n"
        "    events: {Signins: []}\n"
        "    fires: false\n"
    )
    assert faults == []
    assert file is not None
    first, second = file.cases
    assert (file.detection.text, file.tables) == ("Many tries", {"Signins": {"User": "string"}})
    assert (first.name, first.now, first.ordered, first.sets, first.fires) == (
        "first", datetime(2024, 5, 5, tzinfo=UTC), True, ("Places",), None,
    )  # fmt: skip
    assert [len(first.events[name].rows) for name in ("Signins", "Other")] == [1, 0]
    assert (second.now, second.rows, second.fires) == (datetime(2024, 5, 6, tzinfo=UTC), None, False)
    assert {name: len(events.rows) for name, events in second.events.items()} == {"Signins": 0, "Other": 0}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "t.yaml:1:1 RF801 found 0 documents, expected a mapping with a detection and its cases"),
        ("- a\n", "t.yaml:1:1 RF801 found a list, expected a mapping with a detection and its cases"),
        ("a: [\n", "t.yaml:2:1 RF501 "),
        ("now: 2024-05-05\ncases: []\n", "t.yaml:1:1 RF801 found no detection, expected its id or its title"),
        (HEAD, "t.yaml:1:1 RF801 found no cases, expected a list of them"),
        (HEAD + "cases: a\n", "t.yaml:3:8 RF801 found a text, expected a list of cases"),
        (HEAD + "case: []\n", "t.yaml:3:1 RF801 found the key case, expected one of detection, now, tables"),
        (CASE + "    rows: []\n    rows: []\n", "t.yaml:7:5 RF504 found rows a second time"),
        (CASE + "    row: []\n", "t.yaml:6:5 RF801 found the key row, expected one of name, now, events, watchlists"),
        (HEAD + "cases: [a]\n", "t.yaml:3:9 RF801 found a text, expected a case"),
        (HEAD + "cases:\n  - fires: true\n", "t.yaml:4:5 RF801 found a case without a name"),
        (HEAD + "cases:\n  - name: a\n", "t.yaml:4:5 RF801 found neither rows nor fires"),
        (CASE.replace("true", "yes"), "t.yaml:5:12 RF801 found yes, expected fires: true or false"),
        (CASE + "    now: soon\n", "t.yaml:6:10 RF801 found 'soon', expected now: a time such as"),
        ("detection: a\ncases: [{name: a, fires: true}]\n", "t.yaml:2:9 RF801 found no time, expected now:"),
        (CASE + "    rows: [1]\n", "t.yaml:6:12 RF801 found a text, expected a row: columns with their values"),
        (CASE + "    rows: [{a: 1}, {b: 1}]\n", "t.yaml:6:20 RF801 found a row with other columns than the first"),
        (CASE + "    events: [a]\n", "t.yaml:6:13 RF801 found a list, expected tables with their events"),
        (CASE + "    events: {T: none.jsonl}\n", "t.yaml:6:17 RF801 found none.jsonl, and no file or folder"),
        (CASE + "tables: {T: {a: text}}\n", "t.yaml:6:17 RF801 found the type text, expected one of bool, datetime"),
    ],
)
def test_a_fault_has_its_place(text: str, fault: str) -> None:
    _, faults = read(text)
    assert [one[: len(fault)] for one in faults[:1]] == [fault]


def test_a_case_with_a_fault_costs_no_other() -> None:
    file, faults = read(CASE + "  - name: b\n    fires: perhaps\n  - name: c\n    rows: []\n")
    assert faults == ["t.yaml:7:12 RF801 found perhaps, expected fires: true or false"]
    assert file is not None
    assert [case.name for case in file.cases] == ["a", "c"]


def test_where_cases_are(tmp_path: Path) -> None:
    tests = tmp_path / "catalog" / "tests"
    (tests / "more").mkdir(parents=True)
    for name in ("b.yaml", "more/a.yml", "c.json", ".hidden.yaml"):
        (tests / name).touch()
    (tmp_path / "catalog" / "tables.yaml").touch()
    expected = [tests / "b.yaml", tests / "more" / "a.yml"]
    assert case_files([tmp_path / "catalog"]) == case_files([tests]) == expected
    assert case_files([tests / "b.yaml", tests]) == expected
    assert case_files([tests / "more"]) == expected[1:]
    for path in (tmp_path / "catalog", tests, tests / "b.yaml", tests / "more"):
        assert pages_of_cases([path]) == [tmp_path / "catalog"]
    assert pages_of_cases([tmp_path]) == []
    with pytest.raises(FileNotFoundError, match="nowhere: no such file or folder"):
        case_files([tmp_path / "nowhere"])
