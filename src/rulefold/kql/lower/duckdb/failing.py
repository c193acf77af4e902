"""What cannot be refused before a query runs, as it hangs on the data."""

from rulefold.kql.lower import sql
from rulefold.kql.lower.sql import Node, call


def failing(why: str) -> Node:
    """A value whose working out ends the run."""
    return call("error", sql.string(why))


def guarded(wrong: Node, why: str, node: Node) -> Node:
    """A value, but where a test is true the end of the run."""
    return sql.case([(wrong, failing(why))], node)
