"""Importers: one module each, and one row each in `SOURCES`.

A source reads a file into what it brings: rules as rows that fold like those of pages, or detections as they are, with
what is to be said.  No source touches the disk.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from rulefold.sources import detections_json, flat_csv, sentinel_arm, sentinel_yaml
from rulefold.sources.csv_records import delimiter_of, known_columns
from rulefold.sources.found import Found, Tally
from rulefold.text import Source

__all__ = ["SOURCES", "SUFFIXES", "Found", "Importer", "Tally", "detect", "is_upstream"]

_MB = 1024 * 1024
_YAML, _JSON = (".yaml", ".yml"), (".json",)
# The folders of rules in the repository Azure-Sentinel; others hold parsers, playbooks, workbooks and more.
_UPSTREAM = re.compile(r"(?:.*/)?(?:Detections|Hunting Queries|Analytics? Rules)/", re.IGNORECASE)


def _any(_: str) -> bool:
    return True


def is_upstream(path: str) -> bool:
    """Whether a path within the upstream repository is one of a folder of rules."""
    return _UPSTREAM.match(path) is not None


@dataclass(frozen=True, slots=True)
class Importer:
    """An importer: its name, what it reads, the endings of such files, and the function that reads one.

    `wants` says of a path within the given folder whether a rule is to be expected there.  `largest` is the size in
    bytes of the largest file that is read.
    """

    name: str
    summary: str
    suffixes: tuple[str, ...]
    read: Callable[[Source], Found]
    wants: Callable[[str], bool] = _any
    largest: int = 64 * _MB


SOURCES: dict[str, Importer] = {
    source.name: source
    for source in (
        Importer(
            "sentinel-yaml", "analytic rules and hunting queries in YAML", _YAML, sentinel_yaml.read, largest=4 * _MB
        ),
        Importer(
            "upstream",
            "the layout of the repository Azure-Sentinel",
            _YAML,
            sentinel_yaml.read,
            is_upstream,
            largest=4 * _MB,
        ),
        Importer(
            "sentinel-arm",
            "alert rules and saved searches in ARM templates",
            _JSON,
            sentinel_arm.read,
            largest=16 * _MB,
        ),
        Importer(
            "csv",
            "flattened rows, or a table of detections",
            (".csv", ".tsv"),
            flat_csv.read,
        ),
        Importer(
            "jsonl",
            "detections in JSON: one a line, a list, or catalogue.json",
            (".jsonl", ".ndjson", ".json"),
            detections_json.read,
        ),
    )
}
SUFFIXES = tuple(dict.fromkeys(suffix for source in SOURCES.values() for suffix in source.suffixes))

_TEMPLATE = re.compile(r'deploymentTemplate\.json|"contentVersion"\s*:')
_RESOURCE = re.compile(r'"type"\s*:\s*"Microsoft\.(?:SecurityInsights|OperationalInsights)/', re.IGNORECASE)
_DETECTION_KEY = re.compile(r'"(?:rulefold|detections|key)"\s*:')
_YAML_KEY = re.compile(r"""^(?:[A-Za-z][\w -]*|"[^"\n]+"|'[^'\n]+')\s*:(?:\s|$)""", re.MULTILINE)
_HEAD = 4096


def detect(source: Source) -> str | None:
    """The name of the importer for a file, from its content; None where it is for none of them."""
    head = source.text[:_HEAD].lstrip()
    if head.startswith(("{", "[")):
        return _detect_json(source, head)
    if len(known_columns(head, delimiter_of(head, flat_csv.KNOWN), flat_csv.KNOWN)) > 2:
        return "csv"
    if _YAML_KEY.search(head) or PurePosixPath(source.name).suffix.lower() in _YAML:
        return "sentinel-yaml"
    return None


def _detect_json(source: Source, head: str) -> str | None:
    """Templates say what they are, and detections have a key; single resources and lists of them have a type."""
    if _TEMPLATE.search(head):
        return "sentinel-arm"
    if _DETECTION_KEY.search(head) and not _RESOURCE.search(head):
        return "jsonl"
    if _RESOURCE.search(source.text):
        return "sentinel-arm"
    return "jsonl" if source.name.lower().endswith(detections_json.LINES_SUFFIXES) else None
