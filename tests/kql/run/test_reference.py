"""DuckDB gives what the reference says, over random tables and queries; and the same each time."""

from collections.abc import Iterator
from dataclasses import fields
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from rulefold.kql import QueryError
from rulefold.kql import plan as plan_module
from rulefold.kql.lower import joins
from rulefold.kql.plan import ExternalRows, Join, Relation, UnknownRows, Value, WatchlistRows
from rulefold.kql.running import bound
from tests.conftest import examples
from tests.kql.run.comparing import SCHEMAS, answer, is_compared, opened
from tests.kql.run.fixed_queries import QUERIES, TABLES
from tests.kql.run.pipelines import Pipeline, random_tables


@examples(40)
@given(st.integers(0, 2**32))
def test_random_queries_give_what_the_reference_says(seed: int) -> None:
    random = Random(seed)  # noqa: S311
    tables = random_tables(random)
    with opened(tables) as session:
        for _ in range(8):
            one = Pipeline(random)
            is_compared(session, tables, one.text, ordered=one.ordered)


def test_most_random_queries_are_compared() -> None:
    random = Random(3)  # noqa: S311
    tables = random_tables(random)
    with opened(tables) as session:
        drawn = [Pipeline(random) for _ in range(40)]
        compared = [is_compared(session, tables, one.text, ordered=one.ordered) for one in drawn]
    assert sum(compared) > 36


def test_fixed_queries_give_what_the_reference_says_and_are_all_compared() -> None:
    with opened(TABLES) as session:
        for query in QUERIES:
            assert is_compared(session, TABLES, query, ordered="sort by" in query), query


# What is in a plan and cannot be compared: it is refused, or it reads files elsewhere.
_LEFT_OUT = {UnknownRows, ExternalRows, WatchlistRows}


def test_every_node_of_a_plan_that_runs_is_in_a_fixed_query() -> None:
    plans = [bound(query, SCHEMAS, {}) for query in QUERIES]
    found = {type(one) for plan in plans for one in _nodes(plan)}
    kinds = [one for one in vars(plan_module).values() if isinstance(one, type) and issubclass(one, Relation | Value)]
    bases = {base for kind in kinds for base in kind.__bases__}
    assert {one.__name__ for one in set(kinds) - bases - _LEFT_OUT - found} == set()


def test_every_kind_of_join_that_runs_is_in_a_fixed_query() -> None:
    found = [one for query in QUERIES for one in _nodes(bound(query, SCHEMAS, {})) if isinstance(one, Join)]
    same = {"anti", "leftantisemi", "rightantisemi"}  # other words for leftanti and rightanti
    assert {one.kind for one in found} == {*joins._JOINS, *joins._SEMI_JOINS} - same
    assert {one.lookup for one in found} == {True, False}


def _nodes(node: object) -> Iterator[object]:
    """A node of a plan, and all that is in it."""
    if isinstance(node, Relation | Value):
        yield node
        for slot in fields(node):
            yield from _nodes(getattr(node, slot.name))
    elif isinstance(node, tuple):
        for one in node:
            yield from _nodes(one)


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
