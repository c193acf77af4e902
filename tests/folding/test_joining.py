"""Joining detections that are folded already: keys, copies, and what detections say of each other."""

import pytest
from hypothesis import given

from rulefold.folding import join
from rulefold.folding.joining import is_key
from rulefold.model import Catalogue, Detection, Note, Rows
from rulefold.text import Place
from tests.conftest import examples
from tests.pages_text import guid
from tests.targets.nasty import catalogues

AT = Place("a.jsonl", 1, 1)


def detection(number: int = 1, **more: object) -> Detection:
    values = {"id": guid(number), "key": guid(number), "title": f"Rule {number}", "query": f"T{number}"}
    return Detection.model_validate(values | {"rows": Rows(seen=1, product=1)} | more)


def joined(*detections: Detection) -> tuple[tuple[Detection, ...], list[str]]:
    found, told = join([(one, Place("a.jsonl", line, 1)) for line, one in enumerate(detections, 1)])
    return found, [f"{d.place.line if d.place else 0} {d.code}" for d in told]


def test_different_detections_stay_as_they_are() -> None:
    both = detection(1), detection(2)
    assert joined(*both) == (both, [])


def test_a_copy_counts_once_and_is_told() -> None:
    assert joined(detection(1), detection(2), detection(1)) == ((detection(1), detection(2)), ["3 RF514"])


@pytest.mark.parametrize(
    "key", ["", "../rule", "a/b", "a b", "con", "LPT1", "a.yaml", "é", "-", "a-", "a\n", "x" * 101, "a\\b", "C:", "٣"]
)
def test_a_key_that_cannot_name_a_file_is_replaced(key: str) -> None:
    assert not is_key(key)
    found, told = joined(detection(1, key=key))
    assert [one.key for one in found] == [guid(1)]
    assert told == ["1 RF515"]


@pytest.mark.parametrize("key", [guid(1), "a", "Rule-1", "console", "com10", "x" * 100])
def test_a_key_that_can_name_a_file_stays(key: str) -> None:
    assert joined(detection(1, key=key)) == ((detection(1, key=key),), [])


def test_one_key_for_two_detections_is_replaced_in_both() -> None:
    one, other = detection(1, key="k"), detection(2, key="K")
    found, told = joined(one, other)
    assert [d.key for d in found] == [guid(1), guid(2)]
    assert told == ["1 RF515", "2 RF515"]


def test_detections_that_differ_in_a_detail_get_keys_that_tell_them_apart() -> None:
    found, told = joined(detection(1), detection(1, severity="High"), detection(1, severity="Low"))
    keys = [d.key for d in found]
    assert len(set(keys)) == 3
    assert all(key.startswith(guid(1)) and is_key(key) for key in keys)
    assert sorted(told) == sorted([f"{n} RF515" for n in (1, 2, 3)] + [f"{n} {c}" for n in (1, 2, 3) for c in CODES])


CODES = ("RF302", "RF306")


def test_what_detections_say_of_each_other_is_said_anew() -> None:
    stale = (
        Note(code="RF204", message="kept"),
        Note(code="RF306", message="found the same query in another rule: 'x'"),
    )
    one = detection(1, query="T", notes=stale, same_query=("gone",))
    (alone,), told = joined(one)
    assert (alone.same_query, [note.code for note in alone.notes], told) == (None, ["RF204"], [])
    found, told = joined(one, detection(2, query=" t // the same"))
    assert [d.same_query for d in found] == [(guid(2),), (guid(1),)]
    assert [note.message for note in found[0].notes] == ["kept", "found the same query in another rule: 'Rule 2'"]
    assert told == ["1 RF306", "2 RF306"]


@given(catalogue=catalogues)
@examples(100)
def test_keys_are_unique_and_joining_again_changes_nothing(catalogue: Catalogue) -> None:
    hostile = [one.model_copy(update={"key": one.title}) for one in catalogue.detections]
    found, _ = join([(one, AT) for one in hostile])
    assert len({one.key.lower() for one in found}) == len(found)
    assert all(is_key(one.key) for one in found)
    assert join([(one, AT) for one in found])[0] == found
