"""Diagnostics, and how they are rendered: as text, JSON, SARIF and GitHub annotations."""

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from rulefold.codes import (
    CODES,
    CONFLICT,
    EMPTY_PAGE,
    NO_TABLE,
    UNKNOWN_FIELD,
    attack,
    blocks,
    cases,
    folding,
    imports,
    pages,
    queries,
    settings,
    values,
)
from rulefold.diagnostics import (
    Code,
    Diagnostic,
    Related,
    Severity,
    as_data,
    count_by_severity,
    render_github,
    render_text,
    sarif,
    selected,
)
from rulefold.text import Place
from tests.judges import judge
from tests.pages_text import built

HUNDREDS = (pages, blocks, values, folding, attack, imports, settings, queries, cases)
PLAIN = NO_TABLE.at(Place("pages/1.md", 3, 1), "found no table")
FULL = CONFLICT.at(
    Place("a b/ü#1.md", 20, 22),
    "found severity 'Low', expected 'High'",
    hints=["state one severity", "or two rules"],
    related=[Related(Place("2.md", 5, 7), "the value taken")],
    excerpt="|DetectionSeverity | Low |",
).about("key")
PLACELESS = EMPTY_PAGE.at(None, "found nothing")


def test_each_code_stands_in_the_module_of_its_hundred_in_order_and_once() -> None:
    stated = [[one.id for one in vars(module).values() if isinstance(one, Code)] for module in HUNDREDS]
    assert [{id_[:3] for id_ in ids} for ids in stated] == [{f"RF{n}"} for n in range(len(HUNDREDS))]
    assert [id_ for ids in stated for id_ in ids] == sorted(set(CODES)) == list(CODES)
    assert len({code.name for code in CODES.values()}) == len(CODES)


def test_text() -> None:
    assert render_text(PLAIN) == "pages/1.md:3:1: error RF101: found no table"
    assert render_text(PLACELESS) == "warning RF002: found nothing"
    assert render_text(FULL).splitlines() == [
        "a b/ü#1.md:20:22: warning RF301: found severity 'Low', expected 'High'",
        "    |DetectionSeverity | Low |",
        "                         ^",
        "  2.md:5:7: the value taken",
        "  help: state one severity",
        "  help: or two rules",
    ]


@pytest.mark.parametrize("column", [1, 40, 50, 51, 52, 200, 950, 1000])
def test_a_mark_stands_below_its_column(column: int) -> None:
    line = "".join(chr(0x4E00 + n) for n in range(1000))
    _, shown, mark = render_text(UNKNOWN_FIELD.at(Place("1.md", 1, column), "found", excerpt=line)).splitlines()
    assert len(shown) <= 104
    assert shown[mark.index("^")] == line[column - 1]


def test_a_mark_behind_the_end_of_its_line() -> None:
    _, shown, mark = render_text(UNKNOWN_FIELD.at(Place("1.md", 1, 4), "found", excerpt="a\tb")).splitlines()
    assert (shown, mark) == ("    a b", "       ^")


def test_data() -> None:
    assert as_data(PLACELESS) == {"code": "RF002", "severity": "warning", "message": "found nothing"}
    assert as_data(PLAIN) == {
        "code": "RF101",
        "severity": "error",
        "message": "found no table",
        "file": "pages/1.md",
        "line": 3,
        "column": 1,
    }
    assert as_data(FULL) == {
        "code": "RF301",
        "severity": "warning",
        "message": "found severity 'Low', expected 'High'",
        "file": "a b/ü#1.md",
        "line": 20,
        "column": 22,
        "detection": "key",
        "hints": ["state one severity", "or two rules"],
        "related": [{"message": "the value taken", "file": "2.md", "line": 5, "column": 7}],
    }
    assert json.loads(json.dumps(as_data(FULL))) == as_data(FULL)


def test_a_message_that_quotes_bytes_that_are_no_text_can_be_written() -> None:
    diagnostic = NO_TABLE.at(None, "found '\udcff\ud800 ü'")
    assert diagnostic.message == "found '\\udcff\\ud800 ü'"
    for rendered in (render_text(diagnostic), render_github(diagnostic), json.dumps(as_data(diagnostic))):
        assert rendered.encode()


@pytest.mark.parametrize(
    ("diagnostic", "command"),
    [
        (PLAIN, "::error file=pages/1.md,line=3,col=1,title=RF101::found no table"),
        (PLACELESS, "::warning title=RF002::found nothing"),
        (
            NO_TABLE.at(None, "a", severity=Severity.NOTE),
            "::notice title=RF101::a",
        ),
        (
            NO_TABLE.at(Place("a:b,c%d\r\ne.md", 1, 2), "x"),
            "::error file=a%3Ab%2Cc%25d%0D%0Ae.md,line=1,col=2,title=RF101::x",
        ),
        (
            NO_TABLE.at(None, "100% of a:b, c\r\n::error::injected"),
            "::error title=RF101::100%25 of a:b, c%0D%0A::error::injected",
        ),
    ],
)
def test_github_commands(diagnostic: Diagnostic, command: str) -> None:
    # Source: GitHub Docs, Workflow commands; the escapes are those of actions/toolkit, packages/core/src/command.ts
    assert render_github(diagnostic) == command


def results(*diagnostics: Diagnostic) -> list[dict[str, Any]]:
    (run,) = sarif(diagnostics, CODES.values(), "0.1.0")["runs"]
    found: list[dict[str, Any]] = run["results"]
    return found


def test_sarif_results() -> None:
    plain, full, placeless = results(PLAIN, FULL, PLACELESS)
    assert (plain["ruleId"], plain["level"], plain["message"]) == ("RF101", "error", {"text": "found no table"})
    assert plain["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "pages/1.md"}, "region": {"startLine": 3, "startColumn": 1}}}
    ]
    assert "relatedLocations" not in plain
    assert full["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "a%20b/%C3%BC%231.md"}
    assert [(r["id"], r["message"]["text"]) for r in full["relatedLocations"]] == [(0, "the value taken")]
    assert "locations" not in placeless


def test_sarif_rules() -> None:
    log = sarif([PLAIN, FULL, PLACELESS], CODES.values(), "1.2.3")
    driver = log["runs"][0]["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("rulefold", "1.2.3")
    assert [rule["id"] for rule in driver["rules"]] == list(CODES)
    for result in log["runs"][0]["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def sarif_faults(log: dict[str, Any], shared: Path) -> list[str]:
    schema = json.loads((shared / "schemas" / "sarif" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)
    return [error.json_path for error in validator(schema).iter_errors(log)]


def test_sarif_is_valid(shared: Path) -> None:
    log = sarif([PLAIN, FULL, PLACELESS], CODES.values(), "0.1.0")
    assert sarif_faults(log, shared) == []
    assert sarif_faults(sarif([], [], "0.1.0"), shared) == []
    del log["runs"][0]["results"][1]["message"]
    assert sarif_faults(log, shared) == ["$.runs[0].results[1]"]


def test_what_is_told_of_the_real_catalogue_is_valid_and_has_its_place(shared: Path) -> None:
    build = built(shared / "corpus" / "pages")
    log = sarif(build.diagnostics, CODES.values(), "0.1.0")
    assert sarif_faults(log, shared) == []
    assert len(log["runs"][0]["results"]) == len(build.diagnostics) > 300
    lines = {
        path.as_posix(): path.read_text(encoding="utf-8-sig").splitlines() for path in (shared / "corpus").rglob("*.md")
    }
    for diagnostic in build.diagnostics:
        place = diagnostic.place
        assert place
        line = next(text for path, text in lines.items() if path.endswith(f"/{Path(place.file).name}"))[place.line - 1]
        assert 1 <= place.column <= len(line) + 1
        start = line[place.column - 1 :]
        if diagnostic.code in ("RF203", "RF204"):  # these quote the value to which they point
            assert start.startswith(diagnostic.message.split("'")[1])


@pytest.mark.judge
def test_sarif_tools_reads_what_is_told(tmp_path: Path, shared: Path) -> None:
    diagnostics = [PLAIN, FULL, PLACELESS, *built(shared / "corpus" / "pages").diagnostics]
    file = tmp_path / "log.sarif"
    file.write_text(json.dumps(sarif(diagnostics, CODES.values(), "0.1.0")), encoding="utf-8")
    read = judge("sarif.loader").load_sarif_file(str(file))
    assert read.get_distinct_tool_names() == ["rulefold"]
    records = [(one["Severity"], one["Code"], one["Description"]) for one in read.get_records()]
    assert records == [(str(d.severity), d.code, d.message) for d in diagnostics]
    places = [(one["Location"], one["Line"]) for one in read.get_records()]
    assert places[0] == ("pages/1.md", 3)
    assert all(
        (location, line) == (d.place.file, d.place.line)
        for d, (location, line) in zip(diagnostics[3:], places[3:], strict=True)
        if d.place
    )


def test_counts_by_severity() -> None:
    assert count_by_severity([]) == {Severity.ERROR: 0, Severity.WARNING: 0, Severity.NOTE: 0}
    assert count_by_severity([PLAIN, FULL, FULL]) == {Severity.ERROR: 1, Severity.WARNING: 2, Severity.NOTE: 0}


@pytest.mark.parametrize(
    ("select", "ignore", "kept"),
    [
        ([], [], ["RF101", "RF301", "RF002"]),
        (["RF1"], [], ["RF101"]),
        (["RF101", "RF0"], [], ["RF101", "RF002"]),
        ([], ["RF3"], ["RF101", "RF002"]),
        (["RF"], ["RF101", "RF301"], ["RF002"]),
        (["RF1"], ["RF1"], []),
        (["rf1"], [], []),
        (["RF9"], [], []),
    ],
)
def test_selection(select: list[str], ignore: list[str], kept: list[str]) -> None:
    assert [diagnostic.code for diagnostic in selected([PLAIN, FULL, PLACELESS], select, ignore)] == kept


def test_severity_can_be_raised() -> None:
    assert CONFLICT.at(None, "x").severity is Severity.WARNING
    assert CONFLICT.at(None, "x", severity=Severity.ERROR).severity is Severity.ERROR


def test_codes_are_unique_and_explained() -> None:
    assert len({code.name for code in CODES.values()}) == len(CODES)
    for id_, code in CODES.items():
        assert id_ == code.id
        assert all([code.summary.endswith("."), code.meaning, code.bad, code.good, code.bad != code.good])
