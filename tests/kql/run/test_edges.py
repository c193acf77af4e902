"""What queries mean at the edges of their operators: NaN, lists of several lengths, views, case, and nulls in sets."""

import gc
from collections.abc import Sequence
from contextlib import suppress

import duckdb
import pytest

from rulefold.kql import QueryError, Table, run
from rulefold.kql import compile as compile_
from rulefold.kql.lower.duckdb.texts import lowered
from tests.kql.run.comparing import plain

_REALS = "datatable(x:real)[1.0, real(nan), real(null), -2.0]"
_VIEWS = 'let V1 = view () { print x = 1 }; let V2 = view () { print y = "b" }; let V3 = () { print x = 3 };'


def _rows(query: str) -> list[list[object]]:
    return [[plain(one) for one in row] for row in run(query).rows]


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        ("asc", [None, "NaN", -2.0, 1.0]),
        ("desc", [1.0, -2.0, "NaN", None]),
        ("asc nulls last", [-2.0, 1.0, "NaN", None]),
        ("desc nulls first", [None, "NaN", 1.0, -2.0]),
    ],
)
def test_nan_stands_beside_nulls(way: str, expected: Sequence[object]) -> None:
    """As the documentation of `sort` says."""
    found = [None if one is None else one[1] for (one,) in _rows(f"{_REALS} | sort by x {way}")]  # type: ignore[index]
    assert found == expected
    assert run(f"{_REALS} | sort by x {way} | extend x = row_number()").rows == ((1,), (2,), (3,), (4,))


def test_nan_is_no_top_and_ends_a_list() -> None:
    assert run(f"{_REALS} | top 1 by x").rows == ((1.0,),)
    assert run(f"{_REALS} | extend n = isnan(x) | sort by x desc | summarize make_list(n)").rows == (
        ([False, False, True],),
    )


def test_rows_stay_in_the_order_of_a_column_that_is_replaced() -> None:
    query = "datatable(a:long, b:long)[1, 9, 2, 8] | sort by a asc | extend a = b"
    assert run(query).rows == ((9, 9), (8, 8))
    assert run(f"{query} | extend a = 0").rows == ((0, 9), (0, 8))


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("mv-expand with_itemindex=i a, b", ((1, 4, 0), (None, 5, 1), (None, 6, 2))),
        ("mv-expand with_itemindex=i b, a | project a, b, i", ((1, 4, 0), (None, 5, 1), (None, 6, 2))),
        ("mv-expand with_itemindex=i a, b limit 2", ((1, 4, 0), (None, 5, 1))),
        ("mv-apply with_itemindex=i a, b on (where i == 2)", ((None, 6, 2),)),
    ],
)
def test_an_index_counts_to_the_end_of_the_longest_list(operator: str, expected: object) -> None:
    assert run(f"print a = dynamic([1]), b = dynamic([4, 5, 6]) | {operator}").rows == expected


def test_a_wildcard_finds_views_and_no_other_functions() -> None:
    assert run(f"{_VIEWS} union V*").rows == ((1, ""), (None, "b"))
    tables = {"V0": Table({"x": "long"}, [{"x": 7}])}
    assert sorted(run(f"{_VIEWS} union V* | where isnotnull(x)", tables).rows) == [(1, ""), (7, "")]
    assert run("let V = view () { union V* | extend k = 1 }; let V2 = view () { print x = 2 }; union V").rows == (
        (2, 1),
    )
    assert run("let V = view (n:long = 1) { print x = n }; let V2 = view () { print x = 2 }; union V*").rows == ((2,),)


@pytest.mark.parametrize(
    "query", ["union withsource=s V*", 'search "b"', "find in (V*) where x == 1", 'search in (V*) "b"']
)
def test_what_kusto_calls_the_rows_of_a_view_is_not_known(query: str) -> None:
    with pytest.raises(QueryError, match="the name that Kusto gives the rows of a view"):
        run(f"{_VIEWS} {query}")


def test_a_view_with_the_name_of_a_table_is_refused_in_a_wildcard() -> None:
    with pytest.raises(QueryError, match="the name that Kusto gives the rows of a view"):
        run("let T = view () { print x = 1 }; union T*", {"T": Table({"x": "long"}, [])})


def test_a_union_that_is_not_fuzzy_leaves_nothing_out() -> None:
    query = "union {} (print x = 1), {}"
    for other in ('cluster("c").database("d").T', "external_table('t')"):
        with pytest.raises(QueryError, match="of which nothing is known"):
            run(query.format("", other))
        with pytest.raises(QueryError, match="of which nothing is known"):
            compile_(query.format("isfuzzy=true", other))
    assert run(query.format("isfuzzy=true", "T")).rows == ((1,),)
    assert '"step_1"' in compile_(query.format("isfuzzy=true", "T"))


_SETS = "datatable(d:dynamic, a:long)[dynamic([2, 1]), 1, dynamic(null), 2, dynamic([1, 3]), 2]"


@pytest.mark.parametrize(
    ("aggregate", "expected"),
    [
        ("make_set(d)", [1, 2, 3]),
        ('make_set("x")', ["x"]),
        ("make_set(true)", [True]),
        ("make_set(7)", [7]),
        ('make_set_if("x", a > 5)', []),
        ("make_set(abs(a))", [1, 2]),
        ("make_set(long(null))", []),
    ],
)
def test_a_set(aggregate: str, expected: Sequence[object]) -> None:
    assert run(f"{_SETS} | summarize {aggregate}").rows == ((expected,),)


def test_a_null_in_an_array_of_a_set_is_refused() -> None:
    """Nulls are ignored, says the documentation, as that of make_list does, which keeps those of a dynamic."""
    query = "datatable(d:dynamic)[dynamic([1, null])]"
    with pytest.raises(QueryError, match="found a null in an array of a set"):
        run(f"{query} | summarize make_set(d)")
    assert run(f"{query} | take 0 | summarize make_set(d)").rows == (([],),)


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("from 1 to toscalar(print 3) step 1", [1, 2, 3]),
        ("from toscalar(print 2) to toscalar(print 3) + 1 step toscalar(print 1)", [2, 3, 4]),
        ("from 1 to toscalar(print 1 | where 1 == 2) step 1", []),
    ],
)
def test_a_range_of_what_a_query_gives(operator: str, expected: Sequence[object]) -> None:
    assert [one for (one,) in run(f"range x {operator}").rows] == expected


def test_the_least_long_has_no_abs() -> None:
    assert run("print abs(-9223372036854775807), abs(-1h) == 1h, abs(-1.5)").rows == ((2**63 - 1, True, 1.5),)
    with pytest.raises(QueryError, match="found the abs of the least long, which is not run"):
        run("print x = -9223372036854775807 - 1 | extend abs(x)")


def test_the_rest_of_the_least_and_the_greatest_long() -> None:
    query = "print m = -9223372036854775807 - 1 | project m % m, 5 % m, (m + 1) % m, -1 % m, m % 3, m % -1, m % 0"
    assert run(query).rows == ((0, 5, 1, 2**63 - 1, 1, 0, None),)
    assert run("print 9223372036854775806 % 9223372036854775807").rows == ((2**63 - 2,),)


def test_nan_is_no_long_and_has_no_sign() -> None:
    assert run("print x = 0.0 | project tolong(x / x), toint(x / x), tostring(x / x)").rows == ((None, None, "NaN"),)


def test_a_column_without_a_name_is_refused() -> None:
    with pytest.raises(QueryError, match="found a column without a name by pivot"):
        run('datatable(s:string)["", "a"] | evaluate pivot(s)')


# -------------------------------------------------------------------------------------------------------------- case


@pytest.mark.parametrize("other", ["οδοσ", "οδος", "ΟΔΟΣ"])
def test_constants_and_columns_fold_alike(other: str) -> None:
    """A final sigma is no other sigma's lower case."""
    expected = (other != "οδος",) * 4
    query = f'print s = "ΟΔΟΣ" | project s =~ "{other}", "ΟΔΟΣ" =~ "{other}", s in~ ("{other}"), s has "{other}"'
    assert run(query).rows == (expected,)


def test_a_constant_is_lowered_as_the_engine_lowers() -> None:
    characters = [chr(number) for number in range(1, 0x110000) if not 0xD800 <= number < 0xE000]
    with duckdb.connect() as engine:
        found = engine.execute("SELECT list_transform(?, lambda x: lower(x))", [characters]).fetchone()
    assert found == ([lowered(one) for one in characters],)


def test_elements_of_an_array_fold_too() -> None:
    query = 'datatable(s:string, d:dynamic)["A", dynamic(["a"]), "b", dynamic(["B", null, 1]), "c", dynamic(["d"])]'
    assert run(f"{query} | project s in~ (d), s in (d)").rows == ((True, False), (True, False), (False, False))


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("query", ["print 1", "print mystery(1)", "T |"])
def test_compiling_leaves_the_collector_of_garbage_as_it_was(query: str, enabled: bool) -> None:
    before = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        with suppress(QueryError):
            compile_(query)
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()


def test_no_garbage_is_looked_for_while_trees_are_built() -> None:
    query = "print " + " + ".join(map(str, range(100)))
    compile_(query)
    looks: list[str] = []
    before = gc.get_threshold()

    def look(phase: str, _info: object) -> None:
        looks.append(phase)

    gc.callbacks.append(look)
    try:
        gc.set_threshold(50)
        compile_(query)
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(look)
    assert looks.count("start") < 5  # a few at the end; there would be one for each fifty of thousands of nodes
