"""The head of the page: what the report is about, and its figures, each of which leads to what it counts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rulefold.attack.gaps import Need
from rulefold.html_text.words import Number, counted, joined
from rulefold.report.contents import Report
from rulefold.report.page.claims import ClaimClass
from rulefold.report.page.gaps import NEEDS
from rulefold.report.page.index import STANDINGS, Index, Part, Standing
from rulefold.report.page.kinds import Kind
from rulefold.report.page.techniques import Share, Techniques


@dataclass(frozen=True, slots=True)
class About:
    """What the report is about: sentences for the head of the page."""

    attack: str
    catalogue: str
    pages: str
    chosen: tuple[str, ...]
    tactics: int
    techniques: int
    platforms_from: str | None
    source: str
    now: str | None
    links: bool


@dataclass(frozen=True, slots=True)
class Headline:
    """The first figures of a kind: shares of the matrix, and its detections, those with a declared pair among them."""

    kind: Kind
    shares: tuple[Share, ...]
    detections: Number
    declared: Number


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures.

    `standings` are the detections by their best claim: a title, a meaning, and the number of each kind.  `gaps` are
    numbers with a title and a meaning, what takes least first.
    """

    headlines: tuple[Headline, ...]
    only_hunted: Number
    standings: tuple[tuple[str, str, tuple[Number, ...]], ...]
    claims: tuple[ClaimClass, ...]
    gaps: tuple[tuple[Number, str, str], ...]
    unknown_platforms: int


def about(report: Report) -> About:
    """The head of the page."""
    catalogue, choice, snapshot = report.catalogue, report.choice, report.snapshot
    rows = sum(detection.rows.seen for detection in catalogue.detections)
    return About(
        attack=snapshot.title if snapshot.version else "ATT&CK",
        catalogue=f"{counted(len(catalogue.detections), 'detection')} from {counted(rows, 'row')}",
        pages=_pages(report),
        chosen=tuple(_chosen(report)),
        tactics=len(snapshot.tactics),
        techniques=len({technique for _, technique in snapshot.cells()}),
        platforms_from=snapshot.platforms_from,
        source=str(snapshot.release or snapshot.source),
        now=None if choice.now is None else choice.now.isoformat(" ", "minutes"),
        links=choice.links is not None,
    )


def _pages(report: Report) -> str:
    source = report.catalogue.source
    pages = source.pages[0] if len(source.pages) == 1 else counted(len(source.pages), "page")
    return f"{pages}, SHA-256 {source.sha256[:12]}…" if source.sha256 else pages


def _chosen(report: Report) -> list[str]:
    """What was chosen of the catalogue and of the matrix, as sentences."""
    choice, told = report.choice, []
    if choice.types or choice.min_severity:
        types = f" of type {joined(choice.types, 'or')}" if choice.types else ""
        severity = f" of severity {choice.min_severity} or above" if choice.min_severity else ""
        left_out = f"{counted(report.left_out, 'other')} left out"
        told.append(f"Only detections{types}{severity}: {len(report.coverage.detections):,}, and {left_out}.")
    if choice.platforms:
        told.append(f"Platforms: {joined(choice.platforms)}.")
    if choice.without:
        told.append(
            f"Without the {'connector' if len(choice.without) == 1 else 'connectors'} {joined(choice.without)}."
        )
    return told


def summary_view(
    report: Report, kinds: Sequence[Kind], techniques: Techniques, claims: tuple[ClaimClass, ...], index: Index
) -> Summary:
    """The figures of a report."""
    needs = Counter(gap.need for gap in report.gaps)
    unknown = [one.unknown for one in report.coverage.denominators if one.name == "platforms"]
    return Summary(
        tuple(
            Headline(
                kind,
                techniques.shares[kind.id],
                Number(len(kind.figures.detections), f"rules-{kind.id}"),
                Number(len(kind.figures.mapped), f"rules-{kind.id}-declared"),
            )
            for kind in kinds
        ),
        techniques.only_hunted,
        tuple((*STANDINGS[best], tuple(_standing(part, best) for part in index.parts)) for best in Standing),
        claims,
        tuple((Number(needs[need], f"gaps-{need}"), *NEEDS[need]) for need in Need),
        len(unknown[0]) if unknown else 0,
    )


def _standing(part: Part, best: Standing) -> Number:
    """How many detections of a kind have this as their best claim."""
    total = sum(group.total for group in part.groups if group.standing is best)
    return Number(total, f"rules-{part.kind.id}-{best}")
