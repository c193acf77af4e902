"""`rulefold build`: pages into a catalogue on disk."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from rulefold.cli.options import Decorator, exit_code, on_conflict_option, pages_argument, pages_of, strict_option
from rulefold.cli.output import check_files, write_files
from rulefold.cli.terminal import counted, print_counts, print_diagnostic, progress

if TYPE_CHECKING:
    from rulefold.chain import Build

FORMATS = ("json", "yaml", "markdown", "kql", "schema", "html")
_SHOWN_ERRORS = 20


def _formats(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(name for names in given for name in names.split(",") if name))
    unknown = [name for name in chosen if name not in FORMATS]
    if unknown:
        raise click.BadParameter(f"{', '.join(unknown)}: expected some of {', '.join(FORMATS)}")
    return chosen or FORMATS


formats_option: Decorator = click.option(
    "--format", "formats", multiple=True, callback=_formats, help=f"Some of {', '.join(FORMATS)}; else all."
)


@click.command()
@pages_argument
@click.option("-o", "--output", type=click.Path(path_type=Path), default="output", show_default=True, help="Folder.")
@formats_option
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 where the output is not current.")
@on_conflict_option
@click.option("--no-queries", is_flag=True, help="Do not look for queries that are nearly the same.")
@strict_option
def build(
    pages: tuple[str, ...],
    output: Path,
    formats: tuple[str, ...],
    only_check: bool,
    on_conflict: str,
    no_queries: bool,
    strict: bool,
) -> int:
    """Fold PAGES into a catalogue and write it.

    PAGES are files, folders, globs, or - for standard input; without any, catalog/.
    """
    from rulefold.chain import build as build_catalogue
    from rulefold.chain import output_files
    from rulefold.folding import OnConflict

    found = pages_of(pages, exclude=output)
    built = build_catalogue(progress(found, "page"), cast("OnConflict", on_conflict), queries=not no_queries)
    print_findings(built)
    if not print_or_write(output, output_files(built, formats), built, _summary(built), only_check):
        return 1
    return exit_code([str(d.severity) for d in built.diagnostics], strict)


def print_findings(built: "Build") -> None:
    """Print the first errors, and how many diagnostics there are of each code."""
    errors = [d for d in built.diagnostics if d.severity == "error"]
    for diagnostic in errors[:_SHOWN_ERRORS]:
        print_diagnostic(diagnostic)
    if len(errors) > _SHOWN_ERRORS:
        click.echo(f"and {counted(len(errors) - _SHOWN_ERRORS, 'more error', 'more errors')}", err=True)
    print_counts(built.diagnostics)


def _summary(built: "Build") -> str:
    counts = built.catalogue.counts
    return (
        f"{counted(counts.entries, 'entry', 'entries')} + {counted(counts.rejects, 'reject')} = "
        f"{counted(counts.blocks, 'block')} on {counted(counts.pages, 'page')}"
    )


def print_or_write(output: Path, files: dict[str, bytes], built: "Build", summary: str, only_check: bool) -> bool:
    """Write an output folder, or say in what it differs from these files; False where it is not current."""
    if only_check:
        return check_files(output, files)
    click.echo(summary)
    return write_files(output, files, f"{counted(built.catalogue.counts.detections, 'detection')} in ")
