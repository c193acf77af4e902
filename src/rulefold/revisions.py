"""Files as they were at a revision of a git repository, read from its objects and not from the working tree."""

import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rulefold.inputs import SUFFIXES, Page, in_reading_order


class RevisionError(Exception):
    """There is no such revision or path, no repository, or no git: says which."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A path at a revision: `HEAD~1:output` or `v2.0:catalog/Rules_1-21.md`; the path is relative to where git runs."""

    rev: str
    path: str

    @classmethod
    def parse(cls, argument: str) -> "Revision | None":
        """The revision that an argument names, or None where it names a path that exists or has no revision's form."""
        rev, colon, path = argument.partition(":")
        if not (rev and colon and path) or Path(argument).exists() or rev.startswith("-"):
            return None
        return cls(rev, path)

    def pages(self) -> list[Page]:
        """The pages in or at the path, in the order in which they are read.  Raises RevisionError."""
        listed = self._git("ls-tree", "-r", "-z", "--name-only", self.rev, "--", self.path).split(b"\0")
        names = [name.decode("utf-8", "surrogateescape") for name in listed if name]
        if not names:
            raise RevisionError(f"{self.rev}:{self.path}: no such path at this revision")
        kept = [name for name in names if len(names) == 1 or _is_page(name, self.path)]
        return in_reading_order(Page(f"{self.rev}:{name}", None, data=self.file(name)) for name in kept)

    def file(self, name: str) -> bytes:
        """The bytes of a file, named relative to where git runs.  Raises RevisionError."""
        return self._git("cat-file", "blob", f"{self.rev}:./{name}")

    def find(self, name: str) -> bytes | None:
        """The bytes of a file of this name in the folder of the path, or at it; None where there is none."""
        path = PurePosixPath(self.path)
        try:
            return self.file((path if path.name == name else path / name).as_posix())
        except RevisionError:
            return None

    def _git(self, *arguments: str) -> bytes:
        try:
            done = subprocess.run(["git", *arguments], capture_output=True, check=False)  # noqa: S603, S607
        except FileNotFoundError as error:
            raise RevisionError("git is not installed") from error
        if done.returncode:
            told = done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")
            raise RevisionError(f"{self.rev}:{self.path}: {told}")
        return done.stdout


def _is_page(name: str, folder: str) -> bool:
    inner = PurePosixPath(name).relative_to(PurePosixPath(folder)).parts
    return name.lower().endswith(SUFFIXES) and not any(part.startswith(".") for part in inner)
