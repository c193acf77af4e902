"""The functions, aggregates and plug-ins of Kusto: a literal table, and how a call to one resolves.

A row says what a function is called, which signatures it has, what it gives, and which automatic name its column has
(`table`); the language of the signatures is that of `signature`, the rules of resolution are those of `resolve`.
Left out are the functions of geography, of graphs and of machine learning, what runs or fetches something elsewhere,
and what is not documented.
"""

from functools import cache

from rulefold.kql.functions import (
    aggregates,
    conditions,
    conversions,
    dynamics,
    hashes_and_encodings,
    network,
    numbers,
    parsing,
    plugins,
    series,
    sketches,
    strings,
    tables,
    times,
    windows,
)
from rulefold.kql.functions.resolve import Call, Fault, Reason, accepts, assign, resolve, result_type, wider
from rulefold.kql.functions.signature import (
    Argument,
    Operand,
    Parameter,
    Result,
    Rule,
    Signature,
    Special,
)
from rulefold.kql.functions.table import Function, Kind

__all__ = [
    "FUNCTIONS",
    "Argument",
    "Call",
    "Fault",
    "Function",
    "Kind",
    "Operand",
    "Parameter",
    "Reason",
    "Result",
    "Rule",
    "Signature",
    "Special",
    "accepts",
    "assign",
    "lookup",
    "resolve",
    "result_type",
    "similar",
    "wider",
]

FUNCTIONS: tuple[Function, ...] = (
    *strings.ROWS,
    *parsing.ROWS,
    *numbers.ROWS,
    *times.ROWS,
    *conversions.ROWS,
    *conditions.ROWS,
    *dynamics.ROWS,
    *series.ROWS,
    *sketches.ROWS,
    *network.ROWS,
    *hashes_and_encodings.ROWS,
    *windows.ROWS,
    *tables.ROWS,
    *aggregates.ROWS,
    *plugins.ROWS,
)
_BY_NAME = {(row.kind, name): row for row in FUNCTIONS for name in (row.name, *row.aliases)}


def lookup(name: str, kind: Kind = Kind.SCALAR) -> Function | None:
    """The function of that kind and name or alias, or None.  Case counts, as it does in Kusto."""
    return _BY_NAME.get((kind, name))


@cache
def similar(name: str, kind: Kind = Kind.SCALAR) -> tuple[str, ...]:
    """At most three names of the kind that are like the given one, the best first; case does not count."""
    from difflib import get_close_matches  # not needed but for a hint

    names = {other.lower(): other for other_kind, other in _BY_NAME if other_kind is kind}
    return tuple(names[one] for one in get_close_matches(name.lower(), names, n=3, cutoff=0.7))
