"""`rulefold export` to every target against one `rulefold list` of the same pages, as whole processes in turn.

usage: export.py [PAGES] [--runs N] [--out DIR]

Without PAGES the real catalogue is used where it is at hand (RULEFOLD_CORPUS, or ../shared), and else pages made from
the seed page.  Prints the median of each target, their sum, and its ratio to the list; and what emitting alone takes.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from build import pages_at_hand, stage
from measuring import measure


def compare(pages: Path, scratch: Path, runs: int) -> None:
    """Measure each target as a command of its own, and the list in every round."""
    from rulefold.targets import TARGETS

    rulefold = [sys.executable, "-m", "rulefold"]
    commands = {"list": [*rulefold, "list", str(pages)]}
    for name in TARGETS:
        commands[name] = [*rulefold, "export", name, str(pages), "-o", str(scratch / name)]
    rounds = [{name: measure(command).wall for name, command in commands.items()} for _ in range(runs + 1)][1:]
    for name in commands:
        print(f"{name:14} {statistics.median(one[name] for one in rounds):6.2f} s wall")
    sums = [sum(one.values()) - one["list"] for one in rounds]
    ratios = [total / one["list"] for total, one in zip(sums, rounds, strict=True)]
    print(f"all {len(TARGETS)} targets {statistics.median(sums):6.2f} s wall, each reading the pages anew")
    print(f"ratio to the list: {statistics.median(ratios):.1f}  ({min(ratios):.1f} to {max(ratios):.1f})")


def profile(pages: Path) -> None:
    """Emit all targets in this process, from a catalogue that is folded once."""
    from rulefold.chain import build
    from rulefold.inputs import find_pages
    from rulefold.targets import TARGETS

    print("in one process:")
    with stage("pages into a catalogue"):
        catalogue = build(find_pages([str(pages)])).catalogue
    with stage("all targets together"):
        for target in TARGETS.values():
            with stage(f"catalogue into {target.name}"):
                target.export(catalogue)


def main() -> None:
    """Read the arguments, compare, and profile."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="?", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--out", type=Path, help="where output is written; a folder in memory shows the work alone")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.out) as name:
        scratch = Path(name)
        pages = arguments.pages or pages_at_hand(scratch)
        compare(pages, scratch, arguments.runs)
        profile(pages)


if __name__ == "__main__":
    main()
