"""CSV files of flattened rows: the csv module judges the cells, and the fold of pages what the rows make."""

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulefold.entries import FIELDS
from rulefold.folding import fold
from rulefold.model import Entry
from rulefold.sources.csv_records import records
from tests.conftest import examples
from tests.pages_text import block, entries, guid, page
from tests.sources.reading import found, imported, told
from tests.targets.nasty import texts

HEADER = ("Title", "Description", *FIELDS, "Query")
NAMES = ("title", "description", *FIELDS.values(), "query")


def as_csv(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER, delimiter: str = ",") -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue()


def cells(entry: Entry) -> list[str]:
    return [getattr(entry, name) or "" for name in NAMES]


ROWS = entries(
    page(
        block(tactic="Impact", platform="Azure"),
        block(tactic="Impact", platform="Windows"),
        block(tactic="Execution", platform="Azure"),
        block(title="Other", id=guid(2), query="let x = 1;\n\n  T | take x\n", url="https://example.org/a,b.yaml"),
        block(title='A "quoted", title; yes', id=guid(3), query='T | where a == "x"', url="", description="a\n\n- b"),
        block(id=guid(4), url="", query_frequency="1h", trigger_threshold="0.0", severity="High", type="Analytics"),
    )
)


def test_rows_fold_as_those_of_pages_do() -> None:
    expected, said = fold(ROWS)
    built = imported({"1.md": as_csv([cells(entry) for entry in ROWS])})
    places = {"sources"}
    assert [d.model_dump(exclude=places) for d in built.catalogue.detections] == [
        d.model_dump(exclude=places) for d in expected.detections
    ]
    assert [(d.code, d.message) for d in built.diagnostics] == [(d.code, d.message) for d in said]
    assert (built.catalogue.counts.entries, built.catalogue.counts.rejects) == (6, 0)


def test_sources_have_the_lines_of_the_rows() -> None:
    built = imported({"a.csv": as_csv([cells(entry) for entry in ROWS])})
    assert [d.sources[0].lines for d in built.catalogue.detections][:3] == [((2, 10),), ((11, 14),), ((15, 17),)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_delimiters_line_ends_and_a_byte_order_mark(delimiter: str, ends: str, mark: bytes) -> None:
    text = as_csv([cells(entry) for entry in ROWS], delimiter=delimiter).replace("\n", ends)
    assert found("csv", mark + text.encode()).entries == ROWS


def test_columns_are_named_without_case_and_blanks_in_any_order() -> None:
    header = [name.upper() if n % 2 else f" {name[:4]} {name[4:]}" for n, name in enumerate(HEADER)]
    rows = [list(reversed(cells(entry))) for entry in ROWS]
    assert found("csv", as_csv(rows, list(reversed(header)))).entries == ROWS


def test_other_columns_are_counted_and_missing_ones_told() -> None:
    text = as_csv([["t", "q", guid(1), "x"]], ["title", "query", "DetectionId", "Owner"])
    result = found("csv", text)
    assert list(result.lost) == ["Owner"]
    assert [(d.code, d.severity.value) for d in result.diagnostics] == [("RF121", "warning")]
    assert result.diagnostics[0].message.startswith("found no column Tactic, TechniqueId, Platform")
    assert [(e.title, e.query, e.id) for e in result.entries] == [("t", "q", guid(1))]


SHORT = "title,query,DetectionId,DetectionUrl,Tactic,TechniqueId,Platform,DetectionType,ConnectorId,DataTypes,"
SHORT += "QueryFrequency,QueryPeriod,TriggerOperator,TriggerThreshold,DetectionSeverity,IngestedDate,description\n"
GOOD = f"a,T,{guid(1)}" + "," * 14 + "\n"


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("a,T\n", "RF503", 1),
        (GOOD.replace("\n", ",x\n"), "RF503", 1),
        ('a,"T" x' + GOOD[3:], "RF503", 6),
        ("a,T" + "," * 15 + "\n", "RF111", 1),
        (",T" + GOOD[3:], "RF112", 1),
        ("a,T\0" + GOOD[3:], "RF110", 4),
        ("a,T\udce9" + GOOD[3:], "RF110", 4),
        ("a, " + GOOD[3:], "RF123", 3),
    ],
)
def test_a_row_that_cannot_be_read_costs_no_other(row: str, code: str, column: int) -> None:
    text = SHORT + GOOD + row + GOOD.replace("a", "b")
    result = found("csv", text)
    assert told("csv", text) == [(code, 3, column)]
    rejected = int(code != "RF123")
    assert (result.read, result.rejected) == (3 - rejected, rejected)
    if rejected:
        assert result.reject_bytes() == (SHORT + row).encode("utf-8", "surrogateescape")


def test_a_quote_that_is_not_closed_is_told_with_what_it_swallows() -> None:
    text = SHORT + GOOD + 'a,"T' + GOOD[3:] + GOOD + GOOD
    result = found("csv", text)
    assert [(str(d.place), d.message) for d in result.diagnostics] == [
        ("rule:3:3", "found no end of the quoted cell that begins here; it swallows 3 lines")
    ]
    assert (result.read, result.rejected) == (1, 1)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("title,DetectionId,Tactic", "RF508"),
        ("query,DetectionId,Tactic", "RF508"),
        ("title,query,Tactic", "RF508"),
        ("title,query,DetectionId,Detection Id", "RF504"),
        ("a", "RF508"),
    ],
)
def test_a_header_with_which_no_row_can_be_read_rejects_the_file(header: str, code: str) -> None:
    result = found("csv", f"{header}\na,b,c\n")
    assert [d.code for d in result.diagnostics] == [code]
    assert (result.read, result.rejected, result.entries) == (0, 1, [])


@pytest.mark.parametrize("text", ["", SHORT, SHORT + "\n\n" + "," * 16 + "\n"])
def test_no_rows_are_no_fault(text: str) -> None:
    assert found("csv", text).diagnostics == []
    assert (found("csv", text).read, found("csv", text).rejected) == (0, 0)


def test_values_are_told_at_their_cells() -> None:
    built = imported({"a.csv": SHORT + GOOD.replace(f"{guid(1)},,", f"{guid(1)},,Ransomware")})
    assert [(d.code, str(d.place)) for d in built.diagnostics] == [("RF204", f"a.csv:2:{len('a,T,') + 36 + 3}")]


rows_of_cells = st.lists(st.lists(texts.map(lambda t: t.replace("\r", "")), min_size=1, max_size=4), max_size=4)


@given(rows=rows_of_cells, delimiter=st.sampled_from([",", ";", "\t"]), quoted=st.booleans())
@examples(400)
def test_hostile_cells_are_those_of_the_csv_module(rows: list[list[str]], delimiter: str, quoted: bool) -> None:
    stream = io.StringIO()
    style = csv.unix_dialect if quoted else csv.excel  # the first quotes all cells
    csv.writer(stream, style, delimiter=delimiter, lineterminator="\n").writerows(rows)
    read = [[cell.text for cell in record.cells] for record in records(stream.getvalue(), delimiter)]
    assert read == rows


@given(text=st.text('ab",;\n', max_size=20))
@examples(500)
def test_stretches_cover_the_text_and_cells_stand_where_they_say(text: str) -> None:
    found_records = list(records(text, ","))
    assert "".join(text[record.span.start : record.span.end] for record in found_records) == text
    for record in found_records:
        for cell in record.cells:
            assert text[cell.span.start : cell.span.end].replace('""', '"') == cell.text.replace('""', '"')
