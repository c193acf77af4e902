"""The Python interface: what the commands do, as functions."""

import os
from collections.abc import Iterable
from pathlib import Path

from rulefold.chain import Build, catalogue_files
from rulefold.chain import build as build_pages
from rulefold.diagnostics import Diagnostic
from rulefold.folding import OnConflict, fold
from rulefold.importing import import_files
from rulefold.inputs import find_files, find_pages
from rulefold.model import Catalogue, Entry
from rulefold.reading import Reading
from rulefold.sources import SUFFIXES
from rulefold.store import Written, write_output
from rulefold.targets import USUAL

__all__ = ["build", "fold", "import_rules", "read", "write"]

PathLike = str | os.PathLike[str]


def read(paths: Iterable[PathLike]) -> tuple[list[Entry], list[Diagnostic]]:
    """Read the rule blocks of pages.

    `paths` are files, folders and globs.  Returns the entries in the order of the pages, and what is to be said about
    the pages and their blocks; a block that cannot be read has an error among these.  Raises FileNotFoundError for a
    path that names nothing, and OSError.
    """
    reading = Reading()
    pages = find_pages(os.fspath(path) for path in paths)
    entries = [entry for page in pages for entry in reading.entries_of(page.read())]
    return entries, reading.diagnostics


def build(paths: Iterable[PathLike], on_conflict: OnConflict = "first") -> Build:
    """Read pages and fold them: the catalogue with its counts, all diagnostics, and the rejected blocks verbatim.

    Raises FileNotFoundError for a path that names nothing, and OSError.
    """
    return build_pages(find_pages(os.fspath(path) for path in paths), on_conflict)


def import_rules(paths: Iterable[PathLike], kind: str | None = None, on_conflict: OnConflict = "first") -> Build:
    """Read rules of Sentinel, flattened rows, or detections in JSON, as `rulefold import` does.

    `kind` names a row of `rulefold.sources.SOURCES`; without it, the content of each file says what it is.  Raises
    KeyError for an unknown kind, FileNotFoundError for a path that names nothing, and OSError.
    """
    return import_files(find_files((os.fspath(path) for path in paths), SUFFIXES), kind, on_conflict)


def write(catalogue: Catalogue, path: PathLike, formats: Iterable[str] = USUAL) -> Written:
    """Write a catalogue to the folder `path` in the given formats, and say what was done.

    Each file is replaced whole, the manifest last.  Files of an earlier build that are not written again are removed,
    unless they were changed since.  Raises KeyError for an unknown format, and OSError.
    """
    return write_output(Path(path), catalogue_files(catalogue, tuple(formats)))
