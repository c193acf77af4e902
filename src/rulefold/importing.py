"""The chain of an import: files of rules that others wrote, to a catalogue with all that is to be said about it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath

from rulefold import codes
from rulefold.chain import Build, counts_of, in_page_order, reject_files
from rulefold.diagnostics import Code, Diagnostic
from rulefold.folding import OnConflict, fold, join
from rulefold.folding.company import CODES
from rulefold.inputs import Page
from rulefold.model import Catalogue, Detection, Entry, PageSource
from rulefold.queries import CODES as QUERY_CODES
from rulefold.sources import SOURCES, SUFFIXES, Found, Importer, Tally, detect
from rulefold.text import Place, Source
from rulefold.version import __version__
from rulefold.workspace import Workspace

_CATALOGUE, _MANIFEST = "catalogue.json", "manifest.json"
_SOLUTION = re.compile(r"(?:.*/)?Solutions/[^/]+/(?:Analytics? Rules|Hunting Queries)/", re.IGNORECASE)
_PAIR = re.compile(r"((?:.*/)?)(Detections|Hunting Queries)/", re.IGNORECASE)


@dataclass(slots=True)
class _Gathered:
    """What the files have brought so far, but for the entries, which pass through."""

    names: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    entries: int = 0
    rejected: int = 0
    rejects: dict[str, bytes] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    detections: list[tuple[Detection, Place]] = field(default_factory=list)
    lost: dict[str, Tally] = field(default_factory=dict)
    skipped: dict[str, Tally] = field(default_factory=dict)

    def take(self, found: Found) -> list[Entry]:
        """Keep what a file brings, and give its rows."""
        name = found.source.name
        self.read.append(name)
        self.entries += found.read
        self.rejected += found.rejected
        self.diagnostics += found.told()
        self.detections += found.detections
        for mine, its in ((self.lost, found.lost), (self.skipped, found.skipped)):
            for what, tally in its.items():
                mine.setdefault(what, Tally(tally.place)).count += tally.count
        if found.rejects:
            self.rejects[name] = found.reject_bytes()
        return found.entries

    def skip(self, what: str, file: Page) -> None:
        """Count a file that was not read."""
        self.skipped.setdefault(what, Tally(Place(file.name, 1, 1))).count += 1

    def tallied(self) -> Iterator[Diagnostic]:
        """One line for each field that a catalogue does not hold, and for each kind of thing that is no rule."""
        for name, tally in self.lost.items():
            rules = f"{tally.count:,} rule{'' if tally.count == 1 else 's'}"
            yield codes.LOST_FIELD.at(tally.place, f"found {name} in {rules}, which a catalogue does not hold")
        for what, tally in self.skipped.items():
            more = f", and {tally.count - 1:,} more like it" if tally.count > 1 else ""
            yield codes.NOT_READ.at(tally.place, f"found {what}{more}, left out")


def import_files(
    files: Sequence[Page],
    kind: str | None = None,
    on_conflict: OnConflict = "first",
    workspace: Workspace | None = None,
) -> Build:
    """Read files of rules and make one catalogue of them; `files` is `find_files(…)`, in order.

    `kind` names a row of `SOURCES`; without it, the content of each file says what it is.  Raises OSError for a file
    that cannot be read.
    """
    gathered = _Gathered(names=[file.name for file in files])
    digest = sha256()

    def entries() -> Iterator[Entry]:
        for file, importer in _with_importers(files, kind, gathered):
            source = _read(file, importer, gathered)
            reader = importer or (source and _detected(source, file, gathered))
            if source and reader and _is_small_enough(source, reader, gathered):
                digest.update(source.data)
                yield from gathered.take(reader.read(source))

    detections, told = _catalogued(entries(), gathered, on_conflict, workspace)
    diagnostics = in_page_order([*gathered.diagnostics, *gathered.tallied(), *told], gathered.names)
    counts = counts_of(len(gathered.read), gathered.entries, gathered.rejected, len(detections), diagnostics)
    source = PageSource(pages=tuple(gathered.read), sha256=digest.hexdigest())
    catalogue = Catalogue(rulefold=__version__, source=source, counts=counts, detections=detections)
    return Build(catalogue, tuple(diagnostics), reject_files(gathered.rejects, (".txt", *SUFFIXES)))


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was found of queries in this run, so that those of rows are not looked at again when they are joined."""

    known: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def get(self, kind: str, key: str) -> bytes | None:
        return self.known.get((kind, key))

    def put(self, kind: str, key: str, value: bytes) -> None:
        self.known[kind, key] = value


def _catalogued(
    entries: Iterator[Entry], gathered: _Gathered, on_conflict: OnConflict, workspace: Workspace | None
) -> tuple[tuple[Detection, ...], list[Diagnostic]]:
    """Rows folded, and joined with the detections that are read as they are."""
    memo = _Kept()
    catalogue, told = fold(entries, on_conflict, workspace=workspace, memo=memo)
    if not gathered.detections:
        return catalogue.detections, told
    folded = [(detection, _place(detection)) for detection in catalogue.detections]
    joined, further = join([*folded, *gathered.detections], workspace, memo)
    return joined, [*(one for one in told if one.code not in CODES and not one.code.startswith(QUERY_CODES)), *further]


def _place(detection: Detection) -> Place:
    source = detection.sources[0]
    return Place(source.page, source.lines[0][0], 1)


def _with_importers(
    files: Sequence[Page], kind: str | None, gathered: _Gathered
) -> Iterator[tuple[Page, Importer | None]]:
    """The files that are to be read, each with its importer where that is known without a look at the content."""
    upstream = set() if kind else _upstream_folders(files)
    outputs = set() if kind else _output_folders(files)
    for file in files:
        importer = SOURCES["upstream"] if file.folder in upstream else SOURCES[kind] if kind else None
        if importer and file.folder and not _is_wanted(file, importer):
            gathered.skip("a file outside of the folders of rules", file)
        elif _is_of_output(file, outputs):
            continue
        else:
            yield file, importer


def _is_wanted(file: Page, importer: Importer) -> bool:
    return importer.wants(file.inside) and file.name.lower().endswith(importer.suffixes)


def _upstream_folders(files: Iterable[Page]) -> set[Path]:
    """The given folders with the layout of upstream: with solutions, or with both detections and hunting queries."""
    seen: dict[tuple[Path, str], set[str]] = {}
    found = set()
    for file in files:
        if not file.folder:
            continue
        if _SOLUTION.match(file.inside):
            found.add(file.folder)
        elif pair := _PAIR.match(file.inside):
            both = seen.setdefault((file.folder, pair[1]), set())
            both.add(pair[2].lower())
            if len(both) == 2:
                found.add(file.folder)
    return found


def _output_folders(files: Iterable[Page]) -> set[PurePosixPath]:
    """Folders that a build has written: of these, the catalogue alone is read."""
    names = {file.name for file in files if file.folder}
    folders = (PurePosixPath(name).parent for name in names if PurePosixPath(name).name == _MANIFEST)
    return {folder for folder in folders if str(folder / _CATALOGUE) in names}


def _is_of_output(file: Page, outputs: set[PurePosixPath]) -> bool:
    path = PurePosixPath(file.name)
    return any(folder in path.parents and path != folder / _CATALOGUE for folder in outputs) if outputs else False


def _read(file: Page, importer: Importer | None, gathered: _Gathered) -> Source | None:
    largest = importer.largest if importer else max(source.largest for source in SOURCES.values())
    source = file.read_up_to(largest)
    if source is None:
        gathered.read.append(file.name)
        _refuse(file.name, codes.OVERSIZED, f"found a file of more than {largest:,} bytes", gathered)
    return source


def _is_small_enough(source: Source, importer: Importer, gathered: _Gathered) -> bool:
    if len(source.data) <= importer.largest:
        return True
    gathered.read.append(source.name)
    message = f"found a file of {len(source.data):,} bytes, expected at most {importer.largest:,}"
    _refuse(source.name, codes.OVERSIZED, message, gathered)
    return False


def _refuse(name: str, code: Code, message: str, gathered: _Gathered) -> None:
    """Reject a file whose content was not read."""
    gathered.rejected += 1
    gathered.diagnostics.append(code.at(Place(name, 1, 1), message))


def _detected(source: Source, file: Page, gathered: _Gathered) -> Importer | None:
    name = detect(source)
    if name:
        return SOURCES[name]
    if file.folder:
        gathered.skip("a file that is of no known kind", file)
        return None
    gathered.read.append(file.name)
    expected = ", ".join(importer.summary for importer in SOURCES.values())
    _refuse(file.name, codes.UNKNOWN_KIND, f"found a file of no known kind, expected one of: {expected}", gathered)
    return None
