"""What all tests share: the seed, the real catalogue, and how many examples a property test looks at."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from rulefold.entries import read_entry
from rulefold.folding import fold
from rulefold.model import Catalogue, Entry
from rulefold.pages import read_blocks
from rulefold.text import Source

ROOT = Path(__file__).resolve().parent.parent
HUNT = int(os.environ.get("RULEFOLD_EXAMPLES", 0))

# The same examples in every run, so that nobody meets a failure by luck; RULEFOLD_EXAMPLES=20000 goes hunting.
settings.register_profile("rulefold", derandomize=not HUNT, database=None, deadline=None, print_blob=True)
settings.load_profile("rulefold")
pytest.register_assert_rewrite("tests.report.browsing")  # tests that several pages share


def examples(usual: int) -> settings:
    """How many examples a property test looks at: as many as usual, or as many as RULEFOLD_EXAMPLES says."""
    return settings(max_examples=HUNT or usual)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the folder beside the project."""
    for item in items:
        if "shared" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.corpus)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder beside the project: the real catalogue, and the judges' answers."""
    folder = Path(os.environ.get("RULEFOLD_CORPUS") or ROOT.parent / "shared")
    if not (folder / "corpus" / "pages").is_dir():
        pytest.skip("needs the folder with the real catalogue: RULEFOLD_CORPUS, or ../shared")
    return folder


def read_entries(pages: list[Path]) -> list[Entry]:
    """All entries of pages."""
    sources = [Source.decode(page.name, page.read_bytes()) for page in pages]
    found = [read_entry(block)[0] for source in sources for block in read_blocks(source)[0]]
    return [entry for entry in found if entry]


@pytest.fixture(scope="session")
def seed() -> Catalogue:
    return fold(read_entries([ROOT / "catalog" / "Rules_5587-5607.md"]))[0]


@pytest.fixture(scope="session")
def corpus_entries(shared: Path) -> list[Entry]:
    return read_entries(sorted((shared / "corpus" / "pages").glob("*.md")))


@pytest.fixture(scope="session")
def corpus(corpus_entries: list[Entry]) -> Catalogue:
    return fold(corpus_entries)[0]
