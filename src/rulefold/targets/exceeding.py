"""What a query has that a service does not take, as far as that was found when the query was read.

A catalogue says which tables, columns and functions a query uses, and notes what is wrong with it; where nobody read
the queries, nothing is told of them here.
"""

import re
from collections.abc import Collection, Iterator

from rulefold import codes
from rulefold.kql.parse import parse
from rulefold.kql.syntax import Declare, Let, Union, Value, Wildcard, walk
from rulefold.model import Detection
from rulefold.targets.frame import Loss

_UNION_OF_ALL = re.compile(r"\bunion\b[^|;]*\*")  # of some, which is then read


def no_kql(d: Detection) -> Iterator[Loss]:
    """A loss where the query is no KQL: it is written, and the service says the same."""
    for message in [note.message for note in d.notes if note.code == codes.QUERY_SYNTAX.id][:1]:
        yield Loss(d.key, "query", "it is no KQL, which the service will say when the rule is made", message)


def called(d: Detection, names: Collection[str]) -> list[str]:
    """Which of some functions a query calls; none where nobody read it."""
    return [name for name in d.functions or () if name in names]


def of_a_workspace(d: Detection) -> list[str]:
    """The functions of a query that Sentinel gives a workspace: watchlists and ASIM, all of whose names begin so."""
    return [name for name in d.functions or () if name.startswith("_")]


def unites_all(query: str) -> bool:
    """Whether a query has a union of all tables, in whatever way that is written."""
    if not _UNION_OF_ALL.search(query):
        return False
    unions = (node for node in walk(parse(query)[0]) if isinstance(node, Union))
    return any(table == Wildcard("*") for union in unions for table in union.tables)


def is_function_body(query: str) -> bool:
    """Whether the statements of a query are some that a stored function may have; of no KQL nobody knows."""
    read, faults = parse(query) if ";" in query else (None, None)
    if read is None or faults:
        return True
    results = sum(isinstance(one, Value) for one in read.statements)
    return results <= 1 and all(isinstance(one, Let | Declare | Value) for one in read.statements)
