"""Functions of sketches: summaries of many values from which counts and percentiles are estimated."""

from rulefold.kql.functions.table import Function

ROWS = (
    Function(
        "dcount_hll",
        "(hll: array) -> long",
        "The number of distinct values in a sketch that hll() made.",
        column="dcount_hll_@1",
    ),
    Function("hll_isvalid", "(hll: array, value: scalar) -> bool", "Whether a value is a sketch that hll() made."),
    Function(
        "hll_merge",
        "(hll: array[2..16]) -> dynamic",
        "The sketch of all values of several that hll() made.",
        column="=hll_merged_result",
    ),
    Function(
        "merge_tdigest",
        "(tdigest: array[2..16]) -> dynamic",
        "The sketch of all values of several that tdigest() made.",
        column="=tdigests_merge_result",
        aliases=("tdigest_merge",),
    ),
    Function(
        "percentile_tdigest",
        "(tdigest: array, percentile1: real) -> dynamic; "
        "(tdigest: array, percentile1: real, type: literal type) -> type of @type",
        "The percentile of the values in a sketch that tdigest() made.",
        column="percentile_tdigest_@1",
    ),
    Function(
        "percentiles_array_tdigest",
        "(tdigest: array, percentile: real+) -> dynamic; (tdigest: array, percentiles: array) -> dynamic",
        "The percentiles of the values in a sketch that tdigest() made, as an array.",
        column="percentile_tdigest_@1",
    ),
    Function(
        "percentrank_tdigest",
        "(digest: array, value: scalar) -> real",
        "The rank of a value in a sketch that tdigest() made, in percent.",
    ),
    Function(
        "rank_tdigest",
        "(digest: array, value: scalar) -> real",
        "The rank of a value in a sketch that tdigest() made.",
    ),
    Function(
        "tdigest_isvalid",
        "(digest: array, value: scalar) -> bool",
        "Whether a value is a sketch that tdigest() made.",
    ),
)
