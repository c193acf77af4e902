"""The real catalogue: what its pages fold into, and which of the rows that the script lost come back."""

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from rulefold.model import Detection, Row
from tests.folding.test_values import SPELLINGS
from tests.pages_text import built

Record = dict[str, Any]
UNKNOWN_TACTICS = {"Ransomware", "Vulnerability", "Exploit", "Malware, component", "Misconfiguration"}


def records(path: Path) -> list[Record]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def expected(shared: Path) -> list[Record]:
    return records(shared / "corpus" / "expected.jsonl")


@pytest.fixture(scope="module")
def truth(shared: Path) -> dict[str, Record]:
    """The upstream rules by their urls."""
    return {record["url"]: record for record in records(shared / "corpus" / "truth.jsonl")}


@pytest.fixture(scope="module")
def by_url(shared: Path) -> dict[str, Detection]:
    found = {detection.url or "": detection for detection in built(shared / "corpus" / "pages").catalogue.detections}
    assert len(found) == len(built(shared / "corpus" / "pages").catalogue.detections)
    return found


def stated(record: Record) -> Record:
    """A rule of expected.jsonl as the catalogue states it."""
    spelling = dict(SPELLINGS)
    schedule = {name: record[name] for name in ("query_frequency", "query_period", "trigger_operator") if record[name]}
    if record["trigger_threshold"]:
        schedule["trigger_threshold"] = int(float(record["trigger_threshold"]))
    scalars = {name: record[name] for name in ("id", "title", "url", "type", "severity", "ingested_date", "query")}
    return {
        **{name: value for name, value in scalars.items() if value or name == "id"},
        **({"schedule": schedule} if schedule else {}),
        "description": without_marks(record["description"]),
        "tactics": list(dict.fromkeys(spelling.get(tactic, tactic) for tactic in record["tactics"])),
        **{name: record[name] for name in ("techniques", "platforms", "data_types")},
        "connectors": [
            connector | ({"invented": True} if connector["id"] == "CustomConnector" else {})
            for connector in record["connectors"]
        ],
    }


def without_marks(text: str) -> str:
    """A description without the pair of apostrophes around it, which is an artefact."""
    text = text.strip()
    return text[1:-1].strip() if text.startswith("'") and text.endswith("'") and len(text) > 1 else text


def test_every_rule_is_exact(by_url: dict[str, Detection], expected: list[Record]) -> None:
    assert len(expected) == len(by_url) == 622
    for record in expected:
        detection = by_url[record["url"]]
        want = stated(record)
        found = detection.model_dump(mode="json", exclude_none=True)
        assert {name: found.get(name) for name in want} == want
        assert detection.rows.seen == record["rows_seen"]


def test_all_rows_of_all_pages_are_read(shared: Path) -> None:
    counts = built(shared / "corpus" / "pages").catalogue.counts
    assert (counts.pages, counts.blocks, counts.entries, counts.rejects, counts.errors) == (212, 4233, 4233, 0, 0)


def test_texts_are_upstreams(by_url: dict[str, Detection], truth: dict[str, Record]) -> None:
    for url, detection in by_url.items():
        assert detection.query == truth[url]["query"]
        assert detection.description == without_marks(truth[url]["description"])


def upstream_rows(rule: Record) -> Iterator[Row]:
    """All rows that an upstream rule can have been flattened into.

    Where it names no connector, the script wrote CustomConnector and a data type after the rule's folder.
    """
    spelling = dict(SPELLINGS)
    tactics = {spelling.get(tactic, tactic) for tactic in rule["tactics"] or [None]}
    sources = [(c["connectorId"], d) for c in rule["connectors"] for d in c.get("dataTypes") or [None]]
    sources = sources or [("CustomConnector", f"{rule['url'].split('/')[-2]}_CL")]
    platforms = [platform or None for platform in rule["platforms_in_rows"]]
    for tactic, technique, (connector, data_type) in product(tactics, rule["techniques"] or [None], sources):
        for platform in platforms:
            yield Row(tactic=tactic, technique=technique, connector=connector, data_type=data_type, platform=platform)


def test_lost_rows_are_restored_and_none_is_invented(
    by_url: dict[str, Detection], truth: dict[str, Record], expected: list[Record]
) -> None:
    lost = sum(rule["rows_in_csv"] for rule in truth.values()) - sum(record["rows_seen"] for record in expected)
    assert lost == 211
    restored = 0
    for url, detection in by_url.items():
        rows = [*detection.rows.missing, *detection.inferred.rows]
        assert len(set(map(repr, rows))) == len(rows)
        assert set(map(repr, rows)) <= set(map(repr, upstream_rows(truth[url])))
        assert detection.rows.seen + len(rows) <= truth[url]["rows_in_csv"]
        restored += len(rows)
    assert restored >= 193  # 196, when this was written


def test_what_is_told(shared: Path, expected: list[Record]) -> None:
    told = built(shared / "corpus" / "pages").diagnostics
    codes = [diagnostic.code for diagnostic in told]
    spelling = dict(SPELLINGS)
    assert codes.count("RF203") == sum(tactic in spelling for record in expected for tactic in record["tactics"])
    assert codes.count("RF204") == sum(tactic in UNKNOWN_TACTICS for record in expected for tactic in record["tactics"])
    assert codes.count("RF211") == sum(
        c["id"] == "CustomConnector" for record in expected for c in record["connectors"]
    )
    assert (codes.count("RF201"), codes.count("RF202")) == (1, 1)
    assert codes.count("RF302") == 4  # two ids of two rules each
    assert codes.count("RF303") == codes.count("RF301") == 0


def test_the_spellings_of_the_catalogue(expected: list[Record]) -> None:
    written = {tactic for record in expected for tactic in record["tactics"]}
    assert written & set(dict(SPELLINGS)) == {spelling for spelling, _ in SPELLINGS[:9]}
