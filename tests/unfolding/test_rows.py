"""Rows: the inverse of folding, on made and on real catalogues."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulefold.folding import fold
from rulefold.model import Catalogue, Connector, Detection, Entry, Row, Rows
from rulefold.unfolding import RowsError, Unfolded, unfold
from rulefold.unfolding.files import COLUMNS, as_csv_text, as_json_lines, as_pages
from tests.conftest import examples
from tests.pages_text import block, entries, guid, page

AXES = ("tactic", "technique", "connector", "data_type", "platform")


def rows_of(found: Sequence[Entry]) -> Counter[tuple[str | None, ...]]:
    return Counter((entry.id, *(getattr(entry, axis) for axis in AXES)) for entry in found)


def unfolded(catalogue: Catalogue, *, seen: bool = True) -> list[Unfolded]:
    return [unfold(detection, seen=seen) for detection in catalogue.detections]


def again(catalogue: Catalogue, *, seen: bool = True) -> Catalogue:
    """What folding makes of the pages of a catalogue."""
    flat = as_pages(unfolded(catalogue, seen=seen))
    assert not flat.refused
    return fold(entries(*flat.files.values()))[0]


def plain(catalogue: Catalogue) -> list[dict[str, object]]:
    return [detection.model_dump(exclude={"sources", "notes"}) for detection in catalogue.detections]


def test_a_page_of_the_real_form(seed: Catalogue) -> None:
    (name, text), *rest = as_pages(unfolded(seed)).files.items()
    assert (name, rest) == ("Rules_1-21.md", [])
    lines = text.splitlines()
    assert lines[0] == "# Rules: 1-21"
    assert lines[2] == "## Azure VM Run Command linked with MDE"
    start = lines.index("|Name | Value |")
    assert lines[start + 1 : start + 7] == [
        "| --- | --- |",
        "|Tactic | LateralMovement|",
        "|TechniqueId | T1570|",
        f"|Platform | {lines[start + 4].removeprefix('|Platform | ')}",
        "|DetectionType | Hunting |",
        f"|ConnectorId | {lines[start + 6].removeprefix('|ConnectorId | ')}",
    ]
    assert "|QueryFrequency |  |" in lines
    assert text.count("\n### KQL\n```kql\n") == 20


def test_twenty_one_rows_a_page_and_none_lost(seed: Catalogue) -> None:
    files = as_pages(unfolded(seed, seen=False)).files
    assert list(files) == ["Rules_1-21.md", "Rules_22-42.md"]
    assert [text.count("## Azure VM") for text in files.values()] == [21, 3]


def test_the_real_catalogue_comes_back(corpus: Catalogue, corpus_entries: list[Entry]) -> None:
    flat = as_pages(unfolded(corpus))
    assert not flat.refused
    back = entries(*flat.files.values())
    assert len(back) == len(corpus_entries)
    assert plain(fold(back)[0]) == plain(corpus)


def test_the_whole_product_has_no_row_missing(corpus: Catalogue) -> None:
    closed = again(corpus, seen=False)
    for before, after in zip(corpus.detections, closed.detections, strict=True):
        assert after.rows == Rows(seen=before.rows.product, product=before.rows.product)
        assert (after.tactics, after.techniques, after.connectors) == (
            before.tactics,
            before.techniques,
            before.connectors,
        )


values = st.sampled_from(["a", "b", "c"])
TACTICS = st.sampled_from(["Impact", "Execution", "Persistence"])
TECHNIQUES = st.sampled_from(["T1485", "T1059", "T1204"])


def rules(axes: st.SearchStrategy[tuple[str, ...]]) -> st.SearchStrategy[list[tuple[int, tuple[str, ...]]]]:
    return st.lists(st.tuples(st.integers(1, 2), axes), min_size=1, max_size=12, unique=True)


def written(rule: tuple[int, tuple[str, ...]]) -> str:
    n, axes = rule
    fields = dict(zip(AXES, axes, strict=True))
    return block(id=guid(n), title=f"Rule {n}", url=f"https://example.org/{n}", query=f"T | take {n}", **fields)


@examples(300)
@given(rules(st.tuples(TACTICS, TECHNIQUES, values, values, values)))
def test_rows_of_full_values_come_back(drawn: list[tuple[int, tuple[str, ...]]]) -> None:
    found = entries(page(*map(written, drawn)))
    catalogue = fold(found)[0]
    back = entries(*as_pages(unfolded(catalogue)).files.values())
    assert rows_of(back) == rows_of(found)
    assert plain(fold(back)[0]) == plain(catalogue)


EMPTY = st.just("")
SPARSE = st.tuples(TACTICS | EMPTY, TECHNIQUES | EMPTY, values | EMPTY, values | EMPTY, values | EMPTY)


@examples(500)
@given(rules(SPARSE))
def test_rows_with_absent_values_come_back(drawn: list[tuple[int, tuple[str, ...]]]) -> None:
    found = entries(page(*map(written, drawn)))
    catalogue = fold(found)[0]
    back = entries(*as_pages(unfolded(catalogue)).files.values())
    assert rows_of(back) == rows_of(found)
    again = fold(back)[0]
    assert list(map(unordered, plain(again))) == list(map(unordered, plain(catalogue)))


def unordered(detection: dict[str, Any]) -> dict[str, Any]:
    """A detection without the order of the rows that it lists."""
    rows = detection["rows"]
    lists = {name: sorted(map(str, rows[name] or ())) for name in ("missing", "outside")}
    return detection | {"rows": rows | lists}


RULE = Detection(
    id=guid(1),
    key=guid(1),
    title="One",
    description="What.",
    type="Hunting",
    tactics=("Impact",),
    connectors=(Connector(id="C", data_types=("D",), platforms=("P",)),),
    data_types=("D",),
    platforms=("P",),
    query="D | take 1\n",
    url="https://example.org/1",
    rows=Rows(seen=1, product=1),
)


def one_of(**fields: object) -> list[Unfolded]:
    return [unfold(RULE.model_copy(update=fields), seen=True)]


@pytest.mark.parametrize(
    "fields",
    [
        {"description": "'in apostrophes'"},
        {"description": ""},
        {"description": "a\n\n- list\n- of\n"[:-1]},
        {"query": "print ```\n"},
        {"query": "```\nT\n```\n"},
        {"query": "\n\nT"},
        {"query": "T\n\n\n"},
        {"query": "## T\n| take 1"},
    ],
)
def test_what_a_page_can_hold(fields: dict[str, str]) -> None:
    flat = as_pages(one_of(**fields))
    assert not flat.refused
    (entry,) = entries(*flat.files.values())
    assert {name: getattr(entry, name) for name in fields} == fields


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "two\nlines"},
        {"title": ""},
        {"severity": "a | b"},
        {"url": "https://example.org/a\nb"},
        {"description": "|Name | Value |\n| --- | --- |\n|Tactic | Impact|"},
        {"description": "a\n\n## b"},
        {"query": "a\0b"},
        {"query": "\ud800"},
        {"id": "", "url": None},
    ],
)
def test_what_a_page_cannot_hold_is_refused_and_counted(fields: dict[str, object]) -> None:
    flat = as_pages(one_of(**fields))
    assert flat.files == {}
    assert flat.refused == {RULE.key: 1}


def test_csv_and_json_lines_hold_every_value(seed: Catalogue) -> None:
    own = unfolded(seed)
    table = list(csv.DictReader(io.StringIO(as_csv_text(own), newline="")))
    lines = [json.loads(line) for line in as_json_lines(own).splitlines()]
    assert len(table) == len(lines) == 20
    assert tuple(table[0]) == COLUMNS
    assert [{name: value for name, value in row.items() if value} for row in table] == lines
    assert {row["Query"] for row in table} == {seed.detections[0].query}
    assert Counter(row["Tactic"] for row in table) == {"LateralMovement": 10, "CredentialAccess": 10}


def test_rows_that_are_missing_and_not_listed() -> None:
    tactics = tuple(f"T{n}" for n in range(20_000))
    many = RULE.model_copy(update={"tactics": tactics, "rows": Rows(seen=1, product=20_000)})
    with pytest.raises(RowsError, match="of 20,000 rows 1 are seen"):
        unfold(many, seen=True)


def test_an_order_of_rows_that_gives_the_sets_as_they_are() -> None:
    crossed = RULE.model_copy(
        update={
            "tactics": ("Impact", "Execution"),
            "techniques": ("T1204", "T1059"),
            "rows": Rows(
                seen=2,
                product=4,
                missing=tuple(
                    Row(tactic=tactic, technique=technique, connector="C", data_type="D", platform="P")
                    for tactic, technique in (("Impact", "T1059"), ("Execution", "T1204"))
                ),
            ),
        }
    )
    rows = unfold(crossed, seen=True).rows
    assert [(row.tactic, row.technique) for row in rows] == [("Impact", "T1204"), ("Execution", "T1059")]
    assert re.match("Rules_1-21", next(iter(as_pages([unfold(crossed, seen=True)]).files)))
