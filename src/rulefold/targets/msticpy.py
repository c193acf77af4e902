"""Query files of msticpy: the rules as queries without parameters, for its Microsoft Sentinel provider.

Source: msticpy's documentation, "Creating new queries", and how its QueryStore reads a file.
"""

import re
from collections.abc import Iterator
from typing import Any

from rulefold.model import Catalogue, Detection
from rulefold.targets.frame import Emitted, Loss, Options, made_name
from rulefold.targets.sentinel import without_invented
from rulefold.targets.yaml_text import as_yaml

_MACRO = re.compile(r"\$<[^>]+>")


def emit(catalogue: Catalogue, _: Options) -> Emitted:
    """`analytics.yaml`, `hunting.yaml` and `other.yaml`, a data family of msticpy each."""
    families: dict[str, dict[str, Any]] = {}
    losses: list[Loss] = []
    for d in catalogue.detections:
        if fault := _fault(d):
            losses.append(Loss(d.key, "query", fault, refused=True))
        else:
            family = d.type if d.type in ("Analytics", "Hunting") else "Other"
            families.setdefault(family, {})[made_name(d.title, d.key).lower()] = _source(d)
    files = {f"{family.lower()}.yaml": as_yaml(_file(family, sources)) for family, sources in families.items()}
    return Emitted(files, (*_said(catalogue), *losses))


def _said(catalogue: Catalogue) -> Iterator[Loss]:
    if catalogue.detections:
        yield Loss(None, "query", "msticpy leaves out blank lines where it runs a query")
        yield from without_invented(catalogue)


def _fault(d: Detection) -> str | None:
    if not d.query.strip():
        return "empty"
    if _MACRO.search(d.query):
        return "msticpy would take a part of it for a macro"
    return None


def _file(family: str, sources: dict[str, Any]) -> dict[str, Any]:
    metadata = {
        "version": 1,
        "description": f"{family} rules",
        "data_environments": ["MSSentinel"],
        "data_families": [family],
    }
    return {"metadata": metadata, "defaults": {"metadata": {}, "parameters": {}}, "sources": sources}


def _source(d: Detection) -> dict[str, Any]:
    """A query; msticpy fills in parameters with str.format, and to that each brace is written twice."""
    return {
        "description": f"{d.title}\n\n{d.description}" if d.description else d.title,
        "metadata": dict(_metadata(d)),
        "args": {"query": d.query.replace("{", "{{").replace("}", "}}")},
        "parameters": {},
    }


def _metadata(d: Detection) -> Iterator[tuple[str, Any]]:
    """What else is known of a rule, under the catalogue's names; msticpy keeps it and makes nothing of it."""
    yield "id", d.id
    data = d.model_dump(
        include={"severity", "schedule", "tactics", "techniques", "platforms", "url", "ingested_date"},
        exclude_none=True,
    )
    yield from ((name, value) for name, value in data.items() if value)
    connectors = [c.model_dump(exclude_none=True) for c in d.connectors if not c.invented]
    if connectors:
        yield "connectors", connectors
