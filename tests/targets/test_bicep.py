"""Bicep files, judged by pycep, which checkov reads Bicep with, and held against the ARM templates."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from rulefold.model import Detection
from rulefold.targets import TARGETS
from tests.conftest import examples
from tests.judges import judge
from tests.pages_text import built
from tests.targets.exports import ANALYTICS, HOSTILE, HUNTING, NRT, hostile, hostile_texts, only_file
from tests.targets.test_literals import read_bicep
from tests.targets.test_sentinel_arm import evaluated

pytestmark = pytest.mark.judge


@cache
def parser() -> Any:
    return judge("pycep").BicepParser()


def resources(text: str) -> dict[str, Any]:
    found: dict[str, Any] = parser().parse(text=text)["resources"]
    assert found.pop("sentinel")["existing"] is True
    return found


def plain(value: Any) -> Any:
    """A value of pycep; it leaves escapes as they are, and takes the quotes away, three or one."""
    match value:
        case str():
            return value if "\n" in value else read_bicep(value)
        case list():
            return [plain(item) for item in value]
        case dict():
            return {name: plain(item) for name, item in value.items()}
        case _:
            return value


def arm_value(value: Any) -> Any:
    match value:
        case str():
            return evaluated(value, prefix="")
        case list():
            return [arm_value(item) for item in value]
        case dict():
            return {name: arm_value(item) for name, item in value.items()}
        case _:
            return value


def check(bicep: str, arm: str) -> None:
    """Each resource has the values that the ARM template has."""
    templates = json.loads(arm)["resources"]
    found = list(resources(bicep).values())
    assert len(found) == len(templates)
    for one, template in zip(found, templates, strict=True):
        assert (one["type"], one["api_version"]) == (template["type"], template["apiVersion"])
        config = one["config"]
        assert config["name"] == evaluated(template["name"], workspace="").lstrip("/")
        assert config.get("kind") == template.get("kind")
        assert config["parent" if "parent" in config else "scope"] == "sentinel"
        properties = config["properties"]
        title = properties.pop("displayName")
        assert title.startswith("${prefix}")
        displayed = {"displayName": read_bicep(title.removeprefix("${prefix}"))}
        assert displayed | plain(properties) == arm_value(template["properties"])


@pytest.mark.parametrize("version", ["2024-09-01", "2024-10-01-preview"])
def test_the_real_catalogue(shared: Path, version: str) -> None:
    catalogue = built(shared / "corpus" / "pages").catalogue
    bicep, arm = (TARGETS[name].export(catalogue, {"api-version": version}) for name in ("bicep", "sentinel-arm"))
    check(bicep.files["rules.bicep"], arm.files["template.json"])
    assert bicep.losses == arm.losses


@pytest.mark.parametrize("detection", [ANALYTICS, NRT, HUNTING])
def test_a_file_a_rule(detection: Detection) -> None:
    options = {"layout": "rule", "api_version": "2024-10-01-preview"}
    check(only_file("bicep", detection, **options), only_file("sentinel-arm", detection, **options))


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("rule", [ANALYTICS, HUNTING])
def test_hostile_texts_read_back(rule: Detection, text: str) -> None:
    found = hostile(rule, text)
    check(only_file("bicep", found), only_file("sentinel-arm", found))


@examples(60)
@given(hostile_texts)
def test_any_text_reads_back(text: str) -> None:
    found = hostile(ANALYTICS, text)
    check(only_file("bicep", found), only_file("sentinel-arm", found))


def test_broken_bicep_is_found() -> None:
    text = only_file("bicep", ANALYTICS)
    with pytest.raises(Exception, match="Unexpected"):
        resources(text.replace("'One rule'", "'One' rule'").replace("${prefix}One rule'", "${prefix}One' rule'"))
