"""A run of queries on an engine: tables are loaded, then nothing else can be reached."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Self

from rulefold.kql.lower import Lowered
from rulefold.kql.lower.engine import Engine
from rulefold.kql.plan import Plugin, Row
from rulefold.kql.results import Table, Timespan, Watchlist


class Session(ABC):
    """A connection to an engine, for tables and queries over them.

    `schemas` are the tables that were loaded, with the types of their columns in KQL: as they were stated, or else as
    they were found.  `watchlists` are the columns of those by their aliases, None where there are none to be asked for.
    """

    schemas: dict[str, dict[str, str]]
    watchlists: dict[str, dict[str, str]] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def words(self) -> Engine:
        """The engine's words, for one query."""

    @abstractmethod
    def load(self, name: str, table: Table, *, stored: bool = False) -> None:
        """Make a table known under a name.  Raises QueryError for data that cannot be read.

        What is `stored` is read now, and kept on disk in the engine's own form: for files that many queries read.
        """

    @abstractmethod
    def stand_for(self, files: Mapping[str, Path]) -> None:
        """Say which file stands for each URI of external data; none is looked at before a query asks for it."""

    @abstractmethod
    def load_watchlist(self, alias: str, watchlist: Watchlist) -> None:
        """Make a watchlist known under its alias.  Raises QueryError for one that cannot be read."""

    def load_watchlists(self, watchlists: Mapping[str, Watchlist] | None) -> None:
        """Make watchlists known, and say that there are no others; None leaves open what there is."""
        if watchlists is not None:
            self.watchlists = {}
            for alias, watchlist in watchlists.items():
                self.load_watchlist(alias, watchlist)

    @abstractmethod
    def close_off(self) -> None:
        """Close the way to all that was not loaded."""

    @abstractmethod
    def fork(self) -> "Session":
        """Another session over the same tables, for queries beside those of this one; it ends before this one does."""

    @abstractmethod
    def restart(self) -> None:
        """Begin the time of another query, which may run as long as the first."""

    @abstractmethod
    def rows(self, lowered: Lowered) -> Iterable[tuple[object, ...]]:
        """Run a statement: its rows as Python values, see `Result`.  Raises QueryError."""

    @abstractmethod
    def counted(self, lowered: Lowered, most: int) -> tuple[list[tuple[object, ...]], int]:
        """Run a statement: so many of its rows at most, and how many there are.  Raises QueryError."""

    @abstractmethod
    def minutes(self, name: str, column: str) -> list[int]:
        """The minutes since 1970 in which a table has rows by a column of times, in their order.  Raises QueryError."""

    @abstractmethod
    def explain(self, lowered: Lowered) -> str:
        """How the engine would run a statement, in its own words.  Raises QueryError."""

    @abstractmethod
    def write_parquet(self, lowered: Lowered, path: Path) -> None:
        """Run a statement and write its rows: timespans as text, dynamics as JSON.  Raises QueryError and OSError."""

    @abstractmethod
    def columns_of(self, plugin: Plugin, now: datetime, timespan: Timespan | None) -> Row:
        """The columns that a plug-in finds in the data."""

    @abstractmethod
    def close(self) -> None:
        """End the connection."""
