"""Functions that test values and choose between them."""

from rulefold.kql.functions.table import Function

ROWS = (
    Function(
        "assert",
        "(predicate: bool, message: string) -> bool",
        "True, or the end of the query with a message if the condition is false.",
    ),
    Function(
        "case",
        "(predicate: bool+, then: common-dynamic+, else: common-dynamic) -> common nondynamic",
        "The value after the first condition that is true, or else the last one.",
    ),
    Function(
        "coalesce",
        "(arg: common[2..64]) -> common",
        "The first argument that is not null, or not empty if it is a string.",
    ),
    Function(
        "column_ifexists",
        "(column_name: constant string, defaultValue: scalar) -> @defaultValue",
        "The column of a name if there is one, or else a default.",
        column="column @1",
        aliases=("columnifexists",),
    ),
    Function(
        "iff",
        "(if: bool, then: common-dynamic, else: common-dynamic) -> common nondynamic",
        "One value or the other, as a condition says.",
        aliases=("iif",),
    ),
    Function("iscolumnexists", "(column_name: constant string) -> bool", "Whether there is a column of a name."),
    Function("isempty", "(value: scalar) -> bool", "Whether the value is null or an empty string."),
    Function(
        "isnotempty",
        "(value: scalar) -> bool",
        "Whether the value is neither null nor an empty string.",
        aliases=("notempty",),
    ),
    Function("isnotnull", "(expression: scalar) -> bool", "Whether the value is not null.", aliases=("notnull",)),
    Function("isnull", "(expression: scalar) -> bool", "Whether the value is null."),
    Function("not", "(expression: bool) -> bool", "The opposite of a bool."),
)
