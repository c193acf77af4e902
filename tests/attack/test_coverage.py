"""Figures: distinct detections in cells, tactics, roll-ups and shares; and what changes none of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulefold.attack import Technique, load
from rulefold.attack.coverage import Coverage, coverage, denominators, figures, roll_up
from rulefold.attack.matrix import Outcome
from rulefold.model import Detection
from tests.attack.tiny import catalogue, detection, snapshot
from tests.conftest import examples


def on(id_: str, tactics: str, *platforms: str) -> Technique:
    return Technique(id_, f"Name of {id_}", tuple(tactics.split()), platforms or None)


TINY = snapshot(
    "99",
    ["reconnaissance", "execution", "stealth", "defense-impairment", "impact"],
    {
        "T1001": on("T1001", "execution impact", "Windows"),
        "T1001.001": on("T1001.001", "execution impact", "Windows", "Linux"),
        "T1001.002": on("T1001.002", "execution", "Linux"),
        "T1001.003": on("T1001.003", "impact", "macOS"),
        "T1002": on("T1002", "stealth", "Linux"),
        "T1003": on("T1003", "defense-impairment"),
        "T1004": on("T1004", "reconnaissance", "PRE"),
        "T1005": on("T1005", "reconnaissance execution", "Windows"),
        "T1006": "→T1003",
        "T1007": "→T1006",
        "T1008": "†",
    },
)


def of(*detections: Detection) -> Coverage:
    return coverage(catalogue(*detections), TINY)


def test_detections_are_counted_and_never_rows() -> None:
    found = of(detection("a", ["Execution"], ["T1001"], triples=99), detection("b", ["Execution"], ["T1001"]))
    assert found.all.declared == {("execution", "T1001"): ("a", "b")}
    assert found.all.tactics["execution"].declared == ("a", "b")


def test_a_detection_is_once_in_a_cell_that_migration_merges() -> None:
    found = of(detection("a", ["DefenseEvasion"], ["T1003", "T1006", "T1007"]))
    assert found.all.declared == {("defense-impairment", "T1003"): ("a",)}
    assert found.all.migrated == ("a",)
    assert found.all.mapped == {"a"}


def test_implied_cells_and_tactic_only_stay_out_of_the_declared() -> None:
    found = of(detection("b", [], ["T1001"]), detection("a", ["Impact"], ["T1002"])).all
    assert found.declared == {}
    assert found.techniques == frozenset()
    assert found.mapped == frozenset()
    assert found.implied == {
        ("execution", "T1001"): ("b",),
        ("stealth", "T1002"): ("a",),
        ("impact", "T1001"): ("b",),
    }
    assert list(found.implied) == [("execution", "T1001"), ("stealth", "T1002"), ("impact", "T1001")]  # as the matrix
    impact = found.tactics["impact"]
    assert (impact.declared, impact.tactic_only, impact.covered, impact.techniques) == ((), ("a",), 0, 3)


def test_what_counts_nowhere_is_counted_apart() -> None:
    found = of(
        detection("a", ["Ransomware", "DefenseEvasion"], []),
        detection("b", ["Ransomware"], ["T9999", "T0890", "T1008"]),
    ).all
    assert found.apart == {
        Outcome.AMBIGUOUS: ("a",),
        Outcome.NO_TACTIC: ("a", "b"),
        Outcome.ICS: ("b",),
        Outcome.UNKNOWN: ("b",),
        Outcome.DEPRECATED: ("b",),
    }
    assert not any(count.declared or count.tactic_only for count in found.tactics.values())


def test_analytics_and_hunting_are_two_figures_and_other_types_are_neither() -> None:
    found = of(
        detection("a", ["Impact"], ["T1001"]),
        detection("h", ["Impact"], ["T1001"], type_="Hunting"),
        detection("n", ["Impact"], ["T1001"], type_=None),
        detection("o", ["Impact"], ["T1001"], type_="Other"),
    )
    assert {type_: own.declared.get(("impact", "T1001")) for type_, own in found.by_type.items()} == {
        "Analytics": ("a",),
        "Hunting": ("h",),
        "": ("n",),
        "Other": ("o",),
    }
    assert list(of().by_type) == ["Analytics", "Hunting"]


def test_a_parent_is_never_ticked_by_its_child() -> None:
    found = of(detection("a", ["Execution"], ["T1001.001"]), detection("b", ["Execution"], ["T1001.002"])).all
    assert ("execution", "T1001") not in found.declared
    row = roll_up(found, TINY, "execution", "T1001")
    assert (row.direct, row.inherited, row.covered, row.total) == ((), ("a", "b"), 2, 2)
    assert found.tactics["execution"].covered == 2


def test_a_child_is_never_ticked_by_its_parent() -> None:
    found = of(detection("a", ["Execution"], ["T1001"])).all
    row = roll_up(found, TINY, "execution", "T1001")
    assert (row.direct, row.inherited, row.covered, row.total) == (("a",), (), 0, 2)


def test_a_roll_up_is_of_one_tactic_and_names_a_detection_once() -> None:
    found = of(detection("a", ["Execution", "Impact"], ["T1001", "T1001.001"])).all
    row = roll_up(found, TINY, "impact", "T1001")
    # T1001.002 is not under Impact, T1001.003 is, and "a" is direct already.
    assert (row.direct, row.inherited, row.covered, row.total) == (("a",), (), 1, 2)
    other = of(detection("a", ["Impact"], ["T1001.001"])).all
    assert roll_up(other, TINY, "execution", "T1001").covered == 0


def test_three_denominators() -> None:
    every, here, after = denominators(TINY, ["Linux"])
    assert (every.name, here.name, after.name) == ("all", "platforms", "post-compromise")
    assert every.techniques == {technique.id for technique in TINY.active()}
    assert here.techniques == {"T1001.001", "T1001.002", "T1002"}
    assert here.unknown == {"T1003"}
    # T1004 is only under Reconnaissance; T1005 is under Execution too, and stays with that cell alone.
    assert after.techniques == every.techniques - {"T1004"}
    assert ("execution", "T1005") in after.cells
    assert ("reconnaissance", "T1005") not in after.cells


def test_a_technique_of_unknown_platforms_is_in_no_share_of_platforms() -> None:
    found = coverage(catalogue(detection("a", ["DefenseEvasion"], ["T1003"])), TINY, ["Linux", "Windows"])
    assert [len(part.covered(found.all)) for part in found.denominators] == [1, 0, 1]


def test_what_is_covered_before_the_compromise_does_not_count_after_it() -> None:
    found = of(detection("a", ["Reconnaissance"], ["T1005"]))
    assert [part.name for part in found.denominators] == ["all", "post-compromise"]
    assert [len(part.covered(found.all)) for part in found.denominators] == [1, 0]


@pytest.mark.parametrize("platform", ["Azure", "linux", ""])
def test_a_platform_that_attack_does_not_have_is_refused(platform: str) -> None:
    with pytest.raises(ValueError, match="expected one of Linux, PRE, Windows, macOS"):
        denominators(TINY, ["Windows", platform])


def test_the_shares_of_the_shipped_versions() -> None:
    for version, cells, techniques, unknown in (("18.1", 887, 691, 0), ("19.2", 872, 697, 23)):
        every, here, after = denominators(load(version), load(version).platforms())
        assert (len(every.cells), len(every.techniques)) == (cells, techniques)
        assert (len(here.unknown), here.techniques | here.unknown) == (unknown, every.techniques)
        # Nothing of MITRE's is under a tactic before the compromise and one after it, and PRE is the former's platform.
        before = {technique.id for technique in load(version).active() if technique.platforms == ("PRE",)}
        assert after.techniques == every.techniques - before - {"T1682", "T1683", "T1683.001", "T1683.002"}


TACTICS = ["Reconnaissance", "Execution", "DefenseEvasion", "Impact", "Persistence", "Ransomware", "Stealth"]
IDS = [*TINY.techniques, "T9999", "T0890"]
SETS = st.tuples(
    st.lists(st.sampled_from(TACTICS), unique=True, max_size=4),
    st.lists(st.sampled_from(IDS), unique=True, max_size=4),
    st.sampled_from(["Analytics", "Hunting", None]),
)
DETECTIONS = st.lists(SETS, max_size=8).map(
    lambda rules: [detection(f"k{n}", *values, type_=type_) for n, (*values, type_) in enumerate(rules)]
)


@examples(200)
@given(DETECTIONS, st.randoms())
def test_neither_order_nor_repetition_changes_a_figure(detections: list[Detection], random: object) -> None:
    shuffled = [*detections, *detections[:3]]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    turned = [
        one.model_copy(update={"tactics": one.tactics[::-1], "techniques": one.techniques[::-1]}) for one in shuffled
    ]
    first, second = of(*detections), of(*turned)
    assert first.all == second.all
    assert dict(first.by_type) == dict(second.by_type)
    ledgers = [sorted((line.detection, str(line)) for line in found.ledger()) for found in (first, second)]
    assert ledgers[0] == ledgers[1]


@examples(200)
@given(DETECTIONS)
def test_cells_hold_what_the_detections_declare_and_no_more(detections: list[Detection]) -> None:
    found = of(*detections)
    valid = set(TINY.cells())
    assert set(found.all.declared) <= valid
    assert set(found.all.implied) <= valid
    sizes = [len(keys) for keys in found.all.declared.values()]
    assert sum(sizes) >= len(found.all.mapped)
    assert all(0 < size <= len(detections) for size in sizes)
    for cells in (found.all.declared, found.all.implied):
        assert all(list(keys) == sorted(set(keys)) for keys in cells.values())
    for tactic, count in found.all.tactics.items():
        assert not set(count.declared) & set(count.tactic_only)
        assert 0 <= count.covered <= count.techniques
        assert bool(count.covered) == bool(count.declared), tactic


@examples(200)
@given(DETECTIONS)
def test_the_ledger_and_the_cells_say_the_same(detections: list[Detection]) -> None:
    found = of(*detections)
    counted = {(line.cell, line.detection) for line in found.ledger() if line.cell}
    assert counted == {(cell, key) for cell, keys in found.all.declared.items() for key in keys}
    assert sum(line.rows or 0 for line in found.ledger()) == sum(one.rows.seen for one in detections)
    for line in found.ledger():
        assert line.reason.endswith(".")
        assert (line.cell is None) != (line.outcome in (Outcome.DECLARED, Outcome.MIGRATED))


@examples(200)
@given(DETECTIONS)
def test_what_each_detection_states_has_one_fate(detections: list[Detection]) -> None:
    for one, own in zip(detections, of(*detections).claims, strict=True):
        declared, implied = own.techniques, {technique for _, technique in own.implied}
        assert not declared & implied
        active = {found.id for id_ in one.techniques if (found := TINY.resolve(id_).active)}
        assert declared | implied <= active
        for id_ in one.techniques:
            if TINY.resolve(id_).active is None:
                assert any(id_ in values for values in own.apart.values()), id_


@examples(200)
@given(DETECTIONS)
def test_types_part_the_detections(detections: list[Detection]) -> None:
    found = of(*detections)
    parts = [set(own.detections) for own in found.by_type.values()]
    assert sum(map(len, parts)) == len(set().union(*parts)) == len(detections)
    again = figures(found.claims, TINY)
    assert again == found.all
