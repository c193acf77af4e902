"""Plug-ins: what `evaluate` calls, each giving a table."""

from functools import partial

from rulefold.kql.functions.table import Function, Kind

Plugin = partial(Function, kind=Kind.PLUGIN)

ROWS = (
    Plugin(
        "active_users_count",
        "(IdColumn: column nondynamic, TimelineColumn: column summable, Start: constant summable, "
        "End: constant summable, LookbackWindow: constant summable, Period: constant summable, "
        "ActivePeriods: constant summable, Step: constant summable, "
        "Dimension: column nondynamic*) -> (@TimelineColumn, @Dimension, dcount: long)",
        "The users who were active in a number of periods before each step.",
    ),
    Plugin(
        "activity_counts_metrics",
        "(IdColumn: column nondynamic, TimelineColumn: column summable, Start: constant summable, "
        "End: constant summable, Step: constant summable, Dimension: column nondynamic*) -> (@TimelineColumn, "
        "@Dimension, count: long, dcount: long, new_dcount: long, aggregated_dcount: long)",
        "Counts of rows, of users and of new users at each step.",
    ),
    Plugin(
        "activity_engagement",
        "(IdColumn: column nondynamic, TimelineColumn: column summable, InnerActivityWindow: constant summable, "
        "OuterActivityWindow: constant summable) -> (@TimelineColumn, dcount_activities_inner: long, "
        "dcount_activities_outer: long, activity_ratio: real); "
        "(IdColumn: column nondynamic, TimelineColumn: column summable, Start: constant summable, "
        "End: constant summable, InnerActivityWindow: constant summable, OuterActivityWindow: constant summable, "
        "Dimension: column nondynamic*) -> (@TimelineColumn, @Dimension, dcount_activities_inner: long, "
        "dcount_activities_outer: long, activity_ratio: real)",
        "The ratio of the users active in a short window to those in a long one.",
    ),
    Plugin(
        "activity_metrics",
        "(IdColumn: column scalar, TimelineColumn: column summable, Start: constant summable, End: constant summable, "
        "Step: constant summable, Dimension: column nondynamic*) -> (@TimelineColumn, @Dimension, "
        "dcount_values: long, dcount_newvalues: long, retention_rate: real, churn_rate: real); "
        "(IdColumn: column scalar, TimelineColumn: column summable, Start: constant summable?, "
        "End: constant summable?) -> (@TimelineColumn, dcount_values: long, dcount_newvalues: long, "
        "retention_rate: real, churn_rate: real)",
        "The users, new users, retention and churn at each step.",
    ),
    Plugin(
        "autocluster",
        "(SizeWeight: real?, WeightColumn: column scalar?, NumSeeds: integer?, "
        "CustomWildcard: scalar*) -> (SegmentId: long, Count: long, Percent: real, *)",
        "The patterns of values that many rows have in common.",
    ),
    Plugin(
        "bag_unpack",
        "(column: column scalar, column_prefix: literal string?) -> special",
        "The table with the members of a bag as columns.",
    ),
    Plugin(
        "basket",
        "(Threshold: real?, WeightColumn: column scalar?, MaxDimensions: integer?, "
        "CustomWildcard: scalar*) -> (SegmentId: long, Count: long, Percent: real, *)",
        "The frequent patterns of values among the rows.",
    ),
    Plugin(
        "dcount_intersect",
        "(hll: array[2..]) -> special",
        "The sizes of the intersections of sketches that hll() made.",
    ),
    Plugin(
        "diffpatterns",
        "(SplitColumn: column scalar, SplitValueA: string, SplitValueB: string, WeightColumn: column scalar?, "
        "Threshold: real?, MaxDimensions: integer?, CustomWildcard: scalar*) -> (SegmentId: long, CountA: long, "
        "CountB: long, PercentA: real, PercentB: real, PercentDiffAB: real, *)",
        "The patterns of values that tell two parts of the rows apart.",
    ),
    Plugin("estimate_rows_count", "() -> (EstimatedRowsCount: long)", "An estimate of the number of rows."),
    Plugin(
        "funnel_sequence",
        "(IdColumn: column nondynamic, TimelineColumn: column summable, Start: constant summable, "
        "End: constant summable, MaxWindowSizeBetweenSteps: constant summable, Step: constant summable, "
        "StateColumn: column nondynamic, Sequence: constant array) -> special",
        "The users who came to a state after a sequence of others.",
    ),
    Plugin(
        "funnel_sequence_completion",
        "(IdColumn: column nondynamic, TimelineColumn: column summable, Start: constant summable, "
        "End: constant summable, BinSize: constant summable, StateColumn: column nondynamic, "
        "Sequence: constant array, MaxSequencePeriods: constant array) -> special",
        "The users who completed a sequence of states, by period.",
    ),
    Plugin("identity", "() -> (*)", "The table as it is."),
    Plugin(
        "ipv4_lookup",
        "(LookupTable: tabular, SourceIPv4Key: column scalar, IPv4LookupKey: column scalar, ExtraKey: column scalar*, "
        "return_unmatched: literal bool?) -> special",
        "The table with the rows of another whose network holds the address.",
    ),
    Plugin(
        "ipv6_lookup",
        "(LookupTable: tabular, SourceIPv6Key: column scalar, IPv6LookupKey: column scalar, "
        "return_unmatched: literal bool?) -> special",
        "The table with the rows of another whose network holds the address.",
    ),
    Plugin(
        "narrow",
        "() -> (Row: long, Column: string, Value: string)",
        "The table with one row for each value: row, column and value.",
    ),
    Plugin(
        "new_activity_metrics",
        "(IdColumn: column nondynamic, TimelineColumn: column summable, Start: constant summable, "
        "End: constant summable, Window: scalar, Cohort: constant scalar?, Dimension: column nondynamic*, "
        "lookback: tabular?) -> special",
        "The new users, retention and churn of each cohort at each step.",
    ),
    Plugin(
        "pivot",
        "(pivotColumn: column nondynamic, aggregateFunction: aggregate scalar?, columnName: column scalar*) -> special",
        "The table with the values of a column as columns.",
    ),
    Plugin("preview", "(NumberOfRows: integer) -> special", "The first rows, beside all of them."),
    Plugin(
        "rolling_percentile",
        "(ValueColumn: column summable, Percentile: constant number, IndexColumn: column summable, BinSize: summable, "
        "BinsPerWindow: constant integer, Dimension: column nondynamic*) -> special",
        "The percentile of the values in a window before each step.",
    ),
    Plugin(
        "rows_near",
        "(Condition: bool, NumRows: constant integer, NumRowsAfter: constant integer?) -> (*)",
        "The rows for which a condition is true, with those near to them.",
    ),
    Plugin(
        "sequence_detect",
        "(TimelineColumn: column summable, MaxSequenceStepWindow: constant summable, "
        "MaxSequenceSpan: constant summable, Expr: bool+, Dimension: column nondynamic*) -> special",
        "The occurrences of a sequence of conditions, with their times.",
    ),
    Plugin(
        "session_count",
        "(IdColumn: column nondynamic, TimelineColumn: column summable, Start: constant summable, "
        "End: constant summable, Bin: constant summable, LookBackWindow: constant summable, "
        "Dimension: column nondynamic*) -> (@TimelineColumn, @Dimension, count_sessions: long)",
        "The number of sessions at each step.",
    ),
    Plugin(
        "sliding_window_counts",
        "(IdColumn: column nondynamic, TimelineColumn: column summable, Start: constant summable, "
        "End: constant summable, LookBackWindow: constant summable, Step: constant summable, "
        "Dimension: column nondynamic*) -> (@TimelineColumn, @Dimension, Count: long, Dcount: long)",
        "Counts of rows and of users in a window before each step.",
    ),
)
