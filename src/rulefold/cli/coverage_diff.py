"""`rulefold coverage diff`: what changed between two catalogues, because of rules and because of ATT&CK."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rulefold.cli.options import DEFAULT_ATTACK, catalogue_at, min_severity_option, snapshot_of, types_of, types_option
from rulefold.cli.terminal import plain

if TYPE_CHECKING:
    from rulefold.attack import Snapshot
    from rulefold.report.versus import Side


@click.command("diff")
@click.argument("old", type=click.Path())
@click.argument("new", type=click.Path())
@click.option(
    "--attack", metavar="VERSION|FILE", help="The version of ATT&CK for NEW, else that of its report, or 19.2."
)
@click.option("--attack-old", metavar="VERSION|FILE", help="The version for OLD, else that of its report, or NEW's.")
@types_option
@min_severity_option
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option("--fail-on-loss", is_flag=True, help="Exit with 1 where a cell was lost because of rules.")
def coverage_diff(
    old: str,
    new: str,
    attack: str | None,
    attack_old: str | None,
    types: tuple[str, ...],
    min_severity: str | None,
    form: str,
    fail_on_loss: bool,
) -> int:
    """Say what coverage NEW has gained and lost since OLD.

    Each is a page or a folder of pages, an output folder, or a coverage.json of an earlier report; pages and output
    folders also as REV:PATH, as they were at a git revision.
    """
    from rulefold.report.difference import as_json, as_markdown, as_text
    from rulefold.report.versus import difference

    after = _side(new, attack, DEFAULT_ATTACK)
    before = _side(old, attack_old, after.snapshot)
    known = after.catalogue.model_copy(
        update={"detections": (*before.catalogue.detections, *after.catalogue.detections)}
    )
    found = difference(before, after, types_of(types, known), min_severity)
    match form:
        case "json":
            click.echo(as_json(found), nl=False)
        case "markdown":
            click.echo(as_markdown(found), nl=False)
        case _:
            click.echo(plain(as_text(found)), nl=False)
    return int(fail_on_loss and found.is_loss)


def _side(argument: str, attack: str | None, default: "str | Snapshot") -> "Side":
    """A catalogue, and the version of ATT&CK that is asked for, or its report's, or else the default."""
    from rulefold.report.versus import Side, catalogue_of_report
    from rulefold.store import load_coverage

    try:
        report = load_coverage(Path(argument))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    version = attack or (report.attack.version if report else None) or default
    snapshot = snapshot_of(version) if isinstance(version, str) else version
    return Side(catalogue_of_report(report) if report else catalogue_at(argument), snapshot)
