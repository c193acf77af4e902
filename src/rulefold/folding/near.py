"""Near-duplicates: rules whose queries share nearly all of their five-grams of tokens.

Two queries are near when the Jaccard similarity of their sets of five-grams is at least 0.9.  Comparing every pair
would take a day for 100,000 queries.  Sets as similar as that share one of the few rarest five-grams of each, so only
queries that do are compared (prefix filtering: Bayardo, Ma, Srikant, Scaling Up All Pairs Similarity Search, 2007), a
sketch of each first (the smallest hashes: Broder, On the resemblance and containment of documents, 1997).
"""

import re
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from math import ceil
from typing import NamedTuple

from rulefold.folding.twins import without_comments

SIMILAR = 0.9
MAX_COMPARED = 50  # of a query that shares rare five-grams with more others, those nearest in length are compared
MAX_NEIGHBOURS = 5  # of a query that is near to more others of its length or less, so many are told

_TOKEN = re.compile(r"\w+|[^\w\s]")
_LENGTH = 5
_BUCKETS = 1 << 20
_SKETCH = 64
_PROMISING = 0.8  # of a sketch; of sets that are similar a smaller share is more than five standard deviations away
_bucket = (_BUCKETS - 1).__and__  # of a gram


class Near(NamedTuple):
    """Two queries by their indices, the first the smaller, and how similar they are: 0.9 to 1."""

    first: int
    second: int
    similarity: float


def near_duplicates(queries: Sequence[str]) -> list[Near]:
    """Pairs of queries that are nearly the same, in order; those that are the same are among them."""
    grams = _grams(queries)
    index = _Index(grams, list(map(len, grams)), _frequency(grams), defaultdict(list))
    found = []
    for n in sorted(range(len(grams)), key=lambda n: (len(grams[n]), n)):
        if grams[n]:
            found += index.near(n)
    return sorted(found)


def _grams(queries: Sequence[str]) -> list["array[int]"]:
    """For each query the hashes of its five-grams in order; words are numbers, whose hashes are always the same."""
    number: defaultdict[str, int] = defaultdict()
    number.default_factory = number.__len__
    grams = []
    for query in queries:
        words = list(map(number.__getitem__, _TOKEN.findall(without_comments(query).lower())))
        shifted = [words[n:] for n in range(_LENGTH)]
        grams.append(array("q", sorted(set(map(hash, zip(*shifted, strict=False))))))
    return grams


def _frequency(grams: Sequence["array[int]"]) -> "array[int]":
    """How many queries hold the grams of a bucket: nearly how frequent a gram is, in little memory."""
    counts = array("I", bytes(4 * _BUCKETS))
    for own in grams:
        for bucket in map(_bucket, own):
            counts[bucket] += 1
    return counts


@dataclass(frozen=True, slots=True)
class _Index:
    """The queries seen so far, by their rare grams; they come in the order of their lengths."""

    grams: Sequence["array[int]"]
    sizes: Sequence[int]
    frequency: "array[int]"
    holding: defaultdict[int, list[int]]

    def near(self, n: int) -> list[Near]:
        """Queries seen so far that a query is near to; then it is one of them."""
        own = set(self.grams[n])
        sketch = frozenset(self.grams[n][:_SKETCH])
        rarest = self._prefix(own)
        compared = (self._compare(n, own, sketch, other) for other in self._candidates(rarest, len(own)))
        found = list(islice(filter(None, compared), MAX_NEIGHBOURS))
        for gram in rarest:
            self.holding[gram].append(n)
        return found

    def _compare(self, n: int, own: set[int], sketch: frozenset[int], other: int) -> Near | None:
        theirs = self.grams[other]
        if len(sketch.intersection(theirs[:_SKETCH])) < _PROMISING * len(sketch):
            return None
        common = len(own.intersection(theirs))
        similarity = common / (len(own) + len(theirs) - common)
        return Near(min(n, other), max(n, other), similarity) if similarity >= SIMILAR else None

    def _prefix(self, own: set[int]) -> list[int]:
        """The rarest grams of a query, as many as guarantee that a similar one shares one of them.

        Of grams that are equally rare the smaller hash goes before.  A gram that no other query has leads nowhere.
        """
        length = len(own) - ceil(SIMILAR * len(own)) + 1
        counts = list(map(self.frequency.__getitem__, map(_bucket, own)))
        last = sorted(counts)[length - 1]
        rarer = [gram for gram, count in zip(own, counts, strict=True) if count < last]
        as_rare = sorted(gram for gram, count in zip(own, counts, strict=True) if count == last)
        return [gram for gram in rarer + as_rare[: length - len(rarer)] if self.frequency[_bucket(gram)] > 1]

    def _candidates(self, rarest: Sequence[int], size: int) -> list[int]:
        """Earlier, hence shorter, queries that share a rare gram and are long enough to be similar."""
        seen: dict[int, None] = {}
        for gram in rarest:
            held = self.holding.get(gram, ())
            nearest = max(0, len(held) - MAX_COMPARED)
            start = bisect_left(held, SIMILAR * size, nearest, key=self.sizes.__getitem__)
            seen |= dict.fromkeys(reversed(held[start:]))
            if len(seen) >= MAX_COMPARED:
                break
        return list(islice(seen, MAX_COMPARED))
