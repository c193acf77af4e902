"""The chain of stages, from pages to a catalogue with all that is to be said about it."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import PurePosixPath

from pydantic_core import to_json

from rulefold import codes
from rulefold.diagnostics import Diagnostic, Severity, as_data, count_by_severity
from rulefold.entries import read_entry
from rulefold.folding import OnConflict, fold
from rulefold.inputs import Page
from rulefold.model import Catalogue, Counts, Detection, Entry, PageSource
from rulefold.pages import Block, read_blocks
from rulefold.targets import FORMATS
from rulefold.text import Place, Source

MAX_FAULTS_A_PAGE = 1_000
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)\.[a-z]+", re.IGNORECASE)  # no names of files on Windows


@dataclass(frozen=True, slots=True)
class Build:
    """A catalogue, the diagnostics in the order of the pages, and the rejected blocks of each page, verbatim."""

    catalogue: Catalogue
    diagnostics: tuple[Diagnostic, ...]
    rejects: Mapping[str, bytes]


@dataclass(slots=True)
class _Faults:
    """The faults of one page: the first of them, and of the rest how many there are and the worst."""

    page: str
    kept: list[Diagnostic] = field(default_factory=list)
    more: int = 0
    worst: Diagnostic | None = None

    def add(self, faults: Iterable[Diagnostic]) -> None:
        """Take in the faults of a block."""
        for fault in faults:
            if len(self.kept) < MAX_FAULTS_A_PAGE:
                self.kept.append(fault)
                continue
            self.more += 1
            if self.worst is None or (fault.severity is Severity.ERROR and self.worst.severity is not Severity.ERROR):
                self.worst = fault

    def told(self) -> list[Diagnostic]:
        """What is told of the page, one line standing for those beyond the limit."""
        if self.worst is None:
            return self.kept
        message = f"found {self.more:,} more faults on the page {self.page}"
        return [*self.kept, codes.MORE_FAULTS.at(self.worst.place, message, severity=self.worst.severity)]


@dataclass(slots=True)
class Reading:
    """What reading pages has brought so far, but for the entries, which pass through."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    rejects: dict[str, bytes] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)
    entries: int = 0
    rejected: int = 0

    def entries_of(self, source: Source) -> Iterator[Entry]:
        """The entries of a page; what is to be said about it and what it holds of rejects is kept here."""
        blocks, told = read_blocks(source)
        self.pages.append(source.name)
        self.diagnostics += told
        rejects: list[Block] = []
        faults = _Faults(source.name)
        for block in blocks:
            entry, remarks = read_entry(block)
            faults.add(remarks)
            if entry is None:
                rejects.append(block)
            else:
                self.entries += 1
                yield entry
        self.diagnostics += faults.told()
        self.rejected += len(rejects)
        if rejects:
            parts = ((block.span, block.line, block.last_line) for block in rejects)
            self.rejects[source.name] = b"".join(source.raw(parts))


def build(pages: Iterable[Page], on_conflict: OnConflict = "first", *, queries: bool = True) -> Build:
    """Read pages one after another and fold their entries, see `fold`.  Raises OSError for an unreadable page."""
    reading = Reading()
    digest = sha256()

    def entries() -> Iterator[Entry]:
        for page in pages:
            source = page.read()
            digest.update(source.data)
            yield from reading.entries_of(source)

    catalogue, told = fold(entries(), on_conflict, queries=queries)
    diagnostics = in_page_order([*reading.diagnostics, *told], reading.pages)
    source = PageSource(pages=tuple(reading.pages), sha256=digest.hexdigest())
    counts = counts_of(len(reading.pages), reading.entries, reading.rejected, len(catalogue.detections), diagnostics)
    stamped = catalogue.model_copy(update={"source": source, "counts": counts})
    return Build(stamped, tuple(diagnostics), reject_files(reading.rejects, (".md",)))


def in_page_order(diagnostics: Iterable[Diagnostic], pages: Iterable[str]) -> list[Diagnostic]:
    """Diagnostics by place, those without one first; `pages` are in reading order, others follow by name."""
    order = {page: n for n, page in enumerate(pages)}

    def position(diagnostic: Diagnostic) -> tuple[int, str, int, int, str]:
        place = diagnostic.place
        if not place:
            return -1, "", 0, 0, diagnostic.code
        known = order.get(place.file)  # a detection that was read as it is has places on pages that were not
        unknown = place.file if known is None else ""
        return len(order) if known is None else known, unknown, place.line, place.column, diagnostic.code

    return sorted(diagnostics, key=position)


def noted(catalogue: Catalogue) -> list[Diagnostic]:
    """The notes of a catalogue's detections as the diagnostics they were, each at the first line of its detection."""
    return [
        code.at(_first_line(detection), note.message).about(detection.key)
        for detection in catalogue.detections
        for note in detection.notes
        if (code := codes.CODES.get(note.code))
    ]


def _first_line(detection: Detection) -> Place | None:
    lines = ((source.page, first) for source in detection.sources for first, _ in source.lines)
    return next((Place(page, first, 1) for page, first in lines), None)


def counts_of(pages: int, entries: int, rejects: int, detections: int, diagnostics: Iterable[Diagnostic]) -> Counts:
    """The counts of a catalogue."""
    by_severity = count_by_severity(diagnostics)
    return Counts(
        pages=pages,
        blocks=entries + rejects,
        entries=entries,
        rejects=rejects,
        detections=detections,
        errors=by_severity[Severity.ERROR],
        warnings=by_severity[Severity.WARNING],
        notes=by_severity[Severity.NOTE],
    )


def reject_files(rejects: Mapping[str, bytes], suffixes: tuple[str, ...]) -> dict[str, bytes]:
    """The rejects of each page under a file name: the page's own, with a hash of its path where it is taken.

    A file keeps its suffix where that is one of `suffixes`, and has the first of them otherwise.
    """
    names = [_safe_name(PurePosixPath(page).name, suffixes) for page in rejects]
    uses = Counter(name.lower() for name in names)
    files = {}
    for (page, data), name in zip(rejects.items(), names, strict=True):
        if uses[name.lower()] > 1 or _DEVICE.fullmatch(name):
            stem, dot, suffix = name.rpartition(".")
            name = f"{stem}-{sha256(page.encode()).hexdigest()[:8]}{dot}{suffix}"
        files[f"rejects/{name}"] = data
    return files


def _safe_name(name: str, suffixes: tuple[str, ...]) -> str:
    suffix = PurePosixPath(name).suffix.lower()
    stem = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in PurePosixPath(name).stem)
    return f"{stem.strip('-')[:100] or 'page'}{suffix if suffix in suffixes else suffixes[0]}"


def catalogue_files(catalogue: Catalogue, formats: Collection[str]) -> dict[str, bytes]:
    """The files of a catalogue in the given formats, with paths relative to the output folder."""
    files: dict[str, bytes] = {}
    for name in formats:
        files |= {path: text.encode() for path, text in FORMATS[name].emit(catalogue, formats).items()}
    return files


def output_files(built: Build, formats: Collection[str]) -> dict[str, bytes]:
    """All files of an output folder but its manifest: the catalogue's, the diagnostics, and the rejects."""
    files = catalogue_files(built.catalogue, formats)
    told = {"diagnostics": [as_data(diagnostic) for diagnostic in built.diagnostics]}
    files["diagnostics.json"] = to_json(told, indent=2) + b"\n"
    files.update(built.rejects)
    return files
