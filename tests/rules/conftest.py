"""The tables of the real catalogue's workspace, and those of the seed's."""

from pathlib import Path

import pytest

from rulefold.workspace import Workspace, load
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def workspace(shared: Path) -> Workspace:
    return load([shared / "kusto" / "tables.json"], [Path(__file__).parent / "corpus" / "functions"])


@pytest.fixture(scope="session")
def seed_workspace() -> Workspace:
    return load([ROOT / "catalog" / "tables.yaml"], [])
