"""What duckdb-kql answers.

usage: duckdb_kql_answers.py < JSON list of queries > JSON list of answers

An answer has columns (names) and rows, or is null where there is none.  A time is {"$at": ISO 8601}, a timespan
{"$for": seconds}.  It runs in an environment of its own, which has duckdb-kql and nothing of this project.
"""

import json
import signal
import sys
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

import duckdb_kql  # type: ignore[import-not-found]

DATABASE = duckdb_kql.connect()
LIMIT = 15  # seconds for a query


def late(_signal: int, _frame: FrameType | None) -> None:
    """End a query that takes too long."""
    raise TimeoutError


def answer(query: str) -> dict[str, Any] | None:
    """Columns and rows, or None where it raises."""
    signal.alarm(LIMIT)
    try:
        found = duckdb_kql.kql(DATABASE, query)
        return {"columns": list(found.columns), "rows": found.fetchall()}
    except Exception:  # it refuses in many ways
        return None
    finally:
        signal.alarm(0)


def written(value: object) -> object:
    """A value that JSON has not."""
    if isinstance(value, datetime):
        return {"$at": value.isoformat()}
    if isinstance(value, timedelta):
        return {"$for": value.total_seconds()}
    return str(value)


signal.signal(signal.SIGALRM, late)
json.dump([answer(query) for query in json.load(sys.stdin)], sys.stdout, default=written)
