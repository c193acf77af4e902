"""Frames of pandas and Polars and tables of pyarrow as tables of a query, and results as those."""

import json
import re
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import pytest

from rulefold import kql
from rulefold.kql.engines import ENGINES
from rulefold.kql.results import ResultColumn
from rulefold.kql.types import Type

NOON = datetime(2024, 5, 4, 12, tzinfo=UTC)
GUID = UUID("11111111-2222-3333-4444-555555555555")
LONG = timedelta(days=400, microseconds=1)


def library(name: str) -> Any:
    return pytest.importorskip(name, reason=f"{name} is not installed: the extra interop")


def read(source: object, schema: dict[str, str] | None = None) -> tuple[tuple[object, ...], ...]:
    return kql.run("T", {"T": kql.Table(schema, source)}).rows


def types_of(source: object) -> dict[str, str]:
    with ENGINES["duckdb"]() as session:
        session.load("T", kql.Table(None, source))
        return session.schemas["T"]


def told(source: object) -> str:
    with pytest.raises(kql.QueryError) as error:
        read(source)
    assert error.value.diagnostic.code == "RF752"
    return error.value.diagnostic.message


# ---------------------------------------------------------------------------------------------------------------- in


def test_a_frame_of_pandas() -> None:
    pandas = library("pandas")
    library("pyarrow")
    frame = pandas.DataFrame(
        {
            "n": [1, 2],
            "f": [1.5, float("nan")],
            "s": ["x", None],
            "t": pandas.to_datetime(["2024-05-04T12:00:00Z", None]).tz_convert("Europe/Berlin"),
            "naive": pandas.to_datetime(["2024-05-04T12:00:00", None]),
            "d": [LONG, pandas.NaT],
            "c": pandas.Categorical(["x", None]),
            "i": pandas.array([1, None], dtype="Int64"),
            "b": pandas.array([True, None], dtype="boolean"),
            "u": [GUID, None],
            "o": [{"a": [1, {"b": None}]}, None],
            "l": [[1, "x"], None],
            "m": [{"a": 1}, "text"],
        },
        index=["first", "second"],
    )
    assert types_of(frame) == {
        "n": "long", "f": "real", "s": "string", "t": "datetime", "naive": "datetime", "d": "timespan", "c": "string",
        "i": "long", "b": "bool", "u": "guid", "o": "dynamic", "l": "dynamic", "m": "dynamic",
    }  # fmt: skip
    assert read(frame) == (
        (1, 1.5, "x", NOON, NOON, LONG, "x", 1, True, GUID, {"a": [1, {"b": None}]}, [1, "x"], {"a": 1}),
        (2, None, "", None, None, None, "", None, None, None, None, None, "text"),
    )
    assert read(frame, {"n": "string", "o": "string", "x": "long"}) == (
        ("1", '{"a":[1,{"b":null}]}', None),
        ("2", "", None),
    )


def test_members_that_a_bag_has_not_are_not_made_up() -> None:
    pandas = library("pandas")
    library("pyarrow")
    assert read(pandas.DataFrame({"o": [{"a": 1}, {"b": [2.5]}]})) == (({"a": 1},), ({"b": [2.5]},))


def test_objects_of_numpy_and_times_in_bags() -> None:
    pandas, numpy = library("pandas"), library("numpy")
    library("pyarrow")
    berlin = pandas.Timestamp("2024-05-04T14:00:00", tz="Europe/Berlin")
    column = [{"n": numpy.int64(5), "a": numpy.array([1.5]), "t": berlin}, numpy.array([1, 2]), 7]
    assert read(pandas.DataFrame({"o": column})) == (
        ({"n": 5, "a": [1.5], "t": "2024-05-04T12:00:00Z"},),
        ([1, 2],),
        (7,),
    )
    assert "column o: found a value that is neither of Arrow nor of JSON: Object of type object" in told(
        pandas.DataFrame({"o": [[object()]]})
    )


def test_types_that_the_engine_has_not() -> None:
    pandas, numpy = library("pandas"), library("numpy")
    library("pyarrow")
    assert read(pandas.DataFrame({"f": numpy.array([1.5], dtype="float16")})) == ((1.5,),)
    assert "Object of type Period" in told(pandas.DataFrame({"p": pandas.period_range("2024-01", periods=1, freq="M")}))
    assert "Object of type complex" in told(pandas.DataFrame({"c": [1j]}))


def test_decimals_are_kept_where_they_are_stated() -> None:
    pandas, polars, arrow = library("pandas"), library("polars"), library("pyarrow")
    value = Decimal("12345678901234567890.123456")
    data = {"d": [value, None]}
    for table in (pandas.DataFrame(data), polars.DataFrame(data), arrow.table(data)):
        assert read(table, {"d": "decimal"}) == ((value,), (None,))
        assert types_of(table) == {"d": "real"}


def test_names_of_columns() -> None:
    pandas, polars, arrow = library("pandas"), library("polars"), library("pyarrow")
    expected = {"Id": "long", "ID": "long", "id_1": "long"}
    data = {"Id": [1], "ID": [2], "id_1": [3]}
    for table in (pandas.DataFrame(data), polars.DataFrame(data), arrow.table(data)):
        assert types_of(table) == expected
        assert read(table, {"ID": "long", "Id": "long"}) == ((2, 1),)
    assert types_of(pandas.DataFrame([[1, 2]])) == {"0": "long", "1": "long"}
    twice = pandas.DataFrame([[1, 2]], columns=["a", "a"])
    assert told(twice) == "found the column a twice, expected names, each once"
    assert told(arrow.table([[1], [2]], names=["a", "a"])) == "found the column a twice, expected names, each once"


def test_a_frame_of_polars() -> None:
    polars = library("polars")
    frame = polars.DataFrame(
        {
            "n": [1, None],
            "t": [NOON, None],
            "d": [LONG, None],
            "s": [{"a": 1}, None],
            "l": [[1], None],
            "c": polars.Series(["x", None], dtype=polars.Categorical),
            "e": polars.Series(["x", None], dtype=polars.Enum(["x"])),
            "u": polars.Series([GUID, None], dtype=polars.Object),
            "o": polars.Series([{"a": 1}, [2]], dtype=polars.Object),
        }
    )
    expected = ((1, NOON, LONG, {"a": 1}, [1], "x", "x", GUID, {"a": 1}), (*[None] * 5, "", "", None, [2]))
    assert read(frame) == read(frame.lazy()) == expected
    assert read(polars.DataFrame({"f": [float("nan"), None]}))[1] == (None,)
    assert "column o: found a value that is neither" in told(
        polars.DataFrame({"o": polars.Series([object()], dtype=polars.Object)})
    )


def test_tables_and_readers_of_arrow() -> None:
    arrow = library("pyarrow")
    table = arrow.table(
        {
            "d": arrow.array([5_000, None], arrow.duration("ns")),
            "u": arrow.array([GUID.bytes, None], arrow.uuid()),
            "t": arrow.array([NOON, None], arrow.timestamp("ns", "Asia/Tokyo")),
            "c": arrow.array(["x", None]).dictionary_encode(),
            "n": arrow.array([7, None]).dictionary_encode(),
        }
    )
    expected = ((timedelta(microseconds=5), GUID, NOON, "x", 7), (None, None, None, "", None))
    assert read(table) == read(table.to_reader()) == read(table.to_batches()[0]) == expected
    assert read(table.slice(0, 0)) == ()


def test_a_watchlist_that_is_a_frame() -> None:
    polars = library("polars")
    frame = polars.DataFrame({"Host": ["srv-1"], "Tier": [7]})
    query = "_GetWatchlist('A') | project SearchKey, Tier"
    assert kql.run(query, watchlists={"A": kql.Table(None, frame)}).rows == (("srv-1", "7"),)


# --------------------------------------------------------------------------------------------------------------- out

RESULT = kql.Result(
    tuple(ResultColumn(str(type_)[:3], type_) for type_ in Type),
    (
        (True, NOON, Decimal("1.25"), {"a": [1, None]}, GUID, 5, 2**62 + 1, 1.5, "x", LONG, "s"),
        (*[None] * 8, "", None, None),
    ),
)


def test_a_table_of_arrow() -> None:
    arrow = library("pyarrow")
    table = RESULT.to_arrow()
    assert {field.name: str(field.type) for field in table.schema} == {
        "boo": "bool", "dat": "timestamp[us, tz=UTC]", "dec": "decimal128(38, 12)", "dyn": "string", "gui": "string",
        "int": "int64", "lon": "int64", "rea": "double", "str": "string", "tim": "duration[us]", "unk": "string",
    }  # fmt: skip
    first, second = table.to_pylist()
    assert first == {
        "boo": True, "dat": NOON, "dec": Decimal("1.25"), "dyn": '{"a": [1, null]}', "gui": str(GUID), "int": 5,
        "lon": 2**62 + 1, "rea": 1.5, "str": "x", "tim": LONG, "unk": '"s"',
    }  # fmt: skip
    assert {name for name, value in second.items() if value is not None} == {"str"}
    empty = kql.Result(RESULT.columns, ()).to_arrow()
    assert (empty.num_rows, empty.schema) == (0, table.schema)
    assert kql.Result((), ()).to_arrow().num_columns == 0
    assert isinstance(table, arrow.Table)


def test_a_frame_of_pandas_out() -> None:
    library("pandas")
    library("pyarrow")
    frame = RESULT.to_pandas()
    assert (str(frame["lon"].dtype), str(frame["boo"].dtype)) == ("Int64", "boolean")
    assert str(frame["dat"].dtype) == "datetime64[us, UTC]"
    assert str(frame["tim"].dtype) == "timedelta64[us]"
    assert frame["lon"][0] == 2**62 + 1
    assert frame["boo"].isna().tolist() == [False, True]
    assert frame["dec"][0] == Decimal("1.25")


def test_a_frame_of_polars_out() -> None:
    polars = library("polars")
    library("pyarrow")
    frame = RESULT.to_polars()
    assert frame.schema["dat"] == polars.Datetime("us", "UTC")
    assert frame.schema["tim"] == polars.Duration("us")
    assert frame.row(0)[:3] == (True, NOON, Decimal("1.25"))
    assert frame.row(1)[0] is None


@pytest.mark.parametrize("name", ["to_arrow", "to_pandas", "to_polars"])
def test_there_and_back(name: str) -> None:
    for one in ("pyarrow", "pandas", "polars"):
        library(one)
    schema = {column.name: str(column.type).replace("unknown", "dynamic") for column in RESULT.columns}
    assert read(getattr(RESULT, name)(), schema) == RESULT.rows


@pytest.mark.parametrize("name", ["to_arrow", "to_pandas", "to_polars"])
def test_a_library_that_is_missing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for one in ("pyarrow", "pandas", "polars"):
        monkeypatch.setitem(sys.modules, one, None)
    with pytest.raises(ImportError, match=r"is missing, which this needs: pip install 'rulefold\[interop\]'"):
        getattr(RESULT, name)()
    assert read([(1,)], {"a": "long"}) == ((1,),)


# --------------------------------------------------------------------------------------------------------- notebooks


class Cells(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def html_of(*rows: tuple[object, ...], names: tuple[str, ...] = ("a", "n")) -> str:
    columns = tuple(ResultColumn(name, Type.LONG if name == "n" else Type.STRING) for name in names)
    return kql.Result(columns, rows)._repr_html_()


def test_a_table_in_a_notebook() -> None:
    cells = Cells(html_of(("x", 1), ("", None)))
    assert cells.texts == ["a", "n", "x", "1", "2 rows"]
    assert cells.tags.count("tr") == 3
    assert "text-align: right" in html_of(("x", 1))


HOSTILE = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</td></table><h1>", "&lt;b&gt;", "' onclick='x",
    "\u202egnp.exe", "a\0b", "$\\href{javascript:alert(1)}{x}$",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_values_and_names_are_text_only(text: str) -> None:
    html = html_of((text, 1), names=(text, "n"))
    cells = Cells(html)
    assert set(cells.tags) <= {"div", "table", "thead", "tbody", "tr", "th", "td", "p"}
    shown = "".join(cells.texts)
    assert text.replace("\u202e", "\\u202e").replace("\0", "\\u0000") in shown
    assert not re.search("[\u202e\0]", html)
    assert 'class="tex2jax_ignore mathjax_ignore"' in html


def test_a_long_result_is_cut() -> None:
    html = html_of(*(("x", n) for n in range(1_234)))
    assert "1,234 rows, of which the first 50 are shown" in html
    assert Cells(html).tags.count("tr") == 51
    assert len(html_of(("x" * 1_000_000, 1))) < 3_000
    assert "1 row<" in html_of(("x", 1))


def test_a_table_is_as_light_or_dark_as_what_is_around() -> None:
    html = html_of(("x", 1))
    assert "color: inherit; background: transparent" in html
    assert not re.search(r"#[0-9a-f]{3,6}|black|white", html.replace("white-space", ""))


def test_dynamics_are_json() -> None:
    result = kql.run("print d = dynamic({'a': [1]}), t = 1.5d, b = true, r = real(nan)")
    assert Cells(result._repr_html_()).texts[4:8] == ['{"a": [1]}', "1.12:00:00", "true", "NaN"]
    assert json.loads(Cells(result._repr_html_()).texts[4]) == {"a": [1]}
