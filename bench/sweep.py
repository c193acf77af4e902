"""Time of a catalogue over a folder of events: all rules at once, against some of them alone; and of a backtest.

usage: sweep.py [--rows N] [--sample N] [--memory SIZE] [--json] [--out DIR]

The rules are those of the real catalogue, where it is at hand (RULEFOLD_CORPUS, or ../shared), over ten tables of so
many events each, which are made here, as is a record of each feed that `externaldata` asks for.  `rulefold run --all`
is measured as a whole process: rules a second, the slowest with their reasons, peak memory.  A sample of rules is run
one at a time as well, and the ratio told of a rule alone to one among all.  Then a rule that runs each hour is run over
a month, against a run of its own for each of some windows.
"""

import argparse
import json
import os
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

import duckdb
from events import EVENTS, write_events
from measuring import Run, measure

ROOT = Path(__file__).parent.parent
NOW = "2026-01-14T12:00:00Z"
ADDRESS = re.compile(r"https?://[^\s\"'\])]+")
MONTH = ("2026-01-01T00:00:00Z", "2026-01-31T00:00:00Z")
RULEFOLD = [sys.executable, "-m", "rulefold"]


def corpus() -> Path:
    """Where the real catalogue is."""
    folder = Path(os.environ.get("RULEFOLD_CORPUS", ROOT.parent / "shared"))
    return folder if (folder / "corpus" / "pages").is_dir() else sys.exit("the real catalogue is not at hand")


def command(data: Path, memory: str, *more: str) -> list[str]:
    """`rulefold run` over the events."""
    more = ("--external", str(data.parent / "external.yaml"), *more)
    base = corpus()
    pages, tables = base / "corpus" / "pages", base / "kusto" / "tables.json"
    return [*RULEFOLD, "run", str(pages), "--tables", str(tables), "--data", str(data), "--memory", memory, *more]


def write_feeds(folder: Path) -> Path:
    """A record for each address in the rules, and which file stands for which."""
    pages = sorted((corpus() / "corpus" / "pages").rglob("*.md"))
    addresses = sorted({one for page in pages for one in ADDRESS.findall(page.read_text(encoding="utf-8"))})
    (folder / "feed.csv").write_text("2026-01-01,2026-01-01,10.0.0.1,ip,white\n", encoding="utf-8")
    (folder / "feed.json").write_text('{"values": []}\n', encoding="utf-8")
    files = {one: "feed.json" if ".json" in one else "feed.csv" for one in addresses}
    path = folder / "external.yaml"
    path.write_text("".join(f"{json.dumps(one)}: {file}\n" for one, file in files.items()), encoding="utf-8")
    return path


def all_at_once(data: Path, memory: str, out: Path) -> tuple[Run, list[dict[str, object]]]:
    """All rules: the process, and what is told of each rule."""
    run = measure(command(data, memory, "--all", "--now", NOW, "-o", str(out)), ends=(0, 1))
    return run, json.loads((out / "summary.json").read_text(encoding="utf-8"))["detections"]


def print_all(run: Run, rules: list[dict[str, object]]) -> None:
    """What there is to say of all rules."""
    counts = Counter(str(one["found"]) for one in rules)
    ran = len(rules) - counts["not run"]
    print(f"{len(rules)} rules, {ran} run, {ran / run.wall:.1f} a second by the clock; {run.peak:,.0f} MiB at the peak")
    print(", ".join(f"{count} {name}" for name, count in counts.most_common()))
    print("the slowest")
    for one in sorted(rules, key=lambda one: -float(str(one["seconds"])))[:10]:
        why = f"  {one['reason']}" if one.get("reason") else f"  {one['rows']:,} rows"
        print(f"{float(str(one['seconds'])):7.2f} s  {one['title']}{why}")


def print_alone(data: Path, memory: str, rules: list[dict[str, object]], size: int, whole: Run) -> None:
    """Some rules, each in a process of its own."""
    ran = [one for one in rules if one["found"] != "not run"]
    some = ran[:: max(1, len(ran) // size)][:size]
    alone = sum(measure(command(data, memory, str(one["key"]), "--all", "--now", NOW), ends=(0, 1)).cpu for one in some)
    print(f"a rule alone takes {alone / len(some) / (whole.cpu / len(ran)):.1f} times as long as one among all")


def print_backtest(data: Path, memory: str, rule: str, windows: int) -> None:
    """A month of a rule that runs each hour, against windows alone."""
    whole = measure(command(data, memory, rule, "--from", MONTH[0], "--to", MONTH[1]), ends=(0, 1))
    times = [f"2026-01-{1 + number * 13 // windows:02}T06:00:00Z" for number in range(windows)]
    alone = sum(measure(command(data, memory, rule, "--all", "--now", at), ends=(0, 1)).cpu for at in times)
    ratio = whole.cpu / (alone / windows)
    print(f"a month of runs, 720, takes {ratio:.1f} times as long as one alone: {ratio / 720:.3f} each")


def main() -> None:
    """Make the events, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000, help="of each table")
    parser.add_argument("--sample", type=int, default=10, help="rules that are run alone too")
    parser.add_argument("--memory", default="1GB")
    parser.add_argument("--json", action="store_true", help="the events as JSON lines instead of Parquet")
    parser.add_argument("--rule", default="a7564d76-ec6b-4519-a66b-fcc80c42332b", help="the rule of the backtest")
    parser.add_argument("--out", type=Path, help="where the events are written, and removed again")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.out) as name:
        data, out = Path(name, "events"), Path(name, "out")
        data.mkdir()
        write_feeds(data.parent)
        tables = sorted(path.stem for path in EVENTS.glob("*.sql"))
        size = write_events(data, tables, given.rows)
        if given.json:
            size = _as_json(data)
        print(f"{len(tables)} tables of {given.rows:,} rows, {size / 1e6:,.0f} MB")
        run, rules = all_at_once(data, given.memory, out)
        print_all(run, rules)
        print_alone(data, given.memory, rules, given.sample, run)
        print_backtest(data, given.memory, given.rule, given.sample)


def _as_json(data: Path) -> int:
    """The same events as JSON lines; the size of all in bytes."""
    size = 0
    for path in data.glob("*.parquet"):
        target = path.with_suffix(".jsonl")
        duckdb.execute("COPY (FROM read_parquet(?)) TO ? (FORMAT json)", [str(path), str(target)])
        path.unlink()
        size += target.stat().st_size
    return size


if __name__ == "__main__":
    main()
