"""The engines that run queries; each module imports its package when it is asked for."""

from collections.abc import Callable

from rulefold.kql.engines.limits import Limits
from rulefold.kql.engines.session import Session


def _duckdb(limits: Limits | None = None) -> Session:
    from rulefold.kql.engines.duckdb import DuckDBSession

    return DuckDBSession(limits or Limits.of())


ENGINES: dict[str, Callable[..., Session]] = {"duckdb": _duckdb}
