"""A query is untrusted text: it reads what it was given, and ends at its limits."""

import time
from pathlib import Path

import duckdb
import pytest

from rulefold import kql
from rulefold.kql.engines import ENGINES
from rulefold.kql.engines.limits import Limits

NASTY = ["a'b", 'a"b', "a;drop table T;--", "a/*b*/", "$1", "?", "a\\", "a\nb", "{x}", "select", "ä b", "'; ATTACK --"]
SECRET = "the-secret-of-the-disk"  # noqa: S105


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.csv"
    path.write_text(f"a\n{SECRET}\n", encoding="utf-8")
    return path


def refused(query: str, tables: dict[str, kql.Table] | None = None) -> str:
    with pytest.raises(kql.QueryError) as error:
        kql.run(query, tables or {})
    return error.value.diagnostic.message


@pytest.mark.parametrize(
    "query",
    [
        "['{path}']",
        "table('{path}')",
        "['read_csv(''{path}'')']",
        "read_csv('{path}')",
        "read_text('{path}')",
        "print read_text('{path}')",
        "print getenv('HOME')",
        "glob('*')",
        "print glob('*')",
        "duckdb_settings()",
        "duckdb_settings",
        "information_schema.tables",
        "sqlite_master",
        "['https://example.com/x.csv']",
        "externaldata(a:string) ['{path}']",
        "externaldata(a:string) [@'https://example.com/x.csv']",
        "let T = externaldata(a:string)['{path}'] with (format='csv'); T",
        "print query('select 1')",
        "evaluate sql_request('x', 'select 1')",
        "database('{path}').U",
        "cluster('x').database('y').U",
    ],
)
def test_a_query_that_names_a_file_an_address_or_a_function_of_the_engine_is_refused(query: str, secret: Path) -> None:
    given = {"T": kql.Table({"a": "string"}, [("x",)])}
    assert SECRET not in refused(query.replace("{path}", str(secret)), given)


@pytest.mark.parametrize("name", NASTY)
def test_names_and_texts_are_no_sql(name: str) -> None:
    quoted = name.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    tables = {name: kql.Table({name: "string", "d": "dynamic"}, [(name, {name: name})])}
    query = f"['{quoted}'] | where ['{quoted}'] == '{quoted}' | project x = d['{quoted}'], ['{quoted}']"
    assert kql.run(query, tables).rows == ((name, name),)
    assert kql.run(f"['{quoted}'] | summarize ['{quoted}'] = count() by k = ['{quoted}']", tables).rows == ((name, 1),)
    assert kql.run(f"print a = '{quoted}' contains '{quoted}', b = dynamic(['{'x'}'])", tables).rows[0][0] is True


def test_a_regular_expression_is_no_sql() -> None:
    tables = {"T": kql.Table({"a": "string"}, [("it's;",)])}
    assert kql.run(r"T | where a matches regex @'^it''s;$'", tables).rows == (("it's;",),)


def test_a_table_may_be_called_like_a_step() -> None:
    tables = {"step_1": kql.Table({"a": "long"}, [(1,)]), "step_2": kql.Table({"a": "long"}, [(2,)])}
    assert kql.run("step_2 | extend b = a | where b > 0 | join (step_1 | extend a = 2) on a", tables).rows == (
        (2, 2, 2),
    )


def test_what_was_not_given_cannot_be_reached_by_sql_either(secret: Path, tmp_path: Path) -> None:
    (tmp_path / "T.csv").write_text("a\n1\n", encoding="utf-8")
    with ENGINES["duckdb"](Limits.of()) as session:
        session.load("T", kql.Table(None, tmp_path / "T.csv"))
        session.close_off()
        connection = session._connection  # type: ignore[attr-defined]
        assert connection.execute('SELECT * FROM "T"').fetchall() == [(1,)]
        for statement in (
            f"SELECT * FROM '{secret}'",  # noqa: S608
            f"SELECT * FROM read_csv('{secret}')",  # noqa: S608
            f"SELECT * FROM read_text('{secret}')",  # noqa: S608
            "SELECT * FROM glob('/*')",
            "SELECT * FROM 'https://example.com/x.csv'",
            f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
            f"ATTACH '{tmp_path / 'x.db'}'",
            "INSTALL httpfs",
            "LOAD httpfs",
            "SET enable_external_access = true",
            "SET lock_configuration = false",
            "SET memory_limit = '100GB'",
            "SET allowed_paths = ['/']",
            "SELECT getenv('HOME')",
            "SELECT * FROM secret",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(statement).fetchall()
        assert not (tmp_path / "out.csv").exists()


def test_variables_of_python_are_no_tables() -> None:
    secret = [1]  # noqa: F841 - an engine that looks into its caller would find it
    assert "secret" in refused("secret | count")


@pytest.mark.parametrize(
    "query",
    [
        "range x from 1 to 100000000 step 1 | extend k = 1 | join kind=inner (range y from 1 to 1000000 step 1 "
        "| extend k = 1) on k | where x % 7 == y % 3 | count",
        "range x from 1 to 1000000000000 step 1 | summarize max(x)",
    ],
)
def test_a_run_that_does_not_end_is_ended_and_the_process_lives(query: str) -> None:
    start = time.monotonic()
    with pytest.raises(kql.QueryError) as error:
        kql.run(query, timeout="1s")
    assert error.value.diagnostic.message == "the run took longer than its limit of 1 seconds"
    assert error.value.diagnostic.code == "RF752"
    assert time.monotonic() - start < 30
    assert kql.run("print 1").rows == ((1,),)


@pytest.mark.parametrize(
    "query",
    [
        "range x from 1 to 1000000000000 step 1",
        "range x from 1 to 100000000 step 1 | extend k = strcat('some longer text ', tostring(x)) "
        "| summarize by k | count",
    ],
)
def test_a_run_that_takes_too_much_memory_is_ended(query: str) -> None:
    with pytest.raises(kql.QueryError) as error:
        kql.run(query, memory="48MB", timeout="2m")
    assert error.value.diagnostic.message == "the run needs more than its limit of memory of 48 MB"
    assert kql.run("print 1").rows == ((1,),)


@pytest.mark.parametrize(
    "query",
    [
        "print array_length(repeat(1, 2000000000))",
        "range x from 1 to 1 step 1 | make-series n = count() on x from 1 to 2000000000 step 1",
    ],
)
def test_a_list_as_long_as_anything_is_not_made(query: str) -> None:
    assert "found a list of more than 1,048,576 values" in refused(query)


def test_what_is_put_aside_on_disk_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert kql.run("range x from 1 to 1000 step 1 | count").rows == ((1000,),)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({"memory": "much"}, "expected an amount of memory"),
        ({"memory": "1KB"}, "expected 16MB or more"),
        ({"memory": -1}, "expected 16MB or more"),
        ({"timeout": "soon"}, "expected a time"),
        ({"timeout": 0}, "expected more than none"),
        ({"threads": 0}, "expected 1 or more"),
    ],
)
def test_limits_that_are_none(limits: dict[str, str | int], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        kql.run("print 1", **limits)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "memory", "timeout"),
    [(("1GB", "60s"), 1024**3, 60), (("512 mb", "1.5m"), 512 * 1024**2, 90), (("16MiB", "250ms"), 16 * 1024**2, 0.25)],
)
def test_limits_as_they_are_written(written: tuple[str, str], memory: int, timeout: float) -> None:
    limits = Limits.of(*written)
    assert (limits.memory, limits.timeout) == (memory, timeout)
