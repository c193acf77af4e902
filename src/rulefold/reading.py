"""Reading: from the bytes of a page to the rows on it, gathered by rule, and all that is to be said about the page.

What one page brings depends on its name and its bytes alone.  So it can be made by another process, and remembered.
"""

import json
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256

from rulefold import codes
from rulefold.diagnostics import Diagnostic, Severity, from_record, to_record
from rulefold.entries import read_entry
from rulefold.folding.records import from_record as gathered_of
from rulefold.folding.records import to_record as record_of
from rulefold.folding.rules import Gathered, gather
from rulefold.model import Entry
from rulefold.pages import Block, read_blocks
from rulefold.queries import Memo, remembered
from rulefold.text import Source

MAX_FAULTS_A_PAGE = 1_000
_KIND = "page"  # of what a memo holds
_BATCH = 4 * 1024 * 1024  # bytes of pages that a process is given at once


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


@dataclass(slots=True)
class PagesRead:
    """Pages as read: what that has brought, and the rows on them."""

    reading: Reading = field(default_factory=Reading)
    rows: Gathered = field(default_factory=Gathered)

    def follow(self, later: "PagesRead") -> None:
        """Take in pages that come after all of these."""
        own, further = self.reading, later.reading
        own.diagnostics += further.diagnostics
        own.rejects |= further.rejects
        own.pages += further.pages
        own.entries += further.entries
        own.rejected += further.rejected
        self.rows.follow(later.rows)


def read_page(name: str, data: bytes) -> PagesRead:
    """A page from its name and its bytes."""
    reading = Reading()
    return PagesRead(reading, gather(reading.entries_of(Source.decode(name, data))))


def page_key(name: str, data: bytes) -> str:
    """What a page depends on, as one hash."""
    return sha256(f"{len(name)}:{name}".encode("utf-8", "surrogatepass") + data).hexdigest()


def pack(page: PagesRead) -> bytes:
    """A page that was read, as JSON on one line; its name is left out."""
    reading = page.reading
    rejects = b"".join(reading.rejects.values()).decode("latin-1")
    told = [to_record(diagnostic) for diagnostic in reading.diagnostics]
    record = [reading.entries, reading.rejected, rejects, told, record_of(page.rows)]
    return json.dumps(record, separators=(",", ":")).encode()


def unpack(name: str, packed: bytes) -> PagesRead:
    """The page of this name that `pack` made JSON of."""
    entries, rejected, rejects, told, rows = json.loads(packed)
    reading = Reading(
        [from_record(record) for record in told],
        dict.fromkeys([name], rejects.encode("latin-1")) if rejected else {},
        [name],
        entries,
        rejected,
    )
    return PagesRead(reading, gathered_of(rows, name))


def read_pages(pages: Iterable[tuple[str, bytes]], memo: Memo | None = None, jobs: int = 1) -> Iterator[PagesRead]:
    """Pages by their names and bytes, as read, in their order; those that `memo` remembers are not read again.

    With more `jobs` than one, other processes read them, and what they send back are several pages in one.
    """
    if jobs > 1:
        return _read_in_processes(pages, jobs)
    return (_read_or_recalled(name, data, memo) if memo else read_page(name, data) for name, data in pages)


def _read_or_recalled(name: str, data: bytes, memo: Memo) -> PagesRead:
    return remembered(memo, _KIND, page_key(name, data), partial(read_page, name, data), pack, partial(unpack, name))


def _read_in_processes(pages: Iterable[tuple[str, bytes]], jobs: int) -> Iterator[PagesRead]:
    import signal
    from concurrent.futures import Future, ProcessPoolExecutor  # takes as long to load as some ten pages to read

    with ProcessPoolExecutor(jobs, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)) as processes:
        running: deque[Future[PagesRead]] = deque()
        for batch in _batches(pages):
            running.append(processes.submit(_read_batch, batch))
            if len(running) > jobs:  # no more pages than that are held at once
                yield running.popleft().result()
        while running:
            yield running.popleft().result()


def _batches(pages: Iterable[tuple[str, bytes]]) -> Iterator[list[tuple[str, bytes]]]:
    batch: list[tuple[str, bytes]] = []
    size = 0
    for name, data in pages:
        batch.append((name, data))
        size += len(data)
        if size >= _BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _read_batch(batch: list[tuple[str, bytes]]) -> PagesRead:
    read = PagesRead()
    for name, data in batch:
        read.follow(read_page(name, data))
    return read
