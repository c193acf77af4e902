"""Which rules are tested: in the catalogue, on its page, and in the coverage report; nothing is said where none is."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_run import TABLES, id_of, page

RULES = (
    (id_of(1), "Many tries", "Signins | where Tries > 2 | project User"),
    (id_of(2), "Of the last day", "Signins | where TimeGenerated > ago(1d) | project User"),
)
CASE = "  - {name: CASE, fires: false}\n"
HEAD = "detection: many tries\nnow: 2024-05-05\ncases:\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "catalog" / "tests").mkdir(parents=True)
    (tmp_path / "catalog" / "tables.yaml").write_text(TABLES, encoding="utf-8")
    (tmp_path / "catalog" / "page.md").write_text(page(*RULES), encoding="utf-8")
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    (folder / "catalog" / "tests" / name).write_text(text, encoding="utf-8")


def run(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "rulefold", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


def counts(folder: Path) -> list[int | None]:
    run(folder, "build", "--format", "json")
    catalogue = json.loads((folder / "output" / "catalogue.json").read_text(encoding="utf-8"))
    return [one.get("tests") for one in catalogue["detections"]]


def test_a_build_counts_the_cases_that_can_be_read_and_sees_when_they_change(folder: Path) -> None:
    assert counts(folder) == [None, None]
    write(folder, "a.yaml", HEAD + CASE + CASE)
    write(folder, "b.yaml", HEAD + CASE + "  - {name: b}\n")
    write(folder, "c.yaml", HEAD.replace("many tries", "another") + CASE)
    write(folder, "d.yaml", "detection: [")
    assert counts(folder) == [3, None]
    assert "output/ is current" in run(folder, "build", "--format", "json", "--check")
    write(folder, "b.yaml", HEAD + CASE + CASE)
    assert counts(folder) == [4, None]
    for name in "abcd":
        (folder / "catalog" / "tests" / f"{name}.yaml").unlink()
    assert counts(folder) == [None, None]


def test_pages_and_reports_say_which(folder: Path) -> None:
    def made() -> dict[str, str]:
        run(folder, "build", "--format", "html")
        printed = run(folder, "coverage", "catalog", "-o", "coverage", "--format", "html,json,markdown")
        names = ("output/catalogue.html", "coverage/coverage.html", "coverage/coverage.json", "coverage/coverage.md")
        return {"printed": printed, **{name: (folder / name).read_text(encoding="utf-8") for name in names}}

    before = made()
    write(folder, "a.yaml", HEAD + CASE + CASE)
    after = made()
    marks = {
        "printed": "with tests",
        "output/catalogue.html": "<b>tested</b>",
        "coverage/coverage.html": " 2 tests",
        "coverage/coverage.json": '"tests":2,',
        "coverage/coverage.md": "… with tests",
    }
    for name, mark in marks.items():
        assert (before[name].count(mark), after[name].count(mark)) == (0, 1), name
    assert "<dt>Tests<dd>2 cases" in after["output/catalogue.html"]
    for name in "ab":
        (folder / "catalog" / "tests" / f"{name}.yaml").unlink(missing_ok=True)
    assert made() == before


def test_a_written_catalogue_keeps_the_number(folder: Path) -> None:
    write(folder, "a.yaml", HEAD + CASE)
    run(folder, "build")
    assert "with tests" in run(folder, "coverage", "output")
    assert "tests: 1\n" in run(folder, "show", id_of(1))
    assert "0 added, 0 removed, 0 changed" in run(folder, "diff", "output", "catalog")
