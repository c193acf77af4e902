"""The models at the edges: what is read from a page, and what is written to a catalogue.

Values are as the page has them, but for Sentinel's spelling of tactics, upper-case technique ids, and thresholds as
integers; parsed forms stand beside them as properties.  An absent value is None, and is left out of what is written.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SkipValidation

from rulefold.text import Place, Source, Span

_SIMPLE_DURATION = re.compile(r"(\d{1,6})([smhd])", re.ASCII)
_ISO_DURATION = re.compile(r"P(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})S)?)?", re.ASCII)
_THRESHOLD = re.compile(r"(\d{1,9})(?:\.0*)?", re.ASCII)
_DATA_TYPE = re.compile(r"(.+?)\s*\((.*)\)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def parse_duration(text: str) -> timedelta | None:
    """`24h`, `5m`, `14d`, `PT1H` or `P1D` as a duration; None for anything else."""
    if simple := _SIMPLE_DURATION.fullmatch(text):
        return timedelta(**{_UNITS[simple[2]]: int(simple[1])})
    iso = _ISO_DURATION.fullmatch(text)
    if not iso or not any(iso.groups()):
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in iso.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def parse_threshold(text: str) -> int | None:
    """`3` or `3.0` as an integer; None for anything else."""
    whole = _THRESHOLD.fullmatch(text)
    return int(whole[1]) if whole else None


def parse_data_type(text: str) -> tuple[str, str | None]:
    """The table and the product of a data type: `SecurityAlert (MDATP)` is the table SecurityAlert of MDATP."""
    qualified = _DATA_TYPE.fullmatch(text)
    return (qualified[1], qualified[2]) if qualified else (text, None)


class Model(BaseModel):
    """The settings all models share: frozen, and closed against unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


@dataclass(frozen=True, slots=True)
class Where:
    """Where an entry and its parts stand.  All are equal: places are no part of an entry's equality."""

    source: Source = field(compare=False, repr=False)
    span: Span = field(compare=False, repr=False)
    line: int = field(compare=False)
    last_line: int = field(compare=False)
    parts: Mapping[str, tuple[int, int]] = field(compare=False, repr=False)


class Entry(Model):
    """One rule block of a page: a rule seen with one tactic, technique, platform, connector and data type.

    The query is verbatim.  `place` says where each part stands.
    """

    title: str
    description: str
    tactic: str | None = None
    technique: str | None = None
    platform: str | None = None
    type: str | None = None
    connector: str | None = None
    id: str | None = None
    data_type: str | None = None
    query_frequency: str | None = None
    query_period: str | None = None
    trigger_operator: str | None = None
    trigger_threshold: str | None = None
    severity: str | None = None
    url: str | None = None
    ingested_date: str | None = None
    query: str
    where: Annotated[Where, SkipValidation] = Field(exclude=True)

    def place(self, part: str) -> Place:
        """The place of a part, named like the attribute; a field that the table lacks stands where the block does."""
        where = self.where
        span = where.parts.get(part)
        return where.source.place_after(Span(where.span.start, span[0] if span else where.span.start), where.line)

    @property
    def frequency(self) -> timedelta | None:
        """The query frequency as a duration."""
        return parse_duration(self.query_frequency or "")

    @property
    def period(self) -> timedelta | None:
        """The query period as a duration."""
        return parse_duration(self.query_period or "")

    @property
    def threshold(self) -> int | None:
        """The trigger threshold as an integer."""
        return parse_threshold(self.trigger_threshold or "")

    @property
    def table(self) -> str | None:
        """The table that the data type names."""
        return parse_data_type(self.data_type)[0] if self.data_type else None

    @property
    def product(self) -> str | None:
        """The product that qualifies the data type, as MDATP in `SecurityAlert (MDATP)`."""
        return parse_data_type(self.data_type)[1] if self.data_type else None


class Row(Model):
    """The values in which the rows of one rule differ."""

    tactic: str | None = None
    technique: str | None = None
    connector: str | None = None
    data_type: str | None = None
    platform: str | None = None


class Rows(Model):
    """How many rows of a rule the pages show, how many the product of its values has, and which are missing.

    `outside` are rows that are seen and not of the product: they lack a value of which other rows have one.
    """

    seen: int
    product: int
    missing: tuple[Row, ...] = ()
    outside: tuple[Row, ...] | None = None


class Inferred(Model):
    """What other rules of the catalogue tell: further platforms of this rule's connectors, and the rows they make."""

    rows: tuple[Row, ...] = ()
    platforms: dict[str, tuple[str, ...]] = {}


class Connector(Model):
    """A data connector with the data types and platforms that the rule's rows state for it."""

    id: str
    data_types: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    invented: Literal[True] | None = None

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that the data types name, each once."""
        return tuple(dict.fromkeys(parse_data_type(data_type)[0] for data_type in self.data_types))


class Schedule(Model):
    """When an analytics rule runs, over which window, and what makes it fire."""

    query_frequency: str | None = None
    query_period: str | None = None
    trigger_operator: str | None = None
    trigger_threshold: int | str | None = None

    @property
    def frequency(self) -> timedelta | None:
        """The query frequency as a duration."""
        return parse_duration(self.query_frequency or "")

    @property
    def period(self) -> timedelta | None:
        """The query period as a duration."""
        return parse_duration(self.query_period or "")


class PageLines(Model):
    """The lines of a page that state a rule: (first, last) pairs, counted from 1, both included."""

    page: str
    lines: tuple[tuple[int, int], ...]


class OtherValue(Model):
    """A value that rows of a rule state beside the chosen one, and where the first of those rows states it."""

    value: str | None = None
    page: str
    line: int
    rows: int


class Conflict(Model):
    """A field in which rows of one rule disagree, with the values that were not chosen."""

    field: str
    others: tuple[OtherValue, ...]


class Note(Model):
    """A finding about a detection: the code and message of a diagnostic."""

    code: str
    message: str


class Detection(Model):
    """One rule, folded from all its rows.

    `key` names the detection's files and is unique in the catalogue: the id, unless that is empty, malformed or shared.
    Sets are in the order in which the pages first state their members.  `tables`, `columns` (by table) and `functions`
    are those that the query uses; None where nobody looked at it.  `needs` are alternatives: the tables of one of them
    have to have rows for the query to return any; None where that is not known.  `tests` are the cases that are kept
    for it beside the pages, None where there are none.
    """

    id: str
    key: str
    title: str
    description: str = ""
    type: str | None = None
    tactics: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    data_types: tuple[str, ...] = ()
    connectors: tuple[Connector, ...] = ()
    severity: str | None = None
    schedule: Schedule | None = None
    url: str | None = None
    ingested_date: str | None = None
    query: str
    tables: tuple[str, ...] | None = None
    columns: dict[str, tuple[str, ...]] | None = None
    functions: tuple[str, ...] | None = None
    needs: tuple[tuple[str, ...], ...] | None = None
    tests: int | None = None
    rows: Rows
    inferred: Inferred = Field(default_factory=Inferred)  # a default value would be copied for each
    same_query: tuple[str, ...] | None = None
    conflicts: tuple[Conflict, ...] | None = None
    sources: tuple[PageLines, ...] = ()
    notes: tuple[Note, ...] = ()


class PageSource(Model):
    """The pages of a catalogue in reading order, and the SHA-256 of their bytes, one after another."""

    pages: tuple[str, ...] = ()
    sha256: str = ""


class Counts(Model):
    """What was read and what came of it: `blocks` is `entries` plus `rejects`."""

    pages: int = 0
    blocks: int = 0
    entries: int = 0
    rejects: int = 0
    detections: int = 0
    errors: int = 0
    warnings: int = 0
    notes: int = 0


class Catalogue(Model):
    """All detections of a set of pages."""

    rulefold: str
    source: PageSource = PageSource()
    counts: Counts = Counts()
    detections: tuple[Detection, ...] = ()
