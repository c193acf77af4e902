"""What cannot be refused before a query runs, as it hangs on the data."""

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.sql import Node, call


def failing(why: str) -> Node:
    """A value whose working out ends the run."""
    return call("error", sql.string(why))


def guarded(wrong: Node, why: str, node: Node) -> Node:
    """A value, but where a test is true the end of the run."""
    return sql.case([(wrong, failing(why))], node)


MOST = 1_048_576  # values in a list that a query makes by a number, as many as `range` gives


def bounded(count: Node) -> Node:
    """A number of values to make; more than so many end the run, as the engine makes a list before it counts it."""
    too_many = sql.compare(exp.GT, count, sql.number(MOST))
    return guarded(too_many, f"found a list of more than {MOST:,} values to make, which is not made", count.copy())
