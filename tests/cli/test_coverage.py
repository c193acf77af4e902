"""`rulefold coverage` and `coverage diff` as a person or a pipeline runs them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rulefold.cli import main
from rulefold.cli.coverage import FORMATS
from rulefold.report import FORMATS as KNOWN

SEED = Path(__file__).parents[2] / "catalog" / "Rules_5587-5607.md"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the seed page in catalog/."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / SEED.name).write_bytes(SEED.read_bytes())
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_it_writes_the_report_and_prints_the_figures(folder: Path) -> None:
    run("build")
    result = run("coverage", "output")
    assert result.exit_code == 0, result.output
    lines = [re.split(r" {2,}", line) for line in result.stdout.splitlines()]
    assert lines[0] == ["ATT&CK 19.2", "Analytics", "Hunting"]
    assert ["with a declared technique", "0", "1"] in lines
    assert ["techniques, all of the matrix", "0 of 697, 0.0 %", "1 of 697, 0.1 %"] in lines
    found = json.loads(Path("output/coverage/coverage.json").read_bytes())
    assert found["cells"][0]["technique"] == "T1078.004"
    assert run("build", "--check").exit_code == 0  # a report within the output folder makes it no less current


def test_formats_are_those_of_the_room() -> None:
    assert tuple(KNOWN) == FORMATS


def test_pages_and_their_output_folder_give_the_same_report(folder: Path) -> None:
    run("build")
    run("coverage", "output", "-o", "output/coverage")
    before = {path.name: path.read_bytes() for path in Path("output/coverage").iterdir()}
    run("coverage", "catalog", "-o", "output/coverage")
    assert {path.name: path.read_bytes() for path in Path("output/coverage").iterdir()} == before


def test_check_says_whether_it_is_current_and_writes_nothing(folder: Path) -> None:
    assert run("coverage", "--check").exit_code == 1
    assert not Path("output").exists()
    run("coverage")
    assert run("coverage", "--check").exit_code == 0
    page = Path("output/coverage/ledger.csv")
    page.write_text(page.read_text(encoding="utf-8") + "x\n", encoding="utf-8")
    stale = run("coverage", "--check")
    assert stale.exit_code == 1
    assert f"changed: {page}" in stale.stdout


def test_two_processes_write_the_same_bytes(folder: Path) -> None:
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "rulefold", "coverage", "-o", seed, "--without", "AzureActivity"]
        subprocess.run(command, check=True, capture_output=True, env=os.environ | {"PYTHONHASHSEED": seed})
    one, two = ({path.name: path.read_bytes() for path in Path(seed).iterdir()} for seed in ("1", "2"))
    assert one == two


@pytest.mark.parametrize(
    ("arguments", "expected", "message"),
    [
        ((), 0, ""),
        (("--attack", "18.1"), 0, ""),
        (("--attack", "12"), 2, "found neither an ATT&CK version nor a readable file in '12'"),
        (("--platforms", "windows,IaaS"), 0, ""),
        (("--platforms", "Azure"), 2, "Azure: no platform of ATT&CK 19.2; expected one of "),
        (("--types", "hunting"), 0, ""),
        (("--types", "Hunt"), 2, "Hunt: no type of detection; expected one of Hunting"),
        (("--min-severity", "medium"), 0, ""),
        (("--min-severity", "urgent"), 2, "urgent"),
        (("--without", "azureactivity"), 0, ""),
        (("--without", "AzureActivities"), 2, "expected one of AzureActivity"),
        (("--now", "2026-01-31T12:00:00Z"), 0, ""),
        (("--now", "yesterday"), 2, "expected a time like"),
        (("--format", "pdf"), 2, "expected some of html, json"),
        (("--threats", "nowhere.txt"), 2, "nowhere.txt: no such file"),
        (("--threats", "catalog"), 2, "catalog: no such file"),
        (("--fail-under", "0"), 0, ""),
        (("--fail-under", "0.1"), 1, "Analytics: 0.0 % of the techniques are covered, less than 0.1 %"),
        (("--fail-under", "0.1", "--types", "Hunting"), 0, ""),
        (("--fail-under", "0.2", "--types", "Hunting"), 1, "Hunting: 0.1 % of the techniques"),
        (("--fail-under", "101"), 2, "101"),
        (("--fail-on-loss",), 2, "--fail-on-loss needs --without"),
        (("--fail-on-loss", "--without", "AzureActivity", "--types", "Analytics"), 0, ""),
        # The query joins the tables of the other connector to AzureActivity: without that, it finds nothing.
        (("--fail-on-loss", "--without", "AzureActivity"), 1, "Hunting: cells lost without AzureActivity: 1"),
        (
            ("--fail-on-loss", "--without", "AzureActivity,MicrosoftThreatProtection"),
            1,
            "Hunting: cells lost without AzureActivity, MicrosoftThreatProtection: 1",
        ),
        (("nowhere",), 2, "nowhere: no such file or folder"),
    ],
)
def test_options_and_exit_codes(folder: Path, arguments: tuple[str, ...], expected: int, message: str) -> None:
    result = run("coverage", *arguments)
    assert result.exit_code == expected, result.output
    assert message in result.stderr
    assert "Traceback" not in result.output
    assert Path("output/coverage/coverage.json").exists() == (expected != 2)


def test_the_time_is_stated_only_where_it_is_given(folder: Path) -> None:
    run("coverage", "-o", "one", "--now", "2026-01-31T12:00:00+00:00")
    run("coverage", "-o", "two")
    assert json.loads(Path("one/coverage.json").read_bytes())["now"] == "2026-01-31T12:00:00+00:00"
    assert "now" not in json.loads(Path("two/coverage.json").read_bytes())


def test_threats_are_held_against_the_catalogue(folder: Path) -> None:
    Path("apt.txt").write_text("T1570\nT1078\nT9999\n", encoding="utf-8")
    result = run("coverage", "--threats", "apt.txt")
    assert "apt.txt:3:1: warning RF411: found T9999" in result.stderr
    (threat,) = json.loads(Path("output/coverage/coverage.json").read_bytes())["threats"]
    assert [one["state"] for one in threat["techniques"]] == ["hunted", "none", "unknown"]


def test_diff_of_a_report_with_the_catalogue_of_today(folder: Path) -> None:
    run("coverage", "-o", "old", "--attack", "18.1")
    page = folder / "catalog" / SEED.name
    page.write_text(page.read_text(encoding="utf-8").replace("T1570", "T1021"), encoding="utf-8")
    result = run("coverage", "diff", "old/coverage.json", "catalog")
    assert result.exit_code == 0, result.output
    assert "ATT&CK 18.1 → ATT&CK 19.2; detections: 1 → 1" in result.stdout
    assert "lost    lateral-movement/T1570 Lateral Tool Transfer" in result.stdout
    assert "gained  lateral-movement/T1021 Remote Services" in result.stdout
    assert run("coverage", "diff", "old", "catalog", "--fail-on-loss").exit_code == 1
    assert run("coverage", "diff", "old", "old", "--fail-on-loss").exit_code == 0
    assert run("coverage", "diff", "old", "catalog", "--fail-on-loss", "--types", "Analytics").exit_code == 0
    told = json.loads(run("coverage", "diff", "old", "catalog", "--format", "json").stdout)
    assert told["new"]["attack"] == "19.2"
    assert run("coverage", "diff", "old", "catalog", "--format", "markdown").stdout.startswith(
        "# Changes in ATT&amp;CK"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("old",), "Missing argument 'NEW'"),
        (("old", "nowhere"), "nowhere: no such file or folder"),
        (("broken", "catalog"), "coverage.json: not a coverage report: version"),
        (("catalog", "catalog", "--attack-old", "12"), "found neither an ATT&CK version"),
        (("catalog", "catalog", "--types", "x"), "x: no type of detection"),
    ],
)
def test_what_diff_refuses(folder: Path, arguments: tuple[str, ...], message: str) -> None:
    Path("broken").mkdir()
    Path("broken/coverage.json").write_text('{"version": 2}', encoding="utf-8")
    result = run("coverage", "diff", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


def test_a_folder_named_diff_is_still_a_folder(folder: Path) -> None:
    (folder / "catalog").rename(folder / "diff")
    assert run("coverage", "./diff").exit_code == 0


def test_both_forms_have_help() -> None:
    assert "coverage diff --help" in run("coverage", "--help").stdout
    assert "gained and lost since OLD" in " ".join(run("coverage", "diff", "--help").stdout.split())


def test_the_schema_of_the_report() -> None:
    assert json.loads(run("schema", "coverage").stdout)["title"] == "CoverageDocument"
    assert run("schema", "else").exit_code == 2
