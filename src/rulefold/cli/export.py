"""`rulefold export`: a catalogue for another tool, and what that tool cannot hold."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rulefold.cli.options import catalogue_of, pages_argument
from rulefold.cli.output import check_files, print_kept
from rulefold.cli.terminal import counted, plain, print_table

if TYPE_CHECKING:
    from rulefold.model import Catalogue
    from rulefold.plugins import Plugin
    from rulefold.targets import Emitted, Loss, Target


@click.command()
@click.argument("target", required=False)
@pages_argument
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder to write to.")
@click.option(
    "--check", "only_check", is_flag=True, help="Leave the folder alone; exit with 1 where it is not current."
)
@click.option("--only", multiple=True, metavar="FILTER", help="Only these rules: type=Analytics,severity=High.")
@click.option("--loss", type=click.Path(path_type=Path, dir_okay=False), help="File for all losses, as JSON.")
@click.option("--strict", is_flag=True, help="Exit with 1 where a rule is refused, or something of it is lost.")
@click.option("--dialect", help="How durations are written (sentinel-yaml).")
@click.option("--api-version", help="Version of the alert rules API (sentinel-arm, bicep).")
@click.option("--layout", help="One file, or one a rule (sentinel-arm, bicep, terraform).")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Any option of a target.")
@click.option(
    "--targets", "folder", type=click.Path(path_type=Path, file_okay=False, exists=True), help="More targets."
)
@click.option("--list", "only_list", is_flag=True, help="List the targets and their options.")
def export(
    target: str | None,
    pages: tuple[str, ...],
    output: Path | None,
    only_check: bool,
    only: tuple[str, ...],
    loss: Path | None,
    strict: bool,
    settings: tuple[str, ...],
    folder: Path | None,
    only_list: bool,
    **named: str | None,
) -> int:
    """Write the rules of PAGES, or of an output folder, for another tool.

    Queries are carried as they are; what TARGET cannot hold is said, and with --loss listed.
    """
    added = _plugins(folder)
    if only_list:
        return _list(added)
    if target is None:
        raise click.UsageError("a target is missing; `rulefold export --list` lists them")
    plugin = added.get(target)
    chosen = _target(target, added)
    if output is None:
        raise click.UsageError("a folder is missing: -o DIR")
    catalogue = _selected(catalogue_of(pages), only)
    emitted = _emitted(chosen, plugin, catalogue, _options(settings, named))
    files = {path: text.encode() for path, text in emitted.files.items()}
    current = check_files(output, files) if only_check else _write(output, files)
    if loss is not None:
        _write_losses(loss, chosen.name, catalogue, emitted)
    _print_losses(chosen.name, catalogue, emitted)
    lost = any(one.detection is not None for one in emitted.losses)
    return int(not current or (strict and lost))


def _plugins(folder: Path | None) -> "dict[str, Plugin]":
    from rulefold.plugins import PluginError, plugins

    try:
        return plugins(folder)
    except PluginError as error:
        raise click.UsageError(plain(str(error))) from error


def _target(name: str, added: "dict[str, Plugin]") -> "Target":
    from rulefold.plugins import PluginError
    from rulefold.targets import OTHER_LANGUAGES, TARGETS
    from rulefold.targets.frame import nearest

    if name in TARGETS:
        return TARGETS[name]
    if name in added:
        try:
            return added[name].load()
        except PluginError as error:
            raise click.UsageError(plain(str(error))) from error
    if tool := OTHER_LANGUAGES.get(name.lower()):
        raise click.UsageError(
            f"{name}: rules of {tool} have their query in another language than KQL, and nothing here translates one"
            " yet; that comes with the KQL compiler. A rule without its query would count as coverage and find nothing"
        )
    close = nearest(name, [*TARGETS, *added])
    hint = f"did you mean {' or '.join(close)}?" if close else "`rulefold export --list` lists them"
    raise click.UsageError(f"{plain(name)}: no such target; {hint}")


def _list(added: "dict[str, Plugin]") -> int:
    from rulefold.plugins import PluginError
    from rulefold.targets import TARGETS

    rows = [_row(target) for target in TARGETS.values()]
    broken = []
    for plugin in added.values():
        try:
            rows.append(_row(plugin.load()))
        except PluginError as error:
            broken.append(plain(str(error)))
    print_table(("TARGET", "OPTIONS", "WRITES"), rows)
    for message in broken:
        click.echo(message, err=True)
    return int(bool(broken))


def _row(target: "Target") -> tuple[str, str, str]:
    options = (f"{o.name}={'|'.join(o.values) or o.default}" for o in target.options)
    return target.name, " ".join(options), target.summary


def _options(settings: Iterable[str], named: dict[str, str | None]) -> dict[str, str]:
    options = {name.replace("_", "-"): value for name, value in named.items() if value is not None}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise click.UsageError(f"--set {plain(setting)}: expected NAME=VALUE")
        options[name] = value
    return options


def _selected(catalogue: "Catalogue", only: tuple[str, ...]) -> "Catalogue":
    from rulefold.filters import combined, matches, parse_filter

    try:
        wanted = combined(map(parse_filter, only))
    except ValueError as error:
        raise click.UsageError(f"--only: {plain(str(error))}") from error
    if not wanted:
        return catalogue
    return catalogue.model_copy(update={"detections": tuple(d for d in catalogue.detections if matches(d, wanted))})


def _emitted(target: "Target", plugin: "Plugin | None", catalogue: "Catalogue", options: dict[str, str]) -> "Emitted":
    from rulefold.plugins import PluginError, run
    from rulefold.targets import OptionError

    try:
        return run(plugin, target, catalogue, options) if plugin else target.export(catalogue, options)
    except (OptionError, PluginError) as error:
        raise click.UsageError(plain(str(error))) from error


def _write(output: Path, files: dict[str, bytes]) -> bool:
    from rulefold.store import write_output

    written = write_output(output, files)
    click.echo(
        f"{counted(len(files), 'file')} in {output}/: {written.changed:,} written,"
        f" {written.unchanged:,} already right, {len(written.removed):,} removed"
    )
    print_kept(written.kept)
    return True


def _write_losses(path: Path, target: str, catalogue: "Catalogue", emitted: "Emitted") -> None:
    import json

    from rulefold.store import write_file

    data = {
        "target": target,
        "detections": len(catalogue.detections),
        "refused": emitted.refused,
        "losses": [_loss_data(loss) for loss in emitted.losses],
    }
    write_file(path, (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode())


def _loss_data(loss: "Loss") -> dict[str, str | bool]:
    data: dict[str, str | bool | None] = {
        "detection": loss.detection,
        "field": loss.field,
        "reason": loss.reason,
        "value": loss.value,
        "refused": loss.refused,
    }
    return {name: value for name, value in data.items() if value is not None}


def _print_losses(target: str, catalogue: "Catalogue", emitted: "Emitted") -> None:
    """Print to standard error how many rules are written, and how many lose what, by field and reason."""
    count = len(catalogue.detections)
    if rejects := catalogue.counts.rejects:
        click.echo(f"{counted(rejects, 'block')} of the pages cannot be read; `rulefold check` says why", err=True)
    click.echo(f"{target}: {counted(count - emitted.refused, 'rule')} of {count:,}", err=True)
    for refused, label in ((True, "refused"), (False, "lost")):
        losses = [loss for loss in emitted.losses if loss.detection is not None and loss.refused == refused]
        rules = Counter(
            (loss.field, loss.reason) for loss in {(x.detection, x.field, x.reason): x for x in losses}.values()
        )
        for (field, reason), number in sorted(rules.items()):
            click.echo(f"{number:6,} {label:7} {field}: {plain(reason)}", err=True)
    said: dict[str, list[str]] = {}
    for loss in emitted.losses:
        if loss.detection is None:
            said.setdefault(loss.reason, []).append(loss.field)
    for reason, fields in said.items():
        click.echo(f"   all  {', '.join(fields)}: {plain(reason)}", err=True)
