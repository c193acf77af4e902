"""`rulefold test`: cases kept beside the pages, and whether detections find there what they are to find."""

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rulefold.ruletests.cases import read_cases
from rulefold.text import Source
from tests.cli.test_run import TABLES, id_of, page
from tests.conftest import ROOT

RULES = (
    (id_of(1), "Many tries", "Signins | where Tries > 2 | project TimeGenerated, User, Tries, Took, Extra"),
    (id_of(2), "Of the last day", "Signins | where TimeGenerated > ago(1d) | project User"),
    (id_of(3), "A table that is not there", "Nowhere\n| where User == 'ada'"),
    (id_of(4), "Not run", "Signins | extend x = row_rank_dense(User) | evaluate autocluster()"),
)
CASES = f"""\
detection: {id_of(1)}
now: 2024-05-05T00:00:00Z
events:
  Signins:
    - {{TimeGenerated: 2024-05-04T10:00:00Z, User: ada, Tries: 3, Took: "00:00:01.5", Extra: {{ip: "::1"}}}}
    - {{TimeGenerated: 2024-05-04T10:00:00Z, User: bob, Tries: 2}}
cases:
  - name: three tries
    rows: [{{User: ada, Tries: 3, Took: "00:00:01.5", Extra: {{ip: "::1"}}, TimeGenerated: 2024-05-04T10:00:00Z}}]
    fires: true
  - name: nobody
    events: {{Signins: []}}
    fires: false
"""
WRONG = """\
detection: of the last day
now: 2024-05-05T00:00:00Z
cases:
  - name: eve
    events: {Signins: [{TimeGenerated: 2024-05-04T10:00:00Z, User: ada}]}
    rows: [{User: eve}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "catalog" / "tests").mkdir(parents=True)
    (tmp_path / "catalog" / "tables.yaml").write_text(TABLES, encoding="utf-8")
    (tmp_path / "catalog" / "page.md").write_text(page(*RULES), encoding="utf-8")
    write(tmp_path, "tries.yaml", CASES)
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    (folder / "catalog" / "tests" / name).write_text(text, encoding="utf-8")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rulefold", "test", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", env=dict(os.environ))


def lines(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What was printed, without how long it took."""
    return [line.partition(" in ")[0] if line.endswith(" s") else line for line in done.stdout.splitlines()]


PASSED = [
    "catalog/tests/tries.yaml  Many tries",
    "  ok      three tries",
    "  ok      nobody",
    "2 passed",
]


@pytest.mark.parametrize(
    "arguments", [(), ("catalog",), ("catalog/tests",), ("catalog/tests/tries.yaml",), ("many tries",), (id_of(1),)]
)
def test_all_ways_to_name_them(arguments: tuple[str, ...], folder: Path) -> None:
    done = run(folder, *arguments)
    assert (done.returncode, lines(done), done.stderr) == (0, PASSED, "")


def test_the_seeds_own() -> None:
    done = run(ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    assert lines(done)[-1] == "18 passed"


def test_a_row_difference(folder: Path) -> None:
    write(folder, "wrong.yaml", WRONG)
    done = run(folder)
    assert (done.returncode, done.stderr) == (1, "")
    assert lines(done)[3:] == [
        "catalog/tests/wrong.yaml  Of the last day",
        "  FAILED  eve",
        "      catalog/tests/wrong.yaml:4:5",
        "      row 1 differs",
        '      - User  "eve"',
        '      + User  "ada"',
        "2 passed, 1 failed",
    ]


def test_some_of_them(folder: Path) -> None:
    write(folder, "wrong.yaml", WRONG)
    assert lines(run(folder, "-k", "THREE"))[1:] == ["  ok      three tries", "1 passed"]
    assert lines(run(folder, "-k", "wrong.yaml"))[-1] == "0 passed, 1 failed"
    assert lines(run(folder, "of the last day"))[-1] == "0 passed, 1 failed"
    done = run(folder, "-k", "nothing")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no case is named like this" in done.stderr


def test_what_is_not_there(folder: Path) -> None:
    (folder / "empty").mkdir()
    for arguments, message in (
        (("empty", "--pages", "catalog"), "no cases in empty (looked for tests/*.yaml)"),
        (("no such rule",), "no such rule: no detection has this id or title"),
        (("--pages", "nowhere"), "Path 'nowhere' does not exist"),
    ):
        done = run(folder, *arguments)
        assert (done.returncode, done.stdout) == (2, ""), arguments
        assert message in done.stderr
    (folder / "catalog" / "tests" / "tries.yaml").unlink()
    assert "no cases in catalog (looked for tests/*.yaml)" in run(folder).stderr


def test_what_cannot_be_run_is_told_at_its_place(folder: Path) -> None:
    head = "now: 2024-05-05T00:00:00Z\ncases:\n  - name: a\n    fires: true\n"
    write(folder, "a.yaml", "detection: another\n" + head)
    write(folder, "b.yaml", f"detection: {id_of(3)}\n" + head)
    write(folder, "c.yaml", f"detection: {id_of(4)}\n" + head)
    write(folder, "d.yaml", f"detection: {id_of(1)}\n" + head + "    events: {Signins: [{Tries: x, Name: a}]}\n")
    write(folder, "e.yaml", f"detection: {id_of(1)}\n" + head + "    events: {Sign: [{Tries: 1}]}\n")
    write(folder, "f.yaml", f"detection: {id_of(1)}\n" + head + "    rows: [{Name: a}]\n")
    write(folder, "g.yaml", "detection: [")
    done = run(folder)
    assert done.returncode == 1
    assert lines(done)[-1] == "2 passed, 7 not run"
    heads = [line for line in done.stderr.splitlines() if " error RF" in line]
    assert [head.partition(": error ")[0] for head in heads[:2]] == [
        "catalog/tests/a.yaml:1:12",
        "catalog/tests/b.yaml:4:5",
    ]
    assert "RF802: found another: no detection has this id or title" in heads[0]
    assert "RF710: found Nowhere, which is no known table: expected its columns in --tables" in heads[1]
    assert heads[2].startswith("catalog/page.md:")
    assert heads[3:] == [
        "catalog/tests/d.yaml:6:32: error RF803: found 'x', expected a value of type long, of the column Tries",
        "catalog/tests/d.yaml:6:35: error RF803: Signins has no column Name",
        "catalog/tests/e.yaml:6:14: error RF804: found events of Sign, which the query does not read: it reads Signins",
        "catalog/tests/f.yaml:6:13: error RF803: the query returns TimeGenerated, User, Tries, Took, Extra, and no "
        "column Name",
        "catalog/tests/g.yaml:1:13: error RF501: while parsing a flow node, expected the node content, but found "
        "'<stream end>'",
    ]


def test_an_event_without_a_time_is_told_of_a_rule_with_a_period(folder: Path) -> None:
    text = (folder / "catalog" / "page.md").read_text(encoding="utf-8")
    (folder / "catalog" / "page.md").write_text(text.replace("Hunting", "Analytics"), encoding="utf-8")
    case = (
        "cases:\n  - name: a\n    fires: true\n    events: {Signins: [{Tries: 3}, {Tries: 3, TimeGenerated: null}]}\n"
    )
    write(folder, "tries.yaml", f"detection: {id_of(1)}\nnow: 2024-05-05\n{case}")
    done = run(folder)
    assert lines(done)[-1] == "0 passed, 1 not run"
    assert [line for line in done.stderr.splitlines() if "error" in line] == [
        "catalog/tests/tries.yaml:6:24: error RF803: found an event without TimeGenerated, which a rule with a period "
        "never sees"
    ]


def test_types_that_the_file_states_or_its_values_have(folder: Path) -> None:
    (folder / "catalog" / "tables.yaml").unlink()
    assert lines(run(folder)) == PASSED
    write(folder, "tries.yaml", CASES.replace("Tries: 2", "Tries: two"))
    done = run(folder)
    assert (done.returncode, lines(done)[-1]) == (1, "0 passed, 2 not run")
    assert "found values of no one type in Tries of Signins, expected its type under tables:" in done.stderr
    stated = (
        "tables:\n  Signins: {TimeGenerated: datetime, User: string, Tries: long, Took: timespan, Extra: dynamic}\n"
    )
    write(folder, "tries.yaml", stated + CASES)
    assert lines(run(folder)) == PASSED


def test_events_in_a_file(folder: Path) -> None:
    text = (
        CASES.partition("events:")[0] + "cases:\n  - name: a\n    events: {Signins: s.csv}\n    rows: [{User: ada}]\n"
    )
    write(folder, "s.csv", "TimeGenerated,User,Tries\n2024-05-04,ada,3\n2024-05-04,bob,1\n")
    write(folder, "tries.yaml", text)
    assert lines(run(folder))[1:] == ["  ok      a", "1 passed"]


def test_watchlists_and_external_data(folder: Path) -> None:
    query = """Signins
| where User in ((_GetWatchlist('Vips') | project SearchKey))
| join kind=inner (externaldata(User: string) ['https://example.org/feed'] with (format='csv')) on User
| project User"""
    (folder / "catalog" / "page.md").write_text(page((id_of(1), "Watched", query)), encoding="utf-8")
    write(folder, "feed.csv", "ada\nbob\n")
    write(folder, "vips.csv", "Name\nbob\n")
    text = f"""\
detection: {id_of(1)}
now: 2024-05-05T00:00:00Z
events: {{Signins: [{{User: ada}}, {{User: bob}}, {{User: eve}}]}}
watchlists: {{Vips: [{{Name: ada}}, {{Name: eve}}]}}
external: {{"https://example.org/feed": feed.csv}}
cases:
  - {{name: rows, rows: [{{User: ada}}]}}
  - {{name: a file, watchlists: {{Vips: vips.csv}}, rows: [{{User: bob}}]}}
"""
    write(folder, "tries.yaml", text)
    done = run(folder)
    assert (lines(done)[1:], done.stderr) == (["  ok      rows", "  ok      a file", "2 passed"], "")
    write(folder, "tries.yaml", text.replace("external:", "external: {x: none.csv}\nnow:").replace("\nnow: 2024", ""))
    assert "found none.csv, and no file or folder of this name beside the cases" in run(folder).stderr


def test_junit(folder: Path) -> None:
    write(folder, "wrong.yaml", WRONG)
    write(folder, "a.yaml", "detection: another\nnow: 2024-05-05\ncases: [{name: a, fires: true}]\n")
    assert run(folder, "--junit", "out/junit.xml").returncode == 1
    root = ElementTree.parse(folder / "out" / "junit.xml").getroot()  # noqa: S314 - ours
    assert [dict(suite.attrib) | {"time": ""} for suite in root] == [
        {"name": "catalog/tests/a.yaml", "tests": "1", "failures": "0", "errors": "1", "time": ""},
        {"name": "catalog/tests/tries.yaml", "tests": "2", "failures": "0", "errors": "0", "time": ""},
        {"name": "catalog/tests/wrong.yaml", "tests": "1", "failures": "1", "errors": "0", "time": ""},
    ]
    assert [(case.get("classname"), case.get("name")) for case in root.iter("testcase")][1:] == [
        ("catalog/tests/tries.yaml", "three tries"),
        ("catalog/tests/tries.yaml", "nobody"),
        ("catalog/tests/wrong.yaml", "eve"),
    ]
    (failure,) = root.iter("failure")
    assert failure.get("message") == "row 1 differs"
    assert failure.text == 'row 1 differs\n- User  "eve"\n+ User  "ada"'
    (error,) = root.iter("error")
    assert "RF802" in (error.get("message") or "")


def test_a_file_to_begin_with_is_run_and_fails(folder: Path) -> None:
    done = run(folder, "--new", "many tries")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        f"detection: {id_of(1)}  # Many tries",
        "now: 2024-01-31T12:00:00Z",
        "cases:",
        "  - name: fires",
        "    events:",
        "      Signins:",
        "        - TimeGenerated: 2024-01-31T11:30:00Z",
        '          User: ""',
        "          Tries: 0",
        '          Took: "00:00:00"',
        "          Extra: {}",
        "    rows:",
        "      - TimeGenerated: null",
        '        User: "?"',
        "        Tries: null",
        "        Took: null",
        "        Extra: null",
        "    fires: true",
    ]
    assert run(folder, "--new", id_of(2), "-o", "catalog/tests/new.yaml").returncode == 0
    assert "  FAILED  fires" in lines(run(folder, "of the last day"))
    again = run(folder, "--new", id_of(2), "-o", "catalog/tests/new.yaml")
    assert (again.returncode, "is there already" in again.stderr) == (2, True)


def test_a_file_to_begin_with_where_no_file_states_the_table(folder: Path) -> None:
    assert run(folder, "--new", id_of(3), "-o", "catalog/tests/new.yaml").returncode == 0
    text = (folder / "catalog" / "tests" / "new.yaml").read_text(encoding="utf-8")
    stated = "tables:  # no file states these: mend the types\n  Nowhere:\n    TimeGenerated: datetime\n"
    assert f"{stated}    User: string\n" in text
    assert read_cases(Source.decode("new.yaml", text.encode()))[1] == []
    done = run(folder, id_of(3))
    assert (done.returncode, done.stderr) == (1, "")
    assert lines(done)[-1] == "0 passed, 1 failed"
