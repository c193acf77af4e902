"""The engines that run queries; each module imports its package when it is asked for."""

from collections.abc import Callable

from rulefold.kql.engines.session import Session


def _duckdb() -> Session:
    from rulefold.kql.engines.duckdb import DuckDBSession

    return DuckDBSession()


ENGINES: dict[str, Callable[[], Session]] = {"duckdb": _duckdb}
