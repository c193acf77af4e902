"""Queries as SQL: a statement for each detection whose query is run, and why there is none for the others."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from rulefold import codes
from rulefold.diagnostics import Diagnostic
from rulefold.kql import QueryError
from rulefold.model import Catalogue, Detection
from rulefold.queries.memory import Memo, key_of, remembered
from rulefold.queries.places import first_line
from rulefold.text import Source
from rulefold.workspace import Workspace


class Statement(NamedTuple):
    """A query as a statement of SQL, or why there is none, and the offset in the query that this is about."""

    text: str | None
    why: str = ""
    offset: int = 0


def statements(
    catalogue: Catalogue, workspace: Workspace, memo: Memo | None = None
) -> tuple[Mapping[str, str], list[Diagnostic]]:
    """The files of statements by their paths, and a note on each detection that has none.

    Statements are those of DuckDB, against the tables of the workspace.  What `memo` remembers is not made again.
    """
    files: dict[str, str] = {}
    told: list[Diagnostic] = []
    for detection in catalogue.detections:
        made = _statement(detection.query, workspace, memo)
        if made.text is not None:
            files[f"sql/duckdb/{detection.key}.sql"] = "".join(_lines(detection, made.text))
        else:
            told.append(_note(detection, made))
    return files, told


def _statement(query: str, workspace: Workspace, memo: Memo | None) -> Statement:
    key = key_of(json.dumps([workspace.digest, query]))
    return remembered(
        memo, "sql", key, lambda: _made(query, workspace), unpack=lambda known: Statement(*json.loads(known))
    )


def _made(query: str, workspace: Workspace) -> Statement:
    from rulefold.kql import compile as compiled  # with all that makes SQL

    try:
        return Statement(compiled(query, workspace.tables, workspace.functions))
    except QueryError as error:
        return Statement(None, error.diagnostic.message, error.diagnostic.span.start)


def _lines(detection: Detection, statement: str) -> Iterator[str]:
    """The file: what it is in comments, and the statement."""
    yield from _comment([f"{detection.id or detection.key}  {detection.title}"])
    tables = ", ".join(detection.tables or ()) or "no table"
    yield from _comment([f"Reads {tables}.  Timespans are ticks of 100 ns as BIGINT, dynamics are JSON."])
    yield f"{statement};\n"


def _comment(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield f"-- {' '.join(text.split())}\n"


def _note(detection: Detection, made: Statement) -> Diagnostic:
    at = Source("", b"", detection.query, damaged=False).place(made.offset)
    message = f"{made.why} (at {at.line}:{at.column} of the query)"
    return codes.QUERY_WITHOUT_SQL.at(first_line(detection), message).about(detection.key)
