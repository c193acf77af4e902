"""The ledger: every row has a line, every line a reason, and the rows add up."""

import pytest

from rulefold.attack import load
from rulefold.attack.claims import claims
from rulefold.attack.ledger import Line, lines, stated_pairs
from rulefold.attack.matrix import Outcome
from rulefold.model import Detection, Note, Row, Rows
from tests.attack.tiny import detection

NEWEST = load("19.2")


def lines_of(one: Detection) -> list[Line]:
    return list(lines(one, claims(one, NEWEST), NEWEST))


def rows_of(one: Detection) -> dict[tuple[str | None, str | None], int | None]:
    return {(line.tactic, line.technique): line.rows for line in lines_of(one)}


def with_rows(one: Detection, **changes: object) -> Detection:
    return one.model_copy(update={"rows": one.rows.model_copy(update=changes)})


def test_each_pair_has_its_share_of_the_product() -> None:
    one = detection("a", ["Impact", "Execution"], ["T1485", "T1059"], triples=6)
    assert set(rows_of(one).values()) == {6}
    assert len(rows_of(one)) == 4


def test_missing_rows_are_taken_from_their_own_pair() -> None:
    missing = [("Impact", "T1485"), ("Impact", "T1485"), ("Execution", "T1059")]
    one = detection("a", ["Impact", "Execution"], ["T1485", "T1059"], triples=3, missing=missing)
    assert rows_of(one) == {
        ("Impact", "T1485"): 1,
        ("Impact", "T1059"): 3,
        ("Execution", "T1485"): 3,
        ("Execution", "T1059"): 2,
    }


def test_a_pair_of_which_no_row_is_seen_is_in_the_ledger_with_none() -> None:
    one = detection("a", ["Impact", "Execution"], ["T1485"], missing=[("Impact", "T1485")])
    line = lines_of(one)[0]
    assert (line.tactic, line.rows, line.outcome) == ("Impact", 0, Outcome.DECLARED)
    assert line.reason.endswith("The pages show no row of this pair.")


@pytest.mark.parametrize(
    ("tactics", "techniques", "pairs"),
    [
        ([], [], [(None, None)]),
        (["Impact"], [], [("Impact", None)]),
        ([], ["T1485"], [(None, "T1485")]),
        (["Impact", "Execution"], [], [("Impact", None), ("Execution", None)]),
    ],
)
def test_absent_values_are_values_of_a_row(
    tactics: list[str], techniques: list[str], pairs: list[tuple[str | None, str | None]]
) -> None:
    missing = [pairs[-1]]
    rows = rows_of(detection("a", tactics, techniques, triples=4, missing=missing))
    assert rows == {pair: 3 if pair == pairs[-1] else 4 for pair in pairs}


def test_rows_beside_the_product_are_not_shared_out() -> None:
    # Two rows without a tactic, in a rule whose others have one: the product does not have them.
    one = with_rows(detection("a", ["Impact"], ["T1485"], triples=5), seen=7)
    assert rows_of(one) == {("Impact", "T1485"): 5, (None, None): 2}
    assert lines_of(one)[-1].outcome is Outcome.UNPLACED


@pytest.mark.parametrize(("seen", "product"), [(1, 10_002), (20_000, 30_004), (40_000, 30_000)])
def test_where_missing_rows_are_not_listed_no_pair_has_a_number(seen: int, product: int) -> None:
    # The last one has more rows beside the product than are missing from it; the note tells that some are.
    one = detection("a", ["Impact", "Execution"], ["T1485", "T1059"])
    one = with_rows(one, seen=seen, product=product)
    one = one.model_copy(update={"notes": (Note(code="RF307", message="too large"),)})
    found = lines_of(one)
    assert [(line.cell, line.rows) for line in found] == [
        (("impact", "T1485"), None),
        (("execution", "T1059"), None),
        (None, seen),
    ]
    assert found[-1].outcome is Outcome.UNPLACED


@pytest.mark.parametrize(
    "rows",
    [
        Rows(seen=3, product=12_000),  # more missing than listed, and no note that says so
        Rows(seen=0, product=0, missing=(Row(tactic="Impact", technique="T1485"),)),
        Rows(seen=2, product=4, missing=tuple(Row(tactic="Impact", technique="T1059") for _ in range(2))),
    ],
)
def test_figures_that_do_not_fit_are_not_bent(rows: Rows) -> None:
    one = detection("a", ["Impact", "Execution"], ["T1485", "T1059"]).model_copy(update={"rows": rows})
    found = lines_of(one)
    assert sum(line.rows or 0 for line in found) == rows.seen
    assert all(line.rows is None for line in found if line.outcome is not Outcome.UNPLACED)


def test_a_catalogue_that_counts_no_rows_has_lines_all_the_same() -> None:
    one = detection("a", ["Impact"], ["T1485"]).model_copy(update={"rows": Rows(seen=0, product=0)})
    assert rows_of(one) == {("Impact", "T1485"): 0}


def test_ten_thousand_tactics_and_techniques_do_not_make_a_hundred_million_lines() -> None:
    many = 10_000
    one = detection("a", ["Impact", *map(str, range(many))], ["T1485", *map(str, range(many))])
    pairs, unplaced = stated_pairs(with_rows(one, seen=many), NEWEST)
    assert (pairs, unplaced) == ([("Impact", "T1485", None)], many)


@pytest.mark.parametrize(
    ("tactic", "technique", "outcome", "reason"),
    [
        (
            "LateralMovement",
            "T1570",
            Outcome.DECLARED,
            "ATT&CK 19.2 has T1570 Lateral Tool Transfer under Lateral Movement.",
        ),
        (
            "DefenseEvasion",
            "T1078",
            Outcome.DECLARED,
            "ATT&CK 19.2 has T1078 Valid Accounts under Stealth (DefenseEvasion was split into Stealth and Defense "
            "Impairment).",
        ),
        (
            "DefenseEvasion",
            "T1150",
            Outcome.MIGRATED,
            "ATT&CK 19.2 has T1647 Plist File Modification, which replaced T1547.011, which in turn replaced T1150, "
            "under Defense Impairment (DefenseEvasion was split into Stealth and Defense Impairment).",
        ),
        (
            "CredentialAccess",
            "T1570",
            Outcome.FALSE_PAIR,
            "ATT&CK 19.2 has T1570 Lateral Tool Transfer under Lateral Movement, not under Credential Access. "
            "CredentialAccess counts as a tactic only. T1570 is implied, and shown apart.",
        ),
        (
            "DefenseEvasion",
            "T1570",
            Outcome.FALSE_PAIR,
            "ATT&CK 19.2 has T1570 Lateral Tool Transfer under Lateral Movement, not under Stealth or Defense "
            "Impairment, into which DefenseEvasion was split. DefenseEvasion counts nowhere: no technique of the rule "
            "says whether it is Stealth or Defense Impairment. T1570 is implied, and shown apart.",
        ),
        ("Impact", None, Outcome.TACTIC_ONLY, "The rule names no technique. Impact counts as a tactic only."),
        (
            "DefenseEvasion",
            None,
            Outcome.AMBIGUOUS,
            "The rule names no technique. DefenseEvasion counts nowhere: no technique of the rule says whether it is "
            "Stealth or Defense Impairment.",
        ),
        (
            None,
            "T1570",
            Outcome.IMPLIED,
            "ATT&CK 19.2 has T1570 Lateral Tool Transfer under Lateral Movement; the rule names no tactic. T1570 is "
            "implied, and shown apart.",
        ),
        (
            "Ransomware",
            "T1486",
            Outcome.NO_TACTIC,
            "ATT&CK 19.2 has T1486 Data Encrypted for Impact under Impact. Ransomware is no tactic of ATT&CK 19.2. "
            "T1486 is implied, and shown apart.",
        ),
        (
            "Ransomware",
            None,
            Outcome.NO_TACTIC,
            "The rule names no technique. Ransomware is no tactic of ATT&CK 19.2.",
        ),
        (
            "ImpairProcessControl",
            None,
            Outcome.ICS,
            "The rule names no technique. ImpairProcessControl is a tactic of ATT&CK for ICS.",
        ),
        (
            "PrivilegeEscalation",
            "T0890",
            Outcome.ICS,
            "T0890 Exploitation for Privilege Escalation is of ATT&CK for ICS, a matrix of its own. "
            "PrivilegeEscalation counts as a tactic only.",
        ),
        (
            "Execution",
            "T1053.004",
            Outcome.DEPRECATED,
            "T1053.004 is deprecated in ATT&CK 19.2 and has no successor. Execution counts as a tactic only.",
        ),
        ("Impact", "T9999", Outcome.UNKNOWN, "ATT&CK 19.2 has no T9999. Impact counts as a tactic only."),
        (None, "T9999", Outcome.UNKNOWN, "ATT&CK 19.2 has no T9999."),
        (None, None, Outcome.ABSENT, "The rule names neither a tactic nor a technique."),
    ],
)
def test_every_line_says_why(tactic: str | None, technique: str | None, outcome: Outcome, reason: str) -> None:
    one = detection("a", [tactic] if tactic else [], [technique] if technique else [])
    (line,) = lines_of(one)
    assert (line.outcome, line.reason) == (outcome, reason)
    assert (line.cell is not None) == (outcome in (Outcome.DECLARED, Outcome.MIGRATED))


def test_a_false_pair_whose_sides_count_elsewhere_says_only_that_it_is_false() -> None:
    one = detection("a", ["Impact", "Execution"], ["T1485", "T1059"])
    reasons = {(line.tactic, line.technique): line.reason for line in lines_of(one)}
    assert reasons["Impact", "T1059"] == (
        "ATT&CK 19.2 has T1059 Command and Scripting Interpreter under Execution, not under Impact."
    )
