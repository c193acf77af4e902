"""Identity: which entries are rows of one rule, gathered as they come."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

from rulefold.diagnostics import Diagnostic
from rulefold.folding.values import is_guid, remarks_on_scalars, spelled
from rulefold.model import Entry
from rulefold.text import Place

SCALARS = (
    "id",
    "title",
    "description",
    "type",
    "severity",
    "query_frequency",
    "query_period",
    "trigger_operator",
    "trigger_threshold",
    "url",
    "ingested_date",
    "query",
)


_scalars: "attrgetter[tuple[str | None, ...]]" = attrgetter(*SCALARS)


class Axes(NamedTuple):
    """The values in which rows of one rule differ."""

    tactic: str | None
    technique: str | None
    connector: str | None
    data_type: str | None
    platform: str | None


@dataclass(slots=True)
class Stated:
    """Rows that agree in all fields of one value: the first of them, its order, and how many there are."""

    entry: Entry
    order: int
    rows: int = 0


@dataclass(slots=True)
class Rule:
    """The rows of one rule so far.

    `rows` maps each distinct row to the order of its first entry.  `remarks` are kept by what they are about, so that a
    value is told once a rule and not once a row.
    """

    order: int
    stated: dict[tuple[str | None, ...], Stated] = field(default_factory=dict)
    rows: dict[Axes, int] = field(default_factory=dict)
    repeated: int = 0
    first_repeated: Place | None = None
    lines: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    remarks: dict[tuple[str, str], Diagnostic] = field(default_factory=dict)

    def add(self, entry: Entry, order: int) -> None:
        """Take in a further row."""
        scalars = _scalars(entry)
        stated = self.stated.get(scalars)
        if stated is None:
            stated = self.stated[scalars] = Stated(entry.apart(), order)
            for remark in remarks_on_scalars(entry):
                self.remarks.setdefault((remark.code, remark.message), remark)
        stated.rows += 1
        axes = Axes(
            self._spelled(entry, "tactic"),
            self._spelled(entry, "technique"),
            self._spelled(entry, "connector"),
            entry.data_type,
            entry.platform,
        )
        if self.rows.setdefault(axes, order) != order:
            self.repeated += 1
            self.first_repeated = self.first_repeated or entry.place("title")
        where = entry.where
        lines = self.lines.setdefault(where.source.name, [])
        if lines and lines[-1][1] + 1 == where.line:
            lines[-1] = lines[-1][0], where.last_line
        else:
            lines.append((where.line, where.last_line))

    def _spelled(self, entry: Entry, axis: str) -> str | None:
        value: str | None = getattr(entry, axis)
        if value is None:
            return None
        spelling, remark = spelled(axis, value)
        if remark and (axis, value) not in self.remarks:
            code, message = remark
            self.remarks[axis, value] = code.at(entry.place(axis), message)
        return spelling

    def merge(self, other: "Rule") -> None:
        """Take in all rows of another rule that proved to be the same."""
        self.order = min(self.order, other.order)
        self.stated |= other.stated
        for axes, order in other.rows.items():
            self.rows[axes] = min(order, self.rows.get(axes, order))
        self.repeated += other.repeated
        self.first_repeated = self.first_repeated or other.first_repeated
        for page, lines in other.lines.items():
            self.lines.setdefault(page, []).extend(lines)
        self.remarks = other.remarks | self.remarks


def gather(entries: Iterable[Entry]) -> list[Rule]:
    """Entries as rules, in the order in which their first rows come.

    Rows are of one rule when they have the same id, compared without case.  Rows with one id whose title, url and query
    all differ are different rules.  Where the id is empty or malformed, rows with the same url are one rule, and where
    there is neither, those with the same title and query.
    """
    groups: dict[tuple[str, str], dict[tuple[str, str | None, str], Rule]] = {}
    for order, entry in enumerate(entries):
        variants = groups.setdefault(_identity(entry), {})
        variant = (entry.title, entry.url, entry.query)
        rule = variants.get(variant)
        if rule is None:
            rule = variants[variant] = Rule(order)
        rule.add(entry, order)
    by_id = [rule for (kind, _), variants in groups.items() if kind == "id" for rule in _united(variants)]
    by_url = [rule for (kind, _), variants in groups.items() if kind != "id" for rule in _united(variants)]
    return sorted(by_id + list(_without_home(by_url, by_id)), key=lambda rule: rule.order)


def _identity(entry: Entry) -> tuple[str, str]:
    if entry.id and (is_guid(entry.id) or not entry.url):
        return "id", entry.id.lower()
    if entry.url:
        return "url", entry.url
    return "text", f"{entry.title}\0{entry.query}"


def _united(variants: dict[tuple[str, str | None, str], Rule]) -> Iterator[Rule]:
    """The rules among the rows of one id: variants that share a title, a url or a query are one."""
    if len(variants) == 1:
        yield from variants.values()
        return
    rules = list(variants.values())
    parents = list(range(len(rules)))

    def root(n: int) -> int:
        while parents[n] != n:
            parents[n] = parents[parents[n]]
            n = parents[n]
        return n

    first_with: dict[tuple[int, str], int] = {}
    for n, variant in enumerate(variants):
        for slot, text in enumerate(variant):
            if text:
                roots = root(n), root(first_with.setdefault((slot, text), n))
                parents[max(roots)] = min(roots)
    for n, rule in enumerate(rules):
        if root(n) != n:
            rules[root(n)].merge(rule)
    yield from (rule for n, rule in enumerate(rules) if root(n) == n)


def _without_home(by_url: list[Rule], by_id: list[Rule]) -> Iterator[Rule]:
    """The rules without a usable id that are not rows of exactly one rule with an id and the same url."""
    homes: dict[str | None, list[Rule]] = {}
    for rule in by_id:
        for url in {stated.entry.url for stated in rule.stated.values()} - {None}:
            homes.setdefault(url, []).append(rule)
    for rule in by_url:
        home = homes.get(next(iter(rule.stated.values())).entry.url, [])
        if len(home) == 1:
            home[0].merge(rule)
        else:
            yield rule
