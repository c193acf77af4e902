"""Values of results as text and as JSON.

A datetime is ISO 8601 in UTC, a timespan `[-][d.]hh:mm:ss[.fffffff]`, a guid and a decimal text; a dynamic is JSON; a
real that is no number is `NaN`, `Infinity` or `-Infinity`, as text.
"""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

json_line = json.JSONEncoder(ensure_ascii=False).encode  # `dumps` makes an encoder each time


def written(value: object) -> object:
    """A value as one of JSON."""
    match value:
        case None | str() | int():
            return value
        case float():
            return value if math.isfinite(value) else _no_number(value)
        case datetime():
            return _moment_text(value)
        case timedelta():
            return timespan_text(value)
        case Decimal() | UUID():
            return str(value)
        case list() | tuple():
            return [written(one) for one in value]
        case dict() | Mapping():  # the first is seen at once
            return {str(key): written(one) for key, one in value.items()}
        case _:
            return value


def _no_number(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _moment_text(moment: datetime) -> str:
    """A time in ISO 8601; one without an offset is in UTC."""
    at = moment.astimezone(UTC) if moment.utcoffset() else moment
    return f"{at.isoformat().removesuffix('+00:00')}Z"


def timespan_text(span: timedelta) -> str:
    """`[-][d.]hh:mm:ss[.fffffff]`."""
    sign, size = ("-", -span) if span.days < 0 else ("", span)
    minutes, seconds = divmod(size.seconds, 60)
    clock = f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    fraction = f".{size.microseconds:06}0" if size.microseconds else ""
    return f"{sign}{f'{size.days}.' if size.days else ''}{clock}{fraction}"


def shown(value: object) -> str:
    """A value in a cell; null is empty."""
    if value is None:
        return ""
    told = written(value)
    return told if isinstance(told, str) else json_line(told)
