"""Output folders: files replaced whole, a manifest written last, and nothing touched that is not ours.

The manifest names each file that a build wrote with its SHA-256.  A file that the next build does not write is removed
only when the manifest names it and its bytes are still those that were written.  Before a build changes anything it
adds to the manifest what it is about to write, so that after a build that was killed the next one knows what is ours.
"""

# ruff: noqa: PTH103, PTH105, PTH108, PTH123, PTH208
# A build writes thousands of files, and path objects take as long as the writing itself

import contextlib
import errno
import json
import os
import re
import stat
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from rulefold.model import Catalogue
from rulefold.version import __version__

MANIFEST = "manifest.json"
CATALOGUE = "catalogue.json"
COVERAGE = "coverage.json"
WAIT = 10.0  # seconds for another build that writes to the same folder
_MAX_DIFFERENCE_LINES = 40
_TEMPORARY = re.compile(r"\.(.+)\.\d+\.tmp")

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from rulefold.report.document import CoverageDocument

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did: files that are new or changed, files that were already right, files removed, files kept.

    Kept are files of an earlier build that somebody has changed since.
    """

    changed: int
    unchanged: int
    removed: tuple[str, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A file that is not what would be written: `missing`, `changed` or `surplus`, and how the two differ."""

    path: str
    kind: str
    lines: tuple[str, ...] = ()


def write_output(folder: Path, files: Mapping[str, bytes]) -> Written:
    """Make `folder` hold these files, paths being relative to it.  Raises OSError.

    Where this is killed, or ends with an error, each file has its old bytes or its new ones, and the next call puts
    everything right.
    """
    wanted = _digests(files)
    _make_folder(folder)
    with _alone(folder):
        known = _known(folder)
        _remove_leftovers(folder, {*files, *known, MANIFEST})
        stale = {path: digests for path, digests in known.items() if path not in files}
        if stale:
            _announce(folder, wanted)
        removed, kept = _remove_stale(folder, stale)  # first: a name may differ from a new one in nothing but case
        changed = 0
        for path, data in files.items():
            if _read(f"{folder}/{path}") != data:
                if not changed and not stale:
                    _announce(folder, wanted)
                _put(f"{folder}/{path}", data)
                changed += 1
        _replace(f"{folder}/{MANIFEST}", _manifest(wanted))
    return Written(changed, len(files) - changed, removed, kept)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, "a file, expected a folder", str(folder)) from None


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other build writes here, but not without end: one may be suspended, or on a disk without locks."""
    if sys.platform == "win32":  # a folder cannot be locked
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        until = time.monotonic() + WAIT
        while not _is_locked_at_once(descriptor) and time.monotonic() < until:
            time.sleep(0.02)
        yield
    finally:
        os.close(descriptor)


def _is_locked_at_once(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # no locks on this disk
    return True


def check_output(folder: Path, files: Mapping[str, bytes]) -> list[Difference]:
    """In what `folder` differs from these files.  Raises OSError."""
    expected = {**files, MANIFEST: _manifest(_digests(files))}
    differences = []
    for path, data in sorted(expected.items()):
        found = _read(folder / path)
        if found is None:
            differences.append(Difference(path, "missing"))
        elif found != data:
            differences.append(Difference(path, "changed", tuple(_difference_lines(path, found, data))))
    surplus = sorted(path for path in _known(folder) if path not in files and (folder / path).exists())
    return differences + [Difference(path, "surplus") for path in surplus]


def write_file(path: Path, data: bytes) -> bool:
    """Put one file in place whole, and say whether that was needed.  Raises OSError."""
    _remove_leftovers(path.parent, [path.name])
    return _replace(str(path), data)


def load_catalogue(path: Path) -> Catalogue | None:
    """The catalogue of an output folder, or of a catalogue.json; None where the path is neither.

    Raises ValueError for a catalogue.json that is not one, and OSError.
    """
    return _load(Catalogue, path, CATALOGUE, "catalogue")


def load_coverage(path: Path) -> "CoverageDocument | None":
    """The report of a coverage folder, or of a coverage.json; None where the path is neither.

    Raises ValueError for a coverage.json that is not one, and OSError.
    """
    from rulefold.report.document import CoverageDocument  # only a comparison needs it

    return _load(CoverageDocument, path, COVERAGE, "coverage report")


def parse_catalogue(data: bytes, name: str) -> Catalogue:
    """The catalogue in the bytes of a catalogue.json, which errors call by `name`.  Raises ValueError."""
    return _parse(Catalogue, data, name, "catalogue")


def _load(model: type[M], path: Path, name: str, what: str) -> M | None:
    file = path / name if path.is_dir() else path
    return _parse(model, file.read_bytes(), str(file), what) if file.name == name and file.is_file() else None


def _parse(model: type[M], data: bytes, name: str, what: str) -> M:
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ValueError(f"{name}: not a {what}: {where + ': ' if where else ''}{first['msg']}") from error


def digests(folder: Path) -> dict[str, str]:
    """The files of an output folder with their SHA-256, its manifest among them.  Raises OSError."""
    return {**read_manifest(folder), MANIFEST: sha256((folder / MANIFEST).read_bytes()).hexdigest()}


def read_manifest(folder: Path) -> dict[str, str]:
    """The files that the folder's manifest names, with their SHA-256; none where there is no sound manifest.

    After a build that was killed these are the files of the one before it.
    """
    files = _stated(folder, "files").items()
    return {path: digest for path, digest in files if is_inside(path) and isinstance(digest, str)}


def _pending(folder: Path) -> dict[str, list[str]]:
    """The files that a build which has not ended was about to write, with the SHA-256 that each may have."""
    pending = _stated(folder, "pending").items()
    return {
        path: [digest for digest in digests if isinstance(digest, str)]
        for path, digests in pending
        if is_inside(path) and isinstance(digests, list)
    }


def _stated(folder: Path, part: str) -> dict[str, object]:
    try:
        data = json.loads(_read(folder / MANIFEST) or b"{}")
    except (ValueError, RecursionError):
        return {}
    stated = data.get(part) if isinstance(data, dict) else None
    return stated if isinstance(stated, dict) else {}


def _known(folder: Path) -> dict[str, set[str]]:
    """The files that are ours, with the SHA-256 that each has if nobody has changed it since."""
    known = {path: {digest} for path, digest in read_manifest(folder).items()}
    for path, digests in _pending(folder).items():
        known.setdefault(path, set()).update(digests)
    return known


def is_inside(path: str) -> bool:
    """Whether a path stays within the folder that it is relative to."""
    parts = {*path.split("/")}  # thousands are looked at in a build, and a PurePosixPath takes ten times as long
    if path.startswith("/") or ".." in parts or parts <= {"", "."}:
        return False
    return path.isprintable() and not set("\\:") & set(path)


def _announce(folder: Path, digests: Mapping[str, str]) -> None:
    """Say in the manifest what will be written, beside what was."""
    written, pending = read_manifest(folder), _pending(folder)
    for path, digest in digests.items():
        if written.get(path) != digest:
            pending[path] = sorted({*pending.get(path, ()), digest})
    _put(f"{folder}/{MANIFEST}", _manifest(written, pending))


def _digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: sha256(data).hexdigest() for path, data in sorted(files.items())}


def _manifest(digests: Mapping[str, str], pending: Mapping[str, list[str]] | None = None) -> bytes:
    stated = {"rulefold": __version__, "files": digests} | ({"pending": pending} if pending else {})
    return (json.dumps(stated, indent=None if pending else 2) + "\n").encode()  # without indent it is much quicker


def _read(path: str | Path) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _replace(path: str, data: bytes) -> bool:
    """Put a file in place whole, and say whether that was needed: a file with these bytes is left alone."""
    if _read(path) == data:
        return False
    _put(path, data)
    return True


def _put(path: str, data: bytes) -> None:
    """Put a file in place whole.  An OSError names this file, and not the temporary one."""
    try:
        _put_by_way_of(*_temporary(*os.path.split(path)), path, data)
    except OSError as error:
        if error.errno:
            error.filename, error.filename2 = path, None
        raise


def _put_by_way_of(descriptor: int, temporary: str, path: str, data: bytes) -> None:
    try:
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        finally:
            os.close(descriptor)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _temporary(folder: str, name: str) -> tuple[int, str]:
    """A new file beside the one that is to be written, locked for as long as it is open, and its path."""
    folder = folder or "."
    for n in count():
        path = f"{folder}/.{name}.{os.getpid()}{n or ''}.tmp"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        except FileNotFoundError:
            os.makedirs(folder, exist_ok=True)
        except FileExistsError:
            continue  # a process with our number writes here from another machine
        else:
            if _lock(descriptor):
                return descriptor, path
            os.close(descriptor)
    raise AssertionError


def _lock(descriptor: int) -> bool:
    """Lock a new temporary file; False where another build took it for a leftover before it was locked."""
    if sys.platform != "win32":  # where a file that is open cannot be removed
        with contextlib.suppress(OSError):  # some network file systems have no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
    return os.fstat(descriptor).st_nlink > 0


def _remove_leftovers(folder: Path, paths: Iterable[str]) -> None:
    """Remove what builds that were killed have left: temporary files for these paths that nobody writes to."""
    names: dict[str, set[str]] = {}
    for path in paths:
        parent, _, name = path.rpartition("/")
        names.setdefault(f"{folder}/{parent}", set()).add(name)
    for parent, own in names.items():
        with contextlib.suppress(OSError):
            for name in os.listdir(parent):
                found = _TEMPORARY.fullmatch(name) if name[0] == "." else None
                if found and found[1] in own:
                    _remove_unlocked(f"{parent}/{name}")


def _remove_unlocked(path: str) -> None:
    """Remove a temporary file, unless it is none, or a build that runs has it locked."""
    if not stat.S_ISREG(os.lstat(path).st_mode):
        return
    if sys.platform == "win32":
        os.unlink(path)
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(path)  # while it is locked, so that who makes one of this name notices
    finally:
        os.close(descriptor)


def _remove_stale(folder: Path, stale: Mapping[str, set[str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    removed, kept = [], []
    for path, digests in stale.items():
        file = folder / path
        if file.is_dir():
            kept.append(path)
            continue
        data = _read(file)
        if data is None:
            continue
        if sha256(data).hexdigest() not in digests:
            kept.append(path)
            continue
        file.unlink()
        removed.append(path)
        with contextlib.suppress(OSError):
            file.parent.rmdir()  # only when it is empty
    return tuple(removed), tuple(kept)


def _difference_lines(path: str, found: bytes, expected: bytes) -> Iterator[str]:
    from difflib import unified_diff

    before, after = (data.decode("utf-8", "replace").splitlines() for data in (found, expected))
    lines = unified_diff(before, after, f"{path} (as it is)", f"{path} (as it would be)", lineterm="", n=1)
    for number, line in enumerate(lines):
        if number == _MAX_DIFFERENCE_LINES:
            yield "…"
            return
        yield line
