"""Arguments and options that several commands share, and what they lead to."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rulefold.attack import Snapshot
    from rulefold.diagnostics import Diagnostic
    from rulefold.inputs import Page
    from rulefold.model import Catalogue
    from rulefold.settings import Policy
    from rulefold.workspace import Stated, Workspace

DEFAULT_PAGES = "catalog"
DEFAULT_ATTACK = "19.2"

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def comma_separated(_context: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """The values of an option that may be given several times and with several values, each once."""
    return tuple(dict.fromkeys(value.strip() for values in given for value in values.split(",") if value.strip()))


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
    default=DEFAULT_ATTACK,
    show_default=True,
    help="The version of ATT&CK (18.1 or 19.2), or a STIX bundle of it.",
)
types_option: Decorator = click.option(
    "--types", multiple=True, callback=comma_separated, help="Only detections of these types: Analytics, Hunting."
)
min_severity_option: Decorator = click.option(
    "--min-severity",
    type=click.Choice(["Informational", "Low", "Medium", "High"], case_sensitive=False),
    help="Only detections that are at least this severe; those without a severity are left out.",
)
tables_option: Decorator = click.option(
    "--tables",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE|DIR",
    help="Tables with the types of their columns, as YAML, JSON, or CSV of getschema; else catalog/tables.yaml.",
)
functions_option: Decorator = click.option(
    "--functions",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Functions of the workspace: .kql files, or YAML of Sentinel parsers.",
)
watchlists_option: Decorator = click.option(
    "--watchlists",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Watchlists for _GetWatchlist: a CSV each, named after its alias; watchlists.yaml states search keys.",
)
external_option: Decorator = click.option(
    "--external",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Files that stand for what externaldata asks for, as YAML: uri: path, relative to FILE.",
)
strict_option: Decorator = click.option("--strict", is_flag=True, help="Exit with 1 for warnings and notes too.")


def take_settings(context: click.Context, file: Path | None) -> None:
    """Take the settings of a file, or else of the working folder, as the defaults of all commands."""
    found = file or _settings_file()
    if found is None:
        return
    from rulefold.settings import SettingsError, load  # not before there is a file: the models take time to load

    try:
        policy = load(found)
    except SettingsError as error:
        raise click.UsageError(str(error)) from error
    context.obj, context.default_map = policy, policy.defaults()


def _settings_file() -> Path | None:
    """The file of settings in the working folder: rulefold.toml, or pyproject.toml where it has the table."""
    own, project = Path("rulefold.toml"), Path("pyproject.toml")
    if own.is_file():
        return own
    return project if project.is_file() and b"tool.rulefold" in project.read_bytes() else None


def judged(diagnostics: "Sequence[Diagnostic]", *, complete: bool = False) -> "list[Diagnostic]":
    """The diagnostics as the settings have them told; `complete` says that they are all that there are to be told."""
    from datetime import date

    policy: Policy | None = click.get_current_context().obj
    return list(diagnostics) if policy is None else policy.judged(diagnostics, date.today(), complete=complete)


def pages_of_settings() -> tuple[str, ...]:
    """The pages that the settings name; none where they name none, and catalog/ is read."""
    policy: Policy | None = click.get_current_context().obj
    return () if policy is None else policy.defaults()["list"].get("pages", ())


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

    written = written_catalogue(arguments)
    if written:
        return written
    return tested(build(pages_of(arguments), workspace=workspace_of((), (), arguments)).catalogue, arguments)


def cases_of(arguments: Sequence[str]) -> "dict[Path, bytes]":
    """The files of rule tests beside the pages, with their bytes."""
    folders = arguments or (DEFAULT_PAGES,)
    if not any(Path(one, "tests").is_dir() for one in folders):
        return {}
    from rulefold.ruletests.finding import cases_beside  # not before there are any

    return cases_beside(folders)


def tested(catalogue: "Catalogue", arguments: Sequence[str]) -> "Catalogue":
    """A catalogue whose detections say how many rule tests are kept for them beside the pages."""
    if not (files := cases_of(arguments)):
        return catalogue
    from rulefold.ruletests.counting import with_tests

    return with_tests(catalogue, files)


def catalogue_at(argument: str) -> "Catalogue":
    """The catalogue of a path, or of REV:PATH as it was at a revision; a usage error where there is none."""
    from rulefold.chain import build
    from rulefold.revisions import Revision, RevisionError
    from rulefold.store import CATALOGUE, parse_catalogue

    revision = Revision.parse(argument)
    if revision is None:
        return catalogue_of([argument])
    try:
        data = revision.find(CATALOGUE)
        return parse_catalogue(data, argument) if data is not None else build(revision.pages()).catalogue
    except (RevisionError, ValueError) as error:
        raise click.UsageError(str(error)) from error


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


def workspace_of(
    tables: Sequence[Path], functions: Sequence[Path], pages: Sequence[str] = (), watchlists: Path | None = None
) -> "Workspace":
    """The tables and functions of files; without any of tables, of tables.yaml beside the pages, where it is.

    Of the watchlists of a folder, the columns are found too: this is for who looks at queries, see `with_watchlists`.
    """
    return loaded(stated_workspace(tables, functions, pages, watchlists))


def with_watchlists(workspace: "Workspace", folder: Path | None) -> "Workspace":
    """A workspace with the watchlists of a folder, to be read by runs; a usage error for what cannot be read."""
    from dataclasses import replace

    from rulefold.workspace import WorkspaceError, load_watchlists

    try:
        return workspace if folder is None else replace(workspace, watchlists=load_watchlists(folder))
    except WorkspaceError as error:
        raise click.UsageError(str(error)) from error


def external_of(file: Path | None) -> dict[str, Path]:
    """The files that stand for URIs of external data; a usage error for what cannot be read."""
    from rulefold.workspace import WorkspaceError, external_files

    try:
        return external_files(file) if file else {}
    except WorkspaceError as error:
        raise click.UsageError(str(error)) from error


def stated_workspace(
    tables: Sequence[Path], functions: Sequence[Path], pages: Sequence[str] = (), watchlists: Path | None = None
) -> "Stated":
    """The files that `workspace_of` loads, read and not yet understood; a usage error for one that is not there."""
    from rulefold.workspace import WorkspaceError, read

    beside = (Path(page) / "tables.yaml" for page in pages or (DEFAULT_PAGES,))
    try:
        return read(tables or [path for path in beside if path.is_file()], functions, watchlists)
    except WorkspaceError as error:
        raise click.UsageError(str(error)) from error


def loaded(stated: "Stated") -> "Workspace":
    """What files state; a usage error where they state none."""
    from rulefold.workspace import WorkspaceError

    try:
        return stated.load()
    except WorkspaceError as error:
        raise click.UsageError(str(error)) from error


def types_of(given: Sequence[str], catalogue: "Catalogue") -> tuple[str, ...]:
    """The types that are asked for, as the catalogue spells them; a usage error for one that is none."""
    names = ("Analytics", "Hunting", *(detection.type or "" for detection in catalogue.detections))
    known = {name.lower(): name for name in reversed(names) if name}
    for name in given:
        if name.lower() not in known:
            raise click.UsageError(f"{name}: no type of detection{nearest(name, known.values())}")
    return tuple(dict.fromkeys(known[name.lower()] for name in given))


def nearest(wanted: str, known: Iterable[str]) -> str:
    """A hint at the known names that are like a wrong one, or at all of them where they are few."""
    from difflib import get_close_matches

    by_low = {name.lower(): name for name in known}
    near = get_close_matches(wanted.lower(), by_low, n=3, cutoff=0.5) or (list(by_low) if len(by_low) <= 15 else [])
    return f"; expected one of {', '.join(by_low[low] for low in near)}" if near else ""


def exit_code(severities: Sequence[str], strict: bool) -> int:
    """1 where there is an error, or under `strict` anything; else 0."""
    return int("error" in severities or (strict and bool(severities)))
