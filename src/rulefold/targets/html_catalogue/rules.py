"""The rules of the page: what the line of each says, and what it holds."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from rulefold.codes import CODES
from rulefold.html_text.words import Cut, counted, cut, number
from rulefold.kql.highlight import Part, highlight
from rulefold.model import Connector, Detection, Row, Schedule
from rulefold.targets.html_catalogue.names import Reference, file, name
from rulefold.targets.html_catalogue.views import Group, View
from rulefold.targets.sentinel import TECHNIQUE
from rulefold.visible import visible_lines, web_url

_DESCRIPTION, _QUERY = 10_000, 50_000  # characters
_VALUES, _LINKS, _ROWS, _LINES = 60, 30, 5, 10
_SHADES = {"High": "s5", "Medium": "s3", "Low": "s1"}
_BREAK = re.compile(r"<br ?/?>\n?", re.IGNORECASE)  # as Markdown has it
_OPERATORS = {"gt": "more than", "lt": "fewer than", "eq": "exactly", "ne": "any but"}
# Short names, as 600 rules have thirty thousand of them; none means anything to a program that reads the page aloud.
_ELEMENTS = {
    Part.PLAIN: "",
    Part.KEYWORD: "b",
    Part.FUNCTION: "u",
    Part.STRING: "i",
    Part.NUMBER: "var",
    Part.COMMENT: "small",
}


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The beginning of a text, and how many characters are left out."""

    text: str
    more: int


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads somewhere, if it does."""

    text: str
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A connector as a rule has it: its group, its data types, and its platforms where the rule has others."""

    name: str
    group: Group | None
    invented: bool
    data_types: Cut[str]
    platforms: Cut[str]


@dataclass(frozen=True, slots=True)
class Body:
    """What a rule holds beside what its line says.

    `code` is the query in pieces, each with the element that it stands in, and `whole` the file of it.
    """

    description: Excerpt
    query: Excerpt
    code: Sequence[tuple[str, str]]
    whole: str | None
    techniques: Cut[Link]
    connectors: Cut[Source]
    data_types: Cut[str]
    platforms: Cut[str]
    facts: tuple[tuple[str, Link], ...]
    findings: Cut[tuple[str, str, str]]
    twins: Cut[Link]
    conflicts: Cut[str]
    rows: str
    missing: Cut[str]
    inferred: Cut[str]
    places: Cut[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its line, the groups that it is in by axis, where it is from, and its body where there is room for it.

    `tests` are how many cases there are for it.  It leads to no file of its own: a link with a key in each rule would
    take a sixtieth of the page.
    """

    own: Reference
    type: str
    severity: str
    shade: str
    tests: int
    groups: Mapping[str, Sequence[Group]]
    origin: Link | None
    body: Body | None


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule is shown in: references to all rules, views, formats beside the page, and the folder of the pages."""

    known: Mapping[str, Reference]
    views: Sequence[View]
    beside: Set[str]
    folder: str = ""


def rule(one: Detection, context: Context, *, whole: bool) -> Rule:
    """A rule of the page, without its body where it is not whole."""
    groups = {view.axis.name: cut(view.of(one), _VALUES).items for view in context.views}
    shade = _SHADES.get(one.severity or "", "")
    origin = _origin(one.url) if one.url else None
    body = _body(one, context, groups["connector"]) if whole else None
    return Rule(context.known[one.key], name(one.type), name(one.severity), shade, one.tests or 0, groups, origin, body)


def _body(one: Detection, context: Context, connectors: Sequence[Group]) -> Body:
    query = _excerpt(one.query.strip("\n"), _QUERY)
    by_name = {group.name: group for group in connectors}
    of_connectors = {data_type for connector in one.connectors for data_type in connector.data_types}
    return Body(
        description=_excerpt(_BREAK.sub("\n", one.description.strip()), _DESCRIPTION),
        query=query,
        code=_code(query.text),
        whole=file("kql", one.key, "kql") if "kql" in context.beside else None,
        techniques=cut([_technique(technique) for technique in one.techniques], _VALUES),
        connectors=cut([_source(connector, one, by_name) for connector in one.connectors], _VALUES),
        data_types=_names([data_type for data_type in one.data_types if data_type not in of_connectors]),
        platforms=_names(one.platforms),
        facts=tuple(_facts(one)),
        findings=cut([(note.code, _code_name(note.code), name(note.message)) for note in one.notes], _LINKS),
        twins=cut([_twin(key, context.known) for key in one.same_query or ()], _LINKS),
        conflicts=cut(list(_conflicts(one, context.folder)), _LINKS),
        rows=_seen(one),
        missing=_rows(one.rows.missing),
        inferred=_rows(one.inferred.rows),
        places=cut(list(_places(one, context.folder)), _LINES),
    )


def _excerpt(text: str, most: int) -> Excerpt:
    return Excerpt(text[:most], max(0, len(text) - most))


def _code(query: str) -> Sequence[tuple[str, str]]:
    """A query in pieces; one of which a piece is no token of KQL is one piece."""
    shown = visible_lines(query)
    parts = highlight(shown)
    return [("", shown)] if parts is None else [(_ELEMENTS[part], text) for part, text in parts]


def _names(values: Sequence[str]) -> Cut[str]:
    found = cut(values, _VALUES)
    return Cut([name(value, "(blank)") for value in found.items], found.more)


def _technique(id_: str) -> Link:
    known = TECHNIQUE.fullmatch(id_)
    return Link(
        name(id_, "(blank)"), f"https://attack.mitre.org/techniques/{id_.replace('.', '/')}/" if known else None
    )


def _source(connector: Connector, one: Detection, groups: Mapping[str, Group]) -> Source:
    shown = name(connector.id, "no connector")
    return Source(
        shown,
        groups.get(shown),
        bool(connector.invented),
        _names(connector.data_types),
        _names(() if set(connector.platforms) == set(one.platforms) else connector.platforms),
    )


def _facts(one: Detection) -> Iterator[tuple[str, Link]]:
    yield "Id", Link(name(one.id, "none"))
    if one.schedule and (schedule := ", ".join(_schedule(one.schedule))):
        yield "Schedule", Link(schedule)
    if one.ingested_date:
        yield "Ingested", Link(name(one.ingested_date, "(blank)"))


def _origin(url: str) -> Link:
    """The last part of an address, as the whole is the longest fact of most rules; one that is no link stands whole."""
    href = web_url(url)
    return Link(name(url.rstrip("/").rpartition("/")[2] if href else url, "(blank)"), href)


def _schedule(schedule: Schedule) -> Iterator[str]:
    operator, threshold = schedule.trigger_operator, schedule.trigger_threshold
    if schedule.query_frequency:
        yield f"every {name(schedule.query_frequency)}"
    if schedule.query_period:
        yield f"over {name(schedule.query_period)}"
    if operator in _OPERATORS and threshold is not None:
        yield f"fires at {_OPERATORS[operator]} {name(str(threshold))} results"
    elif operator or threshold is not None:
        yield f"fires at {' '.join(name(str(part)) for part in (operator, threshold) if part is not None)}"


def _code_name(code: str) -> str:
    return CODES[code].name if code in CODES else ""


def _twin(key: str, known: Mapping[str, Reference]) -> Link:
    own = known.get(key)
    return Link(own.title, f"#{own.id}") if own else Link(name(key))


def _conflicts(one: Detection, folder: str) -> Iterator[str]:
    for conflict in one.conflicts or ():
        for other in conflict.others:
            value, page = name(other.value, "no value"), name(other.page.removeprefix(folder))
            yield f"{conflict.field}: {value}, in {counted(other.rows, 'row')}; {page}, line {other.line}"


def _seen(one: Detection) -> str:
    of = "" if one.rows.product == one.rows.seen else f" of {number(one.rows.product)}"
    return counted(one.rows.seen, "row") + of


def _rows(rows: Sequence[Row]) -> Cut[str]:
    found = cut(rows, _ROWS)
    return Cut([_row(row) for row in found.items], found.more)


def _row(row: Row) -> str:
    values = (row.tactic, row.technique, row.connector, row.data_type, row.platform)
    return ", ".join(name(value) for value in values if value)


def _places(one: Detection, folder: str) -> Iterator[str]:
    for page in one.sources:
        ranges = cut(page.lines, _LINES)
        lines = ", ".join(f"{first}–{last}" for first, last in ranges.items)
        shown = name(page.page.removeprefix(folder))
        yield f"{shown}, lines {lines}{f' and {number(ranges.more)} more places' if ranges.more else ''}"
