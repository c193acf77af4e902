"""What a tactic and a technique, as a rule states them, are in one version of ATT&CK: pairs, migration, refusals."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rulefold.attack.snapshot import Pair, Resolution, Snapshot, Standing, Technique

# Tactics that MITRE split, by Sentinel's spelling, which has not followed: what became of them.
SPLIT: Mapping[str, tuple[str, ...]] = {"DefenseEvasion": ("stealth", "defense-impairment")}


class Outcome(StrEnum):
    """What becomes of a stated tactic and technique; only DECLARED and MIGRATED count as a pair."""

    DECLARED = "declared"
    MIGRATED = "migrated"
    IMPLIED = "implied"
    TACTIC_ONLY = "tactic-only"
    FALSE_PAIR = "false-pair"
    AMBIGUOUS = "ambiguous"
    NO_TACTIC = "no-tactic"
    ICS = "ics"
    UNKNOWN = "unknown"
    DEPRECATED = "deprecated"
    REVOKED = "revoked"
    ABSENT = "absent"
    UNPLACED = "unplaced"


# What becomes of a technique id that does not stand for an active technique.
REFUSED: Mapping[Standing, Outcome] = {
    Standing.DEPRECATED: Outcome.DEPRECATED,
    Standing.REVOKED: Outcome.REVOKED,
    Standing.ICS: Outcome.ICS,
    Standing.UNKNOWN: Outcome.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a stated tactic and technique are, regardless of what else the rule states.

    `tactics` are the shortnames that the stated tactic can mean, `resolution` is that of the technique, `cell` the pair
    that counts, where one does.
    """

    outcome: Outcome
    tactics: tuple[str, ...]
    resolution: Resolution | None
    cell: Pair | None = None


@lru_cache(maxsize=1024)
def meanings(snapshot: Snapshot, tactic: str) -> tuple[str, ...]:
    """The shortnames that a tactic in Sentinel's spelling can mean: one, two where it was split, none if it is none."""
    for shortname in snapshot.tactics:
        if sentinel_spelling(shortname) == tactic:
            return (shortname,)
    parts = SPLIT.get(tactic, ())
    return parts if all(part in snapshot.tactics for part in parts) else ()


def sentinel_spelling(shortname: str) -> str:
    """`command-and-control` as Sentinel spells it: CommandAndControl."""
    return "".join(word.capitalize() for word in shortname.split("-"))


@lru_cache(maxsize=1024)
def is_ics_tactic(snapshot: Snapshot, tactic: str) -> bool:
    """Whether a tactic in Sentinel's spelling is one of ATT&CK for ICS alone."""
    return not meanings(snapshot, tactic) and tactic in map(sentinel_spelling, snapshot.ics.tactics)


@lru_cache(maxsize=65536)
def verdict(snapshot: Snapshot, tactic: str | None, technique: str | None) -> Verdict:
    """What becomes of a tactic and a technique that stand in one row."""
    tactics = meanings(snapshot, tactic) if tactic else ()
    resolution = snapshot.resolve(technique) if technique else None
    active = resolution.active if resolution else None
    found = [shortname for shortname in tactics if active and shortname in active.tactics]
    if active and resolution and len(found) == 1:
        outcome = Outcome.DECLARED if resolution.standing is Standing.ACTIVE else Outcome.MIGRATED
        return Verdict(outcome, tactics, resolution, (found[0], active.id))
    return Verdict(_refusal(snapshot, tactic, tactics, resolution, found), tactics, resolution)


def _refusal(
    snapshot: Snapshot, tactic: str | None, tactics: tuple[str, ...], resolution: Resolution | None, found: list[str]
) -> Outcome:
    """Why a tactic and a technique are no pair that counts; the technique's reason goes before the tactic's."""
    if resolution and resolution.standing in REFUSED:
        return REFUSED[resolution.standing]
    if tactic is None:
        return Outcome.IMPLIED if resolution else Outcome.ABSENT
    if not tactics:
        return Outcome.ICS if is_ics_tactic(snapshot, tactic) else Outcome.NO_TACTIC
    if resolution is None:
        return Outcome.TACTIC_ONLY if len(tactics) == 1 else Outcome.AMBIGUOUS
    return Outcome.AMBIGUOUS if found else Outcome.FALSE_PAIR


def tactic_names(snapshot: Snapshot, technique: Technique) -> list[str]:
    """The names of the tactics of a technique."""
    return [snapshot.tactics[shortname].name for shortname in technique.tactics]
