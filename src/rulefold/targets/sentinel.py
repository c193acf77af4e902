"""A detection as Microsoft Sentinel takes it, read once for all targets that end there.

What a rule must be: learn.microsoft.com, "Create scheduled analytics rules" and the alertRules REST API; the schema
tests of Azure-Sentinel.  Nothing is invented: a rule that lacks what Sentinel asks for is refused.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from rulefold.model import Catalogue, Connector, Detection, Schedule
from rulefold.targets.exceeding import called, no_kql, unites_all
from rulefold.targets.frame import Loss, made_id

# The AttackTactic values of the REST API, those of ATT&CK in the order of an attack.
TACTICS = (
    "Reconnaissance",
    "ResourceDevelopment",
    "InitialAccess",
    "Execution",
    "Persistence",
    "PrivilegeEscalation",
    "DefenseEvasion",
    "CredentialAccess",
    "Discovery",
    "LateralMovement",
    "Collection",
    "Exfiltration",
    "CommandAndControl",
    "Impact",
    "PreAttack",
    "ImpairProcessControl",
    "InhibitResponseFunction",
)
SEVERITIES = frozenset(("High", "Medium", "Low", "Informational"))
OPERATORS = {"gt": "GreaterThan", "lt": "LessThan", "eq": "Equal", "ne": "NotEqual"}
MAX_NAME, MAX_DESCRIPTION, MAX_QUERY = 256, 5_000, 10_000
MAX_THRESHOLD = 2**31 - 1  # an int32 of the REST API
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=14)

GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
TECHNIQUE = re.compile(r"T[0-9]{4}(?:\.[0-9]{3})?", re.ASCII)
WHOLE_WORKSPACE = re.compile(r"\b(?:search|union)\s+\*", re.IGNORECASE)

# What Sentinel's rules have and the pages never had.
BEFORE_THE_PAGES = ("entityMappings", "version", "customDetails", "alertDetailsOverride", "eventGroupingSettings")

Kind = Literal["Scheduled", "NRT", "Hunting"]


@dataclass(frozen=True, slots=True)
class Trigger:
    """When a scheduled rule runs, how far it looks back, and what makes it fire."""

    frequency: timedelta
    period: timedelta
    operator: str
    threshold: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A detection that Sentinel can hold.

    A `Scheduled` rule has a trigger, and all but a `Hunting` rule have a severity.  `tactics` are those of the API but
    for a hunting rule, where they are free text; `techniques` have the form of one; `connectors` exist.
    """

    detection: Detection
    id: str
    kind: Kind
    severity: str | None
    trigger: Trigger | None
    tactics: tuple[str, ...]
    techniques: tuple[str, ...]
    connectors: tuple[Connector, ...]


def lost_before(catalogue: Catalogue) -> Iterator[Loss]:
    """What was lost before the pages were written, said once."""
    if catalogue.detections:
        yield from (Loss(None, name, "lost before the pages were written") for name in BEFORE_THE_PAGES)


def without_place(catalogue: Catalogue, *fields: str) -> Iterator[Loss]:
    """Fields of detections that a format has no place for, said once each where a detection has one."""
    for name in fields:
        if any(getattr(detection, name) for detection in catalogue.detections):
            yield Loss(None, name, "the format has no place for it")


def without_invented(catalogue: Catalogue) -> Iterator[Loss]:
    """That connectors which the writer of the pages invented are left out: nothing of a rule is lost with them."""
    if any(connector.invented for detection in catalogue.detections for connector in detection.connectors):
        yield Loss(None, "connectors", "those that the writer of the pages invented are left out")


def unique_ids(catalogue: Catalogue) -> tuple[dict[str, str], list[Loss]]:
    """A GUID for each detection by key: its own, or one made of its key where that is none or not its own.

    Which of these it is follows from the key, and so does not depend on which other rules are looked at.
    """
    ids, losses = {}, []
    for d in catalogue.detections:
        if not GUID.fullmatch(d.id):
            losses.append(_made(d, "not a GUID; one is made of the key"))
        elif d.key.lower() != d.id.lower():
            losses.append(_made(d, "another rule has it; one is made of the key"))
        else:
            ids[d.key] = d.id.lower()
            continue
        ids[d.key] = made_id("rule", d.key)
    return ids, losses


def file_ids(catalogue: Catalogue) -> tuple[dict[str, str], list[Loss]]:
    """A GUID for each detection by key: its own, even where another rule has it, or one made of its key."""
    ids, losses = {}, []
    for d in catalogue.detections:
        ids[d.key] = d.id if GUID.fullmatch(d.id) else made_id("rule", d.key)
        if ids[d.key] != d.id:
            losses.append(_made(d, "not a GUID; one is made of the key"))
    return ids, losses


def _made(detection: Detection, reason: str) -> Loss:
    return Loss(detection.key, "id", reason, detection.id or None)


def read_rules(catalogue: Catalogue, ids: Mapping[str, str]) -> tuple[list[Rule], list[Loss]]:
    """The detections that Sentinel can hold, and what it cannot."""
    rules, losses = [], []
    for detection in catalogue.detections:
        rule, lost = read_rule(detection, ids[detection.key])
        losses += lost
        if rule is not None:
            rules.append(rule)
    return rules, losses


def read_rule(detection: Detection, id_: str) -> tuple[Rule | None, list[Loss]]:
    """A detection as Sentinel takes it; None where it cannot, and then the losses are why."""
    hunting = detection.type == "Hunting"
    faults = [*_faults(detection), *([] if hunting else _analytics_faults(detection))]
    if faults:
        return None, [Loss(detection.key, name, reason, value, refused=True) for name, reason, value in faults]
    trigger = None if hunting or detection.schedule is None else _trigger(detection.schedule)
    rule = Rule(
        detection,
        id_,
        "Hunting" if hunting else "Scheduled" if trigger else "NRT",
        None if hunting else detection.severity,
        trigger,
        detection.tactics if hunting else tuple(t for t in detection.tactics if t in TACTICS),
        tuple(t for t in detection.techniques if TECHNIQUE.fullmatch(t)),
        tuple(c for c in detection.connectors if not c.invented),
    )
    return rule, list(_losses(rule))


Fault = tuple[str, str, str | None]


def _faults(d: Detection) -> Iterator[Fault]:
    """Why Sentinel cannot hold a detection of any type."""
    if d.type not in ("Analytics", "Hunting"):
        yield "type", "neither Analytics nor Hunting", d.type
    if not d.title.strip():
        yield "title", "empty", None
    if not d.query.strip():
        yield "query", "empty", None
    for name, text, most in (
        ("title", d.title, MAX_NAME),
        ("description", d.description, MAX_DESCRIPTION),
        ("query", d.query, None if d.type == "Hunting" else MAX_QUERY),
    ):
        if most is not None and len(text) > most:
            yield name, f"longer than {most:,} characters", f"{len(text):,} characters"


def _analytics_faults(d: Detection) -> Iterator[Fault]:
    if d.severity not in SEVERITIES:
        yield "severity", "none of High, Medium, Low and Informational", d.severity
    if found := WHOLE_WORKSPACE.search(d.query):
        yield "query", "an analytics rule may not search all tables", found[0]
    elif unites_all(d.query):
        yield "query", "an analytics rule may not search all tables", "union"
    if names := called(d, ("adx",)):
        yield "query", "an analytics rule may not ask Azure Data Explorer", ", ".join(names)
    if d.schedule is not None:
        yield from _schedule_faults(d.schedule)


def _schedule_faults(s: Schedule) -> Iterator[Fault]:
    for name, text, duration in (
        ("query_frequency", s.query_frequency, s.frequency),
        ("query_period", s.query_period, s.period),
    ):
        if text is None:
            yield name, "missing from the schedule", None
        elif duration is None:
            yield name, "not a duration", text
        elif not SHORTEST <= duration <= LONGEST or duration % timedelta(minutes=1):
            yield name, "not between 5 minutes and 14 days, in whole minutes", text
    if s.frequency and s.period and s.period < s.frequency:
        yield "query_period", "shorter than the query frequency", s.query_period
    if s.trigger_operator not in OPERATORS:
        yield "trigger_operator", "none of gt, lt, eq and ne", s.trigger_operator
    threshold = s.trigger_threshold
    if not isinstance(threshold, int) or not 0 <= threshold <= MAX_THRESHOLD:
        yield "trigger_threshold", "not a whole number", None if threshold is None else str(threshold)


def _trigger(s: Schedule) -> Trigger | None:
    if not s.frequency or not s.period or not s.trigger_operator or not isinstance(s.trigger_threshold, int):
        return None
    return Trigger(s.frequency, s.period, s.trigger_operator, s.trigger_threshold)


def _losses(rule: Rule) -> Iterator[Loss]:
    d = rule.detection
    yield from no_kql(d)
    if rule.kind == "Hunting":
        if d.severity:
            yield Loss(d.key, "severity", "a hunting query has none", d.severity)
        if d.schedule:
            yield Loss(d.key, "schedule", "a hunting query has none", d.schedule.query_frequency)
    yield from dropped(d, "tactics", "no tactic of Sentinel", d.tactics, rule.tactics)
    yield from dropped(d, "techniques", "not the form of a technique", d.techniques, rule.techniques)


def dropped(d: Detection, name: str, reason: str, before: Iterable[str], after: Iterable[str]) -> Iterator[Loss]:
    """A loss for each value that is not kept."""
    kept = set(after)
    yield from (Loss(d.key, name, reason, value) for value in before if value not in kept)


def iso_duration(duration: timedelta) -> str:
    """A duration in the form of ISO 8601: `PT5M`, `P1D`, `P1DT1H`."""
    hours, seconds = divmod(duration.seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    days = f"{duration.days}D" if duration.days else ""
    parts = ((hours, "H"), (minutes, "M"), (seconds, "S"))
    time = "".join(f"{number}{unit}" for number, unit in parts if number)
    return f"P{days}{'T' + time if time else ''}" if days or time else "PT0S"


def short_duration(duration: timedelta) -> str:
    """A duration in the form of upstream's rules: `5m`, `1d`, `25h`."""
    seconds = duration.days * 86_400 + duration.seconds
    unit, size = next(
        (unit, size) for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)) if not seconds % size
    )
    return f"{seconds // size}{unit}"
