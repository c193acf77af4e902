"""`rulefold run --all`, and backtests."""

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests import pages_text, seed_events
from tests.correlate.events import TABLES, rule, signin

SCRIPT = "<script>alert(1)</script>"
RULES = [
    rule(1, "Signins | where Tries > 2 | project User, Tries", severity="High"),
    rule(2, "Signins | where User == 'nobody'"),
    rule(3, "Signins | evaluate autocluster()"),
    rule(4, f"Signins | where User == '{SCRIPT}' | project User", type="Hunting"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pages = tmp_path / "catalog"
    pages.mkdir()
    lines = (
        f"{table}:\n" + "".join(f"  {name}: {kind}\n" for name, kind in of.items()) for table, of in TABLES.items()
    )
    (pages / "tables.yaml").write_text("".join(lines), encoding="utf-8")
    (pages / "page.md").write_text(pages_text.page(*RULES), encoding="utf-8")
    events = [signin(0.5, tries=5), signin(1.5, "bob", 4), signin(1.6, "bob", 3), signin(1.7, SCRIPT)]
    seed_events.write({"Signins": events}, tmp_path / "events")
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rulefold", "run", "--data", "events", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_summary_of_all(folder: Path) -> None:
    done = run(folder, "--all", "--now", "2024-05-01T02:00Z")
    head, alert, hunting, counts = done.stdout.splitlines()
    assert head.split() == ["found", "rows", "detection", "title"]
    assert alert.split() == ["alert", "2", pages_text.guid(1), "Rule", "1"]
    assert hunting.split() == ["rows", "1", pages_text.guid(4), "Rule", "4"]
    assert counts == "4 detections over events: 1 alert, 1 hunting query with rows, 1 found nothing, 1 not run"
    assert "RF751: found autocluster" in done.stderr
    assert done.returncode == 1


def test_a_time_with_an_offset_is_told_in_utc(folder: Path) -> None:
    run(folder, "--all", "--now", "2024-05-01T04:00+02:00", "-o", "out")
    summary = json.loads((folder / "out" / "summary.json").read_text(encoding="utf-8"))
    assert summary["now"] == "2024-05-01T02:00:00Z"
    assert summary["detections"][0]["sees"] == ["2024-05-01T01:00:00Z", "2024-05-01T02:00:00Z"]


def test_what_is_written(folder: Path) -> None:
    run(folder, "--all", "--now", "2024-05-01T02:00Z", "-o", "out")
    out = folder / "out"
    assert sorted(path.name for path in out.iterdir()) == [
        "findings.jsonl", "findings.parquet", "run.html", "summary.json",
    ]  # fmt: skip
    found = [json.loads(line) for line in (out / "findings.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(one["detection"], one["at"], one["row"]) for one in found] == [
        (pages_text.guid(1), "2024-05-01T02:00:00Z", {"User": "bob", "Tries": 4}),
        (pages_text.guid(1), "2024-05-01T02:00:00Z", {"User": "bob", "Tries": 3}),
        (pages_text.guid(4), "2024-05-01T02:00:00Z", {"User": SCRIPT}),
    ]
    rows = duckdb.read_parquet(str(out / "findings.parquet")).project("detection, row->>'User'").fetchall()
    assert sorted(rows) == [(pages_text.guid(1), "bob"), (pages_text.guid(1), "bob"), (pages_text.guid(4), SCRIPT)]
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["now"] == "2024-05-01T02:00:00Z"
    assert [(one["found"], one["rows"]) for one in summary["detections"]] == [
        ("alert", 2), ("nothing", 0), ("not run", 0), ("rows", 1),
    ]  # fmt: skip
    assert summary["detections"][0]["sees"] == ["2024-05-01T01:00:00Z", "2024-05-01T02:00:00Z"]
    assert summary["detections"][2]["reason"] == "found autocluster, a plug-in that is not run"


def test_a_second_run_takes_the_place_of_the_first(folder: Path) -> None:
    found = []
    for now in ("2024-05-01T02:00Z", "2030-01-01T00:00Z"):
        done = run(folder, "--all", "--now", now, "-o", "out")
        assert "bug" not in done.stderr
        found.append(len(duckdb.read_parquet(str(folder / "out" / "findings.parquet"))))
    assert found[0] == 3
    assert found[1] < 3


def test_the_page_shows_what_was_found_and_runs_nothing(folder: Path) -> None:
    run(folder, "--all", "--now", "2024-05-01T02:00Z", "-o", "out")
    page = (folder / "out" / "run.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "alert, High, 2 rows in 2024-05-01 01:00 UTC to 2024-05-01 02:00 UTC" in page
    assert "found autocluster, a plug-in that is not run" in page


def test_a_backtest(folder: Path) -> None:
    done = run(folder, "--from", "2024-05-01", "--to", "2024-05-01T06:00Z", "-o", "out")
    assert done.stdout.splitlines() == [
        "alerts  runs  detection                             title",
        f"2       6     {pages_text.guid(1)}  Rule 1",
        "3 detections over events: 1 rule with alerts, 1 found nothing, 1 not run",
    ]
    assert done.stderr.splitlines()[-1] == "1 hunting query left out of the backtest: no schedule says when to run"
    summary = json.loads((folder / "out" / "summary.json").read_text(encoding="utf-8"))
    assert (summary["from"], summary["to"]) == ("2024-05-01T00:00:00Z", "2024-05-01T06:00:00Z")
    assert summary["detections"][0]["alerts"] == [
        {"at": "2024-05-01T01:00:00Z", "rows": 1},
        {"at": "2024-05-01T02:00:00Z", "rows": 2},
    ]
    page = (folder / "out" / "run.html").read_text(encoding="utf-8")
    assert "2 alerts in 6 runs" in page
    assert page.count('<li class="s0"') == 58


def test_of_one_rule_each_alert_is_told(folder: Path) -> None:
    done = run(folder, "Rule 1", "--from", "2024-05-01", "--to", "2024-05-01T06:00Z")
    assert done.stdout.splitlines()[2:4] == ["2024-05-01T01:00+00:00  1 row", "2024-05-01T02:00+00:00  2 rows"]
    assert done.returncode == 0


def test_old_events_without_a_time_of_the_run(folder: Path) -> None:
    done = run(folder, "Rule 1", "--all")
    assert (
        "the last event of events is of 2024-05-01T01:42Z: --now sets the time of the run" in done.stderr.splitlines()
    )
    assert done.stdout == "1 detection over events: 0 alerts, 0 hunting queries with rows, 1 found nothing, 0 not run\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--to", "2024-05-02"], "a start is missing: --from ISO"),
        (["--from", "2024-05-02", "--to", "2024-05-01"], "found --to before --from"),
        (["--from", "yesterday"], "found 'yesterday', expected a time"),
        (["--all", "--format", "json"], "found --format or --explain with --all or a backtest, expected -o DIR"),
        (["--all", "--explain"], "found --format or --explain with --all or a backtest, expected -o DIR"),
    ],
)
def test_a_time_that_is_none(folder: Path, arguments: list[str], message: str) -> None:
    done = run(folder, *arguments)
    assert done.returncode == 2
    assert message in done.stderr
