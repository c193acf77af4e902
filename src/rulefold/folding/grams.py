"""Five-grams of a query's words, as hashes, and the sketch that is kept of them.

A word is a run of letters and digits, or one symbol; comments are out, and case is folded.  Hashes depend on the words
alone: not on the process, nor on other queries.
"""

import json
import string
from array import array
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Sequence
from hashlib import blake2b
from re import compile as compiled
from typing import NamedTuple

from rulefold.folding.twins import without_comments

SKETCH = 32  # grams of a sketch: the smallest hashes of all (Broder, On the resemblance and containment, 1997)

_WORD = compiled(r"\w+|[^\w\s]")
_BEYOND_LINE = compiled(r"""@(?:"[^"\n]*(?:""[^"\n]*)*|'[^'\n]*(?:''[^'\n]*)*)\n""")  # only such a literal does
_NO_SYMBOLS = (string.ascii_letters + string.digits + "_ \t\n\r\f\v\x1c\x1d\x1e\x1f").encode()
_LEAST, _RANGE = -(2**63), 2**64  # of a hash
_SPARE = 1.7  # so many more hashes than a sketch needs are nearly always enough
_ROOM = 4  # bits of a map for each gram, and up to twice as many
_BUCKETS = 12  # at least so many bits


class Sketch(NamedTuple):
    """What is kept of a query.

    A hash of its words in order, how many five-grams it has, the smallest of their hashes, and all of them as a map of
    `width` bits, a power of two: the bit is set whose number is the last digits of a hash.
    """

    words: int
    size: int
    smallest: "array[int]"
    width: int
    map: int


class Sketcher:
    """Makes grams and sketches of queries."""

    def __init__(self) -> None:
        """Begin without a word; the hashes of those that are met are kept."""
        self._hashes = _Hashes()

    def sketch(self, query: str) -> Sketch:
        """The sketch of a query."""
        words = self._words(query)
        grams = _grams(words)
        width = 1 << (_ROOM * len(grams)).bit_length()
        return Sketch(hash(tuple(words)), len(grams), array("q", _smallest(grams)), width, _map(grams, width))

    def grams(self, query: str) -> set[int]:
        """All five-grams of a query."""
        return _grams(self._words(query))

    def _words(self, query: str) -> list[int]:
        return list(map(self._hashes.__getitem__, words(query)))


class _Hashes(dict[str, int]):
    """Words with their hashes of 56 bits, made when a word is first met."""

    def __missing__(self, word: str) -> int:
        digest = blake2b(word.encode("utf-8", "surrogatepass"), digest_size=7).digest()
        self[word] = made = int.from_bytes(digest, "big")
        return made


def words(query: str) -> list[str]:
    """The words of a query."""
    text = _without_comments(query).lower()
    if not text.isascii():
        return _WORD.findall(text)
    for symbol in set(text.encode().translate(None, _NO_SYMBOLS).decode()):  # takes a third of the time of a pattern
        text = text.replace(symbol, f" {symbol} ")
    return text.split()


def _without_comments(query: str) -> str:
    """The same as that of twins, made of the few lines that may have one, where no literal goes beyond its line."""
    if "//" not in query or _BEYOND_LINE.search(query):
        return without_comments(query)
    return "\n".join(map(without_comments, query.split("\n")))


def _grams(words: list[int]) -> set[int]:
    return set(map(hash, zip(words, words[1:], words[2:], words[3:], words[4:], strict=False)))


def _smallest(grams: set[int]) -> list[int]:
    """The smallest of hashes, in order; where there are many, most are left out before the rest is sorted."""
    if len(grams) > 2 * SKETCH:
        limit = _LEAST + int(_RANGE * _SPARE * SKETCH / len(grams))
        few = [gram for gram in grams if gram < limit]
        if len(few) >= SKETCH:
            return sorted(few)[:SKETCH]
    return sorted(grams)[:SKETCH]


def _map(grams: set[int], width: int) -> int:
    digits = bytearray(b"0") * width
    for n in map((width - 1).__and__, grams):
        digits[~n] = 49  # the digit 1
    return int(digits, 2)


def pack(sketch: Sketch) -> bytes:
    """A sketch as JSON on one line."""
    smallest = b2a_base64(sketch.smallest.tobytes(), newline=False).decode()
    return json.dumps([sketch.words, sketch.size, smallest, sketch.width, f"{sketch.map:x}"]).encode()


def unpack(packed: bytes) -> Sketch:
    """The sketch that `pack` made JSON of."""
    words, size, smallest, width, map_ = json.loads(packed)
    return Sketch(words, size, array("q", a2b_base64(smallest)), width, int(map_, 16))


def frequencies(sketches: Sequence["array[int]"]) -> tuple["array[int]", Callable[[int], int]]:
    """How many sketches hold the grams of a bucket, nearly how frequent a gram is, and the bucket of a gram."""
    buckets = 1 << max(_BUCKETS, sum(map(len, sketches)).bit_length())
    bucket = (buckets - 1).__and__
    counts = array("I", bytes(4 * buckets))
    for sketch in sketches:
        for n in map(bucket, sketch):
            counts[n] += 1
    return counts, bucket
