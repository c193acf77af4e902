"""Outputs: one module each, and one row each in `TARGETS`.

A target turns a catalogue into files, as a mapping from path to text.  No target touches the disk.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rulefold.model import Catalogue
from rulefold.targets import json_catalogue, json_schema, kql_files, markdown_pages, yaml_catalogue

Emit = Callable[[Catalogue], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Target:
    """An output: its name, what it writes, and the function that makes it."""

    name: str
    summary: str
    emit: Emit


TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target("json", "catalogue.json", json_catalogue.emit),
        Target("yaml", "catalogue.yaml, and detections/*.yaml, one file a rule", yaml_catalogue.emit),
        Target("markdown", "INDEX.md, and detections/*.md, one page a rule", markdown_pages.emit),
        Target("kql", "kql/*.kql, each rule's query verbatim", kql_files.emit),
        Target("schema", "catalogue.schema.json, the JSON Schema of the catalogue", json_schema.emit),
    )
}
