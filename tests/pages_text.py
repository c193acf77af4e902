"""Text of pages for tests, in the form the flattening script writes, and what is read from it."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from rulefold.chain import Build, build
from rulefold.entries import read_entry
from rulefold.folding import OnConflict, fold
from rulefold.inputs import find_pages
from rulefold.model import Detection, Entry
from rulefold.pages import read_blocks
from rulefold.text import Source

# The fields in the script's order; it puts no blank behind the first three values.
_FIELDS = {
    "tactic": "|Tactic | {}|",
    "technique": "|TechniqueId | {}|",
    "platform": "|Platform | {}|",
    "type": "|DetectionType | {} |",
    "connector": "|ConnectorId | {} |",
    "id": "|DetectionId | {} |",
    "data_type": "|DataTypes | {} |",
    "query_frequency": "|QueryFrequency | {} |",
    "query_period": "|QueryPeriod | {} |",
    "trigger_operator": "|TriggerOperator | {} |",
    "trigger_threshold": "|TriggerThreshold | {} |",
    "severity": "|DetectionSeverity | {} |",
    "url": "|DetectionUrl | {} |",
    "ingested_date": "|IngestedDate | {} |",
}


def guid(number: int) -> str:
    """A DetectionId of its own for each number."""
    return f"{number:08x}-abcd-4ef0-8123-456789abcdef"


_VALUES = {
    "tactic": "Impact",
    "technique": "T1485",
    "platform": "Azure",
    "type": "Hunting",
    "connector": "AzureActivity",
    "id": guid(1),
    "data_type": "AzureActivity",
    "url": "https://example.org/rules/one.yaml",
    "ingested_date": "2022-08-07",
}


def block(
    title: str = "One rule",
    description: str = "'What it finds.'",
    query: str = "AzureActivity\n| take 1\n",
    **fields: str | None,
) -> str:
    """A rule block; fields are named as in `Entry`.  An empty value is an empty cell, and None leaves the row out."""
    unknown = fields.keys() - _FIELDS.keys()
    assert not unknown, unknown
    values = {name: fields.get(name, _VALUES.get(name, "")) for name in _FIELDS}
    rows = "".join(f"{_FIELDS[name].format(value)}\n" for name, value in values.items() if value is not None)
    return f"## {title}\n\n{description}\n\n|Name | Value |\n| --- | --- |\n{rows}\n### KQL\n```kql\n{query}\n```\n\n"


def page(*blocks: str, first: int = 1) -> str:
    """A page of blocks, under the heading that numbers its rows."""
    return f"# Rules: {first}-{first + 20}\n\n{''.join(blocks)}"


def entries(*pages: str) -> list[Entry]:
    """The entries of pages with the names `1.md`, `2.md` and so on; every block must be one."""
    found = []
    for number, text in enumerate(pages, 1):
        blocks, _ = read_blocks(Source.decode(f"{number}.md", text.encode()))
        for one in blocks:
            entry, remarks = read_entry(one)
            assert entry, remarks
            found.append(entry)
    return found


def detections(rows: Iterable[Entry], on_conflict: OnConflict = "first") -> tuple[Detection, ...]:
    """The detections that entries fold into."""
    return fold(rows, on_conflict)[0].detections


@cache
def built(folder: Path) -> Build:
    """The catalogue of a folder of pages, built once for all tests."""
    return build(find_pages([str(folder)]))
