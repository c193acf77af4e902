"""Completeness by the row law: rows = tactics × techniques × (connector, data type, platform)."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product
from math import prod

from rulefold.folding.rules import Axes, Seen
from rulefold.folding.values import INVENTED_CONNECTOR
from rulefold.model import Connector, Inferred, Row, Rows

MAX_LISTED = 10_000
_ABSENT: tuple[None] = (None,)


@dataclass(frozen=True, slots=True)
class Relations:
    """The stated sets of a rule, each in the order of first sight, and its connectors' data types and platforms."""

    tactics: tuple[str, ...]
    techniques: tuple[str, ...]
    platforms: tuple[str, ...]
    data_types: tuple[str, ...]
    connectors: tuple[Connector, ...]
    without_connector: Connector | None

    @property
    def all_connectors(self) -> tuple[Connector, ...]:
        """The connectors, or, where no row has one, as one with an empty id what rows state without."""
        return self.connectors or ((self.without_connector,) if self.without_connector else ())


def relations(rows: Mapping[Axes, Seen]) -> Relations:
    """The sets and relations that rows state; `rows` maps each to where it is first seen."""
    ordered = sorted(rows, key=rows.__getitem__)
    by_connector: dict[str | None, list[Axes]] = {}
    for row in ordered:
        by_connector.setdefault(row.connector, []).append(row)
    connectors = [_connector(name, own) for name, own in by_connector.items()]
    return Relations(
        _stated(row.tactic for row in ordered),
        _stated(row.technique for row in ordered),
        _stated(row.platform for row in ordered),
        _stated(row.data_type for row in ordered),
        tuple(connector for connector in connectors if connector.id),
        next((connector for connector in connectors if not connector.id), None),
    )


def _stated(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value is not None))


def _connector(name: str | None, rows: list[Axes]) -> Connector:
    return Connector(
        id=name or "",
        data_types=_stated(row.data_type for row in rows),
        platforms=_stated(row.platform for row in rows),
        invented=True if name == INVENTED_CONNECTOR else None,
    )


def completeness(stated: Relations, rows: Collection[Axes]) -> tuple[Rows, int]:
    """The rows seen against the product of the stated sets, and how many of the product are missing.

    More than MAX_LISTED missing rows are counted but not listed, and so are as many that are of none of the product.
    """
    size = prod(map(len, _outer_axes(stated))) * sum(
        len(c.data_types or _ABSENT) * len(c.platforms or _ABSENT) for c in stated.all_connectors
    )
    connectors = {c.id: c for c in stated.all_connectors}
    outside = [
        row for row in rows if None in row and not _is_in_product(stated, connectors.get(row.connector or ""), row)
    ]
    missing = size - len(rows) + len(outside)
    listed = tuple(_as_row(row) for row in _product(stated) if row not in rows) if 0 < missing <= MAX_LISTED else ()
    told = tuple(map(_as_row, outside)) if 0 < len(outside) <= MAX_LISTED else None
    return Rows(seen=len(rows), product=size, missing=listed, outside=told), missing


def _outer_axes(stated: Relations) -> tuple[tuple[str | None, ...], tuple[str | None, ...]]:
    return stated.tactics or _ABSENT, stated.techniques or _ABSENT


def _is_in_product(stated: Relations, connector: Connector | None, row: Axes) -> bool:
    if connector is None:
        return False  # it names no connector, and others do
    pairs = (
        (row.tactic, stated.tactics),
        (row.technique, stated.techniques),
        (row.data_type, connector.data_types),
        (row.platform, connector.platforms),
    )
    return all(value is not None or not values for value, values in pairs)


def _product(stated: Relations) -> Iterator[Axes]:
    for tactic, technique in product(*_outer_axes(stated)):
        for c in stated.all_connectors:
            for data_type, platform in product(c.data_types or _ABSENT, c.platforms or _ABSENT):
                yield Axes(tactic, technique, c.id or None, data_type, platform)


def _as_row(row: Axes) -> Row:
    return Row(**row._asdict())


class PlatformMap:
    """Which platforms each connector has, over all rules of a catalogue.

    In the flattened catalogue the platforms follow from the connector alone, and a rule that lacks one has lost rows.
    A platform counts as a connector's when at least half of the other rules with that connector state it.
    """

    def __init__(self, rules: Iterable[Relations]) -> None:
        """Learn from all rules of a catalogue."""
        self._rules: Counter[str] = Counter()
        self._stating: dict[str, Counter[str]] = {}
        for rule in rules:
            for connector in rule.connectors:
                self._rules[connector.id] += 1
                self._stating.setdefault(connector.id, Counter()).update(connector.platforms)

    def further_platforms(self, connector: Connector) -> tuple[str, ...]:
        """The platforms that the other rules with this connector state and its own rule does not."""
        if connector.invented or not connector.platforms:
            return ()
        others = self._rules[connector.id] - 1
        stating = self._stating[connector.id]
        return tuple(p for p, rules in stating.items() if p not in connector.platforms and 2 * rules >= others)


def inferred(stated: Relations, platforms: PlatformMap) -> Inferred:
    """What the other rules add to a rule: further platforms of its connectors, and the rows they make.

    More than MAX_LISTED rows are not listed.
    """
    further = {c.id: added for c in stated.connectors if (added := platforms.further_platforms(c))}
    rows = (
        Row(tactic=tactic, technique=technique, connector=c.id, data_type=data_type, platform=platform)
        for tactic, technique in product(*_outer_axes(stated))
        for c in stated.connectors
        for data_type, platform in product(c.data_types or _ABSENT, further.get(c.id, ()))
    )
    listed = tuple(islice(rows, MAX_LISTED + 1))
    return Inferred(rows=listed if len(listed) <= MAX_LISTED else (), platforms=further)
