"""Builds remembered: what a build of the same pages with the same rulefold wrote and told, under `.rulefold/`.

A build is remembered by what it depends on: the code of rulefold, its options, and the names and bytes of the pages.
Nothing is taken from the folder that is not a hash or a diagnostic; it is safe to delete.
"""

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from rulefold import __version__
from rulefold.diagnostics import Diagnostic, Related, Severity
from rulefold.inputs import Page
from rulefold.text import Place

FOLDER = Path(".rulefold", "builds")
KEPT = 20  # builds; the oldest are forgotten
MAX_HELD = 64 * 2**20  # bytes of all pages; a larger catalogue is built anew each time, a page at a time

_FORM = 1


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a build wrote and told: the SHA-256 of its files by their paths, what it printed, and its diagnostics."""

    files: Mapping[str, str]
    summary: str
    subject: str
    diagnostics: tuple[Diagnostic, ...]


def key_of(pages: Sequence[Page], options: Sequence[str]) -> str:
    """What a build depends on, as one hash; the pages have their bytes with them."""
    digest = sha256()
    for part in (f"{_FORM} {__version__}", _code(), *options):
        digest.update(f"{len(part)}:{part}".encode("utf-8", "surrogateescape"))
    for page in pages:
        name = page.name.encode("utf-8", "surrogateescape")
        digest.update(b"%d:%b" % (len(name), name) + sha256(page.data or b"").digest())
    return digest.hexdigest()


def _code() -> str:
    """The state of rulefold's own code, which may change while its version does not."""
    package = Path(__file__).parent
    found = sorted((path.relative_to(package).as_posix(), path.stat()) for path in package.rglob("*.*"))
    return repr([(n, s.st_size, s.st_mtime_ns) for n, s in found if not n.endswith(".pyc")])


def recall(folder: Path, key: str) -> Remembered | None:
    """The build with this key, or None where it is not remembered, or what is there cannot be read."""
    try:
        data = json.loads((folder / f"{key}.json").read_bytes())
        told = tuple(_diagnostic(one) for one in data["diagnostics"])
        return Remembered(dict(data["files"]), str(data["summary"]), str(data["subject"]), told)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def remember(folder: Path, key: str, build: Remembered) -> None:
    """Keep a build; where that cannot be done, the next one is made anew."""
    data = {
        "files": dict(build.files),
        "summary": build.summary,
        "subject": build.subject,
        "diagnostics": [_data(diagnostic) for diagnostic in build.diagnostics],
    }
    from rulefold.store import write_file  # loaded by what was built, and slow to load for what is only recalled

    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        ignore = folder.parent / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        write_file(folder / f"{key}.json", json.dumps(data).encode())
        _forget(folder)


def _forget(folder: Path) -> None:
    """Remove the oldest builds beyond those that are kept, and what was left of some that were killed."""
    aged = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in aged[KEPT:]:
        path.unlink(missing_ok=True)


def is_whole(folder: Path, files: Mapping[str, str]) -> bool:
    """Whether a folder holds files of these hashes; its manifest is one of them."""
    try:
        return all(sha256((folder / path).read_bytes()).hexdigest() == digest for path, digest in files.items())
    except OSError:
        return False


def _data(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "severity": str(diagnostic.severity),
        "message": diagnostic.message,
        "place": diagnostic.place,
        "hints": diagnostic.hints,
        "related": [(related.place, related.message) for related in diagnostic.related],
        "detection": diagnostic.detection,
        "excerpt": diagnostic.excerpt,
    }


def _diagnostic(data: Mapping[str, Any]) -> Diagnostic:
    return Diagnostic(
        data["code"],
        Severity(data["severity"]),
        data["message"],
        Place(*data["place"]) if data["place"] else None,
        tuple(data["hints"]),
        tuple(Related(Place(*place), message) for place, message in data["related"]),
        data["detection"],
        data["excerpt"],
    )


def with_bytes(pages: Sequence[Page]) -> list[Page] | None:
    """The pages with their bytes, so that what is hashed is what is read; None where they are too many to be held.

    Raises OSError for a page that cannot be read.
    """
    if not all(page.path and page.path.is_file() for page in pages):
        return None
    if sum(page.path.stat().st_size for page in pages if page.path) > MAX_HELD:
        return None
    return [Page(page.name, page.path, folder=page.folder, data=page.content()) for page in pages]
