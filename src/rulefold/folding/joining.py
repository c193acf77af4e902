"""Joining: detections that are folded already, from one catalogue or several, as one catalogue."""

import re
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

from rulefold import codes
from rulefold.diagnostics import Diagnostic, Related
from rulefold.folding.company import CODES, Company, Member, company, twins_of
from rulefold.folding.names import keys
from rulefold.folding.values import short
from rulefold.model import Detection, Note
from rulefold.queries import CODES as QUERY_CODES
from rulefold.queries import Looker, Memo, placed_at
from rulefold.text import Place
from rulefold.workspace import Workspace

Placed = tuple[Detection, Place]

_KEY = re.compile(r"(?!(?:con|prn|aux|nul|com\d|lpt\d)$)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*", re.ASCII | re.IGNORECASE)
_LONGEST_KEY = 100


def join(
    placed: Sequence[Placed], workspace: Workspace | None = None, memo: Memo | None = None
) -> tuple[tuple[Detection, ...], list[Diagnostic]]:
    """Detections as one catalogue, and what is to be said of it; their queries are read where there is a workspace.

    A detection that is there twice, equal in everything, counts once.  A key stays, unless it cannot name a file or
    another detection has it; what detections say of each other is said anew.  What `memo` remembers of queries is not
    made again.
    """
    told: list[Diagnostic] = []
    distinct = _distinct(placed, told)
    named = _named(distinct, told)
    if workspace is not None:
        named = [(_bare(one), place) for one, place in named]
    looker = Looker(workspace, memo) if workspace is not None else None
    looks = [looker.look(one) for one, _ in named] if looker else []
    twins = twins_of([one.query for one, _ in named], looks, looker)
    around = company([Member(d.key, d.id, d.title, d.query, place) for d, place in named], twins)
    for d, _ in named:
        told += [diagnostic.about(d.key) for diagnostic in around.told[d.key]]
    joined = [_with_company(d, around) for d, _ in named]
    for n, (looked, (_, place)) in enumerate(zip(looks, named, strict=False)):
        found = placed_at(looked.found, place)
        told += [diagnostic.about(joined[n].key) for diagnostic in found]
        joined[n] = looked.on(joined[n], found)
    return tuple(joined), told


def _bare(one: Detection) -> Detection:
    """A detection without what an earlier build told of its query; that is told anew."""
    notes = tuple(note for note in one.notes if not note.code.startswith(QUERY_CODES))
    return one.model_copy(update={"notes": notes})


def _distinct(placed: Sequence[Placed], told: list[Diagnostic]) -> list[Placed]:
    first: dict[str, Placed] = {}
    for one, place in placed:
        known, where = first.setdefault(one.model_dump_json(), (one, place))
        if known is not one:
            message = f"found the detection {short(one.title)} a second time, the same in everything"
            told.append(codes.REPEATED_DETECTION.at(place, message, related=[Related(where, "the first")]))
    return list(first.values())


def _named(placed: Sequence[Placed], told: list[Diagnostic]) -> list[Placed]:
    """Detections with keys that are unique and safe as names of files."""
    uses = Counter(one.key.lower() for one, _ in placed)
    sound = [uses[one.key.lower()] == 1 and is_key(one.key) for one, _ in placed]
    made = keys([{"id": d.id, "title": d.title, "url": d.url, "query": d.query} for d, _ in placed])
    kept = {one.key.lower() for (one, _), is_sound in zip(placed, sound, strict=True) if is_sound}
    taken = Counter(key.lower() for key, is_sound in zip(made, sound, strict=True) if not is_sound)
    named = []
    for (one, place), is_sound, key in zip(placed, sound, made, strict=True):
        if not is_sound:
            if taken[key.lower()] > 1 or key.lower() in kept:
                key = f"{key}-{sha256(one.model_dump_json().encode()).hexdigest()[:8]}"
            told.append(codes.REPLACED_KEY.at(place, f"found the key {short(one.key)}, which becomes {key}").about(key))
            one = one.model_copy(update={"key": key})
        named.append((one, place))
    return named


def is_key(text: str) -> bool:
    """Whether a text can name a detection's files on every file system."""
    return len(text) <= _LONGEST_KEY and _KEY.fullmatch(text) is not None


def _with_company(one: Detection, around: Company) -> Detection:
    notes = [note for note in one.notes if note.code not in CODES]
    notes += [Note(code=told.code, message=told.message) for told in around.told[one.key]]
    same_query = around.same_query.get(one.key)
    if tuple(notes) == one.notes and same_query == one.same_query:
        return one
    return one.model_copy(update={"notes": tuple(notes), "same_query": same_query})
