"""What is exported and imported again is what it was, but for the losses that the export states.

Further losses, which a format has and an export cannot know: pages, rows and what follows from them (all but JSON
lines); an apostrophe at both ends of a description, of which an import takes one pair; in ARM templates the order of
techniques, and of a technique beside one of its own sub-techniques the former.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulefold.chain import Build
from rulefold.entries import bare_description
from rulefold.folding import fold
from rulefold.importing import import_files
from rulefold.model import Catalogue, Connector, Detection, Entry
from rulefold.targets import TARGETS, Emitted, Loss
from tests.conftest import examples
from tests.folding.test_properties import ROW, RULES, Rule
from tests.pages_text import built, guid
from tests.sources.reading import InMemory
from tests.targets.nasty import one_line, texts

Facts = dict[str, Any]
DIALECTS = ("upstream", "iso")
VERSIONS = ("2024-09-01", "2025-07-01-preview")

# A line of a page has no other line ends; pages have no carriage returns at all.
titles = one_line.map(lambda text: text.replace("\r", " ").strip() or "A rule")
bodies = texts.map(lambda text: text.replace("\r", "\n"))
schedules = st.sampled_from(
    [
        {},
        {"query_frequency": "1h", "query_period": "P1D", "trigger_operator": "gt", "trigger_threshold": "0.0"},
        {"query_frequency": "5m", "query_period": "25h", "trigger_operator": "ne", "trigger_threshold": "7"},
        {"query_frequency": "PT1H30M", "query_period": "14d", "trigger_operator": "eq", "trigger_threshold": "1"},
        {"query_frequency": "daily", "query_period": "14d", "trigger_operator": "more", "trigger_threshold": "a"},
        {"query_frequency": "1h"},
    ]
)


def entries_of(rule: Rule, scalars: Mapping[str, str]) -> list[Entry]:
    return [
        ROW.model_copy(update={**{name: value or None for name, value in row.items()}, **scalars})
        for row in rule.rows()
    ]


rules = st.builds(
    lambda rule, schedule, **scalars: entries_of(rule, {**scalars, **schedule}),
    rule=RULES,
    schedule=schedules,
    title=titles,
    description=bodies.map(bare_description),
    query=bodies,
    type=st.sampled_from(["Analytics", "Hunting", "Analytics", "Other"]),
    severity=st.sampled_from(["High", "Medium", "Low", "Informational", "High", "Critical"]),
    id=st.sampled_from([guid(1), guid(2), guid(3), guid(3).upper(), "no-guid"]),
    url=st.sampled_from(["https://example.org/a.yaml", "https://example.org/b c.yaml", "x", "y"]),
)
catalogues = st.lists(rules, max_size=3).map(lambda found: fold(row for rule in found for row in rule)[0])


def back(emitted: Emitted, kind: str | None) -> Build:
    """What an import makes of the files of an export."""
    names = sorted(emitted.files)
    return import_files([InMemory(name, None, emitted.files[name].encode()) for name in names], kind)


def facts(detection: Detection) -> Facts:
    """What a rule is, apart from the pages that state it."""
    names = ("id", "title", "description", "type", "severity", "query")
    schedule = detection.schedule
    return {
        **{name: getattr(detection, name) for name in names},
        "tactics": list(detection.tactics),
        "techniques": list(detection.techniques),
        "connectors": [(c.id, c.data_types) for c in detection.connectors if not c.invented],
        "schedule": schedule
        and (schedule.frequency, schedule.period, schedule.trigger_operator, schedule.trigger_threshold),
    }


def expected(detection: Detection, losses: Iterable[Loss]) -> Facts:
    """The facts of a rule without what the export says it has lost."""
    found = facts(detection) | {"description": bare_description(detection.description)}
    for loss in losses:
        if loss.detection not in (detection.key, None):
            continue
        match loss.field:
            case "tactics" | "techniques":
                found[loss.field].remove(loss.value)
            case "severity" | "schedule" if loss.detection:
                found[loss.field] = None
            case "connectors" if loss.reason.startswith("the format"):
                found["connectors"] = []
            case "id":
                found["id"] = None
    return found


def held(catalogue: Catalogue, emitted: Emitted) -> list[Detection]:
    refused = {loss.detection for loss in emitted.losses if loss.refused}
    return [detection for detection in catalogue.detections if detection.key not in refused]


def compare(theirs: Iterable[Facts], ours: Iterable[Facts]) -> None:
    """Facts in any order; an id that was made can be any."""
    left = list(ours)
    for before in sorted(theirs, key=lambda one: one["id"] is None):
        like = [after for after in left if after | {"id": before["id"] and after["id"]} == before]
        assert like or before == next((after for after in left if after["query"] == before["query"]), None)
        left.remove(like[0])
    assert left == []


def check_yaml(catalogue: Catalogue, dialect: str) -> int:
    emitted = TARGETS["sentinel-yaml"].export(catalogue, {"dialect": dialect})
    built_ = back(emitted, "sentinel-yaml")
    assert [d for d in built_.diagnostics if d.code.startswith("RF5")] == []
    compare([expected(d, emitted.losses) for d in held(catalogue, emitted)], map(facts, built_.catalogue.detections))
    return len(built_.catalogue.detections)


def check_arm(catalogue: Catalogue, version: str, layout: str) -> int:
    emitted = TARGETS["sentinel-arm"].export(catalogue, {"api-version": version, "layout": layout})
    built_ = back(emitted, "sentinel-arm")
    assert [d for d in built_.diagnostics if d.code.startswith("RF5")] == []
    before = [as_arm(d, emitted.losses, version) for d in held(catalogue, emitted)]
    after = [sets_sorted(facts(detection)) for detection in built_.catalogue.detections]
    compare(before, after)
    return len(built_.catalogue.detections)


def as_arm(detection: Detection, losses: Iterable[Loss], version: str) -> Facts:
    """What a template can hold of a rule."""
    without = [loss for loss in losses if "sub-techniques need" not in loss.reason]
    found = expected(detection, without)
    if found["id"]:
        found["id"] = found["id"].lower()
    if detection.type == "Hunting":
        found["tactics"] = [part.strip() for tactic in found["tactics"] for part in tactic.split(",")]
    elif version.endswith("preview"):
        families = {technique.partition(".")[0] for technique in found["techniques"] if "." in technique}
        found["techniques"] = [technique for technique in found["techniques"] if technique not in families]
    else:
        found["techniques"] = list({technique.partition(".")[0] for technique in found["techniques"]})
    return sets_sorted(found)


def sets_sorted(found: Facts) -> Facts:
    return found | {"techniques": sorted(found["techniques"])}


def check_csv(catalogue: Catalogue) -> None:
    built_ = back(TARGETS["csv"].export(catalogue), None)
    assert built_.catalogue.counts.rejects == 0
    lost = {"rows", "inferred", "same_query", "conflicts", "sources", "notes"}
    before = [detection.model_dump(exclude=lost) for detection in catalogue.detections]
    assert [detection.model_dump(exclude=lost) for detection in built_.catalogue.detections] == before


def check_jsonl(catalogue: Catalogue) -> None:
    built_ = back(TARGETS["jsonl"].export(catalogue), None)
    assert built_.catalogue.detections == catalogue.detections


@pytest.mark.parametrize("dialect", DIALECTS)
@examples(150)
@given(catalogue=catalogues)
def test_sentinel_yaml(catalogue: Catalogue, dialect: str) -> None:
    check_yaml(catalogue, dialect)


@pytest.mark.parametrize("layout", ["one", "rule"])
@pytest.mark.parametrize("version", VERSIONS)
@examples(150)
@given(catalogue=catalogues)
def test_sentinel_arm(catalogue: Catalogue, version: str, layout: str) -> None:
    check_arm(catalogue, version, layout)


@examples(150)
@given(catalogue=catalogues)
def test_csv(catalogue: Catalogue) -> None:
    if catalogue.detections:
        check_csv(catalogue)


@examples(150)
@given(catalogue=catalogues)
def test_jsonl(catalogue: Catalogue) -> None:
    if catalogue.detections:
        check_jsonl(catalogue)


@pytest.fixture(scope="module")
def corpus(shared: Any) -> Catalogue:
    return built(shared / "corpus" / "pages").catalogue


@pytest.mark.parametrize("dialect", DIALECTS)
def test_sentinel_yaml_of_the_real_catalogue(corpus: Catalogue, dialect: str) -> None:
    assert check_yaml(corpus, dialect) > 600


@pytest.mark.parametrize("version", VERSIONS)
def test_sentinel_arm_of_the_real_catalogue(corpus: Catalogue, version: str) -> None:
    assert check_arm(corpus, version, "one") > 600


def test_tables_of_the_real_catalogue(corpus: Catalogue) -> None:
    check_csv(corpus)
    check_jsonl(corpus)


def test_a_connector_without_data_types_comes_back() -> None:
    rule = Rule(["Impact"], ["T1485"], {"A": ([], []), "B": (["x"], ["Azure"])})
    catalogue, _ = fold(entries_of(rule, {"type": "Hunting", "title": "a", "query": "T"}))
    (detection,) = back(TARGETS["sentinel-yaml"].export(catalogue), None).catalogue.detections
    assert detection.connectors == (Connector(id="A"), Connector(id="B", data_types=("x",)))
