"""Pages that are very large, or built to be slow: they end, in bounded memory, with an outcome that is told."""

import json
import subprocess
import sys

import pytest

# Each makes a page and prints what came of it; a process of its own, so that its memory is known.
_READ = """
import json, resource, sys
from collections import Counter
from rulefold.chain import Reading
from rulefold.text import Source

reading = Reading()
entries = sum(1 for _ in reading.entries_of(Source.decode("page.md", {page})))
told = Counter(diagnostic.code for diagnostic in reading.diagnostics)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({{"entries": entries, "rejects": reading.rejected, "told": told, "peak": peak}}))
"""
_BLOCK = (
    "'## Title\\n\\nText.\\n\\n|Name | Value |\\n| --- | --- |\\n|DetectionId | %d |\\n\\n### KQL\\n```kql\\n'"
    " + 'A' * 90_000 + '\\n```\\n\\n'"
)

CASES = {
    "1,000,000 empty headings": ("b'## \\n' * 1_000_000", 0, 1_000_000, {"RF101": 500, "RF112": 500, "RF005": 1}),
    "100 MB without a heading": ("b'word ' * 20_000_000", 0, 0, {"RF002": 1}),
    "100 MB of blank lines": ("b'## Title\\n' + b'\\n' * 100_000_000", 0, 1, {"RF004": 1}),
    "100 MB in an unclosed fence": ("b'## Title\\n\\n```\\n' + b'word\\n' * 20_000_000", 0, 1, {"RF004": 1}),
    "a title of 20 MB": ("b'## ' + b'x' * 20_000_000", 0, 1, {"RF004": 1}),
    "100 MB of rules": (f"(({_BLOCK}) * 1_100 % tuple(range(1_100))).encode()", 1_100, 0, {"RF121": 1_000, "RF005": 1}),
    "50,000 nested quotations": ("b'## Title\\n\\n' + b'> ' * 50_000 + b'a\\n'", 0, 1, {"RF101": 1}),
    "50,000 nested lists": ("b'## Title\\n\\n' + b'- ' * 50_000 + b'a\\n'", 0, 1, {"RF101": 1}),
    "quotations and text in turns": ("b'## Title\\n\\n' + b'> # a\\nb\\n' * 20_000", 0, 1, {"RF101": 1}),
    "50,000 headings of the first level": ("b'## Title\\n\\n' + b'# a\\n' * 50_000", 0, 1, {"RF101": 1}),
}


@pytest.mark.slow
@pytest.mark.parametrize(("page", "entries", "rejects", "told"), CASES.values(), ids=CASES.keys())
def test_a_page_ends_in_bounded_memory(page: str, entries: int, rejects: int, told: dict[str, int]) -> None:
    script = _READ.format(page=page)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    outcome = json.loads(done.stdout)
    assert (outcome["entries"], outcome["rejects"], outcome["told"]) == (entries, rejects, told)
    # ru_maxrss is in kB on Linux and in bytes on macOS.
    assert outcome["peak"] / (1024 if sys.platform == "darwin" else 1) < 1024 * 1024
