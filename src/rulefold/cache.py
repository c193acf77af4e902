"""What is remembered under `.rulefold/`: whole builds, and parts of them.

A build is remembered by what it depends on: the code that made it, its options, and the names and bytes of the pages.
Where that is not the same, the pages that have not changed are taken from the store of parts, and so is all else that
takes long.  All of it is JSON, none of it is code, and the folder is safe to delete.
"""

import contextlib
import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from rulefold.diagnostics import Diagnostic, from_record, to_record
from rulefold.inputs import Page
from rulefold.version import __version__

HOME = Path(".rulefold")
FOLDER = HOME / "builds"
PARTS = HOME / "parts"
KEPT = 20  # builds; the oldest are forgotten
MAX_KEPT = 64 * 2**20  # bytes of the parts of one kind; those that were not asked for lately are forgotten
MAX_HELD = 64 * 2**20  # bytes of all pages; a larger catalogue is built anew each time, a page at a time

_FORM = 2
_PACKAGES = ("markdown_it", "pydantic", "pydantic_core", "sqlglot")


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


@cache
def _code() -> str:
    """The state of the code that makes a build: rulefold's own, where the version does not tell, and that of others."""
    package = Path(__file__).parent
    found = sorted((path.relative_to(package).as_posix(), path.stat()) for path in package.rglob("*.*"))
    own = [(n, s.st_size, s.st_mtime_ns) for n, s in found if not n.endswith(".pyc")]
    return repr((own, [_state_of(name) for name in _PACKAGES], sys.version))


def _state_of(package: str) -> tuple[int, int] | None:
    """The state of the file in which a package tells its version; it is not imported."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        return None
    found = Path(spec.origin).stat()
    return found.st_size, found.st_mtime_ns


def recall(folder: Path, key: str) -> Remembered | None:
    """The build with this key, or None where it is not remembered, or what is there cannot be read."""
    try:
        data = json.loads((folder / f"{key}.json").read_bytes())
        told = tuple(map(from_record, data["diagnostics"]))
        return Remembered(dict(data["files"]), str(data["summary"]), str(data["subject"]), told)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def remember(folder: Path, key: str, build: Remembered) -> None:
    """Keep a build; where that cannot be done, the next one is made anew."""
    data = {
        "files": dict(build.files),
        "summary": build.summary,
        "subject": build.subject,
        "diagnostics": [to_record(diagnostic) for diagnostic in build.diagnostics],
    }
    with contextlib.suppress(OSError):
        _put(folder / f"{key}.json", json.dumps(data).encode())
        _forget(folder)


def _put(path: Path, data: bytes) -> None:
    """Put a file in place whole, below a folder that git leaves alone.  Raises OSError."""
    from rulefold.store import write_file  # loaded by what was built, and slow to load for what is only recalled

    path.parent.mkdir(parents=True, exist_ok=True)
    ignore = path.parent.parent / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    write_file(path, data)


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


def with_bytes(pages: Sequence[Page]) -> list[Page] | None:
    """The pages with their bytes, so that what is hashed is what is read; None where they are too many to be held.

    Raises OSError for a page that cannot be read.
    """
    if not all(page.path and page.path.is_file() for page in pages):
        return None
    if sum(page.path.stat().st_size for page in pages if page.path) > MAX_HELD:
        return None
    return [Page(page.name, page.path, folder=page.folder, data=page.content()) for page in pages]


class Store:
    """Parts of builds, by their kind and by a hash of all that they depend on but the code: JSON on one line each.

    A kind is one file: a line with the state of the code and the SHA-256 of all that follows, then a key and its JSON a
    line, those asked for last first.  A file of other code, or with a byte that is not as it was written, is none.  Two
    runs at once each write what they know, and the later one stays.
    """

    def __init__(self, folder: Path) -> None:
        """The store in a folder, of which nothing is read before it is asked for."""
        self._folder = folder
        self._code = sha256(f"{_FORM} {__version__} {_code()}".encode()).hexdigest()
        self._known: dict[str, dict[bytes, bytes]] = {}
        self._used: defaultdict[str, dict[bytes, bytes]] = defaultdict(dict)
        self._changed: set[str] = set()

    def get(self, kind: str, key: str) -> bytes | None:
        """The JSON that is remembered, or None."""
        value = self._of(kind).get(key.encode())
        if value is not None:
            self._used[kind][key.encode()] = value
        return value

    def put(self, kind: str, key: str, value: bytes) -> None:
        """Remember JSON on one line, once `save` is called."""
        self._used[kind][key.encode()] = value
        self._changed.add(kind)

    def save(self) -> None:
        """Write the kinds that have changed; where that cannot be done, they are made anew next time."""
        for kind in sorted(self._changed):
            with contextlib.suppress(OSError):
                _put(self._path(kind), self._written(kind))

    def _of(self, kind: str) -> dict[bytes, bytes]:
        if kind not in self._known:
            self._known[kind] = self._read(kind)
        return self._known[kind]

    def _path(self, kind: str) -> Path:
        return self._folder / f"{kind}.lines"

    def _read(self, kind: str) -> dict[bytes, bytes]:
        try:
            head, _, body = self._path(kind).read_bytes().partition(b"\n")
        except OSError:
            return {}
        if head != self._head(body):
            return {}
        return {key: value for key, _, value in (line.partition(b" ") for line in body.splitlines())}

    def _written(self, kind: str) -> bytes:
        lines: list[bytes] = []
        room = MAX_KEPT
        for key, value in (self._used[kind] | self._of(kind)).items():
            room -= len(key) + len(value) + 2
            if room >= 0:
                lines.append(b"%b %b\n" % (key, value))
        body = b"".join(lines)
        return self._head(body) + b"\n" + body

    def _head(self, body: bytes) -> bytes:
        return f"{self._code} {sha256(body).hexdigest()}".encode()
