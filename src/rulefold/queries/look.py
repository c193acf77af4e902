"""What is to be said of a rule's query, by itself and in view of what the rule declares."""

import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

from rulefold import codes
from rulefold.diagnostics import Diagnostic, Severity
from rulefold.kql import Analysis, QueryDiagnostic
from rulefold.kql.analyse import analysed
from rulefold.kql.bind import Bound, bind
from rulefold.kql.faults import Stage, fault
from rulefold.kql.habits import habits, timeless_joins
from rulefold.kql.parse import parse
from rulefold.kql.render import fingerprint
from rulefold.kql.syntax import Query
from rulefold.kql.tokens import words
from rulefold.kql.types import Type
from rulefold.model import Detection, Note
from rulefold.queries.memory import Memo, key_of, remembered
from rulefold.queries.statements import Statement, statement
from rulefold.text import Span
from rulefold.workspace import Workspace

_ENTITIES = words(
    """
    AccountCustomEntity AlgorithmCustomEntity AzureResourceCustomEntity CloudApplicationCustomEntity DnsCustomEntity
    FileCustomEntity FileHashCustomEntity HostCustomEntity IPCustomEntity MailboxCustomEntity MailClusterCustomEntity
    MailMessageCustomEntity MalwareCustomEntity ProcessCustomEntity RegistryKeyCustomEntity RegistryValueCustomEntity
    SecurityGroupCustomEntity SubmissionMailCustomEntity URLCustomEntity
    """
)
CODES = "RF7"  # what the codes of this room begin with
# What a workspace lacks is no fault of a rule: it is told as a note, and once for all rules.
LACKING = {
    codes.UNKNOWN_TABLE.id: "state its columns in tables.yaml beside the pages, or in a file given with --tables",
    codes.UNKNOWN_FUNCTION.id: "give it as a file with --functions, where it is one of the workspace",
    codes.UNKNOWN_WATCHLIST.id: "give it as a file of CSV of this name in the folder of --watchlists",
    codes.MISSING_FUZZY_TABLE.id: "state what it holds with --tables or --functions, where the workspace has it",
}
WATCHLISTS = frozenset({"_GetWatchlist", "_GetWatchlistAlias"})
WITHOUT_WATCHLISTS = "--watchlists names a folder with a file of CSV for each"


def is_about_watchlists(found: QueryDiagnostic) -> bool:
    """Whether a function is not known only because it is not known which watchlists there are."""
    return found.code == codes.UNKNOWN_FUNCTION.id and any(f"found {name}," in found.message for name in WATCHLISTS)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a query uses, and what is to be said of it."""

    tables: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    functions: tuple[str, ...]
    needs: tuple[tuple[str, ...], ...] | None
    found: tuple[QueryDiagnostic, ...]

    @property
    def uses(self) -> Hashable:
        """What the query uses, in a form that can be compared: the same for queries that say the same."""
        return self.tables, tuple(self.columns.items()), self.functions, self.needs

    def on(self, detection: Detection, told: Sequence[Diagnostic]) -> Detection:
        """The detection with what its query uses and what is told of it."""
        update: dict[str, object] = {"tables": self.tables, "columns": dict(self.columns), "functions": self.functions}
        update["needs"] = self.needs
        if told:
            notes = (Note(code=one.code, message=one.message) for one in told)
            update["notes"] = (*detection.notes, *notes)
        return detection.model_copy(update=update)


class Reading:
    """A query that is read and bound when that is asked for, and once."""

    def __init__(self, text: str, workspace: Workspace) -> None:
        """For a query, and the tables and functions that it is held against."""
        self.text, self._workspace = text, workspace

    @cached_property
    def parsed(self) -> tuple[Query, list[QueryDiagnostic]]:
        """The query, and the faults of its syntax."""
        return parse(self.text)

    @cached_property
    def bound(self) -> Bound:
        """What its names mean."""
        known = self._workspace
        return bind(self.parsed[0], known.tables, known.functions, watchlists=known.watchlist_columns)


class Looker:
    """Looks at one query after another; what the workspace lacks is told at the first that asks for it.

    With a dialect, queries become SQL: `statements` has their texts, by the keys of the detections.
    """

    def __init__(self, workspace: Workspace, memo: Memo | None = None, dialect: str | None = None) -> None:
        """Hold queries against the tables and functions of a workspace; what `memo` remembers is not made again."""
        self._workspace, self._memo, self._dialect = workspace, memo, dialect
        self._told: set[str] = set()
        self.statements: dict[str, str] = {}

    def look(self, detection: Detection) -> Looked:
        """What the query of a detection uses, and what is to be said of it."""
        reading = Reading(detection.query, self._workspace)
        key = self._key(detection) if self._memo is not None else ""
        looked = remembered(self._memo, "query", key, lambda: look_at(detection, reading), pack, unpack)
        found = [one for one in map(self._once, looked.found) if one is not None]
        if self._dialect is not None:
            made = self._statement(reading, self._dialect)
            if made.why is None:
                self.statements[detection.key] = made.text
            else:
                found.append(made.why)
        return replace(looked, found=tuple(found))

    def _statement(self, reading: Reading, dialect: str) -> Statement:
        key = key_of(json.dumps([self._workspace.digest, reading.text, dialect])) if self._memo is not None else ""

        def made() -> Statement:
            return statement(reading.text, reading.parsed[1], reading.bound, dialect)

        return remembered(self._memo, "sql", key, made, _pack_statement, _unpack_statement)

    def fingerprint(self, query: str) -> str:
        """The same for queries that say the same, see `rulefold.kql.render`; empty for a query that says nothing."""
        return remembered(self._memo, "same", key_of(query), lambda: _fingerprint(query))

    def _key(self, detection: Detection) -> str:
        """What a look depends on but for the code, as one hash."""
        period = detection.schedule.query_period if detection.schedule else None
        declared = [connector.data_types for connector in detection.connectors]
        return key_of(json.dumps([self._workspace.digest, detection.query, detection.type, period, declared]))

    def _once(self, one: QueryDiagnostic) -> QueryDiagnostic | None:
        hint = LACKING.get(one.code)
        if hint is None:
            return one
        if one.message in self._told:
            return None
        self._told.add(one.message)
        hint = WITHOUT_WATCHLISTS if is_about_watchlists(one) else hint
        return replace(one, severity=Severity.NOTE, hints=(*one.hints, hint))


def _fingerprint(query: str) -> str:
    made = fingerprint(query)
    return "" if made == fingerprint("") else made


def pack(looked: Looked) -> bytes:
    """A look as JSON on one line."""
    found = list(map(_packed, looked.found))
    return json.dumps(
        [looked.tables, dict(looked.columns), looked.functions, looked.needs, found], separators=(",", ":")
    ).encode()


def unpack(packed: bytes) -> Looked:
    """The look that `pack` made JSON of."""
    tables, columns, functions, needs, found = json.loads(packed)
    return Looked(
        tuple(tables),
        {table: tuple(names) for table, names in columns.items()},
        tuple(functions),
        None if needs is None else tuple(map(tuple, needs)),
        tuple(map(_unpacked, found)),
    )


def _packed(one: QueryDiagnostic) -> list[object]:
    return [one.kind, one.code, one.severity, one.message, one.span, one.hints]


def _unpacked(packed: Sequence[Any]) -> QueryDiagnostic:
    kind, code, severity, message, span, hints = packed
    return QueryDiagnostic(Stage(kind), code, Severity(severity), message, Span(*span), tuple(hints))


def _pack_statement(made: Statement) -> bytes:
    return json.dumps([made.text, made.why and _packed(made.why)]).encode()


def _unpack_statement(packed: bytes) -> Statement:
    text, why = json.loads(packed)
    return Statement(text, None if why is None else _unpacked(why))


def look(detection: Detection, workspace: Workspace) -> Looked:
    """Look at the query of a detection, by itself."""
    return look_at(detection, Reading(detection.query, workspace))


def look_at(detection: Detection, reading: Reading) -> Looked:
    """Look at a detection whose query is read."""
    query, faults = reading.parsed
    analysis = analysed(faults, reading.bound)
    found = list(analysis.diagnostics)
    if not faults:
        found += habits(query)
        found += _declared(detection, analysis)
        found += _beyond(detection, analysis)
        found += _entities(detection, analysis)
        if detection.type == "Hunting":
            found += timeless_joins(query)
    found.sort(key=lambda one: one.span)
    tables = tuple(sorted({*analysis.tables, *analysis.missing_tables}))
    functions = tuple(sorted({*analysis.functions, *analysis.missing_functions}))
    return Looked(tables, analysis.fields, functions, analysis.needs, tuple(found))


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
