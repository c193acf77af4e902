"""What the report tests share: the reports of the seed and of the real catalogue."""

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
