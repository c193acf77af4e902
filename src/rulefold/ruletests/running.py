"""A case → whether its detection finds there what it is to find."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rulefold import codes
from rulefold.correlate import told
from rulefold.correlate.sweep import kept_cadence
from rulefold.diagnostics import Diagnostic
from rulefold.kql import QueryError, Result, Table
from rulefold.kql.analyse import analyse
from rulefold.kql.engines import ENGINES
from rulefold.kql.engines.limits import Limits
from rulefold.kql.results import TIME, Watchlist
from rulefold.kql.running import answered, lowered
from rulefold.kql.types import Type
from rulefold.model import Detection
from rulefold.result_text import row_objects
from rulefold.ruletests.cases import Case, CaseFile, Events
from rulefold.ruletests.difference import Expected, Line, difference
from rulefold.ruletests.values import CaseValueError, stated_type, type_of, value_of
from rulefold.sources.nodes import Fields, Node
from rulefold.workspace import Workspace

_DIALECT = "duckdb"
Types = Mapping[str, Type]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a case: how its rows differ from those expected, or why it could not be run."""

    file: CaseFile
    case: Case
    difference: tuple[Line, ...] = ()
    faults: tuple[Diagnostic, ...] = ()
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether the detection has found what it was to find."""
        return not (self.difference or self.faults)


class _FaultyError(Exception):
    """Ends a case that cannot be run."""

    def __init__(self, faults: Iterable[Diagnostic]) -> None:
        super().__init__()
        self.faults = tuple(faults)


def run_case(file: CaseFile, case: Case, detection: Detection, workspace: Workspace, limits: Limits) -> Verdict:
    """Run a detection over the events of a case.

    An analytics rule sees the period of its query before the case's time, and its trigger says whether it fires; a
    hunting query sees all, and fires with any row.
    """
    start = time.perf_counter()
    try:
        result, fired = _found(file, case, detection, workspace, limits)
        lines = _compared(file, case, result, fired)
    except _FaultyError as error:
        return Verdict(file, case, faults=error.faults, seconds=time.perf_counter() - start)
    return Verdict(file, case, tuple(lines), seconds=time.perf_counter() - start)


def _found(
    file: CaseFile, case: Case, detection: Detection, workspace: Workspace, limits: Limits
) -> tuple[Result, bool]:
    """What a detection finds in a case, and whether it fires."""
    known = {**workspace.tables, **file.tables}
    tables = {name: _table(file, events, known.get(name)) for name, events in case.events.items()}
    named = {**known, **{name: table.schema or {} for name, table in tables.items()}}
    read = analyse(detection.query, named, workspace.functions).tables
    if unread := [events.name for name, events in case.events.items() if name not in read]:
        raise _FaultyError(
            file.told(codes.UNREAD_EVENTS, name, f"found events of {name.text}, which the query does not read: "
                      f"it reads {', '.join(read) or 'no table'}")
            for name in unread
        )  # fmt: skip
    empty = {name: Table(known[name], []) for name in read if name not in tables}
    try:
        runs = kept_cadence(detection)
        timespan = None if runs is None else runs.sees(case.now)
        if timespan is not None:
            _check_times(file, case, tables)
        with ENGINES[_DIALECT](limits) as session:
            for name, table in {**tables, **empty}.items():
                session.load(name, table)
            session.load_watchlists(_watchlists(case, workspace))
            session.stand_for(case.external)
            session.close_off()
            statement = lowered(session, detection.query, workspace.functions, case.now, timespan)
            result = answered(session, statement)
    except QueryError as error:
        raise _FaultyError([_untold(error, file, case, detection)]) from error
    return result, bool(result.rows) if runs is None else runs.alerts(len(result.rows))


def _check_times(file: CaseFile, case: Case, tables: Mapping[str, Table]) -> None:
    """A run that sees a period never sees an event without a time, which is told where the event states none."""
    faults = [
        file.told(codes.CASE_VALUE, row, f"found an event without {TIME}, which a rule with a period never sees")
        for name, events in case.events.items()
        for row in events.rows
        if TIME in (tables[name].schema or {}) and all(key.text != TIME for key, _ in row.pairs)
    ]
    if faults:
        raise _FaultyError(faults)


def _untold(error: QueryError, file: CaseFile, case: Case, detection: Detection) -> Diagnostic:
    if error.diagnostic.code != codes.UNKNOWN_TABLE.id:
        return told(error, detection, Path(file.source.name)).about(detection.key)
    message = f"{error.diagnostic.message}: expected its columns in --tables, or under tables: or events: of the file"
    return file.told(codes.UNKNOWN_TABLE, case.start, message).about(detection.key)


# -------------------------------------------------------------------------------------------------------------- events


def _watchlists(case: Case, workspace: Workspace) -> Mapping[str, Watchlist] | None:
    """Those of the workspace, and those of the case; None where nobody states any."""
    own = {alias: Watchlist(_items(stated)) for alias, stated in case.watchlists.items()}
    return {**(workspace.watchlists or {}), **own} if own else workspace.watchlists


def _items(stated: Events) -> Table:
    """The items of a watchlist, all of whose values are text."""
    if stated.path is not None:
        return Table(None, stated.path)
    rows = [{key.text or "": value_of(node, Type.STRING) for key, node in row.pairs} for row in stated.rows]
    return Table({name: "string" for row in rows for name in row}, rows)


def _table(file: CaseFile, events: Events, stated: Mapping[str, str] | None) -> Table:
    """The events of a table, with the types of its columns: as they are stated, or else those of the values."""
    if events.path is not None:
        return Table(stated, events.path)
    types = _inferred(file, events) if stated is None else {name: stated_type(type_) for name, type_ in stated.items()}
    rows = [_row(file, row, types, f"{events.name.text} has no column") for row in events.rows]
    return Table({name: str(type_) for name, type_ in types.items()}, rows)


def _inferred(file: CaseFile, events: Events) -> Types:
    """The types of the values that any case of the file has in a table."""
    name = events.name.text or ""
    stated = {id(one): one for case in file.cases for one in case.events.values() if one.name.text == name}
    values: dict[str, list[Node]] = {}
    for row in (row for one in stated.values() for row in one.rows):
        for key, node in row.pairs:
            values.setdefault(key.text or "", []).append(node)
    types = {column: type_ for column, nodes in values.items() if (type_ := type_of(nodes)) is not None}
    if len(types) < len(values):
        raise _FaultyError(
            file.told(codes.CASE_VALUE, values[column][0], f"found values of no one type in {column} of {name}, "
                      "expected its type under tables:")
            for column in values
            if column not in types
        )  # fmt: skip
    return types


def _row(file: CaseFile, row: Fields, types: Types, lacking: str) -> dict[str, object]:
    """A row by column.  Raises _FaultyError for a column that is not there and a value that it cannot hold."""
    values: dict[str, object] = {}
    faults = []
    for key, node in row.pairs:
        name = key.text or ""
        if name not in types:
            faults.append(file.told(codes.CASE_VALUE, key, f"{lacking} {name}"))
            continue
        try:
            values[name] = value_of(node, types[name])
        except CaseValueError as error:
            faults.append(file.told(codes.CASE_VALUE, error.node, f"{error}, of the column {name}"))
    if faults:
        raise _FaultyError(faults)
    return values


# ---------------------------------------------------------------------------------------------------------- comparison


def _compared(file: CaseFile, case: Case, result: Result, fired: bool) -> Iterable[Line]:
    found = list(row_objects(result))
    if case.rows is None:
        return difference(Expected(None, case.fires), found, fired)
    types = {column.name: column.type for column in result.columns}
    lacking = f"the query returns {', '.join(types)}, and no column"
    rows = [_row(file, row, types, lacking) for row in case.rows]
    if unknown := [name for name in case.sets if types.get(name) is not Type.DYNAMIC]:
        message = f"found {', '.join(unknown)} among sets, expected columns of lists that the query returns"
        raise _FaultyError([file.told(codes.CASE_VALUE, case.start, message)])
    return difference(Expected(rows, case.fires, case.ordered, case.sets), found, fired)
