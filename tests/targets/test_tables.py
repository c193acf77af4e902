"""JSON Lines and CSV: both read back to what the catalogue says."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given

from rulefold.model import Catalogue, Connector, Detection, Schedule
from rulefold.targets import TARGETS
from rulefold.targets.csv_table import COLUMNS
from tests.conftest import examples
from tests.pages_text import built
from tests.targets.exports import ANALYTICS, HOSTILE, HUNTING, catalogue, changed, export, hostile, only_file
from tests.targets.nasty import catalogues


def rows(text: str) -> list[dict[str, str]]:
    """The rows of the table, with the apostrophe of a guarded cell taken away."""
    header, *found = csv.reader(io.StringIO(text, newline=""))
    assert tuple(header) == COLUMNS
    return [dict(zip(header, (cell.removeprefix("'") for cell in row), strict=True)) for row in found]


def check_row(row: dict[str, str], d: Detection) -> None:
    scalars = ("id", "key", "title", "description", "type", "severity", "url", "ingested_date", "query")
    assert {name: row[name] for name in scalars} == {name: getattr(d, name) or "" for name in scalars}
    sets = ("tactics", "techniques", "platforms", "data_types")
    assert {name: tuple(json.loads(row[name])) for name in sets} == {name: getattr(d, name) for name in sets}
    assert tuple(Connector.model_validate(c) for c in json.loads(row["connectors"])) == d.connectors
    schedule = d.schedule or Schedule()
    assert row["trigger_threshold"] == ("" if schedule.trigger_threshold is None else str(schedule.trigger_threshold))
    for name in ("query_frequency", "query_period", "trigger_operator"):
        assert row[name] == (getattr(schedule, name) or "")


def check(found: Catalogue) -> None:
    lines = TARGETS["jsonl"].export(found).files["detections.jsonl"]
    assert [Detection.model_validate_json(line) for line in lines.splitlines()] == list(found.detections)
    table = rows(TARGETS["csv"].export(found).files["detections.csv"])
    for row, detection in zip(table, found.detections, strict=True):
        check_row(row, detection)


def test_the_real_catalogue(shared: Path) -> None:
    check(built(shared / "corpus" / "pages").catalogue)


@examples(60)
@given(catalogues)
def test_any_catalogue_reads_back(found: Catalogue) -> None:
    check(found)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_read_back(text: str) -> None:
    check(catalogue(hostile(ANALYTICS, text), changed(HUNTING, title=text, description=text, query=text)))


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "'"])
def test_no_cell_is_a_formula(title: str) -> None:
    _, row = csv.reader(io.StringIO(only_file("csv", changed(ANALYTICS, title=title)), newline=""))
    assert row[COLUMNS.index("title")] == f"'{title}"


@pytest.mark.parametrize("title", ["x=1", "1", " =1", "a'", ""])
def test_no_other_cell_is_changed(title: str) -> None:
    _, row = csv.reader(io.StringIO(only_file("csv", changed(ANALYTICS, title=title)), newline=""))
    assert row[COLUMNS.index("title")] == title


def test_what_is_about_the_pages_is_not_in_the_table_and_told() -> None:
    assert [(loss.detection, loss.field) for loss in export("csv", ANALYTICS).losses] == [(None, "rows")]
    assert export("jsonl", ANALYTICS).losses == ()
