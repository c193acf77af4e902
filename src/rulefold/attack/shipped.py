"""The snapshots that come with this package, read when they are first asked for, and MITRE's files in their place.

`scripts/attack_snapshot.py` makes the data.
"""

import bz2
import json
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from rulefold import codes
from rulefold.attack.snapshot import Ics, Release, Snapshot, SnapshotError, Tactic, Technique, children_of
from rulefold.text import Place

VERSIONS = ("18.1", "19.2")
DEFAULT_VERSION = "19.2"


def load(version: str | Path = DEFAULT_VERSION) -> Snapshot:
    """One of VERSIONS, or the STIX 2.0 or 2.1 bundle in a file, named as MITRE's release where it is one.

    Raises SnapshotError where there is no such version or file, or the file is no ATT&CK bundle.
    """
    if version in VERSIONS:
        return shipped(str(version))
    try:
        data = Path(version).read_bytes()
    except (OSError, ValueError) as error:  # a NUL in the name is a ValueError
        message = f"found neither an ATT&CK version nor a readable file in {str(version)!r}, expected"
        hint = f"the versions are {' and '.join(VERSIONS)}"
        raise SnapshotError(
            codes.UNUSABLE_ATTACK.at(None, f"{message} a version or a STIX bundle of ATT&CK", hints=[hint])
        ) from error
    return _from_bundle(Path(version).as_posix(), data)


def _from_bundle(name: str, data: bytes) -> Snapshot:
    from rulefold.attack.stix import read_bundle  # only a run with a file of its own needs it

    try:
        return read_bundle(data, name, releases().get(sha256(data).hexdigest()), ics())
    except ValueError as error:
        raise SnapshotError(codes.UNUSABLE_ATTACK.at(Place(name, 1, 1), str(error))) from error


@cache
def shipped(version: str) -> Snapshot:
    """The snapshot of one of VERSIONS."""
    content = _read(f"enterprise-{version}.json.bz2")
    techniques = {id_: _technique(id_, fields) for id_, fields in content["techniques"].items()}
    return Snapshot(
        version=content["version"],
        domain=content["domain"],
        tactics={shortname: Tactic(id_, name, shortname) for id_, name, shortname in content["tactics"]},
        techniques=techniques,
        children=children_of(techniques.values()),
        notice=content["notice"],
        source=content["source"],
        ics=ics(),
        platforms_from=content.get("platforms_from"),
    )


def _technique(id_: str, fields: dict[str, Any]) -> Technique:
    platforms = fields.get("platforms")
    return Technique(
        id_,
        fields["name"],
        tuple(fields.get("tactics", ())),
        None if platforms is None else tuple(platforms),
        fields.get("status", "active"),
        fields.get("by"),
        {name: tuple(operations) for name, operations in fields.get("logs", {}).items()},
        fields.get("created"),
    )


@cache
def ics() -> Ics:
    """The ids of ATT&CK for ICS."""
    content = _read("ics-15.0.json.bz2")
    return Ics(content["version"], frozenset(content["tactics"]), content["techniques"])


@cache
def releases() -> dict[str, Release]:
    """MITRE's releases by the SHA-256 of their files."""
    content = _read("releases.json.bz2")
    return {digest: Release(domain, tuple(versions), stix) for domain, stix, versions, digest in content["releases"]}


def _read(name: str) -> Any:
    return json.loads(bz2.decompress((files("rulefold.attack") / "data" / name).read_bytes()))
