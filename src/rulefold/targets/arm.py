"""Sentinel's rules as Azure resources: what an ARM template and a Bicep file have in common.

Source: the schemas of Microsoft.SecurityInsights/alertRules and Microsoft.OperationalInsights/workspaces/savedSearches
(Azure/azure-resource-manager-schemas, and Azure/azure-rest-api-specs for preview versions); Azure Resource Manager,
"Template limits".
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from rulefold.model import Catalogue
from rulefold.targets.frame import Loss, Option
from rulefold.targets.sentinel import (
    OPERATORS,
    Rule,
    dropped,
    iso_duration,
    lost_before,
    read_rules,
    unique_ids,
    without_invented,
    without_place,
)

# Versions of the alert rules API: in those that are stable there is no NRT rule and no sub-technique.
STABLE = ("2023-11-01", "2024-09-01", "2025-09-01")
PREVIEW = ("2024-10-01-preview", "2025-07-01-preview")
SEARCH_API = "2020-08-01"
WORKSPACE_API = "2022-10-01"
RULE_TYPE = "Microsoft.SecurityInsights/alertRules"
SEARCH_TYPE = "Microsoft.OperationalInsights/workspaces/savedSearches"
WORKSPACE_TYPE = "Microsoft.OperationalInsights/workspaces"
WORKSPACE_HELP = "The Log Analytics workspace of Microsoft Sentinel."
PREFIX_HELP = "What the name of each rule begins with."

MAX_RESOURCES = 800
MAX_SIZE = 4_000_000  # of 4 MiB, in characters as written

API_VERSION = Option("api-version", "of the alert rules", "2024-09-01", (*STABLE, *PREVIEW))
LAYOUT = Option("layout", "one file, or a file a rule", "one", ("one", "rule"))

Value = str | int | bool | list["Value"] | dict[str, "Value"]


@dataclass(frozen=True, slots=True)
class Resource:
    """An alert rule or a saved search; `properties` lack the display name, which a prefix may precede."""

    rule: Rule
    type: str
    api_version: str
    kind: Literal["Scheduled", "NRT"] | None
    properties: dict[str, Value]

    @property
    def path(self) -> str:
        """The path of a file of its own, without its suffix."""
        return f"{'analytics' if self.kind else 'hunting'}/{self.rule.detection.key}"


def resources(catalogue: Catalogue, api_version: str) -> tuple[list[Resource], list[Loss]]:
    """The resources of a catalogue, and what they cannot hold."""
    ids, made = unique_ids(catalogue)
    rules, lost = read_rules(catalogue, ids)
    losses = [
        *lost_before(catalogue),
        *without_place(catalogue, "platforms", "url", "ingested_date", "connectors"),
        *without_invented(catalogue),
        *made,
        *lost,
    ]
    found = []
    for rule in rules:
        if rule.kind == "NRT" and api_version not in PREVIEW:
            losses.append(Loss(rule.detection.key, "schedule", "near-real-time rules need a preview API", refused=True))
        elif rule.kind == "Hunting":
            found.append(Resource(rule, SEARCH_TYPE, SEARCH_API, None, _saved_search(rule)))
        else:
            found.append(Resource(rule, RULE_TYPE, api_version, rule.kind, _alert_rule(rule, api_version)))
            if api_version not in PREVIEW:
                losses += sub_techniques_lost(rule, "sub-techniques need a preview API; the technique is kept")
    return found, losses


def parents(techniques: Iterable[str]) -> list[str]:
    """The techniques, each once, with their own in the place of sub-techniques."""
    return list(dict.fromkeys(technique.partition(".")[0] for technique in techniques))


def sub_techniques_lost(rule: Rule, reason: str) -> Iterator[Loss]:
    """A loss for each sub-technique of a rule."""
    return dropped(rule.detection, "techniques", reason, rule.techniques, parents(rule.techniques))


def _alert_rule(rule: Rule, api_version: str) -> dict[str, Value]:
    d = rule.detection
    properties: dict[str, Value] = {
        "description": d.description,
        "severity": rule.severity or "",
        "enabled": True,
        "query": d.query,
    }
    if trigger := rule.trigger:
        properties |= {
            "queryFrequency": iso_duration(trigger.frequency),
            "queryPeriod": iso_duration(trigger.period),
            "triggerOperator": OPERATORS[trigger.operator],
            "triggerThreshold": trigger.threshold,
        }
    # The API wants both; five hours is what its documentation and its tools write where there is no suppression.
    properties |= {"suppressionDuration": "PT5H", "suppressionEnabled": False}
    properties |= {"tactics": list(rule.tactics), "techniques": list(parents(rule.techniques))}
    subs: list[Value] = [technique for technique in rule.techniques if "." in technique]
    if api_version in PREVIEW and subs:
        properties["subTechniques"] = subs
    return properties


def _saved_search(rule: Rule) -> dict[str, Value]:
    d = rule.detection
    tags = {"description": d.description, "tactics": ",".join(rule.tactics), "techniques": ",".join(rule.techniques)}
    return {
        "category": "Hunting Queries",
        "query": d.query,
        "version": 2,
        "tags": [{"name": name, "value": value} for name, value in tags.items() if value],
    }


def numbered(name: str, suffix: str, texts: list[str]) -> dict[str, str]:
    """Texts as files: under the name where there is one, or numbered from 1."""
    if len(texts) == 1:
        return {f"{name}{suffix}": texts[0]}
    return {f"{name}-{number}{suffix}": text for number, text in enumerate(texts, 1)}


def groups(texts: Iterable[str]) -> list[list[str]]:
    """Resources as written, in groups that each fit into one template."""
    found: list[list[str]] = []
    size = 0
    for text in texts:
        if not found or len(found[-1]) == MAX_RESOURCES or size + len(text) > MAX_SIZE:
            found.append([])
            size = 0
        found[-1].append(text)
        size += len(text)
    return found
