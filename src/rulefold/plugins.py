"""Targets that others add: Python files of a folder, and entry points of installed packages.

Nothing is imported before it is asked for by name, or listed.
"""

import importlib.util
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

from rulefold.model import Catalogue
from rulefold.store import MANIFEST, is_inside
from rulefold.targets import TARGETS, Emitted, OptionError, Options, Target

GROUP = "rulefold.targets"


class PluginError(Exception):
    """A target that somebody added cannot be loaded, or fails: says where it comes from, and how."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """Where a target comes from: a Python file that defines TARGET, or an entry point of the group."""

    name: str
    origin: Path | EntryPoint

    @property
    def source(self) -> str:
        """The file, or the package and what it names."""
        return self.origin.as_posix() if isinstance(self.origin, Path) else f"entry point {self.origin.value}"

    def load(self) -> Target:
        """Import the target.  Raises PluginError."""
        try:
            found: object = _module(self.origin) if isinstance(self.origin, Path) else self.origin.load()
        except (Exception, SystemExit) as error:
            raise PluginError(f"{self.source}: cannot be imported: {_told(error)}") from error
        target = getattr(found, "TARGET", None) if isinstance(found, ModuleType) else found
        if not isinstance(target, Target):
            raise PluginError(f"{self.source}: found {_kind(target)}, expected TARGET to be a rulefold.targets.Target")
        if target.name != self.name:
            raise PluginError(f"{self.source}: found the name {target.name!r}, expected {self.name!r}")
        return target


def plugins(folder: Path | None) -> dict[str, Plugin]:
    """The targets that others add, by name, none of them loaded.  Raises PluginError for a name that is taken."""
    found: dict[str, Plugin] = {}
    files = sorted(folder.glob("*.py")) if folder else []
    origins: list[tuple[str, Path | EntryPoint]] = [
        *(
            (entry.name, entry)
            for entry in sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value))
        ),
        *((file.stem.replace("_", "-"), file) for file in files if not file.name.startswith(("_", "."))),
    ]
    for name, origin in origins:
        plugin = Plugin(name, origin)
        taken = "rulefold" if name in TARGETS else found[name].source if name in found else None
        if taken:
            raise PluginError(f"{plugin.source}: the target {name} is already there, from {taken}")
        found[name] = plugin
    return found


def run(plugin: Plugin, target: Target, catalogue: Catalogue, options: Options) -> Emitted:
    """What a target makes of a catalogue.  Raises OptionError, and PluginError where the target fails."""
    try:
        emitted: object = target.emit(catalogue, target.chosen(options))
    except OptionError:
        raise
    except Exception as error:
        raise PluginError(f"{plugin.source}: {plugin.name} failed: {_told(error)}") from error
    if not isinstance(emitted, Emitted):
        raise PluginError(f"{plugin.source}: {plugin.name} gave {_kind(emitted)}, expected rulefold.targets.Emitted")
    for path, text in emitted.files.items():
        if not isinstance(path, str) or not isinstance(text, str):
            raise PluginError(f"{plugin.source}: {plugin.name} gave a file that is no text: {path!r}")
        if not is_inside(path) or path == MANIFEST:
            raise PluginError(f"{plugin.source}: {plugin.name} gave a path out of its folder: {path!r}")
    return emitted.settled()


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"rulefold_target_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError("not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _told(error: BaseException) -> str:
    """An exception on one line, with the line of the last file that it went through."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f" (line {trace.tb_lineno} of {Path(trace.tb_frame.f_code.co_filename).name})" if trace else ""
    return f"{type(error).__name__}: {error}{where}"


def _kind(value: object) -> str:
    return "nothing" if value is None else f"a {type(value).__name__}"
