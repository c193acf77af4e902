"""HCL for Terraform, judged by python-hcl2."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from rulefold.model import Detection
from rulefold.targets import TARGETS
from rulefold.targets.sentinel import read_rule
from tests.conftest import examples
from tests.judges import judge
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
)
from tests.targets.test_literals import read_hcl

pytestmark = pytest.mark.judge

RULES = {"Scheduled": "azurerm_sentinel_alert_rule_scheduled", "NRT": "azurerm_sentinel_alert_rule_nrt"}
SEARCH = "azurerm_log_analytics_saved_search"
# The arguments of the provider's documentation that are written, and those it asks for.
REQUIRED = {
    RULES["Scheduled"]: {"name", "log_analytics_workspace_id", "display_name", "severity", "query"},
    RULES["NRT"]: {"name", "log_analytics_workspace_id", "display_name", "severity", "query", "event_grouping"},
    SEARCH: {"name", "log_analytics_workspace_id", "display_name", "category", "query"},
}
SCHEDULE = {"query_frequency", "query_period", "trigger_operator", "trigger_threshold"}
KNOWN = {
    RULES["Scheduled"]: {*REQUIRED[RULES["Scheduled"]], *SCHEDULE, "description", "tactics", "techniques"},
    RULES["NRT"]: {*REQUIRED[RULES["NRT"]], "description", "tactics", "techniques"},
    SEARCH: {*REQUIRED[SEARCH], "tags"},
}


def bare(value: Any) -> Any:
    """A value of python-hcl2, which keeps quotes, adds some around a heredoc, and leaves escapes as they are."""
    match value:
        case str() if value.startswith('"<<') and "\n" in value:
            return read_hcl(value[1:-1])
        case str() if value.startswith('"${var.prefix}'):
            return read_hcl('"' + value.removeprefix('"${var.prefix}'))
        case str() if value.startswith('"'):
            return read_hcl(value)
        case list():
            return [bare(item) for item in value]
        case dict():
            return {name.strip('"'): bare(item) for name, item in value.items() if not name.startswith("__")}
        case _:
            return value


def resources(text: str) -> list[tuple[str, dict[str, Any]]]:
    """The resources of a file as their types with their arguments."""
    found = []
    for block in judge("hcl2").loads(text).get("resource", ()):
        for kind, named in bare(block).items():
            found += [(kind, arguments) for arguments in named.values()]
    return found


def check(detection: Detection, kind: str, arguments: dict[str, Any]) -> None:
    rule, _ = read_rule(detection, guid(1))
    assert rule
    assert kind == RULES.get(rule.kind, SEARCH)
    assert REQUIRED[kind] <= arguments.keys() <= KNOWN[kind]
    assert (arguments["display_name"], arguments["query"]) == (detection.title, detection.query)
    assert arguments["log_analytics_workspace_id"] == "${var.log_analytics_workspace_id}"
    if kind == SEARCH:
        assert arguments["category"] == "Hunting Queries"
        tags = arguments.get("tags", {})
        assert all(len(value.encode()) <= 256 for value in tags.values())
        if len(detection.description.encode()) <= 256:
            assert tags.get("description", "") == detection.description
        return
    assert arguments.get("description", "") == detection.description
    assert arguments["severity"] == detection.severity
    assert arguments.get("tactics", []) == list(rule.tactics)
    assert arguments.get("techniques", []) == list(dict.fromkeys(t.partition(".")[0] for t in rule.techniques))
    assert bool(SCHEDULE & arguments.keys()) == (rule.kind == "Scheduled")


def test_the_real_catalogue(shared: Path) -> None:
    catalogue = built(shared / "corpus" / "pages").catalogue
    emitted = TARGETS["terraform"].export(catalogue)
    assert emitted.refused == 0
    found = resources(emitted.files["main.tf"])
    for detection, (kind, arguments) in zip(catalogue.detections, found, strict=True):
        check(detection, kind, arguments)
    assert len({arguments["name"] for _, arguments in found}) == 622


@pytest.mark.parametrize("detection", [ANALYTICS, NRT, HUNTING])
def test_a_file_a_rule(detection: Detection) -> None:
    files = export("terraform", detection, layout="rule").files
    assert list(files) == ["main.tf", f"rule-{detection.key}.tf"]
    assert resources(files["main.tf"]) == []
    ((kind, arguments),) = resources(files[f"rule-{detection.key}.tf"])
    check(detection, kind, arguments)


def test_a_scheduled_rule() -> None:
    ((_, arguments),) = resources(only_file("terraform", ANALYTICS))
    assert {name: arguments[name] for name in SCHEDULE} == {
        "query_frequency": "PT1H",
        "query_period": "P1D",
        "trigger_operator": "GreaterThan",
        "trigger_threshold": 0,
    }


def test_what_a_tag_cannot_hold_is_told() -> None:
    emitted = export("terraform", changed(HUNTING, description="é" * 129))
    assert [(loss.field, loss.reason) for loss in lost(emitted)] == [
        ("description", "longer than a tag may be, 256 bytes")
    ]
    assert lost(export("terraform", changed(HUNTING, description="é" * 128))) == []


def test_what_terraform_normalises_is_told() -> None:
    decomposed = changed(ANALYTICS, techniques=(), title="Cafe\u0301")
    assert [loss.field for loss in lost(export("terraform", decomposed))] == ["title"]
    assert lost(export("terraform", changed(ANALYTICS, techniques=(), title="Caf\xe9"))) == []


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("rule", [ANALYTICS, NRT, HUNTING])
def test_hostile_texts_read_back(rule: Detection, text: str) -> None:
    found = hostile(rule, text)
    ((kind, arguments),) = resources(only_file("terraform", found))
    check(found, kind, arguments)


@examples(60)
@given(hostile_texts)
def test_any_text_reads_back(text: str) -> None:
    found = hostile(ANALYTICS, text)
    ((kind, arguments),) = resources(only_file("terraform", found))
    check(found, kind, arguments)


def test_broken_hcl_is_found() -> None:
    text = only_file("terraform", ANALYTICS)
    with pytest.raises(Exception, match="Unexpected"):
        resources(text.replace('"High"', '"High'))
