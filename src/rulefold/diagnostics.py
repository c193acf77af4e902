"""What rulefold has to say about its input: a code, a severity, a message, and the place it is about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from rulefold.text import Place

_EXCERPT_WIDTH = 100
_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


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
        """A diagnostic of this code; `severity` raises or lowers it.

        A message may quote bytes of a page that are not UTF-8; they become escapes, for it is written out as UTF-8.
        """
        message = message.encode("utf-8", "backslashreplace").decode()
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


def to_record(diagnostic: Diagnostic) -> list[Any]:
    """A diagnostic, whole, as lists and texts."""
    related = [[one.place, one.message] for one in diagnostic.related]
    hints, severity = list(diagnostic.hints), str(diagnostic.severity)
    head = [diagnostic.code, severity, diagnostic.message, diagnostic.place, hints]
    return [*head, related, diagnostic.detection, diagnostic.excerpt]


def from_record(record: Sequence[Any]) -> Diagnostic:
    """A diagnostic from what `to_record` made of it, as JSON gives that back."""
    code, severity, message, place, hints, related, detection, excerpt = record
    others = tuple(Related(Place(*where), text) for where, text in related)
    where = Place(*place) if place else None
    return Diagnostic(code, Severity(severity), message, where, tuple(hints), others, detection, excerpt)


def render_text(diagnostic: Diagnostic) -> str:
    """A diagnostic as lines of text: place, severity, code and message, and the line of the page with a mark below."""
    head = f"{diagnostic.severity} {diagnostic.code}: {diagnostic.message}"
    lines = [f"{diagnostic.place}: {head}" if diagnostic.place else head]
    if diagnostic.excerpt and diagnostic.place:
        lines += _excerpt_lines(diagnostic.excerpt, diagnostic.place.column - 1)
    lines += [f"  {related.place}: {related.message}" for related in diagnostic.related]
    lines += [f"  help: {hint}" for hint in diagnostic.hints]
    return "\n".join(lines)


def _excerpt_lines(excerpt: str, column: int) -> list[str]:
    """A stretch of the line around a column, and a mark below it."""
    start = max(0, column - _EXCERPT_WIDTH // 2) if len(excerpt) > _EXCERPT_WIDTH else 0
    shown = excerpt[start : start + _EXCERPT_WIDTH].replace("\t", " ")
    return [f"    {shown}", f"    {' ' * (column - start)}^"]


def render_github(diagnostic: Diagnostic) -> str:
    """A diagnostic as a workflow command of GitHub Actions.  Source: GitHub Docs, Workflow commands."""
    level = {"note": "notice"}.get(diagnostic.severity, str(diagnostic.severity))
    properties = {"title": diagnostic.code}
    if place := diagnostic.place:
        properties = {"file": place.file, "line": str(place.line), "col": str(place.column)} | properties
    joined = ",".join(f"{key}={_property_text(value)}" for key, value in properties.items())
    return f"::{level} {joined}::{_command_text(diagnostic.message)}"


def _command_text(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property_text(text: str) -> str:
    return _command_text(text).replace(":", "%3A").replace(",", "%2C")


def sarif(diagnostics: Sequence[Diagnostic], codes: Iterable[Code], version: str) -> dict[str, Any]:
    """Diagnostics as a SARIF 2.1.0 log.  Source: OASIS, Static Analysis Results Interchange Format 2.1.0."""
    rules = list(codes)
    index = {code.id: n for n, code in enumerate(rules)}
    driver = {"name": "rulefold", "version": version, "rules": [_sarif_rule(code) for code in rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(diagnostic, index) for diagnostic in diagnostics],
    }
    return {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}


def _sarif_rule(code: Code) -> dict[str, Any]:
    return {
        "id": code.id,
        "name": code.name,
        "shortDescription": {"text": code.summary},
        "fullDescription": {"text": code.meaning},
        "defaultConfiguration": {"level": code.severity.value},
    }


def _sarif_result(diagnostic: Diagnostic, index: dict[str, int]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": index[diagnostic.code],
        "level": diagnostic.severity.value,
        "message": {"text": diagnostic.message},
    }
    if diagnostic.place:
        result["locations"] = [_sarif_location(diagnostic.place)]
    if diagnostic.related:
        result["relatedLocations"] = [
            {"id": n, "message": {"text": related.message}} | _sarif_location(related.place)
            for n, related in enumerate(diagnostic.related)
        ]
    return result


def _sarif_location(place: Place) -> dict[str, Any]:
    artifact = {"uri": quote(place.file)}
    region = {"startLine": place.line, "startColumn": place.column}
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}
