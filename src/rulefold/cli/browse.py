"""`rulefold list` and `rulefold show`: look into a catalogue."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from rulefold.cli.options import catalogue_of, nearest, pages_argument
from rulefold.cli.terminal import counted, plain, print_table

if TYPE_CHECKING:
    from rulefold.model import Catalogue, Detection

# As in rulefold.filters, which is not imported before a command runs; a test compares the two.
FILTERS = ("tactic", "technique", "platform", "connector", "data-type", "type", "severity")


def _filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for name in reversed(FILTERS):
        text = f"Only detections with this {name.replace('-', ' ')}; several mean any of them."
        command = click.option(f"--{name}", name.replace("-", "_"), multiple=True, help=text)(command)
    return command


@click.command("list")
@pages_argument
@_filter_options
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table", show_default=True)
def list_(pages: tuple[str, ...], form: str, **filters: tuple[str, ...]) -> int:
    """List the detections of PAGES, or of an output folder.

    Values are compared without case; a technique includes its sub-techniques.
    """
    from rulefold.filters import matches

    wanted = {name.replace("_", "-"): values for name, values in filters.items()}
    detections = [d for d in catalogue_of(pages).detections if matches(d, wanted)]
    match form:
        case "json":
            _print_json(detections)
        case "csv":
            _print_csv(detections)
        case _:
            rows = [(d.key[:8], d.type or "", d.severity or "", d.title) for d in detections]
            print_table(("ID", "TYPE", "SEVERITY", "TITLE"), rows)
            click.echo(counted(len(detections), "detection"), err=True)
    return 0


def _print_json(detections: "list[Detection]") -> None:
    import json

    data = [d.model_dump(mode="json", exclude_none=True) for d in detections]
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


def _print_csv(detections: "list[Detection]") -> None:
    from rulefold.csv_text import as_csv

    columns = ("tactics", "techniques", "platforms", "data_types")
    header = ("id", "key", "title", "type", "severity", *columns, "connectors", "url")
    click.echo(as_csv(header, (_csv_row(d, columns) for d in detections)).decode(), nl=False)


def _csv_row(d: "Detection", columns: tuple[str, ...]) -> tuple[str | None, ...]:
    lists = (";".join(getattr(d, name)) for name in columns)
    connectors = ";".join(connector.id for connector in d.connectors)
    return (d.id, d.key, d.title, d.type, d.severity, *lists, connectors, d.url)


@click.command()
@click.argument("detection", metavar="ID|TITLE")
@pages_argument
@click.option(
    "--format", "form", type=click.Choice(["yaml", "json", "markdown", "kql"]), default="yaml", show_default=True
)
def show(detection: str, pages: tuple[str, ...], form: str) -> int:
    """Show one detection of PAGES, or of an output folder.

    It is named by its id or the beginning of it, or by its title or a part of it.
    """
    from rulefold.targets.markdown_pages import page, titles_of
    from rulefold.targets.yaml_text import as_yaml

    catalogue = catalogue_of(pages)
    found = find(catalogue, detection)
    match form:
        case "json":
            text = found.model_dump_json(indent=2, exclude_none=True) + "\n"
        case "kql":
            text = found.query
        case "markdown":
            text = page(found, titles_of(catalogue))
        case _:
            text = as_yaml(found.model_dump(exclude_none=True))
    click.echo(plain(text) if sys.stdout.isatty() else text, nl=False)
    return 0


def find(catalogue: "Catalogue", wanted: str) -> "Detection":
    """The one detection that is meant: by key or id, by title, by the beginning of the key, by a part of the title."""
    from rulefold.filters import named

    found = named(catalogue.detections, wanted)
    if len(found) == 1:
        return found[0]
    if found:
        names = "".join(f"\n  {plain(d.key)}  {plain(d.title)}" for d in found[:10])
        more = f"\n  and {len(found) - 10} more" if len(found) > 10 else ""
        raise click.UsageError(f"{wanted}: {len(found)} detections are named like this:{names}{more}")
    near = nearest(wanted, (name for d in catalogue.detections for name in (d.key, d.title)))
    raise click.UsageError(f"{wanted}: no detection has this id or title{near}")
