"""`rulefold diff`: what changed between two catalogues."""

import click

from rulefold.cli.options import catalogue_at
from rulefold.cli.terminal import plain


@click.command()
@click.argument("old", type=click.Path())
@click.argument("new", type=click.Path())
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option("--exit-code", "by_exit_code", is_flag=True, help="Exit with 1 where anything has changed.")
def diff(old: str, new: str, form: str, by_exit_code: bool) -> int:
    """Say which detections NEW has more, fewer and other than OLD.

    Each is a page or a folder of pages, an output folder or a catalogue.json, as it is now or, as REV:PATH, as it was
    at a revision of the git repository that this is run in: HEAD~1:output, v2.0:catalog.
    """
    from rulefold.changes import changes
    from rulefold.changes.told import as_json, as_markdown, as_text

    found = changes(catalogue_at(old), catalogue_at(new))
    match form:
        case "json":
            click.echo(as_json(found), nl=False)
        case "markdown":
            click.echo(as_markdown(found), nl=False)
        case _:
            click.echo(plain(as_text(found)), nl=False)
    return int(by_exit_code and bool(found))
