"""Outputs: one module each, and one row each in `FORMATS` or `TARGETS`.

A format is a part of what `rulefold build` writes, and holds a catalogue whole.  A target is what `rulefold export`
writes for another tool, and says what it cannot hold.  Both turn a catalogue into files, as a mapping from path to
text, and do not touch the disk.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from importlib import import_module

from rulefold.model import Catalogue
from rulefold.targets import (
    adx,
    bicep,
    csv_table,
    defender_xdr,
    jsonl,
    misp,
    msticpy,
    navigator,
    sentinel_arm,
    sentinel_yaml,
    stix,
    terraform,
)
from rulefold.targets.frame import Emitted, Loss, Option, OptionError, Options, Target

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


@dataclass(frozen=True, slots=True)
class Format:
    """A part of the catalogue on disk: its name, what it writes, and the module that makes it, loaded when asked for.

    A format that is `linked` leads to files of others, where these are written to the same folder.
    """

    name: str
    summary: str
    module: str
    linked: bool = False

    def emit(self, catalogue: Catalogue, beside: Collection[str] = ()) -> Mapping[str, str]:
        """The files as a mapping from path to text; `beside` are the formats that the same folder has."""
        emit: Callable[..., Mapping[str, str]] = import_module(f"{__name__}.{self.module}").emit
        return emit(catalogue, beside) if self.linked else emit(catalogue)


FORMATS: dict[str, Format] = {
    format_.name: format_
    for format_ in (
        Format("json", "catalogue.json", "json_catalogue"),
        Format("yaml", "catalogue.yaml, and detections/*.yaml, one file a rule", "yaml_catalogue"),
        Format("markdown", "INDEX.md, and detections/*.md, one page a rule", "markdown_pages"),
        Format("kql", "kql/*.kql, each rule's query verbatim", "kql_files"),
        Format("schema", "catalogue.schema.json, the JSON Schema of the catalogue", "json_schema"),
        Format("html", "catalogue.html, all rules to browse and search in one page", "html_catalogue", linked=True),
    )
}
# What is written where nothing else is asked for.
USUAL = tuple(name for name in FORMATS if name != "html")

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target(
            "sentinel-yaml",
            "Microsoft Sentinel's rule files: analytics/*.yaml and hunting/*.yaml",
            sentinel_yaml.emit,
            sentinel_yaml.OPTIONS,
        ),
        Target(
            "sentinel-arm",
            "Azure Resource Manager templates: alert rules, and hunting queries as saved searches",
            sentinel_arm.emit,
            sentinel_arm.OPTIONS,
        ),
        Target("bicep", "the resources of sentinel-arm as Bicep files", bicep.emit, bicep.OPTIONS),
        Target("terraform", "the same for Terraform's azurerm provider, as HCL", terraform.emit, terraform.OPTIONS),
        Target(
            "defender-xdr",
            "custom detections of Microsoft Defender XDR, for rules that read one of its tables",
            defender_xdr.emit,
            defender_xdr.OPTIONS,
        ),
        Target("stix", "bundle.json, a STIX 2.1 bundle of indicators and ATT&CK techniques", stix.emit),
        Target(
            "misp",
            "event.json, a MISP event of kql-analytics-rule and threat-hunt-query objects",
            misp.emit,
            misp.OPTIONS,
        ),
        Target("msticpy", "msticpy's query files: analytics.yaml and hunting.yaml", msticpy.emit),
        Target("navigator", "layer.json, layers for the ATT&CK Navigator", navigator.emit, navigator.OPTIONS),
        Target("adx", "functions.kql, a script of stored functions for Azure Data Explorer", adx.emit),
        Target("jsonl", "detections.jsonl, one detection a line, whole", jsonl.emit),
        Target("csv", "detections.csv, one detection a row", csv_table.emit),
    )
}

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
