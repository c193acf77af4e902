"""Functions that look at the rows before and after, in a serialized table."""

from rulefold.kql.functions.table import Function

ROWS = (
    Function(
        "next",
        "(column: column scalar, offset: long?, default_value: constant scalar?) -> @column",
        "The value of a column some rows later.",
    ),
    Function(
        "prev",
        "(column: column scalar, offset: long?, default_value: constant scalar?) -> @column",
        "The value of a column some rows earlier.",
    ),
    Function("row_cumsum", "(term: number, restart: bool?) -> @term", "The sum of the values down to this row."),
    Function("row_number", "(startingIndex: long?, restart: bool?) -> long", "The number of the row."),
    Function("row_rank", "(column: nondynamic, dense: constant bool?) -> long", "The rank of the row; the old name."),
    Function("row_rank_dense", "(term: nondynamic, restart: bool?) -> long", "The rank of the row, without gaps."),
    Function(
        "row_rank_min",
        "(term: nondynamic, restart: bool?) -> long",
        "The rank of the row, with a gap after equal rows.",
    ),
    Function(
        "row_window_session",
        "(expr: datetime, maxDistanceFromFirst: timespan, maxDistanceBetweenNeighbors: timespan, "
        "restart: bool?) -> @expr",
        "The start of the session to which the row belongs.",
    ),
)
