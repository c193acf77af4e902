"""Pages for people: an index of the catalogue, and a page a rule."""

import re
from collections.abc import Iterable, Iterator, Mapping

from rulefold.markdown_text import code_block, table, text
from rulefold.model import Catalogue, Connector, Detection, Row

_TAG = re.compile(r"<(?!https?://|br ?/?>)", re.IGNORECASE)
# A <br> alone on its line begins raw HTML, which reaches over the lines that follow.
_LONE_BREAK = re.compile(r"([\s>*+.)\d-]*)<br ?/?>\s*", re.IGNORECASE)
# What begins a list in the text of a list item; `text` has escaped all else that begins a block.
_LIST_START = re.compile(r"^(\d+(?=[.)])|(?=[-+]))")
_LISTED_ROWS = 20


def emit(catalogue: Catalogue) -> dict[str, str]:
    """`INDEX.md` and `detections/<key>.md`."""
    titles = titles_of(catalogue)
    pages = {f"detections/{d.key}.md": page(d, titles) for d in catalogue.detections}
    return {"INDEX.md": "\n".join(_index(catalogue)) + "\n", **pages}


def titles_of(catalogue: Catalogue) -> dict[str, str]:
    """The titles of all detections by their keys."""
    return {detection.key: detection.title for detection in catalogue.detections}


def page(detection: Detection, titles: Mapping[str, str]) -> str:
    """The page of one detection; `titles` are those of the catalogue by key."""
    return "\n".join(_page(detection, titles)) + "\n"


def _index(catalogue: Catalogue) -> Iterator[str]:
    count = len(catalogue.detections)
    yield "# Detections"
    yield ""
    yield f"{count:,} detection{'' if count == 1 else 's'} from {catalogue.counts.entries:,} rows."
    yield ""
    yield "| Title | Type | Severity | Tactics |"
    yield "| --- | --- | --- | --- |"
    for d in catalogue.detections:
        cells = (f"[{text(d.title)}](detections/{d.key}.md)", text(d.type), text(d.severity), _list(d.tactics))
        yield f"| {' | '.join(cells)} |"


def _page(d: Detection, titles: Mapping[str, str]) -> Iterator[str]:
    yield f"# {text(d.title)}"
    yield ""
    if d.description:
        # In a quotation no heading, list or fence of the description can reach beyond it.
        yield from (f"> {_description_line(line)}".rstrip() for line in d.description.splitlines())
        yield ""
    yield from table(("Field", "Value"), _facts(d))
    if d.connectors:
        yield from table(("Connector", "Data types", "Platforms"), map(_connector, d.connectors))
    yield "## Query"
    yield ""
    yield from code_block(d.query, "kql")
    yield ""
    yield from _completeness(d)
    yield from _related(d, titles)
    if d.notes:
        yield "## Notes"
        yield ""
        yield from (f"- {note.code}: {text(note.message)}" for note in d.notes)
        yield ""
    yield "## Sources"
    yield ""
    for source in d.sources:
        lines = ", ".join(f"{first}–{last}" for first, last in source.lines)
        yield _item(f"{text(source.page)}, lines {lines}")


def _description_line(line: str) -> str:
    """A line of Markdown without raw HTML; autolinks and line breaks stay."""
    lone_break = _LONE_BREAK.fullmatch(line)
    return lone_break[1] if lone_break else _TAG.sub("&lt;", line)


def _facts(d: Detection) -> Iterator[tuple[str, str]]:
    schedule = d.schedule
    facts = (
        ("Id", text(d.id)),
        ("Type", text(d.type)),
        ("Severity", text(d.severity)),
        ("Tactics", _list(d.tactics)),
        ("Techniques", _list(d.techniques)),
        ("Platforms", _list(d.platforms)),
        ("Data types", _list(d.data_types)),
        ("Query frequency", text(schedule.query_frequency if schedule else None)),
        ("Query period", text(schedule.query_period if schedule else None)),
        ("Trigger", _trigger(d)),
        ("Url", text(d.url)),
        ("Ingested", text(d.ingested_date)),
    )
    yield from (fact for fact in facts if fact[1])


def _trigger(d: Detection) -> str:
    if not d.schedule:
        return ""
    threshold = d.schedule.trigger_threshold
    parts = (d.schedule.trigger_operator, None if threshold is None else str(threshold))
    return " ".join(text(part) for part in parts if part)


def _connector(c: Connector) -> tuple[str, str, str]:
    return text(c.id) + (" (invented)" if c.invented else ""), _list(c.data_types), _list(c.platforms)


def _completeness(d: Detection) -> Iterator[str]:
    if not d.rows.missing and not d.inferred.rows:
        return
    yield "## Rows"
    yield ""
    yield f"The pages show {d.rows.seen:,} rows of a rule whose values make {d.rows.product:,}."
    yield ""
    for heading, rows in (("Missing", d.rows.missing), ("Inferred from other rules", d.inferred.rows)):
        if rows:
            yield f"{heading}:"
            yield ""
            yield from (_item(_row(row)) for row in rows[:_LISTED_ROWS])
            if len(rows) > _LISTED_ROWS:
                yield f"- and {len(rows) - _LISTED_ROWS:,} more"
            yield ""


def _row(row: Row) -> str:
    values = (row.tactic, row.technique, row.connector, row.data_type, row.platform)
    return ", ".join(text(value) for value in values if value)


def _related(d: Detection, titles: Mapping[str, str]) -> Iterator[str]:
    if d.same_query:
        yield "## Same query"
        yield ""
        yield from (f"- [{text(titles[key])}]({key}.md)" for key in d.same_query)
        yield ""
    if d.conflicts:
        yield "## Conflicts"
        yield ""
        for conflict in d.conflicts:
            for other in conflict.others:
                shown = "no value" if other.value is None else text(other.value[:200])
                yield f"- {conflict.field}: {shown} ({text(other.page)}, line {other.line})"
        yield ""


def _item(line: str) -> str:
    """A line of Markdown as an item of a list."""
    return "- " + _LIST_START.sub(r"\1\\", line.lstrip())


def _list(values: Iterable[str]) -> str:
    return ", ".join(map(text, values))
