"""`externaldata`: which files a query asks for, and in which formats; a file at hand stands for each.

Source: https://learn.microsoft.com/kusto/query/externaldata-operator and
https://learn.microsoft.com/kusto/ingestion-supported-formats.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rulefold.kql.faults import QueryError
from rulefold.kql.lower.refusal import refused
from rulefold.kql.lower.steps import table_fields
from rulefold.kql.lower.terms import Rows
from rulefold.kql.plan import Constant, ExternalRows, Value
from rulefold.text import Span

if TYPE_CHECKING:
    from rulefold.kql.lower.relations import Relations

DELIMITERS = {"csv": ",", "tsv": "\t", "psv": "|", "scsv": ";", "sohsv": "\x01"}
TEXTS = ("txt", "raw")
_FORMATS = (*DELIMITERS, *TEXTS, "json", "multijson", "parquet")
_ENDINGS = {f".{name}": name for name in (*_FORMATS, "avro", "orc")} | {".log": "w3clogfile"}
_COMPRESSED = (".gz", ".zip")
_USUAL = "csv"
_PROPERTIES = ("format", "ignorefirstrecord", "zippattern")


@dataclass(frozen=True, slots=True)
class Source:
    """Where data is, and its format."""

    uri: str
    format: str


@dataclass(frozen=True, slots=True)
class External:
    """Data outside of all tables: where it is, and how it is read.

    The first record of each file may be left out, and a pattern may pick files of an archive.
    """

    sources: tuple[Source, ...]
    skip_first: bool
    picks: bool
    span: Span

    def without_file(self, source: Source) -> QueryError:
        """The refusal where no file is at hand."""
        what = f"found externaldata of {without_secret(source.uri)}, and no file that stands for it"
        return refused(self.span, what, ["nothing is fetched: a mapping, `external`, has the path of a file for a URI"])


def without_secret(uri: str) -> str:
    """A URI without what authorizes a request for it: a query, or what stands behind a semicolon."""
    return uri.partition("?")[0].partition(";")[0]


def external_rows(relations: "Relations", relation: ExternalRows) -> Rows:
    """The rows of the files that stand for what a query asks for."""
    types = {name: column.type for name, column in relation.row.columns.items()}
    query = relations.engine.external(_wanted(relation), types)
    fields, names = table_fields(types)
    return Rows(relations.builder.add(query, relation), fields, names)


def _wanted(relation: ExternalRows) -> External:
    options: dict[str, str] = {}
    for name, value in relation.options:
        if name.lower() not in _PROPERTIES or name.lower() in options:
            raise refused(relation.span, f"found the property {name} of externaldata, which is not run")
        options[name.lower()] = value.lower()
    skipped = options.get("ignorefirstrecord", "false")
    if skipped not in ("true", "false"):
        raise refused(relation.span, f"found {skipped} as ignoreFirstRecord, expected true or false")
    sources = tuple(_source(one, options.get("format")) for one in relation.uris)
    if not sources:
        raise refused(relation.span, "found externaldata of nothing, expected a URI")
    others = [one.format for one in sources if one.format not in (*DELIMITERS, "txt")]
    if skipped == "true" and others:
        raise refused(relation.span, f"found ignoreFirstRecord with the format {others[0]}, which is not run")
    if len(relation.row.columns) > 1 and (texts := [one.format for one in sources if one.format in TEXTS]):
        raise refused(relation.span, f"found several columns with the format {texts[0]}, which has one")
    return External(sources, skipped == "true", "zippattern" in options, relation.span)


def _source(value: Value, stated: str | None) -> Source:
    if not isinstance(value, Constant) or not isinstance(value.value, str):
        raise refused(value.span, "found a value, expected a constant as where the data of externaldata is")
    format_ = _format_of(value.value) if stated is None else stated
    if format_ not in _FORMATS:
        raise refused(value.span, f"found externaldata in the format {format_}, which is not run")
    return Source(value.value, format_)


def _format_of(uri: str) -> str:
    """The format that the ending of a URI says, beside that of a compression."""
    path = PurePosixPath(urlsplit(without_secret(uri)).path.lower())
    if path.suffix in _COMPRESSED:
        path = path.with_suffix("")
    return _ENDINGS.get(path.suffix, _USUAL)
