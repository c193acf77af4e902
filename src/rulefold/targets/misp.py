"""A MISP event: an object a rule, by the templates kql-analytics-rule and threat-hunt-query of misp-objects."""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from rulefold.model import Catalogue, Detection
from rulefold.targets.frame import Emitted, Loss, Option, Options, made_id
from rulefold.targets.sentinel import (
    OPERATORS,
    SEVERITIES,
    dropped,
    iso_duration,
    unique_ids,
    without_invented,
    without_place,
)

Json = str | bool | list["Json"] | dict[str, "Json"]


class Template(NamedTuple):
    """A template of misp-objects: what an object by it says of it, and the type of each attribute it may have."""

    name: str
    uuid: str
    version: str
    category: str
    description: str
    attributes: dict[str, str]


ANALYTICS = Template(
    "kql-analytics-rule",
    "f23e6424-ce43-410d-a3b3-7c15e79cf1ac",
    "1",
    "misc",
    "A KQL analytics rule of Microsoft Sentinel or Microsoft Defender XDR.",
    {
        "comment": "comment",
        "data-connector": "text",
        "kind": "text",
        "mitre-attack-tactic": "text",
        "mitre-attack-technique": "text",
        "product": "text",
        "query": "text",
        "query-frequency": "text",
        "query-period": "text",
        "reference": "link",
        "rule-id": "text",
        "rule-name": "text",
        "severity": "text",
        "trigger-operator": "text",
        "trigger-threshold": "counter",
    },
)
HUNTING = Template(
    "threat-hunt-query",
    "0fc943ec-c8fd-4311-b748-249bdef0f7d8",
    "1",
    "threat-hunting",
    "A hunting query in the language of a platform.",
    {"comment": "comment", "data-source": "text", "platform": "text", "query": "text", "query-language": "text"},
)
_CORRELATED = frozenset(("comment",))
_CATEGORIES = {"link": "External analysis"}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

OPTIONS = (Option("event", "the name of the event, of which its id is made", "Detection rules"),)
_MAX_VALUE = 65_535  # bytes of a value in MISP's database


def emit(catalogue: Catalogue, options: Options) -> Emitted:
    """`event.json`: one event, with an object for each rule under the rule's own id."""
    ids, losses = unique_ids(catalogue)
    objects: list[Json] = []
    for d in catalogue.detections:
        faults = list(_faults(d))
        if faults:
            losses += faults
            continue
        template, values = (HUNTING, _hunting(d)) if d.type == "Hunting" else (ANALYTICS, _analytics(d))
        objects.append(_object(d, ids[d.key], template, [(name, value) for name, value in values if value.strip()]))
        losses += _losses(d)
    said = [*without_place(catalogue, "platforms", "ingested_date"), *without_invented(catalogue)]
    if objects:
        said.append(Loss(None, "query", "MISP takes away blanks at both ends of a value"))
    event = _event(options["event"], catalogue, objects)
    text = json.dumps(event, indent=2, ensure_ascii=False) + "\n"
    return Emitted({"event.json": text} if objects else {}, (*said, *losses))


def _faults(d: Detection) -> Iterator[Loss]:
    if d.type not in ("Analytics", "Hunting"):
        yield Loss(d.key, "type", "neither Analytics nor Hunting", d.type, refused=True)
    if not d.query.strip():
        yield Loss(d.key, "query", "empty", refused=True)
    if "\0" in d.query:
        yield Loss(d.key, "query", "has a NUL, which MISP takes away", refused=True)
    for name, text in (("title", d.title), ("description", d.description), ("query", d.query)):
        if len(text.encode()) > _MAX_VALUE:
            yield Loss(d.key, name, f"longer than {_MAX_VALUE:,} bytes", refused=True)


def _losses(d: Detection) -> Iterator[Loss]:
    """What the template of a rule has no place for, and what MISP's database replaces."""
    if d.type == "Hunting":
        reason = "the template of hunting queries has no place for it"
        for name, values in (("tactics", d.tactics), ("techniques", d.techniques)):
            yield from dropped(d, name, reason, values, ())
        for name, value in (("severity", d.severity), ("url", d.url)):
            if value:
                yield Loss(d.key, name, reason, value)
        if d.schedule:
            yield Loss(d.key, "schedule", reason)
    elif d.severity and d.severity not in SEVERITIES:
        yield Loss(d.key, "severity", "none of High, Medium, Low and Informational", d.severity)
    for name, text in (("title", d.title), ("description", d.description)):
        if "\0" in text:
            yield Loss(d.key, name, "has a NUL, which MISP takes away")
    for name, text in (("title", d.title), ("description", d.description), ("query", d.query)):
        if any(ord(character) > 0xFFFF for character in text):
            yield Loss(d.key, name, "MISP replaces characters beyond U+FFFF")


def _event(name: str, catalogue: Catalogue, objects: list[Json]) -> Json:
    dates = [d.ingested_date for d in catalogue.detections if d.ingested_date and _DATE.fullmatch(d.ingested_date)]
    event: dict[str, Json] = {"uuid": made_id("event", name), "info": name}
    if dates:
        event["date"] = max(dates)
    # Undefined threat, finished analysis, and for nobody but the organisation that reads it in.
    event |= {"threat_level_id": "4", "analysis": "2", "distribution": "0", "published": False, "Object": objects}
    return {"Event": event}


def _object(d: Detection, id_: str, template: Template, values: list[tuple[str, str]]) -> Json:
    attributes: list[Json] = [
        {
            "uuid": made_id("attribute", d.key, name, str(number)),
            "object_relation": name,
            "type": template.attributes[name],
            "category": _CATEGORIES.get(template.attributes[name], "Other"),
            "value": value,
            "to_ids": False,
            "disable_correlation": name not in _CORRELATED,
            "distribution": "5",
        }
        for number, (name, value) in enumerate(values)
    ]
    return {
        "uuid": id_,
        "name": template.name,
        "meta-category": template.category,
        "description": template.description,
        "template_uuid": template.uuid,
        "template_version": template.version,
        "distribution": "5",
        "comment": d.title,
        "Attribute": attributes,
    }


def _analytics(d: Detection) -> Iterator[tuple[str, str]]:
    yield "rule-id", d.id
    yield "rule-name", d.title
    yield "comment", d.description
    yield "kind", "Scheduled" if d.schedule else "NRT"
    yield "product", "Microsoft Sentinel"
    yield "severity", d.severity if d.severity in SEVERITIES and d.severity else ""
    if s := d.schedule:
        yield "query-frequency", iso_duration(s.frequency) if s.frequency else ""
        yield "query-period", iso_duration(s.period) if s.period else ""
        yield "trigger-operator", s.trigger_operator if s.trigger_operator in OPERATORS and s.trigger_operator else ""
        yield "trigger-threshold", str(s.trigger_threshold) if isinstance(s.trigger_threshold, int) else ""
    yield from (("mitre-attack-tactic", tactic) for tactic in d.tactics)
    yield from (("mitre-attack-technique", technique) for technique in d.techniques)
    yield from (("data-connector", connector.id) for connector in d.connectors if not connector.invented)
    yield "reference", d.url or ""
    yield "query", d.query


def _hunting(d: Detection) -> Iterator[tuple[str, str]]:
    yield "comment", d.description
    yield "platform", "Microsoft Sentinel"
    yield "query-language", "KQL"
    yield from (("data-source", data_type) for c in d.connectors if not c.invented for data_type in c.data_types)
    yield "query", d.query
