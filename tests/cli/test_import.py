"""`rulefold import`: exit codes, what is printed, and that the other commands read what it writes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rulefold.cli.imports import KINDS
from rulefold.sources import SOURCES
from tests.sources.reading import write
from tests.test_importing import rule

TABLES = {"catalog/tables.yaml": "T:\n  a: string\nT1:\n  a: string\nT2:\n  a: string\n"}


def run(folder: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rulefold", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, input=given, encoding="utf-8")


def test_a_clean_import_writes_the_folder_that_a_build_writes(tmp_path: Path) -> None:
    write(tmp_path, TABLES | {"rules/1.yaml": rule(1, severity="High"), "rules/2.yaml": rule(2)})
    done = run(tmp_path, "import", "rules", "-o", "out")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "2 rules or rows + 0 rejects in 2 files\n"
        "2 detections in out/: 11 files, 11 written, 0 already right, 0 removed\n"
    )
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *("catalogue.json", "catalogue.yaml", "catalogue.schema.json", "diagnostics.json", "manifest.json"),
        *("detections", "kql", "INDEX.md"),
    }


def test_check_reads_what_an_import_writes_and_says_the_same_of_the_rules(tmp_path: Path) -> None:
    files = {"1.yaml": rule(1, severity="Critical"), "2.yaml": rule(2, tactics="Impact"), "3.yaml": "name: a: b"}
    write(tmp_path, TABLES)
    write(tmp_path / "rules", files)
    imported = run(tmp_path, "import", "rules", "-o", "out")
    assert imported.returncode == 1
    done = run(tmp_path, "check", "out")
    told = [line for line in done.stderr.splitlines() if line.startswith("rules/")]
    assert told == [
        "rules/1.yaml:1:1: warning RF209: found 'Critical', expected High, Medium, Low or Informational",
        "rules/2.yaml:1:1: note RF402: found Impact and no technique",
    ]
    assert done.returncode == 0
    run(tmp_path, "export", "jsonl", "out", "-o", "lines")
    run(tmp_path, "import", "lines", "-o", "again")
    assert run(tmp_path, "check", "again").stderr == done.stderr


def test_list_show_and_export_read_what_an_import_writes(tmp_path: Path) -> None:
    write(tmp_path, {"rules/1.yaml": rule(1, severity="High"), "rules/2.yaml": rule(2)})
    run(tmp_path, "import", "rules", "-o", "out")
    listed = json.loads(run(tmp_path, "list", "out", "--severity", "high", "--format", "json").stdout)
    assert [one["title"] for one in listed] == ["Rule 1"]
    shown = run(tmp_path, "show", "rule 2", "out", "--format", "kql")
    assert (shown.returncode, shown.stdout) == (0, "T2")
    exported = run(tmp_path, "export", "jsonl", "out", "-o", "again")
    assert exported.returncode == 0
    run(tmp_path, "import", "again", "-o", "back")
    first, second = (json.loads((tmp_path / name / "catalogue.json").read_text()) for name in ("out", "back"))
    assert first["detections"] == second["detections"]


@pytest.mark.parametrize(
    ("files", "arguments", "code"),
    [
        ({"1.yaml": rule(1)}, (), 0),
        ({"1.yaml": rule(1), "2.yaml": "name: a: b\n"}, (), 1),
        ({"1.yaml": "name: a\nkind: Fusion\nquery: T\n"}, (), 0),
        ({"1.yaml": "name: a\nkind: Fusion\nquery: T\n"}, ("--strict",), 1),
        ({"1.yaml": rule(1, version="1")}, (), 0),
        ({"1.yaml": rule(1, version="1")}, ("--strict",), 1),
        ({"1.yaml": rule(1)}, ("--strict",), 0),
        ({"1.yaml": rule(1)}, ("--from", "csv"), 0),
        ({"1.yaml": rule(1)}, ("--from", "nothing"), 2),
        ({"1.yaml": rule(1)}, ("--format", "nothing"), 2),
        ({"1.md": "# Rules"}, (), 2),
        ({"1.yaml": rule(1, severity="Low"), "2.yaml": rule(1, severity="High")}, ("--on-conflict", "error"), 1),
    ],
)
def test_exit_codes(files: dict[str, str], arguments: tuple[str, ...], code: int, tmp_path: Path) -> None:
    write(tmp_path / "rules", files)
    write(tmp_path, TABLES)
    done = run(tmp_path, "import", "rules", "-o", "out", *arguments)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [(), ("nowhere",), ("rules", "nowhere")])
def test_a_path_that_names_nothing_is_a_usage_error(arguments: tuple[str, ...], tmp_path: Path) -> None:
    write(tmp_path, {"rules/1.yaml": rule(1)})
    done = run(tmp_path, "import", *arguments)
    assert done.returncode == 2
    assert not (tmp_path / "output").exists()


def test_an_error_is_told_with_its_line_and_a_mark(tmp_path: Path) -> None:
    write(tmp_path, {"rules/1.yaml": "name: a: b\n"})
    done = run(tmp_path, "import", "rules")
    assert done.stderr.splitlines()[:3] == [
        "rules/1.yaml:1:8: error RF501: mapping values are not allowed here",
        "    name: a: b",
        "           ^",
    ]


def test_check_writes_nothing_and_says_whether_the_folder_is_current(tmp_path: Path) -> None:
    write(tmp_path, {"rules/1.yaml": rule(1)})
    assert run(tmp_path, "import", "rules", "-o", "out", "--check").returncode == 1
    assert not (tmp_path / "out").exists()
    run(tmp_path, "import", "rules", "-o", "out")
    assert run(tmp_path, "import", "rules", "-o", "out", "--check").returncode == 0


def test_standard_input_and_chosen_formats(tmp_path: Path) -> None:
    done = run(tmp_path, "import", "-", "-o", "out", "--format", "json", given=rule(1))
    assert done.returncode == 0
    assert json.loads((tmp_path / "out" / "catalogue.json").read_text())["source"]["pages"] == ["<stdin>"]
    assert not (tmp_path / "out" / "kql").exists()


def test_the_kinds_of_the_command_are_those_of_the_table() -> None:
    assert list(SOURCES) == list(KINDS)
