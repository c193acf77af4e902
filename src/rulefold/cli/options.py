"""Arguments and options that several commands share, and what they lead to."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rulefold.attack import Snapshot
    from rulefold.inputs import Page
    from rulefold.model import Catalogue

DEFAULT_PAGES = "catalog"

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

pages_argument: Decorator = click.argument("pages", nargs=-1, type=click.Path(allow_dash=True))
on_conflict_option: Decorator = click.option(
    "--on-conflict",
    type=click.Choice(["error", "first", "newest"]),
    default="first",
    show_default=True,
    help="Which row speaks where rows of one rule disagree.",
)
attack_option: Decorator = click.option(
    "--attack",
    metavar="VERSION|FILE",
    default="19.2",
    show_default=True,
    help="The version of ATT&CK (18.1 or 19.2), or a STIX bundle of it.",
)
strict_option: Decorator = click.option("--strict", is_flag=True, help="Exit with 1 for warnings and notes too.")


def pages_of(arguments: Sequence[str], exclude: Path | None = None) -> "list[Page]":
    """The pages that the arguments name; a usage error where there are none."""
    from rulefold.inputs import SUFFIXES, find_pages

    given = arguments or (DEFAULT_PAGES,)
    try:
        pages = find_pages(given, exclude)
    except FileNotFoundError as error:
        hint = "" if arguments else "; name the pages, or run this where catalog/ is"
        raise click.UsageError(f"{error}{hint}") from error
    if not pages:
        kinds = ", ".join(f"*{suffix}" for suffix in SUFFIXES)
        raise click.UsageError(f"no pages in {', '.join(given)} (looked for {kinds})")
    return pages


def catalogue_of(arguments: Sequence[str]) -> "Catalogue":
    """The catalogue of an output folder or a catalogue.json, or else the one that the pages fold into."""
    from rulefold.chain import build

    return written_catalogue(arguments) or build(pages_of(arguments)).catalogue


def written_catalogue(arguments: Sequence[str]) -> "Catalogue | None":
    """The catalogue of an output folder or a catalogue.json, where that is what is given."""
    from rulefold.store import load_catalogue

    try:
        return load_catalogue(Path(arguments[0])) if len(arguments) == 1 else None
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def snapshot_of(attack: str) -> "Snapshot":
    """A version of ATT&CK, or the one in a file; a usage error where there is none."""
    from rulefold.attack import SnapshotError, load

    try:
        return load(attack)
    except SnapshotError as error:
        raise click.UsageError(str(error)) from error


def exit_code(severities: Sequence[str], strict: bool) -> int:
    """1 where there is an error, or under `strict` anything; else 0."""
    return int("error" in severities or (strict and bool(severities)))
