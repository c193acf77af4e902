"""Values of results as text and as JSON.

A datetime is ISO 8601 in UTC, a timespan `[-][d.]hh:mm:ss[.fffffff]`, a guid and a decimal text; a dynamic is JSON; a
real that is no number is `NaN`, `Infinity` or `-Infinity`, as text.
"""

import json
import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID


def written(value: object) -> object:
    """A value as one of JSON."""
    match value:
        case datetime():
            return f"{value.replace(tzinfo=None).isoformat()}Z"
        case timedelta():
            return timespan_text(value)
        case float() if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        case Decimal() | UUID():
            return str(value)
        case Mapping():
            return {str(key): written(one) for key, one in value.items()}
        case list() | tuple():
            return [written(one) for one in value]
        case _:
            return value


def timespan_text(span: timedelta) -> str:
    """`[-][d.]hh:mm:ss[.fffffff]`."""
    micros = abs(span // timedelta(microseconds=1))
    seconds, fraction = divmod(micros, 1_000_000)
    days, rest = divmod(seconds, 86_400)
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    sign = "-" if span < timedelta(0) else ""
    return f"{sign}{f'{days}.' if days else ''}{clock}{f'.{fraction:06}0' if fraction else ''}"


def shown(value: object) -> str:
    """A value in a cell; null is empty."""
    if value is None:
        return ""
    told = written(value)
    return told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)
