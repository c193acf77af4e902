"""The matrix as a picture for a slide: a column a tactic, a cell a technique, and a bar for its sub-techniques.

One file without a script, a style sheet or anything that is fetched; colours are light, as a slide is.  Sizes are in
units of the view box, 1600 to 900.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rulefold.attack.snapshot import Technique
from rulefold.report.columns import Column, columns
from rulefold.report.contents import Report
from rulefold.report.facts import COUNTS, designation, headline, percent, share
from rulefold.report.shades import ALERTING, HUNTED, HUNTING, INK, NOTHING, PAPER, Shade, shade
from rulefold.report.svg import escaped, rect, text
from rulefold.report.widths import FONTS, width, wrap

WIDTH, HEIGHT = 1600, 900
MARGIN = 28
TOP, BOTTOM = 176, 836  # of the cells
GAP = 5  # between columns
TALLEST, TWO_LINES, SHORTEST = 38.0, 32.0, 9.5  # rows; in a lower one no text can be read, so there is none
BAR = 3

MUTED = "#55606c"
TRACK = "#d9dee4"
ALERTED_BAR, HUNTED_BAR = ALERTING[3].fill, HUNTING[2].fill
ALERTED_TEXT, HUNTED_TEXT = ALERTING[3].fill, HUNTING[3].fill


def emit(report: Report) -> dict[str, str]:
    """`layer.svg`."""
    return {"layer.svg": "\n".join(filter(None, _picture(report))) + "\n"}


def _picture(report: Report) -> Iterator[str]:
    matrix = list(columns(report.snapshot, headline(report).cells))
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-labelledby="title desc" font-family="{FONTS}" fill="{INK}">'
    )
    yield f'<title id="title">{escaped(_title(report))}</title>'
    yield f'<desc id="desc">{escaped(_description(report))}</desc>'
    yield f"<metadata>{escaped(report.snapshot.notice)}</metadata>"
    yield _PATTERN
    yield rect(0, 0, WIDTH, HEIGHT, PAPER)
    yield from _head(report)
    pitch = min(TALLEST, (BOTTOM - TOP) / max(1, *(len(column.techniques) for column in matrix)))
    room = WIDTH - 2 * MARGIN
    gap = min(GAP, room / len(matrix) / 10)
    wide = (room + gap) / len(matrix)
    for n, column in enumerate(matrix):
        yield from _column(report, column, _Frame(MARGIN + n * wide, wide - gap, pitch))
    yield from _legend()
    yield text(MARGIN, HEIGHT - 14, designation(report), 10.5, 1000, fill=MUTED)
    yield text(WIDTH - MARGIN, HEIGHT - 14, _CAVEAT, 10.5, 500, fill=MUTED, anchor="end")
    yield "</svg>"


_PATTERN = (
    f'<defs><pattern id="hunted" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    f'<rect width="6" height="6" fill="{HUNTING[0].fill}"/><rect width="1.8" height="6" fill="{HUNTING[1].fill}"/>'
    f"</pattern></defs>"
)


_CAVEAT = "That a detection is there says nothing of how much it sees."


def _title(report: Report) -> str:
    return f"Detections on {report.snapshot.title}"


def _description(report: Report) -> str:
    rules, queries = (_figure(report, type_) for type_ in ("Analytics", "Hunting"))
    return f"{rules} have a rule that alerts, {queries} a query that hunts. {COUNTS}"


def _figure(report: Report, type_: str) -> str:
    covered, of = share(report, type_)
    return f"{covered:,} of {of:,} techniques{_where(report)} ({percent(covered, of)})"


def _where(report: Report, *, named: bool = False) -> str:
    if not report.choice.platforms:
        return ""
    return " on " + (", ".join(report.choice.platforms) if named else "the team's platforms")


def _head(report: Report) -> Iterator[str]:
    """The title, and the two figures on its right."""
    yield text(MARGIN, 62, _title(report), 34, 800, bold=True)
    detections = len(report.coverage.detections)
    counted = f"{detections:,} detection{'' if detections == 1 else 's'}"
    unknown = len(headline(report).unknown)
    without = f", without {unknown:,} of unknown platforms" if unknown else ""
    about = f"{counted}; techniques and sub-techniques{_where(report, named=True)}{without}"
    yield text(MARGIN, 90, about, 15, 800, fill=MUTED)
    for x, type_, fill, words in (
        (900, "Analytics", ALERTING[3].fill, "have a rule that alerts"),
        (1250, "Hunting", HUNTING[3].fill, "have a query that hunts"),
    ):
        covered, of = share(report, type_)
        yield text(x + 112, 84, percent(covered, of), 40, 170, fill=fill, anchor="end", bold=True)
        yield text(x + 126, 62, f"{covered:,} of {of:,} techniques", 16, 190, bold=True)
        yield text(x + 126, 84, words, 16, 190)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a column is, how wide it is, and how far its rows are apart."""

    x: float
    wide: float
    pitch: float


def _column(report: Report, column: Column, frame: _Frame) -> Iterator[str]:
    first, _, second = column.tactic.name.rpartition(" ")
    size = min(12.5, 12.5 * frame.wide / max(1, width(first, 12.5, bold=True), width(second, 12.5, bold=True)))
    for words, y in ((first, TOP - 44), (second, TOP - 30)):
        if words:
            yield text(frame.x, y, words, max(9, size), frame.wide, bold=True)
    yield from _tally(report, column.tactic.shortname, frame)
    for n, (technique, children) in enumerate(column.techniques):
        cell = _Cell.of(report, column.tactic.shortname, technique, children)
        yield from _drawn(cell, frame, TOP + n * frame.pitch)


def _tally(report: Report, tactic: str, frame: _Frame) -> Iterator[str]:
    """How many techniques of a tactic are alerted on, are hunted for, and are there."""
    cells = {pair for pair in headline(report).cells if pair[0] == tactic}
    rules, queries = (len(cells & report.coverage.by_type[type_].declared.keys()) for type_ in ("Analytics", "Hunting"))
    x = frame.x
    for words, fill in ((f"{rules:,}", ALERTED_TEXT), (f"{queries:,}", HUNTED_TEXT), (f"of {len(cells):,}", MUTED)):
        bold = fill is not MUTED
        yield text(x, TOP - 13, words, 12.5, frame.x + frame.wide - x, fill=fill, bold=bold)
        x += width(words, 12.5, bold=bold) + 7


@dataclass(frozen=True, slots=True)
class _Cell:
    """A technique under a tactic: how many of its detections alert, and its sub-techniques with a declared pair."""

    name: str
    id: str
    alerting: int
    others: int
    alerted: int
    hunted: int
    children: int

    @classmethod
    def of(cls, report: Report, tactic: str, technique: Technique, children: Sequence[Technique]) -> "_Cell":
        declared, rules = report.coverage.all.declared, report.coverage.by_type["Analytics"].declared
        alerting = len(rules.get((tactic, technique.id), ()))
        pairs = [(tactic, child.id) for child in children if (tactic, child.id) in declared]
        alerted = sum(pair in rules for pair in pairs)
        others = len(declared.get((tactic, technique.id), ())) - alerting
        return cls(technique.name, technique.id, alerting, others, alerted, len(pairs) - alerted, len(children))

    @property
    def shade(self) -> Shade:
        return shade(self.alerting) if self.alerting or self.others else NOTHING

    @property
    def count(self) -> str:
        """What stands in the cell: how many alert, or in brackets how many detections hunt where none does."""
        return f"{self.alerting:,}" if self.alerting else f"({self.others:,})" if self.others else ""

    def __str__(self) -> str:
        told = f"{self.id} {self.name}: {self.alerting:,} alerting, {self.others:,} not alerting"
        return f"{told}; {self.alerted + self.hunted} of {self.children} sub-techniques" if self.children else told


def _drawn(cell: _Cell, frame: _Frame, y: float) -> Iterator[str]:
    high = frame.pitch - 3 if frame.pitch > SHORTEST else 0.9 * frame.pitch
    has_bar = cell.children and high > 2 * BAR
    body = high - BAR - 1 if has_bar else high
    painted = "url(#hunted)" if cell.shade is HUNTED else cell.shade.fill
    yield f"<g><title>{escaped(str(cell))}</title>{rect(frame.x, y, frame.wide, body, painted)}"
    if frame.pitch > SHORTEST:
        yield from _words(cell, frame, y + body / 2, min(11, (high - BAR - 1) * 0.75))
    if has_bar:
        yield from _bar(cell, frame, y + body + 1)
    yield "</g>"


def _words(cell: _Cell, frame: _Frame, middle: float, size: float) -> Iterator[str]:
    """The count and the name of a cell, the name on two lines where there is room for them."""
    room, ink, line = frame.wide - 7, cell.shade.text, middle + size * 0.36
    if cell.count:
        yield text(frame.x + frame.wide - 3, line, cell.count, size, 30, fill=ink, anchor="end", bold=True)
        room -= width(cell.count, size, bold=True) + 3
    lines = wrap(cell.name, room, size) if frame.pitch > TWO_LINES else [cell.name]
    for n, words in enumerate(lines):
        y = line + (n - (len(lines) - 1) / 2) * size * 1.15
        yield text(frame.x + 3, y, words, size, room, fill=ink)


def _bar(cell: _Cell, frame: _Frame, y: float) -> Iterator[str]:
    each = frame.wide / cell.children
    yield rect(frame.x, y, frame.wide, BAR, TRACK)
    if cell.alerted:
        yield rect(frame.x, y, each * cell.alerted, BAR, ALERTED_BAR)
    if cell.hunted:
        yield rect(frame.x + each * cell.alerted, y, each * cell.hunted, BAR, HUNTED_BAR)


def _legend() -> Iterator[str]:
    y, x = HEIGHT - 50, float(MARGIN)
    swatches = [(one.label, one.fill, one.text) for one in ALERTING]
    yield text(x, y + 12, "Rules that alert", 12.5, 110, bold=True)
    x += 108
    for label, fill, _ in swatches:
        yield rect(x, y, 22, 16, fill)
        yield text(x + 27, y + 12, label, 12.5, 90)
        x += 27 + width(label, 12.5) + 14
    for label, fill in (("(n) queries that hunt only", "url(#hunted)"), ("nothing declared", NOTHING.fill)):
        yield rect(x, y, 22, 16, fill)
        yield text(x + 27, y + 12, label, 12.5, 170)
        x += 27 + width(label, 12.5) + 14
    for label, fill in (("sub-techniques alerted on", ALERTED_BAR), ("hunted for", HUNTED_BAR), ("neither", TRACK)):
        yield rect(x, y + 7, 22, BAR, fill)
        yield text(x + 27, y + 12, label, 12.5, 170)
        x += 27 + width(label, 12.5) + 14
    for words, fill in (
        ("8", ALERTED_TEXT),
        ("5", HUNTED_TEXT),
        ("of 22: techniques alerted on, hunted for, there are", MUTED),
    ):
        yield text(x, y + 12, words, 12.5, WIDTH - MARGIN - x, fill=fill, bold=fill is not MUTED)
        x += width(words, 12.5, bold=fill is not MUTED) + 7
