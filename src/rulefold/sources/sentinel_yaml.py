"""Sentinel's YAML, one rule a file: analytic rules and hunting queries, with durations as upstream's or in ISO 8601.

Source: the rules of Azure-Sentinel, and Microsoft Learn, "Create custom analytics rules as YAML".
"""

from pathlib import PurePosixPath

from rulefold import codes
from rulefold.sources.found import Found
from rulefold.sources.nodes import Fields, Node, Scalar, kind_of
from rulefold.sources.rule import ANALYTICS, HUNTING, KIND, KINDS, RuleReader, lose_kind, short, take
from rulefold.sources.yaml_nodes import read_yaml
from rulefold.text import Source, Span

# What a mapping must have two of to be meant as a rule, where it has no query.
_SIGNS = {
    "severity",
    "tactics",
    "relevanttechniques",
    "requireddataconnectors",
    "queryfrequency",
    "queryperiod",
    "triggeroperator",
    "triggerthreshold",
    "entitymappings",
}
_FOLDERS = {
    "hunting": HUNTING,
    "hunting queries": HUNTING,
    "analytics": ANALYTICS,
    "detections": ANALYTICS,
    "analytic rules": ANALYTICS,
    "analytics rules": ANALYTICS,
}


def read(source: Source) -> Found:
    """The rules of a file: each document is one."""
    found = Found(source)
    if found.refuse_damage():
        return found
    documents, fault = read_yaml(source.text)
    if fault:
        found.tell(*fault)
        found.reject(_after(source, documents))
    if len(documents) > 1:
        message = f"found {len(documents)} documents, expected one rule a file"
        found.tell(codes.SEVERAL_DOCUMENTS, documents[1].start, message)
    if not documents and not fault:
        found.skip("an empty file")
    for document in documents:
        _read_document(document, found)
    return found


def _after(source: Source, documents: list[Node]) -> Span:
    """What follows the documents that could be read, from the beginning of a line."""
    start = documents[-1].end if documents else 0
    start = source.text.rfind("\n", 0, start) + 1
    return Span(start if start < len(source.text) else 0, len(source.text))


def _span(document: Node, source: Source) -> Span:
    """Whole lines around a document."""
    start = source.text.rfind("\n", 0, document.start) + 1
    end = document.end
    if source.text[end - 1 : end] != "\n":
        end = source.text.find("\n", end) + 1 or len(source.text)
    return Span(start, end)


def _read_document(document: Node, found: Found) -> None:
    if not isinstance(document, Fields):
        if isinstance(document, Scalar) and not document.text:
            found.skip("an empty file")
            return
        message = f"found {kind_of(document)}, expected the fields of a rule"
        found.tell(codes.NO_RULE, document.start, message)
        found.reject(_span(document, found.source))
    elif _is_rule(document):
        _read_rule(document, found)
    else:
        found.skip("a YAML file that is no rule", document.start)


def _is_rule(document: Fields) -> bool:
    names = {(key.text or "").lower() for key, _ in document.pairs}
    return "query" in names or len(names & _SIGNS) > 1


def _read_rule(document: Fields, found: Found) -> None:
    reader = RuleReader(found, document)
    span = _span(document, found.source)
    kind = reader.text(KIND)
    if kind and kind.text.strip().lower() not in KINDS and kind.text.strip():
        message = f"found a rule of the kind {short(kind.text)}, expected Scheduled or NRT"
        found.tell(codes.UNSUPPORTED_KIND, kind.start, message)
        found.reject(span)
        return
    rule = reader.rule()
    if reader.failed:
        found.reject(span)
        return
    rule.type = _type_by_folder(found.source.name) or (ANALYTICS if kind or rule.is_analytics else HUNTING)
    lose_kind(rule, kind, found)
    reader.lose_others()
    take(rule, found, span)


def _type_by_folder(name: str) -> str | None:
    """Upstream tells hunting queries from analytic rules by their folder alone: some have a severity, or a kind."""
    folders = reversed(PurePosixPath(name).parts[:-1])
    return next((_FOLDERS[folder.lower()] for folder in folders if folder.lower() in _FOLDERS), None)
