"""The fields of one rule, as YAML and ARM templates name them, into the rows that the rule flattens into.

A rule of these sources has no rows of its own: it states sets.  It is read as the whole product of its values, tactics
× techniques × (connector, data type), which is what a flattened page would show of it.  So `rows.seen` of such a
detection is the size of that product, and nothing is missing.  Platforms are absent, because no source but flattened
rows states them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

from rulefold import codes
from rulefold.diagnostics import Code, Related
from rulefold.entries import bare_description
from rulefold.model import Entry, Where
from rulefold.sources.found import Found, unwritable
from rulefold.sources.nodes import Fields, Items, Node, Scalar, is_nothing, kind_of
from rulefold.text import Span

MAX_ROWS = 10_000
ANALYTICS, HUNTING = "Analytics", "Hunting"

# The names of each field over all dialects, in lower case.  Sources: Azure-Sentinel, wiki "Query Style Guide";
# Microsoft.SecurityInsights alertRules, API reference.
NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id",),
    "title": ("name", "displayname"),
    "description": ("description",),
    "severity": ("severity",),
    "query_frequency": ("queryfrequency",),
    "query_period": ("queryperiod",),
    "trigger_operator": ("triggeroperator",),
    "trigger_threshold": ("triggerthreshold",),
    "query": ("query",),
}
TACTICS, TECHNIQUES, SUB_TECHNIQUES = ("tactics",), ("relevanttechniques", "techniques"), ("subtechniques",)
CONNECTORS, KIND = ("requireddataconnectors",), ("kind",)
OPERATORS = {"greaterthan": "gt", "lessthan": "lt", "equal": "eq", "notequal": "ne"}
KINDS = {"scheduled": "Scheduled", "nrt": "NRT"}
_SCHEDULE = ("query_frequency", "query_period", "trigger_operator", "trigger_threshold")
HELD = {name for names in (*NAMES.values(), TACTICS, TECHNIQUES, SUB_TECHNIQUES, CONNECTORS, KIND) for name in names}


class Text(NamedTuple):
    """A text and where it stands."""

    text: str
    start: int
    end: int


NOTHING: tuple[None] = (None,)
Pair = tuple[Text | None, Text | None]


@dataclass(slots=True)
class Rule:
    """What a rule states: fields of one value, and sets.  `connectors` are pairs of a connector and a data type."""

    texts: dict[str, Text] = field(default_factory=dict)
    tactics: list[Text] = field(default_factory=list)
    techniques: list[Text] = field(default_factory=list)
    connectors: list[Pair] = field(default_factory=list)
    type: str | None = None

    @property
    def has_schedule(self) -> bool:
        """Whether the rule says when it runs or what makes it fire."""
        return any(name in self.texts for name in _SCHEDULE)

    @property
    def is_analytics(self) -> bool:
        """Whether the rule has what only an analytics rule has."""
        return self.has_schedule or "severity" in self.texts


def _as_it_is(node: Node) -> Node:
    return node


@dataclass(slots=True)
class RuleReader:
    """Reads the fields of one mapping; what is wrong with them goes to `found`, and makes the rule unreadable.

    `resolve` gives what a node stands for, as an expression of a template does.
    """

    found: Found
    fields: Fields
    resolve: Callable[[Node], Node] = _as_it_is
    failed: bool = False

    def fail(self, code: Code, offset: int, message: str, related: tuple[Related, ...] = ()) -> None:
        """Say what is wrong; the rule cannot be read."""
        self.found.tell(code, offset, message, related=related)
        self.failed = True

    def refuse_repeated_keys(self, fields: Fields | None = None) -> None:
        """Fail for each key that stands in a mapping twice."""
        for key, first in (fields or self.fields).repeated():
            related = (Related(self.found.lines.place(first.start), "the first"),)
            self.fail(codes.REPEATED_KEY, key.start, f"found the key {short(key.text)} a second time", related)

    def node(self, names: tuple[str, ...]) -> Node | None:
        """The value of the first of several names that is there."""
        for name in names:
            if (node := self.fields.get(name)) is not None:
                return self.resolve(node)
        return None

    def text(self, names: tuple[str, ...]) -> Text | None:
        """The text of a field; None where it is absent, null or not a text."""
        node = self.node(names)
        return None if node is None else self.as_text(node, names[0])

    def as_text(self, node: Node, name: str) -> Text | None:
        """A node as a text."""
        if not isinstance(node, Scalar):
            self.fail(codes.OTHER_SHAPE, node.start, f"found {kind_of(node)} as {name}, expected a text")
            return None
        if node.text is None:
            return None
        if (half := unwritable(node.text)) is not None:
            message = f"found half of a surrogate pair, U+{ord(half):04X}, in {name}, expected UTF-8 text"
            self.fail(codes.INVALID_TEXT, node.start, message)
            return None
        return Text(node.text, node.start, node.end)

    def texts(self, names: tuple[str, ...]) -> list[Text]:
        """The texts of a list, each once; a single text counts as a list of one."""
        node = self.node(names)
        return [] if node is None else self.as_texts(node, names[0])

    def as_texts(self, node: Node, name: str) -> list[Text]:
        """A node as a list of texts without blanks around them; nulls and empty texts are left out."""
        match node:
            case Scalar():
                items: tuple[Node, ...] = (node,)
            case Items():
                items = node.items
            case _:
                self.fail(codes.OTHER_SHAPE, node.start, f"found {kind_of(node)} as {name}, expected a list of texts")
                return []
        texts = (self.as_text(self.resolve(item), name) for item in items)
        stated = [Text(text.text.strip(), text.start, text.end) for text in texts if text]
        return _each_once(text for text in stated if text.text)

    def pairs(self) -> list[Pair]:
        """The connectors with their data types; a connector without any stands alone."""
        node = self.node(CONNECTORS)
        if node is None or is_nothing(node):
            return []
        if not isinstance(node, Items):
            message = f"found {kind_of(node)} as {CONNECTORS[0]}, expected a list of connectors"
            self.fail(codes.OTHER_SHAPE, node.start, message)
            return []
        pairs: dict[tuple[str | None, str | None], Pair] = {}
        for item in node.items:
            for pair in self._connector(self.resolve(item)):
                pairs.setdefault((pair[0] and pair[0].text, pair[1] and pair[1].text), pair)
        return list(pairs.values())

    def _connector(self, node: Node) -> Iterator[Pair]:
        if is_nothing(node):
            return
        if not isinstance(node, Fields):
            message = f"found {kind_of(node)} as a connector, expected connectorId and dataTypes"
            self.fail(codes.OTHER_SHAPE, node.start, message)
            return
        self.refuse_repeated_keys(node)
        reader = RuleReader(self.found, node, self.resolve)
        id_, data_types = reader.text(("connectorid",)), reader.texts(("datatypes",))
        for key, value in node.pairs:
            if (key.text or "").lower() not in ("connectorid", "datatypes") and not is_nothing(value):
                self.found.lose(f"{CONNECTORS[0]}.{key.text}", key.start)
        self.failed |= reader.failed
        connector = Text(id_.text.strip(), id_.start, id_.end) if id_ and id_.text.strip() else None
        yield from ((connector, data_type) for data_type in data_types or NOTHING)

    def lose_others(self, held: set[str] = HELD, without_loss: Callable[[str, Node], bool] | None = None) -> None:
        """Count the fields that say something and that a catalogue does not hold."""
        for key, value in self.fields.pairs:
            name = key.text or ""
            if name.lower() in held or is_nothing(value) or (without_loss and without_loss(name.lower(), value)):
                continue
            self.found.lose(name, key.start)

    def rule(self) -> Rule:
        """All fields of the rule, but for its type."""
        self.refuse_repeated_keys()
        texts = {name: text for name, names in NAMES.items() if (text := self.text(names))}
        rule = Rule(
            {name: plain(name, text) for name, text in texts.items() if name == "query" or text.text.strip()},
            self.texts(TACTICS),
            with_sub_techniques(self.texts(TECHNIQUES), self.texts(SUB_TECHNIQUES)),
            self.pairs(),
        )
        for name in ("title", "query"):
            if name not in rule.texts and not self.failed:
                message = f"found no {NAMES[name][0]}, which every rule has"
                self.fail(codes.MISSING_PART, self.fields.start, message)
        return rule


def short(text: str | None) -> str:
    """A text as messages quote it."""
    text = text or ""
    return repr(text if len(text) <= 60 else text[:59] + "…")


def plain(name: str, text: Text) -> Text:
    """A text as the catalogue has it: descriptions without the apostrophes around them, operators in the short form."""
    value = text.text
    match name:
        case "query":
            return text
        case "description":
            value = bare_description(value)
        case "trigger_operator":
            value = OPERATORS.get(value.strip().lower(), value.strip())
        case _:
            value = value.strip()
    return text._replace(text=value)


def with_sub_techniques(techniques: list[Text], subs: list[Text]) -> list[Text]:
    """Techniques with the sub-techniques that stand apart from them.

    The API wants the technique of each sub-technique among the techniques, so there it is no claim of its own: the
    sub-techniques take its place.
    """
    if not subs:
        return techniques
    under: dict[str, list[Text]] = {}
    for sub in subs:
        under.setdefault(sub.text.partition(".")[0].upper(), []).append(sub)
    merged = [text for technique in techniques for text in under.pop(technique.text.upper(), [technique])]
    return _each_once([*merged, *(text for texts in under.values() for text in texts)])


def _each_once(texts: Iterable[Text]) -> list[Text]:
    """The first of each text, in order."""
    first: dict[str, Text] = {}
    for text in texts:
        first.setdefault(text.text, text)
    return list(first.values())


def rows(rule: Rule, where: Where) -> Iterator[Entry]:
    """The rows that a rule flattens into, all of them standing where the rule does."""
    scalars: Mapping[str, str] = {name: text.text for name, text in rule.texts.items()}
    spans = {name: (text.start, text.end) for name, text in rule.texts.items()}
    axes = ("tactic", "technique", "connector", "data_type")
    for tactic, technique, pair in product(
        rule.tactics or NOTHING, rule.techniques or NOTHING, rule.connectors or [(None, None)]
    ):
        stated = {name: text for name, text in zip(axes, (tactic, technique, *pair), strict=True) if text}
        parts = spans | {name: (text.start, text.end) for name, text in stated.items()}
        place = Where(where.source, where.span, where.line, where.last_line, parts)
        values = {"description": "", **scalars, **{name: text.text for name, text in stated.items()}}
        yield Entry(type=rule.type, where=place, **values)


def row_count(rule: Rule) -> int:
    """How many rows a rule flattens into."""
    return max(1, len(rule.tactics)) * max(1, len(rule.techniques)) * max(1, len(rule.connectors))


def lose_kind(rule: Rule, kind: Text | None, found: Found) -> None:
    """Count a kind that does not follow from the rest: NRT of an analytics rule without a schedule, else Scheduled."""
    if kind is None:
        return
    follows = ("Scheduled" if rule.has_schedule else "NRT") if rule.type == ANALYTICS else None
    if KINDS.get(kind.text.strip().lower()) != follows:
        found.lose("kind", kind.start)


def take(rule: Rule, found: Found, span: Span) -> None:
    """Take a rule that could be read into what the file brings; one with too many rows is refused."""
    count = row_count(rule)
    if count > MAX_ROWS:
        message = f"found a rule whose values make {count:,} rows, expected at most {MAX_ROWS:,}"
        found.tell(codes.OVERSIZED, span.start, message)
        found.reject(span)
        return
    source = found.source
    line = found.lines.line(span.start)
    start = found.lines.start(span.start)  # places within a rule are counted from the start of a line
    where = Where(source, Span(start, span.end), line, source.last_line(span, line), {})
    if not rule.texts["query"].text.strip():
        found.tell(codes.EMPTY_QUERY, rule.texts["query"].start, "found an empty query")
    found.read += 1
    found.entries += rows(rule, where)
