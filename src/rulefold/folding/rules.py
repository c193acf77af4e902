"""Identity: which entries are rows of one rule, gathered as they come."""

from array import array
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
_SLOT = {name: n for n, name in enumerate(SCALARS)}

Values = tuple[str | None, ...]  # of the fields in SCALARS
Identity = tuple[str, str]  # what it is by (id, url, text), and that
Variant = tuple[str, str | None, str]  # title, url, query

_scalars: "attrgetter[Values]" = attrgetter(*SCALARS)


class Axes(NamedTuple):
    """The values in which rows of one rule differ."""

    tactic: str | None
    technique: str | None
    connector: str | None
    data_type: str | None
    platform: str | None


class Seen(NamedTuple):
    """A row as it is seen: its order, and the place of its title."""

    order: int
    place: Place


@dataclass(slots=True)
class Stated:
    """Rows that agree in all fields of one value: these, the page of the first row, its order, how many rows there are.

    `at` has the line and the column of each field; the text of the page is not held for it.
    """

    values: Values
    page: str
    at: "array[int]"
    order: int
    rows: int = 0

    @classmethod
    def by(cls, entry: Entry, order: int) -> "Stated":
        """What an entry states."""
        return cls(_scalars(entry), entry.where.source.name, _lines_and_columns(entry), order)

    def value(self, name: str) -> str | None:
        """The value of a field."""
        return self.values[_SLOT[name]]

    def place(self, name: str) -> Place:
        """Where the first row states a field."""
        n = 2 * _SLOT[name]
        return Place(self.page, self.at[n], self.at[n + 1])


def _lines_and_columns(entry: Entry) -> "array[int]":
    """The places of the fields in SCALARS, as `Entry.place` has them one by one."""
    where, found = entry.where, array("I")
    text, start = where.source.text, where.span.start
    for name in SCALARS:
        end = where.parts.get(name, where.span)[0]
        line_start = max(text.rfind("\n", start, end) + 1, start)
        found.extend((where.line + text.count("\n", start, end), end - line_start + 1))
    return found


@dataclass(slots=True)
class Rule:
    """The rows of one rule so far.

    `rows` maps each distinct row to where it is first seen; `repeated` counts those that are seen again, and `again` is
    the first of them.  `remarks` are kept by what they are about, so that a value is told once a rule and not once a
    row.
    """

    order: int
    stated: dict[Values, Stated] = field(default_factory=dict)
    rows: dict[Axes, Seen] = field(default_factory=dict)
    repeated: int = 0
    again: Seen | None = None
    lines: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    remarks: dict[tuple[str, str], Diagnostic] = field(default_factory=dict)

    def add(self, entry: Entry, order: int) -> None:
        """Take in a further row."""
        scalars = _scalars(entry)
        stated = self.stated.get(scalars)
        if stated is None:
            stated = self.stated[scalars] = Stated.by(entry, order)
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
        self._see(axes, Seen(order, entry.place("title")))
        where = entry.where
        self._add_lines(where.source.name, where.line, where.last_line)

    def _see(self, axes: Axes, seen: Seen) -> None:
        if self.rows.setdefault(axes, seen) is not seen:
            self.repeated += 1
            self.again = min(self.again or seen, seen)

    def _add_lines(self, page: str, first: int, last: int) -> None:
        lines = self.lines.setdefault(page, [])
        if lines and lines[-1][1] + 1 == first:
            lines[-1] = (lines[-1][0], last)
        else:
            lines.append((first, last))

    def _spelled(self, entry: Entry, axis: str) -> str | None:
        value: str | None = getattr(entry, axis)
        if value is None:
            return None
        spelling, remark = spelled(axis, value)
        if remark and (axis, value) not in self.remarks:
            code, message = remark
            self.remarks[axis, value] = code.at(entry.place(axis), message)
        return spelling

    def move(self, by: int) -> None:
        """Count all orders on."""
        self.order += by
        for stated in self.stated.values():
            stated.order += by
        self.rows = {axes: Seen(seen.order + by, seen.place) for axes, seen in self.rows.items()}
        self.again = self.again and Seen(self.again.order + by, self.again.place)

    def follow(self, later: "Rule") -> None:
        """Take in rows that come after all of these, and have the same title, url and query."""
        for values, stated in later.stated.items():
            known = self.stated.setdefault(values, stated)
            if known is not stated:
                known.rows += stated.rows
        for axes, seen in later.rows.items():
            self._see(axes, seen)
        if later.again:
            self.repeated += later.repeated
            self.again = min(self.again or later.again, later.again)
        for page, lines in later.lines.items():
            for first, last in lines:
                self._add_lines(page, first, last)
        for about, remark in later.remarks.items():
            self.remarks.setdefault(about, remark)

    def merge(self, other: "Rule") -> None:
        """Take in all rows of another rule that proved to be the same."""
        self.order = min(self.order, other.order)
        self.stated |= other.stated
        for axes, seen in other.rows.items():
            self.rows[axes] = min(seen, self.rows.get(axes, seen))
        self.repeated += other.repeated
        self.again = self.again or other.again
        for page, lines in other.lines.items():
            self.lines.setdefault(page, []).extend(lines)
        self.remarks = other.remarks | self.remarks


@dataclass(slots=True)
class Gathered:
    """Rows by the rule they may be of: by their identity, and within it by their title, url and query."""

    groups: dict[Identity, dict[Variant, Rule]] = field(default_factory=dict)
    rows: int = 0

    def add(self, entry: Entry) -> None:
        """Take in a further row."""
        title, url, query = variant = entry.title, entry.url, entry.query
        variants = self.groups.setdefault(_identity(entry.id, title, url, query), {})
        if variant not in variants:
            variants[variant] = Rule(self.rows)
        variants[variant].add(entry, self.rows)
        self.rows += 1

    def put(self, rule: Rule) -> None:
        """Take in all rows of one title, url and query."""
        first = next(iter(rule.stated.values()))
        title, url, query = variant = first.value("title") or "", first.value("url"), first.value("query") or ""
        self.groups.setdefault(_identity(first.value("id"), title, url, query), {})[variant] = rule

    def follow(self, later: "Gathered") -> None:
        """Take in rows that come after all of these, and keep nothing for whoever has gathered them."""
        for identity, variants in later.groups.items():
            own = self.groups.setdefault(identity, {})
            for variant, rule in variants.items():
                rule.move(self.rows)
                known = own.setdefault(variant, rule)
                if known is not rule:
                    known.follow(rule)
        self.rows += later.rows

    def rules(self) -> list[Rule]:
        """The rules, in the order in which their first rows come.

        Rows are of one rule when they have the same id, compared without case.  Rows with one id whose title, url and
        query all differ are different rules.  Where the id is empty or malformed, rows with the same url are one rule,
        and where there is neither, those with the same title and query.
        """
        groups = self.groups.items()
        by_id = [rule for (kind, _), variants in groups if kind == "id" for rule in _united(variants)]
        by_url = [rule for (kind, _), variants in groups if kind != "id" for rule in _united(variants)]
        return sorted(by_id + list(_without_home(by_url, by_id)), key=lambda rule: rule.order)


def gather(entries: Iterable[Entry]) -> Gathered:
    """Entries as rows of rules."""
    gathered = Gathered()
    for entry in entries:
        gathered.add(entry)
    return gathered


def _identity(id_: str | None, title: str, url: str | None, query: str) -> Identity:
    if id_ and (is_guid(id_) or not url):
        return "id", id_.lower()
    if url:
        return "url", url
    return "text", f"{title}\0{query}"


def _united(variants: dict[Variant, Rule]) -> Iterator[Rule]:
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
        for url in {stated.value("url") for stated in rule.stated.values()} - {None}:
            homes.setdefault(url, []).append(rule)
    for rule in by_url:
        home = homes.get(next(iter(rule.stated.values())).value("url"), [])
        if len(home) == 1:
            home[0].merge(rule)
        else:
            yield rule
