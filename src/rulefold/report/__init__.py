"""Coverage reports: the contents, worked out once, and one module for each format.

A format turns a report into files, as a mapping from path to content.  No format touches the disk.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module

from rulefold.report.contents import Choice, Report, report

__all__ = ["FORMATS", "Choice", "Format", "Report", "files", "report"]

Emit = Callable[[Report], Mapping[str, str | bytes]]


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, what it writes, and the module whose `emit` makes it, loaded when it is asked for."""

    name: str
    summary: str
    module: str

    @property
    def emit(self) -> Emit:
        """The function that makes the files."""
        emit: Emit = import_module(f"{__name__}.{self.module}").emit
        return emit


FORMATS: dict[str, Format] = {
    format_.name: format_
    for format_ in (
        Format("html", "coverage.html, a page to read", "page"),
        Format("json", "coverage.json", "json_report"),
        Format("csv", "coverage.csv, gaps.csv and ledger.csv", "tables"),
        Format("layers", "layer.json, layers for the ATT&CK Navigator", "layers"),
        Format("picture", "layer.svg, the matrix for a slide", "picture"),
        Format("badge", "badge.svg", "badge"),
        Format("xlsx", "coverage.xlsx", "workbook"),
        Format("markdown", "coverage.md, for a pull request", "summary"),
    )
}


def files(contents: Report, formats: Iterable[str]) -> dict[str, bytes]:
    """The files of a report in the given formats, with paths relative to the report's folder."""
    found: dict[str, bytes] = {}
    for name in formats:
        for path, content in FORMATS[name].emit(contents).items():
            found[path] = content if isinstance(content, bytes) else content.encode()
    return found
