"""Hunts for pages that rulefold does not bear, for as long as it is told; the checks are those of tests/test_bytes.py.

usage: fuzz.py [--minutes N] [--seed N] [--out DIR] [--time | --hypothesis]

With atheris installed, which looks at what code each page reaches, that leads the hunt from pages that are sound; else,
or with `--hypothesis`, hypothesis makes pages from one seed after another and makes those that fail as small as it can.
Each finding is a file in DIR with the bytes of the page, and beside it what was raised; a page found becomes a row of
tests/test_bytes.py.

With `--time` it hunts for slow pages: a page of some piece repeated is measured at two sizes, and is found where four
times as much takes more than eight times as long.
"""

import argparse
import contextlib
import importlib.util
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from hypothesis import HealthCheck, Phase, given, seed, settings  # noqa: E402


def _watched() -> contextlib.AbstractContextManager[object]:
    """Within this, what is imported of the readers is watched by atheris, where that is to be had and asked for."""
    if importlib.util.find_spec("atheris") is None or {"--time", "--hypothesis"} & set(sys.argv):
        return contextlib.nullcontext()
    import atheris

    return atheris.instrument_imports(include=["rulefold", "markdown_it"])


with _watched():
    import rulefold.pages.markdown  # noqa: F401 - else it is imported late, and unwatched
    from tests.test_bytes import PAGES, SEED, SHORT, WORDS, built, check_page

BATCH = 500
SMALL, TIMES, MOST, NOISE = 20_000, 4, 8, 0.5


def keep(folder: Path, data: bytes) -> None:
    """Write down a page that was found, and the exception being handled."""
    name = sha256(data).hexdigest()[:12]
    (folder / f"{name}.md").write_bytes(data)
    (folder / f"{name}.txt").write_text(traceback.format_exc(), encoding="utf-8", errors="backslashreplace")
    print(f"{name}.md: {len(data):,} bytes", flush=True)


def hunt(folder: Path, until: float, first: int) -> int:
    """Check pages of one seed after another; how many pages were looked at."""
    looked = 0
    number = first
    while time.monotonic() < until:
        last = b""

        @seed(number)
        @settings(
            max_examples=BATCH,
            database=None,
            deadline=None,
            derandomize=False,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(PAGES)
        def batch(data: bytes) -> None:
            nonlocal last, looked
            looked += 1
            last = data
            check_page(data)

        try:
            batch()
        except Exception:
            keep(folder, last)
        number += 1
    return looked


def hunt_with_atheris(folder: Path, until: float) -> None:
    """Let atheris lead, until the time is over; it ends the process."""
    import atheris

    def one(data: bytes) -> None:
        try:
            check_page(data)
        except Exception:
            keep(folder, data)

    seconds = max(1, int(until - time.monotonic()))
    with tempfile.TemporaryDirectory() as name:
        pages = Path(name, "pages")
        pages.mkdir()
        for page in (SHORT, SEED[:8000]):
            (pages / str(len(page))).write_bytes(page)
        words = Path(name, "words")
        words.write_text("".join(f'"{_escaped(word)}"\n' for word in WORDS), encoding="ascii")
        atheris.Setup(
            [sys.argv[0], f"-max_total_time={seconds}", "-max_len=8000", f"-dict={words}", "-timeout=60", str(pages)],
            one,
        )
        atheris.Fuzz()


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


def hunt_for_time(folder: Path, until: float, first: int) -> int:
    """Measure pages of pieces repeated at two sizes; how many pages were looked at."""
    random = Random(first)  # noqa: S311 - the same hunt for the same seed
    looked = 0
    rules = SHORT.splitlines(keepends=True)
    while time.monotonic() < until:
        piece = b"".join(random.choice((*WORDS, *rules)) for _ in range(random.randint(1, 8)))
        head = random.choice([b"", b"## A\n", b"## A\n\n|Name | Value |\n| --- | --- |\n", SHORT])
        looked += 1
        small, large = (_seconds(head + piece * (size // len(piece))) for size in (SMALL, SMALL * TIMES))
        if large > NOISE and large > MOST * small:
            print(
                f"{small:.2f} s, and {large:.2f} s for {TIMES} times as much: {head!r} and {piece!r} repeated",
                flush=True,
            )
            (folder / f"slow-{looked}.txt").write_text(f"{head!r} + {piece!r} * n: {small:.2f} {large:.2f}\n")
    return looked


def _seconds(data: bytes) -> float:
    start = time.process_time()
    built(data)
    return time.process_time() - start


def main() -> None:
    """Read the arguments, and hunt."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("findings"))
    parser.add_argument("--time", action="store_true", help="hunt for slow pages")
    parser.add_argument("--hypothesis", action="store_true", help="without atheris")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + 60 * arguments.minutes
    hunts: Callable[[Path, float, int], int] = hunt_for_time if arguments.time else hunt
    if "atheris" in sys.modules:
        hunt_with_atheris(arguments.out, until)
    looked = hunts(arguments.out, until, arguments.seed)
    print(f"{looked:,} pages, {len(list(arguments.out.iterdir())):,} files in {arguments.out}/")


if __name__ == "__main__":
    main()
