"""Fields that have one value a rule: which value is taken where rows disagree, and what becomes of the others."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from rulefold import codes
from rulefold.diagnostics import Diagnostic, Related, Severity
from rulefold.folding.rules import SCALARS, Rule, Stated
from rulefold.folding.values import is_guid, parse_date, short
from rulefold.model import Conflict, OtherValue

OnConflict = Literal["error", "first", "newest"]


@dataclass(frozen=True, slots=True)
class Scalars:
    """The values taken, with the row that states each first, and the fields in which rows disagree."""

    values: dict[str, str | None]
    conflicts: tuple[Conflict, ...]
    diagnostics: tuple[Diagnostic, ...]


def resolve(rule: Rule, on_conflict: OnConflict) -> Scalars:
    """One value for each field of a rule.

    An absent or blank value never stands against a stated one.  Under `newest` the rows with the latest IngestedDate
    speak first; otherwise, and among rows of one date, the first row does.
    """
    stated = sorted(rule.stated.values(), key=lambda s: s.order)
    if len(stated) == 1:
        return Scalars(dict(zip(SCALARS, next(iter(rule.stated)), strict=True)), (), ())
    if on_conflict == "newest":
        stated.sort(key=lambda s: parse_date(s.value("ingested_date")) or date.min, reverse=True)
    values: dict[str, str | None] = {}
    conflicts: list[Conflict] = []
    diagnostics: list[Diagnostic] = []
    for name in SCALARS:
        by_value = _by_value(stated, name)
        chosen = _chosen(name, by_value)
        values[name] = by_value[chosen][0].value(name)
        others = {value: found for value, found in by_value.items() if value != chosen}
        if others and not (name == "id" and set(others) == {None}):
            conflicts.append(Conflict(field=name, others=tuple(_other_values(name, others))))
            diagnostics.append(_told(name, by_value[chosen], others, on_conflict))
    return Scalars(values, tuple(conflicts), tuple(diagnostics))


def _by_value(stated: list[Stated], name: str) -> dict[str | None, list[Stated]]:
    """The rows by the value they state, ids without regard to case."""
    by_value: dict[str | None, list[Stated]] = {}
    for one in stated:
        value = one.value(name)
        by_value.setdefault(value.lower() if value and name == "id" else value, []).append(one)
    return by_value


def _chosen(name: str, by_value: dict[str | None, list[Stated]]) -> str | None:
    candidates = [value for value in by_value if value and value.strip()]
    if name == "id":
        candidates.sort(key=lambda value: not is_guid(value))
    return candidates[0] if candidates else next(iter(by_value))


def _other_values(name: str, others: dict[str | None, list[Stated]]) -> Iterator[OtherValue]:
    for found in others.values():
        place = found[0].place(name)
        rows = sum(one.rows for one in found)
        yield OtherValue(value=found[0].value(name), page=place.file, line=place.line, rows=rows)


def _told(
    name: str, taken: list[Stated], others: dict[str | None, list[Stated]], on_conflict: OnConflict
) -> Diagnostic:
    first = next(iter(others.values()))[0]
    shown = _shown(name, first.value(name)), _shown(name, taken[0].value(name))
    more = f" and {len(others) - 1} other value{'' if len(others) == 2 else 's'}" if len(others) > 1 else ""
    message = f"found {name} {shown[0]}{more} in rows of a rule that elsewhere have {shown[1]}, expected one value"
    related = [Related(taken[0].place(name), f"the value taken: {shown[1]}")]
    severity = Severity.ERROR if on_conflict == "error" else None
    return codes.CONFLICT.at(first.place(name), message, related=related, severity=severity)


def _shown(name: str, value: str | None) -> str:
    if not value:
        return "no value"
    return f"of {len(value):,} characters" if name in ("query", "description") else short(value)
