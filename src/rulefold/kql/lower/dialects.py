"""The words of engines by the names of their dialects; none of them needs the engine itself."""

from collections.abc import Callable

from rulefold.kql.lower.engine import Engine


def _duckdb() -> Engine:
    from rulefold.kql.lower.duckdb import DuckDB

    return DuckDB()


DIALECTS: dict[str, Callable[[], Engine]] = {"duckdb": _duckdb}
