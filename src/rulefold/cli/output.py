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
    click.echo(
        f"{subject}{click.format_filename(output)}/: {counted(len(files), 'file')}, "
        f"{written.changed:,} written, {written.unchanged:,} already right, {len(written.removed):,} removed"
    )
    if written.kept:
        names = ", ".join(written.kept[:3]) + (" …" if len(written.kept) > 3 else "")
        click.echo(f"not removed, because changed since they were written: {names}", err=True)
    return True


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
    shown = click.format_filename(output)
    if differences:
        click.echo(f"{shown}/ is not current: {counted(len(differences), 'file differs', 'files differ')}")
    else:
        click.echo(f"{shown}/ is current: {counted(len(files), 'file')}")
    return not differences
