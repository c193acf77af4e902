"""Keys: names of detections that are unique, stable, and safe as file names on every file system."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256

from rulefold.folding.values import is_guid

_UNSAFE = re.compile(r"[^A-Za-z0-9]+")
_MAX_SLUG = 60


def keys(rules: Sequence[Mapping[str, str | None]]) -> list[str]:
    """A key for each rule, given its id, title, url and query.

    The key is the id where that is a GUID and no other rule has it.  Otherwise it is the id, or the title, as far as it
    is safe, with eight digits of a hash of what tells the rule from others: its url, or its title and query.  So a key
    does not depend on the order of the pages, and changes only when another rule takes the same id.
    """
    uses = Counter((rule["id"] or "").lower() for rule in rules)
    found = [_key(rule, uses[(rule["id"] or "").lower()] > 1) for rule in rules]
    taken = Counter(key.lower() for key in found)
    return [
        key
        if taken[key.lower()] == 1
        else f"{key}-{_digest(*(rule[name] for name in ('id', 'title', 'url', 'query')))}"
        for key, rule in zip(found, rules, strict=True)
    ]


def _key(rule: Mapping[str, str | None], is_shared: bool) -> str:
    id_ = rule["id"] or ""
    if is_guid(id_) and not is_shared:
        return id_
    slug = _UNSAFE.sub("-", id_ or rule["title"] or "").strip("-")[:_MAX_SLUG].strip("-")
    mark = _digest(rule["url"]) if rule["url"] else _digest(rule["title"], rule["query"])
    return f"{slug}-{mark}" if slug else mark


def _digest(*texts: str | None) -> str:
    return sha256("\0".join(text or "" for text in texts).encode()).hexdigest()[:8]
