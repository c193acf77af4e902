"""What is remembered of queries from earlier runs."""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Protocol, TypeVar

T = TypeVar("T")


class Memo(Protocol):
    """What is remembered of earlier runs: JSON by its kind and by a hash of all that it depends on but the code."""

    def get(self, kind: str, key: str) -> bytes | None:
        """What is remembered, or None."""

    def put(self, kind: str, key: str, value: bytes) -> None:
        """Remember JSON on one line."""


def key_of(text: str) -> str:
    """The hash of a text, whatever is in it."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def remembered(
    memo: Memo | None,
    kind: str,
    key: str,
    make: Callable[[], T],
    pack: Callable[[T], bytes] = lambda made: json.dumps(made).encode(),
    unpack: Callable[[bytes], T] = json.loads,
) -> T:
    """What is remembered, or else what is made now, and remembered from then on; made each time without a memo."""
    if memo is None:
        return make()
    known = memo.get(kind, key)
    if known is not None:
        return unpack(known)
    made = make()
    memo.put(kind, key, pack(made))
    return made
