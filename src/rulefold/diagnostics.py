"""What rulefold has to say about its input: a code, a severity, a message, and the place it is about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from rulefold.text import Place


class Severity(StrEnum):
    """How bad it is: an error fails the run, a warning is likely a mistake, a note informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that a diagnostic speaks of, and what stands there."""

    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding.

    `detection` is the key of the detection it is about, where there is one.  `excerpt` is the line of the page that it
    points into.  `hints` say what would help.
    """

    code: str
    severity: Severity
    message: str
    place: Place | None = None
    hints: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    detection: str | None = None
    excerpt: str | None = None

    def about(self, detection: str) -> "Diagnostic":
        """The same finding, told of the detection with this key."""
        return replace(self, detection=detection)


@dataclass(frozen=True, slots=True)
class Code:
    """What a code means: its documentation, and the way to make a diagnostic that carries it."""

    id: str
    name: str
    severity: Severity
    summary: str
    meaning: str
    bad: str
    good: str

    def at(
        self,
        place: Place | None,
        message: str,
        *,
        hints: Sequence[str] = (),
        related: Sequence[Related] = (),
        excerpt: str | None = None,
        severity: Severity | None = None,
    ) -> Diagnostic:
        """A diagnostic of this code; `severity` raises or lowers it."""
        return Diagnostic(
            self.id, severity or self.severity, message, place, tuple(hints), tuple(related), excerpt=excerpt
        )


def count_by_severity(diagnostics: Iterable[Diagnostic]) -> dict[Severity, int]:
    """How many diagnostics there are of each severity, all three named."""
    counts = dict.fromkeys(Severity, 0)
    for diagnostic in diagnostics:
        counts[diagnostic.severity] += 1
    return counts


def selected(diagnostics: Iterable[Diagnostic], select: Sequence[str], ignore: Sequence[str]) -> list[Diagnostic]:
    """The diagnostics whose code starts with one of `select` (all, when it is empty) and with none of `ignore`."""
    keep, drop = tuple(select) or ("",), tuple(ignore)
    return [d for d in diagnostics if d.code.startswith(keep) and not (drop and d.code.startswith(drop))]


def as_data(diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic as JSON-ready data; what is absent is left out."""
    data: dict[str, Any] = {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
    }
    if diagnostic.place:
        data |= _place_data(diagnostic.place)
    if diagnostic.detection:
        data["detection"] = diagnostic.detection
    if diagnostic.hints:
        data["hints"] = list(diagnostic.hints)
    if diagnostic.related:
        data["related"] = [{"message": r.message} | _place_data(r.place) for r in diagnostic.related]
    return data


def _place_data(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line, "column": place.column}
