"""Aggregates and window functions, run."""

from datetime import UTC, datetime

import pytest

from rulefold.kql import QueryError, run

GROUPS = "datatable(g:string, x:long)['a', 10, 'a', 20, 'a', long(null), 'b', 30]"
NUMBERS = "datatable(x:long, w:long)[10, 8, 20, 6, 30, 3, 40, 1]"

AGGREGATES: list[tuple[str, str, tuple[object, ...]]] = [
    (GROUPS, "sum(x), avg(x), dcount(x)", (60, 20.0, 3)),
    (GROUPS, "make_list(x), make_list_with_nulls(x)", ([10, 20, 30], [10, 20, None, 30])),
    (GROUPS, "make_bag(bag_pack(g, x))", ({"a": 10, "b": 30},)),
    (GROUPS, "make_bag(bag_pack(g, x), 1)", ({"a": 10},)),
    (GROUPS, "make_bag_if(bag_pack(g, x), x > 15)", ({"a": 20, "b": 30},)),
    (GROUPS, "take_anyif(x, g == 'b')", (30,)),
    (GROUPS, "arg_max(x, g), arg_min(x, *)", (30, "b", 10, "a")),
    (NUMBERS, "percentile(x, 50), percentiles(x, 5, 99.9)", (20, 10, 40)),
    (NUMBERS, "percentilew(x, w, 50), percentilesw(x, w, 75, 99.9)", (20, 20, 40)),
    (NUMBERS, "percentilesw_array(x, w, dynamic([50, 75, 99.9]))", ([20, 20, 40],)),
    (NUMBERS, "percentiles_array(x, 0, 100)", ([10, 40],)),
    (NUMBERS, "binary_all_and(x), binary_all_or(x), binary_all_xor(x)", (0, 62, 40)),
    (NUMBERS, "covariancep(x, x), variancep(x), covarianceif(x, w, x < 0)", (125.0, 125.0, 0.0)),
    ("datatable(x:long)[9223372036854775807, 1]", "sum(x), avg(x)", (-(2**63), -(2.0**62))),
    ("datatable(x:real)[real(1), real(null)]", "stdev(x), min(x)", (0.0, 1.0)),
    ("datatable(x:long)[]", "sum(x), min(x), make_bag(bag_pack('a', x)), percentile(x, 5)", (0, None, {}, None)),
]


@pytest.mark.parametrize(("table", "aggregates", "expected"), AGGREGATES)
def test_aggregate(table: str, aggregates: str, expected: tuple[object, ...]) -> None:
    assert run(f"{table} | summarize {aggregates}").rows == (expected,)


def test_nan_is_the_least_and_the_greatest() -> None:
    table = "datatable(x:real, w:long)[1.5, 1, real(nan), 2, 2.5, 3]"
    (row,) = run(f"{table} | summarize min(x), max(x), arg_min(x, w), arg_max(x, w)").rows
    assert [str(value) for value in row] == ["nan", "nan", "nan", "2", "nan", "2"]


def test_ranks_start_anew() -> None:
    table = "datatable(g:string, v:long)['a', 10, 'a', 10, 'a', 20, 'b', 20]"
    ranks = "row_rank_min(v, g != prev(g)), row_rank_dense(v, g != prev(g)), row_rank_dense(v)"
    found = run(f"{table} | sort by g asc, v asc | project {ranks}").rows
    assert found == ((1, 1, 1), (1, 1, 1), (3, 2, 2), (1, 1, 2))


def test_sessions_end_at_either_distance() -> None:
    minutes = (0, 3, 6, 11, 30)
    rows = ", ".join(f"datetime(2020-01-01 00:{minute:02})" for minute in minutes)
    query = f"datatable(t:datetime)[{rows}] | sort by t asc | project row_window_session(t, 10m, 5m)"
    starts = [datetime(2020, 1, 1, 0, minute, tzinfo=UTC) for minute in (0, 0, 0, 11, 30)]
    assert [row[0] for row in run(query).rows] == starts


@pytest.mark.parametrize(
    ("query", "why"),
    [
        (f"{NUMBERS} | summarize percentile(x, 101)", "from 0 to 100"),
        (f"{NUMBERS} | summarize hll(x)", "hll"),
        (f"{NUMBERS} | summarize tdigest(x)", "tdigest"),
        (f"{NUMBERS} | summarize buildschema(bag_pack('x', x))", "buildschema"),
        (f"{NUMBERS} | extend r = row_rank_dense(x)", "without an order"),
        (f"{NUMBERS} | serialize p = prev(x, 0)", "offset"),
    ],
)
def test_refused(query: str, why: str) -> None:
    with pytest.raises(QueryError, match=why):
        run(query)
