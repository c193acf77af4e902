"""Pages that are very large, or built to be slow: they end, in bounded memory, with an outcome that is told."""

import json
import subprocess
import sys

import pytest

from tests.pages.writing import block

# Each makes a page and prints what came of it; a process of its own, so that its memory is known.
_READ = """
import json, re
from collections import Counter
from pathlib import Path
from rulefold.reading import Reading
from rulefold.text import Source

reading = Reading()
entries = sum(1 for _ in reading.entries_of(Source.decode("page.md", {page})))
told = Counter(diagnostic.code for diagnostic in reading.diagnostics)
status = Path("/proc/self/status")
if status.exists():  # on Linux the peak that `resource` tells is that of the parent, if that was higher
    peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", status.read_text())[1])
else:
    import resource
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({{"entries": entries, "rejects": reading.rejected, "told": told, "peak": peak}}))
"""
_RULE = (
    block(description="\nText.\n" * 100 + "\n", query="AzureActivity\n" * 70)
    .replace("%", "%%")
    .replace("55fbc363", "%08x")
)
_LARGE = (
    "'## Title\\n\\nText.\\n\\n|Name | Value |\\n| --- | --- |\\n|DetectionId | %d |\\n\\n### KQL\\n```kql\\n'"
    " + 'A' * 90_000 + '\\n```\\n\\n'"
)
_FIELDS = "b'## Title\\n\\n|Name | Value |\\n|-|-|\\n'"

CASES = {
    # Rules with the same text but for the id, and with another text each, so that none is read like the one before it.
    "100 MB of rules": (f"''.join({_RULE!r} % n for n in range(50_000)).encode()", 25_000, 1, {"RF004": 1}),
    "100 MB of rules, all different": (
        f"''.join({_RULE.replace('Text', 'Text %d', 1)!r} % (n, n) for n in range(50_000)).encode()",
        25_000,
        1,
        {"RF004": 1},
    ),
    "100 MB of large rules with fields missing": (
        f"(({_LARGE}) * 1_100 % tuple(range(1_100))).encode()",
        1_100,
        0,
        {"RF121": 1_000, "RF005": 1},
    ),
    "100 MB without a heading": ("b'word ' * 20_000_000", 0, 0, {"RF002": 1}),
    "100 MB of blank lines": ("b'## Title\\n' + b'\\n' * 100_000_000", 0, 1, {"RF004": 1}),
    "100 MB in an unclosed fence": ("b'## Title\\n\\n```\\n' + b'word\\n' * 20_000_000", 0, 1, {"RF004": 1}),
    "100 MB of headings in an unclosed fence": (
        "b'## Title\\n\\n```\\n' + b'## a\\n' * 20_000_000",
        0,
        1,
        {"RF004": 1},
    ),
    "a title of 20 MB": ("b'## ' + b'x' * 20_000_000", 0, 1, {"RF004": 1}),
    # Below the limit of what the Markdown reader takes, as much as can be of one construct.
    "a title of 4 MB": ("b'## ' + b'x' * 4_000_000", 0, 1, {"RF101": 1}),
    "a row of 2,000,000 cells": (f"{_FIELDS} + b'|a' * 2_000_000", 0, 1, {"RF103": 1, "RF107": 1}),
    "240,000 rows with a cell too few": (f"{_FIELDS} + b'|Tactic|\\n' * 240_000", 0, 1, {"RF103": 100, "RF107": 1}),
    "240,000 items of a list": ("b'## Title\\n\\n' + b'- a\\n' * 240_000", 0, 1, {"RF101": 1}),
    "80,000 tables": ("b'## Title\\n\\n' + b'|a|\\n|-|\\n\\n' * 80_000", 0, 1, {"RF102": 1, "RF107": 1}),
    "50,000 nested quotations": ("b'## Title\\n\\n' + b'> ' * 50_000 + b'a\\n'", 0, 1, {"RF101": 1}),
    "50,000 nested lists": ("b'## Title\\n\\n' + b'- ' * 50_000 + b'a\\n'", 0, 1, {"RF101": 1}),
    "quotations and text in turns": ("b'## Title\\n\\n' + b'> # a\\nb\\n' * 20_000", 0, 1, {"RF101": 1}),
    "50,000 headings of the first level": ("b'## Title\\n\\n' + b'# a\\n' * 50_000", 0, 1, {"RF101": 1}),
    "1,000,000 empty headings": ("b'## \\n' * 1_000_000", 0, 32_521, {"RF101": 500, "RF112": 500, "RF005": 1}),
}


@pytest.mark.parametrize(
    ("page", "entries", "rejects", "told"),
    [pytest.param(*case, id=name) for name, case in CASES.items()],
)
def test_a_page_ends_in_bounded_memory(page: str, entries: int, rejects: int, told: dict[str, int]) -> None:
    script = _READ.format(page=page)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    outcome = json.loads(done.stdout)
    assert (outcome["entries"], outcome["rejects"], outcome["told"]) == (entries, rejects, told)
    # ru_maxrss is in kB on Linux and in bytes on macOS.
    assert outcome["peak"] / (1024 if sys.platform == "darwin" else 1) < 1024 * 1024
