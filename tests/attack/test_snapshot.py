"""The shipped snapshots against facts that MITRE published, and how ids resolve."""

import subprocess
import sys
from time import perf_counter

import pytest

from rulefold.attack import VERSIONS, Standing, load
from rulefold.attack.logs import SOURCES
from rulefold.attack.shipped import ics, releases, shipped
from tests.attack.tiny import snapshot

ORDER_18 = [
    *("reconnaissance", "resource-development", "initial-access", "execution", "persistence", "privilege-escalation"),
    *("defense-evasion", "credential-access", "discovery", "lateral-movement", "collection", "command-and-control"),
    *("exfiltration", "impact"),
]
ORDER_19 = [*ORDER_18[:6], "stealth", "defense-impairment", *ORDER_18[7:]]

# Ids that were active in 11.3, the catalogue's time, and are gone in 19.2.
SUCCESSORS_19 = {
    "T1070.001": "T1685.005",
    "T1070.002": "T1685.006",
    "T1562": "T1685",
    "T1562.001": "T1685",
    "T1562.002": "T1685.001",
    "T1562.003": "T1690",
    "T1562.004": "T1686",
    "T1562.006": "T1685",
    "T1562.007": "T1686.001",
    "T1562.008": "T1685.002",
    "T1562.009": "T1688",
    "T1562.010": "T1689",
    "T1574.002": "T1574.001",
}
OLDER = {"T1053.001": "T1053.002", "T1547.011": "T1647"}
CHAINS = [("T1150", "T1547.011", "T1647"), ("T1162", "T1547.011", "T1647"), ("T1073", "T1574.002", "T1574.001")]


@pytest.mark.parametrize(
    ("version", "ids", "active", "cells", "revoked", "deprecated"),
    [("18.1", 835, 691, 887, 132, 12), ("19.2", 858, 697, 872, 149, 12)],
)
def test_the_snapshots_are_whole(
    version: str, ids: int, active: int, cells: int, revoked: int, deprecated: int
) -> None:
    found = load(version)
    statuses = [technique.status for technique in found.techniques.values()]
    assert (len(statuses), statuses.count("active")) == (ids, active)
    assert (statuses.count("revoked"), statuses.count("deprecated")) == (revoked, deprecated)
    assert len(set(found.cells())) == len(list(found.cells())) == cells


@pytest.mark.parametrize(("version", "order"), [("18.1", ORDER_18), ("19.2", ORDER_19)])
def test_tactics_are_in_matrix_order(version: str, order: list[str]) -> None:
    assert list(load(version).tactics) == order


def test_the_split_tactics_have_their_ids() -> None:
    tactics = load("19.2").tactics
    assert (tactics["stealth"].id, tactics["stealth"].name) == ("TA0005", "Stealth")
    assert (tactics["defense-impairment"].id, tactics["defense-impairment"].name) == ("TA0112", "Defense Impairment")
    assert "defense-evasion" not in tactics
    assert load("18.1").tactics["defense-evasion"].id == "TA0005"


@pytest.mark.parametrize("version", VERSIONS)
def test_only_active_techniques_have_cells_and_no_tactic_is_unknown(version: str) -> None:
    found = load(version)
    for technique in found.techniques.values():
        assert set(technique.tactics) <= set(found.tactics)
        assert bool(technique.tactics) == (technique.status == "active")
        assert list(technique.tactics) == sorted(technique.tactics, key=list(found.tactics).index)


def test_no_technique_of_19_is_both_stealth_and_impairment() -> None:
    both = {"stealth", "defense-impairment"}
    assert not [technique.id for technique in load("19.2").active() if both <= set(technique.tactics)]


def test_platforms_of_19_are_those_of_18_and_never_guessed() -> None:
    older, newer = load("18.1"), load("19.2")
    assert (older.platforms_from, newer.platforms_from) == (None, "18.1")
    unknown = {technique.id for technique in newer.active() if technique.platforms is None}
    assert len(unknown) == 23
    assert unknown == set(newer.techniques) - set(older.techniques)
    assert all(technique.platforms for technique in older.active())
    for technique in newer.active():
        if technique.id not in unknown:
            assert technique.platforms == older.techniques[technique.id].platforms
    # MITRE dropped the platform Azure with version 10, and a successor does not inherit from what it replaced.
    assert "Azure" not in older.platforms()
    assert newer.techniques["T1685"].platforms is None


def test_analytics_name_log_sources() -> None:
    found = load("18.1").techniques["T1651"]
    assert set(found.logs) == {"AWS:CloudTrail", "azure:activity", "azure:vmguest"}
    assert found.logs["azure:activity"] == ("Microsoft.Compute/virtualMachines/runCommand/action",)
    assert load("19.2").techniques["T1651"].logs == found.logs


def test_every_log_source_that_a_table_holds_is_one_of_mitre() -> None:
    known = {name for technique in load("18.1").active() for name in technique.logs}
    assert not {name for names in SOURCES.values() for name in names} - known
    assert list(SOURCES) == sorted(SOURCES)


@pytest.mark.parametrize("version", VERSIONS)
def test_mitre_s_notice_is_in_the_data(version: str) -> None:
    notice = load(version).notice
    assert "The MITRE Corporation" in notice.splitlines()[0]
    for words in ("permission of The MITRE Corporation", "royalty-free license", "full defensive coverage"):
        assert words in notice


@pytest.mark.parametrize(("id_", "successor"), SUCCESSORS_19.items())
def test_thirteen_ids_of_the_catalogue_s_time_moved_in_19(id_: str, successor: str) -> None:
    resolution = load("19.2").resolve(id_)
    assert (resolution.standing, resolution.active and resolution.active.id) == (Standing.MIGRATED, successor)
    expected = Standing.MIGRATED if id_ == "T1574.002" else Standing.ACTIVE
    assert load("18.1").resolve(id_).standing is expected


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("id_", "successor"), OLDER.items())
def test_older_successors(version: str, id_: str, successor: str) -> None:
    resolution = load(version).resolve(id_)
    assert (resolution.standing, resolution.chain) == (Standing.MIGRATED, (id_, successor))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("chain", CHAINS)
def test_chains_of_two_hops_are_followed_to_their_end(version: str, chain: tuple[str, ...]) -> None:
    resolution = load(version).resolve(chain[0])
    assert (resolution.standing, resolution.chain) == (Standing.MIGRATED, chain)
    assert resolution.active is load(version).techniques[chain[-1]]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_revoked_id_has_an_active_successor(version: str) -> None:
    found = load(version)
    for technique in found.techniques.values():
        if technique.status == "revoked":
            assert found.resolve(technique.id).standing is Standing.MIGRATED, technique.id


@pytest.mark.parametrize(
    ("id_", "standing"),
    [
        ("T1053.004", Standing.DEPRECATED),  # without successor
        ("T0890", Standing.ICS),
        ("T0853", Standing.ICS),
        ("T9999", Standing.UNKNOWN),
        ("t1570", Standing.UNKNOWN),  # putting the case right is folding's work
        ("TA0001", Standing.UNKNOWN),
        ("", Standing.UNKNOWN),
    ],
)
@pytest.mark.parametrize("version", VERSIONS)
def test_what_stands_for_nothing(version: str, id_: str, standing: Standing) -> None:
    resolution = load(version).resolve(id_)
    assert (resolution.standing, resolution.active, resolution.chain) == (standing, None, (id_,))


@pytest.mark.parametrize(
    ("techniques", "standing", "chain"),
    [
        ({"T1": "→T1"}, Standing.REVOKED, ("T1",)),
        ({"T1": "→T2", "T2": "→T1"}, Standing.REVOKED, ("T1", "T2")),
        ({"T1": "→T2", "T2": "→T3", "T3": "→T2"}, Standing.REVOKED, ("T1", "T2", "T3")),
        ({"T1": "→"}, Standing.REVOKED, ("T1",)),
        ({"T1": "→T9"}, Standing.REVOKED, ("T1",)),
        ({"T1": "→T2", "T2": "†"}, Standing.DEPRECATED, ("T1", "T2")),
        ({"T1": "→T2", "T2": "→T3", "T3": "→T4", "T4": "impact"}, Standing.MIGRATED, ("T1", "T2", "T3", "T4")),
    ],
)
def test_chains_end(techniques: dict[str, str], standing: Standing, chain: tuple[str, ...]) -> None:
    resolution = snapshot("1", ["impact"], techniques).resolve("T1")
    assert (resolution.standing, resolution.chain) == (standing, chain)
    assert (resolution.active is None) == (standing is not Standing.MIGRATED)


def test_sub_techniques_and_parents() -> None:
    found = load("19.2")
    assert found.subtechniques("T1685") == tuple(f"T1685.00{n}" for n in range(1, 7))
    assert found.parent("T1685.001") == "T1685"
    assert found.parent("T1685") is None
    assert found.subtechniques("T1570") == found.subtechniques("T9999") == ()
    # Revoked sub-techniques belong to nobody: 19 revoked all of Impair Defenses.
    assert found.subtechniques("T1562") == ()
    assert found.parent("T1562.001") is None


def test_ics_is_told_apart_and_is_no_part_of_enterprise() -> None:
    assert (ics().version, len(ics().techniques)) == ("15.0", 95)
    assert "inhibit-response-function" in ics().tactics
    for version in VERSIONS:
        assert not set(ics().techniques) & set(load(version).techniques)


def test_the_hashes_of_releases_name_the_version_and_the_form() -> None:
    found = {(release.domain, version, release.stix) for release in releases().values() for version in release.versions}
    assert ("enterprise-attack", "20.0", "2.1") in found
    assert ("enterprise-attack", "15.0", "2.0") in found
    # MITRE's table gives 11.2 and 11.3 the same hash, so a file cannot be told to be one of them.
    assert "enterprise-attack 11.2 or 11.3 (STIX 2.0)" in map(str, releases().values())
    assert all(len(digest) == 64 for digest in releases())


@pytest.mark.parametrize("version", VERSIONS)
def test_a_snapshot_loads_in_30_milliseconds(version: str) -> None:
    def once() -> float:
        start = perf_counter()
        shipped.__wrapped__(version)
        return perf_counter() - start

    assert min(once() for _ in range(7)) < 0.03


def test_importing_reads_nothing_and_needs_no_model() -> None:
    code = (
        "import sys, rulefold.attack, rulefold.attack.shipped as s;"
        "assert not s.shipped.cache_info().currsize and not s.ics.cache_info().currsize;"
        "assert not {'rulefold.model', 'pydantic', 'rulefold.attack.stix'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
