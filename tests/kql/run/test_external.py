"""`externaldata`: a file at hand stands for each URI, read in the formats that Kusto documents; nothing is fetched."""

import gzip
import zipfile
from pathlib import Path

import duckdb
import pytest

from rulefold import kql
from rulefold.kql.engines import ENGINES
from rulefold.kql.engines.limits import Limits
from rulefold.kql.running import answered, lowered

URI = "https://example.org/feeds/list.csv"


def read(path: Path, columns: str, options: str = "", uri: str = URI, query: str = "") -> list[tuple[object, ...]]:
    text = f"externaldata({columns}) [@'{uri}'] {f'with({options})' if options else ''} {query}"
    return list(kql.run(text, external={uri: path}).rows)


def told(path: Path, columns: str, options: str = "", uri: str = URI) -> str:
    with pytest.raises(kql.QueryError) as error:
        read(path, columns, options, uri)
    return f"{error.value.diagnostic.code} {error.value.diagnostic.message.replace(str(path), 'FILE')}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "file"


# A text, the end of its URI, the properties, the columns, and the rows.
ROWS: list[tuple[str, str, str, str, list[tuple[object, ...]]]] = [
    ("a,1\nb,2\n", ".csv", "", "n:string, v:long", [("a", 1), ("b", 2)]),
    ("n,v\na,1\n", ".csv", "ignoreFirstRecord=true", "n:string, v:long", [("a", 1)]),
    ("n,v\na,1\n", ".csv", 'format="csv", IgnoreFirstRecord=True', "n:string, v:long", [("a", 1)]),
    ("n,v\na,1\n", ".csv", "ignoreFirstRecord=false", "n:string, v:long", [("n", None), ("a", 1)]),
    ('"a,""b""","1"\r\n"c\nd",2\r\n', ".csv", "", "n:string, v:long", [('a,"b"', 1), ("c\nd", 2)]),
    ("a\nb,2\n", ".csv", "", "n:string, v:long", [("a", None), ("b", 2)]),
    ("a,1,more\nb\n", ".csv", "", "n:string, v:long", [("a", 1), ("b", None)]),
    ("a,1,more\nb,2,more\n", ".csv", "", "n:string", [("a",), ("b",)]),
    ("a,,\n", ".csv", "", "n:string, s:string, v:long", [("a", "", None)]),
    ("\ufeffa,1\n", ".csv", "", "n:string, v:long", [("a", 1)]),
    ("", ".csv", "", "n:string, v:long", []),
    ("x,true,2.5,[1]\n", ".csv", "", "v:long, b:bool, r:real, d:dynamic", [(None, True, 2.5, [1])]),
    ("a,1", "", "", "n:string, v:long", [("a", 1)]),
    ("a,1", "/recent/", "", "n:string, v:long", [("a", 1)]),
    ("a,1", ".CSV?sv=2024&sig=abc", "", "n:string, v:long", [("a", 1)]),
    ("a,1", ".txt", "format='csv'", "n:string, v:long", [("a", 1)]),
    ("a;1,5", ".scsv", "", "n:string, v:string", [("a", "1,5")]),
    ("a|1,5", ".psv", "", "n:string, v:string", [("a", "1,5")]),
    ("a\t1,5", ".tsv", "", "n:string, v:string", [("a", "1,5")]),
    ("a\x011,5", ".x", "format=sohsv", "n:string, v:string", [("a", "1,5")]),
    ('# "x, y"\r\n\r\n 1\nlast', ".txt", "", "line:string", [('# "x, y"',), (" 1",), ("last",)]),
    ("\nhead\n1\nx\n", ".txt", "ignoreFirstRecord=true", "v:long", [(1,), (None,)]),
    ("a\n\nb\n", ".raw", "", "all:string", [("a\n\nb\n",)]),
    ('{"a":1,"b":[2]}\n{"b":"x","c":3}\n', ".json", "", "a:long, b:dynamic", [(1, [2]), (None, "x")]),
    ('[{"a":1},\n{"a":"2"}]', ".x", "format='multijson'", "a:long", [(1,), (2,)]),
    ('{\n"a":1}\n{"a":\n2}', ".multijson", "", "a:long", [(1,), (2,)]),
]


@pytest.mark.parametrize(("text", "end", "options", "columns", "rows"), ROWS)
def test_rows_of_a_text(
    file: Path, text: str, end: str, options: str, columns: str, rows: list[tuple[object, ...]]
) -> None:
    file.write_text(text, encoding="utf-8", newline="")
    assert read(file, columns, options, f"https://example.org/list{end}") == rows


# A text, the end of its URI, the properties, the columns, and why there are no rows.
REFUSED = [
    ("a", ".avro", "", "n:string", "RF751 found externaldata in the format avro, which is not run"),
    ("a", ".log", "", "n:string", "RF751 found externaldata in the format w3clogfile, which is not run"),
    ("a", ".csv", "format='tsve'", "n:string", "RF751 found externaldata in the format tsve, which is not run"),
    ("a", ".csv", "recordDelimiter='x'", "n:string", "RF751 found the property recordDelimiter of externaldata"),
    ("a", ".csv", "ingestionMapping='[]'", "n:string", "RF751 found the property ingestionMapping of externaldata"),
    ("a", ".csv", "ignoreFirstRecord=1", "n:string", "RF751 found 1 as ignoreFirstRecord, expected true or false"),
    ("{}", ".json", "ignoreFirstRecord=true", "n:string", "RF751 found ignoreFirstRecord with the format json"),
    ("a", ".txt", "", "n:string, v:long", "RF751 found several columns with the format txt, which has one"),
    ("a,1\nb,2,3\n", ".csv", "", "n:string, v:long", "RF752 the engine ended the run: FILE:2: Expected Number"),
    ('a|"1"', ".psv", "", "n:string, v:long", "RF752 the engine ended the run: found a quotation mark in FILE"),
    ("a\n\nb\n", ".csv", "", "n:string", "RF752 the engine ended the run: found an empty line in FILE"),
    ('[{"a":1}]', ".json", "", "a:long", "RF752 FILE: found values that are no objects"),
    ("[1]", ".multijson", "", "a:long", "RF752 FILE: found values that are no objects"),
    ("nothing", ".json", "", "a:long", "RF752 FILE:1: Malformed JSON"),
    ('{"A":1}', ".json", "", "a:long", "RF752 FILE: found A, which differ only in case from a"),
]


@pytest.mark.parametrize(("text", "end", "options", "columns", "why"), REFUSED)
def test_what_is_not_read(file: Path, text: str, end: str, options: str, columns: str, why: str) -> None:
    file.write_text(text, encoding="utf-8")
    assert told(file, columns, options, f"https://example.org/list{end}").startswith(why)


def test_files_that_are_packed(tmp_path: Path) -> None:
    packed = tmp_path / "list.csv.gz"
    packed.write_bytes(gzip.compress(b"a,1\n"))
    assert read(packed, "n:string, v:long") == [("a", 1)]
    archive = tmp_path / "list.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("../../list.csv", "a,1\n")
    assert read(archive, "n:string, v:long") == [("a", 1)]
    assert not (tmp_path.parent / "list.csv").exists()
    whole = tmp_path / "list.parquet.gz"
    duckdb.connect().execute(f"COPY (select 'a' as n, 1::tinyint as v) TO '{tmp_path / 'list.parquet'}'")
    whole.write_bytes(gzip.compress((tmp_path / "list.parquet").read_bytes()))
    assert read(whole, "v:long, n:string, x:real", uri="https://x/list.parquet.gz") == [(1, "a", None)]


def test_a_pattern_for_an_archive_is_met_by_the_file_that_it_means(tmp_path: Path) -> None:
    archive = tmp_path / "list.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("list.csv", "a\n")
    options = 'format="csv", zipPattern="*.csv"'
    assert told(archive, "n:string", options).startswith("RF752 FILE: found an archive for a URI with zipPattern")
    plain = tmp_path / "list.csv"
    plain.write_text("a\n", encoding="utf-8")
    assert read(plain, "n:string", options) == [("a",)]


def test_packed_files_that_are_not_read(tmp_path: Path) -> None:
    archive = tmp_path / "list.zip"
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("one.csv", "a")
        made.writestr("two.csv", "a")
    assert told(archive, "n:string") == "RF752 FILE: found 2 files in the archive, expected one"
    broken = tmp_path / "list.gz"
    broken.write_bytes(gzip.compress(b"a" * 100)[:-20])
    assert told(broken, "n:string").startswith("RF752 FILE: cannot be unpacked")
    large = tmp_path / "large.gz"
    large.write_bytes(gzip.compress(b"a" * 40_000_000))
    with pytest.raises(kql.QueryError, match="unpacks to more than the limit of memory"):
        kql.run(f"externaldata(n:string) ['{URI}']", external={URI: large}, memory="32MB")


def test_several_uris_and_a_secret(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("h\na\n", encoding="utf-8")
    two.write_text("h\nb\n", encoding="utf-8")
    files = {"https://x/one.csv": one, "https://x/two.txt": two}
    query = "externaldata(n:string) [h'https://x/one.csv?sig=1', 'https://x/two.txt;key'] with(ignoreFirstRecord=true)"
    assert sorted(kql.run(query, external=files).rows) == [("a",), ("b",)]


def test_a_list_that_rows_are_held_against(file: Path) -> None:
    file.write_text("10.0.0.1,x\n", encoding="utf-8")
    query = f"""
        let known = externaldata(ip:string, why:string) ['{URI}'];
        T | where ip in (known) | join kind=leftouter (known) on ip | project ip, why"""
    table = kql.Table({"ip": "string"}, [{"ip": "10.0.0.1"}, {"ip": "10.0.0.2"}])
    assert kql.run(query, {"T": table}, external={URI: file}).rows == (("10.0.0.1", "x"),)


def test_without_a_file_the_uri_is_told_but_not_its_secret(file: Path) -> None:
    query = f"externaldata(n:string) ['{URI}?sig=hidden']"
    for external in (None, {"https://example.org/other.csv": file}):
        with pytest.raises(kql.QueryError) as error:
            kql.run(query, external=external)
        assert error.value.diagnostic.code == "RF751"
        assert "hidden" not in str(error.value.diagnostic)
        assert error.value.diagnostic.message == f"found externaldata of {URI}, and no file that stands for it"
    with pytest.raises(kql.QueryError, match="no file that stands for it"):
        kql.compile(query)


def test_paths_come_from_the_mapping_alone(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("hidden\n", encoding="utf-8")
    with pytest.raises(kql.QueryError, match="no file that stands for it"):
        kql.run(f"externaldata(n:string) [@'{secret}']", external={URI: secret})
    with pytest.raises(kql.QueryError, match="expected a constant"):
        kql.run("externaldata(n:string) [strcat('a', tostring(now()))]", external={"a": secret})
    assert told(tmp_path / "none", "n:string") == "RF752 FILE: No such file or directory"
    assert told(tmp_path, "n:string") == "RF752 FILE: found a device or a pipe, expected a file"


def test_forks_of_a_session_share_what_is_unpacked(tmp_path: Path) -> None:
    packed = tmp_path / "list.csv.gz"
    packed.write_bytes(gzip.compress(b"a\n" * 600_000))
    query = f"externaldata(n:string) ['{URI}'] | count"
    with ENGINES["duckdb"](Limits.of("24MB")) as session:  # once is 1.2 MB, twenty times would be too much
        session.stand_for({URI: packed})
        session.close_off()
        for one in [session, *(session.fork() for _ in range(20))]:
            assert answered(one, lowered(one, query)).rows == ((600_000,),)
