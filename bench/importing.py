"""`import_files` against plain loads of the same YAML files, in turn, in one process.

usage: importing.py FOLDER [--runs N]

FOLDER holds rules of Sentinel in YAML: a clone of Azure-Sentinel, or what `rulefold export sentinel-yaml` writes.
Prints medians and the ratio pair by pair.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from ruamel.yaml import YAML

from rulefold.importing import import_files
from rulefold.inputs import Page, find_files


def seconds(work: Callable[[], object]) -> float:
    """How long a piece of work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def load_all(files: list[Page]) -> None:
    """Read every file with ruamel.yaml, and nothing else."""
    for file in files:
        YAML(typ="safe").load(file.read().text)


def main() -> None:
    """Read the arguments and compare, after one pair that does not count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    files = find_files([str(arguments.folder)], (".yaml", ".yml"))
    pairs = [
        (seconds(lambda: import_files(files, "sentinel-yaml")), seconds(lambda: load_all(files)))
        for _ in range(arguments.runs + 1)
    ][1:]
    print(f"{len(files):,} files")
    for name, index in (("import", 0), ("plain loads", 1)):
        print(f"{name:12} {statistics.median(pair[index] for pair in pairs):6.2f} s")
    ratios = [ours / plain for ours, plain in pairs]
    print(f"ratio: {statistics.median(ratios):.2f}  ({min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
