"""A file of cases to begin with: the tables and columns that a query reads, with a value of each type."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from rulefold.correlate import ScheduleError, cadence
from rulefold.kql import Analysis, analyse
from rulefold.kql.types import Type
from rulefold.model import Detection
from rulefold.result_text import written
from rulefold.ruletests.values import stated_type
from rulefold.workspace import Workspace

_NOW = datetime(2024, 1, 31, 12, tzinfo=UTC)
_USUAL = timedelta(hours=1)
_TIME = "TimeGenerated"
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
    read = analyse(detection.query, workspace.tables, workspace.functions)
    guessed = {name: dict.fromkeys(read.fields.get(name, ()), "string") for name in read.missing_tables}
    for columns in guessed.values():
        columns[_TIME] = "datetime"
    tables = {**{name: workspace.tables.get(name, {}) for name in read.tables}, **guessed}
    if guessed:
        read = analyse(detection.query, {**workspace.tables, **guessed}, workspace.functions)
    return "".join(f"{line}\n" for line in _lines(detection, read, tables, guessed))


def _lines(
    detection: Detection,
    read: Analysis,
    tables: Mapping[str, Mapping[str, str]],
    guessed: Mapping[str, Mapping[str, str]],
) -> Iterator[str]:
    yield f"detection: {_text(detection.key)}  # {' '.join(detection.title.split())}"
    yield f"now: {written(_NOW)}"
    if guessed:
        yield "tables:  # no file states these: mend the types"
        for name, columns in guessed.items():
            yield f"  {_text(name)}:"
            yield from (f"    {_text(column)}: {type_}" for column, type_ in columns.items())
    yield "cases:"
    yield "  - name: fires"
    yield "    events:" if tables else "    events: {}"
    for name, types in tables.items():
        yield f"      {_text(name)}:"
        wanted = [column for column in types if column in read.fields.get(name, ()) or column == _TIME]
        yield from _row(((column, stated_type(types[column])) for column in wanted), _seen(detection), 8)
    if found := read.columns:
        yield "    rows:"
        yield from _row(((column.name, column.type) for column in found), None, 6)
    yield "    fires: true"


def _row(columns: Iterable[tuple[str, Type]], moment: datetime | None, indent: int) -> Iterator[str]:
    """A row as an item of a list, a column a line; a datetime is null where no moment is given."""
    examples = {**_EXAMPLES, Type.DATETIME: str(written(moment)) if moment else "null"}
    lead = "- "
    for name, type_ in columns:
        yield f"{' ' * indent}{lead}{_text(name)}: {examples.get(type_, 'null')}"
        lead = "  "
    if lead == "- ":
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
