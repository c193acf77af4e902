"""Custom detections of Microsoft Defender XDR: the body of `POST /security/rules/detectionRules`, a file a rule.

A rule is written where it reads one table of Defender and its operators tell what it returns; all else is
refused.  Source: Microsoft Graph, detectionRule, ruleSchedule and alertTemplate; Microsoft Defender XDR, "Create custom
detection rules".  Since October 2026 Graph has `frequency`, `status`, `tactics` and `entityMappings` in the place of
`period`, `isEnabled`, `category` and `impactedAssets`; `fields=deprecated` writes the latter.
"""

import json
import re
from collections.abc import Iterator
from datetime import timedelta

from rulefold.model import Catalogue, Detection
from rulefold.targets.defender_query import NO_COLUMN, NO_TABLE, NOT_TOLD, ONLY_SENTINEL, TABLES, Reading, read_query
from rulefold.targets.frame import Emitted, Loss, Option, Options
from rulefold.targets.sentinel import (
    TACTICS,
    TECHNIQUE,
    dropped,
    iso_duration,
    lost_before,
    read_rule,
    without_place,
)

OPTIONS = (Option("fields", "the fields of Graph since October 2026, or before", "current", ("current", "deprecated")),)

# How often a custom detection runs; none at all stands for continuously.
PERIODS = {
    timedelta(0): "0",
    timedelta(hours=1): "1H",
    timedelta(hours=3): "3H",
    timedelta(hours=12): "12H",
    timedelta(hours=24): "24H",
}
_VERSION = "18.1"  # of ATT&CK, the last one with the tactics that Graph and Sentinel name
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_OTHER_TACTICS = frozenset(("PreAttack", "ImpairProcessControl", "InhibitResponseFunction"))

# Where an entity goes, and as what its column counts there.
_ENTITIES = {
    "device": ("hosts", "deviceIdColumn"),
    "mailbox": ("mailboxes", "primaryAddressColumn"),
    "account": ("accounts", "aadUserIdColumn"),
}
_ASSETS = {"device": "impactedDeviceAsset", "mailbox": "impactedMailboxAsset", "account": "impactedUserAsset"}

Json = str | bool | list["Json"] | dict[str, "Json"]
Tactic = tuple[str | None, tuple[str, ...]]


def emit(catalogue: Catalogue, options: Options) -> Emitted:
    """`detections/<key>.json`."""
    files, losses = {}, []
    deprecated = options["fields"] == "deprecated"
    for d in catalogue.detections:
        reading, faults = _read(d)
        if reading is None:
            losses += faults
            continue
        tactic = _tactic(d)
        losses += _losses(d, tactic, deprecated)
        body = (_deprecated if deprecated else _current)(d, reading, tactic)
        files[f"detections/{d.key}.json"] = json.dumps(body, indent=2, ensure_ascii=False) + "\n"
    said = without_place(catalogue, "id", "platforms", "connectors", "url", "ingested_date")
    return Emitted(files, (*lost_before(catalogue), *said, *losses))


def _read(d: Detection) -> tuple[Reading | None, list[Loss]]:
    """What a rule reads and returns; None with the reasons where it cannot be a custom detection."""
    if d.type == "Hunting":
        return None, [Loss(d.key, "type", "a hunting query has no schedule, and none is invented", refused=True)]
    rule, losses = read_rule(d, d.id)
    faults = [loss for loss in losses if loss.refused]
    if rule is None:
        return None, faults
    faults += [Loss(d.key, name, reason, value, refused=True) for name, reason, value in _schedule_faults(d)]
    reading = read_query(d.query, continuous=d.schedule is None)
    if isinstance(reading, str):
        reason, value = _found(d) or (reading, None) if reading == NOT_TOLD else (reading, None)
        return None, [*faults, Loss(d.key, "query", reason, value, refused=True)]
    return (None if faults else reading), faults


def _found(d: Detection) -> tuple[str, str] | None:
    """Why a query can be no custom detection by what it was found to use; None where nobody read it, or that does."""
    if foreign := [table for table in d.tables or () if table not in TABLES]:
        return NO_TABLE, ", ".join(foreign)
    if foreign := sorted({name for names in (d.columns or {}).values() for name in names if name in ONLY_SENTINEL}):
        return NO_COLUMN, ", ".join(foreign)
    return None


def _schedule_faults(d: Detection) -> Iterator[tuple[str, str, str | None]]:
    if d.schedule is None:
        return
    if d.schedule.frequency not in PERIODS:
        yield "query_frequency", "none of 1, 3, 12 and 24 hours", d.schedule.query_frequency
    if (d.schedule.trigger_operator, d.schedule.trigger_threshold) != ("gt", 0):
        value = f"{d.schedule.trigger_operator} {d.schedule.trigger_threshold}"
        yield "trigger_threshold", "a custom detection fires on any result", value


def _tactic(d: Detection) -> Tactic:
    """The first tactic of a rule, which is all that the service takes, and the techniques that ATT&CK has under it."""
    from rulefold.attack import load  # only where a rule is written

    tactics = [tactic for tactic in d.tactics if tactic in TACTICS and tactic not in _OTHER_TACTICS]
    if not tactics:
        return None, ()
    shortname = _WORDS.sub("-", tactics[0]).lower()
    known = load(_VERSION).techniques
    techniques = (technique for technique in d.techniques if TECHNIQUE.fullmatch(technique) and technique in known)
    return tactics[0], tuple(technique for technique in techniques if shortname in known[technique].tactics)


def _losses(d: Detection, tactic: Tactic, deprecated: bool) -> Iterator[Loss]:
    name, techniques = tactic
    yield from dropped(d, "tactics", "a custom detection has one tactic", d.tactics, [name or ""])
    yield from dropped(
        d, "techniques", "ATT&CK does not have it under the tactic that is kept", d.techniques, techniques
    )
    if deprecated and d.schedule:
        reason = "how far back a custom detection looks follows from how often it runs"
        yield Loss(d.key, "query_period", reason, d.schedule.query_period)


def _current(d: Detection, reading: Reading, tactic: Tactic) -> Json:
    name, techniques = tactic
    template = _template(d)
    if name:
        grouped: dict[str, list[Json]] = {}
        for technique in techniques:
            subs = grouped.setdefault(technique.partition(".")[0], [])
            if "." in technique:
                subs.append(technique)
        listed: list[Json] = [{"technique": parent, "subTechniques": subs} for parent, subs in grouped.items()]
        template["tactics"] = [{"tactic": name, "techniques": listed}]
    collection, column = _ENTITIES[reading.entity]
    template["entityMappings"] = {collection: [{column: reading.column}]}
    schedule: dict[str, Json] = {"frequency": "PT0S"}
    if d.schedule and d.schedule.frequency and d.schedule.period:
        schedule = {"frequency": iso_duration(d.schedule.frequency), "lookback": iso_duration(d.schedule.period)}
    return {
        "displayName": d.title,
        "status": "enabled",
        "queryCondition": {"queryText": d.query},
        "schedule": schedule,
        "detectionAction": {"alertTemplate": template},
    }


def _deprecated(d: Detection, reading: Reading, tactic: Tactic) -> Json:
    name, techniques = tactic
    template = _template(d)
    if name:
        template["category"] = name
    template["mitreTechniques"] = list(techniques)
    asset = {"@odata.type": f"#microsoft.graph.security.{_ASSETS[reading.entity]}", "identifier": _identifier(reading)}
    template["impactedAssets"] = [dict(asset)]
    frequency = d.schedule.frequency if d.schedule and d.schedule.frequency else timedelta(0)
    return {
        "displayName": d.title,
        "isEnabled": True,
        "queryCondition": {"queryText": d.query},
        "schedule": {"period": PERIODS[frequency]},
        "detectionAction": {"alertTemplate": template},
    }


def _template(d: Detection) -> dict[str, Json]:
    return {"title": d.title, "description": d.description, "severity": (d.severity or "").lower()}


def _identifier(reading: Reading) -> str:
    """A column as Graph's enumerations spell it: `deviceId`."""
    return reading.column[0].lower() + reading.column[1:]
