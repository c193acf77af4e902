"""Tables out of rows, Arrow data, files and folders, each value in the type of its column."""

import gzip
import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest

from rulefold import kql
from rulefold.kql.engines import ENGINES
from rulefold.kql.running import lowered

NOON = datetime(2024, 5, 4, 12, tzinfo=UTC)
GUID = "11111111-2222-3333-4444-555555555555"


def read(source: object, schema: dict[str, str] | None, query: str = "T") -> tuple[tuple[object, ...], ...]:
    return kql.run(query, {"T": kql.Table(schema, source)}).rows


def types_of(source: object) -> dict[str, str]:
    with ENGINES["duckdb"]() as session:
        session.load("T", kql.Table(None, source))
        return session.schemas["T"]


def told(source: object, schema: dict[str, str] | None = None) -> str:
    with pytest.raises(kql.QueryError) as error:
        read(source, schema)
    assert error.value.diagnostic.code == "RF752"
    return error.value.diagnostic.message


def lines(path: Path, *rows: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def copied(path: Path, query: str, options: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.connect().execute(f"COPY ({query}) TO '{path}' {options}")
    return path


# A value as it stands in JSON, the type of its column, and what it is in KQL.
VALUES: list[tuple[object, str, object]] = [
    ("text", "string", "text"),
    ("", "string", ""),
    (None, "string", ""),
    (5, "string", "5"),
    ({"a": [1]}, "string", '{"a":[1]}'),
    ('{"a": 1}', "string", '{"a": 1}'),
    (5, "long", 5),
    (9007199254740993, "long", 9007199254740993),
    ("5", "long", 5),
    ("5.7", "long", None),
    (5.7, "long", 5),
    ("five", "long", None),
    ([5], "long", None),
    (-7, "int", -7),
    (1.5, "real", 1.5),
    (1, "real", 1.0),
    ("1.5", "real", 1.5),
    ("x", "real", None),
    (True, "bool", True),
    ("false", "bool", False),
    ("maybe", "bool", None),
    ("2024-05-04T12:00:00Z", "datetime", NOON),
    ("2024-05-04T12:00:00.1234567Z", "datetime", NOON + timedelta(microseconds=123456)),
    ("2024-05-04T14:00:00+02:00", "datetime", NOON),
    ("2024-05-04 12:00", "datetime", NOON),
    ("5/4/2024 12:00:00 PM", "datetime", NOON),
    ("2024-05-04", "datetime", NOON - timedelta(hours=12)),
    ("soon", "datetime", None),
    (None, "datetime", None),
    ("01:02:03", "timespan", timedelta(hours=1, minutes=2, seconds=3)),
    ("1.02:03:04.5", "timespan", timedelta(days=1, hours=2, minutes=3, seconds=4.5)),
    ("-00:00:01", "timespan", timedelta(seconds=-1)),
    (10_000_000, "timespan", timedelta(seconds=1)),
    ("long", "timespan", None),
    (GUID, "guid", UUID(GUID)),
    ("none", "guid", None),
    ("1.25", "decimal", Decimal("1.25")),
    ({"a": {"b": None}}, "dynamic", {"a": {"b": None}}),
    ('{"a": 1}', "dynamic", {"a": 1}),
    ("[1, 2]", "dynamic", [1, 2]),
    ("text", "dynamic", "text"),
    ('{"a": 1', "dynamic", '{"a": 1'),
    ('{"a": 1,}', "dynamic", '{"a": 1,}'),
    ('{"a": "x,}"}', "dynamic", {"a": "x,}"}),
    ("NaN", "dynamic", "NaN"),
    ("Infinity", "dynamic", "Infinity"),
    ('["nan"]', "dynamic", ["nan"]),
    ("5", "dynamic", 5),
    ("", "dynamic", ""),
    (None, "dynamic", None),
    (True, "dynamic", True),
]


@pytest.mark.parametrize(("value", "type_", "expected"), VALUES)
def test_a_value_of_json_in_the_type_of_its_column(value: object, type_: str, expected: object, tmp_path: Path) -> None:
    schema = {"a": type_}
    assert read(lines(tmp_path / "T.jsonl", {"a": value}), schema) == ((expected,),)
    assert read([{"a": value}], schema) == read([(value,)], schema) == ((expected,),)


@pytest.mark.parametrize(("value", "type_", "expected"), [one for one in VALUES if isinstance(one[0], str)])
def test_a_value_of_csv_in_the_type_of_its_column(value: str, type_: str, expected: object, tmp_path: Path) -> None:
    path = tmp_path / "T.csv"
    quoted = value.replace('"', '""')
    path.write_text(f'b,a\n1,"{quoted}"\n', encoding="utf-8")
    empty = None if type_ == "dynamic" and value == "" else expected
    assert read(path, {"a": type_}) == ((empty,),)


PYTHON_VALUES: list[tuple[object, str, object]] = [
    (datetime(2024, 5, 4, 14, tzinfo=timezone(timedelta(hours=2))), "datetime", NOON),
    (datetime(2024, 5, 4, 12, 0, 0, 5), "datetime", NOON + timedelta(microseconds=5)),
    (timedelta(days=-1, microseconds=1), "timespan", timedelta(days=-1, microseconds=1)),
    (UUID(GUID), "guid", UUID(GUID)),
    (Decimal("1.5"), "decimal", Decimal("1.5")),
    (float("inf"), "real", float("inf")),
    ("a\ud800\0b", "string", "a\ufffd\0b"),
    (2**63, "long", 2**63 - 1),
]


@pytest.mark.parametrize(("value", "type_", "expected"), PYTHON_VALUES)
def test_a_value_of_python(value: object, type_: str, expected: object) -> None:
    assert read([(value,)], {"a": type_}) == ((expected,),)


def test_rows_need_a_schema() -> None:
    assert told([(1,)]) == "T: found rows without a schema, expected the types of their columns"


FORMS = [("T.jsonl", 'l "a"'), ("T.json", "array"), ("T.csv", "csv"), ("T.parquet", "parquet")]


@pytest.mark.parametrize("name", ["T.jsonl", "T.ndjson", "T.json", "T.csv", "T.tsv", "T.parquet"])
@pytest.mark.parametrize("compressed", ["", ".gz", ".zst"])
def test_every_kind_of_file(name: str, compressed: str, tmp_path: Path) -> None:
    rows = "SELECT 7 AS n, 'x, \"y\"' AS s, TIMESTAMP '2024-05-04 12:00:00' AS t"
    if name == "T.parquet" and compressed:
        return  # Parquet compresses inside, see below
    options = {".tsv": "(DELIMITER '\t')", ".json": "(ARRAY true)", ".parquet": ""}.get(Path(name).suffix, "")
    packed = {".gz": "gzip", ".zst": "zstd"}.get(compressed)
    form = {"csv": "CSV", "tsv": "CSV", "parquet": "PARQUET"}.get(Path(name).suffix[1:], "JSON")
    parts = [
        f"FORMAT {form}",
        *([options.strip("()")] if options else []),
        *([f"COMPRESSION {packed}"] if packed else []),
    ]
    path = copied(tmp_path / f"{name}{compressed}", rows, f"({', '.join(parts)})")
    assert read(path, {"n": "long", "s": "string", "t": "datetime"}) == ((7, 'x, "y"', NOON),)
    assert types_of(path) == {"n": "long", "s": "string", "t": "datetime"}


def test_lists_and_objects_over_several_lines(tmp_path: Path) -> None:
    path = tmp_path / "T.json"
    for text in (
        '[{"a": 1},\n {"a": 2}]',
        '{\n "a": 1\n}\n{"a": 2}',
        '\ufeff[{"a": 1}, {"a": 2}]',
        '{"a":1}\r\n\r\n{"a":2}',
    ):
        path.write_text(text, encoding="utf-8", newline="")
        assert read(path, {"a": "long"}) == ((1,), (2,))


def test_a_column_that_a_file_lacks_is_null_and_one_that_no_schema_states_is_left_out(tmp_path: Path) -> None:
    schema = {"d": "dynamic", "s": "string", "b": "long", "t": "datetime"}
    expected = ((None, "", 2, None),)
    assert read(lines(tmp_path / "T.jsonl", {"a": 1, "b": 2}), schema) == expected
    assert read(copied(tmp_path / "T.csv", "SELECT 1 AS a, 2 AS b"), schema) == expected
    assert read(copied(tmp_path / "T.parquet", "SELECT 1 AS a, 2 AS b"), schema) == expected
    assert read([{"a": 1, "b": 2}], schema) == expected


def test_columns_whose_names_differ_only_in_case(tmp_path: Path) -> None:
    schema = {"Id": "long", "ID": "string", "iD": "string"}
    expected = ((1, "x", ""),)
    assert read(lines(tmp_path / "T.jsonl", {"Id": 1, "ID": "x"}), schema) == expected
    (tmp_path / "T.csv").write_text("ID,Id\nx,1\n", encoding="utf-8")
    assert read(tmp_path / "T.csv", schema) == expected
    assert types_of(tmp_path / "T.csv") == {"ID": "string", "Id": "long"}
    assert types_of(tmp_path / "T.jsonl").keys() == {"Id", "ID"}
    assert read([{"Id": 1, "ID": "x"}], schema) == expected
    assert read(lines(tmp_path / "U.jsonl", {"id": 1}), {"Id": "long"}) == ((None,),)


def test_folders_and_what_the_names_of_folders_state(tmp_path: Path) -> None:
    for day in ("2024-05-03", "2024-05-04"):
        copied(tmp_path / "T" / f"dt={day}" / "kind=x" / "part.parquet", f"SELECT '{day}' AS s")
    (tmp_path / "T" / "_SUCCESS").touch()
    lines(tmp_path / "T" / ".hidden.jsonl", {"s": "no"})
    schema = {"s": "string", "dt": "datetime", "kind": "string"}
    start = NOON.replace(hour=0)
    assert read(tmp_path / "T", schema, "T | where dt >= datetime(2024-05-04)") == (("2024-05-04", start, "x"),)
    assert types_of(tmp_path / "T") == {"s": "string", "dt": "string", "kind": "string"}
    lines(tmp_path / "J" / "dt=2024-05-04" / "a.jsonl", {"a": 1})
    lines(tmp_path / "J" / "b.jsonl.d" / "dt=2024-05-04" / "b.jsonl", {"a": 2})
    assert read(tmp_path / "J" / "dt=2024-05-04", {"a": "long"}) == ((1,),)


def test_files_of_a_folder_that_have_other_columns(tmp_path: Path) -> None:
    copied(tmp_path / "P" / "1.parquet", "SELECT 1 AS a, 'x' AS s")
    copied(tmp_path / "P" / "2.parquet", "SELECT 'y' AS s, 2.5 AS r")
    query = "T | sort by s asc"
    assert read(tmp_path / "P", {"a": "long", "s": "string", "r": "real"}, query) == ((1, "x", None), (None, "y", 2.5))
    copied(tmp_path / "C" / "1.csv", "SELECT 1 AS a, 'x' AS s")
    copied(tmp_path / "C" / "2.csv", "SELECT 'y' AS s, 'z' AS a")
    assert read(tmp_path / "C", {"s": "string", "a": "long"}, query) == (("x", 1), ("y", None))
    assert read(tmp_path / "C", None, query) == ((1, "x"), ("z", "y"))


def test_types_that_are_found_in_parquet(tmp_path: Path) -> None:
    query = (
        "SELECT 1::TINYINT AS i, 2::UBIGINT AS u, 1.5::FLOAT AS f, 1.25::DECIMAL(5,2) AS de, true AS b, 'x' AS s, "
        f"'{GUID}'::UUID AS g, DATE '2024-05-04' AS da, TIMESTAMPTZ '2024-05-04 14:00:00+02' AS tz, "
        "TIMESTAMP_NS '2024-05-04 12:00:00.000000123' AS ns, INTERVAL '26 hours' AS iv, TIME '01:02:03' AS tm, "
        "{'a': [1]} AS st, [1, 2] AS li, MAP {'k': 1} AS mp, '{\"j\": 1}'::JSON AS js"
    )
    path = copied(tmp_path / "T.parquet", query)
    found = {
        "i": ("long", 1), "u": ("long", 2), "f": ("real", 1.5), "de": ("real", 1.25), "b": ("bool", True),
        "s": ("string", "x"), "g": ("guid", UUID(GUID)), "da": ("datetime", NOON.replace(hour=0)),
        "tz": ("datetime", NOON), "ns": ("datetime", NOON), "iv": ("timespan", timedelta(hours=26)),
        "tm": ("timespan", timedelta(hours=1, minutes=2, seconds=3)), "st": ("dynamic", {"a": [1]}),
        "li": ("dynamic", [1, 2]), "mp": ("dynamic", {"k": 1}), "js": ("dynamic", {"j": 1}),
    }  # fmt: skip
    assert types_of(path) == {name: type_ for name, (type_, _) in found.items()}
    assert read(path, None) == (tuple(value for _, value in found.values()),)
    as_text = read(path, {"i": "string", "st": "string", "g": "string", "de": "decimal", "s": "dynamic"})
    assert as_text == (("1", '{"a":[1]}', GUID, Decimal("1.25"), "x"),)


def test_types_that_are_found_in_text(tmp_path: Path) -> None:
    path = tmp_path / "T.csv"
    path.write_text(
        "n,r,b,t,d,code,mixed,none\n1,1.5,true,2024-05-04T12:00:00+00:00,01:02:03,007,1,\n,2,False,,,12,x,\n",
        encoding="utf-8",
    )
    assert types_of(path) == {
        "n": "long", "r": "real", "b": "bool", "t": "datetime", "d": "timespan", "code": "string", "mixed": "string",
        "none": "string",
    }  # fmt: skip
    nested = lines(
        tmp_path / "T.jsonl", {"a": 1, "o": {"x": 1}, "m": 1, "t": "2024-05-04T12:00:00Z"}, {"m": "x", "z": 1.5}
    )
    assert types_of(nested) == {"a": "long", "o": "dynamic", "m": "dynamic", "t": "datetime", "z": "real"}
    late = lines(tmp_path / "U.jsonl", *({"a": n} for n in range(30_000)), {"late": "x"})
    assert types_of(late) == {"a": "long", "late": "string"}


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


FAULTY: list[tuple[str, bytes, dict[str, str] | None, str]] = [
    ("T.jsonl", b'{"a":1}\n{"a":\n{"a":2}\n', {"a": "long"}, "T.jsonl:2: Malformed JSON"),
    ("T.jsonl", b'{"a":1}\n{"a":\n{"a":2}\n', None, "T.jsonl:2: Malformed JSON"),
    ("T.jsonl", b'{"a":1}\n5\n', {"a": "long"}, "T.jsonl:2: JSON transform error: Expected OBJECT"),
    ("T.jsonl", b'{"a":1,"a":2}\n', {"a": "long"}, "T.jsonl:1: JSON transform error"),
    ("T.json", b"[1, 2]", None, "T.json: found values that are no objects, expected an object for each row"),
    ("T.jsonl", b"", None, "T.jsonl: found no columns, and no schema states any"),
    ("T.csv", b"a,b\n1,2\n3,4,5\n", {"a": "long"}, "T.csv:3: Expected Number of Columns: 2 Found: 3"),
    ("T.csv", b"a,b\n1,2\n3,4,5\n", None, "T.csv:3: Expected Number of Columns: 2 Found: 3"),
    ("T.csv", b'a,b\n1,"open\n', {"a": "long", "b": "string"}, "T.csv:2: Value with unterminated quote"),
    ("T.csv", b"a,b\n1,\xff\xfe\n", {"a": "long", "b": "string"}, "T.csv:2: Invalid unicode"),
    ("T.csv", b"a,a\n1,2\n", None, "T.csv:1: found a column twice in the first line"),
    ("T.csv", b"", None, "T.csv: found no columns, and no schema states any"),
    ("T.parquet", b"no parquet, that is for sure", {"a": "long"}, "T.parquet"),
    ("T.jsonl.gz", b"no gzip", {"a": "long"}, "T.jsonl.gz"),
    ("T.parquet.gz", gzip.compress(b"PAR1")[:-9], {"a": "long"}, "T.parquet.gz: cannot be unpacked"),
    ("T.parquet.zst", b"\x28\xb5\x2f\xfd", {"a": "long"}, "T.parquet.zst: found Parquet compressed as a whole"),
    ("T.xlsx", b"PK", {"a": "long"}, "T.xlsx: found a file of another kind, expected *.jsonl"),
    ("T*.csv", b"a\n1\n", {"a": "long"}, "found one of *, ? and [ in the path"),
]


@pytest.mark.parametrize(("name", "data", "schema", "message"), FAULTY)
def test_a_file_that_cannot_be_read(
    name: str, data: bytes, schema: dict[str, str] | None, message: str, tmp_path: Path
) -> None:
    said = told(_written(tmp_path / name, data), schema)
    assert message in said
    assert "\n" not in said


def test_files_that_are_not_there_or_do_not_go_together(tmp_path: Path) -> None:
    assert told(tmp_path / "T.jsonl").endswith("T.jsonl: No such file or directory")
    (tmp_path / "T").mkdir()
    assert "found no file of data in this folder" in told(tmp_path / "T")
    lines(tmp_path / "T" / "a.jsonl", {})
    (tmp_path / "T" / "b.csv").write_text("a\n", encoding="utf-8")
    assert "found files of several kinds, expected one: csv, json" in told(tmp_path / "T")


def test_two_tables_that_differ_only_in_case() -> None:
    tables = {"T": kql.Table({"a": "long"}, []), "t": kql.Table({"a": "long"}, [])}
    with pytest.raises(kql.QueryError, match="differ only in case"):
        kql.run("T", tables)


def test_empty_files_with_a_schema(tmp_path: Path) -> None:
    for name in ("T.jsonl", "T.json", "T.csv"):
        assert read(_written(tmp_path / name, b""), {"a": "long"}) == ()
    assert read(_written(tmp_path / "T.csv", b"a\n"), {"a": "long"}) == ()
    assert read(_written(tmp_path / "T.json", b"[]"), {"a": "long"}) == ()


def plan(path: Path, schema: dict[str, str], query: str) -> str:
    with ENGINES["duckdb"]() as session:
        session.load("T", kql.Table(schema, path))
        session.close_off()
        return session.explain(lowered(session, query))


def scan_of(text: str, function: str) -> str:
    """What a plan says of the scan, which stands at its end."""
    return text[text.index(function) :]


def test_columns_and_filters_are_pushed_into_the_scan(tmp_path: Path) -> None:
    schema = {"t": "datetime", "s": "string", "n": "long", "unused": "string"}
    rows = (
        "SELECT TIMESTAMP '2024-05-04 12:00:00' + to_seconds(i) AS t, 's' || i AS s, i::INTEGER AS n, "
        "'u' AS unused FROM range(1000) r(i)"
    )
    query = "T | where t > datetime(2024-05-04 12:10) and n > 5 | project s"
    parquet = copied(tmp_path / "T.parquet", rows)
    scan = scan_of(plan(parquet, schema, query), "READ_PARQUET")
    assert "unused" not in scan
    assert "Filters" in scan
    assert "t > '2024-05-04 12:10:00'" in scan
    assert read(parquet, schema, f"{query} | count") == ((399,),)
    scan = scan_of(plan(copied(tmp_path / "T.json", rows), schema, query), "READ_JSON")
    assert "unused" not in scan
    for day in ("2024-05-03", "2024-05-04"):
        copied(tmp_path / "H" / f"dt={day}" / "1.parquet", "SELECT 1 AS n")
    scan = scan_of(
        plan(tmp_path / "H", {"n": "long", "dt": "datetime"}, "T | where dt > datetime(2024-05-03)"), "READ_PARQUET"
    )
    assert "1/2" in scan


def test_arrow_data() -> None:
    arrow: Any = pytest.importorskip("pyarrow")
    table = arrow.table({"n": [1, None], "s": ["x", None], "t": [NOON, None], "d": [{"a": 1}, None]})
    expected = ((1, "x", NOON, {"a": 1}), (None, "", None, None))
    assert read(table, None) == expected
    schema = {"n": "long", "s": "string", "t": "datetime", "d": "dynamic"}
    assert read(table, schema) == expected
    assert read(table.to_reader(), schema, "T | union T | count") == ((4,),)


def test_parquet_that_is_compressed_as_a_whole(tmp_path: Path) -> None:
    plain = copied(tmp_path / "plain.parquet", "select 1 as a")
    folder = tmp_path / "T"
    folder.mkdir()
    (folder / "b.parquet.gz").write_bytes(gzip.compress(plain.read_bytes()))
    assert read(folder / "b.parquet.gz", None) == ((1,),)
    copied(folder / "a.parquet", "select 2 as a")
    assert read(folder, {"a": "long"}) == ((2,), (1,))
    assert read(lines(tmp_path / "c.jsonl", {"a": 3}), {"a": "long"}) == ((3,),)
    (tmp_path / "K" / "day=1").mkdir(parents=True)
    (folder / "b.parquet.gz").rename(tmp_path / "K" / "day=1" / "b.parquet.gz")
    assert "where names of folders state columns" in told(tmp_path / "K")
