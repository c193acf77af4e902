"""Output folders: files replaced whole, a manifest written last, and nothing touched that is not ours.

The manifest names each file that a build wrote with its SHA-256.  A file that the next build does not write is removed
only when the manifest names it and its bytes are still those that were written.
"""

# ruff: noqa: PTH105, PTH108, PTH123
# A build writes thousands of files, and path objects take as long as the writing itself

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from rulefold import __version__
from rulefold.model import Catalogue

MANIFEST = "manifest.json"
CATALOGUE = "catalogue.json"
COVERAGE = "coverage.json"
_MAX_DIFFERENCE_LINES = 40

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
    """Make `folder` hold these files, paths being relative to it.  Raises OSError."""
    stale = {path: digest for path, digest in read_manifest(folder).items() if path not in files}
    removed, kept = _remove_stale(folder, stale)  # first: a name may differ from a new one in nothing but case
    for parent in {path.rpartition("/")[0] for path in files} | {""}:
        (folder / parent).mkdir(parents=True, exist_ok=True)
    changed = sum(_replace(f"{folder}/{path}", data) for path, data in files.items())
    _replace(f"{folder}/{MANIFEST}", _manifest(files))
    return Written(changed, len(files) - changed, removed, kept)


def check_output(folder: Path, files: Mapping[str, bytes]) -> list[Difference]:
    """In what `folder` differs from these files.  Raises OSError."""
    expected = {**files, MANIFEST: _manifest(files)}
    differences = []
    for path, data in sorted(expected.items()):
        found = _read(folder / path)
        if found is None:
            differences.append(Difference(path, "missing"))
        elif found != data:
            differences.append(Difference(path, "changed", tuple(_difference_lines(path, found, data))))
    surplus = sorted(path for path in read_manifest(folder) if path not in files and (folder / path).exists())
    return differences + [Difference(path, "surplus") for path in surplus]


def write_file(path: Path, data: bytes) -> bool:
    """Put one file in place whole, and say whether that was needed.  Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
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
    """The files that the folder's manifest names, with their SHA-256; none where there is no sound manifest."""
    data = _read(folder / MANIFEST)
    try:
        files = json.loads(data or b"{}").get("files", {})
        return {path: digest for path, digest in files.items() if is_inside(path) and isinstance(digest, str)}
    except (ValueError, AttributeError):
        return {}


def is_inside(path: str) -> bool:
    """Whether a path stays within the folder that it is relative to."""
    pure = PurePosixPath(path)
    if not pure.parts or pure.is_absolute() or ".." in pure.parts:
        return False
    return path.isprintable() and not set("\\:") & set(path)


def _manifest(files: Mapping[str, bytes]) -> bytes:
    digests = {path: sha256(data).hexdigest() for path, data in sorted(files.items())}
    return (json.dumps({"rulefold": __version__, "files": digests}, indent=2) + "\n").encode()


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
    folder, name = os.path.split(path)
    temporary = f"{folder}/.{name}.{os.getpid()}.tmp"
    try:
        with open(temporary, "wb", buffering=0) as file:
            rest = memoryview(data)
            while rest:
                rest = rest[file.write(rest) :]
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    return True


def _remove_stale(folder: Path, stale: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    removed, kept = [], []
    for path, digest in stale.items():
        file = folder / path
        if file.is_dir():
            kept.append(path)
            continue
        data = _read(file)
        if data is None:
            continue
        if sha256(data).hexdigest() != digest:
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
