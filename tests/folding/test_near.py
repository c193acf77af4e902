"""Near-duplicates: held against comparing every pair, on made and on real queries."""

import os
import re
import subprocess
import sys
from functools import cache
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulefold.folding import fold
from rulefold.folding.near import MAX_NEIGHBOURS, near_duplicates
from rulefold.model import Catalogue
from rulefold.workspace import Workspace
from tests.conftest import examples
from tests.pages_text import block, entries, guid, page


@cache
def grams(query: str) -> set[tuple[str, ...]]:
    """The five-grams of a query without comment markers in strings."""
    words = re.findall(r"\w+|[^\w\s]", re.sub(r"//[^\n]*", "", query).lower())
    return {tuple(words[n : n + 5]) for n in range(len(words) - 4)}


def jaccard(one: str, two: str) -> float:
    first, second = grams(one), grams(two)
    return len(first & second) / len(first | second) if first and second else 0


def by_hand(queries: list[str]) -> list[tuple[int, int]]:
    return [(n, m) for n, m in combinations(range(len(queries)), 2) if jaccard(queries[n], queries[m]) >= 0.9]


LONG = "T " + " ".join(f"| where C{n} == {n}" for n in range(30))


@pytest.mark.parametrize(
    ("other", "is_near"),
    [
        (LONG + " | take 1", True),
        (LONG.replace("C15", "D15"), True),
        (LONG.replace("C15", "D15").replace("C3 ", "D3 ").replace("C25", "D25"), False),
        (LONG.lower(), True),
        (LONG + " // a remark", True),
        (LONG.upper() + " // a remark\n| take 1", True),
        ("T | take 1", False),
        ("", False),
    ],
)
def test_a_pair(other: str, is_near: bool) -> None:
    assert [(near.first, near.second) for near in near_duplicates([LONG, other])] == [(0, 1)] * is_near
    assert [(near.first, near.second) for near in near_duplicates([other, LONG])] == [(0, 1)] * is_near


def test_the_similarity_is_the_share_of_common_five_grams() -> None:
    other = LONG.replace("C15", "D15")
    (near,) = near_duplicates([LONG, other])
    assert near.similarity == pytest.approx(jaccard(LONG, other))


@pytest.mark.parametrize("queries", [[], [""], ["", ""], ["a b c d"] * 3, ["// nothing"] * 2])
def test_queries_with_nothing_to_compare(queries: list[str]) -> None:
    assert near_duplicates(queries) == []


words = st.sampled_from(["a", "b", "c", "d", "e", "f", "|", "(", ")", "==", "1"])
edits = st.lists(st.tuples(st.integers(0, 79), words), max_size=3)
bases = st.lists(st.lists(words, min_size=60, max_size=80), min_size=1, max_size=2)


@examples(150)
@given(bases, st.lists(st.tuples(st.integers(0, 1), edits), min_size=2, max_size=6))
def test_what_comparing_every_pair_finds(
    drawn: list[list[str]], changed: list[tuple[int, list[tuple[int, str]]]]
) -> None:
    queries = []
    for base, own in changed:
        query = list(drawn[base % len(drawn)])
        for place, word in own:
            query[place % len(query)] = word
        queries.append(" ".join(query))
    assert [(near.first, near.second) for near in near_duplicates(queries)] == by_hand(queries)


LONGER = [f"w{n}" for n in range(900)]


@examples(150)
@given(
    st.integers(60, 900),
    st.lists(
        st.tuples(st.integers(0, 90), st.lists(st.tuples(st.integers(0, 899), words), max_size=9)),
        min_size=2,
        max_size=8,
    ),
)
def test_what_comparing_every_pair_of_long_queries_finds(
    length: int, changed: list[tuple[int, list[tuple[int, str]]]]
) -> None:
    """Long enough for sketches to hold a part of the grams; some are parts of others, and some just near or not."""
    queries = []
    for shorter, own in changed:
        query = LONGER[: length - shorter * length // 800]
        for place, word in own:
            query[place % len(query)] = word
        queries.append(" ".join(query))
    assert [(near.first, near.second) for near in near_duplicates(queries)] == by_hand(queries)


@pytest.mark.parametrize("length", [40, 100, 133, 260, 261, 515, 1_000])
def test_where_it_just_is_near_and_just_is_not(length: int) -> None:
    """Of a query that is the beginning of another, nine tenths of the five-grams are near, and one less is not."""
    whole = [f"w{n}" for n in range(length + 4)]
    part = whole[: -(-9 * length // 10) + 4]
    assert [near[:2] for near in near_duplicates([" ".join(whole), " ".join(part)])] == [(0, 1)]
    assert near_duplicates([" ".join(whole), " ".join(part[:-1])]) == []


def test_of_pairs_that_are_just_near_none_is_missed() -> None:
    """5,000 pairs, a query and its beginning of nine tenths of it, the pairs that sketches miss most easily."""
    queries = []
    for n in range(5_000):
        whole = [f"w{n}x{m}" for m in range(104)]
        queries += [" ".join(whole), " ".join(whole[:94])]
    found = [(near.first, near.second) for near in near_duplicates(queries)]
    assert found == [(n, n + 1) for n in range(0, 10_000, 2)]


def test_twins_do_not_stand_in_the_way() -> None:
    """However many twins a query has, it and all of them are told of the ones that it is nearly the same as."""
    queries = [f"{LONG} // copy {n}" for n in range(300)] + [LONG + " | take 1"] * 2
    found = near_duplicates(queries)
    across = [near for near in found if near.first < 300 <= near.second]
    assert {n for near in across for n in near[:2]} == set(range(302))


def test_what_differs_in_the_blanks_of_a_literal_is_no_twin_but_near() -> None:
    queries = [f"{LONG} | where a == 'x y'", f"{LONG}\n| where a == 'x  y'", f"{LONG} | where a == 'x y' //"]
    assert near_duplicates(queries) == [(0, 1, 1), (0, 2, 1), (1, 2, 1)]


def test_the_real_catalogue(corpus: Catalogue) -> None:
    queries = [one.query for one in corpus.detections]
    assert [(near.first, near.second) for near in near_duplicates(queries)] == by_hand(queries)
    assert sum(near.similarity < 1 for near in near_duplicates(queries)) == 6
    assert sum(note.code == "RF308" for one in corpus.detections for note in one.notes) == 11  # one is near to two


def test_of_many_that_are_all_alike_each_has_its_share() -> None:
    queries = [f"let x = {n}; {LONG}" for n in range(300)]
    found = near_duplicates(queries)
    assert len(found) <= MAX_NEIGHBOURS * len(queries)
    assert {n for near in found for n in near[:2]} == set(range(300))


def test_every_process_finds_the_same() -> None:
    code = (
        "from rulefold.folding.near import near_duplicates;"
        "q = [f'let x{n % 7} = {n}; ' + ' '.join(f'| C{i} == {i}' for i in range(30 + n % 3)) for n in range(90)];"
        "print(near_duplicates(q))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1
    assert outputs != {"[]\n"}


def test_it_is_told_of_both_rules_and_not_where_nobody_looks() -> None:
    queries = [LONG, LONG + " | take 1", "T | take 1", LONG.lower()]
    found = entries(
        page(
            *(
                block(id=guid(n), title=f"Rule {n}", url=f"https://example.org/{n}", query=query)
                for n, query in enumerate(queries)
            )
        )
    )
    told = {one.detection: one for one in fold(found)[1] if one.code == "RF308"}
    assert set(told) == {guid(0), guid(1), guid(3)}
    assert told[guid(1)].message == "found nearly the same query in another rule: 'Rule 0' (98%), 'Rule 3' (98%)"
    assert str(told[guid(0)].place) == "1.md:3:4"
    assert len(told[guid(1)].related) == 2
    assert not [one for one in fold(found, queries=False)[1] if one.code == "RF308"]


@pytest.mark.parametrize("workspace", [None, Workspace()], ids=["by their words", "by what they say"])
def test_queries_that_are_the_same_are_not_nearly_the_same(workspace: Workspace | None) -> None:
    queries = [LONG, LONG + " // the same", LONG + " | take 1"]
    blocks = (block(id=guid(n), url=f"https://example.org/{n}", query=query) for n, query in enumerate(queries))
    _, told = fold(entries(page(*blocks)), workspace=workspace)
    near = {one.detection: len(one.related) for one in told if one.code == "RF308"}
    assert near == {guid(0): 1, guid(1): 1, guid(2): 2}
