"""What is given on the command line, as pages in the order in which they are read."""

import glob
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rulefold.text import Source

SUFFIXES = (".md", ".markdown", ".txt")
STDIN = "-"

_HEADING_START = 512
_HEADING = re.compile(rb"(?:\xef\xbb\xbf)?\s*#[ \t]([^\r\n]*)")
_NUMBER = re.compile(rb"\d+")
_DIGITS = re.compile(r"(\d+)")
_MAGIC = re.compile(r"[*?[]")


@dataclass(frozen=True, slots=True)
class Page:
    """A page to be read: its name in diagnostics and the catalogue, and its file, or None for standard input."""

    name: str
    path: Path | None

    def read(self) -> Source:
        """The page's text.  Raises OSError."""
        data = self.path.read_bytes() if self.path else sys.stdin.buffer.read()
        return Source.decode(self.name, data)


def find_pages(arguments: Iterable[str], exclude: Path | None = None) -> list[Page]:
    """The pages that arguments name: files, folders, globs, and `-` for standard input, each page once.

    Folders are searched through, but for hidden files and folders and the folder `exclude`; a glob that begins outside
    of `exclude` matches nothing in it either.  Pages are ordered by the first number in their heading or else their
    name, then by name, numbers in it by their value.  Raises FileNotFoundError for an argument that names nothing, and
    OSError.
    """
    excluded = exclude.resolve() if exclude else None
    found: dict[object, Page] = {}
    for argument in arguments:
        if argument == STDIN:
            found[STDIN] = Page("<stdin>", None)
            continue
        for path in _files(argument, excluded):
            found.setdefault(os.path.realpath(path), Page(_name(path), path))
    return sorted(found.values(), key=_order)


def _files(argument: str, excluded: Path | None) -> Iterator[Path]:
    path = Path(argument)
    if not argument:
        raise FileNotFoundError("'': no such file or folder")  # to Path, it is the working folder
    if path.is_dir():
        yield from _walk(path, excluded)
    elif path.exists():
        yield path
    else:
        matches = _matches(argument, excluded) if glob.has_magic(argument) else []
        if not matches:
            raise FileNotFoundError(f"{argument}: no such file or folder")
        for match in matches:
            yield from _files(match, excluded)


def _matches(pattern: str, excluded: Path | None) -> list[str]:
    matches = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - may be absolute
    start = Path(_MAGIC.split(pattern, maxsplit=1)[0] + "x").parent.resolve()
    if excluded is None or start.is_relative_to(excluded):
        return matches
    return [match for match in matches if not Path(match).resolve().is_relative_to(excluded)]


def _walk(folder: Path, excluded: Path | None) -> Iterator[Path]:
    for root, folders, files in os.walk(folder, onerror=_raise):
        folders[:] = [
            name
            for name in sorted(folders)
            if not name.startswith(".") and (excluded is None or Path(root, name).resolve() != excluded)
        ]
        files.sort()
        yield from (Path(root, name) for name in files if name.lower().endswith(SUFFIXES) and not name.startswith("."))


def _raise(error: OSError) -> None:
    raise error


def _name(path: Path) -> str:
    """The path as it is given, relative to the working folder where it lies in it.

    Bytes of a name that are not UTF-8 are written as escapes.
    """
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    return path.as_posix().encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _order(page: Page) -> tuple[bool, int, list[str | int], str]:
    in_name = _DIGITS.search(Path(page.name).name)
    # What is read from a pipe is gone, so only in a file is the heading looked at.
    number = _number_in_heading(page.path) if page.path and page.path.is_file() else None
    if number is None and in_name:
        number = int(in_name[1])
    pieces = [int(piece) if piece.isdecimal() else piece for piece in _DIGITS.split(page.name)]
    return number is None, number or 0, pieces, page.name


def _number_in_heading(path: Path) -> int | None:
    with path.open("rb") as file:
        heading = _HEADING.match(file.read(_HEADING_START))
    number = _NUMBER.search(heading[1]) if heading else None
    return int(number[0]) if number else None
