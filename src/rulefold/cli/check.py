"""`rulefold check`: what is to be said about pages, and nothing written."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from rulefold.cli.options import (
    attack_option,
    exit_code,
    functions_option,
    judged,
    on_conflict_option,
    pages_argument,
    pages_of,
    snapshot_of,
    strict_option,
    tables_option,
    watchlists_option,
    workspace_of,
    written_catalogue,
)
from rulefold.cli.terminal import counted, print_diagnostic, progress

if TYPE_CHECKING:
    from rulefold.diagnostics import Diagnostic
    from rulefold.model import Catalogue
    from rulefold.workspace import Workspace


def _codes(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    from rulefold.codes import CODES

    chosen = tuple(code.strip() for codes in given for code in codes.split(",") if code.strip())
    unknown = [code for code in chosen if not any(known.startswith(code) for known in CODES)]
    if unknown:
        raise click.BadParameter(f"{', '.join(unknown)}: no code begins like this; see `rulefold explain`")
    return chosen


@click.command()
@pages_argument
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "sarif", "github"]), default="text", show_default=True
)
@click.option(
    "--select", multiple=True, callback=_codes, metavar="CODES", help="Only these codes, or those they begin."
)
@click.option("--ignore", multiple=True, callback=_codes, metavar="CODES", help="All but these codes.")
@on_conflict_option
@attack_option
@tables_option
@functions_option
@watchlists_option
@strict_option
def check(
    pages: tuple[str, ...],
    form: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    on_conflict: str,
    attack: str,
    tables: tuple[Path, ...],
    functions: tuple[Path, ...],
    watchlists: Path | None,
    strict: bool,
) -> int:
    """Say what is wrong with PAGES, or with an output folder, and what is worth knowing.

    PAGES are files, folders, globs, or - for standard input; without any, catalog/.  An output folder has no places but
    the first line of each detection, and rejects are not looked at.
    """
    from rulefold.attack.findings import findings
    from rulefold.chain import in_page_order
    from rulefold.diagnostics import selected

    snapshot = snapshot_of(attack)
    catalogue, told = _catalogue(pages, on_conflict, workspace_of(tables, functions, pages, watchlists))
    told = in_page_order([*told, *findings(catalogue, snapshot)], catalogue.source.pages)
    diagnostics = selected(judged(told, complete=True), select, ignore)
    _print(diagnostics, form)
    return exit_code([str(d.severity) for d in diagnostics], strict)


def _catalogue(
    pages: tuple[str, ...], on_conflict: str, workspace: "Workspace"
) -> "tuple[Catalogue, list[Diagnostic]]":
    """A catalogue with what is said of it: of pages, or of an output folder."""
    from rulefold.chain import build, noted
    from rulefold.folding import OnConflict

    if catalogue := written_catalogue(pages):
        return catalogue, noted(catalogue)
    built = build(progress(pages_of(pages), "page"), cast("OnConflict", on_conflict), workspace=workspace)
    return built.catalogue, list(built.diagnostics)


def _print(diagnostics: "list[Diagnostic]", form: str) -> None:
    import json

    from rulefold.codes import CODES
    from rulefold.diagnostics import as_data, count_by_severity, render_github, sarif
    from rulefold.version import __version__

    match form:
        case "json":
            click.echo(json.dumps({"diagnostics": [as_data(d) for d in diagnostics]}, indent=2, ensure_ascii=False))
        case "sarif":
            click.echo(json.dumps(sarif(diagnostics, CODES.values(), __version__), indent=2, ensure_ascii=False))
        case "github":
            for diagnostic in diagnostics:
                click.echo(render_github(diagnostic))
        case _:
            for diagnostic in diagnostics:
                print_diagnostic(diagnostic)
            counts = count_by_severity(diagnostics)
            click.echo(", ".join(counted(number, str(severity)) for severity, number in counts.items()), err=True)
