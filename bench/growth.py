"""Time and memory of `rulefold build` as the pages grow: ten and a hundred times the rows.

usage: growth.py [PAGES] [--times N …] [--kinds KIND …] [--queries] [--out DIR]

Rows grow in two ways.  `same`: the same rules stand there again and again, so that only the rows grow.  `different`:
each copy of a rule has an id, a url, a title and a query of its own, so that the detections grow with the rows.  The
pages are made from PAGES: without it, of the real catalogue where it is at hand (RULEFOLD_CORPUS, or ../shared), and
else of the seed page under other ids.

Time is told as a ratio to the smallest size, a run of nothing taken off; ten times the rows should take at most eleven
times as long.  Memory is told a detection and a row.  Without `--queries`, `--no-queries` is given to the build.
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from build import SEED, pages_at_hand
from measuring import Run, measure

KINDS = ("same", "different")
_ID = re.compile(r"^(\|DetectionId \| )([^|\n]*?)( *\|)$", re.MULTILINE)
_URL = re.compile(r"^(\|DetectionUrl \| [^|\n]*?)( *\|)$", re.MULTILINE)
_TITLE = re.compile(r"^## (?=\S)", re.MULTILINE)
_QUERY = re.compile(r"^```kql\n", re.MULTILINE)
_ROW = "|DetectionId |"


@dataclass(frozen=True)
class Size:
    """Pages of one size, and a build of them."""

    times: int
    rows: int
    megabytes: float
    detections: int
    run: Run


def copies(pages: Iterable[Path], times: int, kind: str, folder: Path) -> tuple[int, float]:
    """Write pages so many times; the rows written, and their size in MB."""
    folder.mkdir()
    texts = [(page.stem, page.read_text(encoding="utf-8")) for page in sorted(pages)]
    rows, size = 0, 0
    for n in range(times):
        for stem, text in texts:
            data = (_renamed(text, n) if kind == "different" and n else text).encode()
            (folder / f"{stem}-{n}.md").write_bytes(data)
            rows, size = rows + text.count(_ROW), size + len(data)
    return rows, size / 1e6


def _renamed(text: str, n: int) -> str:
    """The rules of a page under other ids, urls and titles, with other queries."""
    text = _ID.sub(lambda found: f"{found[1]}{_guid_like(found[2], n)}{found[3]}", text)
    text = _URL.sub(lambda found: f"{found[1]}?copy={n}{found[2]}", text)
    return _QUERY.sub(f"```kql\nlet copy = {n};\n", _TITLE.sub(f"## {n} ", text))


def _guid_like(id_: str, n: int) -> str:
    """The id with its first eight digits counted on, so that it stays a GUID."""
    return f"{(int(id_[:8], 16) + n) % 16**8:08x}{id_[8:]}" if re.match("[0-9a-fA-F]{8}-", id_) else id_


def sizes(pages: list[Path], times: Iterable[int], kind: str, options: list[str], scratch: Path) -> Iterator[Size]:
    """Make pages of each size, build them, and remove them."""
    for n in times:
        with tempfile.TemporaryDirectory(dir=scratch) as name:
            folder = Path(name)
            rows, megabytes = copies(pages, n, kind, folder / "pages")
            output = folder / "output"
            run = measure([*_BUILD, *options, str(folder / "pages"), "-o", str(output)])
            yield Size(n, rows, megabytes, sum(1 for _ in (output / "kql").iterdir()), run)


_BUILD = [sys.executable, "-m", "rulefold", "build", "--no-cache"]


def print_sizes(kind: str, found: Iterable[Size], nothing: Run) -> None:
    """One line a size, with its ratio to the one before it, and to the first."""
    print(
        f"{kind}: {'times':>5} {'rows':>9} {'MB':>7} {'detections':>10}  {'s':>7} {'ratio':>6}  {'MiB':>6}  a detection"
    )
    first: Size | None = None
    for one in found:
        first = first or one
        cpu = one.run.cpu - nothing.cpu
        ratio = cpu / (first.run.cpu - nothing.cpu)
        each = 1024 * (one.run.peak - nothing.peak) / one.detections
        print(
            f"{'':{len(kind)}}  {one.times:5} {one.rows:9,} {one.megabytes:7.1f} {one.detections:10,}"
            f"  {one.run.cpu:7.2f} {ratio:6.1f}  {one.run.peak:6.0f}  {each:.1f} KiB",
            flush=True,
        )


def main() -> None:
    """Read the arguments, and measure both ways of growing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="?", type=Path)
    parser.add_argument("--times", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--queries", action="store_true", help="look for near-duplicates as well")
    parser.add_argument("--out", type=Path, help="where pages and output are written")
    arguments = parser.parse_args()
    options = [] if arguments.queries else ["--no-queries"]
    with tempfile.TemporaryDirectory(dir=arguments.out) as name:
        scratch = Path(name)
        pages = list((arguments.pages or pages_at_hand(scratch)).glob("*.md"))
        nothing = measure([*_BUILD, *options, str(SEED), "-o", str(scratch / "nothing")])
        for kind in arguments.kinds:
            print_sizes(kind, sizes(pages, arguments.times, kind, options, scratch), nothing)


if __name__ == "__main__":
    main()
