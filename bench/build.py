"""`rulefold build` against a plain script, as whole processes in turn, and where a build spends its time.

usage: build.py [PAGES] [--runs N] [--against SCRIPT] [--out DIR]

Without PAGES the real catalogue is used where it is at hand (RULEFOLD_CORPUS, or ../shared), and else pages made from
the seed page.  SCRIPT takes a folder of pages and an output folder.  Prints medians, and the ratio pair by pair.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from measuring import measure, print_medians, print_ratios

ROOT = Path(__file__).resolve().parent.parent
SEED = ROOT / "catalog" / "Rules_5587-5607.md"
SEED_ID = "55fbc363-6cc9-4201-bd68-d980b612082b"


def pages_at_hand(scratch: Path) -> Path:
    """The real catalogue, or a hundred pages made from the seed page under other ids."""
    corpus = Path(os.environ.get("RULEFOLD_CORPUS", ROOT.parent / "shared")) / "corpus" / "pages"
    if corpus.is_dir():
        return corpus
    folder = scratch / "pages"
    folder.mkdir()
    text = SEED.read_text(encoding="utf-8")
    for n in range(100):
        page = text.replace(SEED_ID, f"{n:08x}{SEED_ID[8:]}").replace("AzureRunCommandMDELinked", f"Rule{n}")
        (folder / f"Rules_{n}.md").write_text(page, encoding="utf-8")
    return folder


def compare(pages: Path, script: Path, scratch: Path, runs: int) -> None:
    """Measure both in turn, after one run each that does not count."""
    build = [sys.executable, "-m", "rulefold", "build", "--no-queries", "--no-cache", str(pages), "-o"]
    plain = [sys.executable, str(script), str(pages)]
    pairs = []
    for n in range(runs + 1):
        pair = measure([*build, str(scratch / f"ours-{n}")]), measure([*plain, str(scratch / f"theirs-{n}")])
        pairs += [pair] if n else []
    print_medians("rulefold build", [a for a, _ in pairs])
    print_medians(script.name, [b for _, b in pairs])
    print_ratios(pairs)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Print how long a stage takes."""
    start = time.perf_counter()
    yield
    print(f"  {name:36} {1000 * (time.perf_counter() - start):7.1f} ms")


def profile(pages: Path, scratch: Path) -> None:
    """Run the stages of a build one after another in this process."""
    print("stages:")
    with stage("import"):
        from rulefold.chain import build, output_files
        from rulefold.entries import read_entry
        from rulefold.folding import fold
        from rulefold.inputs import find_pages
        from rulefold.pages import read_blocks
        from rulefold.store import write_output
        from rulefold.targets import FORMATS
    with stage("find and decode pages"):
        sources = [page.read() for page in find_pages([str(pages)])]
    with stage("pages into blocks"):
        blocks = [block for source in sources for block in read_blocks(source)[0]]
    with stage("blocks into entries"):
        entries = [entry for block in blocks if (entry := read_entry(block)[0])]
    with stage("entries into a catalogue"):
        catalogue, _ = fold(entries)
    for target in FORMATS.values():
        emit: Callable[..., object] = target.emit
        with stage(f"catalogue into {target.name}"):
            emit(catalogue)
    files = output_files(build(find_pages([str(pages)])), FORMATS)
    with stage(f"write {len(files):,} files"):
        write_output(scratch / "stages", files)


def main() -> None:
    """Read the arguments, compare, and profile."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="?", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--against", type=Path, default=ROOT / "bench" / "plain.py")
    parser.add_argument("--out", type=Path, help="where output is written; a folder in memory shows the work alone")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.out) as name:
        scratch = Path(name)
        pages = arguments.pages or pages_at_hand(scratch)
        print(f"{sum(1 for _ in pages.glob('*.md')):,} pages")
        compare(pages, arguments.against, scratch, arguments.runs)
        profile(pages, scratch)


if __name__ == "__main__":
    main()
