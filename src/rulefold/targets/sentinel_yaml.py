"""Microsoft Sentinel's rules as YAML, one file a rule, in the form of the Azure-Sentinel repository."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from rulefold.model import Catalogue
from rulefold.targets.frame import Emitted, Option, Options
from rulefold.targets.sentinel import (
    Rule,
    file_ids,
    iso_duration,
    lost_before,
    read_rules,
    short_duration,
    without_invented,
    without_place,
)
from rulefold.targets.yaml_text import as_yaml

DURATIONS: dict[str, Callable[[timedelta], str]] = {"upstream": short_duration, "iso": iso_duration}
OPTIONS = (Option("dialect", "how durations are written: 1h, or PT1H", "upstream", tuple(DURATIONS)),)


def emit(catalogue: Catalogue, options: Options) -> Emitted:
    """`analytics/<key>.yaml` and `hunting/<key>.yaml`."""
    ids, made = file_ids(catalogue)
    rules, losses = read_rules(catalogue, ids)
    duration = DURATIONS[options["dialect"]]
    files = {_path(rule): as_yaml(document(rule, duration)) for rule in rules}
    said = (
        *lost_before(catalogue),
        *without_place(catalogue, "platforms", "url", "ingested_date"),
        *without_invented(catalogue),
    )
    return Emitted(files, (*said, *made, *losses))


def _path(rule: Rule) -> str:
    folder = "hunting" if rule.kind == "Hunting" else "analytics"
    return f"{folder}/{rule.detection.key}.yaml"


def document(rule: Rule, duration: Callable[[timedelta], str]) -> dict[str, Any]:
    """A rule with the keys of upstream's rules, in their order; `version` is not known and left out."""
    d = rule.detection
    data: dict[str, Any] = {"id": rule.id, "name": d.title, "description": d.description}
    if rule.severity:
        data["severity"] = rule.severity
    data["requiredDataConnectors"] = [
        {"connectorId": connector.id, "dataTypes": list(connector.data_types)} for connector in rule.connectors
    ]
    if trigger := rule.trigger:
        data["queryFrequency"] = duration(trigger.frequency)
        data["queryPeriod"] = duration(trigger.period)
        data["triggerOperator"] = trigger.operator
        data["triggerThreshold"] = trigger.threshold
    data["tactics"] = list(rule.tactics)
    data["relevantTechniques"] = list(rule.techniques)
    data["query"] = d.query
    if rule.kind != "Hunting":
        data["kind"] = rule.kind
    return data
