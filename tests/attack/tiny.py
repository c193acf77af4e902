"""Snapshots and detections of a few lines, for tests that say themselves what ATT&CK has."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rulefold.attack import Snapshot, Tactic, Technique
from rulefold.attack.snapshot import Ics, children_of
from rulefold.model import Catalogue, Connector, Detection, PageLines, Row, Rows

ROOT = Path(__file__).resolve().parents[2]
ICS = Ics(
    "15.0", frozenset({"inhibit-response-function", "impact"}), {"T0890": "Exploitation for Privilege Escalation"}
)


def snapshot(
    version: str, tactics: Sequence[str], techniques: Mapping[str, str | Technique], domain: str = "enterprise-attack"
) -> Snapshot:
    """A snapshot with these tactic shortnames, and techniques given by their tactics, separated by blanks.

    `→T1` instead of tactics is an id that T1 revoked, `→` one that nothing did, `†` a deprecated one.
    """
    known = {
        id_: stated if isinstance(stated, Technique) else _technique(id_, stated) for id_, stated in techniques.items()
    }
    named = {name: Tactic(f"TA{n:04}", name.replace("-", " ").title(), name) for n, name in enumerate(tactics, 1)}
    return Snapshot(version, domain, named, known, children_of(known.values()), "notice", "a test", ICS)


def _technique(id_: str, stated: str) -> Technique:
    name = f"Name of {id_}"
    if stated.startswith("→"):
        return Technique(id_, name, status="revoked", by=stated[1:] or None)
    return Technique(id_, name, status="deprecated") if stated == "†" else Technique(id_, name, tuple(stated.split()))


def detection(
    key: str = "a",
    tactics: Sequence[str] = (),
    techniques: Sequence[str] = (),
    *,
    type_: str | None = "Analytics",
    triples: int = 1,
    missing: Sequence[tuple[str | None, str | None]] = (),
    query: str = "SecurityEvent",
    tables: Sequence[str] = (),
    connectors: Mapping[str, Sequence[str]] | None = None,
    severity: str | None = None,
    date: str | None = None,
    title: str | None = None,
    url: str | None = None,
) -> Detection:
    """A detection whose rows are the product of its values and of `triples`, but for the missing ones.

    `connectors` are data types by connector; `tables` are those of a connector named Some.
    """
    product = max(1, len(tactics)) * max(1, len(techniques)) * triples
    return Detection(
        id=key,
        key=key,
        title=title or f"Rule {key}",
        type=type_,
        tactics=tuple(tactics),
        techniques=tuple(techniques),
        connectors=tuple(
            Connector(id=name, data_types=tuple(brought), invented=True if name == "CustomConnector" else None)
            for name, brought in (connectors or ({"Some": tables} if tables else {})).items()
        ),
        severity=severity,
        ingested_date=date,
        url=url,
        query=query,
        rows=Rows(
            seen=product - len(missing),
            product=product,
            missing=tuple(Row(tactic=tactic, technique=technique) for tactic, technique in missing),
        ),
        sources=(PageLines(page="Rules_1-21.md", lines=((3, 40), (50, 90))),),
    )


def catalogue(*detections: Detection) -> Catalogue:
    """A catalogue of these detections."""
    return Catalogue(rulefold="test", detections=detections)
