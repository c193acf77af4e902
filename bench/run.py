"""Time of rules that run: SQL compiled from KQL against SQL written by hand for the same answer.

usage: run.py [--rows N] [--seed-rows N] [--rounds N] [--rules NAME …] [--grow N …] [--memory SIZE] [--out DIR]

The seed's detection (catalog/) and rules of the shapes that are usual are run over the same files of Parquet, which are
made here, by rulefold's own session and by a plain connection to DuckDB with the same limits.  `running/rules` has each
rule as KQL, and as a good engineer would write it in SQL, knowing the data.  Both must give the same rows.  They run
in turn, and the ratio is the median of those of all rounds, of wall and of processor time.  Ours does more with its
rows: it weighs them against the limit of memory, makes datetimes aware and timedeltas of timespans, and reads what is
dynamic; by hand they are what `fetchall` gives, with naive datetimes and JSON as text.

With `--grow`, the seed's detection runs over so many rows in a process of its own each; time is told as a ratio to the
smallest size, a run over almost nothing taken off, with the peak memory.  The sizes at which the bars are set:

    run.py --rows 10000000 --seed-rows 5000000 --grow 1000000 3000000 10000000 30000000 --memory 1GB
"""

import argparse
import json
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from events import EVENTS, write_events
from measuring import Run, measure

from rulefold.kql import Table
from rulefold.kql.analyse import analyse
from rulefold.kql.engines import ENGINES
from rulefold.kql.engines.limits import Limits
from rulefold.kql.engines.session import Session
from rulefold.kql.running import lowered

ROOT = Path(__file__).parent.parent
RULES = Path(__file__).parent / "running" / "rules"
PAGE, SEED_ID, SEED = ROOT / "catalog" / "Rules_5587-5607.md", "55fbc363-6cc9-4201-bd68-d980b612082b", "seed"
NOW = datetime(2026, 1, 15, tzinfo=UTC)
DYNAMIC = {"AdditionalFields", "DeviceDetail", "InitiatedBy", "TargetResources"}  # kept as text in the files
_QUERY = re.compile(r"^```kql\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
Rows = list[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Timed:
    """What one of two ways took in a round, in seconds."""

    wall: float
    cpu: float


def names_of_rules() -> list[str]:
    """The seed, and the rules that stand here."""
    return [SEED, *sorted(path.stem for path in RULES.glob("*.kql"))]


def query_of(rule: str) -> str:
    """The KQL of a rule."""
    if rule != SEED:
        return (RULES / f"{rule}.kql").read_text(encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    found = _QUERY.search(page, page.index(SEED_ID))
    return found[1] if found else sys.exit(f"{PAGE}: no query of {SEED_ID}")


def tables_of(rules: Sequence[str]) -> list[str]:
    """The tables that rules name."""
    known: dict[str, dict[str, str]] = {path.stem: {} for path in EVENTS.glob("*.sql")}
    return sorted({table for rule in rules for table in analyse(query_of(rule), known).tables})


# --------------------------------------------------------------------------------------------------------- two ways


def session_over(folder: Path, tables: Sequence[str], memory: str | None) -> Session:
    """Rulefold's session over the files, as `rulefold run` has it."""
    session = ENGINES["duckdb"](Limits.of(memory, "1h"))
    for table in tables:
        path = folder / f"{table}.parquet"
        session.load(table, Table(_schema(path), path))
    session.close_off()
    return session


def _schema(path: Path) -> dict[str, str]:
    with ENGINES["duckdb"](Limits.of()) as session:
        session.load("T", Table(None, path))
        return {name: "dynamic" if name in DYNAMIC else type_ for name, type_ in session.schemas["T"].items()}


def connection_over(folder: Path, tables: Sequence[str], memory: str | None) -> duckdb.DuckDBPyConnection:
    """A plain connection with the tables as views of the same files."""
    connection = duckdb.connect(config={"memory_limit": f"{Limits.of(memory).memory}B"})
    connection.execute("SET TimeZone = 'UTC'")
    for table in tables:
        connection.read_parquet(str(folder / f"{table}.parquet")).create_view(table)
    return connection


def timed(run: Callable[[], Rows]) -> tuple[Timed, Rows]:
    """Run, with the time taken: by the clock, and by all processors."""
    wall, cpu = time.perf_counter(), time.process_time()
    rows = run()
    return Timed(time.perf_counter() - wall, time.process_time() - cpu), rows


def compared(rule: str, folder: Path, rounds: int, memory: str | None) -> tuple[list[tuple[Timed, Timed]], int]:
    """Times of both ways, ours first, for each round; and the number of rows.  Ends where the rows differ."""
    tables = tables_of([rule])
    by_hand = (RULES / f"{rule}.sql").read_text(encoding="utf-8")
    connection = connection_over(folder, tables, memory)
    with session_over(folder, tables, memory) as session:
        statement = lowered(session, query_of(rule), now=NOW)
        dynamics = [number for number, (_, type_) in enumerate(statement.columns) if str(type_) == "dynamic"]
        ways: list[Callable[[], Rows]] = [
            lambda: list(session.rows(statement)),
            lambda: connection.execute(by_hand).fetchall(),
        ]
        found = [way() for way in ways]  # the first time both read the files
        names = [name for name, _ in statement.columns]
        theirs = [str(one[0]) for one in connection.description]
        if sorted(names) != sorted(theirs) or _plain(found[0], names, dynamics, names) != _plain(
            found[1], theirs, [theirs.index(names[n]) for n in dynamics], names
        ):
            sys.exit(f"{rule}: the rows differ: {found[0][:2]} and {found[1][:2]}, {len(found[0])} and {len(found[1])}")
        pairs = [_in_turn(ways, number) for number in range(rounds)]
    connection.close()
    return pairs, len(found[0])


def _in_turn(ways: Sequence[Callable[[], Rows]], number: int) -> tuple[Timed, Timed]:
    first, second = (0, 1) if number % 2 else (1, 0)
    times = {first: timed(ways[first])[0], second: timed(ways[second])[0]}
    return times[0], times[1]


def _plain(rows: Rows, names: Sequence[str], dynamics: Sequence[int], order: Sequence[str]) -> list[str]:
    """Rows in which values, and the items of a list, can be compared: the order of a set is nobody's."""

    def value(number: int, one: object) -> object:
        if number in dynamics:
            one = json.loads(one) if isinstance(one, str) else one
            return sorted(map(str, one)) if isinstance(one, list) else one
        return one.replace(tzinfo=None) if isinstance(one, datetime) else one

    places = [names.index(name) for name in order]
    return sorted(repr([value(number, row[number]) for number in places]) for row in rows)


def print_ratios(rules: Sequence[str], given: argparse.Namespace, scratch: Path) -> None:
    """Make the events, and tell the ratio of each rule."""
    for some, rows in (([SEED], given.seed_rows), ([rule for rule in rules if rule != SEED], given.rows)):
        some = [rule for rule in some if rule in rules]
        if not some:
            continue
        with tempfile.TemporaryDirectory(dir=scratch) as name:
            folder = Path(name)
            size = write_events(folder, tables_of(some), rows)
            print(
                f"{rows:,} rows a table, {size / 1e6:,.0f} MB\n{'':12} {'rows':>7} {'by hand':>9}  ratio of wall, cpu"
            )
            medians = []
            for rule in some:
                pairs, count = compared(rule, folder, given.rounds, given.memory)
                wall = statistics.median(ours.wall / theirs.wall for ours, theirs in pairs)
                cpu = statistics.median(ours.cpu / theirs.cpu for ours, theirs in pairs)
                by_hand = statistics.median(theirs.wall for _, theirs in pairs)
                medians.append(cpu)
                print(f"{rule:12} {count:7,} {1000 * by_hand:6.0f} ms  {wall:13.2f} {cpu:4.2f}", flush=True)
            print(f"{'the worst':12} {'':7} {'':9}  {'':13} {max(medians):4.2f}")


# ------------------------------------------------------------------------------------------------------------ growth


def print_growth(sizes: Sequence[int], memory: str, scratch: Path) -> None:
    """Tell time and memory of the seed's detection for each size."""
    nothing = _grown(1000, memory, scratch)
    first: Run | None = None
    print(f"the seed's detection within {memory}\n{'rows':>12} {'s':>7} {'ratio':>6} {'MiB':>6}")
    for rows in sizes:
        run = _grown(rows, memory, scratch)
        first = first or run
        ratio = (run.cpu - nothing.cpu) / (first.cpu - nothing.cpu)
        print(f"{rows:12,} {run.cpu - nothing.cpu:7.2f} {ratio:6.1f} {run.peak:6.0f}", flush=True)


def _grown(rows: int, memory: str, scratch: Path) -> Run:
    with tempfile.TemporaryDirectory(dir=scratch) as name:
        write_events(Path(name), tables_of([SEED]), rows)
        return measure([sys.executable, __file__, "--only-in", name, "--memory", memory])


def _only_seed(folder: Path, memory: str | None) -> None:
    """What a process of its own does for `--grow`."""
    with session_over(folder, tables_of([SEED]), memory) as session:
        list(session.rows(lowered(session, query_of(SEED), now=NOW)))


def main() -> None:
    """Read the arguments, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=500_000, help="of each table of the usual rules")
    parser.add_argument("--seed-rows", type=int, default=500_000, help="of each table of the seed's detection")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rules", nargs="+", choices=names_of_rules(), default=names_of_rules())
    parser.add_argument("--grow", type=int, nargs="+", default=[])
    parser.add_argument("--memory", help="what a run may take, such as 1GB")
    parser.add_argument("--out", type=Path, help="where the events are written, and removed again")
    parser.add_argument("--only-in", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only_in is not None:
        _only_seed(given.only_in, given.memory)
        return
    print_ratios(given.rules, given, given.out)
    if given.grow:
        print_growth(given.grow, given.memory or "1GB", given.out)


if __name__ == "__main__":
    main()
