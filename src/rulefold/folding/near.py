"""Near-duplicates: rules whose queries share nearly all of their five-grams of words.

Two queries are near when the Jaccard similarity of their sets of five-grams is at least 0.9.  Comparing every pair
would take a day for 100,000 queries.  So of each set the smallest hashes are kept as its sketch, and only queries whose
sketches share one of their rarest hashes are looked at (prefix filtering: Bayardo, Ma, Srikant, Scaling Up All Pairs
Similarity Search, 2007): those whose maps differ in few bits, and of these the sets are compared as a whole.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from math import ceil
from typing import NamedTuple

from rulefold.folding.grams import Sketch, Sketcher, frequencies

SIMILAR = 0.9
MAX_COMPARED = 200  # of a query that shares rare five-grams with more others, those nearest in length are compared
MAX_NEIGHBOURS = 5  # of a query that is near to more others of its length or less, so many are told
MAX_COPIES = 10  # of one text that stand before a copy of it, so many are told

# Of two sketches of the queries, so many hashes have to be the same.  Of sets that are just similar 0.9 of the hashes
# are expected to be, or more: fewer than 18 of 32 are less likely than one in eight million (binomial distribution).
_PROMISING = 0.5625
_APART = 0.0527  # of the grams of two similar queries, taken together, no more are in one alone: (1 - 0.9) / (1 + 0.9)
_SHARING = 2 * MAX_COMPARED  # for one that shares several grams is met as often
_HELD = 2048  # sets of five-grams


class Near(NamedTuple):
    """Two queries by their indices, the first the smaller, and how similar they are: 0.9 to 1."""

    first: int
    second: int
    similarity: float


def near_duplicates(queries: Sequence[str], sketches: Sequence[Sketch] | None = None) -> list[Near]:
    """Pairs of queries that are nearly the same, in order; those that are the same are among them.

    `sketches` are those of the queries, where they are known.
    """
    sketcher = Sketcher()
    sketches = sketches or list(map(sketcher.sketch, queries))
    alike: defaultdict[int, list[int]] = defaultdict(list)
    for n, one in enumerate(sketches):
        if one.size:
            alike[one.words].append(n)
    found: list[Near] = []
    for members in alike.values():
        found += _pairs_of_one_wording(queries, members)
    for n, m, similarity in _between(queries, sketches, [members[0] for members in alike.values()], sketcher):
        found += _pairs(alike[sketches[n].words], alike[sketches[m].words], similarity)
    return sorted(found)


def _pairs_of_one_wording(queries: Sequence[str], members: Sequence[int]) -> Iterator[Near]:
    """Pairs of queries with the same words in order; a text that is there often is paired with a few of its copies."""
    alike: defaultdict[str, list[int]] = defaultdict(list)
    for n in members:
        alike[queries[n]].append(n)
    groups = list(alike.values())
    for n, one in enumerate(groups):
        for place, copy in enumerate(one):
            yield from (Near(earlier, copy, 1.0) for earlier in one[max(0, place - MAX_COPIES) : place])
        for other in groups[n + 1 : n + 1 + MAX_NEIGHBOURS]:
            yield from _pairs(one, other, 1.0)


def _pairs(some: Sequence[int], others: Sequence[int], similarity: float) -> Iterator[Near]:
    """Pairs between two groups in which each is told of; all of them where the groups are small."""
    found = {(n, m) for n in some for m in others[:MAX_NEIGHBOURS]}
    found |= {(n, m) for n in some[:MAX_NEIGHBOURS] for m in others}
    yield from (Near(min(pair), max(pair), similarity) for pair in found)


def _between(
    queries: Sequence[str], sketches: Sequence[Sketch], chosen: Sequence[int], sketcher: Sketcher
) -> Iterator[Near]:
    """Pairs of chosen queries, no two of which have the same words in order."""
    grams = lru_cache(_HELD)(lambda n: sketcher.grams(queries[n]))
    index = _Index(sketches, grams, *frequencies([sketches[n].smallest for n in chosen]), defaultdict(list))
    for n in sorted(chosen, key=lambda n: (sketches[n].size, n)):
        yield from index.near(n)


@dataclass(frozen=True, slots=True)
class _Index:
    """The queries seen so far, by the rare grams of their sketches; they come in the order of their lengths."""

    sketches: Sequence[Sketch]
    grams: Callable[[int], set[int]]
    frequency: "array[int]"
    bucket: Callable[[int], int]
    holding: defaultdict[int, list[int]]

    def near(self, n: int) -> list[Near]:
        """Queries seen so far that a query is near to; then it is one of them."""
        rarest = self._rarest(self.sketches[n].smallest)
        found = list(islice(self._similar(n, self._promising(n, self._candidates(rarest))), MAX_NEIGHBOURS))
        for gram in rarest:
            self.holding[gram].append(n)
        return found

    def _candidates(self, rarest: Sequence[int]) -> Iterator[int]:
        """Earlier, hence shorter, queries that share a rare gram: the rarest gram's first, and of each the longest."""
        held = filter(None, map(self.holding.get, rarest))
        sharing = chain.from_iterable(some[: -MAX_COMPARED - 1 : -1] for some in held)
        return islice(dict.fromkeys(islice(sharing, _SHARING)), MAX_COMPARED)

    def _promising(self, n: int, others: Iterable[int]) -> Iterator[int]:
        """Those of other queries whose maps differ in no more bits than the grams of similar queries may."""
        own, sketches = self.sketches[n], self.sketches
        shortest, most = SIMILAR * own.size, 2 * _APART * own.size
        maps = {own.width: own.map, own.width // 2: _folded(own.map, own.width // 2)}
        for m in others:
            _, size, _, width, other = sketches[m]
            if size >= shortest and (maps[width] ^ other).bit_count() <= most:
                yield m

    def _similar(self, n: int, others: Iterable[int]) -> Iterator[Near]:
        """Those of other queries that a query is near to."""
        for m in others:
            own, other = self.grams(n), self.grams(m)
            common = len(own & other)
            similarity = common / (len(own) + len(other) - common)
            if similarity >= SIMILAR:
                yield Near(min(n, m), max(n, m), similarity)

    def _rarest(self, sketch: "array[int]") -> list[int]:
        """The rarest grams of a sketch, as many as guarantee that a promising one shares one of them.

        Of grams that are equally rare the smaller hash goes before.  A gram that no other sketch has leads nowhere.
        """
        length = len(sketch) - ceil(_PROMISING * len(sketch)) + 1
        counted = sorted(zip(map(self.frequency.__getitem__, map(self.bucket, sketch)), sketch, strict=True))
        return [gram for count, gram in counted[:length] if count > 1]


def _folded(map_: int, width: int) -> int:
    """A map of twice the width as one of this width: the bits that differ by the lost digit of their numbers as one."""
    return (map_ | map_ >> width) & ((1 << width) - 1)
