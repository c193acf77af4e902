"""Aggregates: functions of all rows of a group."""

from functools import partial

from rulefold.kql.functions.table import Function, Kind

Aggregate = partial(Function, kind=Kind.AGGREGATE)

ROWS = (
    Aggregate(
        "any",
        "(expr: scalar) -> @expr; (expr: scalar[2..]) -> special; (expr: star scalar) -> special",
        "The values of any one row of the group; the old name.",
        column="any_@1",
    ),
    Aggregate(
        "anyif",
        "(expr: scalar, predicate: bool) -> @expr",
        "A value of any one row for which a condition is true; the old name.",
        column="anyif_@1",
    ),
    Aggregate(
        "arg_max",
        "(maximized: orderable, returned: expression or star scalar*) -> special",
        "The values of the row in which an expression is greatest.",
        column="@1, @returned",
    ),
    Aggregate(
        "arg_min",
        "(minimized: orderable, returned: expression or star scalar*) -> special",
        "The values of the row in which an expression is smallest.",
        column="@1, @returned",
    ),
    Aggregate(
        "argmax",
        "(maximized: orderable, returned: expression or star scalar*) -> special",
        "The values of the row in which an expression is greatest; the old name.",
        column="max_@1, max_@1_@returned",
    ),
    Aggregate(
        "argmin",
        "(minimized: orderable, returned: expression or star scalar*) -> special",
        "The values of the row in which an expression is smallest; the old name.",
        column="min_@1, min_@1_@returned",
    ),
    Aggregate(
        "avg",
        "(expr: integer) -> real; "
        "(expr: real) -> real; "
        "(expr: decimal) -> decimal; "
        "(expr: timespan) -> timespan; "
        "(expr: datetime) -> datetime",
        "The mean of the values.",
        column="avg_@1",
    ),
    Aggregate(
        "avgif",
        "(expr: integer, predicate: bool) -> real; "
        "(expr: real, predicate: bool) -> real; "
        "(expr: decimal, predicate: bool) -> decimal; "
        "(expr: timespan, predicate: bool) -> timespan; "
        "(expr: datetime, predicate: bool) -> datetime",
        "The mean of the values for which a condition is true.",
        column="avgif_@1",
    ),
    Aggregate("binary_all_and", "(expr: summable) -> @expr", "The bitwise and of all values.", column="@1"),
    Aggregate("binary_all_or", "(expr: summable) -> @expr", "The bitwise or of all values.", column="@1"),
    Aggregate("binary_all_xor", "(expr: summable) -> @expr", "The bitwise exclusive or of all values.", column="@1"),
    Aggregate(
        "buildschema",
        "(expr: bag) -> dynamic",
        "The smallest schema that takes all values.",
        column="schema_@1",
    ),
    Aggregate("cnt", "() -> long", "The number of rows; the old name.", column="cnt_@1"),
    Aggregate("count", "() -> long; (predicate: bool) -> long", "The number of rows.", column="count_@1"),
    Aggregate(
        "count_distinct",
        "(expr: nondynamic) -> long",
        "The exact number of distinct values.",
        column="count_distinct_@1",
    ),
    Aggregate(
        "count_distinctif",
        "(expr: nondynamic, predicate: bool) -> long",
        "The exact number of distinct values for which a condition is true.",
        column="count_distinctif_@1",
    ),
    Aggregate(
        "countif",
        "(predicate: bool) -> long",
        "The number of rows for which a condition is true.",
        column="countif_@1",
    ),
    Aggregate(
        "covariance",
        "(expr: summable, other: summable) -> real",
        "The covariance of two expressions, of a sample.",
        column="covariance_@1",
    ),
    Aggregate(
        "covarianceif",
        "(expr: summable, other: summable, predicate: bool) -> real",
        "The covariance of two expressions where a condition is true, of a sample.",
        column="covarianceif_@1",
    ),
    Aggregate(
        "covariancep",
        "(expr: summable, other: summable) -> real",
        "The covariance of two expressions, of a population.",
        column="covariancep_@1",
    ),
    Aggregate(
        "covariancepif",
        "(expr: summable, other: summable, predicate: bool) -> real",
        "The covariance of two expressions where a condition is true, of a population.",
        column="covariancepif_@1",
    ),
    Aggregate(
        "dcount",
        "(expr: scalar, accuracy: nondynamic?) -> long",
        "An estimate of the number of distinct values.",
        column="dcount_@1",
    ),
    Aggregate(
        "dcountif",
        "(expr: scalar, predicate: bool, accuracy: nondynamic?) -> long",
        "An estimate of the number of distinct values for which a condition is true.",
        column="dcountif_@1",
    ),
    Aggregate(
        "hll",
        "(expr: countable, accuracy: integer?) -> dynamic",
        "The sketch from which the number of distinct values is estimated.",
        column="hll_@1",
    ),
    Aggregate(
        "hll_if",
        "(expr: countable, predicate: bool, accuracy: integer?) -> dynamic",
        "The sketch of the values for which a condition is true.",
        column="hll_if_@1",
    ),
    Aggregate(
        "hll_merge",
        "(hll: array) -> dynamic",
        "The sketch of all values of several that hll() made.",
        column="hll_merge_@1",
    ),
    Aggregate(
        "make_bag",
        "(expr: bag, maxSize: integer?) -> dynamic",
        "The bag of the members of all values.",
        column="bag_@1",
    ),
    Aggregate(
        "make_bag_if",
        "(expr: bag, predicate: bool, maxSize: integer?) -> dynamic",
        "The bag of the members of all values for which a condition is true.",
        column="bag_@1",
    ),
    Aggregate(
        "make_dictionary",
        "(expr: bag, maxSize: integer?) -> dynamic",
        "The bag of the members of all values; the old name.",
        column="dictionary_@1",
    ),
    Aggregate(
        "make_list",
        "(expr: scalar, maxSize: integer?) -> array",
        "The array of all values.",
        column="list_@1",
        aliases=("makelist",),
    ),
    Aggregate(
        "make_list_if",
        "(expr: scalar, predicate: bool, maxSize: integer?) -> array",
        "The array of all values for which a condition is true.",
        column="list_@1",
    ),
    Aggregate(
        "make_list_with_nulls",
        "(expr: scalar) -> array",
        "The array of all values, nulls with them.",
        column="list_@1",
    ),
    Aggregate(
        "make_set",
        "(expr: scalar, maxSize: integer?) -> array",
        "The array of all distinct values.",
        column="set_@1",
        aliases=("makeset",),
    ),
    Aggregate(
        "make_set_if",
        "(expr: scalar, predicate: bool, maxSize: integer?) -> array",
        "The array of all distinct values for which a condition is true.",
        column="set_@1",
    ),
    Aggregate("max", "(expr: orderable) -> @expr", "The greatest value.", column="max_@1"),
    Aggregate(
        "maxif",
        "(expr: orderable, predicate: bool) -> @expr",
        "The greatest value for which a condition is true.",
        column="maxif_@1",
    ),
    Aggregate(
        "merge_tdigest",
        "(tdigest: array) -> dynamic",
        "The sketch of all values of several that tdigest() made.",
        column="merge_tdigests_@1",
        aliases=("tdigest_merge",),
    ),
    Aggregate("min", "(expr: orderable) -> @expr", "The smallest value.", column="min_@1"),
    Aggregate(
        "minif",
        "(expr: orderable, predicate: bool) -> @expr",
        "The smallest value for which a condition is true.",
        column="minif_@1",
    ),
    Aggregate("passthrough", "(expr: scalar) -> @expr", "The value as it is.", column="@1"),
    Aggregate(
        "percentile",
        "(expr: scalar, percentile: number) -> estimated @expr",
        "An estimate of a percentile of the values.",
        column="percentile_@1_@percentile",
    ),
    Aggregate(
        "percentiles",
        "(expr: scalar, percentile: number+) -> estimated @expr",
        "Estimates of several percentiles of the values.",
        column="percentile_@1_@percentile",
    ),
    Aggregate(
        "percentiles_array",
        "(expr: scalar, percentile: number+) -> dynamic; (expr: scalar, percentiles: array) -> dynamic",
        "Estimates of several percentiles of the values, as an array.",
        column="percentiles_@1",
    ),
    Aggregate(
        "percentilesw",
        "(expr: scalar, weight: integer, percentile: number+) -> estimated @expr",
        "Estimates of several percentiles of values that have weights.",
        column="percentile_@1_@percentile",
    ),
    Aggregate(
        "percentilesw_array",
        "(expr: scalar, weight: integer, percentile: number+) -> dynamic; "
        "(expr: scalar, weight: integer, percentiles: array) -> dynamic",
        "Estimates of several percentiles of values that have weights, as an array.",
        column="percentiles_@1",
    ),
    Aggregate(
        "percentilew",
        "(expr: scalar, weight: integer, percentile: number) -> estimated @expr",
        "An estimate of a percentile of values that have weights.",
        column="percentile_@1_@percentile",
    ),
    Aggregate(
        "stdev",
        "(expr: summable) -> real",
        "The standard deviation of the values, of a sample.",
        column="stdev_@1",
    ),
    Aggregate(
        "stdevif",
        "(expr: summable, predicate: bool) -> real",
        "The standard deviation of the values for which a condition is true, of a sample.",
        column="stdevif_@1",
    ),
    Aggregate(
        "stdevp",
        "(expr: summable) -> real",
        "The standard deviation of the values, of a population.",
        column="stdevp_@1",
    ),
    Aggregate("sum", "(expr: summable) -> promoted @expr", "The sum of the values.", column="sum_@1"),
    Aggregate(
        "sumif",
        "(expr: summable, predicate: bool) -> promoted @expr",
        "The sum of the values for which a condition is true.",
        column="sumif_@1",
    ),
    Aggregate(
        "take_any",
        "(expr: expression or star scalar+) -> special",
        "The values of any one row of the group.",
        column="@expr",
    ),
    Aggregate(
        "take_anyif",
        "(expr: scalar, predicate: bool) -> @expr",
        "A value of any one row for which a condition is true.",
        column="@1",
    ),
    Aggregate(
        "tdigest",
        "(expr: summable, weight: integer?) -> dynamic",
        "The sketch from which percentiles of the values are estimated.",
        column="tdigest_@1",
    ),
    Aggregate("variance", "(expr: summable) -> real", "The variance of the values, of a sample.", column="variance_@1"),
    Aggregate(
        "varianceif",
        "(expr: summable, predicate: bool) -> real",
        "The variance of the values for which a condition is true, of a sample.",
        column="varianceif_@1",
    ),
    Aggregate(
        "variancep",
        "(expr: summable) -> real",
        "The variance of the values, of a population.",
        column="variancep_@1",
    ),
    Aggregate(
        "variancepif",
        "(expr: summable, predicate: bool) -> real",
        "The variance of the values for which a condition is true, of a population.",
        column="variancepif_@1",
    ),
)
