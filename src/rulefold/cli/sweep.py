"""`rulefold run --all`, and backtests: which detections find something, when, and which cannot be run."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rulefold.cli.options import exit_code
from rulefold.cli.terminal import counted, plain, print_diagnostic, print_table, progress

if TYPE_CHECKING:
    from rulefold.correlate import Shared, Tables
    from rulefold.findings import Entry
    from rulefold.kql import QueryError, Timespan
    from rulefold.kql.engines.limits import Limits
    from rulefold.model import Detection

_OLD = timedelta(days=1)
_TOLD = 20  # of those that are not run, on a terminal


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a run of all detections: its time, whether that is just the present one, and where it goes."""

    now: datetime
    is_present: bool
    span: "Timespan | None"
    jobs: int
    most: int
    output: Path | None


def run_all(tables: "Tables", detections: "Sequence[Detection]", limits: "Limits", asked: Asked) -> int:
    """Run detections over tables that are read once; what they find is printed, and written into a folder."""
    from rulefold.correlate import opened
    from rulefold.findings import lines

    told = _Told(tables)
    with ExitStack() as stack:
        file = None
        if asked.output is not None:
            asked.output.mkdir(parents=True, exist_ok=True)
            file = stack.enter_context((asked.output / "findings.jsonl").open("w", encoding="utf-8", newline=""))
        shared = stack.enter_context(opened(tables, detections, limits))
        entries = []
        for entry in _entries(shared, detections, asked, told):
            entries.append(entry)
            if file is not None:
                file.writelines(lines(entry, asked.now))
        latest = shared.latest() if asked.is_present else None
    if asked.output is not None:
        _write(entries, asked, tables.data)
    _print(entries, asked, tables.data)
    told.close(asked.output)
    hunting = len(detections) - len(entries)
    if hunting:
        queries = counted(hunting, "hunting query", "hunting queries")
        click.echo(f"{queries} left out of the backtest: no schedule says when to run", err=True)
    if latest is not None and latest < asked.now - _OLD:
        last = f"{latest:%Y-%m-%dT%H:%MZ}"
        click.echo(
            f"the last event of {plain(str(tables.data))} is of {last}: --now sets the time of the run", err=True
        )
    return exit_code(told.severities, strict=False)


class _Told:
    """Tells why detections are not run, on standard error: the first ones, and how many more there are."""

    def __init__(self, tables: "Tables") -> None:
        self._tables = tables
        self.severities: list[str] = []

    def __call__(self, error: "QueryError", detection: "Detection") -> None:
        from rulefold.correlate import told

        diagnostic = told(error, detection, self._tables.data)
        self.severities.append(str(diagnostic.severity))
        if len(self.severities) <= _TOLD:
            print_diagnostic(diagnostic)

    def close(self, output: Path | None) -> None:
        """Say how many were not told."""
        more = len(self.severities) - _TOLD
        if more > 0:
            where = "-o DIR writes them" if output is None else f"see {output / 'run.html'}"
            click.echo(f"{counted(more, 'detection')} more not run: {plain(str(where))}", err=True)


def _entries(shared: "Shared", detections: "Sequence[Detection]", asked: Asked, told: _Told) -> "Iterator[Entry]":
    from rulefold.correlate import sweep
    from rulefold.findings import of_outcome

    if asked.span is not None:
        yield from _backtests(shared, progress(detections, "detection"), asked, told)
        return
    outcomes = sweep(shared, detections, asked.now, most=asked.most, jobs=asked.jobs)
    for _, outcome in zip(progress(detections, "detection"), outcomes, strict=True):
        if outcome.error is not None:
            told(outcome.error, outcome.detection)
        yield of_outcome(outcome)


def _backtests(shared: "Shared", detections: "Iterator[Detection]", asked: Asked, told: _Told) -> "Iterator[Entry]":
    from rulefold.correlate import Outcome, backtest
    from rulefold.findings import of_backtest, of_outcome
    from rulefold.kql import QueryError

    span = asked.span
    for detection in detections:
        start = time.perf_counter()
        if detection.type == "Hunting" or span is None:  # it has no schedule
            continue
        try:
            runs = list(backtest(shared, detection, span.start, span.end, most=asked.most))
        except QueryError as error:
            told(error, detection)
            yield of_outcome(Outcome(detection, error=error, seconds=time.perf_counter() - start))
        else:
            yield of_backtest(detection, runs, time.perf_counter() - start)


def _write(entries: "Sequence[Entry]", asked: Asked, data: Path) -> None:
    import json

    from rulefold.findings import PAGE, as_data, page, write_parquet

    folder = asked.output or Path()
    summary = json.dumps(as_data(entries, asked.now, asked.span), indent=2, ensure_ascii=False)
    (folder / "summary.json").write_text(f"{summary}\n", encoding="utf-8", newline="")
    (folder / PAGE).write_text(page(entries, asked.now, asked.span, data.name), encoding="utf-8", newline="")
    write_parquet(entries, asked.now, folder / "findings.parquet")


def _print(entries: "Sequence[Entry]", asked: Asked, data: Path) -> None:
    """A table of what was found, and how many found something, found nothing, and were not run."""
    from rulefold.findings import Kind

    found = sorted(
        (one for one in entries if one.kind in (Kind.ALERT, Kind.ROWS)), key=lambda one: (one.kind, -one.count)
    )
    if found and asked.span is not None:
        print_table(
            ("alerts", "runs", "detection", "title"),
            [(f"{len(one.alerts):,}", f"{one.times:,}", one.detection.key, one.detection.title) for one in found],
        )
    elif found:
        print_table(
            ("found", "rows", "detection", "title"),
            [(str(one.kind), f"{one.count:,}", one.detection.key, one.detection.title) for one in found],
        )
    if len(entries) == 1 and asked.span is not None:
        for run in entries[0].alerts:
            click.echo(f"{run.at.isoformat(timespec='minutes')}  {counted(run.count, 'row')}")
    counts = {kind: sum(one.kind is kind for one in entries) for kind in Kind}
    if asked.span is not None:
        fired = [counted(counts[Kind.ALERT], "rule with alerts", "rules with alerts")]
    else:
        queries = counted(counts[Kind.ROWS], "hunting query with rows", "hunting queries with rows")
        fired = [counted(counts[Kind.ALERT], "alert"), queries]
    told = ", ".join([*fired, f"{counts[Kind.QUIET]:,} found nothing", f"{counts[Kind.FAILED]:,} not run"])
    click.echo(f"{counted(len(entries), 'detection')} over {plain(str(data))}: {told}")
