"""Results of more rows than are fetched at once: each value is what it is in a result of one row."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from rulefold.kql import QueryError, Table, run
from rulefold.kql.engines import ENGINES
from rulefold.kql.engines.limits import Limits
from rulefold.kql.running import answered, counted, lowered

COUNT = 25_000
QUERY = f"""
range Number from 1 to {COUNT} step 1
| extend Known = Number % 3 != 0
| project
    Number,
    Known,
    Moment = iff(Known, datetime(2024-01-01) + Number * 1001ms, datetime(null)),
    Span = iff(Known, -Number * 1001ms, timespan(null)),
    Text = iff(Known, strcat('é', tostring(Number)), ''),
    Bag = iff(Known, bag_pack('n', Number, 'l', dynamic([1.5, 'a', null])), dynamic(null)),
    Scalar = todynamic(iff(Known, tostring(Number), 'word'))
"""


def expected(number: int) -> tuple[object, ...]:
    if number % 3 == 0:
        return (number, False, None, None, "", None, "word")
    span = number * timedelta(milliseconds=1001)
    bag = {"n": number, "l": [1.5, "a", None]}
    return (number, True, datetime(2024, 1, 1, tzinfo=UTC) + span, -span, f"é{number}", bag, number)


def test_all_of_them() -> None:
    with ENGINES["duckdb"](Limits.of()) as session:
        rows = answered(session, lowered(session, QUERY)).rows
    assert rows == tuple(map(expected, range(1, COUNT + 1)))
    assert {row[2].tzinfo for row in rows if isinstance(row[2], datetime)} == {UTC}
    assert {tuple(map(type, row)) for row in rows} == {tuple(map(type, expected(number))) for number in (1, 3)}


@pytest.mark.parametrize("most", [0, 1, 9_999, 10_000, 15_000, COUNT, COUNT + 1])
def test_so_many_of_them(most: int) -> None:
    with ENGINES["duckdb"](Limits.of()) as session:
        result, count = counted(session, lowered(session, QUERY), most)
    assert count == COUNT
    assert result.rows == tuple(map(expected, range(1, min(most, COUNT) + 1)))


def test_none_of_them_has_to_be_read() -> None:
    with ENGINES["duckdb"](Limits.of()) as session:
        rows = answered(session, lowered(session, QUERY + "| project Text, Number")).rows
    assert rows == tuple((expected(number)[4], number) for number in range(1, COUNT + 1))


def test_long_texts_count_as_what_they_take(tmp_path: Path) -> None:
    long = duckdb.connect().sql("SELECT number || repeat('0123456789', 100) AS text FROM range(100000) t(number)")
    long.write_parquet(str(tmp_path / "Long.parquet"), row_group_size=2048)  # the engine holds little of it
    with pytest.raises(QueryError) as error:
        run("Long", {"Long": Table(None, tmp_path / "Long.parquet")}, memory="64MB")
    assert error.value.diagnostic.message == "the run needs more than its limit of memory of 64 MB"


def test_a_number_of_more_digits_than_python_reads() -> None:
    tables = {"T": Table({"s": "string"}, [(f'{{"a": [1, {"9" * 5000}]}}',)])}
    assert run("T | project v = parse_json(s)", tables).rows == (({"a": [1, float("inf")]},),)
