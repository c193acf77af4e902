"""Functions of times and time spans."""

from rulefold.kql.functions.table import Function

ROWS = (
    Function("ago", "(timespan: timespan) -> datetime", "The time that lies a time span before now."),
    Function(
        "around",
        "(value: scalar, center: scalar, delta: scalar) -> bool",
        "Whether a value lies within a distance of a centre.",
    ),
    Function(
        "datetime_add",
        "(part: literal string{year|quarter|month|week|day|hour|minute|second|millisecond|microsecond|nanosecond}, "
        "value: integer, datetime: datetime) -> datetime",
        "The time with an amount of a part (days, months …) added.",
    ),
    Function(
        "datetime_diff",
        "(part: literal string{year|quarter|month|week|day|hour|minute|second|millisecond|microsecond|nanosecond}, "
        "datetime1: datetime, datetime2: datetime) -> long",
        "The number of bounds of a part (days, months …) between two times.",
    ),
    Function("datetime_list_timezones", "() -> dynamic", "The names of all time zones, as an array."),
    Function(
        "datetime_local_to_utc",
        "(from: datetime, timezone: string) -> datetime",
        "The UTC time of a local time in a time zone.",
    ),
    Function(
        "datetime_part",
        "(part: literal string{year|quarter|month|week_of_year|day|dayofyear|hour|minute|second|millisecond|"
        "microsecond|nanosecond}, date: datetime) -> int",
        "A part of a time, as a number.",
        aliases=("datepart",),
    ),
    Function(
        "datetime_utc_to_local",
        "(from: datetime, timezone: string) -> datetime",
        "The local time in a time zone of a UTC time.",
    ),
    Function("dayofmonth", "(date: datetime) -> int", "The day of the month, from 1."),
    Function("dayofweek", "(date: datetime) -> timespan", "The time since the last Sunday, in whole days."),
    Function("dayofyear", "(date: datetime) -> int", "The day of the year, from 1."),
    Function("endofday", "(date: datetime, offset: long?) -> datetime", "The last tick of the day, some days on."),
    Function(
        "endofmonth",
        "(date: datetime, offset: long?) -> datetime",
        "The last tick of the month, some months on.",
    ),
    Function("endofweek", "(date: datetime, offset: long?) -> datetime", "The last tick of the week, some weeks on."),
    Function("endofyear", "(date: datetime, offset: long?) -> datetime", "The last tick of the year, some years on."),
    Function(
        "format_datetime",
        "(date: datetime, format: literal string) -> string",
        "The time as text in a given format.",
        column="@1",
    ),
    Function(
        "format_timespan",
        "(timespan: timespan, format: literal string) -> string",
        "The time span as text in a given format.",
        column="@1",
    ),
    Function("getmonth", "(date: datetime) -> int", "The month of a time, from 1."),
    Function("getyear", "(date: datetime) -> int", "The year of a time."),
    Function("hourofday", "(date: datetime) -> int", "The hour of a time, from 0."),
    Function(
        "make_datetime",
        "(year: number, month: number, day: number, hour: number?, minute: number?, second: number?) -> datetime; "
        "(value: scalar) -> datetime",
        "The time with the given parts.",
        column="single @1",
    ),
    Function(
        "make_timespan",
        "(days: integer, hours: integer, minutes: integer, seconds: number) -> timespan; "
        "(hours: integer, minutes: integer, seconds: number?) -> timespan; "
        "(value: scalar) -> timespan",
        "The time span with the given parts.",
        column="single @1",
    ),
    Function("monthofyear", "(date: datetime) -> int", "The month of a time, from 1."),
    Function("now", "(offset: timespan?) -> datetime", "The time of the query, moved by a time span."),
    Function(
        "startofday",
        "(date: datetime, offset: long?) -> datetime",
        "The first tick of the day, some days on.",
        column="@1",
    ),
    Function(
        "startofmonth",
        "(date: datetime, offset: long?) -> datetime",
        "The first tick of the month, some months on.",
    ),
    Function(
        "startofweek",
        "(date: datetime, offset: long?) -> datetime",
        "The first tick of the week, some weeks on.",
    ),
    Function(
        "startofyear",
        "(date: datetime, offset: long?) -> datetime",
        "The first tick of the year, some years on.",
    ),
    Function(
        "unixtime_microseconds_todatetime",
        "(number: number) -> datetime",
        "The time that lies some microseconds after the start of 1970.",
    ),
    Function(
        "unixtime_milliseconds_todatetime",
        "(number: number) -> datetime",
        "The time that lies some milliseconds after the start of 1970.",
    ),
    Function(
        "unixtime_nanoseconds_todatetime",
        "(number: number) -> datetime",
        "The time that lies some nanoseconds after the start of 1970.",
    ),
    Function(
        "unixtime_seconds_todatetime",
        "(number: number) -> datetime",
        "The time that lies some seconds after the start of 1970.",
    ),
    Function("week_of_year", "(date: datetime) -> int", "The week of the year by ISO 8601.", aliases=("weekofyear",)),
)
