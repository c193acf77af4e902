"""`rulefold events`: what it prints and writes, and that `rulefold run` finds it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rulefold.cli import main
from tests.cli.test_run import TABLES, id_of, page

RULES = (
    (id_of(1), "Many tries", "Signins | where Tries > 2 and User has 'ada' | summarize count() by User"),
    (id_of(2), "Two at once", "Signins | where User == 'a' | where User == 'b'"),
)
NOW = "2024-05-04T12:00:00Z"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "rules.md").write_text(page(*RULES), encoding="utf-8")
    (tmp_path / "catalog" / "tables.yaml").write_text(TABLES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def called(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, standalone_mode=False)


def code(result: Result) -> int:
    return int(result.exit_code)


@pytest.mark.usefixtures("project")
def test_one_detection_is_printed_as_json_by_table() -> None:
    result = called("events", "Many tries", "--now", NOW)
    assert code(result) == 0, result.output
    events = json.loads(result.stdout)
    assert events == {"Signins": [{"TimeGenerated": "2024-05-04T11:55:00Z", "Tries": 3, "User": "ada"}]}
    assert result.stderr == "Many tries: fires over 1 event\n"


def test_what_is_written_is_found_by_run(project: Path) -> None:
    assert code(called("events", "Many tries", "--now", NOW, "-o", "made")) == 0
    assert (project / "made" / "Signins.jsonl").is_file()
    result = called("run", "Many tries", "--data", "made", "--now", NOW, "--format", "json")
    assert json.loads(result.stdout) == [{"User": "ada", "count_": 1}]


@pytest.mark.usefixtures("project")
def test_a_refusal_has_its_place_and_ends_with_1() -> None:
    result = called("events", "Two at once", "--now", NOW)
    assert code(result) == 1
    assert result.stdout == ""
    assert "RF754" in result.stderr
    assert "found no value of User that all conditions are true of" in result.stderr


def test_all_are_counted_with_the_reasons_of_those_without(project: Path) -> None:
    result = called("events", "--now", NOW, "-o", "made")
    assert code(result) == 1
    assert result.stdout == (
        "    1  found no value of User that all conditions are true of\n"
        "2 detections: 1 with events that fire, 1 without\n"
    )
    assert [path.name for path in (project / "made").iterdir()] == [id_of(1)]
