"""Findings about ATT&CK claims: one for each fault, with its place, and none where there is none."""

import pytest

from rulefold import codes
from rulefold.attack import load
from rulefold.attack.coverage import coverage
from rulefold.attack.findings import findings
from rulefold.diagnostics import Diagnostic, Severity
from rulefold.model import Catalogue, Detection
from rulefold.text import Place
from tests.attack.tiny import catalogue, detection, snapshot

RUN_COMMAND = 'AzureActivity | where OperationNameValue == "Microsoft.Compute/virtualMachines/runCommand/action"'


def found_in(*detections: Detection, version: str = "19.2") -> list[Diagnostic]:
    return findings(catalogue(*detections), load(version))


@pytest.mark.parametrize(
    ("tactics", "techniques", "told"),
    [
        (["LateralMovement"], ["T1570"], []),
        (["Impact", "Execution"], ["T1485", "T1059"], ["RF401"]),
        (["CredentialAccess"], ["T1570"], ["RF401", "RF402", "RF403"]),
        (["Impact"], [], ["RF402"]),
        (["DefenseEvasion"], [], ["RF402"]),
        (["DefenseEvasion"], ["T1078"], []),
        (["DefenseEvasion"], ["T1548"], ["RF401", "RF402", "RF403"]),
        ([], ["T1570"], ["RF403"]),
        (["DefenseEvasion"], ["T1562.001"], ["RF404"]),
        (["Execution"], ["T1053.004"], ["RF402", "RF405"]),
        (["Impact"], ["T0890", "T1485"], ["RF406"]),
        (["Impact"], ["T9999", "T1485"], ["RF407"]),
        # What folding tells already is not told again: values that are no tactics, ids of another form.
        (["Ransomware"], [], []),
        (["Impact"], ["1485", "T1485"], []),
        (["Ransomware", "Impact"], ["T1485"], []),
        ([], [], []),
    ],
)
def test_what_is_found(tactics: list[str], techniques: list[str], told: list[str]) -> None:
    assert [one.code for one in found_in(detection("a", tactics, techniques))] == told


def test_every_finding_has_its_place_and_its_detection() -> None:
    for one in found_in(detection("a", ["CredentialAccess"], ["T1570", "T1562", "T0890", "T9999", "T1053.004"])):
        assert (one.place, one.detection) == (Place("Rules_1-21.md", 3, 1), "a")
        assert one.severity is codes.CODES[one.code].severity
    nowhere = detection("a", [], ["T1570"]).model_copy(update={"sources": ()})
    assert [one.place for one in found_in(nowhere)] == [None]


@pytest.mark.parametrize(
    ("tactics", "techniques", "code", "message"),
    [
        (
            ["CredentialAccess", "LateralMovement"],
            ["T1570", "T1078.004"],
            "RF401",
            "found CredentialAccess/T1570, CredentialAccess/T1078.004, LateralMovement/T1078.004 in 3 of 4 rows, which "
            "ATT&CK 19.2 does not have",
        ),
        (
            ["Impact"],
            ["T1570", "T1078", "T1059", "T1110"],
            "RF401",
            "found Impact/T1570, Impact/T1078, Impact/T1059 and 1 more in 4 of 4 rows, which ATT&CK 19.2 does not have",
        ),
        (
            ["CredentialAccess"],
            ["T1570"],
            "RF402",
            "found the tactic CredentialAccess and no technique that ATT&CK 19.2 has under Credential Access",
        ),
        (
            ["DefenseEvasion", "LateralMovement"],
            ["T1570"],
            "RF402",
            "found DefenseEvasion, which ATT&CK 19.2 has split into Stealth and Defense Impairment, and no technique "
            "of either",
        ),
        (["Impact", "Execution"], [], "RF402", "found Impact, Execution and no technique"),
        (
            ["Impact"],
            ["T1078.004"],
            "RF403",
            "found the technique T1078.004 and none of its tactics in ATT&CK 19.2: Initial Access, Persistence, "
            "Privilege Escalation, Stealth",
        ),
        (
            ["DefenseEvasion"],
            ["T1150"],
            "RF404",
            "found T1150, which ATT&CK 19.2 has revoked in favour of T1547.011 → T1647 Plist File Modification",
        ),
        (["Impact"], ["T1053.004"], "RF405", "found T1053.004 Launchd, which ATT&CK 19.2 has deprecated"),
        (
            ["Impact"],
            ["T0890"],
            "RF406",
            "found T0890 Exploitation for Privilege Escalation, which is of ATT&CK for ICS",
        ),
        (["Impact"], ["T9999"], "RF407", "found T9999, which ATT&CK 19.2 does not have"),
    ],
)
def test_what_is_said(tactics: list[str], techniques: list[str], code: str, message: str) -> None:
    assert [one.message for one in found_in(detection("a", tactics, techniques)) if one.code == code] == [message]


def test_a_revoked_id_is_told_with_what_to_write() -> None:
    (found,) = found_in(detection("a", ["DefenseEvasion"], ["T1562.001"]))
    assert found.hints == ("write T1685",)
    assert found_in(detection("a", ["DefenseEvasion"], ["T1562.001"]), version="18.1") == []


def test_a_successor_that_is_deprecated_is_told_with_the_way_to_it() -> None:
    gone = snapshot("1", ["impact"], {"T1001": "→T1002", "T1002": "†", "T1003": "→"})
    told = [one.message for one in findings(catalogue(detection("a", [], ["T1001", "T1003"])), gone)]
    assert told == [
        "found T1001 → T1002 Name of T1002, which ATT&CK 1 has deprecated",
        "found T1003, which ATT&CK 1 has revoked without a known successor",
    ]


def test_a_rule_without_any_technique_is_a_note() -> None:
    (found,) = found_in(detection("a", ["Impact", "Execution"]))
    assert found.severity is Severity.NOTE
    (other, *_) = [one for one in found_in(detection("a", ["Impact"], ["T1570"])) if one.code == "RF402"]
    assert other.severity is Severity.WARNING


def test_the_seed_is_suggested_one_technique_that_counts_nowhere(seed: Catalogue) -> None:
    found = [one for one in findings(seed, load()) if one.code == "RF408"]
    assert [(one.severity, one.message) for one in found] == [
        (
            Severity.NOTE,
            "found the operation Microsoft.Compute/virtualMachines/runCommand/action, which analytics of ATT&CK 19.2 "
            "name for T1651 Cloud Administration Command",
        )
    ]
    assert "azure:activity" in found[0].hints[0]
    covered = coverage(seed, load())
    assert not [cell for cell in (*covered.all.declared, *covered.all.implied) if cell[1] == "T1651"]
    assert not [line for line in covered.ledger() if "T1651" in line.reason]


def test_the_seed_s_faults(seed: Catalogue) -> None:
    assert [one.code for one in findings(seed, load())] == ["RF401", "RF402", "RF403", "RF408"]
    assert "in 16 of 20 rows" in findings(seed, load())[0].message


@pytest.mark.parametrize(
    ("query", "techniques", "is_suggested"),
    [
        (RUN_COMMAND, ["T1570"], True),
        (RUN_COMMAND.lower().replace("azureactivity", "AzureActivity"), ["T1570"], True),
        (RUN_COMMAND, [], True),
        (RUN_COMMAND, ["T1651"], False),
        # A rule that does not read the table, an operation that is only part of another, one that several have.
        (RUN_COMMAND.replace("AzureActivity", "Syslog"), ["T1570"], False),
        (RUN_COMMAND.replace("/action", "/actions"), ["T1570"], False),
        (RUN_COMMAND.replace("runCommand/action", "write"), ["T1570"], False),
        ("AzureActivity", ["T1570"], False),
        ("", [], False),
    ],
)
def test_a_suggestion_needs_the_table_and_the_operation(query: str, techniques: list[str], is_suggested: bool) -> None:
    found = found_in(detection("a", ["LateralMovement"], techniques, query=query))
    assert [one.code for one in found if one.code == "RF408"] == ["RF408"] * is_suggested


def test_a_connector_s_table_is_read_too() -> None:
    query = RUN_COMMAND.replace("AzureActivity", "MyFunction()")
    told = [one.code for one in found_in(detection("a", query=query, tables=["AzureActivity"]))]
    assert told == ["RF408"]


def test_every_finding_has_its_entry() -> None:
    ours = [code for code in codes.CODES.values() if code.id.startswith("RF4")]
    assert [code.id for code in ours] == [f"RF4{n:02}" for n in range(1, 12)]
    assert all(code.summary.endswith(".") and code.meaning.endswith(".") and code.bad and code.good for code in ours)
