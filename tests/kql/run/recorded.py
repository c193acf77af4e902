"""Answers that Kusto's own engine gave, and whether a result is the same."""

import json
import math
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NotRequired, TypedDict
from uuid import UUID

from rulefold import kql

_FREE = re.compile(r"make_?set|set_|bag_keys|make_?bag")  # what gives lists in an order that nothing states
_SPAN = re.compile(r"(-?)(?:(\d+)\.)?(\d\d):(\d\d):(\d\d)(?:\.(\d{1,7}))?")


class Case(TypedDict):
    """A query, and what Kusto answers: columns, their types, and rows as JSON; or that it is refused."""

    id: str
    kql: str
    columns: NotRequired[list[str]]
    types: NotRequired[list[str]]
    rows: NotRequired[list[list[Any]]]
    relevant: NotRequired[bool]
    error: NotRequired[str]


Answer = tuple[list[str], Sequence[Sequence[Any]]]


def cases(path: Path) -> Iterator[Case]:
    """Those of a file, one a line."""
    for line in path.read_text(encoding="utf-8").splitlines():
        case: Case = json.loads(line)
        yield case


def ours(query: str) -> Answer | None:
    """What we answer; None where we refuse to."""
    try:
        result = kql.run(query)
    except kql.QueryError:
        return None
    return [name for name, _ in result.columns], result.rows


def is_right(case: Case, answer: Answer) -> bool:
    """Whether an answer has the columns, in their order, and the rows, in any."""
    names, rows = answer
    if "error" in case or names != case["columns"]:
        return False
    found = _ordered([[plain(value) for value in row] for row in rows], case)
    wanted = _ordered([[_recorded(*one) for one in zip(row, case["types"], strict=True)] for row in case["rows"]], case)
    return len(found) == len(wanted) and all(map(_same, found, wanted))


def _ordered(rows: list[list[Any]], case: Case) -> list[list[Any]]:
    if _FREE.search(case["kql"]):
        rows = [[_sorted(value) for value in row] for row in rows]
    return sorted(rows, key=_key)


def _sorted(value: Any) -> Any:
    return sorted(map(_sorted, value), key=_key) if isinstance(value, list) else value


def _key(value: Any) -> str:
    """A text to sort by, in which near numbers are mostly the same."""
    if isinstance(value, list):
        return str([_key(one) for one in value])
    return f"{float(value):.5g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(found, list) and isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(_same, found, wanted))
    if isinstance(found, dict) and isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(_same(found[key], wanted[key]) for key in wanted)
    if isinstance(found, bool) or isinstance(wanted, bool):
        return found is wanted
    if isinstance(found, int | float) and isinstance(wanted, int | float):
        return found == wanted or math.isclose(found, wanted, rel_tol=1e-9) or (found != found and wanted != wanted)
    return bool(found == wanted)


def plain(value: Any) -> Any:
    """A value of a result as one that can be compared: times to the microsecond, no null and an empty text the same."""
    match value:
        case None | "":
            return ""
        case datetime():
            return f"at {value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
        case timedelta():
            return f"for {value // timedelta(microseconds=1)} us"
        case Decimal():
            return float(value)
        case UUID():
            return str(value)
        case list() | tuple():
            return [plain(one) for one in value]
        case dict():
            return {str(key): plain(one) for key, one in value.items()}
        case str():
            return _json(value)
        case _:
            return value


def _json(text: str) -> Any:
    """A text of JSON as what it says: arrays and objects are given as either."""
    try:
        return plain(json.loads(text)) if text[0] in '[{"' else text
    except ValueError:
        return text


def _recorded(value: Any, type_: str) -> Any:
    if isinstance(value, str):
        if type_ == "DateTime":
            return plain(datetime.fromisoformat(value))
        if type_ == "TimeSpan" and (span := _SPAN.fullmatch(value)):
            sign, days, hours, minutes, seconds, rest = (one or "0" for one in span.groups())
            whole = timedelta(int(days), int(seconds), int(rest.ljust(7, "0")[:6]), 0, int(minutes), int(hours))
            return plain(-whole if sign == "-" else whole)
        if type_ in ("Real", "Double", "SqlDecimal"):
            return float(value)
    return plain(value)
