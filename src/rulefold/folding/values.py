"""The values of single fields: Sentinel's spelling, and what is to be said of a value that is none."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache

from rulefold import codes
from rulefold.diagnostics import Code, Diagnostic
from rulefold.model import Entry, parse_duration, parse_threshold

# The AttackTactic values of Sentinel's REST API (Microsoft.SecurityInsights), which export targets must keep to.
TACTICS = (
    "Reconnaissance",
    "ResourceDevelopment",
    "InitialAccess",
    "Execution",
    "Persistence",
    "PrivilegeEscalation",
    "DefenseEvasion",
    "CredentialAccess",
    "Discovery",
    "LateralMovement",
    "Collection",
    "Exfiltration",
    "CommandAndControl",
    "Impact",
    "PreAttack",
    "ImpairProcessControl",
    "InhibitResponseFunction",
)
Remark = tuple[Code, str]
INVENTED_CONNECTOR = "CustomConnector"

_SEPARATORS = re.compile(r"[\s_-]")
_TACTIC_BY_LETTERS = {tactic.lower(): tactic for tactic in TACTICS}
_TECHNIQUE = re.compile(r"T[0-9]{4}(?:\.[0-9]{3})?")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TYPES = {"Analytics", "Hunting"}
_SEVERITIES = {"High", "Medium", "Low", "Informational"}
_OPERATORS = {"gt", "lt", "eq", "ne"}


def short(text: str) -> str:
    """A value as messages quote it: on one line, and cut where it is long."""
    return repr(text if len(text) <= 60 else text[:59] + "…")


@lru_cache(maxsize=64)
def is_guid(text: str) -> bool:
    """Whether a text is a GUID in the usual form of 8-4-4-4-12 hexadecimal digits."""
    return _GUID.fullmatch(text) is not None


def parse_date(text: str | None) -> date | None:
    """A date in the form YYYY-MM-DD; None for anything else."""
    try:
        return date.fromisoformat(text) if text and len(text) == 10 else None
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def spelled(axis: str, value: str) -> tuple[str, Remark | None]:
    """A tactic, technique or connector as the catalogue spells it, and what is to be said of the page's spelling."""
    match axis:
        case "tactic":
            return _spelled_tactic(value)
        case "technique":
            return _spelled_technique(value)
        case "connector" if value == INVENTED_CONNECTOR:
            return value, (codes.INVENTED_CONNECTOR, f"found {INVENTED_CONNECTOR}, which is no connector")
        case _:
            return value, None


def _spelled_tactic(value: str) -> tuple[str, Remark | None]:
    tactic = _TACTIC_BY_LETTERS.get(_SEPARATORS.sub("", value).lower())
    if tactic is None:
        return value, (codes.UNKNOWN_TACTIC, f"found {short(value)}, which is no tactic")
    if tactic != value:
        return tactic, (codes.TACTIC_SPELLING, f"found the tactic {short(value)}, which Sentinel spells {tactic}")
    return tactic, None


def _spelled_technique(value: str) -> tuple[str, Remark | None]:
    technique = value.upper()
    if not _TECHNIQUE.fullmatch(technique):
        return value, (codes.MALFORMED_TECHNIQUE, f"found {short(value)}, which has not the form of a technique id")
    if technique != value:
        return technique, (codes.TECHNIQUE_CASE, f"found the technique {short(value)}, expected {technique}")
    return technique, None


def remarks_on_scalars(entry: Entry) -> Iterator[Diagnostic]:
    """What is to be said of the fields of an entry that have one value a rule."""
    if not entry.id:
        yield codes.EMPTY_ID.at(entry.place("id"), "found no DetectionId, so the rule folds by its url")
    elif not is_guid(entry.id):
        yield codes.MALFORMED_ID.at(entry.place("id"), f"found the DetectionId {short(entry.id)}, which is no GUID")
    for field, code, is_known, expected in _CHECKS:
        value = getattr(entry, field)
        if value and not is_known(value):
            yield code.at(entry.place(field), f"found {short(value)}, expected {expected}")


_CHECKS: tuple[tuple[str, Code, Callable[[str], object], str], ...] = (
    ("type", codes.UNKNOWN_VALUE, _TYPES.__contains__, "Analytics or Hunting"),
    ("severity", codes.UNKNOWN_VALUE, _SEVERITIES.__contains__, "High, Medium, Low or Informational"),
    ("trigger_operator", codes.UNKNOWN_VALUE, _OPERATORS.__contains__, "gt, lt, eq or ne"),
    ("query_frequency", codes.MALFORMED_DURATION, parse_duration, "a duration like 1h"),
    ("query_period", codes.MALFORMED_DURATION, parse_duration, "a duration like 1h"),
    ("trigger_threshold", codes.MALFORMED_THRESHOLD, lambda text: parse_threshold(text) is not None, "a whole number"),
    ("ingested_date", codes.MALFORMED_DATE, parse_date, "a date like 2022-08-07"),
)
