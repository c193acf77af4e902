"""Writing an output folder, or saying in what it is not current; and the words for both."""

from collections.abc import Mapping
from pathlib import Path

import click

from rulefold.cli.terminal import counted

_SHOWN_DIFFERENCES = 10


def write_files(output: Path, files: Mapping[str, bytes], subject: str = "") -> bool:
    """Write the files, and say on standard output what was done; `subject` begins the sentence.

    The folder is then current, which is what is returned.
    """
    from rulefold.store import write_output

    written = write_output(output, files)
    print_written(output, subject, written.changed, written.unchanged, len(written.removed))
    if written.kept:
        names = ", ".join(written.kept[:3]) + (" …" if len(written.kept) > 3 else "")
        click.echo(f"not removed, because changed since they were written: {names}", err=True)
    return True


def print_written(output: Path, subject: str, changed: int, unchanged: int, removed: int) -> None:
    """Say what was written into a folder; `subject` begins the sentence."""
    click.echo(
        f"{subject}{click.format_filename(output)}/: {counted(changed + unchanged, 'file')}, "
        f"{changed:,} written, {unchanged:,} already right, {removed:,} removed"
    )


def print_is_current(output: Path, files: int) -> None:
    """Say that a folder is current."""
    click.echo(f"{click.format_filename(output)}/ is current: {counted(files, 'file')}")


def check_files(output: Path, files: Mapping[str, bytes]) -> bool:
    """Whether the folder holds these files; in what it differs is told on standard output."""
    from rulefold.store import check_output

    differences = check_output(output, files)
    for difference in differences[:_SHOWN_DIFFERENCES]:
        click.echo(f"{difference.kind}: {click.format_filename(output / difference.path)}")
        for line in difference.lines:
            click.echo(f"  {line}")
    if len(differences) > _SHOWN_DIFFERENCES:
        click.echo(f"and {counted(len(differences) - _SHOWN_DIFFERENCES, 'more file')}")
    if differences:
        shown = click.format_filename(output)
        click.echo(f"{shown}/ is not current: {counted(len(differences), 'file differs', 'files differ')}")
    else:
        print_is_current(output, len(files))
    return not differences
