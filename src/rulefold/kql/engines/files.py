"""The files of a table: what kind they are, and which of them make a table."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

KINDS = {
    ".jsonl": "json", ".ndjson": "json", ".json": "json", ".csv": "csv", ".tsv": "csv", ".parquet": "parquet",
}  # fmt: skip
_COMPRESSED = (".gz", ".zst")
_GZIP = b"\x1f\x8b"
_PATTERN = frozenset("*?[")  # what an engine takes for a pattern


class FilesError(ValueError):
    """No files of data, or such as cannot be read together; the message says which."""


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one table, all of one kind, in their order; `keys` are the columns that names of folders state.

    Those that are `packed` have to be unpacked before an engine reads them.
    """

    kind: str
    paths: tuple[str, ...]
    keys: tuple[str, ...] = ()
    packed: frozenset[str] = frozenset()


def kind_of(path: Path) -> str | None:
    """The kind of a file by its name, None for what is no file of data."""
    return KINDS.get(_without_compression(path).suffix.lower())


def table_name(path: Path) -> str:
    """The table that a file or a folder holds: its name without what says its kind."""
    if path.is_dir():
        return path.name
    return _without_compression(path).stem


def _without_compression(path: Path) -> Path:
    return path.with_suffix("") if path.suffix.lower() in _COMPRESSED else path


def tables_of(folder: Path) -> dict[str, Path]:
    """The tables of a folder, a file or a folder each.  Raises FilesError where two have one name, and OSError."""
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if _is_hidden(path.name) or not (path.is_dir() or kind_of(path)):
            continue
        name = table_name(path)
        if name in found:
            raise FilesError(f"{path}: found the table {name} here and in {found[name]}")
        found[name] = path
    return found


def files_of(source: Path) -> Files:
    """The files of a table.  Raises FilesError, and OSError for what is not there."""
    if not source.is_dir():
        source.stat()
        return _checked(source, [source], ())
    paths = list(_walk(source))
    folders = [path.relative_to(source).parts[:-1] for path in paths]
    keys = dict.fromkeys(part.partition("=")[0] for parts in folders for part in parts if "=" in part)
    return _checked(source, paths, tuple(keys))


def _walk(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_hidden(name))
        yield from (Path(root, name) for name in sorted(names) if not _is_hidden(name) and kind_of(Path(name)))


def _is_hidden(name: str) -> bool:
    """Whether a file or folder is none of data: writers leave `_SUCCESS` and the like beside theirs."""
    return name.startswith((".", "_"))


def _checked(source: Path, paths: list[Path], keys: tuple[str, ...]) -> Files:
    kinds = {kind_of(path) for path in paths}
    expected = ", ".join(f"*{suffix}" for suffix in KINDS)
    if not paths:
        raise FilesError(f"{source}: found no file of data in this folder, expected {expected}")
    if None in kinds:
        raise FilesError(f"{source}: found a file of another kind, expected {expected}, also with .gz or .zst behind")
    if len(kinds) > 1:
        raise FilesError(f"{source}: found files of several kinds, expected one: {', '.join(sorted(map(str, kinds)))}")
    (kind,) = kinds
    packed = [path for path in paths if _is_packed(path, str(kind))]
    if packed and keys:
        raise FilesError(f"{packed[0]}: found Parquet compressed as a whole where names of folders state columns")
    return Files(str(kind), tuple(map(str, paths)), keys, frozenset(map(str, packed)))


def _is_packed(path: Path, kind: str) -> bool:
    """Whether a file is Parquet that is compressed as a whole, by gzip.  Raises FilesError, and OSError."""
    checked_path(path)
    with path.open("rb") as file:
        start = file.read(4)
    packed = kind == "parquet" and path.suffix.lower() in _COMPRESSED and start != b"PAR1"
    if packed and not (path.suffix.lower() == ".gz" and start.startswith(_GZIP)):
        raise FilesError(f"{path}: found Parquet compressed as a whole, expected Parquet that is compressed inside")
    return packed


def checked_path(path: Path) -> None:
    """Whether a path is one of a file that an engine can be asked for.  Raises FilesError, and OSError."""
    path.stat()
    if not path.is_file():
        raise FilesError(f"{path}: found a device or a pipe, expected a file")
    if _PATTERN & set(str(path)):
        raise FilesError(f"{path}: found one of *, ? and [ in the path, which are not read in paths of data")
