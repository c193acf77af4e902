"""A file of cases to begin with: the tables and columns that a query reads, with a value of each type."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from rulefold import codes
from rulefold.correlate import ScheduleError, cadence
from rulefold.kql import Analysis, analyse
from rulefold.kql.results import TIME
from rulefold.kql.types import Type
from rulefold.kql.written import written
from rulefold.model import Detection
from rulefold.ruletests.values import stated_type
from rulefold.workspace import Workspace

_NOW = datetime(2024, 1, 31, 12, tzinfo=UTC)
_USUAL = timedelta(hours=1)
_EXAMPLES: Mapping[Type, str] = {
    Type.BOOL: "false",
    Type.DECIMAL: "0",
    Type.DYNAMIC: "{}",
    Type.GUID: "00000000-0000-0000-0000-000000000000",
    Type.INT: "0",
    Type.LONG: "0",
    Type.REAL: "0.0",
    Type.STRING: '""',
    Type.TIMESPAN: '"00:00:00"',
}


def skeleton(detection: Detection, workspace: Workspace) -> str:
    """YAML with one case for a detection, which is read and run as it is, and fails.

    Of tables that no file states, the columns are there as `string`, to be mended.
    """
    missing = analyse(detection.query, workspace.tables, workspace.functions).missing_tables
    guessed = _guessed(detection.query, workspace, missing) if missing else {}
    tables = {**workspace.tables, **dict.fromkeys(missing, guessed)}
    read = analyse(detection.query, tables, workspace.functions)
    return "".join(f"{line}\n" for line in _lines(detection, read, tables, missing))


def _guessed(query: str, workspace: Workspace, tables: Sequence[str]) -> Mapping[str, str]:
    """The columns that a query is found to name as long as tables lack them, all of them texts."""
    columns = {TIME: "datetime"}
    while True:
        read = analyse(query, {**workspace.tables, **dict.fromkeys(tables, columns)}, workspace.functions)
        lacking = (query[slice(*one.span)] for one in read.errors if one.code == codes.UNKNOWN_COLUMN.id)
        new = [name for name in lacking if name.isidentifier() and name not in columns]
        if not new:
            return columns
        columns |= dict.fromkeys(new, "string")


def _lines(
    detection: Detection, read: Analysis, tables: Mapping[str, Mapping[str, str]], missing: Sequence[str]
) -> Iterator[str]:
    named = {name: _named(tables[name], read.fields.get(name, ())) for name in read.tables}
    yield f"detection: {_text(detection.key)}  # {' '.join(detection.title.split())}"
    yield f"now: {written(_NOW)}"
    if missing:
        yield "tables:  # no file states these: mend the types"
        for name in missing:
            yield f"  {_text(name)}:"
            yield from (f"    {_text(column)}: {type_}" for column, type_ in named.get(name, {}).items())
    yield "cases:"
    yield "  - name: fires"
    yield "    events:" if named else "    events: {}"
    for name, types in named.items():
        yield f"      {_text(name)}:"
        examples = {**_EXAMPLES, Type.DATETIME: str(written(_seen(detection)))}
        yield from _row({column: examples[stated_type(type_)] for column, type_ in types.items()}, 8)
    if read.columns:
        yield "    rows:"
        yield from _row({name: '"?"' if type_ is Type.STRING else "null" for name, type_ in read.columns}, 6)
    yield "    fires: true"


def _named(types: Mapping[str, str], fields: Sequence[str]) -> Mapping[str, str]:
    """The columns of a table that a query names, and the time that the run is bounded by."""
    return {column: type_ for column, type_ in types.items() if column in fields or column == TIME}


def _row(values: Mapping[str, str], indent: int) -> Iterator[str]:
    """A row as an item of a list, a column a line."""
    lead = "- "
    for name, value in values.items():
        yield f"{' ' * indent}{lead}{_text(name)}: {value}"
        lead = "  "
    if not values:
        yield f"{' ' * indent}- {{}}"


def _seen(detection: Detection) -> datetime:
    """A time that a run of the detection sees."""
    try:
        runs = cadence(detection)
    except ScheduleError:
        runs = None
    return _NOW - min(runs.period if runs else _USUAL, _USUAL) / 2


def _text(name: str) -> str:
    """A text as YAML: plain where it is a name, or else in quotes as JSON has them."""
    plain = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if plain and not name.isdigit() and name.lower() not in _WORDS else json.dumps(name)


_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
