"""What one detection claims of ATT&CK, and what of it counts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rulefold.attack.matrix import REFUSED, Outcome, is_ics_tactic, meanings, verdict
from rulefold.attack.snapshot import Pair, Snapshot, Standing, Technique
from rulefold.model import Detection


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of one detection in one version of ATT&CK, after migration; all are sets, sorted.

    `declared` are pairs of which both sides are declared, `implied` all pairs of techniques none of whose tactics is.
    `tactic_only` are shortnames of tactics none of whose techniques is declared.  `migrated` are (stated, active) ids.
    `apart` holds by its outcome what counts nowhere, as the detection states it: NO_TACTIC tactics; UNKNOWN, DEPRECATED
    and REVOKED ids; ICS tactics and ids; AMBIGUOUS, a split tactic without a technique that says which part is meant.
    """

    detection: str
    type: str | None
    declared: tuple[Pair, ...]
    implied: tuple[Pair, ...]
    tactic_only: tuple[str, ...]
    migrated: tuple[tuple[str, str], ...]
    apart: Mapping[Outcome, tuple[str, ...]]

    @property
    def techniques(self) -> frozenset[str]:
        """The ids of the techniques of declared pairs."""
        return frozenset(technique for _, technique in self.declared)


def claims(detection: Detection, snapshot: Snapshot) -> Claims:
    """The claims of a detection: its tactics and techniques are sets, and which of them go together ATT&CK says."""
    resolved = {id_: snapshot.resolve(id_) for id_ in detection.techniques}
    active = {found.id: found for resolution in resolved.values() if (found := resolution.active)}
    tactics = [tactic for tactic in detection.tactics if meanings(snapshot, tactic)]
    verdicts = [(tactic, id_, verdict(snapshot, tactic, id_)) for tactic in tactics for id_ in active]
    declared = {found.cell for _, _, found in verdicts if found.cell}
    at_home = {tactic for tactic, _, found in verdicts if found.cell}
    homeless = {tactic: meanings(snapshot, tactic) for tactic in tactics if tactic not in at_home}
    placed = {technique for _, technique in declared}
    undecided = {id_ for _, id_, found in verdicts if found.outcome is Outcome.AMBIGUOUS} - placed
    return Claims(
        detection.key,
        detection.type,
        declared=tuple(sorted(declared)),
        implied=_implied(technique for id_, technique in active.items() if id_ not in placed | undecided),
        tactic_only=tuple(sorted({found[0] for found in homeless.values() if len(found) == 1})),
        migrated=tuple(sorted((id_, r.chain[-1]) for id_, r in resolved.items() if r.standing is Standing.MIGRATED)),
        apart=_apart(detection, snapshot, undecided.union(t for t, found in homeless.items() if len(found) > 1)),
    )


def _implied(techniques: Iterable[Technique]) -> tuple[Pair, ...]:
    return tuple(sorted((tactic, technique.id) for technique in techniques for tactic in technique.tactics))


def _apart(detection: Detection, snapshot: Snapshot, ambiguous: set[str]) -> dict[Outcome, tuple[str, ...]]:
    found: dict[Outcome, set[str]] = {Outcome.AMBIGUOUS: ambiguous} if ambiguous else {}
    for id_ in detection.techniques:
        if outcome := REFUSED.get(snapshot.resolve(id_).standing):
            found.setdefault(outcome, set()).add(id_)
    for tactic in detection.tactics:
        if not meanings(snapshot, tactic):
            outcome = Outcome.ICS if is_ics_tactic(snapshot, tactic) else Outcome.NO_TACTIC
            found.setdefault(outcome, set()).add(tactic)
    return {outcome: tuple(sorted(values)) for outcome, values in found.items()}
