"""What binding a query collects."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache

from rulefold.diagnostics import Code
from rulefold.kql.faults import QueryDiagnostic, Stage, fault
from rulefold.kql.plan import Column, Row
from rulefold.kql.syntax import Function
from rulefold.kql.types import NAMES, Type
from rulefold.text import Span

MAX_CALLS = 5_000  # of declared functions, whose bodies are put in place; a query may not grow beyond that


@dataclass(slots=True)
class Collected:
    """The diagnostics of a query, each once, and the tables, fields and functions that it uses.

    `reaches` are the durations, in ticks, that calls of `ago` go back.
    """

    diagnostics: dict[tuple[str, Span], QueryDiagnostic] = field(default_factory=dict)
    tables: dict[str, None] = field(default_factory=dict)
    fields: dict[str, dict[str, None]] = field(default_factory=dict)
    functions: dict[str, None] = field(default_factory=dict)
    reaches: dict[Span, int] = field(default_factory=dict)
    missing_tables: dict[str, None] = field(default_factory=dict)
    missing_functions: dict[str, None] = field(default_factory=dict)
    calls: int = 0


class Binding:
    """The tables and functions that a query may use, and what was collected so far."""

    def __init__(self, schemas: Mapping[str, Mapping[str, str]], library: Mapping[str, Function]) -> None:
        """Tables as columns with types; functions by name, as they are declared."""
        self._schemas, self.library = schemas, library
        self._rows: dict[str, Row] = {}
        self.collected = Collected()

    def report(self, code: Code, span: Span, message: str, hints: Sequence[str] = ()) -> None:
        """Say what is wrong, once a place."""
        self.collected.diagnostics.setdefault((code.id, span), fault(code, Stage.SEMANTIC, span, message, hints))

    @contextmanager
    def unheard(self, elsewhere: bool) -> Iterator[None]:
        """Report nothing while what stands `elsewhere` is bound: its places are those of another text."""
        heard = self.collected.diagnostics
        if elsewhere:
            self.collected.diagnostics = {}
        yield
        self.collected.diagnostics = heard

    def table(self, name: str) -> Row | None:
        """The columns of a table; None for one that is not known."""
        row = self._rows.get(name)
        if row is None and (schema := self._schemas.get(name)) is not None:
            row = self._rows[name] = _row(name, tuple(schema.items()))
        return row

    def table_names(self) -> list[str]:
        """All tables there are."""
        return list(self._schemas)

    def use_table(self, name: str) -> None:
        """Note that the query reads a table."""
        self.collected.tables.setdefault(name)

    def use_column(self, column: Column) -> None:
        """Note that the query reads a field."""
        for table, name in column.origins:
            self.collected.fields.setdefault(table, {}).setdefault(name)

    @staticmethod
    def like(name: str, names: Sequence[str]) -> tuple[str, ...]:
        """A hint with the names that are like one that is not known."""
        return there_is(_close(name, tuple(names[:2000])))


@lru_cache(maxsize=1000)  # queries of one workspace read the same tables again and again
def _row(table: str, schema: tuple[tuple[str, str], ...]) -> Row:
    return Row({column: Column(_type(type_), ((table, column),)) for column, type_ in schema})


@lru_cache(maxsize=1000)
def _close(name: str, names: tuple[str, ...]) -> list[str]:
    return get_close_matches(name, names, n=3, cutoff=0.75)


def there_is(names: Sequence[str]) -> tuple[str, ...]:
    """A hint that names what there is; none without a name."""
    return (f"there is {' and '.join(names)}",) if names else ()


# What the published schemas of tables call a type, beside Kusto's own names.
_FOREIGN = {"integer": Type.INT, "sbyte": Type.BOOL}


def _type(name: str) -> Type:
    """The type of a column by the name that a schema gives it; one that is no type of Kusto is dynamic."""
    plain = name.strip().lower()
    return NAMES.get(plain) or _FOREIGN.get(plain, Type.DYNAMIC)
