"""The MISP event, judged by pymisp with the templates of misp-objects that it brings, and by these themselves."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from rulefold.model import Detection
from rulefold.targets import TARGETS
from rulefold.targets.misp import ANALYTICS as RULE
from rulefold.targets.misp import HUNTING as QUERY
from tests.conftest import examples
from tests.judges import judge
from tests.pages_text import built
from tests.targets.exports import (
    ANALYTICS,
    HOSTILE,
    HUNTING,
    NRT,
    changed,
    export,
    hostile,
    hostile_texts,
    lost,
    only_file,
    refusals,
)


def read(text: str) -> Any:
    """The objects of an event, read strictly: an object that its template does not allow is an error."""
    pymisp = judge("pymisp")
    event = pymisp.MISPEvent()
    event.load(json.loads(text))
    for found in event.objects:
        again = pymisp.MISPObject(found.name, strict=True)
        for attribute in found.attributes:
            again.add_attribute(attribute.object_relation, value=attribute.value, type=attribute.type)
        assert again.to_json()  # here the template is held against the attributes
    return event.objects


def values(found: Any, name: str) -> list[str]:
    return [str(attribute.value) for attribute in found.get_attributes_by_relation(name)]


@pytest.mark.judge
def test_the_real_catalogue(shared: Path) -> None:
    catalogue = built(shared / "corpus" / "pages").catalogue
    emitted = TARGETS["misp"].export(catalogue)
    assert emitted.refused == 0
    found = read(emitted.files["event.json"])
    for detection, one in zip(catalogue.detections, found, strict=True):
        assert values(one, "query") == [detection.query.strip()]
        assert one.name == ("kql-analytics-rule" if detection.type == "Analytics" else "threat-hunt-query")
    uuids = [one.uuid for one in found] + [attribute.uuid for one in found for attribute in one.attributes]
    assert len(set(uuids)) == len(uuids)


@pytest.mark.parametrize(("template", "file"), [(RULE, "kql-analytics-rule.json"), (QUERY, "threat-hunt-query.json")])
def test_the_templates_are_those_of_misp_objects(shared: Path, template: Any, file: str) -> None:
    official = json.loads((shared / "schemas" / "misp" / file).read_text(encoding="utf-8"))
    assert (template.name, template.uuid, template.version, template.category) == (
        official["name"],
        official["uuid"],
        str(official["version"]),
        official["meta-category"],
    )
    known = {name: attribute["misp-attribute"] for name, attribute in official["attributes"].items()}
    assert template.attributes.items() <= known.items()
    correlated = {name for name, attribute in official["attributes"].items() if "disable_correlation" not in attribute}
    for detection in (ANALYTICS, HUNTING):
        (one,) = json.loads(only_file("misp", detection))["Event"]["Object"]
        for attribute in one["Attribute"] if one["name"] == template.name else ():
            assert attribute["disable_correlation"] == (attribute["object_relation"] not in correlated)
            fixed = official["attributes"][attribute["object_relation"]].get("values_list")
            assert fixed is None or attribute["value"] in fixed


@pytest.mark.judge
def test_an_analytics_rule() -> None:
    (one,) = read(only_file("misp", ANALYTICS))
    assert one.uuid == ANALYTICS.id
    assert {attribute.object_relation: values(one, attribute.object_relation) for attribute in one.attributes} == {
        "rule-id": [ANALYTICS.id],
        "rule-name": ["One rule"],
        "comment": ["What it finds."],
        "kind": ["Scheduled"],
        "product": ["Microsoft Sentinel"],
        "severity": ["High"],
        "query-frequency": ["PT1H"],
        "query-period": ["P1D"],
        "trigger-operator": ["gt"],
        "trigger-threshold": ["0"],
        "mitre-attack-tactic": ["Execution", "Persistence"],
        "mitre-attack-technique": ["T1059", "T1059.001"],
        "data-connector": ["MicrosoftThreatProtection"],
        "reference": ["https://example.org/rules/one.yaml"],
        "query": [ANALYTICS.query.strip()],
    }


@pytest.mark.judge
def test_a_near_real_time_rule_has_no_schedule() -> None:
    (one,) = read(only_file("misp", NRT))
    assert values(one, "kind") == ["NRT"]
    assert values(one, "query-frequency") == values(one, "trigger-operator") == []


def test_what_a_hunting_query_cannot_say_is_told() -> None:
    emitted = export("misp", HUNTING)
    assert [(loss.field, loss.value) for loss in lost(emitted)] == [
        ("tactics", "Execution"),
        ("tactics", "Persistence"),
        ("techniques", "T1059"),
        ("techniques", "T1059.001"),
        ("url", HUNTING.url),
    ]
    (one,) = json.loads(emitted.files["event.json"])["Event"]["Object"]
    assert one["comment"] == "One rule"
    assert [a["value"] for a in one["Attribute"] if a["object_relation"] == "data-source"] == ["DeviceEvents"]


@pytest.mark.parametrize(
    ("update", "field"), [({"type": None}, "type"), ({"query": " "}, "query"), ({"query": "é" * 32_768}, "query")]
)
def test_what_is_refused(update: dict[str, Any], field: str) -> None:
    assert [name for name, _ in refusals(export("misp", changed(ANALYTICS, **update)))] == [field]


def test_an_event_has_the_id_of_its_name() -> None:
    events = [json.loads(only_file("misp", ANALYTICS, event=name))["Event"] for name in ("ours", "ours", "theirs")]
    assert events[0] == events[1]
    assert (events[0]["info"], events[0]["date"]) == ("ours", "2022-08-07")
    assert events[0]["uuid"] != events[2]["uuid"]
    undated = json.loads(only_file("misp", changed(ANALYTICS, ingested_date=None)))["Event"]
    assert "date" not in undated


def test_characters_that_misp_replaces_are_told() -> None:
    assert [loss.field for loss in lost(export("misp", changed(ANALYTICS, title="\U0001f600")))] == ["title"]


def check(detection: Detection) -> None:
    if "\0" in detection.query:
        assert refusals(export("misp", detection)) == [("query", "has a NUL, which MISP takes away")]
        return
    (one,) = read(only_file("misp", detection))
    assert values(one, "query") == [detection.query.strip()]
    assert values(one, "comment") == [text for text in [detection.description.strip()] if text]
    assert values(one, "rule-name") == [detection.title.strip()]


@pytest.mark.judge
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_read_back(text: str) -> None:
    check(hostile(ANALYTICS, text))


@pytest.mark.judge
@examples(40)
@given(hostile_texts)
def test_any_text_reads_back(text: str) -> None:
    check(hostile(ANALYTICS, text))
