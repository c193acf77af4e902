"""Which detections are meant: filters by tactic, technique and the like, as options and as one text."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from rulefold.model import Detection

_WAYS: tuple[Callable[[Detection, str], bool], ...] = (
    lambda one, wanted: wanted in (one.key, one.title),
    lambda one, wanted: wanted.lower() in (one.key.lower(), one.id.lower()),
    lambda one, wanted: wanted.lower() == one.title.lower(),
    lambda one, wanted: one.key.lower().startswith(wanted.lower()),
    lambda one, wanted: wanted.lower() in one.title.lower(),
)
# The name of each filter, and the attribute of a detection that it looks at.
FILTERS = {
    "tactic": "tactics",
    "technique": "techniques",
    "platform": "platforms",
    "connector": "connectors",
    "data-type": "data_types",
    "type": "type",
    "severity": "severity",
}
_NEXT = re.compile(r",(?=\s*[a-z-]+\s*=)")


def named(detections: Sequence[Detection], wanted: str) -> list[Detection]:
    """The detections of a name: by key or id, by title, by the beginning of the key, or else by a part of the title."""
    return next((found for way in _WAYS if (found := [one for one in detections if way(one, wanted)])), [])


def parse_filter(text: str) -> dict[str, tuple[str, ...]]:
    """`type=Analytics,severity=High,severity=Low` as values by name.

    A comma within a value stays, unless a name and an equals sign follow it.  Raises ValueError, which says what was
    found and what was expected.
    """
    found: dict[str, tuple[str, ...]] = {}
    for part in _NEXT.split(text):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not value:
            raise ValueError(f"found {part.strip()!r}, expected something like type=Analytics")
        if name not in FILTERS:
            raise ValueError(f"found the name {name!r}, expected one of {', '.join(FILTERS)}")
        found[name] = (*found.get(name, ()), value)
    return found


def combined(filters: Iterable[Mapping[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    """Several filters as one: values of one name stand beside each other."""
    found: dict[str, tuple[str, ...]] = {}
    for one in filters:
        for name, values in one.items():
            found[name] = (*found.get(name, ()), *values)
    return found


def matches(detection: Detection, wanted: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a detection has any of the values of each name that has values.

    Values are compared without case; a technique includes its sub-techniques.
    """
    return all(_has_any(detection, name, values) for name, values in wanted.items() if values)


def _has_any(detection: Detection, name: str, wanted: tuple[str, ...]) -> bool:
    value = getattr(detection, FILTERS[name])
    if name == "connector":
        value = [connector.id for connector in value]
    values = {v.lower() for v in ([value] if isinstance(value, str) else value or ())}
    if name == "technique":
        values |= {v.partition(".")[0] for v in values}
    return any(w.lower() in values for w in wanted)
