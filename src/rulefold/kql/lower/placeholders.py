"""The range of time that a query is run for, in texts of the query: `{{StartTimeISO}}` and `{{EndTimeISO}}`.

Sentinel's hunting page writes the range that is chosen there in their place: the last 24 hours, unless another is.
Source: https://learn.microsoft.com/azure/sentinel/hunting
"""

import re
from collections.abc import Mapping
from datetime import datetime

from rulefold.kql.literals import TICKS_A_DAY, datetime_text, ticks_of
from rulefold.kql.plan import Apply, Constant
from rulefold.kql.results import Timespan

BACK = {"StartTimeISO": TICKS_A_DAY, "EndTimeISO": 0}  # so many ticks before the query runs, in the usual range
_PLACEHOLDER = re.compile(r"\{\{(StartTimeISO|EndTimeISO)\}\}")


def times_of(now: datetime | None, timespan: Timespan | None) -> Mapping[str, int] | None:
    """The times of placeholders, in ticks: of what the query sees, or else of the day before; None for the engine's."""
    if timespan is not None:
        return dict(zip(BACK, map(ticks_of, timespan), strict=True))
    if now is None:
        return None
    return {name: max(0, ticks_of(now) - back) for name, back in BACK.items()}


def are_in(value: object) -> bool:
    """Whether a value is a text with a placeholder."""
    return isinstance(value, str) and "{{" in value and _PLACEHOLDER.search(value) is not None


def parts_of(text: str) -> list[str]:
    """A text in parts: every second one is the name of a placeholder."""
    return _PLACEHOLDER.split(text)


def filled(text: str, times: Mapping[str, int]) -> str:
    """A text with times in it, as `tostring` writes them."""
    return _PLACEHOLDER.sub(lambda found: datetime_text(times[found[1]]), text)


def time_in(call: Apply) -> str | None:
    """The placeholder that is a call's time, `todatetime('{{StartTimeISO}}')`, without a way through its text."""
    match call:
        case Apply(_, "todatetime", (Constant(_, str(text)),)) if found := _PLACEHOLDER.fullmatch(text):
            return found[1]
    return None
