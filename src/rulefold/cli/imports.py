"""`rulefold import`: rules that others wrote, into a catalogue on disk."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from rulefold.cli.build import formats_option, print_findings, print_or_write
from rulefold.cli.options import (
    exit_code,
    functions_option,
    judged,
    on_conflict_option,
    strict_option,
    tables_option,
    watchlists_option,
    workspace_of,
)
from rulefold.cli.terminal import counted

if TYPE_CHECKING:
    from rulefold.chain import Build
    from rulefold.inputs import Page

KINDS = ("sentinel-yaml", "upstream", "sentinel-arm", "csv", "jsonl")


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(allow_dash=True))
@click.option("-o", "--output", type=click.Path(path_type=Path), default="output", show_default=True, help="Folder.")
@click.option("--from", "kind", type=click.Choice(KINDS), help="What PATHS are; else the content of each file says it.")
@formats_option
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 where the output is not current.")
@on_conflict_option
@tables_option
@functions_option
@watchlists_option
@strict_option
def import_(
    paths: tuple[str, ...],
    output: Path,
    kind: str | None,
    formats: tuple[str, ...],
    only_check: bool,
    on_conflict: str,
    tables: tuple[Path, ...],
    functions: tuple[Path, ...],
    watchlists: Path | None,
    strict: bool,
) -> int:
    """Read rules of Sentinel into a catalogue and write it.

    PATHS are files, folders, globs, or - for standard input: analytic rules and hunting queries in YAML, the repository
    Azure-Sentinel, ARM templates, flattened rows in CSV, or detections in JSON.
    """
    from rulefold.chain import output_files
    from rulefold.folding import OnConflict
    from rulefold.importing import import_files

    files, workspace = _files(paths, output), workspace_of(tables, functions, watchlists=watchlists)
    built = import_files(files, kind, cast("OnConflict", on_conflict), workspace)
    told = judged(built.diagnostics)
    print_findings(told)
    if not print_or_write(output, output_files(built, formats), built, _summary(built), only_check):
        return 1
    return exit_code([str(d.severity) for d in told], strict)


def _files(paths: tuple[str, ...], output: Path) -> "list[Page]":
    from rulefold.inputs import find_files
    from rulefold.sources import SUFFIXES

    given = any(Path(path).resolve() == output.resolve() for path in paths)
    try:
        files = find_files(paths, SUFFIXES, None if given else output)
    except FileNotFoundError as error:
        raise click.UsageError(str(error)) from error
    if not files:
        kinds = ", ".join(f"*{suffix}" for suffix in SUFFIXES)
        raise click.UsageError(f"no files in {', '.join(paths)} (looked for {kinds})")
    return files


def _summary(built: "Build") -> str:
    counts = built.catalogue.counts
    return (
        f"{counted(counts.entries, 'rule or row', 'rules or rows')} + {counted(counts.rejects, 'reject')} "
        f"in {counted(counts.pages, 'file')}"
    )
