"""MITRE's own files: a STIX 2.0 or 2.1 bundle of one ATT&CK domain as a snapshot.

The layout is that of github.com/mitre/cti (2.0) and github.com/mitre-attack/attack-stix-data (2.1).  The two differ in
where they state the version of STIX; what is read here they spell alike.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rulefold.attack.snapshot import (
    PERMISSION,
    Ics,
    Release,
    Snapshot,
    Status,
    Tactic,
    Technique,
    children_of,
    notice,
)

Object = Mapping[str, Any]

_ID_SOURCES = {"mitre-attack", "mitre-mobile-attack", "mitre-ics-attack"}
_DOMAINS = {
    "mitre-attack": "enterprise-attack",
    "mitre-mobile-attack": "mobile-attack",
    "mitre-ics-attack": "ics-attack",
}
_TECHNIQUE_ID = re.compile(r"T\d{4}(?:\.\d{3})?")
_TACTIC_ID = re.compile(r"TA\d{4}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_RANK: dict[Status, int] = {"active": 0, "deprecated": 1, "revoked": 2}
# Operations of Azure's resource providers, and cmdlets.  Single words (AssumeRole, FileDownloaded) are left out:
# analytics name them in passing, and queries for many reasons.
_OPERATION = re.compile(
    r"""\b(?:
        [A-Za-z]+\.[A-Za-z]+(?:/[A-Za-z]+){2,}     # Microsoft.Compute/virtualMachines/runCommand/action
      | (?:Add|Clear|Disable|Enable|Get|Grant|Invoke|New|Remove|Search|Set|Start|Stop|Update)-[A-Z][A-Za-z]+
    )\b""",
    re.VERBOSE,
)


def read_bundle(data: bytes, name: str, release: Release | None, ics: Ics) -> Snapshot:
    """A bundle as a snapshot.

    Ids, names, tactics, platforms and what revoked an id come from it alone.  Log sources are those of its analytics
    (since 18); in older bundles the data components that detect a technique stand in their place.
    Raises ValueError, saying what was found, where the bytes are no bundle of ATT&CK.
    """
    objects = _objects(data)
    by_type: defaultdict[str, list[Object]] = defaultdict(list)
    for one in objects:
        by_type[_text(one, "type")].append(one)
    chain = _kill_chain(by_type["attack-pattern"])
    tactics = _tactics(by_type["x-mitre-tactic"], by_type["x-mitre-matrix"])
    techniques = _techniques(by_type, chain, tactics)
    if not tactics or not any(technique.tactics for technique in techniques.values()):
        raise ValueError("found a STIX bundle without tactics and techniques, expected one of ATT&CK")
    return Snapshot(
        version=release.versions[-1] if release else _version(by_type["x-mitre-collection"]),
        domain=_DOMAINS.get(chain, chain),
        tactics=tactics,
        techniques=techniques,
        children=children_of(techniques.values()),
        notice=notice(_copyright(by_type["marking-definition"])),
        source=name,
        ics=ics,
        release=release,
    )


def operations(channel: str) -> tuple[str, ...]:
    """The operations that the channel of a log source names, sorted: `New-InboxRule`."""
    return tuple(sorted(set(_OPERATION.findall(channel))))


def _objects(data: bytes) -> list[Object]:
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"found no JSON ({error}), expected a STIX bundle of ATT&CK") from error
    if not isinstance(content, dict) or content.get("type") != "bundle":
        raise ValueError("found JSON that is no STIX bundle, expected an object with the type 'bundle'")
    return [one for one in _list(content, "objects") if isinstance(one, dict)]


def _text(one: object, key: str) -> str:
    value = one.get(key) if isinstance(one, dict) else None
    return value if isinstance(value, str) else ""


def _list(one: Object, key: str) -> list[Any]:
    value = one.get(key)
    return value if isinstance(value, list) else []


def _texts(one: Object, key: str) -> list[str]:
    return [value for value in _list(one, key) if isinstance(value, str)]


def _attack_id(one: Object, form: re.Pattern[str]) -> str | None:
    for reference in _list(one, "external_references"):
        if _text(reference, "source_name") in _ID_SOURCES and form.fullmatch(_text(reference, "external_id")):
            return _text(reference, "external_id")
    return None


def _status(one: Object) -> Status:
    if one.get("revoked") is True:
        return "revoked"
    return "deprecated" if one.get("x_mitre_deprecated") is True else "active"


def _kill_chain(patterns: Iterable[Object]) -> str:
    """The kill chain of most techniques: that of the domain."""
    names = Counter(_text(phase, "kill_chain_name") for one in patterns for phase in _list(one, "kill_chain_phases"))
    return max(names, key=lambda name: (names[name], name), default="")


def _tactics(found: Iterable[Object], matrices: Iterable[Object]) -> dict[str, Tactic]:
    """Tactics by shortname in the order of the matrices; those that no matrix shows come last, as the file has them."""
    by_ref: dict[str, Tactic] = {}
    for one in found:
        id_, shortname = _attack_id(one, _TACTIC_ID), _text(one, "x_mitre_shortname")
        if id_ and shortname and _status(one) == "active":
            by_ref[_text(one, "id")] = Tactic(id_, _text(one, "name"), shortname)
    shown = [ref for one in matrices if _status(one) == "active" for ref in _texts(one, "tactic_refs")]
    return {by_ref[ref].shortname: by_ref[ref] for ref in (*shown, *by_ref) if ref in by_ref}


def _techniques(by_type: Mapping[str, list[Object]], chain: str, tactics: Mapping[str, Tactic]) -> dict[str, Technique]:
    """Techniques by id, sorted; where two objects have one id, the active one."""
    ids = {_text(one, "id"): id_ for one in by_type["attack-pattern"] if (id_ := _attack_id(one, _TECHNIQUE_ID))}
    by = _revoked_by(by_type["relationship"], ids)
    logs = _logs(by_type, ids)
    techniques: dict[str, Technique] = {}
    for one in by_type["attack-pattern"]:
        if id_ := ids.get(_text(one, "id")):
            technique = _technique(one, id_, _phases(one, chain, tactics), by, logs.get(id_, {}))
            known = techniques.get(id_)
            if known is None or _RANK[technique.status] < _RANK[known.status]:
                techniques[id_] = technique
    return dict(sorted(techniques.items()))


def _technique(
    one: Object, id_: str, tactics: tuple[str, ...], by: Mapping[str, str], logs: Mapping[str, tuple[str, ...]]
) -> Technique:
    status, name = _status(one), _text(one, "name")
    if status != "active":
        return Technique(id_, name, status=status, by=by.get(_text(one, "id")) if status == "revoked" else None)
    platforms = sorted(set(_texts(one, "x_mitre_platforms")) - {"None"})  # as ICS files say that they do not say it
    created = _DATE.match(_text(one, "created"))
    return Technique(id_, name, tactics, tuple(platforms) or None, logs=logs, created=created[0] if created else None)


def _phases(one: Object, chain: str, tactics: Mapping[str, Tactic]) -> tuple[str, ...]:
    stated = {
        _text(phase, "phase_name")
        for phase in _list(one, "kill_chain_phases")
        if _text(phase, "kill_chain_name") == chain
    }
    return tuple(tactic for tactic in tactics if tactic in stated)


def _related(relationships: Iterable[Object], kind: str) -> Iterator[tuple[str, str]]:
    for one in relationships:
        if _text(one, "relationship_type") == kind and _status(one) == "active":
            yield _text(one, "source_ref"), _text(one, "target_ref")


def _revoked_by(relationships: Iterable[Object], ids: Mapping[str, str]) -> dict[str, str]:
    """For each reference of a revoked technique, the id that replaced it."""
    pairs = _related(relationships, "revoked-by")
    return {source: ids[target] for source, target in pairs if target in ids and ids[target] != ids.get(source)}


def _logs(by_type: Mapping[str, list[Object]], ids: Mapping[str, str]) -> dict[str, dict[str, tuple[str, ...]]]:
    """For each technique id the log sources of its analytics with the operations they name, both sorted."""
    sources = _sources(by_type)
    found: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for source, target in _related(by_type["relationship"], "detects"):
        if target in ids:
            for name, channel in sources.get(source, ()):
                found[ids[target]][name].update(operations(channel))
    return {
        id_: {name: tuple(sorted(named)) for name, named in sorted(sources_of.items())}
        for id_, sources_of in found.items()
    }


def _sources(by_type: Mapping[str, list[Object]]) -> dict[str, list[tuple[str, str]]]:
    """For each reference of what detects techniques, its log sources as (name, channel)."""
    analytics = {
        _text(one, "id"): [
            (_text(log, "name").strip(), _text(log, "channel")) for log in _list(one, "x_mitre_log_source_references")
        ]
        for one in by_type["x-mitre-analytic"]
        if _status(one) == "active"
    }
    sources = {
        _text(one, "id"): [log for ref in _texts(one, "x_mitre_analytic_refs") for log in analytics.get(ref, ())]
        for one in by_type["x-mitre-detection-strategy"]
        if _status(one) == "active"
    }
    components = {_text(one, "id"): [(_text(one, "name"), "")] for one in by_type["x-mitre-data-component"]}
    return components | sources


def _version(collections: Iterable[Object]) -> str | None:
    return next((version for one in collections if (version := _text(one, "x_mitre_version"))), None)


def _copyright(markings: Iterable[Object]) -> str:
    """MITRE's copyright designation of the bundle; without a year where the bundle does not say it."""
    statements = (_text(one.get("definition"), "statement") for one in markings)
    statement = next((text for text in statements if "MITRE" in text), "Copyright The MITRE Corporation.")
    return f"{statement}\n{PERMISSION}"
