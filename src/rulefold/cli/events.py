"""`rulefold events`: events that make detections fire."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rulefold.cli.options import (
    external_of,
    external_option,
    functions_option,
    tables_option,
    watchlists_option,
    workspace_of,
)
from rulefold.cli.run import limits_of, moment, named_detections, paths_and_names
from rulefold.cli.terminal import counted, plain, print_diagnostic, progress

if TYPE_CHECKING:
    from datetime import datetime

    from rulefold.synthesis import Proposal


@click.command()
@click.argument("arguments", nargs=-1, metavar="ARG…")
@click.option("--now", callback=moment, metavar="ISO", help="The time at which the detection fires; else the present.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A folder for a file Table.jsonl each.")
@tables_option
@functions_option
@watchlists_option
@external_option
@click.option("--timeout", default="20s", show_default=True, metavar="TIME", help="How long a run of a query may take.")
def events(
    arguments: tuple[str, ...],
    now: "datetime | None",
    output: Path | None,
    tables: tuple[Path, ...],
    functions: tuple[Path, ...],
    watchlists: Path | None,
    external: Path | None,
    timeout: str,
) -> int:
    """Propose a small set of events that makes a detection fire, checked by running its query over them.

    An ARG that names a path is pages, a catalogue or an output folder; any other is the id or the title of a detection.
    Of one detection the events are printed, as JSON by table; of several, or all, how many have events, why the others
    have none, and -o DIR gets a folder of each.
    """
    from datetime import UTC, datetime

    from rulefold.synthesis import propose

    paths, wanted = paths_and_names(arguments)
    limits = limits_of("1GB", timeout, 1)
    detections = named_detections(paths, wanted)
    workspace, files = workspace_of(tables, functions, paths, watchlists), external_of(external)
    time = now or datetime.now(UTC).replace(microsecond=0)
    if len(wanted) == 1 and len(detections) == 1:
        return _one(propose(detections[0], workspace, time, limits, files), output)
    proposals = []
    for detection in progress(detections, "detection"):
        proposals.append(propose(detection, workspace, time, limits, files))
        if output is not None:
            _write(proposals[-1], output / detection.key)
    _summary(proposals)
    return int(any(one.events is None for one in proposals))


def _one(proposal: "Proposal", output: Path | None) -> int:
    from rulefold.synthesis import told

    if proposal.events is None:
        print_diagnostic(told(proposal))
        return 1
    if output is None:
        click.echo(json.dumps(proposal.events, indent=2, ensure_ascii=False))
    else:
        _write(proposal, output)
    number = sum(map(len, proposal.events.values()))
    click.echo(f"{plain(proposal.detection.title)}: fires over {counted(number, 'event')}", err=True)
    return 0


def _write(proposal: "Proposal", folder: Path) -> None:
    """A file of JSON lines for each table."""
    if proposal.events is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    for table, rows in proposal.events.items():
        text = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
        (folder / f"{table}.jsonl").write_text(text, encoding="utf-8", newline="")


def _summary(proposals: "Sequence[Proposal]") -> None:
    """How many detections have events, and the reasons of the others, the most frequent first."""
    from collections import Counter

    reasons = Counter(one.refused.message for one in proposals if one.refused is not None)
    for reason, number in sorted(reasons.items(), key=lambda one: (-one[1], one[0])):
        click.echo(f"{number:>5,}  {plain(reason)}")
    found = sum(one.events is not None for one in proposals)
    click.echo(
        f"{counted(len(proposals), 'detection')}: {found:,} with events that fire, {len(proposals) - found:,} without"
    )
