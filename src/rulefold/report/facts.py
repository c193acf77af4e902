"""What every format says of a report: what it is about, and what counts."""

from collections.abc import Iterator

from rulefold.attack.coverage import Denominator
from rulefold.report.contents import Report
from rulefold.visible import visible

COUNTS = (
    "A detection counts for a cell if it names both the tactic and the technique and ATT&CK has that pair, revoked ids"
    " taken to their successors. Distinct detections are counted, never rows, and no sub-technique ticks its parent."
    " Rules that alert and queries that hunt are two figures. That a detection is there says nothing of how much it"
    " sees."
)


def facts(report: Report) -> Iterator[tuple[str, str]]:
    """What the report is about, as names and values; what was not chosen is left out."""
    choice, source = report.choice, report.catalogue.source
    yield "ATT&CK", visible(report.snapshot.title)
    if report.snapshot.platforms_from:
        yield "Platforms and log sources", f"ATT&CK {report.snapshot.platforms_from}"
    yield "Catalogue", f"{_counted(len(report.catalogue.detections), 'detection')}, {_pages(len(source.pages))}"
    if source.sha256:
        yield "SHA-256 of the pages", visible(source.sha256)
    if report.left_out:
        yield "Left out by choice", _counted(report.left_out, "detection")
    if choice.types:
        yield "Types", visible(", ".join(choice.types))
    if choice.min_severity:
        yield "Least severity", visible(choice.min_severity)
    if choice.platforms:
        yield "Platforms of the team", visible(", ".join(choice.platforms))
    if choice.without:
        yield "Without connectors", visible(", ".join(choice.without))
    if choice.now:
        yield "As of", choice.now.isoformat(timespec="seconds")
    yield "Made by", f"rulefold {visible(report.catalogue.rulefold)}"


def headline(report: Report) -> Denominator:
    """The part of the matrix that the two figures are a share of: the team's platforms if there are any, or all."""
    by_name = {one.name: one for one in report.coverage.denominators}
    return by_name.get("platforms", by_name["all"])


def share(report: Report, type_: str) -> tuple[int, int]:
    """How many techniques of that part detections of a type declare, of how many."""
    part = headline(report)
    return len(part.covered(report.coverage.by_type[type_])), len(part.techniques)


def percent(part: int, whole: int) -> str:
    """A share in percent, as every format writes it."""
    return f"{100 * part / whole:.1f} %" if whole else "0 of 0"


def designation(report: Report) -> str:
    """MITRE's copyright designation: the first paragraph of the notice."""
    return visible(report.snapshot.notice.partition("\n\n")[0])


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _pages(number: int) -> str:
    return f"{_counted(number, 'page')}" if number else "pages unknown"
