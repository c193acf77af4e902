"""rulefold folds flattened detection rules back into the detections they came from.

The interface is small: `read` pages into entries, `fold` entries into a catalogue, `write` it to a folder; `build` does
the first two and keeps what is to be said.  The models are in `rulefold.model`.  Everything is loaded when it is first
used, so that importing the package costs nothing.
"""

from typing import TYPE_CHECKING, Any

from rulefold.version import __version__ as __version__

__all__ = ["Catalogue", "Detection", "Diagnostic", "Entry", "build", "fold", "import_rules", "read", "write"]

if TYPE_CHECKING:
    from rulefold.api import build, fold, import_rules, read, write
    from rulefold.diagnostics import Diagnostic
    from rulefold.model import Catalogue, Detection, Entry

_HOMES = {"Diagnostic": "diagnostics", "Catalogue": "model", "Detection": "model", "Entry": "model"}


def __getattr__(name: str) -> Any:
    """Load a public name from the module it lives in (PEP 562)."""
    from importlib import import_module

    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'api')}"), name)
