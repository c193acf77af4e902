"""The difference of two catalogues as text, Markdown and JSON."""

from collections.abc import Iterator
from difflib import unified_diff

from pydantic_core import to_json

from rulefold.changes import Changed, Changes, SetChange, ValueChange
from rulefold.markdown_text import code_block, text
from rulefold.model import Detection

_LONG = 60  # a value of more characters, or of several lines, is shown as the lines that differ
_CONTEXT = 2


def as_text(found: Changes) -> str:
    """The difference for a terminal."""
    return "\n".join(_text(found)) + "\n"


def _text(found: Changes) -> Iterator[str]:
    for mark, detections in (("+", found.added), ("-", found.removed)):
        yield from (f"{mark} {detection.title}  [{detection.key}]" for detection in detections)
    for change in found.changed:
        yield f"~ {change.new.title}  [{change.new.key}]"
        for name, own in change.fields.items():
            lines = list(_lines(own))
            if len(lines) == 1:
                yield f"    {name}: {lines[0]}"
            else:
                yield f"    {name}:"
                yield from (f"      {line}".rstrip() for line in lines)
    yield summary(found)


def summary(found: Changes) -> str:
    """How many detections were added, removed, changed, moved, and left as they were."""
    moved = sum(change.is_moved for change in found.changed)
    return (
        f"{len(found.added):,} added, {len(found.removed):,} removed, {len(found.changed):,} changed"
        f" ({moved:,} with another id), {found.unchanged:,} unchanged"
    )


def _lines(change: SetChange | ValueChange) -> list[str]:
    if isinstance(change, SetChange):
        marks = (("+", change.added), ("-", change.removed))
        return [" ".join(f"{mark}{value}" for mark, values in marks for value in values)]
    old, new = ("" if value is None else str(value) for value in (change.old, change.new))
    if max(len(old), len(new)) <= _LONG and "\n" not in old + new:
        return [f"{old or 'none'} → {new or 'none'}"]
    return list(unified_lines(old, new)) or ["differs in the ends of lines alone"]


def unified_lines(old: str, new: str) -> Iterator[str]:
    """The lines that differ, with two lines around them, as in a unified diff without its head."""
    lines = unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=_CONTEXT)
    for number, line in enumerate(lines):
        if number > 1:
            yield line


def as_markdown(found: Changes) -> str:
    """The difference for a pull request."""
    return "\n".join(_markdown(found)) + "\n"


def _markdown(found: Changes) -> Iterator[str]:
    yield "# Changes in the catalogue"
    yield ""
    yield f"{summary(found)}."
    yield ""
    for heading, detections in (("Added", found.added), ("Removed", found.removed)):
        if detections:
            yield f"## {heading}"
            yield ""
            yield from (_item(detection) for detection in detections)
            yield ""
    if found.changed:
        yield "## Changed"
        yield ""
    for change in found.changed:
        yield from _changed(change)


def _item(detection: Detection) -> str:
    facts = ", ".join(text(fact) for fact in (detection.type, detection.severity) if fact)
    return f"- **{text(detection.title)}**{f' ({facts})' if facts else ''}, {text(detection.key)}"


def _changed(change: Changed) -> Iterator[str]:
    yield f"### {text(change.new.title)}"
    yield ""
    for name, own in change.fields.items():
        lines = _lines(own)
        if len(lines) == 1:
            yield f"- {text(name)}: {text(lines[0])}"
        else:
            yield f"- {text(name)}:"
            yield ""
            yield from (f"  {line}" for line in code_block("\n".join(lines), "diff"))
    yield ""


def as_json(found: Changes) -> str:
    """The difference as JSON: added, removed and changed detections, the last with their fields."""
    data = {
        "added": [_named(detection) for detection in found.added],
        "removed": [_named(detection) for detection in found.removed],
        "changed": [
            {
                **_named(change.new),
                **({"was": change.old.key} if change.old.key != change.new.key else {}),
                "fields": {name: _field(own) for name, own in change.fields.items()},
            }
            for change in found.changed
        ],
        "unchanged": found.unchanged,
    }
    return to_json(data, indent=2).decode() + "\n"


def _named(detection: Detection) -> dict[str, str]:
    return {"key": detection.key, "title": detection.title}


def _field(change: SetChange | ValueChange) -> dict[str, object]:
    if isinstance(change, SetChange):
        return {"added": change.added, "removed": change.removed}
    return {"old": change.old, "new": change.new}
