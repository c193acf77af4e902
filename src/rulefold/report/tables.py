"""The report as tables: a header and rows for each, written as CSV here and as sheets by `workbook`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from rulefold.attack.coverage import Keys, roll_up
from rulefold.attack.outage import Outage
from rulefold.attack.snapshot import Pair, Technique
from rulefold.csv_text import as_csv
from rulefold.model import Detection
from rulefold.report.contents import Report, in_matrix_order
from rulefold.report.words import APART, PARTS

Row = tuple[str | int | None, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: what it is called, what it shows, its header, and the function that makes its rows."""

    name: str
    summary: str
    header: tuple[str, ...]
    rows: Callable[[Report], Iterable[Row]]


def emit(report: Report) -> Mapping[str, bytes]:
    """`coverage.csv`, `gaps.csv` and `ledger.csv`."""
    return {f"{name}.csv": as_csv(TABLES[name].header, TABLES[name].rows(report)) for name in FILES}


def _coverage(report: Report) -> Iterator[Row]:
    """All cells of the matrix, the empty ones among them."""
    found, snapshot = report.coverage, report.snapshot
    analytics, hunting = found.by_type["Analytics"].declared, found.by_type["Hunting"].declared
    for pair in in_matrix_order(snapshot):
        tactic, technique = snapshot.tactics[pair[0]], snapshot.techniques[pair[1]]
        declared = found.all.declared.get(pair, ())
        under = roll_up(found.all, snapshot, *pair)
        yield (
            *(tactic.shortname, tactic.name, technique.id, technique.name, "; ".join(technique.platforms or ())),
            *(len(declared), len(analytics.get(pair, ())), len(hunting.get(pair, ()))),
            len(found.all.implied.get(pair, ())),
            *(len(under.inherited), under.covered, under.total),
            "; ".join(declared),
        )


def _tactics(report: Report) -> Iterator[Row]:
    found = report.coverage
    for shortname, tactic in report.snapshot.tactics.items():
        counts = [found.by_type[type_].tactics[shortname] for type_ in ("Analytics", "Hunting")]
        yield (
            *(tactic.id, tactic.name, found.all.tactics[shortname].techniques),
            *(number for one in counts for number in (one.covered, len(one.declared), len(one.tactic_only))),
        )


def _gaps(report: Report) -> Iterator[Row]:
    for gap in report.gaps:
        technique = gap.technique
        yield (
            *(str(gap.need), technique.id, technique.name, "; ".join(technique.tactics), _platforms(technique)),
            "; ".join(log.name for log in gap.logs if log.connected),
            "; ".join(log.name for log in gap.logs if not log.connected),
            *("; ".join(gap.tables), "; ".join(gap.logs_of), technique.created),
            "; ".join(gap.implied),
        )


def _platforms(technique: Technique) -> str:
    return "unknown" if technique.platforms is None else "; ".join(technique.platforms)


def _detections(report: Report) -> Iterator[Row]:
    for detection, own in zip(report.coverage.detections, report.coverage.claims, strict=True):
        yield (
            *(detection.key, detection.title, detection.type, detection.severity),
            *("; ".join(detection.tactics), "; ".join(detection.techniques)),
            *(_pairs(own.declared), _pairs(own.implied), "; ".join(own.tactic_only)),
            "; ".join(f"{old} → {new}" for old, new in own.migrated),
            "; ".join(f"{outcome}: {', '.join(values)}" for outcome, values in own.apart.items()),
            "; ".join(connector.id for connector in detection.connectors),
            detection.url,
        )


def _pairs(pairs: Iterable[Pair]) -> str:
    return "; ".join(f"{tactic}/{technique}" for tactic, technique in pairs)


def _ledger(report: Report) -> Iterator[Row]:
    by_key = report.by_key()
    for line in report.coverage.ledger():
        detection: Detection = by_key[line.detection]
        tactic, technique = line.cell or (None, None)
        yield (
            *(line.detection, detection.title, detection.type, line.tactic, line.technique, line.rows),
            *(str(line.outcome), tactic, technique, line.reason),
        )


def _connectors(report: Report) -> Iterator[Row]:
    """Each connector by itself; those that the choice goes without, together, are another matter."""
    for one in report.single_points:
        yield (*one.connectors, len(one.detections), *_losses(one))


def _losses(outage: Outage) -> Iterator[int]:
    for case in (outage.best, outage.worst):
        for type_ in ("Analytics", "Hunting"):
            yield from (len(case[type_].dead), len(case[type_].lost), len(case[type_].weakened))


def _threats(report: Report) -> Iterator[Row]:
    for threat, sights in report.threats:
        for sight in sights:
            active = sight.resolution.active
            name = active.name if active else None
            yield (
                threat.name,
                sight.stated,
                active.id if active else None,
                name,
                str(sight.state),
                _joined(sight.detections),
            )


def _joined(keys: Keys) -> str:
    return "; ".join(keys)


def _figures(report: Report) -> Iterator[Row]:
    """The headline, a line each: what is counted, of which type of detection, how many, and of how many."""
    found = report.coverage
    for type_, own in found.by_type.items():
        line = partial(_figure, type_ or "no type")
        yield line("detections", len(own.detections))
        yield line("detections with a declared pair", len(own.mapped), len(own.detections))
        for part in found.denominators:
            yield line(f"techniques, {PARTS[part.name]}", len(part.covered(own)), len(part.techniques))
        yield line("cells", len(own.declared), len(found.denominators[0].cells))
        yield line("detections that imply a technique", len(own.implying))
        yield line("detections with a tactic only", len(own.naming_only))
        yield line("detections with a migrated id", len(own.migrated))
        for outcome, keys in own.apart.items():
            yield line(f"detections with {APART[outcome]}", len(keys))


def _figure(type_: str, what: str, number: int, of: int | None = None) -> Row:
    return what, type_, number, of, None if not of else f"{100 * number / of:.1f} %"


_COUNTS = ("detections", "analytics", "hunting")
_CASES = tuple(
    f"{case}_{type_}_{what}"
    for case in ("best", "worst")
    for type_ in ("analytics", "hunting")
    for what in ("dead", "lost", "weakened")
)
_UNDER = ("inherited", "subtechniques_covered", "subtechniques")
_TACTIC_COUNTS = tuple(
    f"{type_}_{what}" for type_ in ("analytics", "hunting") for what in ("techniques", "detections", "tactic_only")
)

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        Table("summary", "The figures", ("figure", "type", "number", "of", "share"), _figures),
        Table("tactics", "Tactics", ("tactic", "name", "techniques", *_TACTIC_COUNTS), _tactics),
        Table(
            "coverage",
            "Cells of the matrix",
            ("tactic", "tactic_name", "technique", "name", "platforms", *_COUNTS, "implied", *_UNDER, "keys"),
            _coverage,
        ),
        Table(
            "detections",
            "Detections and their claims",
            (
                *("key", "title", "type", "severity", "tactics", "techniques"),
                *("declared", "implied", "tactic_only", "migrated", "apart", "connectors", "url"),
            ),
            _detections,
        ),
        Table(
            "gaps",
            "Gaps, what takes least first",
            (
                *("need", "technique", "name", "tactics", "platforms", "connected_logs", "other_logs", "tables"),
                *("logs_of", "created", "implied_by"),
            ),
            _gaps,
        ),
        Table("connectors", "What each connector carries", ("connector", "detections", *_CASES), _connectors),
        Table(
            "threats",
            "What is seen of threats",
            ("threat", "stated", "technique", "name", "state", "detections"),
            _threats,
        ),
        Table(
            "ledger",
            "What became of every stated tactic and technique",
            (
                *("detection", "title", "type", "tactic", "technique", "rows", "outcome"),
                *("counted_tactic", "counted_technique", "reason"),
            ),
            _ledger,
        ),
    )
}
FILES = ("coverage", "gaps", "ledger")
