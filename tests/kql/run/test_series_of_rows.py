"""`make-series`: which bins an axis has, worked out by hand from Kusto's documentation."""

import pytest

from rulefold import kql

ROWS = """datatable(t:datetime, g:string, v:long) [
    datetime(2024-05-04 12:30), 'a', 1,
    datetime(2024-05-06 01:00), 'a', 2,
    datetime(2024-05-05 23:00), 'b', 5,
    datetime(null), 'b', 7]"""
NUMBERS = "datatable(n:long, v:long) [-3, 1, 4, 2, 5, 3]"


def days(*written: str) -> list[str]:
    return [f"2024-05-{day}:00:00.0000000Z" for day in written]


def made(query: str) -> list[list[object]]:
    return sorted((list(row) for row in kql.run(query).rows), key=str)


@pytest.mark.parametrize(
    ("bounds", "rows"),
    [
        # No start: the first bin of each series that has data.  No end: the last one.
        ("", [["a", [1, -1, 2], days("04T00", "05T00", "06T00")], ["b", [5], days("05T00")]]),
        # A start is where the bins begin, whether it has data or not, and rows before it are left out.
        (
            "from datetime(2024-05-04 12:00)",
            [["a", [1, 2], days("04T12", "05T12")], ["b", [-1, 5], days("04T12", "05T12")]],
        ),
        ("from datetime(2024-05-05)", [["a", [-1, 2], days("05T00", "06T00")], ["b", [5], days("05T00")]]),
        # An end is not included, and a series goes up to it.
        ("to datetime(2024-05-06)", [["a", [1, -1], days("04T00", "05T00")], ["b", [5], days("05T00")]]),
        (
            "to datetime(2024-05-08)",
            [
                ["a", [1, -1, 2, -1], days("04T00", "05T00", "06T00", "07T00")],
                ["b", [5, -1, -1], days("05T00", "06T00", "07T00")],
            ],
        ),
        # A series none of whose rows is inside is none.
        ("from datetime(2024-05-06)", [["a", [2], days("06T00")]]),
    ],
)  # fmt: skip
def test_an_axis_of_days(bounds: str, rows: list[list[object]]) -> None:
    assert made(f"{ROWS} | make-series s = sum(v) default = -1 on t {bounds} step 1d by g") == rows


def test_an_axis_of_all_rows() -> None:
    assert made(f"{ROWS} | make-series s = sum(v) on t step 1d") == [[[1, 5, 2], days("04T00", "05T00", "06T00")]]


def test_an_axis_of_numbers_has_its_bins_where_bin_has_them() -> None:
    query = f"{NUMBERS} | make-series sum(v), count() on n step 2"
    assert made(query) == [[[1, 0, 0, 0, 5], [1, 0, 0, 0, 2], [-4, -2, 0, 2, 4]]]
    assert made(f"{NUMBERS} | where v > 9 | make-series sum(v) on n step 2") == []


def test_an_axis_that_is_too_long() -> None:
    with pytest.raises(kql.QueryError, match="a list of more than"):
        kql.run("datatable(n:long) [1, 2000000000] | make-series count() on n step 1")


def test_a_range_has_its_bins_where_bin_has_them() -> None:
    assert made(f"{NUMBERS} | make-series sum(v) on n in range(2, 6, 2)") == [[[0, 5, 0], [2, 4, 6]]]
    with pytest.raises(kql.QueryError, match="starts within a bin"):
        kql.run(f"{NUMBERS} | make-series sum(v) on n in range(1, 6, 2)")
    with pytest.raises(kql.QueryError, match="starts within a bin"):
        kql.run(f"{ROWS} | make-series sum(v) on t in range(datetime(2024-05-04 12:00), datetime(2024-05-07), 1d)")
