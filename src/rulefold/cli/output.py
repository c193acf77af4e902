"""What commands say of an output folder: whether it is current, and what was left in it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from rulefold.cli.terminal import counted

_SHOWN_DIFFERENCES = 10


def check_files(output: Path, files: Mapping[str, bytes]) -> bool:
    """Print in what a folder differs from these files, and say whether it does not."""
    from rulefold.store import check_output

    differences = check_output(output, files)
    for difference in differences[:_SHOWN_DIFFERENCES]:
        click.echo(f"{difference.kind}: {output / difference.path}")
        for line in difference.lines:
            click.echo(f"  {line}")
    if len(differences) > _SHOWN_DIFFERENCES:
        click.echo(f"and {counted(len(differences) - _SHOWN_DIFFERENCES, 'more file')}")
    if differences:
        click.echo(f"{output}/ is not current: {counted(len(differences), 'file differs', 'files differ')}")
    else:
        click.echo(f"{output}/ is current: {counted(len(files), 'file')}")
    return not differences


def print_kept(kept: Sequence[str]) -> None:
    """Say which files of an earlier run are left because somebody has changed them."""
    if kept:
        names = ", ".join(kept[:3]) + (" …" if len(kept) > 3 else "")
        click.echo(f"not removed, because changed since they were written: {names}", err=True)
