"""Outputs: one module each, and one row each in `FORMATS`, or in `TARGETS` of `exports`.

A format is a part of what `rulefold build` writes, and holds a catalogue whole.  A target is what `rulefold export`
writes for another tool, and says what it cannot hold.  Both turn a catalogue into files, as a mapping from path to
text, and do not touch the disk.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from rulefold.model import Catalogue
from rulefold.targets.frame import Emitted, Loss, Option, OptionError, Options, Target

if TYPE_CHECKING:
    from rulefold.targets.exports import TARGETS

__all__ = [
    "FORMATS",
    "OTHER_LANGUAGES",
    "TARGETS",
    "USUAL",
    "Emitted",
    "Format",
    "Loss",
    "Option",
    "OptionError",
    "Options",
    "Target",
]


_NO_STATEMENTS: Mapping[str, Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Format:
    """A part of the catalogue on disk: its name, what it writes, and the module that makes it, loaded when asked for.

    A format that is `linked` leads to files of others, where these are written to the same folder.  One that is
    `compiled` is made of the queries as SQL.
    """

    name: str
    summary: str
    module: str
    linked: bool = False
    compiled: bool = False

    def emit(
        self,
        catalogue: Catalogue,
        beside: Collection[str] = (),
        statements: Mapping[str, Mapping[str, str]] = _NO_STATEMENTS,
    ) -> Mapping[str, str]:
        """The files as a mapping from path to text.

        `beside` are the formats that the same folder has, `statements` the queries as SQL, by dialect and key.
        """
        emit: Callable[..., Mapping[str, str]] = import_module(f"{__name__}.{self.module}").emit
        if self.compiled:
            return emit(catalogue, statements)
        return emit(catalogue, beside) if self.linked else emit(catalogue)


FORMATS: dict[str, Format] = {
    format_.name: format_
    for format_ in (
        Format("json", "catalogue.json", "json_catalogue"),
        Format("yaml", "catalogue.yaml, and detections/*.yaml, one file a rule", "yaml_catalogue"),
        Format("markdown", "INDEX.md, and detections/*.md, one page a rule", "markdown_pages"),
        Format("kql", "kql/*.kql, each rule's query verbatim", "kql_files"),
        Format("sql", "sql/duckdb/*.sql, the SQL of each rule whose query compiles", "sql_files", compiled=True),
        Format("schema", "catalogue.schema.json, the JSON Schema of the catalogue", "json_schema"),
        Format("html", "catalogue.html, all rules to browse and search in one page", "html_catalogue", linked=True),
    )
}
# What is written where nothing else is asked for.
USUAL = tuple(name for name in FORMATS if name != "html")

# What is asked for and cannot be had: tools by the names people give them, whose rules are in another query language.
OTHER_LANGUAGES: dict[str, str] = {
    "sigma": "Sigma",
    "splunk": "Splunk",
    "spl": "Splunk",
    "elastic": "Elastic",
    "elasticsearch": "Elastic",
    "esql": "Elastic",
    "eql": "Elastic",
    "kibana": "Elastic",
    "yara-l": "YARA-L",
    "yaral": "YARA-L",
    "chronicle": "YARA-L",
}


def __getattr__(name: str) -> object:
    """TARGETS, when it is asked for: a build needs none of its modules, which take long to load."""
    if name == "TARGETS":
        from rulefold.targets.exports import TARGETS

        return TARGETS
    raise AttributeError(f"module {__name__} has no attribute {name}")
