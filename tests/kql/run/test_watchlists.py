"""Watchlists: files and tables that `_GetWatchlist` gives."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import duckdb
import pytest

from rulefold import kql
from rulefold.kql.engines import ENGINES
from rulefold.kql.engines.duckdb import DuckDBSession

ASSETS = "Host,Tier,Note\nsrv-1,007,\nsrv-2,1.50,true\n"
EVENTS = {"T": kql.Table({"Host": "string"}, [("srv-1",), ("pc-9",)])}


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    path = tmp_path / "HighValueAssets.csv"
    path.write_text(ASSETS, encoding="utf-8")
    return path


def ask(query: str, watchlists: dict[str, object]) -> list[tuple[object, ...]]:
    return list(kql.run(query, EVENTS, watchlists=watchlists).rows)  # type: ignore[arg-type]


def fault(query: str, watchlists: dict[str, object] | None) -> kql.QueryDiagnostic:
    with pytest.raises(kql.QueryError) as error:
        kql.run(query, EVENTS, watchlists=watchlists)  # type: ignore[arg-type]
    return error.value.diagnostic


def test_columns_are_those_of_sentinel_and_those_of_the_file_as_text(assets: Path) -> None:
    result = kql.run("_GetWatchlist('Assets')", watchlists={"Assets": assets})
    assert [(column.name, str(column.type)) for column in result.columns] == [
        ("_DTItemId", "string"),
        ("LastUpdatedTimeUTC", "datetime"),
        ("SearchKey", "string"),
        ("Host", "string"),
        ("Tier", "string"),
        ("Note", "string"),
    ]
    assert [row[1:] for row in result.rows] == [
        (None, "srv-1", "srv-1", "007", ""),
        (None, "srv-2", "srv-2", "1.50", "true"),
    ]
    ids = [str(row[0]) for row in result.rows]
    assert len(set(ids)) == 2
    assert all(str(UUID(one)) == one for one in ids)
    assert kql.run("_GetWatchlist('Assets')", watchlists={"Assets": assets}) == result


QUERIES = [
    ("T | lookup kind=leftouter _GetWatchlist('A') on $left.Host == $right.SearchKey | project Host, Tier, Known = "
     "isnotempty(_DTItemId)", [("srv-1", "007", True), ("pc-9", "", False)]),
    ("T | where Host in ((_GetWatchlist('A') | project Host))", [("srv-1",)]),
    ("let listed = _GetWatchlist('A');\nT | join kind=leftanti listed on $left.Host == $right.SearchKey", [("pc-9",)]),
    ("let a = 'A'; let f = (alias: string) { _GetWatchlist(alias) | count }; f(a)", [(2,)]),
    ("union isfuzzy=true T, (_GetWatchlist('A') | project Host) | summarize count()", [(4,)]),
    ("union * | count", [(2,)]),
    ("search 'srv'", [("T", "srv-1")]),
    ("_GetWatchlistAlias", [("A",), ("B",)]),
    ("_GetWatchlistAlias() | where WatchlistAlias != 'A'", [("B",)]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), QUERIES)
def test_queries(query: str, expected: list[tuple[object, ...]], assets: Path) -> None:
    assert sorted(ask(query, {"A": assets, "B": assets})) == sorted(expected)


def test_a_search_key_that_is_stated_or_held(assets: Path) -> None:
    query = "_GetWatchlist('A') | project SearchKey"
    assert ask(query, {"A": kql.Watchlist(kql.Table(None, assets), "Tier")}) == [("007",), ("1.50",)]
    assets.write_text("a,SearchKey,_DTItemId,LastUpdatedTimeUTC\n1,k,i,2024-05-04T12:00:00Z\n", encoding="utf-8")
    assert ask("_GetWatchlist('A')", {"A": assets}) == [("i", datetime(2024, 5, 4, 12, tzinfo=UTC), "k", "1")]
    said = fault(query, {"A": kql.Watchlist(kql.Table(None, assets), "Nope")})
    assert said.message.startswith("A: found no column Nope, its search key, expected one of a, SearchKey")


def test_items_that_are_rows() -> None:
    table = kql.Table({"n": "long", "s": "string", "d": "dynamic"}, [(7, None, {"a": 1})])
    assert ask("_GetWatchlist('A') | project SearchKey, n, s, d", {"A": table}) == [("7", "7", "", '{"a":1}')]


def test_a_watchlist_that_is_not_there(assets: Path) -> None:
    query = "T | union (_GetWatchlist('a'))"
    found = fault(query, {"A": assets, "B": assets})
    assert (found.code, found.message, found.hints) == (
        "RF720", "found a, which is no watchlist", ("there is A and B",)
    )  # fmt: skip
    assert query[found.span.start : found.span.end] == "'a'"
    assert fault("_GetWatchlist('A')", {}).hints == ("there are no watchlists",)


REFUSED = [
    ("_GetWatchlist('A') | project Nope", "RF711"),
    ("_GetWatchlist('A', 'b')", "RF713"),
    ("_GetWatchlist()", "RF713"),
    ("_GetWatchlist(tolower('A'))", "RF751"),
    ("T | extend x = _GetWatchlist('A')", "RF712"),
]


@pytest.mark.parametrize(("query", "code"), REFUSED)
def test_what_is_refused(query: str, code: str, assets: Path) -> None:
    assert fault(query, {"A": assets}).code == code


def test_without_watchlists_the_function_is_not_known() -> None:
    assert fault("_GetWatchlist('A')", None).code == "RF712"


FAULTY = [
    ("W.csv", "", "found no columns"),
    ("W.csv", "a,a\n1,2\n", "found a column twice"),
    ("W.csv", "a,b\n1,2\n3,4,5\n", "W.csv:3: Expected Number of Columns: 2 Found: 3"),
    ("W.jsonl", '{"a": 1}\n', "found a watchlist of another kind, expected one of CSV"),
]


@pytest.mark.parametrize(("name", "text", "message"), FAULTY)
def test_a_file_that_cannot_be_read(name: str, text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = fault("_GetWatchlist('W')", {"W": tmp_path / name})
    assert found.code == "RF752"
    assert message in found.message


def test_a_query_reads_no_other_file(assets: Path) -> None:
    """The watchlists are on the list of what may be read, and nothing beside them."""
    other = assets.with_name("other.csv")
    other.write_text(ASSETS, encoding="utf-8")
    with ENGINES["duckdb"]() as session:
        session.load_watchlists({"A": kql.Watchlist(kql.Table(None, assets))})
        session.close_off()
        assert isinstance(session, DuckDBSession)
        connection = session._connection
        assert connection.execute(f"SELECT count(*) FROM '{assets}'").fetchall() == [(2,)]  # noqa: S608
        with pytest.raises(duckdb.PermissionException):
            connection.execute(f"SELECT count(*) FROM '{other}'")  # noqa: S608
