"""Functions of times, run: what Kusto's documentation says of them, and their edges."""

from datetime import UTC, datetime, timedelta

import pytest

from rulefold.kql import QueryError, run


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


LAST = (23, 59, 59, 999_999)

CASES: list[tuple[str, object]] = [
    ("startofday(datetime(2017-01-01 10:10:17), -1)", at(2016, 12, 31)),
    ("startofweek(datetime(2017-01-01 10:10:17))", at(2017, 1, 1)),  # a Sunday
    ("startofweek(datetime(2017-01-07 10:10:17))", at(2017, 1, 1)),
    ("startofweek(datetime(0001-01-01))", None),  # the Sunday before is in no year
    ("startofmonth(datetime(2017-01-01 10:10:17), -1)", at(2016, 12, 1)),
    ("startofyear(datetime(2017-06-01), 1)", at(2018, 1, 1)),
    ("startofday(datetime(9999-12-31), 1)", None),
    ("endofday(datetime(2017-01-01 10:10:17))", at(2017, 1, 1, *LAST)),
    ("endofweek(datetime(2017-01-01), 1)", at(2017, 1, 14, *LAST)),
    ("endofmonth(datetime(2017-01-31), 1)", at(2017, 2, 28, *LAST)),
    ("endofyear(datetime(9999-03-01))", at(9999, 12, 31, *LAST)),
    ("datetime_add('month', 1, datetime(2023-01-31))", at(2023, 2, 28)),
    ("datetime_add('Quarter', -1, datetime(2024-05-31))", at(2024, 2, 29)),
    ("datetime_add('year', 9000, datetime(2024-05-31))", None),
    ("datetime_add('day', tolong('10000000000000'), datetime(2024-05-31))", None),
    ("datetime_add('millisecond', 1500, datetime(2024-05-31))", at(2024, 5, 31, 0, 0, 1, 500_000)),
    ("datetime_diff('year', datetime(2017-01-01), datetime(2000-12-31))", 17),
    ("datetime_diff('week', datetime(2017-10-29 00:00), datetime(2017-09-30 23:59))", 5),
    ("datetime_diff('hour', datetime(1960-01-01 01:00), datetime(1960-01-01 00:59))", 1),
    ("datetime_diff('day', datetime(2017-01-01), datetime(2017-01-02 23:59))", -1),
    ("datetime_part('week_of_year', datetime(2021-01-03))", 53),
    ("datetime_part('millisecond', datetime(2017-10-30 01:02:03.7654321))", 765),
    ("datetime_part('nanosecond', datetime(2017-10-30 01:02:03.7654321))", 765_432_100),
    ("dayofweek(datetime(2017-01-07))", timedelta(days=6)),
    ("dayofyear(datetime(2016-12-31))", 366),
    ("dayofweek(datetime(null))", None),
    ("make_datetime(2017, 10, 1, 12, 11, 0.25)", at(2017, 10, 1, 12, 11, 0, 250_000)),
    ("make_datetime(2017, 2, 29)", None),
    ("make_datetime(2017, 2, 1, 24, 0)", None),
    ("make_timespan(1, 12, 30, 55.123)", timedelta(days=1, hours=12, minutes=30, seconds=55.123)),
    ("make_timespan(1, 60)", None),
    ("make_timespan(24, 0, 0)", None),
    ("unixtime_seconds_todatetime(1546300800)", at(2019, 1, 1)),
    ("unixtime_milliseconds_todatetime(-1)", at(1969, 12, 31, *LAST[:3], 999_000)),
    ("unixtime_seconds_todatetime(1e20)", None),
    ("datetime_utc_to_local(datetime(2020-07-02 20:00), 'Europe/Paris')", at(2020, 7, 2, 22)),
    ("around(5, 7, 2)", True),
    ("around(datetime(2020-01-01), datetime(2020-01-03), 1d)", False),
    ("around(long(null), 1, 1)", None),
    ("format_datetime(datetime(2017-01-29 15:00:05), 'yy-M-dd [hh:mm:ss tt]')", "17-1-29 [03:00:05 PM]"),
    ("format_datetime(datetime(2017-01-29 09:00:05.1200), 'fff FFF')", "120 12"),
    ("format_timespan(time(29.09:00:05.12345), 'dd.hh:mm:ss [FF]')", "29.09:00:05 [12]"),
    ("format_timespan(-25h, 'd h')", "-1 1"),
    ("todatetime('Sat, 8 Nov 14 15:05:02 GMT')", at(2014, 11, 8, 15, 5, 2)),
    ("todatetime('2014-11-08T15:05:02.5+02:00')", at(2014, 11, 8, 13, 5, 2, 500_000)),
    ("todatetime('infinity')", None),
    ("todatetime('2014-02-30')", None),
    ("totimespan('1.5 hours')", timedelta(hours=1.5)),
    ("totimespan('-1.02:03:04.5')", -timedelta(days=1, hours=2, minutes=3, seconds=4.5)),
    ("totimespan('25:00:00')", None),
    ("totimespan('3 furlongs')", None),
]


@pytest.mark.parametrize(("expression", "expected"), CASES)
def test_time_function(expression: str, expected: object) -> None:
    assert run(f"print x = {expression}").rows == ((expected,),)


def test_formats_of_columns_are_those_of_constants() -> None:
    table = "datatable(t:datetime)[datetime(2007-03-09 05:04:03.12)]"
    forms = ("yyyy-MM-dd HH:mm:ss.fff", "y/M/d h:m:s", "ss.ff tt", "FFFFFFF")
    columns = ", ".join(f"c{n} = format_datetime(t, '{form}')" for n, form in enumerate(forms))
    constant = ", ".join(
        f"c{n} = format_datetime(datetime(2007-03-09 05:04:03.12), '{form}')" for n, form in enumerate(forms)
    )
    assert run(f"{table} | project {columns}").rows == run(f"print {constant}").rows
    assert run(f"{table} | project {columns}").rows == (("2007-03-09 05:04:03.120", "7/3/9 5:4:3", "03.12 AM", "12"),)


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("format_datetime(now(), 'zzz')", "found 'z'"),
        ("format_datetime(now(), 'yyy')", "found the form"),
        ("format_timespan(1d, 'c')", "found 'c'"),
        ("datetime_utc_to_local(now(), 'Nowhere/Never')", "Nowhere/Never"),
        ("datetime_add('fortnight', 1, now())", "fortnight"),
    ],
)
def test_refused(expression: str, why: str) -> None:
    with pytest.raises(QueryError, match=why):
        run(f"print x = {expression}")
