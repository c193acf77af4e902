"""Canonical text: the same for queries that say the same, and the tree again when it is read."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given

from rulefold.kql.parse import parse
from rulefold.kql.parse.expressions import LEVELS
from rulefold.kql.render import expressions, fingerprint, render
from rulefold.kql.syntax import Expression, Query, Value
from tests.conftest import examples
from tests.judges import kusto
from tests.kql.cases import LONG, growth, lines
from tests.kql.trees import OPERATIONS, QUERIES

# Queries that say the same, the canonical one first.
SAME = {
    "white space and comments": ("T\n| where a == 1\n", "T|where a==1 // x", "\n T // y\n |\twhere  a\r\n == 1;"),
    "words": ("T\n| sort by a\n| where b\n| mv-expand c\n", "T | order by a | filter b | mvexpand c"),
    "take": ("T\n| take 5\n", "T | limit 5"),
    "operators": ('T\n| where a != 1 and b !contains "x"\n', "T | where a <> 1 and b notcontains 'x'"),
    "parentheses": ("print a + b * c, (a + b) * c, a - (b - c)\n", "print (a) + (b * c), ((a + b)) * (c), a-(b-c)"),
    "conditions": ("T\n| where a or b and (c or d)\n", "T | where (a) or (b and ((c or d)))"),
    "quotes": ('print "a", "it\'s"\n', "print 'a', 'it\\'s'", "print @'a', ```it's```"),
    "strings with backslashes": ('print @"C:\\a"\n', "print 'C:\\\\a'", "print ~~~C:\\a~~~"),
    "adjacent strings": ('print "ab"\n', "print 'a' \"b\"", "print 'a'\n'b'"),
    "timespans": ("print 1h, 1d, 90m\n", "print 60m, 24h, 1.5h", "print time(01:00:00), time(1), timespan(1.5h)"),
    "datetimes": ("print datetime(2020-01-01)\n", "print date(2020)", "print datetime('2020-01-01T00:00:00Z')"),
    "numbers": ("print 31, 1.5\n", "print 0x1F, 1.50", "print long(31), real(15e-1)"),
    "booleans": ("print true, false\n", "print TRUE, False", "print bool(1), bool(false)"),
    "dynamic": ('print dynamic({"a": [-1, null]})\n', "print dynamic({'a':[ -1,null ]})"),
    "names": ("T\n| where a == ['by']\n", "T | where ['a'] == [\"by\"]", "T | where [a] == ['by']"),
    "members": ("print a.b, a.['b c']\n", 'print a . b, a.["b c"]'),
    "what is not understood": ("T\n| assert-schema (a: long)\n", "T | assert-schema   (a: // x\n long)"),
}
# Queries that do not say the same.
OTHER = (
    ("print 'a'", "print h'a'"),
    ("print 'a'", "print 'A'"),
    ("print 1", "print 1.0"),
    ("print 1", "print int(1)"),
    ("print -1", "print long(-1)"),
    ("print a - (b - c)", "print a - b - c"),
    ("T | where a or b and c", "T | where (a or b) and c"),
    ("T | sort by a", "T | sort by a desc"),
    ("T | take 5", "T | sample 5"),
    ("T | where a", "T | where A"),
    ("(T | where a) | where b", "T | where a | where b"),
    ("print by", "print where"),  # both are faults
    ("T | render timechart with (ycolumns=a, b)", "T | render timechart with (ycolumns=a)"),
)
TEXTS = {
    "let f=(x:long=1,t:(*)){let y=x;t|where a==y};f(1,T)": (
        "let f = (x: long = 1, t: (*)) {\n  let y = x;\n  t\n  | where a == y\n};\nf(1, T)\n"
    ),
    "T|join kind=inner(U|where a in((V|project b)))on $left.x==$right.y": (
        "T\n| join kind=inner (\n  U\n  | where a in (\n    V\n    | project b\n  )\n) on $left.x == $right.y\n"
    ),
    "T|where a in((V|project b),'c')": 'T\n| where a in ((\n  V\n  | project b\n), "c")\n',
    "print (range), (let)": "print range, let\n",
    "['range'] | where ['let']": "['range']\n| where let\n",
    "['let']": "['let']\n",
    "T | mv-expand ['kind'] = a": "T\n| mv-expand ['kind'] = a\n",
    "print ['bool'](1), ['true'], (1).a": "print ['bool'](1), ['true'], (1).a\n",
    "print 1e400, -1e400, 1tick": "print real(+inf), -real(+inf), 1tick\n",
    "print long(-5), time(-1h)": "print long(-5), timespan(-1h)\n",
    "print decimal(1.500), decimal(1e30), decimal(0)": "print decimal(1.5), decimal(1e30), decimal(0)\n",
    "print 'a\\nb', '\\u200b', 'é'": 'print "a\\nb", "\\u200b", "é"\n',
    "let x = 1;": "let x = 1\n",
    "": "",
}


@pytest.mark.parametrize("texts", SAME.values(), ids=SAME)
def test_queries_that_say_the_same(texts: tuple[str, ...]) -> None:
    for text in texts:
        query, faults = parse(text)
        assert not faults
        assert render(query) == texts[0]
        assert fingerprint(text) == fingerprint(texts[0])


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_queries_that_do_not(one: str, other: str) -> None:
    assert fingerprint(one) != fingerprint(other)


@pytest.mark.parametrize(("text", "canonical"), TEXTS.items())
def test_texts(text: str, canonical: str) -> None:
    query, faults = parse(text)
    assert not faults
    assert render(query) == canonical
    assert parse(canonical) == (query, [])


def test_a_query_with_a_fault_has_the_fingerprint_of_its_tokens() -> None:
    assert fingerprint("T | where  // x") == fingerprint("T|where")
    assert fingerprint("T | where") != fingerprint("T")


def _check(query: Query) -> None:
    text = render(query)
    assert parse(text) == (query, []), text


@given(QUERIES)
@examples(150)
def test_what_is_rendered_is_read_as_the_same(query: Query) -> None:
    _check(query)


@given(OPERATIONS)
@examples(300)
def test_operators_within_operators(tree: Expression) -> None:
    _check(Query((Value(tree),)))


@pytest.mark.parametrize(("operator", "level"), [("+", 6), ("or", 3), ("==", 5), ("in", 7), ("*", 5)])
def test_a_wrong_precedence_is_found(operator: str, level: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table that render reads is broken, and the property above has to see it."""

    @given(OPERATIONS)
    @examples(1000)
    def check(tree: Expression) -> None:
        _check(Query((Value(tree),)))

    monkeypatch.setattr(expressions, "LEVELS", LEVELS | {operator: level})
    with pytest.raises(AssertionError):
        check()


def test_not_a_number_is_written() -> None:
    text = "print real(nan)\n"
    assert render(parse(text)[0]) == text


@pytest.mark.parametrize("long", LONG.values(), ids=LONG)
def test_the_work_grows_with_the_tree(long: Callable[[int], str]) -> None:
    assert growth(lambda text: render(parse(text)[0]), long) < 2.1


@pytest.mark.parametrize("long", LONG.values(), ids=LONG)
def test_long_queries_are_written(long: Callable[[int], str]) -> None:
    text = render(parse(long(5_000))[0])
    assert render(parse(text)[0]) == text


# ------------------------------------------------------------------------------------------------- the real catalogue


@pytest.fixture(scope="module")
def valid(shared: Path) -> list[str]:
    return [case["kql"] for case in lines(shared / "kusto" / "catalogue.jsonl") if not case["syntax_errors"]]


def test_the_catalogue_is_read_as_the_same(valid: list[str]) -> None:
    for text in valid:
        _check(parse(text)[0])


@pytest.mark.judge
def test_the_official_parser_reads_what_is_rendered(valid: list[str]) -> None:
    for answer in kusto([render(parse(text)[0]) for text in valid]):
        assert answer["errors"] == []
