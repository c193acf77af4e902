"""What a tactic and a technique are worth: pairs, migration, and everything that must not count."""

import pytest

from rulefold.attack import Snapshot, load
from rulefold.attack.claims import Claims, claims
from rulefold.attack.ledger import lines
from rulefold.attack.matrix import Outcome, is_ics_tactic, meanings, verdict
from tests.attack.tiny import detection, snapshot

TINY = snapshot(
    "99",
    ["initial-access", "stealth", "defense-impairment", "command-and-control", "impact"],
    {
        "T1001": "impact",
        "T1001.001": "impact",
        "T1002": "stealth initial-access",
        "T1003": "stealth defense-impairment",
        "T1004": "→T1001",
        "T1005": "→",
        "T1006": "†",
        "T1007": "",
    },
)


def of(tactics: list[str], techniques: list[str], version: Snapshot = TINY) -> Claims:
    return claims(detection("a", tactics, techniques), version)


@pytest.mark.parametrize(
    ("tactic", "technique", "outcome", "cell"),
    [
        ("Impact", "T1001", Outcome.DECLARED, ("impact", "T1001")),
        ("Impact", "T1001.001", Outcome.DECLARED, ("impact", "T1001.001")),
        ("Impact", "T1004", Outcome.MIGRATED, ("impact", "T1001")),
        ("DefenseEvasion", "T1002", Outcome.DECLARED, ("stealth", "T1002")),
        ("Stealth", "T1002", Outcome.DECLARED, ("stealth", "T1002")),
        ("Impact", "T1002", Outcome.FALSE_PAIR, None),
        ("DefenseEvasion", "T1001", Outcome.FALSE_PAIR, None),
        ("DefenseEvasion", "T1003", Outcome.AMBIGUOUS, None),
        ("DefenseEvasion", None, Outcome.AMBIGUOUS, None),
        ("Impact", None, Outcome.TACTIC_ONLY, None),
        (None, "T1001", Outcome.IMPLIED, None),
        (None, None, Outcome.ABSENT, None),
        ("Impact", "T1005", Outcome.REVOKED, None),
        ("Impact", "T1006", Outcome.DEPRECATED, None),
        ("Impact", "T0890", Outcome.ICS, None),
        ("Impact", "T9999", Outcome.UNKNOWN, None),
        ("Impact", "1001", Outcome.UNKNOWN, None),
        ("Impact", "T1007", Outcome.FALSE_PAIR, None),
        ("Ransomware", "T1001", Outcome.NO_TACTIC, None),
        ("Ransomware", "T9999", Outcome.UNKNOWN, None),
        ("Ransomware", None, Outcome.NO_TACTIC, None),
        ("impact", "T1001", Outcome.NO_TACTIC, None),
        ("Creates Poetry", "T1001", Outcome.NO_TACTIC, None),
        ("PreAttack", "T1001", Outcome.NO_TACTIC, None),
        ("Persistence", "T1001", Outcome.NO_TACTIC, None),
        ("InhibitResponseFunction", "T1001", Outcome.ICS, None),
        ("InhibitResponseFunction", None, Outcome.ICS, None),
    ],
)
def test_what_becomes_of_two_values(
    tactic: str | None, technique: str | None, outcome: Outcome, cell: tuple[str, str] | None
) -> None:
    found = verdict(TINY, tactic, technique)
    assert (found.outcome, found.cell) == (outcome, cell)


@pytest.mark.parametrize(
    ("version", "tactic", "shortnames"),
    [
        ("18.1", "DefenseEvasion", ("defense-evasion",)),
        ("19.2", "DefenseEvasion", ("stealth", "defense-impairment")),
        ("18.1", "Stealth", ()),
        ("19.2", "Stealth", ("stealth",)),
        ("19.2", "DefenseImpairment", ("defense-impairment",)),
        ("19.2", "CommandAndControl", ("command-and-control",)),
        ("19.2", "Command And Control", ()),
        ("19.2", "command-and-control", ()),
        ("19.2", "", ()),
    ],
)
def test_sentinel_s_spelling_follows_the_version(version: str, tactic: str, shortnames: tuple[str, ...]) -> None:
    assert meanings(load(version), tactic) == shortnames


def test_sentinel_knows_all_tactics_of_18_and_none_but_the_split_ones_are_new() -> None:
    from rulefold.folding.values import TACTICS

    for version, strange in (("18.1", set()), ("19.2", {"stealth", "defense-impairment"})):
        found = load(version)
        named = {name for tactic in TACTICS if len(names := meanings(found, tactic)) == 1 for name in names}
        assert set(found.tactics) - named == strange


def test_the_tactics_of_one_technique_make_one_claim_each() -> None:
    found = of(["InitialAccess", "DefenseEvasion", "Impact"], ["T1002"])
    assert found.declared == (("initial-access", "T1002"), ("stealth", "T1002"))
    assert found.tactic_only == ("impact",)
    assert not found.implied


def test_implied_techniques_are_apart_with_all_their_tactics() -> None:
    found = of(["Impact"], ["T1002", "T1001"])
    assert found.implied == (("initial-access", "T1002"), ("stealth", "T1002"))
    assert found.declared == (("impact", "T1001"),)
    assert found.techniques == {"T1001"}


def test_a_declared_tactic_leaves_nothing_implied_in_another() -> None:
    assert of(["InitialAccess"], ["T1002"]).implied == ()


def test_a_sub_technique_says_nothing_of_its_parent() -> None:
    assert of(["Impact"], ["T1001.001"]).declared == (("impact", "T1001.001"),)
    assert of(["Impact"], ["T1001"]).declared == (("impact", "T1001"),)


def test_a_split_tactic_without_a_technique_is_ambiguous_and_counts_nowhere() -> None:
    for techniques in ([], ["T1001"]):
        found = of(["DefenseEvasion", "Impact"], techniques)
        assert found.apart == {Outcome.AMBIGUOUS: ("DefenseEvasion",)}
        assert "stealth" not in found.tactic_only
    assert of(["DefenseEvasion"], ["T1002", "T1001"]).apart == {}


def test_a_technique_under_both_parts_of_a_split_tactic_is_not_guessed() -> None:
    found = of(["DefenseEvasion"], ["T1003"])
    assert (found.declared, found.implied) == ((), ())
    assert found.apart == {Outcome.AMBIGUOUS: ("DefenseEvasion", "T1003")}
    told = of(["DefenseEvasion", "Stealth"], ["T1003"])
    assert told.declared == (("stealth", "T1003"),)
    assert told.apart == {Outcome.AMBIGUOUS: ("DefenseEvasion",)}


def test_what_counts_nowhere_is_told_by_its_reason() -> None:
    found = of(["Ransomware", "InhibitResponseFunction", "Impact"], ["T9999", "T1006", "T1005", "T0890"])
    assert found.apart == {
        Outcome.UNKNOWN: ("T9999",),
        Outcome.DEPRECATED: ("T1006",),
        Outcome.REVOKED: ("T1005",),
        Outcome.ICS: ("InhibitResponseFunction", "T0890"),
        Outcome.NO_TACTIC: ("Ransomware",),
    }
    assert (found.declared, found.implied, found.tactic_only) == ((), (), ("impact",))


def test_an_id_whose_successor_is_deprecated_has_not_migrated() -> None:
    gone = snapshot("1", ["impact"], {"T1001": "→T1002", "T1002": "†", "T1003": "impact"})
    found = of(["Impact"], ["T1001", "T1003"], gone)
    assert (found.migrated, found.apart) == ((), {Outcome.DEPRECATED: ("T1001",)})


def test_a_version_without_the_parts_of_a_split_tactic_does_not_have_it() -> None:
    other = snapshot("1", ["stealth", "impact"], {"T1001": "stealth"})
    assert meanings(other, "DefenseEvasion") == ()
    assert of(["DefenseEvasion"], ["T1001"], other).apart == {Outcome.NO_TACTIC: ("DefenseEvasion",)}


def test_a_tactic_that_both_matrices_have_is_not_of_ics() -> None:
    assert not is_ics_tactic(TINY, "Impact")
    assert is_ics_tactic(TINY, "InhibitResponseFunction")


def test_t1562_and_t1562_001_merge_into_one_cell() -> None:
    one = detection("a", ["DefenseEvasion"], ["T1562", "T1562.001"], triples=3)
    newer = claims(one, load("19.2"))
    assert newer.declared == (("defense-impairment", "T1685"),)
    assert newer.migrated == (("T1562", "T1685"), ("T1562.001", "T1685"))
    assert len(claims(one, load("18.1")).declared) == 2
    ledger = lines(one, newer, load("19.2"))
    assert [(line.technique, line.rows, line.cell) for line in ledger] == [
        ("T1562", 3, ("defense-impairment", "T1685")),
        ("T1562.001", 3, ("defense-impairment", "T1685")),
    ]


def test_an_implied_technique_is_implied_once_after_migration() -> None:
    found = claims(detection("a", ["Impact"], ["T1562", "T1562.001", "T1685"]), load("19.2"))
    assert found.implied == (("defense-impairment", "T1685"),)


@pytest.mark.parametrize(
    ("technique", "cell"),
    [
        ("T1070.001", ("defense-impairment", "T1685.005")),
        ("T1562.010", ("defense-impairment", "T1689")),
        ("T1574.002", ("stealth", "T1574.001")),
        ("T1078.004", ("stealth", "T1078.004")),
        ("T1553.005", ("defense-impairment", "T1553.005")),
        ("T1548", None),  # 19 has it under Privilege Escalation alone
        ("T1550.001", None),
    ],
)
def test_defense_evasion_in_19_is_the_technique_s_own_tactic(technique: str, cell: tuple[str, str] | None) -> None:
    found = claims(detection("a", ["DefenseEvasion"], [technique]), load("19.2"))
    assert found.declared == ((cell,) if cell else ())
    assert found.apart == ({} if cell else {Outcome.AMBIGUOUS: ("DefenseEvasion",)})
    assert bool(found.implied) == (cell is None)
    if technique != "T1574.002":  # revoked in 18 already
        assert claims(detection("a", ["DefenseEvasion"], [technique]), load("18.1")).declared
