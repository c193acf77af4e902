"""Detections by whether they alert: figures that are never added up."""

from collections.abc import Sequence
from dataclasses import dataclass

from rulefold.attack.coverage import Coverage, Figures, figures


@dataclass(frozen=True, slots=True)
class Kind:
    """Detections that alert, that are hunted with, or of any other type.

    `id` is a part of fragments, `glyph` stands for the kind in cells, and `adjective` in words.  `noun` and `nouns` are
    what one and several of them are called.  `types` are those of `Coverage.by_type`.
    """

    id: str
    glyph: str
    adjective: str
    noun: str
    nouns: str
    types: tuple[str, ...]
    figures: Figures


def split(found: Coverage) -> tuple[Kind, ...]:
    """Alerting rules and hunting queries, even where there are none, and the other detections, if there are any."""
    rest = tuple(type_ for type_ in found.by_type if type_ not in ("Analytics", "Hunting"))
    kinds = (
        Kind(
            "alerting", "●", "alerting", "alerting rule", "alerting rules", ("Analytics",), found.by_type["Analytics"]
        ),
        Kind("hunting", "○", "hunting", "hunting query", "hunting queries", ("Hunting",), found.by_type["Hunting"]),
    )
    return (*kinds, _others(found, rest)) if rest else kinds


def _others(found: Coverage, types: Sequence[str]) -> Kind:
    claimed = [own for own in found.claims if (own.type or "") in types]
    own = figures(claimed, found.snapshot)
    return Kind(
        "other", "◇", "of other types", "detection of another type", "detections of other types", tuple(types), own
    )
