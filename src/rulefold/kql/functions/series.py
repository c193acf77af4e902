"""Functions of series: arrays of numbers."""

from rulefold.kql.functions.table import Function

ROWS = (
    Function("series_abs", "(series: array) -> @series", "The absolute value of each element."),
    Function("series_acos", "(series: array) -> dynamic", "The arc cosine of each element."),
    Function(
        "series_add",
        "(series1: array, series2: array) -> dynamic; "
        "(series1: array, series2: number) -> dynamic; "
        "(series1: number, series2: array) -> dynamic",
        "The sum of the elements at each place.",
    ),
    Function("series_asin", "(series: array) -> dynamic", "The arc sine of each element."),
    Function("series_atan", "(series: array) -> dynamic", "The arc tangent of each element."),
    Function("series_ceiling", "(series: array) -> @series", "Each element rounded up to a whole number."),
    Function("series_cos", "(series: array) -> dynamic", "The cosine of each element."),
    Function(
        "series_cosine_similarity",
        "(series1: array, series2: array, series1_magnitude: real?, series2_magnitude: real?) -> real",
        "The cosine of the angle between two series as vectors.",
    ),
    Function(
        "series_decompose",
        "(series: array, period: integer?, trend: string?, test_points: integer?, "
        "seasonality_threshold: number?) -> (baseline: dynamic, seasonal: dynamic, trend: dynamic, residual: dynamic)",
        "The parts of a series: baseline, season, trend and residual.",
        column="series_decompose_@1_*",
    ),
    Function(
        "series_decompose_anomalies",
        "(series: array, threshold: number?, period: integer?, trend: string?, test_points: integer?, "
        "method: string?, seasonality_threshold: number?) -> (ad_flag: dynamic, ad_score: dynamic, baseline: dynamic)",
        "The anomalies of a series by its decomposition: flag, score and baseline.",
        column="series_decompose_anomalies_@1_*",
    ),
    Function(
        "series_decompose_forecast",
        "(series: array, test_points: integer, period: integer?, trend: string?, "
        "seasonality_threshold: number?) -> (baseline: dynamic, seasonal: dynamic, trend: dynamic, residual: dynamic)",
        "The forecast of the last points of a series by its decomposition.",
        column="series_decompose_forecast_@1_*",
    ),
    Function(
        "series_divide",
        "(series1: array, series2: array) -> dynamic; "
        "(series1: array, series2: number) -> dynamic; "
        "(series1: number, series2: array) -> dynamic",
        "The quotient of the elements at each place.",
    ),
    Function(
        "series_dot_product",
        "(series1: array, series2: array) -> real; "
        "(series1: array, series2: number) -> real; "
        "(series1: number, series2: array) -> real",
        "The dot product of two series.",
    ),
    Function(
        "series_equals",
        "(series1: array, series2: array) -> dynamic; "
        "(series1: array, series2: number) -> dynamic; "
        "(series1: number, series2: array) -> dynamic",
        "Whether the elements at each place are equal.",
    ),
    Function("series_exp", "(series: array) -> dynamic", "The power of e of each element."),
    Function(
        "series_fft",
        "(series: array, series_imaginary: array?) -> (real: dynamic, imag: dynamic)",
        "The fast Fourier transform: real and imaginary parts.",
        column="series_fft_@1_*",
    ),
    Function(
        "series_fill_backward",
        "(series: array, missing_value_placeholder: number?) -> @series",
        "The series with missing elements taken from the next one that is there.",
        column="@1",
    ),
    Function(
        "series_fill_const",
        "(series: array, constant_value: number?, missing_value_placeholder: number?) -> @series",
        "The series with missing elements replaced by a constant.",
        column="@1",
    ),
    Function(
        "series_fill_forward",
        "(series: array, missing_value_placeholder: number?) -> @series",
        "The series with missing elements taken from the last one that is there.",
        column="@1",
    ),
    Function(
        "series_fill_linear",
        "(series: array, missing_value_placeholder: number?, fill_edges: bool?, constant_value: number?) -> @series",
        "The series with missing elements interpolated between their neighbours.",
        column="@1",
    ),
    Function(
        "series_fir",
        "(series: array, filter: array, normalize: bool?, center: bool?) -> dynamic",
        "The series after a filter with a finite impulse response.",
        column="@1",
    ),
    Function(
        "series_fit_2lines",
        "(array: array) -> (rsquare: real, split_idx: long, variance: real, rvariance: real, line_fit: dynamic, "
        "right_rsquare: real, right_slope: real, right_interception: real, right_variance: real, "
        "right_rvariance: real, left_rsquare: real, left_slope: real, left_interception: real, left_variance: real, "
        "left_rvariance: real)",
        "The fit of two lines to a series, as columns.",
        column="series_fit_2lines_@1_*",
    ),
    Function("series_fit_2lines_dynamic", "(series: array) -> dynamic", "The fit of two lines to a series, as a bag."),
    Function(
        "series_fit_line",
        "(series: array) -> (rsquare: real, slope: real, variance: real, rvariance: real, interception: real, "
        "line_fit: dynamic)",
        "The fit of a line to a series, as columns.",
        column="series_fit_line_@1_*",
    ),
    Function("series_fit_line_dynamic", "(series: array) -> dynamic", "The fit of a line to a series, as a bag."),
    Function(
        "series_fit_poly",
        "(y_series: array, x_series: array?, degree: int?) -> (rsquare: real, coefficients: dynamic, variance: real, "
        "rvariance: real, poly_fit: dynamic)",
        "The fit of a polynomial to a series, as columns.",
        column="series_fit_poly_@1_*",
    ),
    Function("series_floor", "(series: array) -> dynamic", "Each element rounded down to a whole number."),
    Function(
        "series_greater",
        "(series1: array, series2: array) -> dynamic; "
        "(series1: array, series2: number) -> dynamic; "
        "(series1: number, series2: array) -> dynamic",
        "Whether the first element at each place is greater.",
    ),
    Function(
        "series_greater_equals",
        "(series1: array, series2: array) -> dynamic; "
        "(series1: array, series2: number) -> dynamic; "
        "(series1: number, series2: array) -> dynamic",
        "Whether the first element at each place is greater or equal.",
    ),
    Function(
        "series_ifft",
        "(series: array, series_imaginary: array?) -> (real: dynamic, imag: dynamic)",
        "The inverse of the fast Fourier transform: real and imaginary parts.",
        column="series_ifft_@1_*",
    ),
    Function(
        "series_iir",
        "(series: array, numerators: array, denominators: array) -> dynamic",
        "The series after a filter with an infinite impulse response.",
        column="@1",
    ),
    Function(
        "series_less",
        "(series1: array, series2: array) -> dynamic; "
        "(series1: array, series2: number) -> dynamic; "
        "(series1: number, series2: array) -> dynamic",
        "Whether the first element at each place is smaller.",
    ),
    Function(
        "series_less_equals",
        "(series1: array, series2: array) -> dynamic; "
        "(series1: array, series2: number) -> dynamic; "
        "(series1: number, series2: array) -> dynamic",
        "Whether the first element at each place is smaller or equal.",
    ),
    Function("series_log", "(series: array) -> dynamic", "The natural logarithm of each element."),
    Function("series_magnitude", "(series: array) -> real", "The length of a series as a vector."),
    Function(
        "series_multiply",
        "(series1: array, series2: array) -> dynamic; "
        "(series1: array, series2: number) -> dynamic; "
        "(series1: number, series2: array) -> dynamic",
        "The product of the elements at each place.",
    ),
    Function(
        "series_not_equals",
        "(series1: array, series2: array) -> dynamic; "
        "(series1: array, series2: number) -> dynamic; "
        "(series1: number, series2: array) -> dynamic",
        "Whether the elements at each place differ.",
    ),
    Function(
        "series_outliers",
        "(series: array, kind: string?, ignore_val: number?) -> @series; "
        "(series: array, kind: string, ignore_val: real, min_percentile: real, max_percentile: real?, "
        "test_points: integer?) -> @series",
        "The score of each element as an outlier.",
        column="@1",
    ),
    Function(
        "series_pearson_correlation",
        "(series1: array, series2: array) -> real",
        "Pearson's correlation of two series.",
    ),
    Function(
        "series_periods_detect",
        "(series: array, min_period: number, max_period: number, num_periods: long) -> (periods: dynamic, "
        "scores: dynamic)",
        "The most telling periods of a series, with their scores.",
        column="series_periods_detect_@1_*",
    ),
    Function(
        "series_periods_validate",
        "(series: array, period: number[1..16]) -> (periods: dynamic, scores: dynamic)",
        "The scores of given periods of a series.",
        column="series_periods_validate_@1_*",
    ),
    Function(
        "series_pow",
        "(series1: array, series2: array) -> dynamic; "
        "(series1: array, series2: number) -> dynamic; "
        "(series1: number, series2: array) -> dynamic",
        "The power of the elements at each place.",
    ),
    Function("series_product", "(series: array) -> real", "The product of all elements."),
    Function(
        "series_seasonal",
        "(series: array) -> dynamic; "
        "(series: array, period: integer) -> dynamic; "
        "(series: array, period: integer, test_points: integer) -> dynamic",
        "The seasonal part of a series.",
    ),
    Function("series_sign", "(series: array) -> dynamic", "The sign of each element."),
    Function("series_sin", "(series: array) -> dynamic", "The sine of each element."),
    Function(
        "series_stats",
        "(series: array, ignore_nonfinite: constant bool?) -> (min: real, min_idx: long, max: real, max_idx: long, "
        "avg: real, stdev: real, variance: real)",
        "The statistics of a series, as columns.",
        column="series_stats_@1_*",
    ),
    Function(
        "series_stats_dynamic",
        "(series: array, ignore_nonfinite: constant bool?) -> dynamic",
        "The statistics of a series, as a bag.",
    ),
    Function(
        "series_subtract",
        "(series1: array, series2: array) -> dynamic; "
        "(series1: array, series2: number) -> dynamic; "
        "(series1: number, series2: array) -> dynamic",
        "The difference of the elements at each place.",
    ),
    Function("series_sum", "(series: array) -> real", "The sum of all elements.", aliases=("array_sum",)),
    Function("series_tan", "(series: array) -> dynamic", "The tangent of each element."),
)
