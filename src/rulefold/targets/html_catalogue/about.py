"""What the catalogue is: where it comes from, and what was found in it."""

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass

from rulefold.html_text.words import counted
from rulefold.model import Catalogue
from rulefold.visible import cut

# The files of other formats that hold everything, too.
FILES = {
    "markdown": ("INDEX.md", "a table of all rules"),
    "json": ("catalogue.json", "everything as data"),
    "yaml": ("catalogue.yaml", "the same to compare"),
    "schema": ("catalogue.schema.json", "what the data may hold"),
}


@dataclass(frozen=True, slots=True)
class About:
    """The title; facts with their names and remarks, which may be empty; and the other files with what they are."""

    title: str
    facts: tuple[tuple[str, str, str], ...]
    files: tuple[tuple[str, str], ...]


def about(catalogue: Catalogue, beside: Set[str]) -> About:
    """What the head of the page says: each fact with its name, and a remark that may be empty."""
    counts, source = catalogue.counts, catalogue.source
    types = Counter(one.type or "no type" for one in catalogue.detections)
    said = ", ".join(f"{count:,} {cut(type_, 60)}" for type_, count in types.most_common(4))
    found = [
        ("Catalogue", counted(len(catalogue.detections), "rule"), said),
        ("Read from", counted(counts.pages, "page"), _rows(catalogue)) if counts.pages else None,
        ("Findings", _findings(catalogue), "on the pages" if counts.pages else ""),
        ("Pages, SHA-256", source.sha256[:12], "") if source.sha256 else None,
        ("Made by", f"rulefold {catalogue.rulefold}", ""),
    ]
    return About(
        counted(len(catalogue.detections), "rule"),
        tuple(fact for fact in found if fact),
        tuple(file for name, file in FILES.items() if name in beside),
    )


def _rows(catalogue: Catalogue) -> str:
    counts = catalogue.counts
    rejects = f", {counted(counts.rejects, 'block')} rejected" if counts.rejects else ""
    return f"{counted(counts.entries, 'row')}{rejects}"


def _findings(catalogue: Catalogue) -> str:
    counts = catalogue.counts
    found = ((counts.errors, "error"), (counts.warnings, "warning"), (counts.notes, "note"))
    return ", ".join(counted(count, noun) for count, noun in found if count) or "none"
