"""Words and five-grams: the quick ways held against the plain ones."""

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulefold.folding.grams import SKETCH, Sketcher, frequencies, pack, unpack, words
from rulefold.folding.twins import without_comments
from rulefold.model import Catalogue
from tests.conftest import examples

# What literals and comments are made of, blanks of all kinds, symbols, and letters that fold in odd ways.
characters = st.sampled_from(list("ab_9 \n\t\r\"'@/\\|=(\x00\x1c\x85\xa0\u2028İßK…"))
texts = st.lists(st.one_of(characters, st.sampled_from(["//", '@"', "@'", '""', "''", "\\\n"])), max_size=40).map(
    "".join
)


def plainly(query: str) -> list[str]:
    return re.findall(r"\w+|[^\w\s]", without_comments(query).lower())


@examples(2_000)
@given(texts)
def test_words_are_those_of_the_plain_way(query: str) -> None:
    assert words(query) == plainly(query)


@examples(300)
@given(st.text(max_size=60))
def test_words_of_any_text(query: str) -> None:
    assert words(query) == plainly(query)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("T|where a==1 // no\n| take 5", "T | where a = = 1 | take 5"),
        ('T | where u == "https://x" // no', 'T | where u = = " https : / / x "'),
        ('let p = @"a\n// b\n"; T // no', 'let p = @ " a / / b " ; T'),
        ('let p = @"a""b"; T // no', 'let p = @ " a " " b " ; T'),
        ('let p = @"a""\n// b"; T', 'let p = @ " a " " / / b " ; T'),
        ("// only\n// remarks", ""),
    ],
)
def test_words_by_hand(query: str, expected: str) -> None:
    assert words(query) == expected.lower().split()


def test_words_of_the_real_catalogue(corpus: Catalogue) -> None:
    for detection in corpus.detections:
        assert words(detection.query) == plainly(detection.query)


@pytest.mark.parametrize("number", [0, 4, 5, 6, 35, 36, 37, 100, 101, 5_000])
def test_a_sketch(number: int) -> None:
    query = " ".join(f"c{n}" for n in range(number))
    sketcher = Sketcher()
    grams, sketch = sketcher.grams(query), sketcher.sketch(query)
    assert sketch.size == len(grams) == max(0, number - 4)
    assert list(sketch.smallest) == sorted(grams)[:SKETCH]
    assert sketch.width.bit_count() == 1
    assert sketch.width > 4 * sketch.size
    assert {n for n in range(sketch.width) if sketch.map >> n & 1} == {gram % sketch.width for gram in grams}


def test_a_sketch_does_not_depend_on_what_was_seen_before() -> None:
    sketcher = Sketcher()
    sketcher.sketch("z y x w v u t")
    assert sketcher.sketch("a b c d e f z") == Sketcher().sketch("a b c d e f z")


@pytest.mark.parametrize("query", ["", "a b c d", "a b c d e f", " ".join(map(str, range(200)))])
def test_a_sketch_packed_and_unpacked_is_the_same(query: str) -> None:
    sketch = Sketcher().sketch(query)
    assert unpack(pack(sketch)) == sketch
    assert b"\n" not in pack(sketch)


def test_a_sketch_is_the_same_in_every_process() -> None:
    code = "from rulefold.folding.grams import Sketcher; print(Sketcher().sketch('T | where a == 1 | take 5'))"
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in "ab"]
    assert {run.stdout.strip() for run in runs} == {str(Sketcher().sketch("T | where a == 1 | take 5"))}


def test_a_gram_is_at_least_as_frequent_as_the_sketches_that_hold_it() -> None:
    sketcher = Sketcher()
    sketches = [sketcher.sketch(f"a b c d e f {n}").smallest for n in range(50)]
    counts, bucket = frequencies(sketches)
    shared, own = set(sketches[0]) & set(sketches[1]), set(sketches[0]) - set(sketches[1])
    assert len(shared) == 2
    assert [counts[bucket(gram)] >= 50 for gram in shared] == [True] * 2
    assert [counts[bucket(gram)] < 50 for gram in own] == [True]
