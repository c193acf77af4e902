"""Where rule tests are kept: in a folder beside the pages of their catalogue."""

from collections.abc import Iterable, Sequence
from pathlib import Path

FOLDER = "tests"
SUFFIXES = (".yaml", ".yml")


def case_files(paths: Iterable[Path]) -> list[Path]:
    """The files of cases that paths stand for, each once.

    A folder of pages stands for the folder of tests in it, any other folder for all YAML below it.  Raises
    FileNotFoundError for a path that is not there.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"{path}: no such file or folder")
        if path.is_dir():
            folder = path / FOLDER if (path / FOLDER).is_dir() else path
            found |= dict.fromkeys(sorted(one for one in folder.rglob("*") if _is_case_file(one, folder)))
        else:
            found[path] = None
    return list(found)


def _is_case_file(path: Path, folder: Path) -> bool:
    """Whether a file below a folder is one of cases: YAML, and nothing hidden."""
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return path.suffix.lower() in SUFFIXES and not hidden and path.is_file()


def pages_of_cases(paths: Sequence[Path]) -> list[Path]:
    """The folders of pages that cases are kept in; none for those that are kept elsewhere."""
    found: dict[Path, None] = {}
    for path in paths:
        if (path / FOLDER).is_dir():
            found[path] = None
            continue
        home = next((one for one in (path, *path.parents) if one.name == FOLDER), None)
        if home is not None:
            found[home.parent] = None
    return list(found)


def cases_beside(pages: Iterable[str]) -> dict[Path, bytes]:
    """The files of cases that are kept in folders of pages, with their bytes.  Raises OSError."""
    folders = [Path(one) for one in pages if (Path(one) / FOLDER).is_dir()]
    return {path: path.read_bytes() for path in case_files(folders)}
