"""Threats: each technique with what is seen of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rulefold.attack.threats import Sight, State, Threat
from rulefold.html_text.words import Cut, cut
from rulefold.report.page.index import Index, Reference
from rulefold.report.page.matrix import Matrix

_LISTED, _TECHNIQUES, _DETECTIONS = 50, 1_000, 20  # threats, techniques of one, detections of a technique

STATES: Mapping[State, tuple[str, str]] = {
    State.ALERTED: ("●", "alerted on"),
    State.DECLARED: ("○", "hunted for, not alerted on"),
    State.PARTLY: ("◔", "only sub-techniques declared"),
    State.IMPLIED: ("◌", "implied"),
    State.NONE: ("–", "nothing"),
    State.UNKNOWN: ("?", "not in this version of ATT&CK"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A technique of a threat: as stated and as it is now, where the page tells of it, its state, its detections."""

    stated: str
    id: str
    name: str
    href: str | None
    glyph: str
    state: str
    detections: Cut[Reference]


@dataclass(frozen=True, slots=True)
class ThreatView:
    """A threat, how many of its techniques are in which state, and the techniques, the worst seen first."""

    id: str
    name: str
    total: int
    counts: tuple[tuple[str, str, int], ...]
    techniques: Cut[Seen]


def threats_view(found: Sequence[tuple[Threat, tuple[Sight, ...]]], matrix: Matrix, index: Index) -> Cut[ThreatView]:
    """The threats in the order given."""
    listed = cut(found, _LISTED)
    views = [_threat(n, threat, sights, matrix, index) for n, (threat, sights) in enumerate(listed.items, 1)]
    return Cut(views, listed.more)


def _threat(n: int, threat: Threat, sights: Sequence[Sight], matrix: Matrix, index: Index) -> ThreatView:
    counts = Counter(sight.state for sight in sights)
    worst = {state: place for place, state in enumerate(reversed(State))}
    ordered = sorted(sights, key=lambda sight: (worst[sight.state], sight.stated))
    listed = cut(ordered, _TECHNIQUES)
    return ThreatView(
        f"threat-{n}",
        threat.name,
        len(sights),
        tuple((*STATES[state], counts[state]) for state in State if counts[state]),
        Cut([_seen(sight, matrix, index) for sight in listed.items], listed.more),
    )


def _seen(sight: Sight, matrix: Matrix, index: Index) -> Seen:
    active = sight.resolution.active
    return Seen(
        sight.stated,
        active.id if active else "",
        active.name if active else "",
        matrix.technique_href(active.id) if active else None,
        *STATES[sight.state],
        index.references(sight.detections, _DETECTIONS),
    )
