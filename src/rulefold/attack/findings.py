"""What is to be said of the ATT&CK claims of a catalogue, each with the place of its detection on the pages."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from rulefold import codes
from rulefold.attack.claims import Claims, claims
from rulefold.attack.ledger import stated_pairs
from rulefold.attack.logs import SOURCES
from rulefold.attack.matrix import Outcome, meanings, verdict
from rulefold.attack.snapshot import Resolution, Snapshot, Standing
from rulefold.diagnostics import Diagnostic, Severity
from rulefold.model import Catalogue, Detection
from rulefold.text import Place

MAX_SHOWN = 3

Operations = Mapping[str, tuple[str, str, frozenset[str]]]

_TECHNIQUE = re.compile(r"T\d{4}(?:\.\d{3})?")
_WORD = re.compile(r"\w+")


def findings(catalogue: Catalogue, snapshot: Snapshot) -> list[Diagnostic]:
    """Everything that is to be said, in the order of the catalogue."""
    operations = operations_of(snapshot)
    return [
        diagnostic.about(detection.key)
        for detection in catalogue.detections
        for diagnostic in _about(detection, snapshot, operations)
    ]


def _about(detection: Detection, snapshot: Snapshot, operations: Operations) -> Iterator[Diagnostic]:
    place, own = _place(detection), claims(detection, snapshot)
    yield from _false_pairs(detection, snapshot, place)
    yield from _tactics(detection, snapshot, own, place)
    yield from _techniques(detection, snapshot, own, place)
    active = {found.id for id_ in detection.techniques if (found := snapshot.resolve(id_).active)}
    for technique, operation, source in suggestions(detection, operations, {id_.partition(".")[0] for id_ in active}):
        name = snapshot.techniques[technique].name
        message = f"found the operation {operation}, which analytics of {snapshot.title} name for {technique} {name}"
        hint = f"the log source is {source}; {technique} is not among the techniques of the rule"
        yield codes.SUGGESTED_TECHNIQUE.at(place, message, hints=[hint])


def _place(detection: Detection) -> Place | None:
    """The first line that states the detection."""
    for source in detection.sources:
        for first, _ in source.lines:
            return Place(source.page, first, 1)
    return None


def _false_pairs(detection: Detection, snapshot: Snapshot, place: Place | None) -> Iterator[Diagnostic]:
    pairs, _ = stated_pairs(detection, snapshot)
    false = [p for p in pairs if verdict(snapshot, p.tactic, p.technique).outcome is Outcome.FALSE_PAIR]
    if false:
        shown = ", ".join(f"{pair.tactic}/{pair.technique}" for pair in false[:MAX_SHOWN])
        more = f" and {len(false) - MAX_SHOWN} more" if len(false) > MAX_SHOWN else ""
        rows = sum(pair.rows or 0 for pair in false)
        count = f"{rows:,} of {detection.rows.seen:,} rows"
        message = f"found {shown}{more} in {count}, which {snapshot.title} does not have"
        yield codes.FALSE_PAIR.at(place, message)


def _tactics(detection: Detection, snapshot: Snapshot, own: Claims, place: Place | None) -> Iterator[Diagnostic]:
    """Tactics under which ATT&CK has none of the techniques of the rule; all in one where the rule has none."""
    if not detection.techniques:
        if tactics := [tactic for tactic in detection.tactics if meanings(snapshot, tactic)]:
            message = f"found {', '.join(tactics)} and no technique"
            yield codes.TACTIC_WITHOUT_TECHNIQUE.at(place, message, severity=Severity.NOTE)
        return
    for tactic in detection.tactics:
        found = meanings(snapshot, tactic)
        names = " and ".join(snapshot.tactics[shortname].name for shortname in found)
        if len(found) > 1 and tactic in own.apart.get(Outcome.AMBIGUOUS, ()):
            message = f"found {tactic}, which {snapshot.title} has split into {names}, and no technique of either"
        elif len(found) == 1 and found[0] in own.tactic_only:
            message = f"found the tactic {tactic} and no technique that {snapshot.title} has under {names}"
        else:
            continue
        yield codes.TACTIC_WITHOUT_TECHNIQUE.at(place, message)


def _techniques(detection: Detection, snapshot: Snapshot, own: Claims, place: Place | None) -> Iterator[Diagnostic]:
    """Techniques that are no longer what they were, or never were, or have none of their tactics in the rule."""
    implied = {technique for _, technique in own.implied}
    for id_ in detection.techniques:
        resolution = snapshot.resolve(id_)
        yield from _standing(snapshot, resolution, place)
        if (active := resolution.active) and active.id in implied:
            names = ", ".join(snapshot.tactics[shortname].name for shortname in active.tactics)
            message = f"found the technique {id_} and none of its tactics in {snapshot.title}: {names}"
            yield codes.TECHNIQUE_WITHOUT_TACTIC.at(place, message)


def _standing(snapshot: Snapshot, resolution: Resolution, place: Place | None) -> Iterator[Diagnostic]:
    id_, title = resolution.chain[0], snapshot.title
    name = f" {resolution.technique.name}" if resolution.technique else ""
    match resolution.standing:
        case Standing.MIGRATED:
            chain = " → ".join(resolution.chain[1:])
            message = f"found {id_}, which {title} has revoked in favour of {chain}{name}"
            yield codes.REVOKED_TECHNIQUE.at(place, message, hints=[f"write {resolution.chain[-1]}"])
        case Standing.REVOKED:
            yield codes.REVOKED_TECHNIQUE.at(place, f"found {id_}, which {title} has revoked without a known successor")
        case Standing.DEPRECATED:
            chain = " → ".join(resolution.chain)
            yield codes.DEPRECATED_TECHNIQUE.at(place, f"found {chain}{name}, which {title} has deprecated")
        case Standing.ICS:
            message = f"found {id_} {snapshot.ics.techniques[id_]}, which is of ATT&CK for ICS"
            yield codes.ICS_TECHNIQUE.at(place, message)
        case Standing.UNKNOWN if _TECHNIQUE.fullmatch(id_):  # of another form it is a malformed id, which folding tells
            yield codes.UNKNOWN_TECHNIQUE.at(place, f"found {id_}, which {title} does not have")


def suggestions(detection: Detection, operations: Operations, families: Collection[str]) -> list[tuple[str, str, str]]:
    """Techniques that a rule may be about and does not name, as (id, operation, log source), by id.

    MITRE's analytics for the technique name an operation that stands in the rule's query, of a log source that the rule
    reads.  `families` are the techniques of the rule, without the number of a sub-technique: there is nothing to
    suggest where the rule names a technique of the same family.
    """
    query = detection.query.lower()
    found = [known for word, known in operations.items() if word in query and _is_whole(word, query)]
    read = _log_sources(detection) if found else frozenset()
    return sorted(
        (technique, operation, min(sources & read))
        for technique, operation, sources in found
        if sources & read and technique.partition(".")[0] not in families
    )


def _is_whole(word: str, query: str) -> bool:
    """Whether a word stands in a query that is no part of a longer one."""
    return re.search(rf"(?<![\w./-]){re.escape(word)}(?![\w./-])", query) is not None


def _log_sources(detection: Detection) -> frozenset[str]:
    """The log sources in the tables of a detection's connectors, and in those that its query names."""
    tables = {table for connector in detection.connectors for table in connector.tables}
    read = SOURCES.keys() & tables.union(_WORD.findall(detection.query))
    return frozenset(name for table in read for name in SOURCES[table])


def operations_of(snapshot: Snapshot) -> Operations:
    """By operation, in lower case, the technique that it tells of, its spelling, and the log sources it stands in.

    An operation that analytics for several techniques name does not tell which of them a rule is about.
    """
    found: defaultdict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for technique in snapshot.active():
        for source, operations in technique.logs.items():
            for operation in operations:
                found[operation.lower()].append((technique.id, operation, source))
    return {
        word: (named[0][0], named[0][1], frozenset(source for _, _, source in named))
        for word, named in found.items()
        if len({technique for technique, _, _ in named}) == 1
    }
