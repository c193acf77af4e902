"""Rules whose queries say the same: by their words, and by their canonical text where queries are read."""

from importlib import import_module

import pytest

from rulefold.folding import fold
from rulefold.folding.company import MAX_TWINS
from rulefold.kql.render import fingerprint
from rulefold.workspace import Workspace
from tests.pages_text import block, detections, entries, guid, page

look = import_module("rulefold.queries.look")  # the package has a function of this name
WORKSPACE = Workspace({"T": {"a": "string", "b": "bool", "c": "bool", "n": "long", "t": "datetime"}})


def rules(*queries: str) -> list[str]:
    return [
        block(id=guid(n), title=f"Rule {n}", url=f"https://example.org/{n}", query=query)
        for n, query in enumerate(queries)
    ]


def are_twins(one: str, two: str) -> bool:
    first, second = detections(entries(page(*rules(one, two))))
    assert (first.same_query, second.same_query) in ((None, None), ((second.key,), (first.key,)))
    return first.same_query is not None


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param("T | take 1", "T | take 1", id="the same"),
        pytest.param("T | take 1", "T\n  | take\t1\n\n", id="white space"),
        pytest.param("T|take 1", "T | take 1", id="white space that is not needed"),
        pytest.param("\nT", "T\n", id="blank lines around"),
        pytest.param("T | take 1", "t | TAKE 1", id="case"),
        pytest.param("T | take 1", "// what it does\nT // here\n| take 1 //", id="comments"),
        pytest.param("T // don't\n| take 1", "T\n| take 1", id="an apostrophe in a comment"),
        pytest.param('T // "\n| where a == "b"', 'T\n| where a == "b"', id="a quotation mark in a comment"),
        pytest.param('print "a//b" // c', 'print "a//b"', id="a comment after a string with its marker"),
        pytest.param(r'print "\"//" // c', r'print "\"//"', id="an escaped quotation mark"),
        pytest.param(r'print @"c:\" // c', r'print @"c:\"', id="a verbatim string that ends in a backslash"),
        pytest.param(r'print @"a""\" // c', r'print @"a""\" // d', id="a doubled mark in a verbatim string"),
        pytest.param(r"print h@'a''\' // c", r"print h@'a''\'", id="a doubled apostrophe in an obfuscated string"),
    ],
)
def test_twins(one: str, two: str) -> None:
    assert are_twins(one, two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param("T | take 1", "T | take 2", id="another number"),
        pytest.param("T | take 1", "T | take 1 | take 1", id="one more operator"),
        pytest.param("T | take 1 1", "T | take 11", id="white space between numbers"),
        pytest.param("let ab = 1", "leta b = 1", id="white space between names"),
        pytest.param('print "a b"', 'print "ab"', id="white space in a string"),
        pytest.param('print "a b"', 'print "a  b"', id="more white space in a string"),
        pytest.param("print 'a b'", "print 'a\tb'", id="other white space in a string"),
        pytest.param('print @"a\nb"', 'print @"a\n b"', id="a line end in a verbatim string"),
        pytest.param('print "http://x"', 'print "http://y"', id="a comment marker in a string"),
        pytest.param("print 'http://x'", "print 'http:'", id="a comment marker in apostrophes"),
        pytest.param('print @"\\" // "x"\n| a', 'print @"\\" // "x"\n| b', id="after a verbatim string"),
        pytest.param(r'print "\"", "//x"', r'print "\"", "//y"', id="after an escaped quotation mark"),
        pytest.param(r'print @"a""\", "//x"', r'print @"a""\", "//y"', id="after a doubled mark in a verbatim string"),
        pytest.param("print 'a'", 'print "a"', id="other quotation marks"),
        pytest.param("T / / 2", "T // 2", id="two slashes apart are no comment"),
        pytest.param("", "", id="no query"),
        pytest.param("", "// nothing yet", id="nothing but comments"),
    ],
)
def test_no_twins(one: str, two: str) -> None:
    assert not are_twins(one, two)


def say_the_same(one: str, two: str) -> bool:
    catalogue, _ = fold(entries(page(*rules(one, two))), workspace=WORKSPACE)
    first, second = catalogue.detections
    assert (first.same_query, second.same_query) in ((None, None), ((second.key,), (first.key,)))
    return first.same_query is not None


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param("T | take 1", "T // here\n|\ttake 1 //", id="white space and comments"),
        pytest.param("T | where a == 'x'", 'T | where a == "x"', id="quotation marks"),
        pytest.param(r'T | where a == "c:\\x"', r"T | where a == @'c:\x'", id="a verbatim string"),
        pytest.param("T | where a == 'x' 'y'", "T | where a == 'xy'", id="a string in two parts"),
        pytest.param("T | limit 1", "T | take 1", id="two words for one operator"),
        pytest.param("T | order by a", "T | sort by a", id="two more"),
        pytest.param("T | where t > ago(60m)", "T | where t > ago(1h)", id="one duration"),
        pytest.param("T | where n == 0x10", "T | where n == 16", id="one number"),
        pytest.param("T | where (a == 'x') and ((b == 1))", "T | where a == 'x' and b == 1", id="parentheses"),
        pytest.param("T | where ['a'] <> 'x'", "T | where a != 'x'", id="brackets, and an operator"),
        pytest.param("let x = 1;\nT | where n == x;", "let x=1; T|where n==x", id="a semicolon at the end"),
        pytest.param("T | where where", "T  | where where //", id="no KQL, but for white space and comments"),
    ],
)
def test_the_same_in_other_words(one: str, two: str) -> None:
    assert say_the_same(one, two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param("T | where a == 'x'", "T | where a == 'y'", id="another string"),
        pytest.param("T | where a == 'x'", "T | where a == 'X'", id="the case of a string"),
        pytest.param("T | where a == 'x'", "T | where A == 'x'", id="the case of a column"),
        pytest.param("T | take 1", "t | take 1", id="the case of a table"),
        pytest.param("T | where a =~ 'x'", "T | where a == 'x'", id="another operator"),
        pytest.param("T | where n == 1", "T | where n == 1.0", id="a number of another type"),
        pytest.param("T | where n > 1 | take 1", "T | take 1 | where n > 1", id="the order of operators"),
        pytest.param("T | where a == 'x' and n == 1", "T | where n == 1 and a == 'x'", id="the order of conditions"),
        pytest.param("let x = 1; let y = 2; T", "let y = 2; let x = 1; T", id="the order of statements"),
        pytest.param("let x = 1; T", "T", id="a statement that nothing needs"),
        pytest.param("T | where a == 'x' or b and c", "T | where (a == 'x' or b) and c", id="needed parentheses"),
        pytest.param("T | where where", "T | WHERE where", id="no KQL, and other case"),
        pytest.param("", "// nothing yet", id="nothing said"),
        pytest.param("T | where n == 60m", "T | where n == '60m'", id="a duration and its text"),
    ],
)
def test_not_the_same_in_what_is_said(one: str, two: str) -> None:
    assert not say_the_same(one, two)


def test_where_nobody_reads_queries_nobody_renders_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(query: str) -> str:
        raise AssertionError(query)

    monkeypatch.setattr(look, "fingerprint", never)
    assert are_twins("T | take 1", "T|take 1")
    assert not are_twins("T | limit 1", "T | take 1")


def test_only_queries_that_use_the_same_are_rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[str] = []

    def counting(query: str) -> str:
        rendered.append(query)
        return fingerprint(query)

    monkeypatch.setattr(look, "fingerprint", counting)
    fold(entries(page(*rules("T | take 1", "U | take 1", "T | where a == 1", "T | limit 1"))), workspace=WORKSPACE)
    assert [query for query in rendered if query] == ["T | take 1", "T | limit 1"]


def test_more_than_two() -> None:
    catalogue, told = fold(entries(page(*rules("A | take 1", "B", "a|take 1", "C", "A\n| take 1", "b"))))
    links = [detection.same_query for detection in catalogue.detections]
    assert links == [
        (guid(2), guid(4)),
        (guid(5),),
        (guid(0), guid(4)),
        None,
        (guid(0), guid(2)),
        (guid(1),),
    ]
    messages = {d.detection: d.message for d in told if d.code == "RF306"}
    assert messages.keys() == {guid(n) for n in (0, 1, 2, 4, 5)}
    assert messages[guid(2)] == "found the same query in another rule: 'Rule 0', 'Rule 4'"


def test_twins_stay_apart() -> None:
    first, second = detections(entries(page(*rules("T", "t"))))
    assert (first.rows.seen, second.rows.seen) == (1, 1)
    assert (first.query, second.query) == ("T", "t")


def test_many_twins_are_not_all_named() -> None:
    _, told = fold(entries(page(*rules(*["T"] * 6))))
    first = next(d for d in told if d.code == "RF306")
    assert first.message.endswith("'Rule 1', 'Rule 2', 'Rule 3' and 2 more")
    assert len(first.related) == 3


def test_of_very_many_twins_each_is_linked_to_some() -> None:
    catalogue, told = fold(entries(page(*rules(*["T"] * (MAX_TWINS + 10)))))
    for n, detection in enumerate(catalogue.detections):
        assert detection.same_query is not None
        assert len(set(detection.same_query) - {guid(n)}) == len(detection.same_query) == MAX_TWINS
    first = next(d for d in told if d.code == "RF306")
    assert first.message.endswith(f"and {MAX_TWINS + 9 - 3} more")
