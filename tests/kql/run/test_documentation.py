"""docs/kql.md names what is not run, and no more."""

import re
from pathlib import Path

from rulefold.kql import functions
from rulefold.kql.functions import Kind
from rulefold.kql.lower.duckdb import DuckDB
from rulefold.kql.lower.functions import AGGREGATES, FUNCTIONS
from rulefold.kql.lower.operators import OPERATORS
from rulefold.kql.lower.plugins import PLUGINS

DOCUMENT = Path(__file__).parents[3] / "docs" / "kql.md"
# Put in their places by the binder, or parts of an aggregate that has several columns.
ELSEWHERE = {"table", "any", "take_any", "arg_max", "arg_min", "argmax", "argmin", "percentiles", "percentilesw"}
RUN = {
    Kind.SCALAR: {*FUNCTIONS, *OPERATORS, *DuckDB.functions, *DuckDB.windows},
    Kind.AGGREGATE: {*AGGREGATES, *DuckDB.aggregates},
    Kind.PLUGIN: {*PLUGINS, *DuckDB.plugins},
}


def test_the_document_names_the_functions_that_are_not_run() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)`", text.partition("<!-- functions -->")[2].partition("<!-- end -->")[0]))
    missing = {one.name for one in functions.FUNCTIONS if one.name not in RUN[one.kind] | ELSEWHERE}
    run_otherwise = {one.name for one in functions.FUNCTIONS if one.name in RUN[one.kind]}
    assert named == missing - run_otherwise
