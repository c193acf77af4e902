"""What the report tests share: the reports of the seed and of the real catalogue, and MITRE's own reader of layers."""

import os
from pathlib import Path

import pytest

from rulefold.attack import load
from rulefold.model import Catalogue
from rulefold.report import Choice, Report, report


@pytest.fixture(scope="session")
def seed_report(seed: Catalogue) -> Report:
    return report(seed, load(), Choice(links=".."))


@pytest.fixture(scope="session")
def corpus_report(corpus: Catalogue) -> Report:
    return report(corpus, load(), Choice(links=".."))


@pytest.fixture(scope="session")
def navlayers() -> Path:
    """Where mitreattack-python is, which is too heavy for the environment of the tests."""
    folder = Path(os.environ.get("RULEFOLD_NAVLAYERS", ""))
    if not (folder / "mitreattack" / "navlayers").is_dir():
        pytest.skip("needs scripts/requirements-layers.txt: install it --target DIR, and set RULEFOLD_NAVLAYERS=DIR")
    return folder
