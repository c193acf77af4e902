"""Pages of any shape: what `rulefold build` takes to end, in time and memory, and what it says.

usage: shapes.py [--size MB] [--shapes NAME …] [--limit SECONDS] [--out DIR]

Each page is a beginning and a piece that is repeated until the page is full, `{n}` in it being counted.  Time is told
as a ratio to reading the same file and hashing it once; memory is the peak of the process, which should stay under
1,024 MiB for 100 MB.  A page is refused where its blocks are rejects; the codes say why.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from measuring import Run, measure

_FIELDS = (
    "Tactic | Impact",
    "TechniqueId | T1485",
    "Platform | Azure",
    "DetectionType | Analytics",
    "ConnectorId | C{n}",
    "DetectionId | {n}",
    "DataTypes | T",
    "QueryFrequency | 1h",
    "QueryPeriod | 1h",
    "TriggerOperator | GreaterThan",
    "TriggerThreshold | 0",
    "DetectionSeverity | High",
    "DetectionUrl | u{n}",
    "IngestedDate | 2024-01-01",
)
_QUERY = "".join(f"| where C{n} == '{n}'\n" for n in range(40))
_RULE = (
    "## Rule {n}\n\nText of the rule.\n\n|Name | Value |\n| --- | --- |\n"
    + "".join(f"|{field}|\n" for field in _FIELDS)
    + "\n### KQL\n```kql\nT{n}\n"
    + _QUERY
    + "```\n\n"
)
_ROW = _RULE.replace("Rule {n}", "Rule").replace("T{n}", "T").replace("|DetectionId | {n}", "|DetectionId | 1")
_OPEN = "## A\n\n|Name | Value |\n| --- | --- |\n"
_BROKEN = "## A\n\nText.\n\n"

# name: what a page begins with, and the piece that is repeated
SHAPES: dict[str, tuple[bytes, bytes]] = {
    "rules": (b"", _RULE.encode()),
    "rows of a rule": (b"", _ROW.replace("u{n}", "u").encode()),
    "rules with other spaces": (b"", _RULE.replace("|Name | Value |", "| Name | Value |").encode()),
    "rules fenced with ~": (b"", _RULE.replace("```", "~~~").encode()),
    "rules that lack a field": (b"", _RULE.replace("|IngestedDate | 2024-01-01|\n", "").encode()),
    "rules with a list": (b"", _RULE.replace("Text of", "# Text\n- of").encode()),
    "rules with bad fields": (b"", _RULE.replace("|Tactic", "|Tactics").encode()),
    "rules with CRLF": (b"", _RULE.replace("\n", "\r\n").encode()),
    "rules in UTF-16": (b"\xff\xfe", _RULE.encode("utf-16-le")),
    "rules with a bad byte": (b"", _RULE.encode().replace(b"Text", b"\xff")),
    "rules with a NUL": (b"", _RULE.encode().replace(b"Text", b"\0")),
    "small rules": (b"", b"## {n}\n\n|Name | Value |\n|-|-|\n|DetectionId | {n}|\n\n```kql\nT\n```\n\n"),
    "no heading": (b"", b"word "),
    "empty headings": (b"", b"## \n"),
    "headings": (b"", b"## A\n"),
    "headings of the first level": (b"## A\n", b"# A\n"),
    "headings of the third level": (b"## A\n", b"### A\n"),
    "underlined headings": (b"## A\n", b"a\n===\n"),
    "one long title": (b"## ", b"word "),
    "one long line": (b"## A\n\n", b"word "),
    "one paragraph": (b"## A\n\n", b"word\n"),
    "blank lines": (b"## A\n", b"\n"),
    "blank lines with spaces": (b"## A\n", b"   \n"),
    "one table": (_OPEN.encode(), b"|a | b|\n"),
    "one table of one field": (_OPEN.encode(), b"|Tactic | b|\n"),
    "one row": (_OPEN.encode(), b"|a"),
    "escaped pipes": (f"{_OPEN}|Tactic | ".encode(), b"\\|"),
    "tables": (b"", _OPEN.encode()),
    "an open fence": (b"## A\n\n```\n", b"word\n"),
    "fences": (b"", b"## A\n\n```kql\nT\n```\n\n"),
    "fences in one rule": (_BROKEN.encode(), b"```kql\nT\n```\n"),
    "fences that close nothing": (_BROKEN.encode() + b"````\n", b"```\n"),
    "one long fence line": (_BROKEN.encode(), b"`"),
    "quotations": (b"## A\n\n", b"> # a\nb\n"),
    "nested quotations": (b"## A\n\n", b"> "),
    "lists": (b"## A\n\n", b"- a\n"),
    "nested lists": (b"## A\n\n", b"- "),
    "headings with nested quotations": (b"", b"## A\n" + b"> " * 40 + b"a\n"),
    "definitions": (b"## A\n\n", b"[a{n}]: b\n"),
    "long definitions": (b"## A\n\n", b"[a\n"),
    "raw HTML": (b"## A\n\n", b"<div>\n\n"),
    "open comments": (b"", b"## A\n<!--\n"),
    "headings in a comment": (b"## A\n<!--\n", b"## A\n"),
    "NUL": (b"## A\n\n", b"\0"),
    "bytes that are no text": (b"## A\n\n", b"\xff"),
    "lines that are no text": (b"", b"## \xff\n"),
    "carriage returns": (b"## A\n\n", b"\r"),
    "line separators": (b"## A\n\n", "a\u2028".encode()),
    "tabs": (b"## A\n\n", b"\t"),
}


def page(name: str, size: int) -> Iterator[bytes]:
    """The page of a shape, of nearly so many bytes, a part at a time."""
    head, piece = SHAPES[name]
    yield head
    number = max(1, (size - len(head)) // len(piece))
    for start in range(0, number, 10_000):
        count = min(10_000, number - start)
        if b"{n}" in piece:
            yield b"".join(piece.replace(b"{n}", b"%d" % n) for n in range(start, start + count))
        else:
            yield piece * count


def outcome(output: Path) -> str:
    """What became of a page: entries and rejects, and how many diagnostics there are of each code."""
    with (output / "catalogue.json").open(encoding="utf-8") as file:
        start = file.read(2000)
    counts = {what: start.partition(f'"{what}": ')[2].partition(",")[0] for what in ("entries", "rejects")}
    told = json.loads((output / "diagnostics.json").read_bytes())["diagnostics"]
    codes = Counter(diagnostic["code"] for diagnostic in told)
    return f"{counts['entries']} + {counts['rejects']}; " + " ".join(f"{code}:{n}" for code, n in sorted(codes.items()))


def build(path: Path, output: Path, limit: int) -> Run:
    """Build a page, for so many seconds at most."""
    command = ["timeout", str(limit), sys.executable, "-m", "rulefold", "build", "--no-cache", str(path)]
    return measure([*command, "-o", str(output)], ends=(0, 1, 124))


_READ = "import hashlib, sys; hashlib.sha256(open(sys.argv[1], 'rb').read())"


def main() -> None:
    """Read the arguments, and build a page of each shape."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=100, metavar="MB")
    parser.add_argument("--shapes", nargs="+", choices=SHAPES, default=list(SHAPES), metavar="NAME")
    parser.add_argument("--limit", type=int, default=900, metavar="SECONDS")
    parser.add_argument("--out", type=Path, help="where pages and output are written")
    arguments = parser.parse_args()
    print(f"{'shape':32} {'s':>7} {'ratio':>7} {'MiB':>6}  entries + rejects; codes")
    for name in arguments.shapes:
        with tempfile.TemporaryDirectory(dir=arguments.out) as folder:
            path, output = Path(folder, "page.md"), Path(folder, "output")
            with path.open("wb") as file:
                file.writelines(page(name, arguments.size * 1_000_000))
            read = measure([sys.executable, "-c", _READ, str(path)])
            run = build(path, output, arguments.limit)
            told = outcome(output) if (output / "diagnostics.json").exists() else "did not end"
            print(f"{name:32} {run.cpu:7.1f} {run.cpu / read.cpu:7.0f} {run.peak:6.0f}  {told}", flush=True)


if __name__ == "__main__":
    main()
