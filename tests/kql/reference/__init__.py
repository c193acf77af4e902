"""What each node of a plan means, in plain Python: to hold engines against, never to run queries with."""

from tests.kql.reference.relations import Reference
from tests.kql.reference.values import Unsupported

__all__ = ["Reference", "Unsupported"]
