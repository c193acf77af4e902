"""What is lost without connectors: at best, at worst, and what is not lost at all."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulefold.attack.coverage import Coverage, coverage
from rulefold.attack.outage import connectors_of, dies, outage, single_points
from rulefold.model import Detection
from tests.attack.tiny import catalogue, detection, snapshot
from tests.conftest import examples

TINY = snapshot("99", ["execution", "impact"], {"T1001": "execution impact", "T1002": "impact"})


@pytest.mark.parametrize(
    ("connectors", "surely", "maybe"),
    [
        ({"A": ["X"]}, True, True),
        ({"a": ["X"]}, True, True),
        ({"A": ["X", "Y"]}, True, True),
        ({"A": ["X"], "B": ["Y"]}, False, True),
        ({"A": ["X"], "B": ["X"]}, False, False),
        ({"A": ["X", "Y"], "B": ["Y"]}, False, True),
        ({"A": [], "B": ["X"]}, False, True),
        ({"A": []}, True, True),
        ({"B": ["X"]}, False, False),
        ({}, False, False),
        ({"CustomConnector": ["X"]}, False, False),
        ({"A": ["X"], "CustomConnector": ["Y"]}, True, True),
    ],
)
def test_a_detection_without_connector_a(connectors: Mapping[str, Sequence[str]], surely: bool, maybe: bool) -> None:
    assert dies(detection("d", connectors=connectors), {"a"}) == (surely, maybe)


BOTH = {"A": ["X (Product)"], "B": ["Y"]}


@pytest.mark.parametrize(
    ("connectors", "needs", "dead"),
    [
        (BOTH, [["X", "Y"]], True),
        (BOTH, [["X"]], True),
        (BOTH, [["Y"]], False),
        (BOTH, [["X"], ["Y"]], False),
        (BOTH, [["X", "Z"], ["Y"]], False),
        (BOTH, [["X", "Z"], ["X", "Y"]], True),
        (BOTH, [[]], False),
        ({"A": ["X"], "B": ["X"]}, [["X"]], False),
    ],
)
def test_a_detection_that_says_what_it_needs_has_one_case(
    connectors: Mapping[str, Sequence[str]], needs: Sequence[Sequence[str]], dead: bool
) -> None:
    read = tuple(sorted({table for alternative in needs for table in alternative} | {"X"}))
    one = detection("d", connectors=connectors)
    told = one.model_copy(update={"tables": read, "needs": tuple(map(tuple, needs))})
    assert dies(told, {"a"}) == (dead, dead)


def test_a_query_that_reads_no_declared_table_tells_nothing() -> None:
    told = detection("d", connectors=BOTH).model_copy(update={"tables": ("Z",), "needs": (("Z",),)})
    assert dies(told, {"a"}) == (False, True)


def of(*detections: Detection) -> Coverage:
    return coverage(catalogue(*detections), TINY)


def rule(
    key: str, tactic: str, technique: str, connectors: Mapping[str, Sequence[str]], type_: str = "Analytics"
) -> Detection:
    return detection(key, [tactic], [technique], type_=type_, connectors=connectors)


ALL = of(
    rule("a", "Execution", "T1001", {"A": ["X"]}),
    rule("b", "Execution", "T1001", {"A": ["X"], "B": ["Y"]}),
    rule("c", "Impact", "T1001", {"A": ["X"], "B": ["Y"]}),
    rule("d", "Impact", "T1002", {"A": ["X"]}),
    rule("h", "Impact", "T1002", {"B": ["Y"]}, "Hunting"),
)


def test_cells_lost_and_weakened_by_type() -> None:
    found = outage(ALL, ["a"])
    assert found.connectors == ("A",)
    assert found.detections == ("a", "b", "c", "d")
    best, worst = found.best["Analytics"], found.worst["Analytics"]
    assert best.dead == ("a", "d")
    assert best.lost == (("impact", "T1002"),)  # though it is still hunted for
    assert best.weakened == {("execution", "T1001"): (2, 1)}
    assert worst.dead == ("a", "b", "c", "d")
    assert worst.lost == (("execution", "T1001"), ("impact", "T1001"), ("impact", "T1002"))
    assert worst.weakened == {}
    assert worst.techniques == {"T1001", "T1002"}
    assert found.best["Hunting"].dead == found.worst["Hunting"].dead == ()


def test_two_connectors_together() -> None:
    found = outage(ALL, ["A", "b"])
    assert found.connectors == ("A", "B")
    assert found.best["Analytics"].dead == ("a", "b", "c", "d")
    assert found.best["Hunting"].lost == (("impact", "T1002"),)


def test_single_points_of_failure_the_heaviest_first() -> None:
    found = single_points(ALL)
    assert [one.connectors for one in found] == [("A",), ("B",)]
    assert found[0] == outage(ALL, ["A"])
    assert found[1].weight == (1, 2, 3)
    assert set(connectors_of(ALL.detections)) == {"a", "b"}


def test_a_connector_that_no_detection_names_loses_nothing() -> None:
    found = outage(ALL, ["Z"])
    assert found.connectors == ("Z",)
    assert found.detections == ()
    assert found.weight == (0, 0, 0)


names = st.sampled_from("ABC")
supply = st.dictionaries(names, st.lists(st.sampled_from("XYZ"), max_size=2), max_size=3)
detections = st.lists(
    st.tuples(st.sampled_from(["Execution", "Impact"]), st.sampled_from(["T1001", "T1002"]), supply), max_size=6
)


@examples(200)
@given(detections, st.sets(names, min_size=1), names)
def test_a_loss_is_what_coverage_says_of_those_that_are_left(
    drawn: list[tuple[str, str, dict[str, list[str]]]], gone: set[str], more: str
) -> None:
    rules = [rule(str(n), *one) for n, one in enumerate(drawn)]
    found = outage(of(*rules), gone)
    for case in (found.best, found.worst):
        left = of(*(one for one in rules if one.key not in case["Analytics"].dead)).all.declared
        before = of(*rules).all.declared
        assert set(case["Analytics"].lost) == set(before) - set(left)
        weaker = {pair: (len(before[pair]), len(left[pair])) for pair in left if left[pair] != before[pair]}
        assert case["Analytics"].weakened == weaker
    assert set(found.best["Analytics"].dead) <= set(found.worst["Analytics"].dead) <= set(found.detections)
    wider = outage(of(*rules), gone | {more})
    assert set(found.best["Analytics"].dead) <= set(wider.best["Analytics"].dead)
    assert set(found.worst["Analytics"].lost) <= set(wider.worst["Analytics"].lost)
