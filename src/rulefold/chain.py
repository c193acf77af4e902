"""The chain of stages, from pages to a catalogue with all that is to be said about it."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import PurePosixPath

from pydantic_core import to_json

from rulefold import codes
from rulefold.diagnostics import Code, Diagnostic, Severity, as_data, count_by_severity
from rulefold.folding import OnConflict, fold_rules
from rulefold.folding.company import Comparison
from rulefold.folding.grams import Sketch, Sketcher, pack, unpack
from rulefold.folding.near import Near, near_duplicates
from rulefold.inputs import Page
from rulefold.model import Catalogue, Counts, PageSource
from rulefold.queries import LACKING, Looker, Memo, first_line, key_of, remembered
from rulefold.reading import PagesRead, read_pages
from rulefold.targets import FORMATS
from rulefold.workspace import Workspace

_NO_STATEMENTS: Mapping[str, Mapping[str, str]] = {}
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)\.[a-z]+", re.IGNORECASE)  # no names of files on Windows


@dataclass(frozen=True, slots=True)
class Build:
    """A catalogue, the diagnostics in the order of the pages, and the rejected blocks of each page, verbatim.

    `statements` are the queries as SQL, where they were compiled: by dialect, and by the keys of detections.
    """

    catalogue: Catalogue
    diagnostics: tuple[Diagnostic, ...]
    rejects: Mapping[str, bytes]
    statements: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def build(
    pages: Iterable[Page],
    on_conflict: OnConflict = "first",
    *,
    queries: bool = True,
    workspace: Workspace | None = None,
    memo: Memo | None = None,
    jobs: int = 1,
    dialect: str | None = None,
) -> Build:
    """Read pages one after another and fold their rows, see `fold`.  Raises OSError for an unreadable page.

    The queries are read where there is a workspace, and compiled to a dialect of SQL where it has tables.  What `memo`
    remembers of pages and queries is not made again; pages are read by so many processes as `jobs` says.
    """
    digest = sha256()

    def contents() -> Iterator[tuple[str, bytes]]:
        for page in pages:
            data = page.content()
            digest.update(data)
            yield page.name, data

    read = PagesRead()
    for page in read_pages(contents(), memo, jobs):
        read.follow(page)
    reading = read.reading
    compiled = dialect if workspace is not None and workspace.tables else None
    looker = Looker(workspace, memo, compiled) if workspace is not None else None
    catalogue, told = fold_rules(read.rows.rules(), on_conflict, _comparison(memo) if queries else None, looker)
    diagnostics = in_page_order([*reading.diagnostics, *told], reading.pages)
    source = PageSource(pages=tuple(reading.pages), sha256=digest.hexdigest())
    counts = counts_of(len(reading.pages), reading.entries, reading.rejected, len(catalogue.detections), diagnostics)
    stamped = catalogue.model_copy(update={"source": source, "counts": counts})
    statements = {compiled: looker.statements} if looker and compiled else {}
    return Build(stamped, tuple(diagnostics), reject_files(reading.rejects, (".md",)), statements)


def _comparison(memo: Memo | None) -> Comparison:
    """The search for queries that are nearly the same: done again where a query has changed, a sketch made of that."""
    if memo is None:
        return near_duplicates

    def compare(queries: Sequence[str]) -> list[Near]:
        keys = list(map(key_of, queries))
        found = remembered(
            memo, "near", key_of("".join(keys)), lambda: near_duplicates(queries, _sketches(queries, keys, memo))
        )
        return [Near(*pair) for pair in found]

    return compare


def _sketches(queries: Sequence[str], keys: Sequence[str], memo: Memo) -> list[Sketch]:
    """The sketches of queries, those that are remembered not made again."""
    sketcher = Sketcher()
    return [
        remembered(memo, "sketch", key, partial(sketcher.sketch, query), pack, unpack)
        for query, key in zip(queries, keys, strict=True)
    ]


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
        code.at(first_line(detection), note.message, severity=_severity(code)).about(detection.key)
        for detection in catalogue.detections
        for note in detection.notes
        if (code := codes.CODES.get(note.code))
    ]


def _severity(code: Code) -> Severity:
    return Severity.NOTE if code.id in LACKING else code.severity


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


def catalogue_files(
    catalogue: Catalogue, formats: Collection[str], statements: Mapping[str, Mapping[str, str]] = _NO_STATEMENTS
) -> dict[str, bytes]:
    """The files of a catalogue in the given formats, with paths relative to the output folder."""
    files: dict[str, bytes] = {}
    for name in formats:
        files |= {path: text.encode() for path, text in FORMATS[name].emit(catalogue, formats, statements).items()}
    return files


def output_files(built: Build, formats: Collection[str]) -> dict[str, bytes]:
    """All files of an output folder but its manifest: the catalogue's, the diagnostics, and the rejects."""
    files = catalogue_files(built.catalogue, formats, built.statements)
    told = {"diagnostics": [as_data(diagnostic) for diagnostic in built.diagnostics]}
    files["diagnostics.json"] = to_json(told, indent=2) + b"\n"
    files.update(built.rejects)
    return files
