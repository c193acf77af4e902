"""Functions of numbers."""

from rulefold.kql.functions.table import Function

ROWS = (
    Function(
        "abs",
        "(number: integer) -> long; (number: number) -> @number; (number: timespan) -> timespan",
        "The absolute value.",
        column="@1",
    ),
    Function("acos", "(number: number) -> real", "The arc cosine, in radians.", column="@1"),
    Function("asin", "(number: number) -> real", "The arc sine, in radians.", column="@1"),
    Function("atan", "(number: number) -> real", "The arc tangent, in radians.", column="@1"),
    Function(
        "atan2",
        "(y: number, x: number) -> real",
        "The angle between the x axis and a point, in radians.",
        column="@1",
    ),
    Function("beta_cdf", "(x: number, alpha: number, beta: number) -> real", "The cumulative beta distribution."),
    Function(
        "beta_inv",
        "(probability: number, alpha: number, beta: number) -> real",
        "The inverse of the cumulative beta distribution.",
    ),
    Function("beta_pdf", "(x: number, alpha: number, beta: number) -> real", "The density of the beta distribution."),
    Function(
        "bin",
        "(value: number, roundTo: number) -> widest; "
        "(value: timespan, roundTo: timespan) -> timespan; "
        "(value: datetime, roundTo: datetime) -> datetime; "
        "(value: datetime, roundTo: timespan) -> datetime",
        "The value rounded down to a multiple of a number or a time span.",
        column="@1",
    ),
    Function(
        "bin_at",
        "(value: number, bin_size: number, fixed_point: number) -> widest; "
        "(value: timespan, bin_size: number, fixed_point: timespan) -> timespan; "
        "(value: timespan, bin_size: timespan, fixed_point: timespan) -> timespan; "
        "(value: datetime, bin_size: summable, fixed_point: datetime) -> datetime",
        "The value rounded down to a bin whose grid goes through a fixed point.",
        column="@1",
    ),
    Function(
        "bin_auto",
        "(value: summable) -> promoted @value",
        "The value rounded down to a bin whose size the request sets.",
        column="@1",
    ),
    Function(
        "binary_and",
        "(value1: integer, value2: integer) -> long",
        "The bitwise and of two integers.",
        column="@1",
    ),
    Function("binary_not", "(value: integer) -> long", "The bitwise complement of an integer.", column="@1"),
    Function("binary_or", "(value1: integer, value2: integer) -> long", "The bitwise or of two integers.", column="@1"),
    Function(
        "binary_shift_left",
        "(value: integer, shift: integer) -> long",
        "The integer with its bits shifted to the left.",
        column="@1",
    ),
    Function(
        "binary_shift_right",
        "(value: integer, shift: integer) -> long",
        "The integer with its bits shifted to the right.",
        column="@1",
    ),
    Function(
        "binary_xor",
        "(value1: integer, value2: integer) -> long",
        "The bitwise exclusive or of two integers.",
        column="@1",
    ),
    Function("bitset_count_ones", "(value: integer) -> long", "The number of bits that are set.", column="@1"),
    Function("ceiling", "(number: number) -> @number", "The smallest whole number not below the value.", column="@1"),
    Function("cos", "(number: number) -> real", "The cosine of an angle in radians.", column="@1"),
    Function("cot", "(number: number) -> real", "The cotangent of an angle in radians."),
    Function("degrees", "(radians: number) -> real", "The angle in degrees of one in radians."),
    Function("erf", "(number: number) -> real", "The error function.", column="@1"),
    Function("erfc", "(number: number) -> real", "The complement of the error function.", column="@1"),
    Function("exp", "(number: number) -> real", "The power of e.", column="@1"),
    Function("exp10", "(number: number) -> real", "The power of ten.", column="@1"),
    Function("exp2", "(number: number) -> real", "The power of two.", column="@1"),
    Function(
        "floor",
        "(value: number, roundTo: number) -> widest; "
        "(value: timespan, roundTo: timespan) -> timespan; "
        "(value: datetime, roundTo: datetime) -> datetime; "
        "(value: datetime, roundTo: timespan) -> datetime",
        "The value rounded down to a multiple of a number or a time span.",
        column="@1",
    ),
    Function("gamma", "(number: number) -> real", "The gamma function.", column="@1"),
    Function("isfinite", "(number: real) -> bool", "Whether a number is neither infinite nor NaN."),
    Function("isinf", "(number: real) -> bool", "Whether a number is infinite."),
    Function("isnan", "(number: real) -> bool", "Whether a number is NaN."),
    Function("log", "(number: number) -> real", "The natural logarithm.", column="@1"),
    Function("log10", "(number: number) -> real", "The logarithm to base ten.", column="@1"),
    Function("log2", "(number: number) -> real", "The logarithm to base two.", column="@1"),
    Function(
        "loggamma",
        "(number: number) -> real",
        "The logarithm of the absolute value of the gamma function.",
        column="@1",
    ),
    Function("max_of", "(arg: common-orderable[2..64]) -> common", "The greatest of the arguments."),
    Function("min_of", "(arg: common-orderable[2..64]) -> common", "The smallest of the arguments."),
    Function("pi", "() -> real", "The constant pi."),
    Function("pow", "(base: number, exponent: number) -> real", "The base raised to the exponent.", column="@1"),
    Function("radians", "(degrees: number) -> real", "The angle in radians of one in degrees."),
    Function(
        "rand",
        "(number: integer?) -> real",
        "A random number: from 0 to 1, or a whole one below a bound.",
        column="@1",
    ),
    Function(
        "range",
        "(start: summable, stop: summable, step: summable?) -> array",
        "The array of the values from a start to a stop in equal steps.",
    ),
    Function(
        "round",
        "(number: number, precision: constant long?) -> @number",
        "The number rounded to a number of decimal places.",
        column="@1",
    ),
    Function("sign", "(number: number) -> real", "-1, 0 or 1: the sign of a number."),
    Function("sin", "(number: number) -> real", "The sine of an angle in radians.", column="@1"),
    Function("sqrt", "(number: number) -> real", "The square root.", column="@1"),
    Function("tan", "(number: number) -> real", "The tangent of an angle in radians.", column="@1"),
    Function(
        "welch_test",
        "(mean1: number, variance1: number, count1: number, mean2: number, variance2: number, count2: number) -> real",
        "The p-value of Welch's test on the means of two samples.",
    ),
)
