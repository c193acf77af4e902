"""Events of several tables, made by DuckDB as files of Parquet: what `run.py` runs rules over."""

from collections.abc import Iterable
from pathlib import Path

import duckdb

EVENTS = Path(__file__).parent / "running" / "events"
SEED = 7
_START = "TIMESTAMP '2026-01-01'"  # of fourteen days
# A number below n for each row and salt; and the time of a row: events come as time goes on.
_MACROS = (
    "CREATE MACRO pick(i, salt, n) AS CAST(hash(hash(i, salt, getvariable('seed'))) % n AS BIGINT)",
    f"CREATE MACRO moment(i, total) AS {_START} + to_microseconds(CAST(i * (14 * 86400e6 / total) AS BIGINT))",
)


def write_events(folder: Path, tables: Iterable[str], rows: int, seed: int = SEED) -> int:
    """Write tables of so many rows, a file each; the size of all in bytes."""
    connection = duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(folder / "spilled")})
    connection.execute("SET VARIABLE seed = ?", [seed])
    for macro in _MACROS:
        connection.execute(macro)
    size = 0
    for table in tables:
        path = folder / f"{table}.parquet"
        query = (EVENTS / f"{table}.sql").read_text(encoding="utf-8")
        connection.sql(query, params={"rows": rows}).write_parquet(str(path), compression="zstd")
        size += path.stat().st_size
    connection.close()
    return size
