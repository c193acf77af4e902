"""A STIX 2.1 bundle: an indicator a rule, which indicates the ATT&CK techniques that the rule names.

Source: OASIS, STIX Version 2.1; MITRE's own bundles on how an attack-pattern names its technique.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import quote

from rulefold.model import Catalogue, Detection
from rulefold.targets.frame import Emitted, Loss, Options, made_id
from rulefold.targets.sentinel import TACTICS, TECHNIQUE, dropped, without_place

if TYPE_CHECKING:
    from rulefold.attack import Snapshot

# Tactics of Sentinel that are no phase of the kill chain of ATT&CK for Enterprise.
_OTHER_TACTICS = frozenset(("PreAttack", "ImpairProcessControl", "InhibitResponseFunction"))
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_URL = re.compile(r"https?://\S+")
_URL_SAFE = ":/?#@!$&'()*+,;=%~"

Json = str | list["Json"] | Mapping[str, "Json"]


def emit(catalogue: Catalogue, _: Options) -> Emitted:
    """`bundle.json`: indicators, attack-patterns, and what indicates what; all ids are made of what they stand for."""
    from rulefold.attack import load  # no other target needs it

    indicators: list[Json] = []
    links: list[Json] = []
    first: dict[str, str] = {}
    losses: list[Loss] = []
    for d in catalogue.detections:
        if fault := _fault(d):
            losses.append(fault)
            continue
        time = f"{d.ingested_date}T00:00:00.000Z"
        techniques = [technique for technique in d.techniques if TECHNIQUE.fullmatch(technique)]
        losses += _losses(d, techniques)
        indicators.append(_indicator(d, time))
        links += [_link(d.key, technique, time) for technique in techniques]
        first |= {technique: min(time, first.get(technique, time)) for technique in techniques}
    snapshot = load()
    patterns = [_attack_pattern(technique, snapshot, first[technique]) for technique in sorted(first)]
    said = without_place(catalogue, "platforms", "connectors", "schedule")
    files = {"bundle.json": _bundle([*indicators, *patterns, *links])} if indicators else {}
    return Emitted(files, (*said, *losses))


def _fault(d: Detection) -> Loss | None:
    """Why STIX cannot hold a rule: an indicator has a pattern, and a day from which it is valid."""
    if not d.query.strip():
        return Loss(d.key, "query", "empty", refused=True)
    try:
        date.fromisoformat(d.ingested_date or "")
    except ValueError:
        return Loss(d.key, "ingested_date", "no date, and an indicator has one", d.ingested_date, refused=True)
    return None


def _losses(d: Detection, techniques: list[str]) -> list[Loss]:
    losses = [
        *dropped(d, "techniques", "not the form of a technique", d.techniques, techniques),
        *dropped(d, "tactics", "no tactic of ATT&CK for Enterprise", d.tactics, _tactics(d)),
    ]
    if d.url and not _URL.fullmatch(d.url):
        losses.append(Loss(d.key, "url", "no URL", d.url))
    return losses


def _tactics(d: Detection) -> list[str]:
    return [tactic for tactic in d.tactics if tactic in TACTICS and tactic not in _OTHER_TACTICS]


def _bundle(objects: list[Json]) -> str:
    ids = (str(one["id"]) for one in objects if isinstance(one, Mapping))
    bundle = {"type": "bundle", "id": f"bundle--{made_id('bundle', *ids)}", "objects": objects}
    return json.dumps(bundle, indent=2, ensure_ascii=False) + "\n"


def _object(kind: str, id_: str, time: str) -> dict[str, Json]:
    return {"type": kind, "spec_version": "2.1", "id": id_, "created": time, "modified": time}


def _indicator(d: Detection, time: str) -> dict[str, Json]:
    indicator = _object("indicator", _indicator_id(d.key), time)
    if d.title:
        indicator["name"] = d.title
    if d.description:
        indicator["description"] = d.description
    indicator |= {"pattern": d.query, "pattern_type": "kql", "valid_from": time}
    if tactics := _tactics(d):
        indicator["kill_chain_phases"] = [
            {"kill_chain_name": "mitre-attack", "phase_name": _WORDS.sub("-", tactic).lower()} for tactic in tactics
        ]
    if labels := [label for label in (d.type, d.severity) if label]:
        indicator["labels"] = list(labels)
    reference: dict[str, Json] = {"source_name": "detection-rule"}
    if d.url and _URL.fullmatch(d.url):
        reference["url"] = quote(d.url, safe=_URL_SAFE)
    reference["external_id"] = d.id or d.key
    indicator["external_references"] = [reference]
    return indicator


def _indicator_id(key: str) -> str:
    return f"indicator--{made_id('indicator', key)}"


def _pattern_id(technique: str) -> str:
    return f"attack-pattern--{made_id('technique', technique)}"


def _attack_pattern(technique: str, snapshot: "Snapshot", time: str) -> dict[str, Json]:
    """The technique under its name in ATT&CK, or under its id where ATT&CK does not have it."""
    known = snapshot.techniques.get(technique)
    pattern = _object("attack-pattern", _pattern_id(technique), time)
    pattern["name"] = known.name if known else snapshot.ics.techniques.get(technique, technique)
    url = f"https://attack.mitre.org/techniques/{technique.replace('.', '/')}"
    pattern["external_references"] = [{"source_name": "mitre-attack", "url": url, "external_id": technique}]
    return pattern


def _link(key: str, technique: str, time: str) -> dict[str, Json]:
    link = _object("relationship", f"relationship--{made_id('indicates', key, technique)}", time)
    return link | {
        "relationship_type": "indicates",
        "source_ref": _indicator_id(key),
        "target_ref": _pattern_id(technique),
    }
