"""The layout of the upstream repository, rebuilt from upstream's own values of half its rules, which are the judge."""

import json
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import LiteralScalarString

from rulefold.attack import load
from rulefold.attack.findings import findings
from rulefold.chain import Build
from rulefold.importing import import_files
from rulefold.inputs import find_files
from rulefold.model import Detection
from rulefold.sources import SUFFIXES
from tests.folding.test_corpus import without_marks
from tests.folding.test_values import SPELLINGS
from tests.pages_text import built
from tests.sources.reading import imported, write

Record = dict[str, Any]
# The keys of upstream's files, in their order, by the names that the records have.
KEYS = {
    "id": "id",
    "name": "name",
    "description": "description",
    "severity": "severity",
    "requiredDataConnectors": "connectors",
    "queryFrequency": "queryFrequency",
    "queryPeriod": "queryPeriod",
    "triggerOperator": "triggerOperator",
    "triggerThreshold": "triggerThreshold",
    "tactics": "tactics",
    "relevantTechniques": "techniques",
    "tags": "tags",
    "query": "query",
    "entityMappings": "entityMappings",
    "version": "version",
    "kind": "kind",
}
OTHERS = {
    "Parsers/ASimDns/Parsers/x.yaml": "Function:\n  Title: a parser\nFunctionQuery: T\n",
    "Playbooks/a/azuredeploy.json": '{"$schema": "deploymentTemplate.json", "resources": [{"type": "x"}]}',
    "Solutions/S/Package/mainTemplate.json": '{"contentVersion": "1", "resources": []}',
    "Solutions/S/Data Connectors/c.json": "{not even JSON",
    "Solutions/S/Workbooks/w.json": "{}",
    "Exploration Queries/e.yaml": "name: e\nquery: T\n",
    "Detections/readme.yaml": "about: this folder\n",
}


def path_of(record: Record) -> str:
    return unquote(record["url"].partition("/blob/master/")[2])


@pytest.fixture(scope="module")
def truth(shared: Path) -> dict[str, Record]:
    """Upstream's values by the paths of their files."""
    lines = (shared / "corpus" / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    return {path_of(record): record for record in map(json.loads, lines)}


@pytest.fixture(scope="module")
def repository(truth: dict[str, Record], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of all records, and others that are no rules."""
    folder = tmp_path_factory.mktemp("upstream") / "Azure-Sentinel"
    writer = YAML()
    writer.width = 10_000
    for path, record in truth.items():
        data = {key: in_block(record[name]) for key, name in KEYS.items() if record[name] is not None}
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8") as stream:
            writer.dump(data, stream)
    write(folder, OTHERS)
    return folder


def in_block(value: Any) -> Any:
    return LiteralScalarString(value) if isinstance(value, str) and "\n" in value else value


@pytest.fixture(scope="module")
def found(repository: Path) -> Build:
    return import_files(find_files([str(repository)], SUFFIXES))


def by_path(found: Build, folder: Path) -> dict[str, Detection]:
    return {str(Path(d.sources[0].page).relative_to(folder)): d for d in found.catalogue.detections}


def stated(record: Record) -> Record:
    """A record as a catalogue states it."""
    spelling = dict(SPELLINGS)
    schedule = {
        "query_frequency": record["queryFrequency"],
        "query_period": record["queryPeriod"],
        "trigger_operator": record["triggerOperator"],
        "trigger_threshold": record["triggerThreshold"],
    }
    tactics = [tactic for tactic in record["tactics"] or [] if tactic]
    return {
        "id": record["id"] or "",
        "title": record["name"],
        "description": without_marks(record["description"]),
        "type": record["type"],
        "severity": record["severity"],
        "schedule": schedule if set(schedule.values()) != {None} else None,
        "tactics": list(dict.fromkeys(spelling.get(tactic, tactic) for tactic in tactics)),
        "techniques": [technique.upper() for technique in record["techniques"] or [] if technique],
        "connectors": connectors_of(record),
        "query": record["query"],
    }


def connectors_of(record: Record) -> dict[str, list[str]]:
    """The data types of each connector; some rules name a connector twice, and some spell the key `datatypes`."""
    united: dict[str, list[str]] = {}
    for connector in record["connectors"]:
        united.setdefault(connector["connectorId"], []).extend(connector.get("dataTypes", connector.get("datatypes")))
    return {name: list(dict.fromkeys(types)) for name, types in united.items()}


def held(detection: Detection) -> Record:
    data = detection.model_dump(mode="json", include=set(stated_names))
    data["connectors"] = {connector.id: list(connector.data_types) for connector in detection.connectors}
    return data


stated_names = (
    *("id", "title", "description", "type", "severity"),
    *("schedule", "tactics", "techniques", "query"),
)


def test_every_rule_has_upstreams_own_values(found: Build, repository: Path, truth: dict[str, Record]) -> None:
    rules = by_path(found, repository)
    assert set(rules) == set(truth)
    assert len(rules) == len(found.catalogue.detections) == 628
    for path, record in truth.items():
        assert held(rules[path]) == stated(record), path


def test_what_is_no_rule_is_counted_and_costs_nothing(found: Build) -> None:
    counts = found.catalogue.counts
    assert (counts.entries, counts.rejects, counts.errors) == (628, 0, 0)
    skipped = [d.message for d in found.diagnostics if d.code == "RF517"]
    assert skipped == [
        "found a YAML file that is no rule, left out",
        "found a file outside of the folders of rules, and 5 more like it, left out",
    ]


def test_what_is_lost_is_counted_as_often_as_upstream_has_it(found: Build, truth: dict[str, Record]) -> None:
    names = ("entityMappings", "version", "tags")
    has = Counter(name for record in truth.values() for name in names if any(record[name] or ()))
    lost = {d.message for d in found.diagnostics if d.code == "RF516"}
    kinds = 3  # hunting queries with a kind
    assert lost == {
        f"found {name} in {count} rules, which a catalogue does not hold"
        for name, count in {**has, "kind": kinds}.items()
    }


def test_rules_with_one_id_stay_apart(found: Build) -> None:
    shared_id = [d for d in found.diagnostics if d.code == "RF302"]
    assert len(shared_id) == 4
    assert len({d.key.lower() for d in found.catalogue.detections}) == 628


def test_the_pages_of_the_same_rules_say_the_same(
    found: Build, repository: Path, truth: dict[str, Record], shared: Path
) -> None:
    """Rows that the writer of the pages lost can take a value along: the pages never say more than the file."""
    pages = {unquote(d.url or ""): d for d in built(shared / "corpus" / "pages").catalogue.detections}
    complete = same = 0
    for path, rule in by_path(found, repository).items():
        page = pages.get(f"https://github.com/Azure/Azure-Sentinel/blob/master/{path}")
        if page is None or page.rows.missing:
            continue
        names = {*stated_names} - {"tactics", "techniques"}
        assert rule.model_dump(include=names) == page.model_dump(include=names), path
        own = {c.id: list(c.data_types) for c in page.connectors if not c.invented}
        if any("datatypes" in connector for connector in truth[path]["connectors"]):
            own = connectors_of(truth[path])  # the script that wrote the pages did not know this spelling
        file = {c.id: list(c.data_types) for c in rule.connectors}
        pairs = ((page.tactics, rule.tactics), (page.techniques, rule.techniques), (own.items(), file.items()))
        for theirs, ours in pairs:
            assert [value for value in ours if value in theirs] == list(theirs), path
        complete += 1
        same += all(len(theirs) == len(ours) for theirs, ours in pairs)
    assert same >= complete - 10
    assert complete > 500


def test_coverage_and_findings_are_made_of_an_import(found: Build) -> None:
    told = findings(found.catalogue, load("19.2"))
    assert {d.code for d in told} >= {"RF401", "RF402", "RF404"}
    assert all(d.place and d.place.file.endswith(".yaml") for d in told)


def test_a_folder_without_that_layout_is_read_whole(tmp_path: Path) -> None:
    rules = {"Detections/a.yaml": "name: a\nquery: T\n", "other/b.yaml": "name: b\nquery: U\n"}
    write(tmp_path, {**rules, "other/c.json": "{}"})
    built_ = import_files(find_files([str(tmp_path)], SUFFIXES))
    assert [d.title for d in built_.catalogue.detections] == ["a", "b"]
    built_ = import_files(find_files([str(tmp_path)], SUFFIXES), "upstream")
    assert [d.title for d in built_.catalogue.detections] == ["a"]


def test_a_file_that_is_given_itself_is_read_wherever_it_lies() -> None:
    assert len(imported({"other/a.yaml": "name: a\nquery: T\n"}, "upstream").catalogue.detections) == 1
