"""KQL, the language of detection queries: read, understood, compiled to SQL, and run."""

from typing import TYPE_CHECKING

from rulefold.kql.analyse import Analysis, OutputColumn, analyse
from rulefold.kql.faults import QueryDiagnostic, QueryError
from rulefold.kql.results import Result, ResultColumn, Table, Timespan, Watchlist

if TYPE_CHECKING:
    from rulefold.kql.running import compile, run  # noqa: A004

__all__ = [
    "Analysis",
    "OutputColumn",
    "QueryDiagnostic",
    "QueryError",
    "Result",
    "ResultColumn",
    "Table",
    "Timespan",
    "Watchlist",
    "analyse",
    "compile",
    "run",
]


def __getattr__(name: str) -> object:
    """What runs queries is imported when it is asked for: it needs the engine's packages."""
    if name in ("compile", "run"):
        from importlib import import_module

        return getattr(import_module("rulefold.kql.running"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
