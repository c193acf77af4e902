"""Near-duplicates among many queries: time as a ratio to splitting them into words alone, and what is found of them.

usage: near.py [--numbers N …] [--kinds KIND …] [--recall N]

`written`: what teams make of the queries of others: copies of the real catalogue's (where it is at hand:
RULEFOLD_CORPUS, or ../shared; else of the seed page's) with up to six edits, a name, a number, a literal or a line
changed.  `different`: queries as long as those, no two of which have a line in common.  `edited`: each is a copy of one
of 600 templates of 10 to 60 lines with three words in ten lines changed, so that they are hard to tell apart, and few
are near.  `alike`: all are copies of one template with a number of their own, so that every one is near to every other.
The ratio should not grow with the number.

With `--recall`, so many queries are compared with all others one by one: of those that are near to any, how many were
told of, and of the pairs that they are in, how many were told.
"""

import argparse
import re
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random

from build import pages_at_hand

from rulefold.folding.near import SIMILAR, Near, near_duplicates
from rulefold.folding.twins import tokens, without_comments

KINDS = ("written", "different", "edited", "alike")
_TEMPLATES = 600
_TABLES = ("SigninLogs", "AuditLogs", "AzureActivity", "DeviceEvents", "SecurityEvent", "Syslog", "OfficeActivity")
_WORD = re.compile(r"\w+|[^\w\s]")
_QUERY = re.compile(r"^```kql\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
_LITERAL = re.compile(r"\"[^\"\n]+\"|'[^'\n]+'")


@cache
def real_queries() -> list[str]:
    """The queries of the pages at hand, each once."""
    with tempfile.TemporaryDirectory() as scratch:
        texts = [page.read_text(encoding="utf-8") for page in sorted(pages_at_hand(Path(scratch)).glob("*.md"))]
    return list(dict.fromkeys(query for text in texts for query in _QUERY.findall(text)))


def written(random: Random, _n: int) -> str:
    """A real query with some edits."""
    query = random.choice(real_queries())
    for _ in range(random.randint(0, 6)):
        query = _edited(random, query)
    return query


def _edited(random: Random, query: str) -> str:
    """A query with one thing changed: all uses of a name, a number, a literal, a line left out, or a line more."""
    kind = random.randrange(5)
    lines = query.split("\n")
    at = random.randrange(len(lines))
    if kind == 0 and (names := re.findall(r"\b[A-Za-z]\w{5,}", query)):
        return query.replace(random.choice(names), f"Own{random.randrange(300)}")
    if kind == 1 and (numbers := list(re.finditer(r"\b\d+", query))):
        chosen = random.choice(numbers)
        return query[: chosen.start()] + str(random.randrange(1000)) + query[chosen.end() :]
    if kind == 2 and (literals := list(_LITERAL.finditer(query))):
        chosen = random.choice(literals)
        return f"{query[: chosen.start()]}'value {random.randrange(3000)}'{query[chosen.end() :]}"
    if kind == 3 and len(lines) > 4:
        return "\n".join(lines[:at] + lines[at + 1 :])
    return "\n".join([*lines[: at + 1], f"| where Computer !has 'host{random.randrange(500)}'", *lines[at + 1 :]])


def different(random: Random, n: int) -> str:
    """A query with lines that no other has."""
    lines = (
        f"| where Column{random.randrange(400)} has 'value {n} {line}' and Time > ago({line % 30}d)"
        for line in range(random.randint(5, 45))
    )
    return "\n".join([random.choice(_TABLES), *lines])


def template(random: Random) -> list[str]:
    """The lines of a query."""
    lines = [random.choice(_TABLES)]
    for _ in range(random.randint(10, 60)):
        column, value = random.randrange(400), random.randrange(10_000)
        lines.append(f"| where Column{column} has 'value {value}' and TimeGenerated > ago({value % 30}d)")
    return lines


def copies(random: Random, number: int, kind: str) -> Iterator[str]:
    """So many copies of templates, edited or all alike."""
    templates = [template(random) for _ in range(_TEMPLATES if kind == "edited" else 1)]
    for n in range(number):
        lines = list(random.choice(templates))
        if kind == "edited":
            lines = [line.replace("TimeGenerated", f"T{n % 50}") if random.random() < 0.3 else line for line in lines]
        yield "\n".join([f"let own = {n};", *lines])


def queries(number: int, kind: str) -> list[str]:
    """So many queries, the same in every run."""
    random = Random(1)  # noqa: S311 - the same in every run
    if kind in ("edited", "alike"):
        return list(copies(random, number, kind))
    one = written if kind == "written" else different
    return [one(random, n) for n in range(number)]


def grams(query: str) -> frozenset[tuple[str, ...]]:
    """The five-grams of a query."""
    words = _WORD.findall(without_comments(query).lower())
    return frozenset(zip(*(words[n:] for n in range(5)), strict=False))


def recall(made: Sequence[str], found: Sequence[Near], number: int) -> str:
    """What was found of a sample, held against comparing it with every query."""
    told = {pair for near in found for pair in (near[:2], near[1::-1])}
    told_of = {n for n, _ in told}
    sample = {n: grams(made[n]) for n in Random(2).sample(range(len(made)), number)}  # noqa: S311 - the same in every run
    pairs: set[tuple[int, int]] = set()
    for m, query in enumerate(made):
        other = grams(query)
        pairs |= {(n, m) for n, own in sample.items() if n != m and _is_near(own, other)}
    pairs = {(n, m) for n, m in pairs if tokens(made[n]) != tokens(made[m])}
    near = {n for n, _ in pairs}
    wrong = sum(1 for n, m in told if n in sample and (n, m) not in pairs)
    return (
        f"of {len(near):,} that are near to any {len(near & told_of):,} told of, "
        f"of {len(pairs):,} pairs {len(pairs & told):,} told, {wrong} told that are none"
    )


def _is_near(own: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> bool:
    small, large = sorted((len(own), len(other)))
    return large > 0 and small >= SIMILAR * large and len(own & other) >= SIMILAR * len(own | other)


def main() -> None:
    """Read the arguments, and look for near-duplicates among ever more queries."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--numbers", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--recall", type=int, default=0, metavar="N")
    arguments = parser.parse_args()
    print(f"{'kind':9} {'number':>8} {'MB':>6} {'s':>7} {'split':>7} {'ratio':>6} {'near':>8} {'MiB':>6}")
    for kind in arguments.kinds:
        for number in arguments.numbers:
            made = queries(number, kind)
            start = time.process_time()
            for query in made:
                _WORD.findall(query)
            split = time.process_time() - start
            found = near_duplicates(made)
            taken = time.process_time() - start - split
            size = sum(map(len, made)) / 1e6
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            numbers = f"{taken:7.2f} {split:7.2f} {taken / split:6.1f} {len(found):8,} {peak:6.0f}"
            print(f"{kind:9} {number:8,} {size:6.1f} {numbers}", flush=True)
            if arguments.recall:
                print(f"          {recall(made, found, arguments.recall)}", flush=True)


if __name__ == "__main__":
    main()
