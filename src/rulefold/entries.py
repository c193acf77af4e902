"""Rule blocks into entries: the fields of the table, the query, and what is wrong with them."""

import re
from collections.abc import Iterable
from functools import lru_cache

from rulefold import codes
from rulefold.diagnostics import Code, Diagnostic, Related
from rulefold.model import Entry, Where
from rulefold.pages import HEADING_LINE, Block, cells
from rulefold.text import Span

FIELDS = {
    "Tactic": "tactic",
    "TechniqueId": "technique",
    "Platform": "platform",
    "DetectionType": "type",
    "ConnectorId": "connector",
    "DetectionId": "id",
    "DataTypes": "data_type",
    "QueryFrequency": "query_frequency",
    "QueryPeriod": "query_period",
    "TriggerOperator": "trigger_operator",
    "TriggerThreshold": "trigger_threshold",
    "DetectionSeverity": "severity",
    "DetectionUrl": "url",
    "IngestedDate": "ingested_date",
}
_QUERY_LANGUAGES = {"kql", "kusto"}
_MOST_FAULTS = 100  # of one kind in one block: each is placed by counting lines, and a million would take hours

# All fourteen rows in the generator's order: the common case, read in one match.  A backslash may escape a pipe, so a
# line that has one is left to the general way.
_PLAIN_TABLE = re.compile(
    r"\|Name \| Value \|\n\| --- \| --- \|\n" + "".join(rf"\|{name} \|[ \t]*+([^|\\\n]*)\|\n" for name in FIELDS),
)


def read_entry(block: Block) -> tuple[Entry | None, list[Diagnostic]]:
    """The entry of a block, or None where it cannot be read, and everything that is to be said about it.

    Without an entry there is at least one error among the diagnostics.
    """
    if len(block.tables) == 1 and not block.source.damaged:
        plain = _PLAIN_TABLE.fullmatch(block.source.text, *block.tables[0])
        if plain and _is_plain(block):
            values = [value.rstrip(" \t") or None for value in plain.groups()]
            if values[5] or values[12]:
                fields = dict(zip(FIELDS.values(), values, strict=True))
                return _entry(block, fields, dict(zip(FIELDS.values(), plain.regs[1:], strict=True))), []
    return _read_carefully(block)


def _is_plain(block: Block) -> bool:
    """Whether nothing about the block's shape is to be said."""
    (title_start, title_end), fences = block.title, block.fences
    if title_start == title_end or len(fences) != 1 or block.surplus or block.open or block.too_large:
        return False
    return fences[0].closed and fences[0].info == "kql" and not _is_blank(fences[0].content)


def _is_blank(text: str) -> bool:
    return not text or text.isspace()


def _entry(block: Block, fields: dict[str, str | None], spans: dict[str, tuple[int, int]]) -> Entry:
    fence = block.fences[0]
    spans["title"], spans["description"] = block.title, block.description
    spans["query"] = Span(fence.content_start, fence.content_start + len(fence.content))
    return Entry(
        title=block.source.text[block.title.start : block.title.end],
        description=bare_description(block.source.text[block.description.start : block.description.end]),
        query=_query(fence.content),
        where=Where(block.source, block.span, block.line, block.last_line, spans),
        **fields,
    )


# Rows of one rule follow each other with the same text: these two keep one copy of it.


@lru_cache(maxsize=64)
def _query(content: str) -> str:
    """What was in the fence before the writer ended its last line."""
    return content.removesuffix("\n")


@lru_cache(maxsize=64)
def bare_description(text: str) -> str:
    """A description without the blank lines and the one pair of apostrophes around it."""
    text = text.strip()
    quoted = len(text) > 1 and text[0] == text[-1] == "'"
    return text[1:-1].strip() if quoted else text


def _read_carefully(block: Block) -> tuple[Entry | None, list[Diagnostic]]:
    faults = [*_text_faults(block), *_shape_faults(block)]
    fields: dict[str, str | None] = {}
    spans: dict[str, tuple[int, int]] = {}
    if block.tables and not any(d.code == codes.OTHER_TABLE.id for d in faults):
        fields, spans, table_faults = _read_table(block)
        faults += table_faults
    if any(d.severity == "error" for d in faults):
        return None, faults
    return _entry(block, fields, spans), faults + _remarks(block, fields)


def _at(block: Block, code: Code, offset: int, message: str, related: Iterable[Related] = ()) -> Diagnostic:
    return code.at(block.place(offset), message, related=tuple(related), excerpt=block.source.line_at(offset))


def _text_faults(block: Block) -> list[Diagnostic]:
    at = block.source.damage(block.span)
    if at is None:
        return []
    found = block.source.text[at]
    what = "a NUL character" if found == "\0" else f"the byte 0x{ord(found) & 0xFF:02X}"
    return [_at(block, codes.INVALID_TEXT, at, f"found {what}, expected UTF-8 text")]


def _shape_faults(block: Block) -> list[Diagnostic]:
    """What is wrong with a block before its table is read: a missing or second part, an end that is cut off."""
    start = block.span.start
    if block.too_large:
        headings = _headings_in(block, block.span)
        message = f"found {block.span.end - start:,} characters {block.too_large}, {headings} among them"
        return [_at(block, codes.TOO_LARGE, start, message)]
    faults = []
    if block.title.start == block.title.end:
        faults.append(_at(block, codes.NO_TITLE, start, "found an empty heading, expected the rule's title"))
    faults += [*_table_faults(block), *_query_faults(block)]
    return faults


def _table_faults(block: Block) -> list[Diagnostic]:
    if not block.tables:
        return [
            _at(block, codes.NO_TABLE, block.span.start, "found no table, expected one with the columns Name and Value")
        ]
    first, *more = block.tables
    source = block.source
    header = Span(first.start, source.text.index("\n", first.start))
    names = [source.text[cell.start : cell.end] for cell in cells(source, header)]
    if names != ["Name", "Value"]:
        message = f"found a table with the columns {_short(', '.join(names))}, expected Name, Value"
        return [_at(block, codes.OTHER_TABLE, first.start, message)]
    related = [Related(block.place(first.start), "the first table")]
    message = "found a second table of fields"
    return [_at(block, codes.REPEATED_TABLE, table.start, message, related) for table in more[:_MOST_FAULTS]]


def _query_faults(block: Block) -> list[Diagnostic]:
    faults = []
    if block.open:
        headings = _headings_in(block, block.open)
        message = f"found no end of what opens here before the end of the page; it swallows {headings}"
        faults.append(_at(block, codes.UNCLOSED_FENCE, block.open.start, message))
    if not block.fences and block.tables:
        message = "found no code block after the table, expected the query in ```kql"
        faults.append(_at(block, codes.NO_QUERY, block.tables[0].start, message))
    for fence in block.fences[1 : 1 + _MOST_FAULTS]:
        first = block.place(block.fences[0].span.start)
        message = "found a second code block, expected one query"
        faults.append(_at(block, codes.REPEATED_QUERY, fence.span.start, message, [Related(first, "the first query")]))
    return faults


def _headings_in(block: Block, span: Span) -> str:
    count = sum(1 for _ in HEADING_LINE.finditer(block.source.text, span.start, span.end))
    return f"{count} heading{'' if count == 1 else 's'}"


def _read_table(block: Block) -> tuple[dict[str, str | None], dict[str, tuple[int, int]], list[Diagnostic]]:
    fields: dict[str, str | None] = {}
    spans: dict[str, tuple[int, int]] = {}
    faults: list[Diagnostic] = []
    for row in _rows(block):
        if len(faults) == _MOST_FAULTS:
            break
        found = cells(block.source, row)
        if len(found) != 2:
            at = found[2].start if len(found) > 2 else row.start
            faults.append(_at(block, codes.CELL_COUNT, at, f"found {len(found)} cells in the row, expected 2"))
            continue
        name, value = (block.source.text[cell.start : cell.end] for cell in found)
        field = FIELDS.get(name)
        if field is None:
            faults.append(_unknown_field(block, found[0].start, name))
        elif field in spans:
            first = block.place(spans[field][0])
            message = f"found the field {name} a second time"
            faults.append(_at(block, codes.REPEATED_FIELD, found[0].start, message, [Related(first, "the first")]))
        else:
            fields[field], spans[field] = value.replace("\\|", "|") or None, found[1]
    if not faults and not fields.get("id") and not fields.get("url"):
        message = "found neither a DetectionId nor a DetectionUrl, expected at least one of them"
        faults.append(_at(block, codes.NO_IDENTITY, block.tables[0].start, message))
    return fields, spans, faults


def _rows(block: Block) -> Iterable[Span]:
    """The lines of the table of fields below its header and delimiter."""
    text, (start, end) = block.source.text, block.tables[0]
    start = text.index("\n", text.index("\n", start) + 1) + 1 if text.count("\n", start, end) > 1 else end
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        yield Span(start, stop)
        start = stop + 1


def _unknown_field(block: Block, offset: int, name: str) -> Diagnostic:
    from difflib import get_close_matches

    shown = _short(name)
    close = get_close_matches(shown, FIELDS, 1)
    meant = f"; is {close[0]} meant?" if close else ""
    return _at(block, codes.UNKNOWN_FIELD, offset, f"found the field {shown!r}, expected one of the fourteen{meant}")


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def _remarks(block: Block, fields: dict[str, str | None]) -> list[Diagnostic]:
    """What is to be said about a block that can be read."""
    remarks = []
    missing = [name for name, field in FIELDS.items() if field not in fields]
    if missing:
        remarks.append(
            _at(block, codes.MISSING_FIELD, block.tables[0].start, f"found no {', '.join(missing)} in the table")
        )
    fence = block.fences[0]
    language = fence.info.split()[0] if fence.info else ""
    if language.lower() not in _QUERY_LANGUAGES:
        found = f"a code block of {language!r}" if language else "a code block without a language"
        remarks.append(_at(block, codes.OTHER_LANGUAGE, fence.span.start, f"found {found}, expected kql"))
    if _is_blank(fence.content):
        remarks.append(_at(block, codes.EMPTY_QUERY, fence.span.start, "found an empty query"))
    if block.surplus:
        at = block.surplus[0].start
        remarks.append(_at(block, codes.SURPLUS_TEXT, at, "found text that is neither description, table nor query"))
    return remarks
