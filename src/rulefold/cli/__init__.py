"""The command line: commands that read, call, write and exit.

Modules of this package import nothing at the top but click, so that `--help` and completion answer at once.  Exit
codes: 0 clean, 1 findings or a stale output, 2 usage, 3 a bug of rulefold, 4 the disk or a permission.
"""

import gc
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from rulefold.cli.about import explain, schema
from rulefold.cli.browse import list_, show
from rulefold.cli.build import build
from rulefold.cli.check import check
from rulefold.cli.coverage import coverage
from rulefold.cli.diff import diff
from rulefold.cli.events import events
from rulefold.cli.export import export
from rulefold.cli.imports import import_
from rulefold.cli.kql import kql
from rulefold.cli.options import take_settings
from rulefold.cli.rows import rows
from rulefold.cli.run import run
from rulefold.cli.terminal import obey_no_color
from rulefold.cli.test import test
from rulefold.version import __version__

USAGE, BUG, DISK, INTERRUPTED = 2, 3, 4, 130


class Cli(click.Group):
    """A group whose commands return their exit code, and whose failures have codes of their own."""

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, *rest: Any, **extra: Any) -> Any:
        """Run a command and end the process with its exit code."""
        extra["standalone_mode"] = False
        gc.set_threshold(100_000)  # a command is short, and its models hold no cycles
        sys.exit(_run(lambda: super(Cli, self).main(args, prog_name or "rulefold", *rest, **extra)))


def _run(command: Callable[[], object]) -> int:
    try:
        code = command()
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        error.show()
        return USAGE
    except BrokenPipeError:
        # The reader of our output is gone, as with `| head`; what is left in the buffer has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        click.echo(f"rulefold: {_told(error)}", err=True)
        return DISK
    except Exception:
        traceback.print_exc()
        click.echo("rulefold: this is a bug of rulefold; please report it with the lines above", err=True)
        return BUG


def _told(error: OSError) -> str:
    """The file and what is wrong with it, on one line."""
    path = error.filename2 or error.filename
    if not isinstance(path, str | bytes):
        return str(error)
    name = os.fsencode(path).decode("utf-8", "backslashreplace")
    return f"{name}: {error.strerror}".replace("\n", "\\n")


@click.group(cls=Cli, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="%(prog)s %(version)s")
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    metavar="FILE",
    help="Settings; else rulefold.toml or [tool.rulefold] of pyproject.toml in the working folder.",
)
@click.pass_context
def main(context: click.Context, config: Path | None) -> None:
    """Fold flattened detection rules back into the detections they came from.

    To start: rulefold build PAGES -o output/
    """
    obey_no_color(context)
    take_settings(context, config)


for _command in (
    build, import_, check, list_, show, diff, coverage, export, rows, run, test, events, kql, explain, schema,
):  # fmt: skip
    main.add_command(_command)
