"""What is given on the command line, as pages in the order in which they are read."""

import contextlib
import errno
import glob
import os
import re
import select
import stat
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rulefold.text import Source

SUFFIXES = (".md", ".markdown", ".txt")
STDIN = "-"

WRITER_WAIT = 10.0  # seconds for somebody to write to a pipe that is given as a page

_ATTEMPTS = 3
_HEADING_START = 512
_HEADING = re.compile(rb"(?:\xef\xbb\xbf)?\s*#[ \t]([^\r\n]*)")
_NUMBER = re.compile(rb"\d+")
_DIGITS = re.compile(r"(\d+)")
_MAGIC = re.compile(r"[*?[]")


@dataclass(frozen=True, slots=True)
class Page:
    """A page to be read: its name in diagnostics and the catalogue, and its file, or None for standard input.

    `folder` is the folder that was given and has led to the file, or None for a file that was given itself.  `data` are
    the bytes of what is no file of this disk.
    """

    name: str
    path: Path | None
    folder: Path | None = field(default=None, kw_only=True)
    data: bytes | None = field(default=None, kw_only=True)

    @property
    def inside(self) -> str:
        """The path within the folder that was given."""
        return self.path.relative_to(self.folder).as_posix() if self.path and self.folder else Path(self.name).name

    def content(self) -> bytes:
        """The page's bytes.  Raises OSError."""
        if self.data is not None:
            return self.data
        return _read(self.path) if self.path else sys.stdin.buffer.read()

    def read(self) -> Source:
        """The page's text.  Raises OSError."""
        return Source.decode(self.name, self.content())

    def read_up_to(self, size: int) -> Source | None:
        """The page's text, or None where it has more bytes than `size`.  Raises OSError."""
        if self.data is not None:
            data = self.data
        else:
            data = _read(self.path, size + 1) if self.path else sys.stdin.buffer.read(size + 1)
        return Source.decode(self.name, data) if len(data) <= size else None


def _read(path: Path, size: int = -1) -> bytes:
    """The bytes of a file or pipe, not more than `size`.  Raises OSError, also for a file that changes meanwhile."""
    for _ in range(_ATTEMPTS):
        with open(path, "rb", opener=_open) as file:
            before = os.fstat(file.fileno())
            if stat.S_ISFIFO(before.st_mode):
                return _await(path, file.fileno()) + file.read(size)
            data = file.read(size)
            after = os.fstat(file.fileno())
        if (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size):
            return data
    raise OSError(errno.EBUSY, "it changes while it is read", str(path))


def _open(path: str, flags: int) -> int:
    """Open a file or pipe without waiting.  Raises OSError for what is neither."""
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode) or stat.S_ISFIFO(mode):
        return descriptor
    os.close(descriptor)
    raise OSError(errno.EINVAL, "a device or a folder, expected a file", path)


def _await(path: Path, pipe: int) -> bytes:
    """Wait until there is something to read from a pipe, which may be given back.  Raises OSError if nobody writes."""
    first = b""
    if not select.select([pipe], [], [], WRITER_WAIT)[0]:
        with contextlib.suppress(BlockingIOError):  # there is a writer, who takes time
            first = os.read(pipe, 1)
            if not first:
                raise OSError(errno.ETIMEDOUT, "nobody writes to this pipe", str(path))
    os.set_blocking(pipe, True)
    return first


def find_pages(arguments: Iterable[str], exclude: Path | None = None) -> list[Page]:
    """The pages that arguments name: files, folders, globs, and `-` for standard input, each page once.

    Folders are searched through, but for hidden files and folders and the folder `exclude`; a glob that begins outside
    of `exclude` matches nothing in it either.  Pages are ordered by the first number in their heading or else their
    name, then by name, numbers in it by their value.  Raises FileNotFoundError for an argument that names nothing, and
    OSError.
    """
    return in_reading_order(_find(arguments, SUFFIXES, exclude))


def in_reading_order(pages: Iterable[Page]) -> list[Page]:
    """Pages by the first number in their heading or else their name, then by name, numbers in it by their value."""
    return sorted(pages, key=_order)


def find_files(arguments: Iterable[str], suffixes: tuple[str, ...], exclude: Path | None = None) -> list[Page]:
    """The files that arguments name, as for `find_pages`, in folders those that end in one of `suffixes`.

    They are ordered by name alone, numbers in it by their value.  Raises as `find_pages` does.
    """
    return sorted(_find(arguments, suffixes, exclude), key=lambda file: (_natural(file.name), file.name))


def _find(arguments: Iterable[str], suffixes: tuple[str, ...], exclude: Path | None) -> Iterable[Page]:
    excluded = exclude.resolve() if exclude else None
    found: dict[object, Page] = {}
    for argument in arguments:
        if argument == STDIN:
            found[STDIN] = Page("<stdin>", None)
            continue
        for path, folder in _files(argument, suffixes, excluded):
            found.setdefault(os.path.realpath(path), Page(_name(path), path, folder=folder))
    return found.values()


def _files(argument: str, suffixes: tuple[str, ...], excluded: Path | None) -> Iterator[tuple[Path, Path | None]]:
    path = Path(argument)
    if not argument:
        raise FileNotFoundError("'': no such file or folder")  # to Path, it is the working folder
    if path.is_dir():
        yield from ((file, path) for file in _walk(path, suffixes, excluded))
    elif path.exists():
        yield path, None
    else:
        matches = _matches(argument, excluded) if glob.has_magic(argument) else []
        if not matches:
            raise FileNotFoundError(f"{argument}: no such file or folder")
        for match in matches:
            yield from _files(match, suffixes, excluded)


def _matches(pattern: str, excluded: Path | None) -> list[str]:
    matches = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - may be absolute
    start = Path(_MAGIC.split(pattern, maxsplit=1)[0] + "x").parent.resolve()
    if excluded is None or start.is_relative_to(excluded):
        return matches
    return [match for match in matches if not Path(match).resolve().is_relative_to(excluded)]


def _walk(folder: Path, suffixes: tuple[str, ...], excluded: Path | None) -> Iterator[Path]:
    for root, folders, files in os.walk(folder, onerror=_raise):
        folders[:] = [
            name
            for name in sorted(folders)
            if not name.startswith(".") and (excluded is None or Path(root, name).resolve() != excluded)
        ]
        files.sort()
        yield from (Path(root, name) for name in files if name.lower().endswith(suffixes) and not name.startswith("."))


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
    start = page.data[:_HEADING_START] if page.data is not None else _start(page.path)
    number = _number_in_heading(start)
    if number is None and in_name:
        number = int(in_name[1])
    return number is None, number or 0, _natural(page.name), page.name


def _natural(name: str) -> list[str | int]:
    """A name as a key to sort by, numbers in it by their value."""
    return [int(piece) if piece.isdecimal() else piece for piece in _DIGITS.split(name)]


def _start(path: Path | None) -> bytes:
    if path is None or not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(_HEADING_START)


def _number_in_heading(start: bytes) -> int | None:
    heading = _HEADING.match(start)
    number = _NUMBER.search(heading[1]) if heading else None
    return int(number[0]) if number else None
