"""`coverage.json`: the report as data."""

from collections.abc import Iterator, Mapping

from pydantic_core import to_json

from rulefold.attack.claims import Claims
from rulefold.attack.coverage import Coverage, Figures, roll_up
from rulefold.attack.gaps import Gap
from rulefold.attack.outage import Fall, Outage
from rulefold.attack.snapshot import Snapshot
from rulefold.attack.threats import Sight, Threat
from rulefold.model import Detection
from rulefold.report.contents import Report, in_matrix_order
from rulefold.report.document import (
    Attack,
    Cell,
    Claimed,
    CoverageDocument,
    LogSource,
    Lost,
    Missing,
    Seen,
    Selection,
    Share,
    Silence,
    TacticFigures,
    ThreatSeen,
    TypeFigures,
)
from rulefold.version import __version__


def emit(report: Report) -> Mapping[str, bytes]:
    """`coverage.json`."""
    return {"coverage.json": b"".join(_lines(document(report)))}


def _lines(found: CoverageDocument) -> Iterator[bytes]:
    """JSON with a line for each item of a list, so that a changed detection is a changed line."""
    separator = b"{\n"
    for name, value in found:
        if value is None:
            continue
        yield separator + b"  " + to_json(name) + b": "
        if isinstance(value, tuple):
            items = b",\n".join(b"    " + to_json(item, exclude_none=True) for item in value)
            yield b"[\n" + items + b"\n  ]" if items else b"[]"
        else:
            yield to_json(value, exclude_none=True)
        separator = b",\n"
    yield b"\n}\n"


def document(report: Report) -> CoverageDocument:
    """The report as data."""
    found = report.coverage
    return CoverageDocument(
        rulefold=__version__,
        now=report.choice.now.isoformat() if report.choice.now else None,
        attack=_attack(report.snapshot),
        selection=_selection(report),
        types={type_: _type(own, found) for type_, own in found.by_type.items()},
        tactics=tuple(_tactic(found, shortname) for shortname in report.snapshot.tactics),
        cells=tuple(_cells(found)),
        detections=tuple(map(_claimed, found.detections, found.claims)),
        gaps=tuple(map(_missing, report.gaps)),
        connectors=tuple(map(_silence, report.single_points)),
        without=_silence(report.outage) if report.outage else None,
        threats=tuple(_threat(threat, seen) for threat, seen in report.threats),
    )


def _attack(snapshot: Snapshot) -> Attack:
    return Attack(
        version=snapshot.version,
        domain=snapshot.domain,
        source=snapshot.source,
        release=str(snapshot.release) if snapshot.release else None,
        platforms_from=snapshot.platforms_from,
        notice=snapshot.notice,
    )


def _selection(report: Report) -> Selection:
    choice = report.choice
    return Selection(
        types=choice.types,
        min_severity=choice.min_severity,
        platforms=choice.platforms,
        without=choice.without,
        left_out=report.left_out,
    )


def _type(own: Figures, found: Coverage) -> TypeFigures:
    return TypeFigures(
        detections=len(own.detections),
        mapped=len(own.mapped),
        cells=len(own.declared),
        techniques=tuple(
            Share(part=part.name, covered=len(part.covered(own)), of=len(part.techniques), unknown=len(part.unknown))
            for part in found.denominators
        ),
        implied=len(own.implying),
        tactic_only=len(own.naming_only),
        migrated=len(own.migrated),
        apart={outcome: len(keys) for outcome, keys in own.apart.items()},
    )


def _tactic(found: Coverage, shortname: str) -> TacticFigures:
    tactic = found.snapshot.tactics[shortname]
    by_type = {type_: own.tactics[shortname] for type_, own in found.by_type.items()}
    return TacticFigures(
        id=tactic.id,
        name=tactic.name,
        shortname=shortname,
        techniques=found.all.tactics[shortname].techniques,
        covered={type_: one.covered for type_, one in by_type.items()},
        detections={type_: len(one.declared) for type_, one in by_type.items()},
        tactic_only={type_: len(one.tactic_only) for type_, one in by_type.items()},
    )


def _cells(found: Coverage) -> list[Cell]:
    snapshot, cells = found.snapshot, []
    for pair in in_matrix_order(snapshot):
        under = roll_up(found.all, snapshot, *pair)
        implied = found.all.implied.get(pair, ())
        if not (under.direct or under.covered or implied):
            continue
        declared = {type_: own.declared[pair] for type_, own in found.by_type.items() if pair in own.declared}
        cells.append(
            Cell(
                tactic=pair[0],
                technique=pair[1],
                name=snapshot.techniques[pair[1]].name,
                declared=declared,
                implied=implied,
                inherited=under.inherited,
                subtechniques_covered=under.covered,
                subtechniques=under.total,
            )
        )
    return cells


def _claimed(detection: Detection, own: Claims) -> Claimed:
    return Claimed(
        key=detection.key,
        id=detection.id,
        title=detection.title,
        type=detection.type,
        severity=detection.severity,
        tests=detection.tests,
        tactics=detection.tactics,
        techniques=detection.techniques,
        declared=own.declared,
        implied=own.implied,
        tactic_only=own.tactic_only,
        migrated=own.migrated,
        apart={str(outcome): values for outcome, values in own.apart.items()},
    )


def _missing(gap: Gap) -> Missing:
    technique = gap.technique
    return Missing(
        technique=technique.id,
        name=technique.name,
        tactics=technique.tactics,
        need=gap.need,
        platforms=technique.platforms,
        created=technique.created,
        logs=tuple(LogSource(name=log.name, tables=log.tables, connected=log.connected) for log in gap.logs),
        logs_of=gap.logs_of,
        implied=gap.implied,
    )


def _silence(outage: Outage) -> Silence:
    return Silence(
        connectors=outage.connectors,
        detections=outage.detections,
        best={type_: _lost(fall) for type_, fall in outage.best.items()},
        worst={type_: _lost(fall) for type_, fall in outage.worst.items()},
    )


def _lost(fall: Fall) -> Lost:
    weakened = tuple((*pair, before, after) for pair, (before, after) in fall.weakened.items())
    return Lost(dead=fall.dead, lost=fall.lost, weakened=weakened)


def _threat(threat: Threat, seen: tuple[Sight, ...]) -> ThreatSeen:
    return ThreatSeen(name=threat.name, techniques=tuple(map(_seen, seen)))


def _seen(sight: Sight) -> Seen:
    active = sight.resolution.active
    return Seen(
        stated=sight.stated, technique=active.id if active else None, state=sight.state, detections=sight.detections
    )
