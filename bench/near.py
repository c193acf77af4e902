"""Near-duplicates among many queries that are built to be hard to tell apart: time as a ratio to splitting them alone.

usage: near.py [--numbers N …] [--kinds KIND …]

Queries come from 600 templates of 10 to 60 lines.  `edited`: each is a copy of one with three words in ten lines
changed, so that some of the copies are near to each other.  `alike`: all are copies of one template with a number of
their own, so that every one is near to every other.  The ratio should not grow with the number.
"""

import argparse
import re
import resource
import time
from random import Random

from rulefold.folding.near import near_duplicates

KINDS = ("edited", "alike")
_TEMPLATES = 600
_TABLES = ("SigninLogs", "AuditLogs", "AzureActivity", "DeviceEvents", "SecurityEvent", "Syslog", "OfficeActivity")
_WORD = re.compile(r"\w+|[^\w\s]")


def template(random: Random) -> list[str]:
    """The lines of a query."""
    lines = [random.choice(_TABLES)]
    for _ in range(random.randint(10, 60)):
        column, value = random.randrange(400), random.randrange(10_000)
        lines.append(f"| where Column{column} has 'value {value}' and TimeGenerated > ago({value % 30}d)")
    return lines


def queries(number: int, kind: str) -> list[str]:
    """So many queries, the same in every run."""
    random = Random(1)  # noqa: S311 - the same in every run
    templates = [template(random) for _ in range(_TEMPLATES if kind == "edited" else 1)]
    found = []
    for n in range(number):
        lines = list(random.choice(templates))
        if kind == "edited":
            lines = [line.replace("TimeGenerated", f"T{n % 50}") if random.random() < 0.3 else line for line in lines]
        found.append("\n".join([f"let own = {n};", *lines]))
    return found


def main() -> None:
    """Read the arguments, and look for near-duplicates among ever more queries."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--numbers", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    arguments = parser.parse_args()
    print(f"{'kind':8} {'number':>8} {'MB':>6} {'s':>7} {'ratio':>6} {'near':>8} {'MiB':>6}")
    for kind in arguments.kinds:
        for number in arguments.numbers:
            made = queries(number, kind)
            start = time.process_time()
            for query in made:
                _WORD.findall(query)
            split = time.process_time() - start
            found = len(near_duplicates(made))
            taken = time.process_time() - start - split
            size = sum(map(len, made)) / 1e6
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"{kind:8} {number:8,} {size:6.1f} {taken:7.2f} {taken / split:6.1f} {found:8,} {peak:6.0f}", flush=True
            )


if __name__ == "__main__":
    main()
