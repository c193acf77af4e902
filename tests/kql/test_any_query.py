"""Whatever the text of a query, looking at it gives an answer and raises nothing."""

from hypothesis import given
from hypothesis import strategies as st

from rulefold.kql import Analysis, analyse
from rulefold.kql.habits import habits, timeless_joins
from rulefold.kql.outline import outline
from rulefold.kql.parse import parse
from rulefold.kql.tokens import tokens
from tests.conftest import examples
from tests.kql.bind_cases import COLUMNS, FAULTS, TABLES

QUERIES = [*COLUMNS, *FAULTS]
WORDS = sorted({token.text for query in QUERIES for token in tokens(query)})


def look(query: str) -> Analysis:
    syntax, _ = parse(query)
    habits(syntax)
    timeless_joins(syntax)
    outline(syntax)
    found = analyse(query, TABLES)
    for one in found.diagnostics:
        assert 0 <= one.span.start <= one.span.end <= len(query)
        assert one.message.startswith("found ")
    return found


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A query with some of its tokens replaced, dropped or doubled, or the tail of another behind it."""
    parts = [token.text for token in tokens(draw(st.sampled_from(QUERIES)))]
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(parts) - 1))
        parts[at : at + draw(st.integers(0, 2))] = draw(st.lists(st.sampled_from(WORDS), max_size=2))
        parts = parts or ["T"]
    return " ".join(parts)


@examples(300)
@given(mutated())
def test_mutated_queries(query: str) -> None:
    look(query)


@examples(200)
@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join))
def test_any_words(query: str) -> None:
    look(query)


@examples(200)
@given(st.text(max_size=200))
def test_any_text(query: str) -> None:
    look(query)


def test_the_look_is_one() -> None:
    assert look("T | where nope == 1").errors
    assert not look("T | where a == 1").errors
