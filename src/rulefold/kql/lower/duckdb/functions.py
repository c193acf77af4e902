"""The scalar functions that DuckDB has its own words for: a table of all."""

from rulefold.kql.lower.duckdb import (
    dynamic_functions,
    encoding_functions,
    finding_functions,
    network_functions,
    number_functions,
    parsing_functions,
    replacing_functions,
    series_functions,
    text_functions,
    time_functions,
    xml,
)
from rulefold.kql.lower.engine import Builder

FUNCTIONS: dict[str, Builder] = {
    **text_functions.ROWS,
    **finding_functions.ROWS,
    **replacing_functions.ROWS,
    **parsing_functions.ROWS,
    **xml.ROWS,
    **encoding_functions.ROWS,
    **network_functions.ROWS,
    **time_functions.ROWS,
    **number_functions.ROWS,
    **dynamic_functions.ROWS,
    **series_functions.ROWS,
}
