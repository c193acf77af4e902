"""A front end for the Kusto Query Language that knows nothing of rules."""

from rulefold.kql.analyse import Analysis, OutputColumn, analyse
from rulefold.kql.faults import QueryDiagnostic, QueryError

__all__ = ["Analysis", "OutputColumn", "QueryDiagnostic", "QueryError", "analyse"]
