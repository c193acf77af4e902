"""`rulefold rows`: a catalogue back into the flattened rows that it came from."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rulefold.cli.options import catalogue_of, pages_argument
from rulefold.cli.output import write_files
from rulefold.cli.terminal import counted, plain

if TYPE_CHECKING:
    from rulefold.model import Catalogue
    from rulefold.unfolding import Unfolded


@click.command()
@pages_argument
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder of the pages; needed for pages alone.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["pages", "csv", "jsonl"]),
    default="pages",
    show_default=True,
    help="Pages in the form of the public catalogue; or, on standard output, CSV or JSON lines.",
)
@click.option("--seen", is_flag=True, help="Only the rows that the pages show, and not the whole product.")
def rows(pages: tuple[str, ...], output: Path | None, form: str, seen: bool) -> int:
    """Write PAGES, or an output folder, as flattened rows.

    A rule is written as the product of its tactics, techniques and (connector, data type, platform): with rows that the
    pages lack, but for --seen.  Folding what is written gives the same catalogue.
    """
    from rulefold.unfolding.files import as_csv_text, as_json_lines, as_pages

    unfolded, untold = _unfolded(catalogue_of(pages), seen)
    match form:
        case "csv":
            click.echo(as_csv_text(unfolded), nl=False)
        case "jsonl":
            click.echo(as_json_lines(unfolded), nl=False)
        case _ if output is None:
            raise click.UsageError("a folder is missing: -o DIR")
        case _:
            flat = as_pages(unfolded)
            count = sum(len(one.rows) for one in unfolded) - sum(flat.refused.values())
            files = {name: text.encode() for name, text in flat.files.items()}
            write_files(output, files, f"{counted(count, 'row')} in ")
            for key, number in flat.refused.items():
                click.echo(f"{plain(key)}: {counted(number, 'row')} not written: a page cannot hold them", err=True)
            return int(bool(flat.refused) or untold)
    return int(untold)


def _unfolded(catalogue: "Catalogue", seen: bool) -> "tuple[list[Unfolded], bool]":
    """The rows of all detections; those of which they are not told are said, and left out."""
    from rulefold.unfolding import RowsError, unfold

    found, untold = [], False
    for detection in catalogue.detections:
        try:
            found.append(unfold(detection, seen=seen))
        except RowsError as error:
            click.echo(f"{plain(detection.key)}: not written: {error}", err=True)
            untold = True
    return found, untold
