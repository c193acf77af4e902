"""The STIX bundle, judged by stix2 and stix2-validator."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given

from rulefold.model import Detection
from rulefold.targets import TARGETS
from tests.conftest import examples
from tests.judges import judge
from tests.pages_text import built
from tests.targets.exports import (
    ANALYTICS,
    HOSTILE,
    HUNTING,
    changed,
    export,
    hostile,
    hostile_texts,
    lost,
    only_file,
    refusals,
)


def objects(text: str, kind: str) -> list[dict[str, Any]]:
    return [one for one in json.loads(text)["objects"] if one["type"] == kind]


def errors(text: str) -> list[str]:
    """What stix2-validator says, not strictly; what it only recommends is no error."""
    stix2validator = judge("stix2validator")
    result = stix2validator.validate_string(text, stix2validator.ValidationOptions(strict=False, version="2.1"))
    return [] if result.is_valid else [str(error) for error in result.errors]


@pytest.mark.judge
def test_the_real_catalogue(shared: Path) -> None:
    catalogue = built(shared / "corpus" / "pages").catalogue
    emitted = TARGETS["stix"].export(catalogue)
    assert emitted.refused == 0
    text = emitted.files["bundle.json"]
    assert errors(text) == []
    parsed = judge("stix2").parse(text)
    assert [one.pattern for one in parsed.objects if one.type == "indicator"] == [d.query for d in catalogue.detections]
    by_id = {one.id: one for one in parsed.objects}
    assert len(by_id) == len(parsed.objects)
    assert all(UUID(id_.partition("--")[2]).version == 5 for id_ in by_id)
    claims = [(d.id or d.key, technique) for d in catalogue.detections for technique in d.techniques]
    links = [one for one in parsed.objects if one.type == "relationship"]
    assert claims == [
        (
            by_id[link.source_ref].external_references[0].external_id,
            by_id[link.target_ref].external_references[0].external_id,
        )
        for link in links
    ]


def test_an_indicator() -> None:
    text = only_file("stix", ANALYTICS)
    (indicator,) = objects(text, "indicator")
    assert (indicator["pattern_type"], indicator["pattern"]) == ("kql", ANALYTICS.query)
    assert indicator["valid_from"] == indicator["created"] == "2022-08-07T00:00:00.000Z"
    assert [phase["phase_name"] for phase in indicator["kill_chain_phases"]] == ["execution", "persistence"]
    assert indicator["labels"] == ["Analytics", "High"]
    names = {one["external_references"][0]["external_id"]: one["name"] for one in objects(text, "attack-pattern")}
    assert names == {"T1059": "Command and Scripting Interpreter", "T1059.001": "PowerShell"}
    (reference,) = {one["external_references"][0]["url"] for one in objects(text, "attack-pattern")} - {
        "https://attack.mitre.org/techniques/T1059"
    }
    assert reference == "https://attack.mitre.org/techniques/T1059/001"


def test_two_rules_share_the_technique_they_indicate() -> None:
    text = only_file("stix", ANALYTICS, HUNTING)
    assert (len(objects(text, "attack-pattern")), len(objects(text, "relationship"))) == (2, 4)


@pytest.mark.parametrize("date", [None, "", "soon", "2022-13-01", "20220807x"])
def test_no_date_is_invented(date: str | None) -> None:
    emitted = export("stix", changed(ANALYTICS, ingested_date=date))
    assert refusals(emitted) == [("ingested_date", "no date, and an indicator has one")]
    assert emitted.files == {}


def test_what_is_no_technique_and_no_phase_is_told() -> None:
    strange = changed(ANALYTICS, techniques=("T1", "T0853"), tactics=("Ransomware", "PreAttack"), url="not a url")
    emitted = export("stix", strange)
    assert [(loss.field, loss.value) for loss in lost(emitted)] == [
        ("techniques", "T1"),
        ("tactics", "Ransomware"),
        ("tactics", "PreAttack"),
        ("url", "not a url"),
    ]
    assert [one["name"] for one in objects(emitted.files["bundle.json"], "attack-pattern")] == ["Scripting"]


def test_a_url_is_percent_encoded_where_it_has_to_be() -> None:
    (indicator,) = objects(only_file("stix", changed(ANALYTICS, url='https://a.b/c[d]"e%20f?g=(h)&i#j')), "indicator")
    assert indicator["external_references"][0]["url"] == "https://a.b/c%5Bd%5D%22e%20f?g=(h)&i#j"


def check(detection: Detection) -> None:
    parsed = judge("stix2").parse(only_file("stix", detection))
    (indicator,) = (one for one in parsed.objects if one.type == "indicator")
    assert (indicator.pattern, indicator.name) == (detection.query, detection.title)
    assert indicator.get("description", "") == detection.description


@pytest.mark.judge
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_read_back(text: str) -> None:
    check(hostile(ANALYTICS, text))


@pytest.mark.judge
@examples(40)
@given(hostile_texts)
def test_any_text_reads_back(text: str) -> None:
    check(changed(hostile(ANALYTICS, text), severity=text or None, url=text))


@pytest.mark.judge
def test_a_bundle_that_is_none_is_found() -> None:
    text = only_file("stix", ANALYTICS)
    assert errors(text) == []
    assert errors(text.replace('"pattern_type": "kql",', "")) != []
    assert errors(re.sub(r'"valid_from": "[^"]*"', '"valid_from": "yesterday"', text)) != []
