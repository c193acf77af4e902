"""Names, types and columns, as Kusto's own binder has them: `test_official_binder` asks it about the same cases."""

import pytest

from rulefold.kql import Analysis, analyse
from tests.kql.bind_cases import COLUMNS, FAULTS, TABLES


def told(query: str) -> Analysis:
    return analyse(query, TABLES)


@pytest.mark.parametrize(("query", "columns"), COLUMNS.items(), ids=COLUMNS)
def test_columns(query: str, columns: str) -> None:
    found = told(query)
    assert not found.errors
    assert found.columns is not None
    assert " ".join(f"{column.name}:{column.type}" for column in found.columns) == columns


@pytest.mark.parametrize(("query", "expected"), FAULTS.items(), ids=FAULTS)
def test_faults(query: str, expected: tuple[str, str]) -> None:
    code, marked = expected
    first = told(query).errors[0]
    assert (first.code, query[first.span.start : first.span.end]) == (code, marked)


def test_what_a_query_uses() -> None:
    found = told("let u = U | where z > 1; T | where b has 'x' and isnotempty(c.q) | join (u) on b | project a, z")
    assert found.tables == ("T", "U")
    assert dict(found.fields) == {"T": ("a", "b", "c"), "U": ("b", "z")}
    assert found.functions == ("isnotempty",)


def test_a_column_is_used_where_it_goes_on_under_another_name() -> None:
    assert dict(told("T | project q = a | where q > 1").fields) == {"T": ("a",)}


def test_binding_goes_on_behind_an_unknown_table() -> None:
    found = told("Nope | where x == 1 | summarize count() by x | join (U | project b, nope) on $left.x == $right.b")
    assert [(one.code, one.message.split(",")[0]) for one in found.errors] == [
        ("RF710", "found Nope"),
        ("RF711", "found nope"),
    ]


def test_a_name_that_is_nearly_right() -> None:
    (one,) = analyse("SigninLogs | where ResultTyp == 0", {"SigninLogs": {"ResultType": "string"}}).errors
    assert one.hints == ("there is ResultType",)


def test_a_query_with_a_syntax_fault_is_not_bound_further() -> None:
    assert [one.code for one in told("T | where a == | project nope").errors] == ["RF701"]


def test_a_fault_in_a_function_is_told_once() -> None:
    assert len(told("let f = (x: long) { x + nope }; print f(1), f(2), f(3)").errors) == 1


def test_a_function_that_calls_itself() -> None:
    assert [one.code for one in told("let f = (x: long) { f(x) }; print f(1)").errors] == ["RF712"]


def test_functions_that_call_each_other_many_times_are_refused() -> None:
    lets = "let f0 = (x: long) { x + 1 };" + "".join(
        f"let f{n} = (x: long) {{ f{n - 1}(f{n - 1}(x)) }};" for n in range(1, 30)
    )
    assert "RF702" in {one.code for one in told(f"{lets} print f29(1)").errors}


def test_a_long_chain_of_operators() -> None:
    assert not told("print " + "1 + " * 20_000 + "1").errors


def test_a_long_pipe_and_many_statements() -> None:
    lets = "".join(f"let x{n} = {n};" for n in range(3_000))
    assert not told(lets + "T" + " | where a > x7" * 3_000).errors
