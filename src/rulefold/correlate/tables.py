"""The tables of a folder: what is there, and how it comes into a session."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from rulefold.kql import Table
from rulefold.kql.analyse import analyse
from rulefold.kql.engines.files import FilesError, files_of, tables_of
from rulefold.kql.engines.session import Session
from rulefold.queries import WATCHLISTS
from rulefold.workspace import Workspace

_PLAIN = ("json", "csv")  # kinds of files that are read from the first byte to the last each time


class DataError(ValueError):
    """A folder of tables that cannot be used; the message says why."""


class Reads(NamedTuple):
    """The tables that a query names, and whether it asks for watchlists."""

    tables: tuple[str, ...]
    watchlists: bool


class Tables:
    """A file or a folder for each table; types of columns are those of the workspace, or else found in the data.

    What was found, and which tables are empty because the folder lacks them, is told once, by `tell`.
    """

    def __init__(
        self,
        data: Path,
        workspace: Workspace,
        tell: Callable[[str], None],
        external: Mapping[str, Path] | None = None,
    ) -> None:
        """Look at what the folder has; `external` has files that stand for URIs.  Raises DataError."""
        self.data, self.workspace, self._tell, self.external = data, workspace, tell, external or {}
        self._found: dict[str, Mapping[str, str]] = {}
        self._told: set[str] = set()
        try:
            self._paths = tables_of(data)
        except FilesError as error:
            raise DataError(str(error)) from error

    def reads(self, query: str) -> Reads:
        """What a query reads of what is there, or whose columns are known."""
        known = {**{name: {} for name in self._paths}, **self.workspace.tables, **self._found}
        looked = analyse(query, known, self.workspace.functions)
        return Reads(looked.tables, not WATCHLISTS.isdisjoint((*looked.functions, *looked.missing_functions)))

    def load_watchlists(self, session: Session) -> None:
        """Make the watchlists of the workspace known, where it states any.  Raises QueryError."""
        if self.workspace.watchlists is not None:
            session.load_watchlists(self.workspace.watchlists)

    def load(self, session: Session, names: Collection[str], *, often: bool = False) -> None:
        """Make tables known to a session; those that many queries read are read but once.  Raises QueryError."""
        if missing := [name for name in names if not self.is_present(name)]:
            are = "is" if len(missing) == 1 else "are"
            self._tell_once(f"{', '.join(missing)} {are} empty: {self.data} has no file or folder of this name")
        for name in missing:
            session.load(name, Table(self.workspace.tables.get(name), []))
        for name in filter(self.is_present, names):
            self._load(session, name, often=often)

    def is_present(self, name: str) -> bool:
        """Whether the folder has a table."""
        return name in self._paths

    def _load(self, session: Session, name: str, *, often: bool) -> None:
        path, stated = self._paths[name], self.workspace.tables.get(name)
        session.load(name, Table(stated or self._found.get(name), path), stored=often and _is_plain(path))
        if stated is None and name not in self._found:
            self._found[name] = session.schemas[name]
            columns = ", ".join(f"{column} {type_}" for column, type_ in session.schemas[name].items())
            self._tell_once(f"{name} has columns whose types no file states, found: {columns}")

    def _tell_once(self, message: str) -> None:
        if message not in self._told:
            self._told.add(message)
            self._tell(message)


def _is_plain(path: Path) -> bool:
    try:
        return files_of(path).kind in _PLAIN
    except (FilesError, OSError):  # told when it is loaded
        return False
