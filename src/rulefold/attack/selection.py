"""Which detections of a catalogue a report is about."""

from collections.abc import Collection

from rulefold.model import Catalogue, Detection

SEVERITIES = ("Informational", "Low", "Medium", "High")


def select(catalogue: Catalogue, types: Collection[str] = (), min_severity: str | None = None) -> Catalogue:
    """The detections of these types that are at least this severe; without types, of all.

    Values are compared without case.  Where a least severity is asked for, a detection that states none, or one that is
    none, is left out.
    """
    chosen = {type_.lower() for type_ in types}
    least = SEVERITIES.index(min_severity.capitalize()) if min_severity else None
    kept = [
        detection
        for detection in catalogue.detections
        if (not chosen or (detection.type or "").lower() in chosen) and (least is None or _rank(detection) >= least)
    ]
    return catalogue.model_copy(update={"detections": tuple(kept)})


def _rank(detection: Detection) -> int:
    severity = (detection.severity or "").capitalize()
    return SEVERITIES.index(severity) if severity in SEVERITIES else -1
