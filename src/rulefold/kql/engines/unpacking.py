"""Files that are compressed as a whole, unpacked into a folder: by gzip or zip, as Kusto has them."""

import gzip
import shutil
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import IO

from rulefold.kql.engines.files import FilesError

_AT_ONCE = 1024 * 1024  # bytes


class Unpacker:
    """Unpacks files into a folder, each once; all of them together may take so many bytes there."""

    def __init__(self, folder: Path, most: int) -> None:
        """Make no folder yet."""
        self._folder, self._left = folder, most
        self._unpacked: dict[Path, list[Path]] = {}
        self._lock = Lock()  # forks of a session share what is unpacked

    def files(self, path: Path) -> list[Path]:
        """The files that a path stands for: itself, or what is packed in it.  Raises FilesError, and OSError."""
        if path.suffix.lower() not in (".gz", ".zip"):
            return [path]
        with self._lock:
            if path not in self._unpacked:
                try:
                    self._unpacked[path] = self._gzip(path) if path.suffix.lower() == ".gz" else self._zip(path)
                except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile, NotImplementedError) as error:
                    raise FilesError(f"{path}: cannot be unpacked: {error}") from error
            return self._unpacked[path]

    def _gzip(self, path: Path) -> list[Path]:
        return [self._written(path, lambda: gzip.open(path))]

    def _zip(self, path: Path) -> list[Path]:
        with zipfile.ZipFile(path) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            if any(one.flag_bits & 1 for one in members):
                raise FilesError(f"{path}: found a file with a password, which is not read")
            if len(members) != 1:
                raise FilesError(f"{path}: found {len(members)} files in the archive, expected one")
            return [self._written(path, lambda: archive.open(members[0]))]

    def _written(self, path: Path, opened: Callable[[], IO[bytes] | gzip.GzipFile]) -> Path:
        """A file of our own name: none that an archive states."""
        self._folder.mkdir(exist_ok=True)
        made = self._folder / str(len(self._unpacked))
        with opened() as source, made.open("wb") as target:
            while some := source.read(_AT_ONCE):
                self._left -= len(some)
                if self._left < 0:
                    shutil.rmtree(self._folder)
                    raise FilesError(f"{path}: unpacks to more than the limit of memory")
                target.write(some)
        return made
