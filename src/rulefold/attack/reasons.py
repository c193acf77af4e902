"""Why a tactic and a technique count, or do not: the sentences of the ledger."""

from collections.abc import Collection
from functools import lru_cache

from rulefold.attack.claims import Claims
from rulefold.attack.matrix import Outcome, Verdict, is_ics_tactic, meanings, verdict
from rulefold.attack.snapshot import Resolution, Snapshot, Standing, Technique


def reason(
    own: Claims, implied: Collection[str], snapshot: Snapshot, tactic: str | None, technique: str | None
) -> tuple[Verdict, str]:
    """What a stated tactic and technique are, and why: what ATT&CK says, and what becomes of those that are no pair.

    `own` are all claims of the detection: a tactic that is no pair with one technique may be one with another.
    `implied` are the ids of its implied techniques.
    """
    found, about = _about(snapshot, tactic, technique)
    if found.cell:
        return found, about
    if tactic and (of_tactic := _about_tactic(own, snapshot, tactic, found)):
        about = f"{about} {of_tactic}"
    if found.resolution and (active := found.resolution.active) and active.id in implied:
        about = f"{about} {active.id} is implied, and shown apart."
    return found, about


@lru_cache(maxsize=65536)
def _about(snapshot: Snapshot, tactic: str | None, technique: str | None) -> tuple[Verdict, str]:
    """What ATT&CK says of a pair, whoever states it."""
    return verdict(snapshot, tactic, technique), _about_technique(snapshot, tactic, technique)


def _about_technique(snapshot: Snapshot, tactic: str | None, technique: str | None) -> str:
    found = verdict(snapshot, tactic, technique)
    match found.resolution:
        case None:
            return "The rule names no technique." if tactic else "The rule names neither a tactic nor a technique."
        case Resolution(Standing.ACTIVE | Standing.MIGRATED, Technique() as active, chain):
            subject = f"{snapshot.title} has {active.id} {active.name}{_former(chain)}"
            return f"{subject} under {_place(snapshot, tactic, found, active)}."
        case resolution:
            return _refusal(snapshot, resolution)


def _former(chain: tuple[str, ...]) -> str:
    """Which ids an active technique has replaced, the oldest last."""
    replaced = ", which in turn replaced ".join(reversed(chain[:-1]))
    return f", which replaced {replaced}," if replaced else ""


def _place(snapshot: Snapshot, tactic: str | None, found: Verdict, technique: Technique) -> str:
    """Under which tactics a technique is, and where it is not as stated."""
    split = f" ({_split(snapshot, tactic)})" if tactic and len(found.tactics) > 1 else ""
    if found.cell:
        return f"{snapshot.tactics[found.cell[0]].name}{split}"
    home = _names(snapshot, technique.tactics, ", ") or "no tactic"
    if found.outcome is Outcome.FALSE_PAIR:
        into = f", into which {tactic} was split" if split else ""
        return f"{home}, not under {_names(snapshot, found.tactics, ' or ')}{into}"
    return f"{home}{split}" + ("; the rule names no tactic" if tactic is None else "")


def _names(snapshot: Snapshot, shortnames: tuple[str, ...], separator: str) -> str:
    return separator.join(snapshot.tactics[shortname].name for shortname in shortnames)


def _split(snapshot: Snapshot, tactic: str) -> str:
    return f"{tactic} was split into {_names(snapshot, meanings(snapshot, tactic), ' and ')}"


def _refusal(snapshot: Snapshot, resolution: Resolution) -> str:
    """Why a technique id counts nowhere."""
    ids = " → ".join(resolution.chain)
    match resolution.standing:
        case Standing.ICS:
            return f"{ids} {snapshot.ics.techniques[ids]} is of ATT&CK for ICS, a matrix of its own."
        case Standing.DEPRECATED:
            return f"{ids} is deprecated in {snapshot.title} and has no successor."
        case Standing.REVOKED:
            return f"{ids} is revoked in {snapshot.title}, and no successor is known."
        case _:
            return f"{snapshot.title} has no {ids}."


def _about_tactic(own: Claims, snapshot: Snapshot, tactic: str, found: Verdict) -> str:
    """What becomes of a tactic that is no pair with any technique of the rule."""
    match found.tactics:
        case ():
            ics = is_ics_tactic(snapshot, tactic)
            return f"{tactic} is {'a tactic of ATT&CK for ICS' if ics else f'no tactic of {snapshot.title}'}."
        case (shortname,):
            return f"{tactic} counts as a tactic only." if shortname in own.tactic_only else ""
        case _ if tactic in own.apart.get(Outcome.AMBIGUOUS, ()):
            parts = _names(snapshot, found.tactics, " or ")
            return f"{tactic} counts nowhere: no technique of the rule says whether it is {parts}."
        case _:
            return ""
