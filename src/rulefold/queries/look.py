"""What is to be said of a rule's query, by itself and in view of what the rule declares."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from rulefold import codes
from rulefold.diagnostics import Severity
from rulefold.kql import Analysis, QueryDiagnostic
from rulefold.kql.analyse import analysed
from rulefold.kql.faults import Stage, fault
from rulefold.kql.habits import habits, timeless_joins
from rulefold.kql.parse import parse
from rulefold.kql.types import Type
from rulefold.model import Detection
from rulefold.text import Span
from rulefold.workspace import Workspace

_ENTITIES = frozenset(
    f"{name}CustomEntity"
    for name in ("Account", "Host", "IP", "URL", "FileHash", "Algorithm", "Process", "File", "Dns", "AzureResource")
    + ("CloudApplication", "Mailbox", "MailCluster", "MailMessage", "Malware", "RegistryKey", "RegistryValue")
    + ("SecurityGroup", "SubmissionMail")
)
# What a workspace lacks is no fault of the rule: it is a note in a build, and told once a table there.
_LACKING = frozenset({codes.UNKNOWN_TABLE.id, codes.UNKNOWN_FUNCTION.id})


@dataclass(frozen=True, slots=True)
class Looked:
    """What a query uses, and what is to be said of it."""

    tables: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    functions: tuple[str, ...]
    found: tuple[QueryDiagnostic, ...]


def look(detection: Detection, workspace: Workspace) -> Looked:
    """Look at the query of a detection.

    Names are held against the tables of the workspace only where it has any; what a table or a function that it lacks
    would give is not known, and told as a note.
    """
    query, faults = parse(detection.query)
    analysis = analysed(query, faults, workspace.tables, workspace.functions)
    found = [_lenient(one, workspace) for one in analysis.diagnostics]
    if not faults:
        found += habits(query)
        found += _declared(detection, analysis)
        found += _beyond(detection, analysis)
        found += _entities(detection, analysis)
        if detection.type == "Hunting":
            found += timeless_joins(query)
    told = sorted((one for one in found if one is not None), key=lambda one: one.span)
    tables = tuple(sorted({*analysis.tables, *analysis.missing_tables}))
    return Looked(tables, analysis.fields, analysis.functions, tuple(told))


def _lenient(one: QueryDiagnostic, workspace: Workspace) -> QueryDiagnostic | None:
    """A finding as it is told of a rule: what the workspace does not have is a note, or nothing where it has nothing."""
    if one.code in _LACKING:
        return replace(one, severity=Severity.NOTE) if workspace.tables else None
    return one


def _declared(detection: Detection, analysis: Analysis) -> Iterator[QueryDiagnostic]:
    """The declared data types against the tables that are read, both ways."""
    declared = dict.fromkeys(table for connector in detection.connectors for table in connector.tables)
    read = {*analysis.tables, *analysis.missing_tables}
    if not read or not declared or analysis.missing_functions:
        return
    start = Span(0, 0)
    for table in declared:
        if table not in read:
            message = f"found {', '.join(sorted(read))} in the query, and {table} among the data types"
            yield fault(codes.UNUSED_DATA_TYPE, Stage.SEMANTIC, start, message)
    for table in sorted(read - set(declared)):
        message = f"found {table} in the query, and not among the data types"
        yield fault(codes.UNDECLARED_TABLE, Stage.SEMANTIC, start, message)


def _beyond(detection: Detection, analysis: Analysis) -> Iterator[QueryDiagnostic]:
    """Calls of ago that go back further than the period of the rule."""
    period = detection.schedule.period if detection.schedule else None
    if period is None:
        return
    for ticks, span in analysis.reaches:
        back = timedelta(microseconds=ticks / 10)
        if back > period:
            message = f"found {_shown(back)} back in time, beyond the period of {_shown(period)}"
            yield fault(codes.BEYOND_PERIOD, Stage.SEMANTIC, span, message)


def _shown(duration: timedelta) -> str:
    """A duration as Kusto writes it, in its greatest whole unit."""
    seconds = duration.total_seconds()
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= size and not seconds % size:
            return f"{seconds / size:g}{unit}"
    return f"{seconds:g}s"


def _entities(detection: Detection, analysis: Analysis) -> Iterator[QueryDiagnostic]:
    for name, type_ in analysis.columns or ():
        if not name.endswith("CustomEntity"):
            continue
        at = max(0, detection.query.rfind(name))
        span = Span(at, at + len(name))
        if name not in _ENTITIES:
            yield fault(codes.ENTITY_COLUMN, Stage.SEMANTIC, span, f"found the column {name}, which names no entity")
        elif type_ not in (Type.STRING, Type.UNKNOWN):
            message = f"found {name} as a {type_}, expected a string"
            yield fault(codes.ENTITY_COLUMN, Stage.SEMANTIC, span, message)
