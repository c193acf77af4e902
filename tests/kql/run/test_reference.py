"""DuckDB gives what the reference says, over random tables and queries; and the same each time."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from rulefold.kql import QueryError
from tests.conftest import examples
from tests.kql.run.comparing import answer, is_compared, opened
from tests.kql.run.pipelines import Pipeline, random_tables
from tests.kql.run.fixed_queries import QUERIES, TABLES


@examples(40)
@given(st.integers(0, 2**32))
def test_random_queries_give_what_the_reference_says(seed: int) -> None:
    random = Random(seed)  # noqa: S311
    tables = random_tables(random)
    with opened(tables) as session:
        for _ in range(8):
            one = Pipeline(random)
            is_compared(session, tables, one.text, ordered=one.ordered)


def test_fixed_queries_give_what_the_reference_says_and_are_all_compared() -> None:
    with opened(TABLES) as session:
        for query in QUERIES:
            assert is_compared(session, TABLES, query, ordered="sort by" in query), query


def test_an_order_is_the_same_each_time() -> None:
    random = Random(7)  # noqa: S311
    tables = random_tables(random, 12)
    answered = 0
    with opened(tables) as session:
        for _ in range(60):
            one = Pipeline(random)
            try:
                first = answer(session, one.text) if one.ordered else None
            except QueryError:
                continue
            if first is not None:
                answered += 1
                assert answer(session, one.text) == first, one.text
    assert answered > 15
