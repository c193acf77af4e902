"""`rulefold run`: what detections find in a folder of tables."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rulefold.cli.options import (
    catalogue_of,
    exit_code,
    external_of,
    external_option,
    functions_option,
    pages_of_settings,
    tables_option,
    watchlists_option,
    with_watchlists,
    workspace_of,
)
from rulefold.cli.terminal import counted, plain, print_diagnostic

if TYPE_CHECKING:
    from datetime import datetime

    from rulefold.correlate import Correlator, Tables
    from rulefold.kql import Result, Timespan
    from rulefold.kql.engines.limits import Limits
    from rulefold.model import Detection

_FILES = ("csv", "parquet")  # a file holds one detection


def limits_of(memory: str, timeout: str, threads: int | None) -> "Limits":
    """The limits that options state; a usage error for what is none."""
    from rulefold.kql.engines.limits import Limits

    try:
        return Limits.of(memory, timeout, threads)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def moment(_context: click.Context, _parameter: click.Parameter, given: str | None) -> "datetime | None":
    """A time in ISO 8601; without an offset it is UTC."""
    from datetime import UTC, datetime

    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as error:
        raise click.BadParameter(f"found {given!r}, expected a time such as 2024-01-31T12:00:00Z") from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.command()
@click.argument("arguments", nargs=-1, metavar="ARG…")
@click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="A file or a folder for each table: AzureActivity.jsonl, DeviceEvents/….parquet, SigninLogs.csv.gz.",
)
@click.option("--now", callback=moment, metavar="ISO", help="The time at which the queries run; else the present.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "jsonl", "csv", "parquet"]),
    default="table",
    show_default=True,
    help="Of several detections, json is an object by id, jsonl names the detection, csv and parquet are a file each.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="A file, or a folder for csv and parquet of several."
)
@tables_option
@functions_option
@watchlists_option
@external_option
@click.option("--memory", default="4GB", show_default=True, metavar="SIZE", help="What a query may take of memory.")
@click.option("--timeout", default="4m", show_default=True, metavar="TIME", help="How long a query may run.")
@click.option("--threads", type=click.IntRange(min=1), metavar="N", help="One a core, unless given.")
@click.option("--all", "everything", is_flag=True, help="Alerts: each rule over its period before --now; a summary.")
@click.option(
    "--from", "start", callback=moment, metavar="ISO", help="A backtest from here on, each rule at its frequency."
)
@click.option("--to", "end", callback=moment, metavar="ISO", help="Its end; the time of --now, unless given.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", default=1, show_default=True, help="Queries at once.")
@click.option(
    "--rows",
    type=click.IntRange(min=1),
    metavar="N",
    default=1_000,
    show_default=True,
    help="With --all and --from: how many rows of a run are kept; all are counted.",
)
@click.option("--explain", is_flag=True, help="Print the SQL and the plan of the engine, and run nothing.")
def run(
    arguments: tuple[str, ...],
    data: Path,
    now: "datetime | None",
    form: str,
    output: Path | None,
    tables: tuple[Path, ...],
    functions: tuple[Path, ...],
    watchlists: Path | None,
    external: Path | None,
    memory: str,
    timeout: str,
    threads: int | None,
    explain: bool,
    everything: bool,
    start: "datetime | None",
    end: "datetime | None",
    jobs: int,
    rows: int,
) -> int:
    """Run detections over the tables of a folder, and print what they find.

    An ARG that names a path is pages, a catalogue or an output folder; any other is the id or the title of a detection.
    Without a path catalog/ is read, without an id all detections are run.  With --all or --from, analytics rules are
    run as Sentinel runs them, and -o DIR gets findings.jsonl, findings.parquet, summary.json and run.html.
    """
    from rulefold.correlate import Correlator, DataError, Tables

    paths, wanted = paths_and_names(arguments)
    detections = named_detections(paths, wanted)
    limits = limits_of(memory, timeout, threads)
    workspace = with_watchlists(workspace_of(tables, functions, paths), watchlists)
    files = external_of(external)
    try:
        read = Tables(data, workspace, _tell, files)
    except DataError as error:
        raise click.UsageError(str(error)) from error
    if everything or start is not None or end is not None:
        if form != "table" or explain:
            raise click.UsageError("found --format or --explain with --all or a backtest, expected -o DIR")
        return _sweep(read, detections, limits, _span(start, end, now), now, jobs, rows, output)
    correlator = Correlator(read, limits, now)
    if explain:
        return _explain(correlator, detections)
    return _run(correlator, detections, form, output, alone=len(wanted) == 1)


def _span(start: "datetime | None", end: "datetime | None", now: "datetime | None") -> "Timespan | None":
    """The time of a backtest."""
    from datetime import UTC, datetime

    from rulefold.kql import Timespan

    if start is None and end is None:
        return None
    if start is None:
        raise click.UsageError("a start is missing: --from ISO")
    end = end or now or datetime.now(UTC)
    if end <= start:
        raise click.UsageError("found --to before --from, expected it behind")
    return Timespan(start, end)


def _sweep(
    tables: "Tables",
    detections: "list[Detection]",
    limits: "Limits",
    span: "Timespan | None",
    now: "datetime | None",
    jobs: int,
    rows: int,
    output: Path | None,
) -> int:
    from datetime import UTC, datetime

    from rulefold.cli.sweep import Asked, run_all

    time = span.end if span else now or datetime.now(UTC)
    return run_all(tables, detections, limits, Asked(time, now is None and span is None, span, jobs, rows, output))


def _tell(message: str) -> None:
    click.echo(plain(message), err=True)


def paths_and_names(arguments: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """The arguments that are paths, or else those of the settings; and those that name detections."""
    paths = tuple(argument for argument in arguments if Path(argument).exists())
    return paths or pages_of_settings(), [argument for argument in arguments if argument not in paths]


def named_detections(paths: Sequence[str], wanted: Sequence[str]) -> "list[Detection]":
    """The detections that are named, each once, or all of them."""
    from rulefold.cli.browse import find

    catalogue = catalogue_of(paths)
    found = {one.key: one for one in (find(catalogue, name) for name in wanted)}
    return list(found.values()) if wanted else list(catalogue.detections)


def _run(
    correlator: "Correlator", detections: "list[Detection]", form: str, output: Path | None, *, alone: bool
) -> int:
    """Run the detections one after another; one that cannot be run is told, and the others are."""
    from rulefold.kql import QueryError

    if form in _FILES and not (alone or output):
        raise click.UsageError(f"a folder is missing for {form} of several detections: -o DIR")
    if form == "parquet" and output is None:
        raise click.UsageError("a file is missing: -o FILE")
    if form in _FILES and output is not None and not alone:
        output.mkdir(parents=True, exist_ok=True)
    answers, severities = [], []
    for detection in detections:
        try:
            if form == "parquet":
                correlator.write_parquet(detection, _file(output, detection, form, alone))
            else:
                answers.append((detection, correlator.run(detection)))
        except QueryError as error:
            told = correlator.told(error, detection)
            print_diagnostic(told)
            severities.append(str(told.severity))
    if form != "parquet":
        _write(answers, form, output, alone)
    return exit_code(severities, strict=False)


def _file(output: Path | None, detection: "Detection", form: str, alone: bool) -> Path:
    folder = output or Path()
    return folder if alone else folder / f"{detection.key}.{form}"


def _write(answers: "list[tuple[Detection, Result]]", form: str, output: Path | None, alone: bool) -> None:
    from rulefold import result_text

    match form:
        case "csv":
            for detection, result in answers:
                target = None if output is None else _file(output, detection, form, alone)
                _put(result_text.as_csv_text(result), target)
        case "json":
            objects: dict[str, Any] = {one.key: [*result_text.row_objects(result)] for one, result in answers}
            if alone and not answers:
                return
            _put(result_text.as_json(next(iter(objects.values())) if alone else objects), output)
        case "jsonl":
            lines = (
                line
                for one, result in answers
                for line in result_text.as_json_lines(result, None if alone else one.key)
            )
            _put("".join(lines), output)
        case _:
            _show(answers, output)


def _put(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8", newline="")


def _show(answers: "list[tuple[Detection, Result]]", output: Path | None) -> None:
    """Tables for people; how many rows there are is told on standard error."""
    from rulefold.result_text import as_lines

    lines: list[str] = []
    for detection, result in answers:
        if len(answers) > 1:
            lines.append(click.style(plain(f"{detection.key}  {detection.title}"), bold=True))
        for text, is_head in as_lines(result, _width()) if result.rows else ():
            lines.append(click.style(text, bold=True) if is_head else text)
        click.echo(f"{plain(detection.title)}: {counted(len(result.rows), 'row')}", err=True)
    text = "".join(f"{line}\n" for line in lines)
    _put(text if output is None else click.unstyle(text), output)


def _width() -> int:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 80


def _explain(correlator: "Correlator", detections: "list[Detection]") -> int:
    from rulefold.kql import QueryError

    severities = []
    for detection in detections:
        try:
            explained = correlator.explain(detection)
        except QueryError as error:
            told = correlator.told(error, detection)
            print_diagnostic(told)
            severities.append(str(told.severity))
            continue
        click.echo(plain(f"-- {detection.key}  {detection.title}\n{explained.sql}\n\n{explained.plan}"))
    return exit_code(severities, strict=False)
