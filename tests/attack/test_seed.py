"""The seed page: 20 rows state four pairs, and one of them is real, in every version of ATT&CK."""

import pytest

from rulefold.attack import Snapshot, load
from rulefold.attack.coverage import coverage
from rulefold.attack.matrix import Outcome
from rulefold.model import Catalogue
from tests.attack.tiny import snapshot

# As MITRE published the two techniques.  Lateral Tool Transfer and Cloud Accounts came in 7 and had the same tactics
# until 19 split Defense Evasion; the two latest versions are the shipped ones.
BEFORE_19 = ["initial-access", "persistence", "privilege-escalation", "defense-evasion", "credential-access"]
FACTS = {"T1570": "lateral-movement", "T1078.004": "defense-evasion persistence privilege-escalation initial-access"}
VERSIONS: dict[str, Snapshot] = {
    version: snapshot(version, [*BEFORE_19, "lateral-movement"], FACTS) for version in ("9", "11.3", "16.1")
} | {version: load(version) for version in ("18.1", "19.2")}

# tactic, technique: is it a pair in 9, 11.3, 16.1, 18.1, 19.2?
PAIRS = [
    ("LateralMovement", "T1570", "yes yes yes yes yes"),
    ("LateralMovement", "T1078.004", "no no no no no"),
    ("CredentialAccess", "T1570", "no no no no no"),
    ("CredentialAccess", "T1078.004", "no no no no no"),
]


@pytest.mark.parametrize(("n", "version"), list(enumerate(VERSIONS)))
@pytest.mark.parametrize(("tactic", "technique", "in_versions"), PAIRS)
def test_one_of_four_pairs_is_real(
    seed: Catalogue, n: int, version: str, tactic: str, technique: str, in_versions: str
) -> None:
    (line,) = [
        line
        for line in coverage(seed, VERSIONS[version]).ledger()
        if (line.tactic, line.technique) == (tactic, technique)
    ]
    expected = in_versions.split()[n] == "yes"
    assert line.outcome is (Outcome.DECLARED if expected else Outcome.FALSE_PAIR)
    assert line.cell == (("lateral-movement", "T1570") if expected else None)


@pytest.mark.parametrize("version", VERSIONS)
def test_what_the_seed_claims(seed: Catalogue, version: str) -> None:
    found = coverage(seed, VERSIONS[version])
    (own,) = found.claims
    evasion = "stealth" if version == "19.2" else "defense-evasion"
    assert own.declared == (("lateral-movement", "T1570"),)
    assert own.tactic_only == ("credential-access",)
    assert own.implied == tuple(
        sorted((tactic, "T1078.004") for tactic in ("initial-access", "persistence", "privilege-escalation", evasion))
    )
    assert (own.migrated, own.apart) == ((), {})
    assert found.all.declared == {("lateral-movement", "T1570"): (own.detection,)}
    assert found.by_type["Hunting"].techniques == {"T1570"}
    assert not found.by_type["Analytics"].detections


@pytest.mark.parametrize("version", VERSIONS)
def test_the_ledger_has_four_lines_for_twenty_rows(seed: Catalogue, version: str) -> None:
    lines = list(coverage(seed, VERSIONS[version]).ledger())
    assert sum(line.rows or 0 for line in lines) == seed.detections[0].rows.seen == 20
    # The page opens with LateralMovement/T1570 at its third row and ends two before the last one.
    assert [line.rows for line in lines] == [4, 6, 6, 4]
    assert sum(line.rows or 0 for line in lines if line.cell is None) == 16
