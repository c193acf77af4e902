"""Whatever bytes a page has: no block is lost, all that is told has a place on the page, and the time grows with it.

`scripts/fuzz.py` hunts with the same checks for as long as it is told.
"""

import json
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from rulefold.chain import Build, build, output_files
from rulefold.folding import OnConflict
from rulefold.inputs import Page
from rulefold.pages import read_blocks
from rulefold.store import load_catalogue, parse_catalogue, write_output
from rulefold.targets import FORMATS, TARGETS
from rulefold.text import Source
from tests.conftest import ROOT, examples
from tests.pages_text import block, guid

if TYPE_CHECKING:
    from _typeshed import TraceFunction

SEED = (ROOT / "catalog" / "Rules_5587-5607.md").read_bytes()
SHORT = (block() + block(platform="Windows") + block("Other", id=guid(2), query="T | where a\n")).encode()
_REJECTS = "rejects/"

# What means something on a page: to Markdown, to the table, to the readers of what is written, and to a decoder.
WORDS = (
    *(b"\n", b"\r", b"\r\n", b"\n\n", b"## ", b"##", b"# ", b"## Title\n\n", b"### KQL\n", b"===\n", b"---\n", b"    "),
    *(b"```", b"```kql\n", b"\n```\n", b"~~~\n", b"|", b"|Name | Value |\n", b"| --- | --- |\n", b"|-|\n", b"\\|"),
    *(b"|Tactic | Impact|\n", b"|DetectionId | x |\n", b"|DetectionUrl | u |\n", b"|TriggerThreshold | 1e400 |\n"),
    *(b"|IngestedDate | 2022-02-30 |\n", b"|TechniqueId | t1485|\n", b"|QueryPeriod | 99999999999999d |\n"),
    *(b"> ", b"- ", b"1. ", b"<!--", b"-->", b"<div>\n", b"<pre>\n", b"</pre>", b"[a]: b\n", b"\t", b" ", b"'", b'"'),
    *(
        b"\0",
        b"\xff",
        b"\xc3",
        b"\xe2\x80\xa8",
        b"\xef\xbb\xbf",
        b"\xed\xa0\x80",
        b"\xf0\x9f\x98\x80",
        b"\x0b",
        b"\x0c",
    ),
    *(b"\x1c", b"\x85", b"\xc2\x85", b"\x7f", b"\x1b[31m", b"{{", b"${", b"%s", b": ", b"!!x ", b"&a ", b"*a "),
)


def _edited(page: bytes, edits: list[tuple[str, int, int, bytes]]) -> bytes:
    for kind, at, length, word in edits:
        at %= len(page) + 1
        end = at + length
        match kind:
            case "insert":
                page = page[:at] + word + page[at:]
            case "replace":
                page = page[:at] + word + page[end:]
            case "repeat":
                page = page[:end] + page[at:end] + page[end:]
            case _:
                page = page[:at]
    return page


_WORD = st.sampled_from(WORDS)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(["insert", "insert", "replace", "replace", "repeat", "cut"]),
        st.integers(0, 1 << 20),
        st.integers(0, 80) | st.integers(0, 4000),
        _WORD | st.binary(max_size=6),
    ),
    min_size=1,
    max_size=12,
)
MUTATED = st.builds(_edited, st.sampled_from([SHORT, SEED[:8000]]), EDITS)
JOINED = st.lists(_WORD | st.binary(max_size=4), max_size=40).map(b"".join)
PAGES = st.binary(max_size=200) | JOINED | JOINED.map(lambda data: b"## A\n\n" + data) | MUTATED


def built(data: bytes, on_conflict: OnConflict = "first") -> Build:
    """What becomes of a page with these bytes."""
    return build([Page("page.md", None, data=data)], on_conflict)


def check_page(data: bytes) -> None:
    """All that holds of a page, whatever it is."""
    source = Source.decode("page.md", data)
    found = built(data)
    check_blocks(source, found)
    check_places(source, found)
    check_rejects(found)
    check_files(found)


def check_blocks(source: Source, found: Build) -> None:
    """No block is lost: those of the Markdown reader alone are entries or rejects."""
    counts = found.catalogue.counts
    blocks, _ = read_blocks(source, scan=False)
    assert counts.blocks == counts.entries + counts.rejects == len(blocks)
    assert sum(detection.rows.seen for detection in found.catalogue.detections) <= counts.entries
    assert bool(counts.entries) == bool(found.catalogue.detections)
    assert counts.rejects == 0 or counts.errors > 0


def check_places(source: Source, found: Build) -> None:
    """What is told has a place in the file, and lines of a detection are lines of the page."""
    lines = source.text.split("\n")
    for diagnostic in found.diagnostics:
        for place in (diagnostic.place, *(related.place for related in diagnostic.related)):
            assert place is not None
            assert place.file == source.name
            assert 1 <= place.line <= len(lines)
            assert 1 <= place.column <= len(lines[place.line - 1]) + 1, (place, diagnostic)
    for detection in found.catalogue.detections:
        for first, last in (pair for page in detection.sources for pair in page.lines):
            assert 1 <= first <= last <= len(lines)


def check_rejects(found: Build) -> None:
    """Rejects read again are the same rejects."""
    for data in found.rejects.values():
        again = built(data)
        assert again.catalogue.counts.rejects == found.catalogue.counts.rejects
        assert again.catalogue.counts.entries == 0
        assert list(again.rejects.values()) == [data]


def check_files(found: Build) -> None:
    """All formats and targets can be written, and what is written says the same as the catalogue."""
    files = output_files(found, FORMATS)
    assert parse_catalogue(files["catalogue.json"], "catalogue.json") == found.catalogue
    data = json.loads(files["catalogue.json"])
    yaml = YAML(typ="safe", pure=True)
    assert yaml.load(StringIO(files["catalogue.yaml"].decode())) == data
    for detection in found.catalogue.detections:
        assert files[f"kql/{detection.key}.kql"].decode() == detection.query
    json.loads(files["diagnostics.json"])
    for target in TARGETS.values():
        for text in target.export(found.catalogue).files.values():
            text.encode()


@examples(150)
@given(PAGES)
def test_a_page_of_any_bytes(data: bytes) -> None:
    check_page(data)


@examples(25)
@given(MUTATED)
def test_what_is_written_is_read_again(data: bytes) -> None:
    found = built(data)
    with TemporaryDirectory() as name:
        write_output(Path(name), output_files(found, FORMATS))
        assert load_catalogue(Path(name)) == found.catalogue


def steps(run: Callable[[], object]) -> int:
    """How many lines of Python are run: a measure of time that is the same in every run."""
    count = 0

    def trace(_frame: FrameType, event: str, _argument: object) -> "TraceFunction":
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run()
    finally:
        sys.settrace(before)
    return count


PIECES = {
    "headings": b"## A\n",
    "empty headings": b"##\n",
    "headings of the first level": b"# A\n",
    "rules": SHORT,
    "the same rule": block().encode(),
    "rules with a field missing": block(severity=None).encode(),
    "fences": b"```kql\nT\n```\n",
    "fences that close nothing": b"````\n```\n",
    "tables": b"|a|\n|-|\n\n",
    "pipes": b"|",
    "escaped pipes": b"\\|",
    "quotations": b"> # a\nb\n",
    "nested lists": b"- ",
    "definitions": b"[a]: b\n",
    "raw HTML": b"<div>\n\n",
    "comments": b"<!-- -->\n",
    "underlines": b"a\n===\n",
    "carriage returns": b"\r\r\n",
    "bytes that are no text": b"\xff\n",
}
HEADS = {"first": b"", "in a rule": b"## A\n\n", "in a table": b"## A\n\n|Name | Value |\n| --- | --- |\n"}


@pytest.mark.parametrize("piece", PIECES.values(), ids=list(PIECES))
@pytest.mark.parametrize("head", HEADS.values(), ids=list(HEADS))
def test_twice_as_much_takes_twice_the_steps(head: bytes, piece: bytes) -> None:
    number = max(40, 1500 // len(piece))
    built(head + piece)  # what is done once is no part of it
    few, more = (steps(lambda n=n: built(head + piece * n)) for n in (number, 2 * number))  # type: ignore[misc]
    assert more <= 2.2 * few + 2000


def test_steps_are_counted() -> None:
    def quadratic(n: int) -> None:
        for _ in range(n):
            for _ in range(n):
                pass

    assert steps(lambda: quadratic(40)) > 3.5 * steps(lambda: quadratic(20))
