"""Files of rules in memory, and what an import makes of them."""

from dataclasses import dataclass
from pathlib import Path

from rulefold.chain import Build
from rulefold.importing import import_files
from rulefold.inputs import Page
from rulefold.model import Detection
from rulefold.sources import SOURCES, Found
from rulefold.text import Source

ID = "55fbc363-6cc9-4201-bd68-d980b612082b"


@dataclass(frozen=True, slots=True)
class InMemory(Page):
    """A file that lies nowhere."""

    data: bytes = b""

    def read_up_to(self, size: int) -> Source | None:
        return Source.decode(self.name, self.data) if len(self.data) <= size else None


def as_bytes(text: str | bytes) -> bytes:
    return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text


def found(kind: str, text: str | bytes, name: str = "rule") -> Found:
    """What one file brings."""
    return SOURCES[kind].read(Source.decode(name, as_bytes(text)))


def imported(texts: dict[str, str | bytes], kind: str | None = None) -> Build:
    """The catalogue of several files, which were given one by one."""
    return import_files([InMemory(name, None, as_bytes(text)) for name, text in texts.items()], kind)


def detections(text: str | bytes, kind: str | None = None, name: str = "rule") -> tuple[Detection, ...]:
    """The detections of one file, about which nothing is to be said that is worse than a note."""
    built = imported({name: text}, kind)
    assert [d for d in built.diagnostics if d.severity != "note"] == []
    return built.catalogue.detections


def told(kind: str, text: str | bytes, name: str = "rule") -> list[tuple[str, int, int]]:
    """What is said of one file: codes with lines and columns."""
    return [(d.code, d.place.line, d.place.column) for d in found(kind, text, name).diagnostics if d.place]


def write(folder: Path, texts: dict[str, str]) -> None:
    """Write files into a folder."""
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
