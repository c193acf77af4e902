"""`rulefold coverage`: what a catalogue covers of MITRE ATT&CK, as a folder of reports."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rulefold.cli.coverage_diff import coverage_diff
from rulefold.cli.options import (
    attack_option,
    catalogue_of,
    comma_separated,
    min_severity_option,
    nearest,
    pages_argument,
    snapshot_of,
    types_of,
    types_option,
)
from rulefold.cli.output import check_files, write_files
from rulefold.cli.terminal import print_diagnostic, print_table

if TYPE_CHECKING:
    from datetime import datetime

    from rulefold.attack import Snapshot
    from rulefold.attack.threats import Threat
    from rulefold.model import Catalogue
    from rulefold.report import Report

FORMATS = ("html", "json", "csv", "layers", "picture", "badge", "xlsx", "markdown")


class WithDiff(click.Command):
    """A command of which one form, `coverage diff`, is a command of its own."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context of this command, or that of `diff` where the first argument is that word."""
        if args[:1] == [coverage_diff.name]:
            return coverage_diff.make_context(f"{info_name} {args[0]}", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


def _formats(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    chosen = comma_separated(context, parameter, given)
    if unknown := [name for name in chosen if name not in FORMATS]:
        raise click.BadParameter(f"{', '.join(unknown)}: expected some of {', '.join(FORMATS)}")
    return chosen or FORMATS


def _time(_context: click.Context, _parameter: click.Parameter, given: str | None) -> "datetime | None":
    from datetime import datetime

    try:
        return datetime.fromisoformat(given) if given else None
    except ValueError as error:
        raise click.BadParameter(f"{given}: expected a time like 2026-01-31T12:00:00Z") from error


@click.command(cls=WithDiff, epilog="To compare two catalogues: rulefold coverage diff --help")
@pages_argument
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), default="output/coverage", show_default=True, help="Folder."
)
@click.option("--format", "formats", multiple=True, callback=_formats, help=f"Some of {', '.join(FORMATS)}; else all.")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 where the output is not current.")
@attack_option
@click.option(
    "--platforms", multiple=True, callback=comma_separated, help="The team's platforms, as ATT&CK spells them."
)
@types_option
@min_severity_option
@click.option(
    "--without", multiple=True, callback=comma_separated, metavar="CONNECTORS", help="What is lost without these."
)
@click.option(
    "--threats",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Technique ids, one a line, or a Navigator layer: what of them is covered.",
)
@click.option("--now", callback=_time, metavar="TIME", help="A time for the report to state; without it, none.")
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Exit with 1 where less of the techniques (on --platforms, or of all) is covered by each of --types, or by"
    " Analytics rules.",
)
@click.option("--fail-on-loss", is_flag=True, help="Exit with 1 where a cell is lost --without a connector, at best.")
def coverage(
    pages: tuple[str, ...],
    output: Path,
    formats: tuple[str, ...],
    only_check: bool,
    attack: str,
    platforms: tuple[str, ...],
    types: tuple[str, ...],
    min_severity: str | None,
    without: tuple[str, ...],
    threats: tuple[Path, ...],
    now: "datetime | None",
    fail_under: float | None,
    fail_on_loss: bool,
) -> int:
    """Report what PAGES, or an output folder, cover of MITRE ATT&CK.

    PAGES are files, folders, globs, or - for standard input; without any, catalog/.  Connectors and platforms are
    compared without case; several are separated by commas.
    """
    from rulefold.report import Choice, files, report

    if fail_on_loss and not without:
        raise click.UsageError("--fail-on-loss needs --without: without which connectors?")
    snapshot, catalogue = snapshot_of(attack), catalogue_of(pages)
    choice = Choice(
        types_of(types, catalogue),
        min_severity,
        _platforms(platforms, snapshot),
        _connectors(without, catalogue),
        tuple(threat for file in threats for threat in _threats(file, snapshot)),
        now,
        _links(pages, catalogue, output),
    )
    found = report(catalogue, snapshot, choice)
    made = files(found, formats)
    _print_figures(found)
    if not only_check:
        write_files(output, made)
    elif not check_files(output, made):
        return 1
    return int(_is_under(found, fail_under) | (fail_on_loss and _is_loss(found)))


def _platforms(given: Sequence[str], snapshot: "Snapshot") -> tuple[str, ...]:
    known = {name.lower(): name for name in snapshot.platforms()}
    for name in given:
        if name.lower() not in known:
            raise click.UsageError(f"{name}: no platform of {snapshot.title}{nearest(name, known.values())}")
    return tuple(dict.fromkeys(known[name.lower()] for name in given))


def _connectors(given: Sequence[str], catalogue: "Catalogue") -> tuple[str, ...]:
    from rulefold.attack.outage import spellings

    known = spellings(catalogue.detections)
    for name in given:
        if name.lower() not in known:
            raise click.UsageError(f"{name}: no detection names this connector{nearest(name, known.values())}")
    return tuple(dict.fromkeys(known[name.lower()] for name in given))


def _threats(file: Path, snapshot: "Snapshot") -> "list[Threat]":
    from rulefold.attack.threats import ThreatsError, read_threats
    from rulefold.text import Source

    if not file.is_file():
        raise click.UsageError(f"{file}: no such file")
    try:
        threats, told = read_threats(Source.decode(file.as_posix(), file.read_bytes()), snapshot)
    except ThreatsError as error:
        raise click.UsageError(f"{error.diagnostic.place}: {error}") from error
    for diagnostic in told:
        print_diagnostic(diagnostic)
    return threats


def _links(pages: Sequence[str], catalogue: "Catalogue", output: Path) -> str | None:
    """Where the pages and queries of the catalogue are, seen from the report: in the output folder given or above."""
    from urllib.parse import quote

    from rulefold.store import load_catalogue

    for folder in [Path(page) for page in pages if len(pages) == 1] + [output.parent]:
        if not ((folder / "detections").is_dir() and (folder / "kql").is_dir()):
            continue
        try:
            there = load_catalogue(folder)
            if there and there.source == catalogue.source:
                return quote(Path(os.path.relpath(folder.resolve(), output.resolve())).as_posix())
        except (OSError, ValueError):  # another drive, or an output that is broken: then there is nothing to lead to
            continue
    return None


def _print_figures(report: "Report") -> None:
    """The headline on standard output: a column a type, and what the gaps take."""
    from collections import Counter

    from rulefold.attack.gaps import Need
    from rulefold.report.words import NEEDS, PARTS

    found = report.coverage
    own = list(found.by_type.values())
    rows = [
        ("detections", *(f"{len(one.detections):,}" for one in own)),
        ("with a declared technique", *(f"{len(one.mapped):,}" for one in own)),
    ]
    if tested := report.tested:
        rows.append(("with tests", *(f"{tested[type_]:,}" for type_ in found.by_type)))
    for part in found.denominators:
        of = len(part.techniques)
        rows.append((f"techniques, {PARTS[part.name]}", *(_share(len(part.covered(one)), of) for one in own)))
    print_table((found.snapshot.title, *(type_ or "no type" for type_ in found.by_type)), rows)
    counts = Counter(gap.need for gap in report.gaps)
    click.echo("")
    print_table(("GAPS", "TECHNIQUES"), [(NEEDS[need], f"{counts[need]:,}") for need in Need])
    click.echo("")


def _share(number: int, of: int) -> str:
    return f"{number:,} of {of:,}, {100 * number / of:.1f} %" if of else "0 of 0"


def _is_under(report: "Report", percent: float | None) -> bool:
    """Whether a type of detection covers less than this share of the techniques; what falls short is told."""
    if percent is None:
        return False
    found, is_under = report.coverage, False
    part = next((one for one in found.denominators if one.name == "platforms"), found.denominators[0])
    for type_ in report.choice.types or ("Analytics",):
        share = 100 * len(part.covered(found.by_type[type_])) / max(len(part.techniques), 1)
        if share < percent:
            click.echo(f"{type_}: {share:.1f} % of the techniques are covered, less than {percent:g} %", err=True)
            is_under = True
    return is_under


def _is_loss(report: "Report") -> bool:
    lost = {type_: len(fall.lost) for type_, fall in report.outage.best.items()} if report.outage else {}
    for type_, number in lost.items():
        if number:
            click.echo(f"{type_}: cells lost without {', '.join(report.choice.without)}: {number:,}", err=True)
    return any(lost.values())
