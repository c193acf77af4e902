"""`rulefold kql`: one query checked, shown as a tree, laid out."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

TABLES = "SigninLogs:\n  UserPrincipalName: string\n  Count: long\n"
GOOD = "SigninLogs | where UserPrincipalName has 'a' | summarize n = sum(Count) by UserPrincipalName"
BAD = "SigninLogs\n| where UserPrincipalNam has 'a'\n"
BROKEN = "SigninLogs | where | take 1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "tables.yaml").write_text(TABLES, encoding="utf-8")
    (tmp_path / "catalog" / "page.md").write_bytes((ROOT / "catalog" / "Rules_5587-5607.md").read_bytes())
    for name, text in (("good.kql", GOOD), ("bad.kql", BAD), ("broken.kql", BROKEN)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rulefold", "kql", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, input=given, encoding="utf-8")


def test_check_says_what_a_query_reads_and_returns(folder: Path) -> None:
    done = run(folder, "check", "good.kql")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "reads SigninLogs: Count, UserPrincipalName",
        "returns 2 columns:",
        "COLUMN             TYPE",
        "UserPrincipalName  string",
        "n                  long",
    ]


def test_check_tells_a_fault_at_its_line_with_a_mark(folder: Path) -> None:
    done = run(folder, "check", "bad.kql")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "bad.kql:2:9: error RF711: found UserPrincipalNam, which is no column here, and no variable",
        "    | where UserPrincipalNam has 'a'",
        "            ^",
        "  help: there is UserPrincipalName",
    ]


def test_check_in_json(folder: Path) -> None:
    data = json.loads(run(folder, "check", "-", "--format", "json", given=BAD).stdout)
    (told,) = data["diagnostics"]
    assert (told["code"], told["file"], told["line"], told["column"]) == ("RF711", "<stdin>", 2, 9)
    assert data["tables"] == ["SigninLogs"]
    assert data["columns"] == [
        {"name": "UserPrincipalName", "type": "string"},
        {"name": "Count", "type": "long"},
    ]


def test_a_detection_by_its_id_and_by_its_title(folder: Path) -> None:
    for name in ("55fbc363", "run command"):
        done = run(folder, "check", name, "--tables", str(ROOT / "catalog" / "tables.yaml"))
        assert (done.returncode, done.stderr) == (0, "")
        assert "returns 13 columns:" in done.stdout


def test_the_tree_shows_each_node_and_a_fault(folder: Path) -> None:
    done = run(folder, "tree", "good.kql")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[:3] == ["Query", "  statements", "    Value"]
    assert "left: Name 'UserPrincipalName'" in [line.strip() for line in lines]
    broken = run(folder, "tree", "broken.kql")
    assert broken.returncode == 1
    assert 'broken.kql:1:19: error RF701: found "|", expected an expression' in broken.stderr


def test_fmt_prints_writes_and_checks(folder: Path) -> None:
    printed = run(folder, "fmt", "good.kql").stdout
    assert printed.splitlines()[:2] == ["SigninLogs", "| where UserPrincipalName has 'a'"]
    assert run(folder, "fmt", "good.kql", "--check").returncode == 1
    assert run(folder, "fmt", "good.kql", "--write").stdout == ""
    assert (folder / "good.kql").read_text(encoding="utf-8") == printed
    assert run(folder, "fmt", "good.kql", "--check").returncode == 0


def test_fmt_leaves_a_query_alone_that_is_no_kql(folder: Path) -> None:
    done = run(folder, "fmt", "broken.kql", "--write")
    assert (done.returncode, done.stdout) == (1, "")
    assert (folder / "broken.kql").read_text(encoding="utf-8") == BROKEN


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "nowhere.kql"),
        ("check", "no such rule"),
        ("check", "good.kql", "--tables", "nowhere.yaml"),
        ("check",),
    ],
)
def test_usage_errors(arguments: tuple[str, ...], folder: Path) -> None:
    done = run(folder, *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
