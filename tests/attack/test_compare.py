"""What changed, because of rules and because of ATT&CK."""

from rulefold.attack import load
from rulefold.attack.compare import Change, Move, compare
from rulefold.attack.coverage import coverage
from rulefold.attack.selection import select
from rulefold.model import Catalogue, Detection
from tests.attack.tiny import catalogue, detection, snapshot

OLD = snapshot(
    "1",
    ["defense-evasion", "execution", "impact"],
    {"T1001": "defense-evasion", "T1002": "execution", "T1003": "execution", "T1004": "impact"},
)
NEW = snapshot(
    "2",
    ["execution", "stealth", "defense-impairment", "impact"],
    {"T1001": "→T1011", "T1011": "stealth", "T1002": "execution impact", "T1003": "†", "T1004": "impact"},
)


def change(old: list[Detection], new: list[Detection], type_: str = "Analytics") -> Change:
    before, after = catalogue(*old), catalogue(*new)
    return compare(coverage(before, OLD), coverage(before, NEW), coverage(after, NEW))[type_]


def rule(key: str, tactic: str, technique: str, type_: str = "Analytics") -> Detection:
    return detection(key, [tactic], [technique], type_=type_)


def test_a_moved_cell_is_neither_gained_nor_lost() -> None:
    found = change([rule("a", "DefenseEvasion", "T1001")], [rule("a", "DefenseEvasion", "T1001")])
    assert found.migrated == (Move(("defense-evasion", "T1001"), ("stealth", "T1011"), ("a",)),)
    assert not found.by_attack.gained
    assert not found.by_attack.lost
    assert not found.is_loss
    assert not found.is_none


def test_what_attack_takes_and_gives() -> None:
    rules = [rule("a", "Execution", "T1003"), rule("b", "Impact", "T1002")]
    found = change(rules, rules)
    assert found.by_attack.lost == {("execution", "T1003"): ("a",)}
    assert found.by_attack.gained == {("impact", "T1002"): ("b",)}
    assert not found.by_rules.lost
    assert not found.by_rules.gained
    assert not found.is_loss


def test_what_rules_take_and_give() -> None:
    old = [rule("a", "Execution", "T1002"), rule("b", "Impact", "T1004"), rule("c", "Impact", "T1004")]
    new = [rule("c", "Impact", "T1004"), rule("d", "DefenseEvasion", "T1001"), rule("e", "DefenseEvasion", "T1011")]
    found = change(old, new)
    assert found.by_rules.lost == {("execution", "T1002"): ("a",)}
    assert found.by_rules.gained == {("stealth", "T1011"): ("d", "e")}
    assert found.weaker == {("impact", "T1004"): (2, 1)}
    assert found.stronger == {}
    assert found.migrated == ()
    assert found.is_loss


def test_a_moved_cell_that_rules_then_lose_is_both() -> None:
    found = change([rule("a", "DefenseEvasion", "T1001")], [])
    assert [move.new for move in found.migrated] == [("stealth", "T1011")]
    assert found.by_rules.lost == {("stealth", "T1011"): ("a",)}


def test_types_are_apart() -> None:
    old, new = [rule("a", "Impact", "T1004")], [rule("a", "Impact", "T1004", "Hunting")]
    assert change(old, new).is_loss
    assert change(old, new, "Hunting").by_rules.gained == {("impact", "T1004"): ("a",)}
    assert change(old, old, "Hunting").is_none


def test_a_type_that_only_one_side_has() -> None:
    only = [rule("a", "Impact", "T1004", "Other")]
    assert change(only, [], "Other").is_loss
    assert not change([], only, "Other").is_loss


def test_nothing_changes_without_a_change(corpus: Catalogue) -> None:
    attack = load("19.2")
    found = coverage(corpus, attack)
    assert all(one.is_none for one in compare(found, found, found).values())


def test_the_real_catalogue_from_18_1_to_19_2(corpus: Catalogue) -> None:
    """Every cell of Defense Evasion moves or is lost, for T1550 is under neither of its parts."""
    old, new = coverage(corpus, load("18.1")), coverage(corpus, load("19.2"))
    for type_, found in compare(old, new, new).items():
        evasion = {pair for pair in old.by_type[type_].declared if pair[0] == "defense-evasion"}
        moved = {move.old for move in found.migrated}
        assert evasion == {pair for pair in moved | set(found.by_attack.lost) if pair[0] == "defense-evasion"}
        assert {pair[1].partition(".")[0] for pair in found.by_attack.lost} <= {"T1550", "T1574"}
        assert not found.by_rules.gained
        assert not found.by_rules.lost


def test_selection() -> None:
    given = catalogue(
        detection("a", severity="High"),
        detection("b", severity="low"),
        detection("c", type_="Hunting"),
        detection("d", severity="Urgent", type_=None),
    )

    def keys(*types: str, least: str | None = None) -> list[str]:
        return [one.key for one in select(given, types, least).detections]

    assert keys() == ["a", "b", "c", "d"]
    assert keys("analytics") == ["a", "b"]
    assert keys("Hunting", "Analytics") == ["a", "b", "c"]
    assert keys(least="Low") == ["a", "b"]
    assert keys(least="medium") == ["a"]
    assert keys("Hunting", least="Informational") == []
