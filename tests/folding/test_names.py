"""Keys: unique, stable, and safe as file names."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulefold.folding import fold
from rulefold.folding.names import keys
from tests.conftest import examples
from tests.pages_text import block, entries, guid, page

URL = "https://example.org/rules/"
# Source: Microsoft Learn, Naming Files, Paths, and Namespaces
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in "0123456789¹²³")}

Rule = dict[str, str | None]


def rule(id_: str | None, title: str = "One rule", url: str | None = URL, query: str = "T") -> Rule:
    return {"id": id_, "title": title, "url": url, "query": query}


@pytest.mark.parametrize("id_", [guid(1), guid(1).upper()])
def test_the_key_is_the_id(id_: str) -> None:
    assert keys([rule(id_), rule(guid(2))]) == [id_, guid(2)]


@pytest.mark.parametrize(
    ("of", "start"),
    [
        (rule(""), "One-rule-"),
        (rule(None), "One-rule-"),
        (rule("", title="compromised NVIDIA certificates[Lapsus$]"), "compromised-NVIDIA-certificates-Lapsus-"),
        (rule("12"), "12-"),
        (rule("../../etc/passwd"), "etc-passwd-"),
        (rule("con"), "con-"),
        (rule("…", title="no letter in the id"), ""),
        (rule(None, title="Übung ß"), "bung-"),
        (rule(None, title="e" * 300), "e" * 60 + "-"),
    ],
)
def test_the_key_of_a_rule_without_a_usable_id(of: Rule, start: str) -> None:
    (key,) = keys([of])
    assert re.fullmatch(re.escape(start) + "[0-9a-f]{8}", key)


def test_a_shared_id_is_told_apart_by_the_url() -> None:
    first, second, third = keys([rule(guid(1), url=URL + "a"), rule(guid(1).upper(), url=URL + "b"), rule(guid(2))])
    assert (first[:37], second[:37], third) == (guid(1) + "-", guid(1).upper() + "-", guid(2))
    assert first[37:] != second[37:]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param(rule("", title="12", url=None), rule("12", title="12", url=None), id="an id like another's title"),
        pytest.param(rule("1/2", url=None), rule("1-2", url=None), id="ids that are the same as far as they are safe"),
        pytest.param(rule("1" * 60, url=None), rule("1" * 61, url=None), id="ids that begin alike"),
    ],
)
def test_keys_that_would_be_the_same_are_told_apart(one: Rule, two: Rule) -> None:
    first, second = keys([one, two])
    assert first != second
    assert keys([two, one]) == [second, first]


def test_keys_do_not_depend_on_the_order() -> None:
    rules = [rule(guid(1), url=URL + "a"), rule(guid(1), url=URL + "b"), rule(""), rule("", url=URL + "c"), rule("12")]
    there = keys(rules)
    assert keys(rules[::-1]) == there[::-1]


def test_a_further_row_changes_no_key() -> None:
    rows = [block(id="", url=URL + "a"), block(id=guid(1), url=URL + "b"), block(id="12", url=URL + "c")]
    fewer = fold(entries(page(*rows)))[0].detections
    more = fold(entries(page(*rows, block(id=guid(3), platform="Linux"), *rows)))[0].detections
    assert [d.key for d in more if d.id != guid(3)] == [d.key for d in fewer]


HOSTILE = st.one_of(
    st.sampled_from(["", "con", "AUX", "nul.txt", "..", ".", "a/b", "a\\b", " ", "-", guid(1), guid(1).upper(), "12"]),
    st.text(max_size=80),
    st.text("aA", min_size=58, max_size=64),
)
TEXTS = {"id": HOSTILE, "title": HOSTILE, "url": st.sampled_from(["", URL, URL + "a"]), "query": st.sampled_from("ST")}
(ROW,) = entries(page(block()))


@examples(120)
@given(st.lists(st.fixed_dictionaries(TEXTS), max_size=8))
def test_keys_are_safe_and_unique(rows: list[dict[str, str]]) -> None:
    stated = [{name: text or None for name, text in row.items()} for row in rows]
    found = [
        d.key for d in fold(ROW.model_copy(update=row | {"title": row["title"] or ""}) for row in stated)[0].detections
    ]
    assert len({key.lower() for key in found}) == len(found)
    for key in found:
        assert re.fullmatch("[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?", key)
        assert len(key) <= 80
        assert key.lower() not in RESERVED
