"""Queries as SQL: a statement for each detection whose query is run, and why there is none for the others."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from rulefold import codes
from rulefold.diagnostics import Diagnostic
from rulefold.kql import QueryError
from rulefold.model import Catalogue, Detection
from rulefold.queries.look import Memo
from rulefold.text import Place
from rulefold.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Statement:
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
    if memo is None:
        return _made(query, workspace)
    key = sha256(json.dumps([workspace.digest, query]).encode("utf-8", "surrogatepass")).hexdigest()
    known = memo.get("sql", key)
    if known is not None:
        return Statement(*json.loads(known))
    made = _made(query, workspace)
    memo.put("sql", key, json.dumps([made.text, made.why, made.offset]).encode())
    return made


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
    before = detection.query[: made.offset]
    line, column = before.count("\n") + 1, made.offset - (before.rfind("\n") + 1) + 1
    place = next((Place(one.page, first, 1) for one in detection.sources for first, _ in one.lines), None)
    message = f"{made.why} (at {line}:{column} of the query)"
    return codes.QUERY_WITHOUT_SQL.at(place, message).about(detection.key)
