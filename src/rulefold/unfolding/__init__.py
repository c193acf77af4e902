"""Detections back into flattened rows: the inverse of folding."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from rulefold.model import Connector, Detection, Row

_ABSENT: tuple[None] = (None,)


@dataclass(frozen=True, slots=True)
class Unfolded:
    """The rows of one detection, in an order in which folding meets its sets as they are."""

    detection: Detection
    rows: tuple[Row, ...]


class RowsError(Exception):
    """The rows of a detection cannot be told: says why."""


def unfold(detection: Detection, *, seen: bool) -> Unfolded:
    """The rows of a detection: those that were seen, or the whole product of its values.

    Raises RowsError where a catalogue does not tell them.
    """
    whole = [*_product(detection), *(detection.rows.outside or ())]
    missing = set(map(_values, detection.rows.missing)) if seen else set()
    rows = [row for row in whole if _values(row) not in missing]
    if seen and len(rows) != detection.rows.seen:
        raise RowsError(f"of {detection.rows.product:,} rows {detection.rows.seen:,} are seen, and which is not told")
    return Unfolded(detection, tuple(_in_order(rows, detection)))


def _product(detection: Detection) -> Iterator[Row]:
    """Tactics × techniques × (connector, data type, platform)."""
    for tactic, technique in product(detection.tactics or _ABSENT, detection.techniques or _ABSENT):
        for connector in _connectors(detection):
            for data_type, platform in product(connector.data_types or _ABSENT, connector.platforms or _ABSENT):
                yield Row(
                    tactic=tactic,
                    technique=technique,
                    connector=connector.id or None,
                    data_type=data_type,
                    platform=platform,
                )


def _connectors(detection: Detection) -> tuple[Connector, ...]:
    """The connectors, or, where there is none, as one with an empty id what the rows state without."""
    without = Connector(id="", data_types=detection.data_types, platforms=detection.platforms)
    return detection.connectors or (without,)


def _values(row: Row) -> tuple[str | None, ...]:
    return (row.tactic, row.technique, row.connector, row.data_type, row.platform)


def _in_order(rows: Sequence[Row], detection: Detection) -> Iterator[Row]:
    """The rows in an order in which each set is first met as the detection has it.

    A row can come when each of its values has come before or is the next of its set; that one comes keeps none back.
    """
    meetings = _Meetings(detection)
    waiting = list(rows)
    while waiting:
        kept = []
        for row in waiting:
            if meetings.can_come(row):
                meetings.come(row)
                yield row
            else:
                kept.append(row)
        if len(kept) == len(waiting):  # no order gives these sets: then they come as they are
            yield from kept
            return
        waiting = kept


class _Meetings:
    """How far each set of a detection has been met, as the place of the next member."""

    def __init__(self, detection: Detection) -> None:
        """Nothing has been met yet."""
        self._place: dict[tuple[str, str], int] = {}
        self._met: dict[str, int] = {}
        sets = {
            "tactic": detection.tactics,
            "technique": detection.techniques,
            "platform": detection.platforms,
            "data_type": detection.data_types,
            "connector": tuple(one.id for one in detection.connectors),
        }
        for one in detection.connectors:
            sets[f"data_type of {one.id}"] = one.data_types
            sets[f"platform of {one.id}"] = one.platforms
        for name, values in sets.items():
            self._met[name] = 0
            self._place |= {(name, value): n for n, value in enumerate(values)}

    def can_come(self, row: Row) -> bool:
        """Whether each value of a row has been met or is the next of its set."""
        return all(self._place.get(value, 0) <= self._met.get(value[0], 0) for value in self._of(row))

    def come(self, row: Row) -> None:
        """Meet the values of a row."""
        for value in self._of(row):
            if value in self._place:
                self._met[value[0]] = max(self._met[value[0]], self._place[value] + 1)

    def _of(self, row: Row) -> Iterator[tuple[str, str]]:
        for name in ("tactic", "technique", "connector", "data_type", "platform"):
            if value := getattr(row, name):
                yield name, value
                if name in ("data_type", "platform") and row.connector:
                    yield f"{name} of {row.connector}", value
