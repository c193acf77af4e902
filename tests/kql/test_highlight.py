"""What is told apart in a query that is shown, and that nothing of its text is lost."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulefold.kql.highlight import Part, highlight
from tests.conftest import examples
from tests.kql.bind_cases import COLUMNS, FAULTS

# Keywords stand in <k>, functions in <f>, strings in <s>, numbers in <n> and comments in <c>.
NAMES = {Part.KEYWORD: "k", Part.FUNCTION: "f", Part.STRING: "s", Part.NUMBER: "n", Part.COMMENT: "c"}
CASES = {
    "T | where a == 'x'": "T | <k>where</k> a == <s>'x'</s>",
    "T\n| summarize n = count() by bin(t, 1h)": (
        "T\n| <k>summarize</k> n = <f>count</f>() <k>by</k> <f>bin</f>(t, <n>1h</n>)"
    ),
    "let a = 5; // five\nT | take a": "<k>let</k> a = <n>5</n>; <c>// five</c>\nT | <k>take</k> a",
    "// one\n  // two\nT": "<c>// one\n  // two</c>\nT",
    "T | where a has_any ('x', \"y\" , @'z') and not(b)": (
        "T | <k>where</k> a <k>has_any</k> (<s>'x', \"y\" , @'z'</s>) <k>and</k> <f>not</f>(b)"
    ),
    "T | where t between (ago(1d) .. datetime(2024-01-01))": (
        "T | <k>where</k> t <k>between</k> (<f>ago</f>(<n>1d</n>) .. <n>datetime(2024-01-01)</n>)"
    ),
    "T | join kind=inner (U | project-away x) on $left.a == $right.b": (
        "T | <k>join</k> kind=<k>inner</k> (U | <k>project-away</k> x) <k>on</k> $left.a == $right.b"
    ),
    "T | sort by d.title asc": "T | <k>sort by</k> d.title <k>asc</k>",  # a member is no keyword
    "T | where a !in~ ('x')": "T | <k>where</k> a <k>!in~</k> (<s>'x'</s>)",
    "print let": "<k>print</k> let",
    "f(g(1), 2, 3)": "<f>f</f>(<f>g</f>(<n>1</n>), <n>2, 3</n>)",
    "T | where ['a b'] == \"it's // no comment\"": ("T | <k>where</k> [<s>'a b'</s>] == <s>\"it's // no comment\"</s>"),
    "": "",
}


def marked(text: str) -> str | None:
    found = highlight(text)
    if found is None:
        return None
    return "".join(f"<{NAMES[part]}>{own}</{NAMES[part]}>" if part in NAMES else own for part, own in found)


@pytest.mark.parametrize(("query", "expected"), CASES.items())
def test_parts(query: str, expected: str) -> None:
    assert marked(query) == expected


@pytest.mark.parametrize(
    "query", ["T | where a == 'x", 'T | where a == "x\ny"', "T ` U", "T | where a == datetime(2024"]
)
def test_what_is_no_token_has_no_parts(query: str) -> None:
    assert highlight(query) is None


@pytest.mark.parametrize("query", ["T | where | where", "| ) (", "where where where"])
def test_a_fault_of_grammar_does_not_hinder(query: str) -> None:
    assert highlight(query) is not None


@examples(300)
@given(st.text(max_size=60) | st.lists(st.sampled_from([*COLUMNS, *FAULTS]), max_size=2).map("\n".join))
def test_the_parts_are_the_text(query: str) -> None:
    found = highlight(query)
    if found is not None:
        assert "".join(text for _, text in found) == query
        assert all(text for _, text in found)


def test_real_queries(shared: Path) -> None:
    lines = (shared / "kusto" / "catalogue.jsonl").read_text(encoding="utf-8").splitlines()
    queries = [json.loads(line)["kql"] for line in lines]
    plain = [query for query in queries if highlight(query) is None]
    assert len(plain) <= 5
    whole = ("".join(text for _, text in highlight(query) or [(Part.PLAIN, query)]) for query in queries)
    assert list(whole) == queries
