"""`rulefold build`: pages into a catalogue on disk."""

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from rulefold.cli.options import (
    Decorator,
    cases_of,
    exit_code,
    functions_option,
    judged,
    loaded,
    on_conflict_option,
    pages_argument,
    pages_of,
    stated_workspace,
    strict_option,
    tables_option,
    tested,
    watchlists_option,
)
from rulefold.cli.output import check_files, print_is_current, print_written, write_files
from rulefold.cli.terminal import counted, print_counts, print_diagnostic, progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rulefold.cache import Remembered, Store
    from rulefold.chain import Build
    from rulefold.diagnostics import Diagnostic
    from rulefold.inputs import Page

FORMATS = ("json", "yaml", "markdown", "kql", "sql", "schema", "html")
USUAL = FORMATS[:-1]  # a page to browse is a third as large as all else together, and is made for who asks for it
ALL = "all"
_DIALECT = "duckdb"
_SHOWN_ERRORS = 20
_LARGE = 64 * 2**20  # bytes of pages
_USUAL_JOBS = 4  # at most: the one process that gathers what others read keeps up with no more


def _formats(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(name for names in given for name in names.split(",") if name))
    unknown = [name for name in chosen if name not in (*FORMATS, ALL)]
    if unknown:
        raise click.BadParameter(f"{', '.join(unknown)}: expected some of {', '.join(FORMATS)}, or {ALL}")
    return FORMATS if ALL in chosen else chosen or USUAL


formats_option: Decorator = click.option(
    "--format",
    "formats",
    multiple=True,
    callback=_formats,
    help=f"Some of {', '.join(FORMATS)}, or {ALL}; else all but html.",
)


@click.command()
@pages_argument
@click.option("-o", "--output", type=click.Path(path_type=Path), default="output", show_default=True, help="Folder.")
@formats_option
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 where the output is not current.")
@on_conflict_option
@click.option("--no-cache", is_flag=True, help="Build anew, and remember nothing under .rulefold/.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 60),
    metavar="N",
    help="Processes that read pages; else one, and for more than 64 MB one a core, up to four.",
)
@tables_option
@functions_option
@watchlists_option
@click.option("--no-queries", is_flag=True, help="Do not look at the queries.")
@strict_option
def build(
    pages: tuple[str, ...],
    output: Path,
    formats: tuple[str, ...],
    only_check: bool,
    on_conflict: str,
    no_cache: bool,
    jobs: int | None,
    tables: tuple[Path, ...],
    functions: tuple[Path, ...],
    watchlists: Path | None,
    no_queries: bool,
    strict: bool,
) -> int:
    """Fold PAGES into a catalogue and write it.

    PAGES are files, folders, globs, or - for standard input; without any, catalog/.
    """
    found = pages_of(pages, exclude=output)
    stated = None if no_queries else stated_workspace(tables, functions, pages, watchlists)
    options = (*formats, on_conflict, stated.digest if stated else "", _digest(pages))
    memory = None if no_cache else Memory.of(found, options)
    if memory and (known := memory.recall(output)):
        told = judged(known.diagnostics)
        print_findings(told)
        _print_current(output, known, only_check)
        return exit_code([str(d.severity) for d in told], strict)
    from rulefold.chain import build as build_catalogue  # not before it is needed: it loads everything
    from rulefold.chain import output_files
    from rulefold.folding import OnConflict

    read = memory.pages if memory else found
    built = build_catalogue(
        progress(read, "page"),
        cast("OnConflict", on_conflict),
        queries=not no_queries,
        workspace=loaded(stated) if stated else None,
        memo=memory.parts if memory else None,
        jobs=jobs or _jobs(read),
        dialect=_DIALECT if "sql" in formats else None,
    )
    built = replace(built, catalogue=tested(built.catalogue, pages))
    told = judged(built.diagnostics)
    print_findings(told)
    if not print_or_write(output, output_files(built, formats), built, _summary(built), only_check):
        return 1
    if memory:
        memory.remember(output, built)
    return exit_code([str(d.severity) for d in told], strict)


def _digest(pages: tuple[str, ...]) -> str:
    """A hash of the rule tests beside the pages, which the catalogue counts; empty where there are none."""
    from hashlib import sha256

    files = cases_of(pages)
    return sha256(repr(list(files.items())).encode()).hexdigest() if files else ""


@dataclass(frozen=True)
class Memory:
    """What is remembered of builds, and the pages of this one with their bytes."""

    pages: "list[Page]"
    key: str
    parts: "Store"

    @classmethod
    def of(cls, pages: "list[Page]", options: tuple[str, ...]) -> "Memory | None":
        """The memory for a build of these pages; None where they are too many to be held."""
        from rulefold.cache import PARTS, Store, key_of, with_bytes

        held = with_bytes(pages)
        return None if held is None else cls(held, key_of(held, options), Store(PARTS))

    def recall(self, output: Path) -> "Remembered | None":
        """The same build as it was done before, if its output is still what it wrote."""
        from rulefold.cache import FOLDER, is_whole, recall

        known = recall(FOLDER, self.key)
        return known if known and is_whole(output, known.files) else None

    def remember(self, output: Path, built: "Build") -> None:
        """Keep what this build wrote and told."""
        from rulefold.cache import FOLDER, Remembered, remember
        from rulefold.store import digests

        subject = _subject(built)
        remember(FOLDER, self.key, Remembered(digests(output), _summary(built), subject, built.diagnostics))
        self.parts.save()


def _jobs(pages: "Sequence[Page]") -> int:
    """The processes that it takes to read pages: more than one only where that pays for starting them."""
    files = [page.path for page in pages if page.path and page.path.is_file()]
    size = sum(file.stat().st_size for file in files) if len(files) > 1 else 0
    if size <= _LARGE:
        return 1
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return min(cores, _USUAL_JOBS)


def _print_current(output: Path, known: "Remembered", only_check: bool) -> None:
    """What a build prints whose output is current: the manifest is not counted among the files."""
    number = len(known.files) - 1
    if only_check:
        print_is_current(output, number)
    else:
        click.echo(known.summary)
        print_written(output, known.subject, 0, number, 0)


def print_findings(told: "Sequence[Diagnostic]") -> None:
    """Print the first errors, and how many diagnostics there are of each code."""
    errors = [d for d in told if d.severity == "error"]
    for diagnostic in errors[:_SHOWN_ERRORS]:
        print_diagnostic(diagnostic)
    if len(errors) > _SHOWN_ERRORS:
        click.echo(f"and {counted(len(errors) - _SHOWN_ERRORS, 'more error', 'more errors')}", err=True)
    print_counts(told)


def _summary(built: "Build") -> str:
    counts = built.catalogue.counts
    compiled = [f"SQL: {len(texts):,} of {counts.detections:,}" for texts in built.statements.values()]
    blocks = (
        f"{counted(counts.entries, 'entry', 'entries')} + {counted(counts.rejects, 'reject')} = "
        f"{counted(counts.blocks, 'block')} on {counted(counts.pages, 'page')}"
    )
    return "\n".join([blocks, *compiled])


def print_or_write(output: Path, files: dict[str, bytes], built: "Build", summary: str, only_check: bool) -> bool:
    """Write an output folder, or say in what it differs from these files; False where it is not current."""
    if only_check:
        return check_files(output, files)
    click.echo(summary)
    return write_files(output, files, _subject(built))


def _subject(built: "Build") -> str:
    return f"{counted(built.catalogue.counts.detections, 'detection')} in "
