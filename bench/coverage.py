"""`rulefold coverage` of a built catalogue against reading the same file as plain JSON, as whole processes in turn.

usage: coverage.py [CATALOGUE] [--detections N] [--runs N] [--formats NAMES]

CATALOGUE is an output folder; without it, a catalogue of N detections is made that differ in everything: techniques and
tactics are drawn from ATT&CK, connectors and tables from what Sentinel has.
"""

import argparse
import json
import random
import sys
import tempfile
from pathlib import Path

from measuring import measure, print_medians, print_ratios

ALL_BUT_XLSX = "html,layers,picture,badge,json,csv,markdown"
READ = "import json, sys; json.load(open(sys.argv[1], 'rb'))"


def synthetic(folder: Path, number: int) -> Path:
    """An output folder with a catalogue of so many detections, each another."""
    from rulefold.attack import load
    from rulefold.attack.logs import SOURCES
    from rulefold.attack.matrix import sentinel_spelling

    draw = random.Random(4233)  # noqa: S311 - the same catalogue each time, and no secret
    ids = [one.id for one in load("18.1").active()]
    tactics = [sentinel_spelling(shortname) for shortname in load("18.1").tactics]
    folder.mkdir(parents=True)
    detections = [_detection(draw, n, ids, tactics, list(SOURCES)) for n in range(number)]
    catalogue = {"rulefold": "0.1.0", "detections": detections}
    (folder / "catalogue.json").write_text(json.dumps(catalogue), encoding="utf-8")
    return folder


def _detection(draw: random.Random, n: int, ids: list[str], tactics: list[str], tables: list[str]) -> dict[str, object]:
    own_tactics, own_ids = draw.sample(tactics, draw.randint(1, 3)), draw.sample(ids, draw.randint(1, 4))
    own_tables = draw.sample(tables, draw.randint(1, 3))
    connectors = [{"id": f"Connector{table}", "data_types": [table], "platforms": ["Azure"]} for table in own_tables]
    rows = len(own_tactics) * len(own_ids) * len(own_tables)
    key = f"{n:08x}-0000-4000-8000-000000000000"
    return {
        "id": key,
        "key": key,
        "title": f"Detection {n} of something in {own_tables[0]}",
        "description": f"Finds number {n}. " * 5,
        "type": draw.choice(("Analytics", "Hunting")),
        "tactics": own_tactics,
        "techniques": own_ids,
        "platforms": ["Azure"],
        "data_types": own_tables,
        "connectors": connectors,
        "severity": draw.choice(("Low", "Medium", "High")),
        "url": f"https://example.com/rules/{n}.yaml",
        "ingested_date": "2022-08-07",
        "query": f"{own_tables[0]}\n| where Number == {n}\n| summarize count() by Account\n" * 3,
        "rows": {"seen": rows, "product": rows},
    }


def main() -> None:
    """Read the arguments and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("catalogue", nargs="?", type=Path)
    parser.add_argument("--detections", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--formats", default=ALL_BUT_XLSX)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = arguments.catalogue or synthetic(Path(name) / "catalogue", arguments.detections)
        file = folder / "catalogue.json"
        print(f"{file.stat().st_size / 2**20:,.1f} MiB of JSON")
        report = [sys.executable, "-m", "rulefold", "coverage", str(folder), "--format", arguments.formats, "-o"]
        pairs = []
        for n in range(arguments.runs + 1):
            pair = measure([*report, f"{name}/{n}"]), measure([sys.executable, "-c", READ, str(file)])
            pairs += [pair] if n else []  # the first does not count
        print_medians("rulefold coverage", [a for a, _ in pairs])
        print_medians("json.load of the same", [b for _, b in pairs])
        print_ratios(pairs)


if __name__ == "__main__":
    main()
