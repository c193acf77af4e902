"""The formatter: tokens and comments stay, white space is laid anew, and once laid it stays."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulefold.kql.layout import fmt
from rulefold.kql.parse import parse
from rulefold.kql.render import render
from rulefold.kql.syntax import Query
from rulefold.kql.tokens import comments, tokens
from tests.conftest import examples
from tests.judges import kusto
from tests.kql.cases import EDITS, LONG, TEXTS, edited, growth, lines
from tests.kql.trees import QUERIES

LONG_LIST = ", ".join(f'"{name}.example.com"' for name in ("alpha", "beta", "gamma", "delta", "epsilon", "zeta"))
CASES = {
    "operators have lines of their own": ("T|where a==1|take 5", "T\n| where a == 1\n| take 5\n"),
    "settings are close, names are not": ("T|join kind = inner(U)on a", "T\n| join kind=inner (U) on a\n"),
    "calls are close, words are not": ("T|where f (a)in(1)", "T\n| where f(a) in (1)\n"),
    "signs": ("print - 1-2, a -b, [ 'x' ] [ 0 ]", "print -1 - 2, a - b, ['x'][0]\n"),
    "patterns of names": ("union T*,*U|project-away a*", "union T*, *U\n| project-away a*\n"),
    "subqueries": (
        "T|join(U|where a|take 1)on b",
        "T\n| join (\n    U\n    | where a\n    | take 1\n) on b\n",
    ),
    "statements": ("let a=1;let b=T|take a;\n\n\nb", "let a = 1;\nlet b = T\n    | take a;\n\nb\n"),
    "functions": ("let f=(x:long){T|where a==x};f(1)", "let f = (x: long) {\n    T\n    | where a == x\n};\nf(1)\n"),
    "a long list has an item a line": (
        f"T | where a in ({LONG_LIST})",
        "T\n| where a in (\n    " + LONG_LIST.replace(", ", ",\n    ") + "\n)\n",
    ),
    "a table has a row a line": (
        "datatable(a:long,b:string)[1,'x',2,'y']",
        "datatable(a: long, b: string) [\n    1, 'x',\n    2, 'y'\n]\n",
    ),
    "a long condition is broken at its words": (
        f"T | where aaaaaaaaaaaaaaaaaaaaaaaaa == '{'x' * 40}' and (b or c) and dddddddddddddddddddd == 1",
        f"T\n| where aaaaaaaaaaaaaaaaaaaaaaaaa == '{'x' * 40}'\n    and (b or c)\n    and dddddddddddddddddddd == 1\n",
    ),
    "comments": (
        "// first\nT // table\n   // why\n|where a // tail\n//last",
        "// first\nT // table\n// why\n| where a // tail\n// last\n".replace("// last", "//last"),
    ),
    "comments in a list": (
        "T|where a in('x',// one\n'y'\n// two\n,'z')",
        "T\n| where a in (\n    'x', // one\n    'y'\n        // two\n        ,\n    'z'\n)\n",
    ),
    "strings are not touched": ("print '  a', ```x\n   y```", "print '  a', ```x\n   y```\n"),
    "a type apart from its bracket stays so": ("T|where bool (x)", "T\n| where bool (x)\n"),
    "nothing": ("", ""),
    "a comment alone": ("// a", "// a\n"),
}
REFUSED = ("T | where", "T | where 'a", "T |\n\n\n", "let a  =  1; T | foo", "(" * 10_000)


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_layout(text: str, expected: str) -> None:
    assert fmt(text) == (expected, [])


@pytest.mark.parametrize("text", REFUSED)
def test_a_query_with_a_fault_stays_as_it_is(text: str) -> None:
    same, faults = fmt(text)
    assert same == text
    assert faults == parse(text)[1] != []


def _kept(text: str) -> list[str]:
    """Tokens and comments in their order; white space at the end of a comment is white space."""
    spans = [*((token.start, token.text) for token in tokens(text)[:-1])]
    return [
        kept for _, kept in sorted(spans + [(one.start, text[one.start : one.end].rstrip()) for one in comments(text)])
    ]


def check(text: str) -> None:
    """All that holds of a text and its layout."""
    laid, faults = fmt(text)
    if faults:
        assert laid == text
        return
    assert _kept(laid) == _kept(text)
    assert fmt(laid) == (laid, [])
    assert parse(laid)[1] == []


@given(QUERIES)
@examples(100)
def test_tokens_stay(query: Query) -> None:
    check(render(query))


@given(QUERIES, st.data())
@examples(100)
def test_comments_stay(query: Query, data: st.DataObject) -> None:
    text = render(query)
    found = tokens(text)
    places = data.draw(st.lists(st.sampled_from(found), max_size=4))
    for at in sorted({token.start for token in places}, reverse=True):
        text = f"{text[:at]}{data.draw(st.sampled_from(['//c ', ' // d', chr(10) + '// e']))}\n{text[at:]}"
    check(text)


@given(TEXTS)
@examples(200)
def test_any_text_is_answered(text: str) -> None:
    check(text)


@pytest.mark.parametrize("long", LONG.values(), ids=LONG)
def test_the_work_grows_with_the_text(long: Callable[[int], str]) -> None:
    assert growth(fmt, long) < 2.1


# ------------------------------------------------------------------------------------------------- the real catalogue


@pytest.fixture(scope="module")
def queries(shared: Path) -> list[str]:
    return [case["kql"] for case in lines(shared / "kusto" / "catalogue.jsonl")]


def test_the_catalogue_keeps_what_it_says(queries: list[str]) -> None:
    for text in queries:
        check(text)
        assert parse(fmt(text)[0])[0] == parse(text)[0]


@given(st.data())
@examples(100)
def test_edited_queries_are_answered(queries: list[str], data: st.DataObject) -> None:
    check(edited(data.draw(st.sampled_from(queries)), data.draw(EDITS)))


@pytest.mark.judge
def test_the_official_parser_reads_what_is_laid(queries: list[str]) -> None:
    laid = [fmt(text)[0] for text in queries if not parse(text)[1]]
    for answer in kusto(laid):
        assert answer["errors"] == []
