"""DuckDB gives what the reference says, for queries that tell the meanings apart that are most often mistaken."""

from collections.abc import Iterator

import pytest

from rulefold.kql.engines.session import Session
from tests.kql.run.comparing import differing, opened
from tests.kql.run.fixed_queries import QUERIES, TABLES


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with opened(TABLES) as session:
        yield session


@pytest.mark.parametrize("query", QUERIES)
def test_the_rows_are_those_of_the_reference(session: Session, query: str) -> None:
    assert differing(session, TABLES, query, ordered="sort by" in query) is None
