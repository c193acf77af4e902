"""Flattened rows as files: pages in the form of the public generator, CSV, and JSON lines.

Nothing is escaped in a page: the generator glues strings together.  So a row is written on a page only where it reads
back as it is; a row that does not is refused, and counted.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rulefold.entries import FIELDS, read_entry
from rulefold.model import Detection, Row, Schedule
from rulefold.pages import read_blocks
from rulefold.text import Source
from rulefold.unfolding import Unfolded

ROWS_A_PAGE = 21

# The generator puts no blank behind the first three values.
_TIGHT = ("Tactic", "TechniqueId", "Platform")
_FENCE = re.compile(r"^ {0,3}(`{3,})", re.MULTILINE)
COLUMNS = ("Title", "Description", *FIELDS, "Query")


@dataclass(frozen=True, slots=True)
class FlatFiles:
    """Files by name, and for the keys of detections how many of their rows the form cannot hold."""

    files: Mapping[str, str]
    refused: Mapping[str, int]


def as_pages(unfolded: Iterable[Unfolded]) -> FlatFiles:
    """`Rules_1-21.md` and so on, 21 rows a page."""
    blocks: list[str] = []
    refused: dict[str, int] = {}
    for one in unfolded:
        for row in one.rows:
            text = _block(one.detection, row)
            if _reads_back(text, one.detection, row):
                blocks.append(text)
            else:
                refused[one.detection.key] = refused.get(one.detection.key, 0) + 1
    return FlatFiles(dict(_pages(blocks)), refused)


def _pages(blocks: Sequence[str]) -> Iterator[tuple[str, str]]:
    for first in range(1, len(blocks) + 1, ROWS_A_PAGE):
        last = first + ROWS_A_PAGE - 1
        own = "".join(blocks[first - 1 : last])
        yield f"Rules_{first}-{last}.md", f"# Rules: {first}-{last}\n\n{own}"


def _block(detection: Detection, row: Row) -> str:
    cells = (f"|{name} | {value}{'' if name in _TIGHT else ' '}|\n" for name, value in _cells(detection, row).items())
    longest = max((len(fence) for fence in _FENCE.findall(detection.query)), default=2)
    fence = "`" * (longest + 1)
    return (
        f"## {detection.title}\n\n{_quoted(detection.description)}\n\n|Name | Value |\n| --- | --- |\n{''.join(cells)}"
        f"\n### KQL\n{fence}kql\n{detection.query}\n{fence}\n\n"
    )


def _quoted(description: str) -> str:
    """A description with a pair of apostrophes around it where a reader would take its own for that pair."""
    is_quoted = len(description) > 1 and description[0] == description[-1] == "'"
    return f"'{description}'" if is_quoted else description


def _cells(detection: Detection, row: Row) -> dict[str, str]:
    """The fourteen fields of a row by their names on pages; an absent value is an empty one."""
    schedule = detection.schedule or Schedule()
    threshold = schedule.trigger_threshold
    values = {
        **row.model_dump(),
        "type": detection.type,
        "id": detection.id,
        "query_frequency": schedule.query_frequency,
        "query_period": schedule.query_period,
        "trigger_operator": schedule.trigger_operator,
        "trigger_threshold": None if threshold is None else str(threshold),
        "severity": detection.severity,
        "url": detection.url,
        "ingested_date": detection.ingested_date,
    }
    return {name: values[field] or "" for name, field in FIELDS.items()}


def _reads_back(text: str, detection: Detection, row: Row) -> bool:
    """Whether a block alone on a page is read as the row that it was written for, and nothing is to be said of it."""
    try:
        blocks, told = read_blocks(Source.decode("", text.encode()))
    except UnicodeEncodeError:
        return False
    if len(blocks) != 1 or told:
        return False
    entry, _ = read_entry(blocks[0])
    if entry is None:
        return False
    found = {name: getattr(entry, field) or "" for name, field in FIELDS.items()}
    same = (entry.title, entry.description, entry.query) == (detection.title, detection.description, detection.query)
    return same and found == _cells(detection, row)


def as_csv_text(unfolded: Iterable[Unfolded]) -> str:
    """One CSV file: the fourteen fields with title, description and query; the values are as they are."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in unfolded:
        for row in one.rows:
            writer.writerow(_record(one.detection, row).values())
    return file.getvalue()


def as_json_lines(unfolded: Iterable[Unfolded]) -> str:
    """One JSON object a row, with the columns of the CSV file; absent values are left out."""
    lines = (
        json.dumps({name: value for name, value in _record(one.detection, row).items() if value}, ensure_ascii=False)
        for one in unfolded
        for row in one.rows
    )
    return "".join(f"{line}\n" for line in lines)


def _record(detection: Detection, row: Row) -> dict[str, str]:
    text = {"Title": detection.title, "Description": _quoted(detection.description)}
    return {**text, **_cells(detection, row), "Query": detection.query}
