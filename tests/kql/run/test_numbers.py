"""Functions of numbers, and bins: values worked out by hand or told by Kusto's documentation."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from rulefold.kql import QueryError, run

VALUES = (
    ("bin(4.5, 1)", 4.0),
    ("bin(-4.5, 1)", -5.0),
    ("bin(-5, 2)", -6),
    ("bin(5, 0)", None),
    ("bin(5, -1)", None),
    ("bin(16d, 7d)", timedelta(days=14)),
    ("bin(-1h, 7h)", timedelta(hours=-7)),
    ("floor(7.9, 2)", 6.0),
    ("bin(datetime(1970-05-11 13:45:07), 1d)", datetime(1970, 5, 11, tzinfo=UTC)),
    ("bin(datetime(2024-01-10), 7d)", datetime(2024, 1, 8, tzinfo=UTC)),  # weeks from Monday, 0001-01-01
    ("bin(datetime(1969-12-31 23:59:59), 5m)", datetime(1969, 12, 31, 23, 55, tzinfo=UTC)),
    ("bin(datetime(2020-10-25 02:30), -1h)", None),
    ("bin(datetime(null), 1d)", None),
    ("bin_at(6.5, 2.5, 7)", 4.5),
    ("bin_at(1h, 1d, 12h)", timedelta(hours=-12)),
    ("bin_at(datetime(2017-05-15 10:20), 1d, datetime(1970-01-01 12:00))", datetime(2017, 5, 14, 12, tzinfo=UTC)),
    ("bin_at(datetime(2017-05-17 10:20), 7d, datetime(2017-06-04))", datetime(2017, 5, 14, tzinfo=UTC)),
    ("round(2.98765, 3)", 2.988),
    ("round(2.15, 1)", 2.2),
    ("round(-50.55)", -51.0),
    ("round(21.5, -1)", 20.0),
    ("round(7)", 7),
    ("round(-2.5)", -3.0),
    ("ceiling(-1.1)", -1.0),
    ("abs(-3)", 3),
    ("abs(-1h)", timedelta(hours=1)),
    ("sign(-2)", -1.0),
    ("pow(2, 10)", 1024.0),
    ("exp2(3)", 8.0),
    ("exp10(2)", 100.0),
    ("log(-1.0)", None),
    ("log(0.0)", -math.inf),
    ("log2(8)", 3.0),
    ("acos(2.0)", None),
    ("pi()", math.pi),
    ("radians(180)", math.pi),
    ("isinf(1 / 0.0)", True),
    ("isfinite(1.0)", True),
    ("isnan(0.0 / 0.0)", True),
    ("max_of(1, long(null), 3)", 3),
    ("min_of(int(null), 5)", 5),
    ("max_of(int(null), int(null))", None),
    ("max_of(1, 2.5)", 2.5),
    ("isnan(min_of(real(nan), 1.0))", True),
    ("isnan(max_of(real(null), real(nan)))", True),
    ('max_of("a", "b")', "b"),
    ("binary_and(12, 10)", 8),
    ("binary_xor(5, 3)", 6),
    ("binary_not(0)", -1),
    ("binary_shift_left(1, 63)", -(2**63)),
    ("binary_shift_left(1, 65)", 2),
    ("binary_shift_left(1, -1)", None),
    ("binary_shift_right(-8, 1)", -4),
    ("bitset_count_ones(-1)", 64),
    ("tohex(256)", "100"),
    ("tohex(-256)", "ffffffffffffff00"),
    ("tohex(256, 8)", "00000100"),
    ("tohex(256, 2)", "100"),
    ("format_bytes(564)", "564 Bytes"),
    ("format_bytes(10332, 1)", "10.1 KB"),
    ("format_bytes(20010332, 2)", "19.08 MB"),
    ('format_bytes(20010332, 0, "KB")', "19541 KB"),
    ("rand() < 1", True),
    ("rand(10) in (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0)", True),
)

REFUSED = (
    "bin_auto(5)",
    "bin(datetime(2024-01-10), 3tick)",
    "round(decimal(1.5), 1)",
    "round(1.5, 99)",
    "rand(1)",
    "format_bytes(1024, 2)",  # whether it is 1 KB or 1.00 KB is not told
    "format_bytes(-1)",
    "abs(long(-9223372036854775808))",
    "max_of(dynamic(1), dynamic(2))",
)


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_a_value(expression: str, expected: object) -> None:
    ((value,),) = run(f"print x = {expression}").rows
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize("expression", REFUSED)
def test_a_refusal(expression: str) -> None:
    with pytest.raises(QueryError):
        run(f"print x = {expression}")


def test_bins_of_each_row() -> None:
    times = "datetime(2020-10-25 02:30), -1h, 0, datetime(2024-02-29 23:00), 2h, 3"
    rows = f"datatable(t: datetime, s: timespan, n: long)[{times}]"
    assert run(f"{rows} | project bin(t, s), bin(n, n), bin(7, n), bin_at(t, s, datetime(2000-01-01 01:00))").rows == (
        (None, None, None, None),
        (datetime(2024, 2, 29, 22, tzinfo=UTC), 3, 6, datetime(2024, 2, 29, 23, tzinfo=UTC)),
    )
