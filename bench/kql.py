"""Time of looking at queries: a query on average, and as one query grows.

usage: kql.py [QUERIES] [--tables FILE] [--official FOLDER] [--compile]

QUERIES is a file with a JSON object a line, its query under `kql`; without it, the queries of the real catalogue where
it is at hand (RULEFOLD_CORPUS, or ../shared).  With --official, the folder of the npm package
@kusto/language-service-next, the same queries go through Kusto's own parser and binder in node, and the ratio is told.
With --compile, those that run are compiled as
well, in processor time against that of parsing alone.
Growth is told as a ratio: ten times the statements, operators and terms should take at most eleven times as long.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rulefold.kql import QueryError, analyse
from rulefold.kql import compile as compiled
from rulefold.kql.parse import parse
from rulefold.workspace import load

ROOT = Path(__file__).parent.parent
SHAPES: dict[str, Callable[[int], str]] = {
    "let statements": lambda n: "".join(f"let x{k} = {k};\n" for k in range(n)) + "print x0",
    "operators": lambda n: "T\n" + "| where a > 1\n" * n,
    "columns": lambda n: "T | extend " + ", ".join(f"c{k} = a + {k}" for k in range(n)),
    "terms of a condition": lambda n: "T | where " + " or ".join(f"b has 'x{k}'" for k in range(n)),
    "items of a list": lambda n: "T | where b in (" + ", ".join(f"'x{k}'" for k in range(n)) + ")",
    "terms of a sum": lambda n: "print " + " + ".join(map(str, range(1, n + 1))),
    "parentheses": lambda n: "print " + "(" * n + "1" + ")" * n,
}
TABLES = {"T": {"a": "long", "b": "string"}}


def seconds(query: str, tables: dict[str, dict[str, str]], clock: Callable[[], float] = time.process_time) -> float:
    """The time of one look; of the processor, unless another clock is given."""
    start = clock()
    analyse(query, tables)
    return clock() - start


def at_hand() -> Path:
    """The folder with the real queries."""
    return Path(os.environ.get("RULEFOLD_CORPUS") or ROOT.parent / "shared") / "kusto"


def official(folder: Path, queries: list[str], tables: dict[str, dict[str, str]]) -> float:
    """Milliseconds a query of the official binder, the start of node taken off."""
    script = ROOT / "tests" / "judges" / "kusto_bind.js"
    environment = os.environ | {"RULEFOLD_KUSTO": str(folder)}

    def run(these: list[str]) -> float:
        asked = json.dumps({"tables": tables, "queries": these})
        start = time.perf_counter()
        subprocess.run(["node", script], input=asked, capture_output=True, text=True, check=True, env=environment)
        return time.perf_counter() - start

    return 1000 * (run(queries) - run(queries[:1])) / max(1, len(queries) - 1)


def print_compiled(queries: list[str], tables: dict[str, dict[str, str]]) -> None:
    """Milliseconds to compile a query on average, and the ratio to parsing it."""
    total, parsing, count = 0.0, 0.0, 0
    for query in queries:
        start = time.process_time()
        try:
            compiled(query, tables)
        except QueryError:
            continue
        middle = time.process_time()
        parse(query)
        total, parsing, count = total + middle - start, parsing + time.process_time() - middle, count + 1
    print(
        f"{count} compiled: {1000 * total / count:.2f} ms a query, {total / parsing:.1f} times as long as parsing alone"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("queries", nargs="?", type=Path, default=at_hand() / "catalogue.jsonl")
    parser.add_argument("--tables", type=Path, default=at_hand() / "tables.json")
    parser.add_argument("--official", type=Path)
    parser.add_argument("--compile", action="store_true")
    given = parser.parse_args()
    if given.queries.is_file():
        queries = [json.loads(line)["kql"] for line in given.queries.read_text(encoding="utf-8").splitlines()]
        tables = {name: dict(columns) for name, columns in load([given.tables], []).tables.items()}
        for query in queries[:20]:
            analyse(query, tables)
        taken = [1000 * seconds(query, tables, time.perf_counter) for query in queries]
        ours = statistics.mean(taken)
        print(f"{len(queries)} queries: {ours:.2f} ms a query, half under {statistics.median(taken):.2f} ms")
        if given.compile:
            print_compiled(queries, tables)
        if given.official:
            theirs = official(given.official, queries, tables)
            print(f"the official binder: {theirs:.2f} ms a query, {theirs / ours:.1f} times as long")
    else:
        print(f"{given.queries}: not there, so only growth is measured", file=sys.stderr)
    for name, make in SHAPES.items():
        small, large = (min(seconds(make(n), TABLES) for _ in range(3)) for n in (1_000, 10_000))
        print(f"{name:22} 10,000 in {large:6.2f} s, {large / max(small, 1e-6):5.1f} times as long as 1,000")


if __name__ == "__main__":
    main()
