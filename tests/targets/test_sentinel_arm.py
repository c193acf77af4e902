"""ARM templates, judged by the official schemas, and by checks of ours where these are blind or there are none.

The schemas know no preview version, no duration and no form of a technique.
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from referencing import Registry
from referencing.jsonschema import DRAFT4

from rulefold.model import Detection, parse_duration
from rulefold.targets import TARGETS
from rulefold.targets.arm import MAX_RESOURCES, PREVIEW, STABLE
from tests.conftest import examples
from tests.pages_text import built, guid
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

HOST = "https://schema.management.azure.com/schemas"
TACTICS = {
    *("Reconnaissance", "ResourceDevelopment", "InitialAccess", "Execution", "Persistence", "PrivilegeEscalation"),
    *("DefenseEvasion", "CredentialAccess", "Discovery", "LateralMovement", "Collection", "Exfiltration"),
    *("CommandAndControl", "Impact", "PreAttack", "ImpairProcessControl", "InhibitResponseFunction"),
}


@cache
def schemas(shared: Path) -> dict[str, Any]:
    """The official schemas by their ids; a resource in a template is judged by the schema of its own type."""
    found = {}
    for path in (shared / "schemas" / "arm").glob("*.json"):
        schema = json.loads(path.read_text(encoding="utf-8"))
        found[schema["id"].rstrip("#")] = schema
    found[f"{HOST}/2019-04-01/deploymentTemplate.json"]["definitions"]["resource"] = {
        "$ref": "#/definitions/ARMResourceBase"
    }
    return found


@cache
def validator(shared: Path, reference: str) -> Any:
    contents = schemas(shared)
    found = [(uri, DRAFT4.create_resource(schema)) for uri, schema in contents.items()]
    registry: Any = Registry().with_resources([*found, *((f"{uri}#", one) for uri, one in found)])
    return jsonschema.Draft4Validator({"$ref": f"{HOST}/{reference}"}, registry=registry)


def faults(shared: Path, template: dict[str, Any]) -> list[str]:
    """What the official schemas have against a template and its resources."""
    found = list(validator(shared, "2019-04-01/deploymentTemplate.json").iter_errors(template))
    for resource in template["resources"]:
        if resource["type"].endswith("savedSearches"):
            reference = "2020-08-01/Microsoft.OperationalInsights.json#/resourceDefinitions/workspaces_savedSearches"
        else:
            reference = f"{resource['apiVersion']}/Microsoft.SecurityInsights.json#/definitions/ScheduledAlertRule"
        found += validator(shared, reference).iter_errors(resource)
    return [f"{error.json_path}: {error.message[:200]}" for error in found]


def evaluated(value: str, **parameters: str) -> str:
    """An expression of the few kinds that are written, or a text, as Azure Resource Manager reads it."""
    if not (value.startswith("[") and value.endswith("]")):
        return value
    if value.startswith("[["):
        return value[1:]
    call = re.fullmatch(r"\[concat\(parameters\('(\w+)'\), '((?:[^']|'')*)'\)\]", value, re.DOTALL)
    assert call, value
    return parameters[call[1]] + call[2].replace("''", "'")


def strict(resource: dict[str, Any]) -> Iterator[str]:
    """What is wrong with a resource, by the documentation and by what the service refuses."""
    properties = resource["properties"]
    if not 1 <= len(evaluated(properties["displayName"], prefix="")) <= 256:
        yield "displayName"
    if resource["type"].endswith("savedSearches"):
        names = {"category", "displayName", "query", "version", "tags"}
        if properties.keys() != names or properties["category"] != "Hunting Queries" or not properties["query"]:
            yield "saved search"
        if any(set(tag) != {"name", "value"} or not tag["value"] for tag in properties["tags"]):
            yield "tags"
        return
    preview = resource["apiVersion"].endswith("-preview")
    if resource["kind"] not in ({"Scheduled", "NRT"} if preview else {"Scheduled"}):
        yield "kind"
    if len(properties["description"]) > 5_000 or not 1 <= len(evaluated(properties["query"])) <= 10_000:
        yield "length"
    if properties["severity"] not in ("High", "Medium", "Low", "Informational") or properties["enabled"] is not True:
        yield "severity"
    if (properties["suppressionDuration"], properties["suppressionEnabled"]) != ("PT5H", False):
        yield "suppression"
    if not set(properties["tactics"]) <= TACTICS:
        yield "tactics"
    if not all(re.fullmatch(r"T\d{4}", technique) for technique in properties["techniques"]):
        yield "techniques"
    subs = properties.get("subTechniques", [])
    if not all(re.fullmatch(r"T\d{4}\.\d{3}", sub) and sub[:5] in properties["techniques"] for sub in subs):
        yield "subTechniques"
    if subs and not preview:
        yield "subTechniques in a stable version"
    yield from strict_schedule(resource["kind"], properties)


def strict_schedule(kind: str, properties: dict[str, Any]) -> Iterator[str]:
    names = {"queryFrequency", "queryPeriod", "triggerOperator", "triggerThreshold"}
    if kind == "NRT":
        if names & properties.keys():
            yield "schedule"
        return
    frequency, period = (parse_duration(properties[name]) for name in ("queryFrequency", "queryPeriod"))
    if not all(properties[name].startswith("P") for name in ("queryFrequency", "queryPeriod")):
        yield "durations"
    if not frequency or not period or not 300 <= frequency.total_seconds() <= period.total_seconds() <= 14 * 86_400:
        yield "durations"
    if properties["triggerOperator"] not in ("GreaterThan", "LessThan", "Equal", "NotEqual"):
        yield "triggerOperator"
    if type(properties["triggerThreshold"]) is not int:
        yield "triggerThreshold"


def check_ids(resources: Iterable[dict[str, Any]]) -> None:
    names = [evaluated(resource["name"], workspace="w") for resource in resources]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"(?:w/)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", name) for name in names)


def resource(detection: Detection, **options: str) -> Any:
    (found,) = json.loads(only_file("sentinel-arm", detection, **options))["resources"]
    return found


@pytest.mark.parametrize("version", [*STABLE, *PREVIEW])
def test_the_real_catalogue_has_no_fault(shared: Path, version: str) -> None:
    emitted = TARGETS["sentinel-arm"].export(built(shared / "corpus" / "pages").catalogue, {"api-version": version})
    template = json.loads(emitted.files["template.json"])
    assert [fault for one in template["resources"] for fault in strict(one)] == []
    check_ids(template["resources"])
    if version in ("2023-11-01", "2024-09-01"):  # of these there are schemas
        assert faults(shared, template) == []
    stable = version in STABLE
    assert (emitted.refused, len(template["resources"])) == ((8, 614) if stable else (0, 622))
    subs = {(loss.detection, loss.value) for loss in emitted.losses if "sub-techniques" in loss.reason}
    held = [sub for one in template["resources"] for sub in one["properties"].get("subTechniques", ())]
    assert (len(subs), len(held)) == ((40, 0) if stable else (0, 41))


def test_a_template_a_rule_says_the_same(shared: Path) -> None:
    catalogue = built(shared / "corpus" / "pages").catalogue
    whole = json.loads(TARGETS["sentinel-arm"].export(catalogue).files["template.json"])["resources"]
    each = TARGETS["sentinel-arm"].export(catalogue, {"layout": "rule"}).files
    assert [resource for text in each.values() for resource in json.loads(text)["resources"]] == whole
    assert sum(path.startswith("hunting/") for path in each) == 415


Change = tuple[str, Any]


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("triggerOperator", "Equals", "triggerOperator"),
        ("queryFrequency", "1h", "durations"),
        ("queryPeriod", "PT1M", "durations"),
        ("techniques", ["T1059.001"], "techniques"),
        ("subTechniques", ["T1059.001"], "subTechniques in a stable version"),
        ("tactics", ["Ransomware"], "tactics"),
        ("query", "x" * 10_001, "length"),
        ("displayName", "x" * 257, "displayName"),
        ("triggerThreshold", 0.0, "triggerThreshold"),
    ],
)
def test_our_checks_find_what_the_service_refuses(name: str, value: object, fault: str) -> None:
    found = resource(ANALYTICS)
    assert list(strict(found)) == []
    found["properties"][name] = value
    assert fault in set(strict(found))


@pytest.mark.parametrize(
    ("name", "value"),
    [("triggerOperator", "Equals"), ("tactics", ["Ransomware"]), ("severity", "high"), ("enabled", 3)],
)
def test_the_schema_finds_what_it_can(shared: Path, name: str, value: object) -> None:
    template = json.loads(only_file("sentinel-arm", ANALYTICS))
    assert faults(shared, template) == []
    template["resources"][0]["properties"][name] = value
    assert faults(shared, template) != []


def test_an_alert_rule() -> None:
    found = resource(ANALYTICS)
    assert (found["type"], found["kind"], found["name"]) == (
        "Microsoft.SecurityInsights/alertRules",
        "Scheduled",
        ANALYTICS.id,
    )
    assert found["scope"] == "[resourceId('Microsoft.OperationalInsights/workspaces', parameters('workspace'))]"
    assert evaluated(found["properties"]["displayName"], prefix="SOC: ") == "SOC: One rule"
    assert found["properties"]["techniques"] == ["T1059"]
    assert [(loss.field, loss.value) for loss in lost(export("sentinel-arm", ANALYTICS))] == [
        ("techniques", "T1059.001")
    ]


def test_a_saved_search() -> None:
    found = resource(HUNTING)
    assert found["type"] == "Microsoft.OperationalInsights/workspaces/savedSearches"
    assert evaluated(found["name"], workspace="mine") == f"mine/{HUNTING.id}"
    assert {tag["name"]: tag["value"] for tag in found["properties"]["tags"]} == {
        "description": "What it finds.",
        "tactics": "Execution,Persistence",
        "techniques": "T1059,T1059.001",
    }
    assert not {"queryFrequency", "severity", "enabled"} & found["properties"].keys()


@pytest.mark.parametrize("version", STABLE)
def test_near_real_time_is_refused_in_a_stable_version(version: str) -> None:
    emitted = export("sentinel-arm", NRT, api_version=version)
    assert refusals(emitted) == [("schedule", "near-real-time rules need a preview API")]
    assert emitted.files == {}


@pytest.mark.parametrize("version", PREVIEW)
def test_a_preview_version_has_near_real_time_and_sub_techniques(version: str) -> None:
    found = resource(NRT, api_version=version)
    assert found["kind"] == "NRT"
    assert (found["properties"]["techniques"], found["properties"]["subTechniques"]) == (["T1059"], ["T1059.001"])
    assert list(strict(found)) == []


@pytest.mark.parametrize(
    ("written", "operator"), [("gt", "GreaterThan"), ("lt", "LessThan"), ("eq", "Equal"), ("ne", "NotEqual")]
)
def test_operators(written: str, operator: str) -> None:
    assert ANALYTICS.schedule
    schedule = ANALYTICS.schedule.model_copy(update={"trigger_operator": written})
    assert resource(changed(ANALYTICS, schedule=schedule))["properties"]["triggerOperator"] == operator


def check(detection: Detection) -> None:
    found = resource(detection)
    properties = found["properties"]
    assert evaluated(properties["displayName"], prefix="") == detection.title
    assert evaluated(properties["query"]) == detection.query
    if detection.type == "Analytics":
        assert evaluated(properties["description"]) == detection.description
    else:
        tags = {tag["name"]: evaluated(tag["value"]) for tag in properties["tags"]}
        assert tags.get("description", "") == detection.description


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("rule", [ANALYTICS, HUNTING])
def test_hostile_texts_read_back(rule: Detection, text: str) -> None:
    check(hostile(rule, text))
    check(
        changed(rule, title=text[:250] if text[:250].strip() else "x", description=text[:5_000], query=f"[{text[:99]}]")
    )


@examples(100)
@given(hostile_texts)
def test_any_text_reads_back(text: str) -> None:
    check(hostile(ANALYTICS, text))


def test_more_resources_than_a_template_holds_make_several() -> None:
    many = [changed(HUNTING, id=guid(n), key=guid(n)) for n in range(MAX_RESOURCES + 1)]
    files = export("sentinel-arm", *many).files
    assert [len(json.loads(text)["resources"]) for text in files.values()] == [MAX_RESOURCES, 1]
    assert list(files) == ["template-1.json", "template-2.json"]


def test_and_so_does_more_text() -> None:
    many = [changed(HUNTING, id=guid(n), key=guid(n), query="x" * 900_000) for n in range(9)]
    files = export("sentinel-arm", *many).files
    assert [len(json.loads(text)["resources"]) for text in files.values()] == [4, 4, 1]
    assert all(len(text.encode()) < 4 * 1024 * 1024 for text in files.values())
