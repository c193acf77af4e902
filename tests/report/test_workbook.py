"""The workbook, read back with openpyxl: values and types, nothing that runs, and the same bytes in every process."""

import io
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import datetime
from xml.etree import ElementTree

import openpyxl
import pytest
from openpyxl.cell.cell import Cell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from rulefold.attack import load
from rulefold.attack.threats import Threat
from rulefold.model import Catalogue
from rulefold.report import Choice, Report, report, workbook
from rulefold.report.columns import columns
from rulefold.report.shades import ALERTING, HUNTED, NOTHING
from rulefold.report.tables import TABLES
from rulefold.visible import visible, web_url
from tests.attack.tiny import catalogue, snapshot
from tests.conftest import ROOT
from tests.report.cases import HOSTILE, hostile_catalogue, hostile_snapshot, made, some

TABLE_SHEETS = ["Tactics", "Techniques", "Detections", "Gaps", "Connectors", "Ledger"]
NAMES = ["Summary", "Tactics", "Matrix", *TABLE_SHEETS[1:], "Method"]


def read(found: Report) -> Workbook:
    data = workbook.emit(found)["coverage.xlsx"]
    return openpyxl.load_workbook(io.BytesIO(data))


@pytest.fixture(scope="module")
def seed_book(seed_report: Report) -> Workbook:
    return read(seed_report)


@pytest.fixture(scope="module")
def corpus_book(corpus_report: Report) -> Workbook:
    return read(corpus_report)


def sheet(book: Workbook, name: str) -> Worksheet:
    found = book[name]
    assert isinstance(found, Worksheet)
    return found


def cells(book: Workbook) -> Iterator[Cell]:
    for one in book.worksheets:
        for row in one.iter_rows():
            for cell in row:
                if cell.value is not None:
                    assert isinstance(cell, Cell)
                    yield cell


def rows(book: Workbook, name: str) -> list[tuple[object, ...]]:
    return list(sheet(book, name).iter_rows(values_only=True))


def test_sheets_and_what_holds_them_in_view(seed_book: Workbook) -> None:
    assert seed_book.sheetnames == NAMES
    for name in TABLE_SHEETS:
        one = sheet(seed_book, name)
        assert one.freeze_panes == "A2"
        assert one.auto_filter.ref == one.dimensions
        assert one.column_dimensions["B"].width > 10
    assert sheet(seed_book, "Matrix").freeze_panes == "A3"


@pytest.mark.parametrize(
    ("name", "table"),
    [("Techniques", "coverage"), *((name, name.lower()) for name in TABLE_SHEETS if name != "Techniques")],
)
def test_the_values_are_those_of_the_tables(
    corpus_report: Report, corpus_book: Workbook, name: str, table: str
) -> None:
    got = rows(corpus_book, name)
    assert [str(head).lower().replace(" ", "_") for head in got[0]] == list(TABLES[table].header)
    expected = [
        tuple(visible(value) or None if isinstance(value, str) else value for value in row)
        for row in TABLES[table].rows(corpus_report)
    ]
    assert got[1:] == expected


def test_the_summary_has_shares_as_numbers(seed_book: Workbook) -> None:
    found = {(row[0], row[1]): row[2:] for row in rows(seed_book, "Summary")}
    assert found["techniques, all of the matrix", "Hunting"] == (1, 697, pytest.approx(1 / 697))
    shares = [cell for row in sheet(seed_book, "Summary").iter_rows(min_col=5) for cell in row if cell.value]
    assert {cell.number_format for cell in shares[1:]} == {"0.0%"}


def test_what_is_lost_without_connectors(seed: Catalogue) -> None:
    found = report(seed, load(), Choice(without=("AzureActivity", "MicrosoftThreatProtection")))
    got = rows(read(found), "Summary")
    at = next(n for n, row in enumerate(got) if str(row[0]).startswith("Without AzureActivity"))
    assert ("detections that die", "Hunting", 1, 1, None) in got[at:]
    assert ("cells lost", "Hunting", 1, 1, None) in got[at:]


def test_threats_have_a_sheet_where_there_are_any() -> None:
    found = made(*some(1), choice=Choice(threats=(Threat("Some group", ("T1078", "T9999")),)))
    got = rows(read(found), "Threats")
    assert [(row[0], row[1], row[4]) for row in got[1:]] == [
        ("Some group", "T1078", "alerted"),
        ("Some group", "T9999", "unknown"),
    ]


def test_the_matrix_has_every_cell_in_its_colour(corpus_report: Report, corpus_book: Workbook) -> None:
    one = sheet(corpus_book, "Matrix")
    rules = corpus_report.coverage.by_type["Analytics"].declared
    declared = corpus_report.coverage.all.declared
    for n, column in enumerate(columns(corpus_report.snapshot), 1):
        assert one.cell(2, n).value == column.tactic.name
        ids = [child.id for head, children in column.techniques for child in (head, *children)]
        for number, id_ in enumerate(ids, 3):
            cell = one.cell(number, n)
            alerting = len(rules.get((column.tactic.shortname, id_), ()))
            whole = len(declared.get((column.tactic.shortname, id_), ()))
            text = str(cell.value)
            assert text.startswith(f"{id_} ")
            assert text.endswith(f": {alerting} alerting, {whole - alerting} not alerting") == bool(whole)
            bounds = [(10, ALERTING[4]), (5, ALERTING[3]), (2, ALERTING[2]), (1, ALERTING[1]), (0, ALERTING[0])]
            by_count = next((shade for least, shade in bounds if alerting > least), HUNTED if whole else NOTHING)
            assert cell.fill.fgColor.rgb == f"FF{by_count.fill[1:].upper()}"
            assert cell.font.color
            assert cell.font.color.rgb == f"FF{by_count.text[1:].upper()}"
        assert one.cell(len(ids) + 3, n).value is None


def test_mitres_notice_is_there(seed_report: Report, seed_book: Workbook) -> None:
    shown = "\n".join(str(row[0]) for row in rows(seed_book, "Method"))
    for paragraph in seed_report.snapshot.notice.split("\n\n"):
        assert paragraph in shown


def raw(found: Report) -> dict[str, bytes]:
    """The files in the zip file."""
    with zipfile.ZipFile(io.BytesIO(workbook.emit(found)["coverage.xlsx"])) as file:
        assert file.testzip() is None
        return {name: file.read(name) for name in file.namelist()}


def test_hostile_names_are_strings() -> None:
    found = report(hostile_catalogue(), load())
    parts = raw(found)
    assert not [name for name in parts if "external" in name.lower() or "vba" in name.lower()]
    for name, data in parts.items():
        root = ElementTree.fromstring(data)  # noqa: S314 - it is ours
        assert not [one for one in root.iter() if one.tag.endswith("}f")], f"{name} has a formula"
    book = read(found)
    assert {cell.data_type for cell in cells(book)} == {"s", "n"}
    got = rows(book, "Detections")[1:]
    for text, row, detection in zip(HOSTILE, got, found.coverage.detections, strict=False):
        # an empty text with a link shows the url; openpyxl leaves the escape of `_x0041_` in place, which Excel reads
        expected = visible(text).replace("_x0041_", "_x005F_x0041_") or web_url(detection.url)
        assert row[1] == expected
        assert row[3] == (visible(text).replace("_x0041_", "_x005F_x0041_") or None)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_file_with_hostile_names_as_attack(text: str) -> None:
    choice = Choice(without=("x",), threats=(Threat(text, (text,)),))
    found = report(catalogue(*hostile_catalogue().detections[:3]), hostile_snapshot(text), choice)
    assert {cell.data_type for cell in cells(read(found))} == {"s", "n"}


def test_links_lead_to_the_web_alone() -> None:
    found = report(hostile_catalogue(), load())
    book = read(found)
    links = [(cell.parent.title, cell.hyperlink.target or "") for cell in cells(book) if cell.hyperlink]
    assert {url for name, url in links if name == "Detections"} == {
        *("https://example.org/a?b=c", "http://example.org/", "https://EXAMPLE.ORG/")
    }
    assert all(url.startswith("https://attack.mitre.org/techniques/T") for name, url in links if name != "Detections")
    relationships = [data for name, data in raw(found).items() if name.endswith(".rels") and "sheet" in name]
    assert relationships
    for data in relationships:
        for one in ElementTree.fromstring(data):  # noqa: S314 - it is ours
            assert one.attrib["Target"].startswith(("http://", "https://"))


def test_a_long_text_is_cut_and_the_cell_says_so() -> None:
    long = "\U0001f600" * 20_000
    title = str(rows(read(made(*[one.model_copy(update={"title": long}) for one in some(1)])), "Detections")[1][1])
    assert len(title.encode("utf-16-le")) // 2 <= 32_767
    assert re.fullmatch("\U0001f600+ … and ([0-9,]+) more characters than a cell holds", title)
    kept = title.count("\U0001f600")
    assert f"{20_000 - kept:,} more" in title


def test_how_long_a_text_may_be() -> None:
    assert workbook.held("x" * 32_767) == "x" * 32_767
    shown = workbook.held("x" * 32_768)
    assert re.fullmatch("x{32687} … and 81 more characters than a cell holds", shown)


@pytest.mark.parametrize(
    ("detections", "expected"),
    [
        (3, ["Rule Analytics-0", "Rule Analytics-1", "Rule Analytics-2"]),
        (4, ["Rule Analytics-0", "Rule Analytics-1", "Rule Analytics-2", "Rule Analytics-3"]),
        (6, ["Rule Analytics-0", "Rule Analytics-1", "Rule Analytics-2", "3 more rows than a sheet holds"]),
    ],
)
def test_too_many_rows_are_counted(detections: int, expected: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 5)
    attack = snapshot("1", ["initial-access"], {"T1078": "initial-access"})
    got = rows(read(report(catalogue(*some(detections)), attack)), "Detections")
    assert [str(row[1] or row[0]) for row in got[1:]] == expected


def test_too_many_links_are_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_LINKS", 1)
    attack = snapshot("1", ["initial-access"], {f"T{n}": "initial-access" for n in range(1078, 1090)})
    linked = [one.model_copy(update={"url": "https://example.org/"}) for one in some(3)]
    book = read(report(catalogue(*linked), attack))
    for name in ("Detections", "Gaps", "Techniques"):
        assert sum(bool(cell.hyperlink) for cell in cells(book) if cell.parent.title == name) == 1
    assert [row[1] for row in rows(book, "Detections")[1:]] == [f"Rule Analytics-{n}" for n in range(3)]


def test_a_catalogue_of_nothing() -> None:
    book = read(report(catalogue(), load()))
    assert len(rows(book, "Detections")) == 1
    assert sheet(book, "Detections").auto_filter.ref == "A1:M1"


def test_the_zip_file_is_stored_unless_it_is_large(seed_report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = workbook.emit(seed_report)["coverage.xlsx"]
    with zipfile.ZipFile(io.BytesIO(stored)) as file:
        assert {one.compress_type for one in file.infolist()} == {zipfile.ZIP_STORED}
        assert {one.date_time for one in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    monkeypatch.setattr(workbook, "MAX_STORED", 1000)
    packed = workbook.emit(seed_report)["coverage.xlsx"]
    assert len(packed) < len(stored) / 4
    with zipfile.ZipFile(io.BytesIO(packed)) as one, zipfile.ZipFile(io.BytesIO(stored)) as other:
        assert {name: one.read(name) for name in one.namelist()} == {n: other.read(n) for n in other.namelist()}


WRITE = """
import sys
from pathlib import Path
import rulefold
from rulefold.attack import load
from rulefold.report import FORMATS, report
found = report(rulefold.build([sys.argv[1]]).catalogue, load())
for name in ("layers", "picture", "badge", "xlsx"):
    for path, content in FORMATS[name].emit(found).items():
        sys.stdout.buffer.write(content if isinstance(content, bytes) else content.encode())
"""


def test_two_processes_write_the_same_bytes() -> None:
    """With other seeds for hashes, other clocks and other zones."""
    written = [
        subprocess.run(
            [sys.executable, "-c", WRITE, ROOT / "catalog"],
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Pacific/Kiritimati"))
    ]
    assert written[0] == written[1]
    assert len(written[0]) > 100_000


def test_the_date_is_no_clock(seed_book: Workbook) -> None:
    assert seed_book.properties.created == datetime(1980, 1, 1)
