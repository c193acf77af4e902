"""`coverage.xlsx`: the tables as sheets, and the matrix as a heat map.

Every text is written as a string and never read as a formula, a number or a link; links are those of `web_url`.  What
a sheet cannot hold is cut, and the sheet says so.  The bytes are the same on every machine: the zip file is stored
without compression, which differs from one zlib to the next, unless that would be too large.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from rulefold.attack.coverage import BEFORE_COMPROMISE
from rulefold.attack.outage import Outage
from rulefold.report.columns import columns
from rulefold.report.contents import Report
from rulefold.report.facts import COUNTS, facts
from rulefold.report.shades import ALERTING, HUNTED, INK, NOTHING, PAPER, Shade, shade
from rulefold.report.tables import TABLES, Row
from rulefold.visible import visible, web_url

# What a sheet holds.  Source: Microsoft, Excel specifications and limits.
MAX_ROWS = 1_048_576
MAX_TEXT = 32_767  # in UTF-16 code units
MAX_LINKS = 65_530

MAX_STORED = 32 * 2**20  # bytes of a zip file without compression
DATE = datetime(1980, 1, 1)  # a workbook has to have one, and a report has no clock

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as a sheet: its name, the table, and for columns that are links the columns that say where to.

    A column that is its own says it as the id of a technique.
    """

    name: str
    table: str
    links: Mapping[str, str]


SHEETS = (
    Sheet("Tactics", "tactics", {}),
    Sheet("Techniques", "coverage", {"technique": "technique"}),
    Sheet("Detections", "detections", {"title": "url"}),
    Sheet("Gaps", "gaps", {"technique": "technique"}),
    Sheet("Connectors", "connectors", {}),
    Sheet("Threats", "threats", {"technique": "technique"}),
    Sheet("Ledger", "ledger", {}),
)
WIDTHS = (
    (8, "rows"),
    (22, "tactic tactic_name counted_tactic tactic_only migrated"),
    (30, "tactics techniques implied platforms threat"),
    (38, "name key keys detection declared apart connector connectors tables connected_logs other_logs implied_by"),
    (58, "title url"),
    (90, "reason"),
)
USUAL_WIDTH = 13


def emit(report: Report) -> Mapping[str, bytes]:
    """`coverage.xlsx`."""
    data = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(data, options) as book:
        book.set_properties({"title": f"Coverage of {visible(report.snapshot.title)}", "created": DATE})
        writer = _Writer(report, _formats(book))
        _summary(writer, book.add_worksheet("Summary"))
        for sheet in SHEETS:
            if sheet.table != "threats" or report.threats:
                _table(writer, book.add_worksheet(sheet.name), sheet)
            if sheet.name == "Tactics":
                _matrix(writer, book.add_worksheet("Matrix"))
        _method(writer, book.add_worksheet("Method"))
    return {"coverage.xlsx": _stored(data)}


def _stored(data: io.BytesIO) -> bytes:
    """The same zip file without compression, if that is not too large."""
    with zipfile.ZipFile(data) as packed:
        members = packed.infolist()
        if sum(member.file_size for member in members) > MAX_STORED:
            return data.getvalue()
        stored = io.BytesIO()
        with zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as file:
            for member in members:
                file.writestr(zipfile.ZipInfo(member.filename, (1980, 1, 1, 0, 0, 0)), packed.read(member))
    return stored.getvalue()


def _formats(book: xlsxwriter.Workbook) -> dict[str, Format]:
    base = {"valign": "top"}
    wanted = {
        "text": base,
        "number": base | {"num_format": "#,##0"},
        "share": base | {"num_format": "0.0%"},
        "link": base | {"font_color": "#0b5394", "underline": 1},
        "head": {"bold": True, "bg_color": INK, "font_color": PAPER, "text_wrap": True, "valign": "top"},
        "title": {"bold": True, "font_size": 16},
        "bold": base | {"bold": True},
        "wrapped": base | {"text_wrap": True},
    }
    for one in (*ALERTING, HUNTED, NOTHING):
        look = {"bg_color": one.fill, "font_color": one.text, "border": 1, "border_color": "#c5ccd3", "valign": "top"}
        wanted[one.fill] = look | {"bold": True}
        wanted[f"{one.fill} sub"] = look | {"indent": 2}
    return {name: book.add_format(look) for name, look in wanted.items()}


@dataclass(slots=True)
class _Writer:
    """The report, the formats, and how many links the sheet at hand has."""

    report: Report
    formats: Mapping[str, Format]
    links: int = 0

    def put(self, sheet: Worksheet, row: int, column: int, value: Value, look: str = "") -> None:
        """Write one value as what it is: a text as a string, whatever it looks like."""
        match value:
            case None | "":
                pass
            case str():
                sheet.write_string(row, column, held(value), self.formats[look or "text"])
            case _:
                sheet.write_number(row, column, value, self.formats[look or "number"])

    def link(self, sheet: Worksheet, row: int, column: int, value: str, url: str | None) -> None:
        """Write a text that leads to a page, if its url is one to follow and the sheet can hold one more."""
        target = web_url(url)
        if target is None or self.links >= MAX_LINKS:
            self.put(sheet, row, column, value)
            return
        self.links += 1
        sheet.write_url(row, column, target, self.formats["link"], held(value) or target)

    def head(self, sheet: Worksheet, row: int, names: Sequence[str]) -> None:
        """Write a header and hold it in view."""
        self.links = 0
        for column, name in enumerate(names):
            self.put(sheet, row, column, name, "head")
        sheet.freeze_panes(row + 1, 0)


def held(text: str) -> str:
    """As much of a text as a cell holds, with a statement where that is not all of it."""
    shown = visible(text)
    if len(shown) <= MAX_TEXT // 2:
        return shown
    units = shown.encode("utf-16-le")
    if len(units) <= 2 * MAX_TEXT:
        return shown
    kept = units[: 2 * (MAX_TEXT - 80)].decode("utf-16-le", "ignore")
    return f"{kept} … and {len(shown) - len(kept):,} more characters than a cell holds"


def _table(writer: _Writer, sheet: Worksheet, kind: Sheet) -> None:
    table = TABLES[kind.table]
    writer.head(sheet, 0, [name.replace("_", " ").capitalize() for name in table.header])
    for column, name in enumerate(table.header):
        wide = next((width for width, names in WIDTHS if name in names.split()), USUAL_WIDTH)
        sheet.set_column(column, column, wide)
    links = {table.header.index(name): table.header.index(target) for name, target in kind.links.items()}
    number = 0
    for number, row in enumerate(_fitting(table.rows(writer.report), len(table.header)), 1):
        _row(writer, sheet, number, row, links)
    sheet.autofilter(0, 0, number, len(table.header) - 1)


def _row(writer: _Writer, sheet: Worksheet, number: int, row: Row, links: Mapping[int, int]) -> None:
    for column, value in enumerate(row):
        if column in links and isinstance(value, str) and isinstance(target := row[links[column]], str):
            url = writer.report.technique_url(target) if links[column] == column else target
            writer.link(sheet, number, column, value, url)
        else:
            writer.put(sheet, number, column, value)


def _fitting(rows: Iterable[Row], columns: int) -> Iterator[Row]:
    """The rows that a sheet holds below its header; where there are more, the last one says how many."""
    most = MAX_ROWS - 1
    waiting: Row | None = None
    more = 0
    for number, row in enumerate(rows, 1):
        if number < most:
            yield row
        elif waiting is None:
            waiting = row
        else:
            more += 1
    if waiting is not None and more:
        yield (f"{more + 1:,} more rows than a sheet holds", *(None,) * (columns - 1))
    elif waiting is not None:
        yield waiting


def _summary(writer: _Writer, sheet: Worksheet) -> None:
    """What the report is about, the figures with their shares, and what is lost without the chosen connectors."""
    for column, wide in enumerate((44, 18, 12, 12, 12)):
        sheet.set_column(column, column, wide)
    for number, row in enumerate(_summary_rows(writer.report)):
        for column, (value, look) in enumerate(row):
            writer.put(sheet, number, column, value, look)


Looked = tuple[tuple[Value, str], ...]


def _summary_rows(report: Report) -> Iterator[Looked]:
    yield (("ATT&CK coverage", "title"),)
    for name, value in facts(report):
        yield (name, "bold"), (value, "")
    yield ()
    yield _head("Figure", "Detections of type", "Number", "Of", "Share")
    for what, type_, number, of, _ in TABLES["summary"].rows(report):
        share = number / of if isinstance(number, int) and isinstance(of, int) and of else None
        yield (what, ""), (type_, ""), (number, ""), (of, ""), (share, "share")
    if report.outage:
        yield ()
        yield _head(f"Without {', '.join(report.outage.connectors)}", "Detections of type", "At best", "At worst")
        yield from _losses(report.outage)
    yield ()
    yield ((COUNTS, ""),)


def _head(*names: str) -> Looked:
    return tuple((name, "head") for name in names)


def _losses(outage: Outage) -> Iterator[Looked]:
    for type_, best in outage.best.items():
        worst = outage.worst[type_]
        for what, at_best, at_worst in (
            ("detections that die", len(best.dead), len(worst.dead)),
            ("cells lost", len(best.lost), len(worst.lost)),
            ("cells weakened", len(best.weakened), len(worst.weakened)),
        ):
            yield (what, ""), (type_ or "no type", ""), (at_best, ""), (at_worst, "")


@dataclass(frozen=True, slots=True)
class _Painted:
    """A cell of the heat map: its text, its shade, and whether it is a sub-technique."""

    text: str
    shade: Shade
    sub: bool

    @property
    def look(self) -> str:
        return f"{self.shade.fill} sub" if self.sub else self.shade.fill


def _matrix(writer: _Writer, sheet: Worksheet) -> None:
    """The heat map: a column a tactic, sub-techniques below their technique, and the number of detections in each."""
    matrix = list(columns(writer.report.snapshot))
    sheet.set_column(0, len(matrix) - 1, 34)
    for column, one in enumerate([*ALERTING, HUNTED, NOTHING]):
        writer.put(sheet, 0, column, f"{one.label} alerting" if one in ALERTING else one.label, one.fill)
    writer.head(sheet, 1, [column.tactic.name for column in matrix])
    painted = [
        [
            _painted(writer.report, column.tactic.shortname, one.id, sub=n > 0)
            for technique, children in column.techniques
            for n, one in enumerate((technique, *children))
        ]
        for column in matrix
    ]
    for number, row in enumerate(zip_longest(*painted), 2):
        for column, cell in enumerate(row):
            if cell and number < MAX_ROWS:
                writer.put(sheet, number, column, cell.text, cell.look)


def _painted(report: Report, tactic: str, id_: str, *, sub: bool) -> _Painted:
    declared = len(report.coverage.all.declared.get((tactic, id_), ()))
    alerting = len(report.coverage.by_type["Analytics"].declared.get((tactic, id_), ()))
    counts = f": {alerting:,} alerting, {declared - alerting:,} not alerting" if declared else ""
    text = f"{id_} {report.snapshot.techniques[id_].name}{counts}"
    return _Painted(text, shade(alerting) if declared else NOTHING, sub)


METHOD = (
    COUNTS,
    "Declared: the detection names the tactic and the technique. Implied: it names the technique and none of its"
    " tactics. Tactic only: it names the tactic and none of its techniques. Neither of the latter two counts as"
    " covered.",
    f"After the compromise: all tactics but {' and '.join(sorted(BEFORE_COMPROMISE))}.",
    "Gaps: techniques that no detection declares under any tactic, sorted by what they take.",
    "Connectors: what is lost if one falls silent. At best a detection lives while any of its data types arrives, at"
    " worst it needs every one; the truth lies between.",
    "Ledger: one line for each tactic and technique that the rows of a detection state, with the number of those rows"
    " and what became of it.",
)


def _method(writer: _Writer, sheet: Worksheet) -> None:
    """What counts, what the sheets show, and MITRE's notice."""
    sheet.set_column(0, 0, 120)
    writer.put(sheet, 0, 0, "Method", "title")
    for row, paragraph in enumerate((*METHOD, *writer.report.snapshot.notice.split("\n\n")), 1):
        writer.put(sheet, row, 0, paragraph, "wrapped")
