"""What reading a file brings: rules as rows, or detections as they are, and all that is to be said."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from rulefold import codes
from rulefold.diagnostics import Code, Diagnostic, Related, Severity
from rulefold.model import Detection, Entry
from rulefold.text import Lines, Place, Source, Span

MAX_FAULTS = 1_000
MAX_REJECTS = 20_000
_MAX_EXCERPT = 1_000
_ORDER = (Severity.NOTE, Severity.WARNING, Severity.ERROR)


@dataclass(slots=True)
class Tally:
    """How often something was met, and where first."""

    place: Place
    count: int = 0


@dataclass(slots=True)
class Found:
    """What one file brings.

    `read` counts the rules, rows or lines that could be read, and `rejected` those that could not.  `rejects` has the
    stretches of these, `header` what must stand before them to be read again; with `is_list` they are values of a JSON
    array.  `lost` counts by name the fields that a catalogue does not hold, `skipped` what is no rule and was left out.
    """

    source: Source
    read: int = 0
    rejected: int = 0
    entries: list[Entry] = field(default_factory=list)
    detections: list[tuple[Detection, Place]] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    rejects: list[Span] = field(default_factory=list)
    header: Span | None = None
    is_list: bool = False
    more: int = 0
    worst: Severity = Severity.NOTE
    lost: dict[str, Tally] = field(default_factory=dict)
    skipped: dict[str, Tally] = field(default_factory=dict)
    lines: Lines = field(init=False)

    def __post_init__(self) -> None:
        """Find the lines of the file."""
        self.lines = Lines(self.source)

    @property
    def whole(self) -> Span:
        """All of the file."""
        return Span(0, len(self.source.text))

    def tell(
        self,
        code: Code,
        offset: int,
        message: str,
        *,
        related: Iterable[Related] = (),
        severity: Severity | None = None,
    ) -> None:
        """Say something of an offset in the file; beyond the first thousand it is only counted."""
        if len(self.diagnostics) == MAX_FAULTS:
            self.more += 1
            self.worst = max(self.worst, severity or code.severity, key=_ORDER.index)
            return
        place = self.lines.place(offset)
        self.diagnostics.append(
            code.at(place, message, related=tuple(related), excerpt=self._excerpt(offset), severity=severity)
        )

    def _excerpt(self, offset: int) -> str | None:
        """The line of an offset, cut where it is long; None where the offset lies too far in it."""
        start = self.lines.start(offset)
        line = self.source.text[start : start + _MAX_EXCERPT].partition("\n")[0]
        return line if offset - start <= len(line) else None

    def refuse_damage(self) -> bool:
        """Whether the file has a NUL or bytes that are not UTF-8, and so is rejected as a whole."""
        damage = self.source.damage(self.whole)
        if damage is None:
            return False
        self.tell(codes.INVALID_TEXT, damage, f"found {damage_at(self.source, damage)}, expected UTF-8 text")
        self.reject(self.whole)
        return True

    def reject(self, span: Span) -> None:
        """Keep the stretch of what could not be read."""
        self.rejected += 1
        if self.rejects and self.rejects[-1].end == span.start:
            self.rejects[-1] = Span(self.rejects[-1].start, span.end)
        else:
            self.rejects.append(span)

    def gives_up(self, at: int) -> bool:
        """Whether so much was rejected that the file is not read on; what follows `at` is then one more reject."""
        if self.rejected < MAX_REJECTS:
            return False
        message = f"found {self.rejected:,} rejects in the file {self.source.name}, and did not read on"
        self.diagnostics.append(codes.OVERSIZED.at(self.lines.place(at), message))
        self.reject(Span(at, len(self.source.text)))
        return True

    def reject_bytes(self) -> bytes:
        """What could not be read, to be mended and read again."""
        if self.rejects == [self.whole]:
            return self.source.data
        texts = [self.source.text[start:end] for start, end in self.rejects]
        header = self.source.text[self.header.start : self.header.end] if self.header else ""
        text = "[\n" + ",\n".join(texts) + "\n]\n" if self.is_list else header + "".join(texts)
        return text.encode("utf-8", "surrogateescape")

    def told(self) -> list[Diagnostic]:
        """All that is to be said of the file, one line standing for what is beyond the limit."""
        if not self.more:
            return self.diagnostics
        message = f"found {self.more:,} more faults in the file {self.source.name}"
        more = codes.MORE_FAULTS.at(self.diagnostics[-1].place, message, severity=self.worst)
        return [*self.diagnostics, more]

    def lose(self, name: str, offset: int) -> None:
        """Count a field that a catalogue does not hold."""
        self._count(self.lost, name, offset)

    def skip(self, what: str, offset: int = 0) -> None:
        """Count what is no rule."""
        self._count(self.skipped, what, offset)

    def _count(self, tallies: dict[str, Tally], name: str, offset: int) -> None:
        if name not in tallies:
            tallies[name] = Tally(self.lines.place(offset))
        tallies[name].count += 1


def damage_at(source: Source, offset: int) -> str:
    """The damage at an offset, as messages name it."""
    found = source.text[offset]
    return "a NUL character" if found == "\0" else f"the byte 0x{ord(found) & 0xFF:02X}"


def unwritable(text: str) -> str | None:
    """The first character of a text that no file in UTF-8 can hold: half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return text[error.start]
    return None
