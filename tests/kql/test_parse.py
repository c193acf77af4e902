"""The parser: cases worked out from Kusto's grammar, the official parser's verdicts, and texts of all kinds."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulefold.kql.parse import parse
from rulefold.kql.syntax import (
    Between,
    Binary,
    Call,
    ColumnType,
    Count,
    DataTable,
    Dynamic,
    Expression,
    Extend,
    Function,
    Join,
    JsonArray,
    JsonObject,
    Let,
    Literal,
    Logical,
    Member,
    Membership,
    Name,
    Named,
    Operator,
    Option,
    Ordered,
    Parameter,
    Parse,
    ParsedColumn,
    Partition,
    Pipe,
    Query,
    Sort,
    Star,
    Statement,
    Summarize,
    Take,
    Unary,
    Union,
    Unsupported,
    Value,
    Where,
    Wildcard,
)
from rulefold.kql.types import Type
from tests.conftest import examples
from tests.kql.cases import DEEP, EDITS, LONG, TEXTS, edited, growth, lines

A, B, C, T, U = map(Name, "abcTU")
ONE, TWO = Literal(Type.LONG, 1), Literal(Type.LONG, 2)


def text(value: str) -> Literal:
    return Literal(Type.STRING, value)


def _expression(source: str) -> Expression:
    query, faults = parse(f"print {source}")
    assert not faults
    (statement,) = query.statements
    assert isinstance(statement, Value)
    assert isinstance(statement.value, Pipe)
    (operator,) = statement.value.operators
    return operator.columns[0]  # type: ignore[union-attr, return-value]


def _operator(source: str) -> Operator:
    query, faults = parse(f"T | {source}")
    assert not faults
    (statement,) = query.statements
    assert isinstance(statement, Value)
    assert isinstance(statement.value, Pipe)
    return statement.value.operators[0]


EXPRESSIONS: dict[str, Expression] = {
    "a or b and c": Logical("or", (A, Logical("and", (B, C)))),
    "(a or b) and c": Logical("and", (Logical("or", (A, B)), C)),
    "a or b or c": Logical("or", (A, B, C)),
    "a - b - c": Binary("-", Binary("-", A, B), C),
    "a - (b - c)": Binary("-", A, Binary("-", B, C)),
    "a + b * c": Binary("+", A, Binary("*", B, C)),
    "a <> b": Binary("!=", A, B),
    "a == b < c": Binary("==", A, Binary("<", B, C)),
    "-a.b": Unary("-", Member(A, B)),
    "a in (1, 2)": Membership("in", A, (ONE, TWO)),
    "a in (T | take 1)": Membership("in", A, (Pipe(T, (Take("take", ONE),)),)),
    "a !between (1 .. 2)": Between("!between", A, ONE, TWO),
    "a matches regex 'x'": Binary("matches regex", A, text("x")),
    "a['by']": _expression('a["by"]'),
    "a.['b c']": Member(A, Name("b c")),
    "['by']": Name("by"),
    "x = f(*, y = 1)": Named(("x",), Call("f", (Star(), Named(("y",), ONE)))),
    "(x, ['y z']) = a": Named(("x", "y z"), A, several=True),
    "'a' \"b\"": text("ab"),
    "h'a'": Literal(Type.STRING, "a", hidden=True),
    '@"a\\""b"': text('a\\"b'),
    '"\\x41\\u0042\\t"': text("AB\t"),
    "```a\nb```": text("a\nb"),
    "60m": Literal(Type.TIMESPAN, 36_000_000_000),
    "time(0.01:00)": Literal(Type.TIMESPAN, 36_000_000_000),
    "long(null)": Literal(Type.LONG, None),
    "int(x)": Literal(Type.INT, None, raw="x"),
    "TRUE": Literal(Type.BOOL, True),
    "dynamic({'a': [-1, null]})": Dynamic(
        JsonObject((("a", JsonArray((Literal(Type.LONG, -1), Literal(Type.DYNAMIC, None)))),))
    ),
    "datatable(a: long) [1, 2,]": DataTable((ColumnType("a", Type.LONG),), (ONE, TWO)),
}
OPERATORS: dict[str, Operator] = {
    "filter a": Where(A),
    "extend a = 1, b": Extend((Named(("a",), ONE), B)),
    "summarize count() by a": Summarize((Call("count", ()),), (A,)),
    "summarize by a": Summarize((), (A,)),
    "order by a asc nulls first": Sort((Ordered(A, "asc", "first"),)),
    "limit 1": Take("take", ONE),
    "count as x": Count("x"),
    "join kind=inner U on a, $left.b == $right.c": Join(
        "join",
        U,
        (A, Binary("==", Member(Name("$left"), B), Member(Name("$right"), C))),
        options=(Option("kind", Name("inner")),),
    ),
    "join (U)": Join("join", U),
    "union U*, b": Union((Wildcard("U*"), B)),
    "mvexpand a": _operator("mv-expand a"),
    "parse a with * 'x' b: long": Parse("parse", A, (Star(), text("x"), ParsedColumn("b", Type.LONG))),
    "partition by a (take 1)": Partition(A, Pipe(None, (Take("take", ONE),))),
    "partition by a { U }": Partition(A, Pipe(U, ()), whole=True),
    "assert-schema  ( a:long ) // x": Unsupported("assert-schema", "assert-schema ( a:long )"),
}
STATEMENTS: dict[str, tuple[Statement, ...]] = {
    "": (),
    "T;": (Value(T),),
    "let a = 1; T": (Let("a", ONE), Value(T)),
    "let f = (a: long = 1) { a }": (Let("f", Function((Parameter("a", Type.LONG, ONE),), (Value(A),))),),
    "let f = view () { let b = 1; b; }": (Let("f", Function((), (Let("b", ONE), Value(B)), view=True)),),
    "let f = (T: (*)) { T }": (Let("f", Function((Parameter("T", ()),), (Value(T),))),),
}
# Query → the offset of the first fault and a part of its message.
FAULTS = {
    "T | where": (9, "expected an expression"),
    "T | where a ==": (14, "expected an expression"),
    "T | where a == b == c": (17, 'expected ";"'),
    "T | where (a": (12, 'expected ")"'),
    "T | where a)": (11, 'expected ";"'),
    "T | where 'a": (12, "without its closing '"),
    "T | where a in ()": (16, "expected an expression"),
    "T | where a matches 'x'": (12, 'expected ";"'),
    "T | where a between (1, 2)": (22, 'expected ".."'),
    "T | where not a": (14, 'expected ";"'),
    "T | foo": (4, "expected an operator"),
    "T |": (3, "expected an operator"),
    "T | extend by a": (10, "expected an expression"),
    "T | extend kind = 1": (11, "['kind']"),
    "T | project a,": (14, "expected an expression"),
    "T | project-away a.b": (18, 'expected ";"'),
    "T | sort a": (9, 'expected "by"'),
    "T | top 5": (9, 'expected "by"'),
    "T | join kind=left U on a": (14, "expected one of"),
    "T | join U* on a": (None, "expected"),
    "T | lookup U": (12, 'expected "on"'),
    "T | fork": (8, 'expected "("'),
    "T | parse a": (11, 'expected "with"'),
    "T | mv-apply a on take 1": (18, 'expected "("'),
    "T | make-series count() on t": (28, 'expected "step"'),
    "T | as title": (6, "expected a name"),
    "print 1,": (8, "expected an expression"),
    "print dynamic([1 2])": (17, 'expected "," or "]"'),
    "print dynamic({a: 1})": (15, "expected"),
    "print dynamic(+1)": (14, "expected a JSON value"),
    "print materialize(T)": (5, "['materialize']"),
    "let m = materialize(T) | take 1; m": (23, 'expected ";"'),
    "let = 1": (4, 'expected ";"'),
    "let title = 1": (3, "expected a name"),
    "let f = () { T; T }": (14, 'expected "}"'),
    "let f = () { let a = 1 }": (23, 'expected ";"'),
    "declare query_parameters()": (25, "expected a name"),
    "find in () where a": (9, "expected"),
    "declare query_parameters(a: datetime = now())": (42, "expected"),
    "datatable(a: long) [a]": (20, "expected a literal"),
    "set by = 1": (3, "expected the name of a request property"),
    "datatable(a: foo) [1]": (13, "expected the name of a type"),
    "| take 1": (0, "expected a statement"),
    ";T": (0, "expected a statement"),
    "where a": (0, "expected a table"),
}


@pytest.mark.parametrize(("source", "tree"), EXPRESSIONS.items())
def test_expressions(source: str, tree: Expression) -> None:
    assert _expression(source) == tree


@pytest.mark.parametrize(("source", "tree"), OPERATORS.items())
def test_operators(source: str, tree: Operator) -> None:
    assert _operator(source) == tree


@pytest.mark.parametrize(("source", "trees"), STATEMENTS.items())
def test_statements(source: str, trees: tuple[Statement, ...]) -> None:
    assert parse(source) == (Query(trees), [])


@pytest.mark.parametrize(("source", "start", "message"), [(source, *fault) for source, fault in FAULTS.items()])
def test_faults(source: str, start: int | None, message: str) -> None:
    _, faults = parse(source)
    assert faults
    assert message in faults[0].message
    assert faults[0].code == "RF701"
    assert start is None or faults[0].span.start == start


def test_reading_goes_on_at_the_next_statement() -> None:
    query, faults = parse("T | where; U; T | foo; let a = 1")
    assert [fault.span.start for fault in faults] == [9, 18]
    assert query == Query((Value(U), Let("a", ONE)))


def test_spans_are_those_of_the_text() -> None:
    source = "let x = 1;\nT | where a == 'b'"
    query, _ = parse(source)
    assert [source[one.span.start : one.span.end] for one in query.statements] == ["let x = 1", "T | where a == 'b'"]


@pytest.mark.parametrize("opening", DEEP.values(), ids=DEEP)
def test_what_nests_too_deep_is_refused(opening: str) -> None:
    _, faults = parse("print " + opening * 10_000)
    assert [fault.code for fault in faults] == ["RF702"]


@pytest.mark.parametrize("opening", DEEP.values(), ids=DEEP)
def test_what_nests_twenty_times_is_not(opening: str) -> None:
    _, (fault,) = parse("print " + opening * 20)
    assert fault.code == "RF701"  # only the end is missing


def test_ten_thousand_parentheses_are_too_deep() -> None:
    _, (fault,) = parse("print " + "(" * 10_000 + "1" + ")" * 10_000)
    assert fault.code == "RF702"


def test_ten_thousand_arrays_are_too_deep() -> None:
    _, (fault,) = parse("print dynamic(" + "[" * 10_000)
    assert fault.code == "RF702"


def test_sixty_parentheses_are_not() -> None:
    assert _expression("(" * 60 + "1" + ")" * 60) == ONE


@pytest.mark.parametrize("long", LONG.values(), ids=LONG)
def test_the_work_grows_with_the_text(long: Callable[[int], str]) -> None:
    assert growth(parse, long) < 2.1


@pytest.mark.parametrize("long", LONG.values(), ids=LONG)
def test_long_queries_are_read(long: Callable[[int], str]) -> None:
    assert parse(long(5_000))[1] == []


@given(TEXTS)
@examples(300)
def test_any_text_is_answered(source: str) -> None:
    query, faults = parse(source)
    assert all(0 <= fault.span.start <= fault.span.end <= len(source) for fault in faults)
    assert query.statements or faults or not source.strip() or "//" in source


# ------------------------------------------------------------------------------------------------- the real catalogue


@pytest.fixture(scope="module")
def queries(shared: Path) -> list[str]:
    return [case["kql"] for case in lines(shared / "kusto" / "catalogue.jsonl")]


def test_the_catalogue_is_judged_as_by_the_official_parser(shared: Path) -> None:
    for case in lines(shared / "kusto" / "catalogue.jsonl"):
        assert bool(parse(case["kql"])[1]) == bool(case["syntax_errors"]), case["id"]


def test_mutants_are_judged_as_by_the_official_parser(shared: Path) -> None:
    agree, near = [], []
    for case in lines(shared / "kusto" / "mutants.jsonl"):
        faults, official = parse(case["kql"])[1], case["syntax_errors"]
        agree.append(bool(faults) == bool(official))
        if faults and official:
            near.append(abs(min(fault.span.start for fault in faults) - official[0]["start"]) <= 5)
    assert sum(agree) >= 0.98 * len(agree)
    assert sum(near) >= 0.8 * len(near)


@given(st.data())
@examples(200)
def test_edited_queries_are_answered(queries: list[str], data: st.DataObject) -> None:
    source = edited(data.draw(st.sampled_from(queries)), data.draw(EDITS))
    _, faults = parse(source)
    assert all(0 <= fault.span.start <= fault.span.end <= len(source) for fault in faults)
