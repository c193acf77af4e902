"""What every page of ours has to be in a real browser.

A module of tests has a fixture `measured`, made by `measure`, and a class `PageTests` of its own.
tests/report/browser.mjs measures, and axe-core is the judge of what it can judge.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

SCRIPT = Path(__file__).with_name("browser.mjs")
WIDTHS = ("375", "768", "1024", "1280", "1600")
Facts = dict[str, Any]


@pytest.fixture(scope="module")
def modules() -> Path:
    """Where playwright-core and axe-core are."""
    chromium = os.environ.get("RULEFOLD_CHROMIUM", "/usr/bin/chromium")
    folder = Path(os.environ.get("RULEFOLD_NODE_MODULES", ROOT / "node_modules"))
    missing = [] if shutil.which("node") else ["node"]
    missing += [] if os.access(chromium, os.X_OK) else [f"{chromium} (or RULEFOLD_CHROMIUM)"]
    packages = ("playwright-core", "axe-core")
    missing += [f"{name} in {folder} (or RULEFOLD_NODE_MODULES)" for name in packages if not (folder / name).is_dir()]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")
    return folder


def asked(modules: Path, *arguments: str) -> Facts:
    """What the browser says to one of the commands of browser.mjs."""
    done = subprocess.run(
        ["node", str(SCRIPT), *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"RULEFOLD_NODE_MODULES": str(modules)},
    )
    assert done.returncode == 0, done.stderr
    facts: Facts = json.loads(done.stdout)
    return facts


def measure(modules: Path, file: Path, fragment: str) -> Facts:
    """A page as it is measured, and the name of its file."""
    return {"name": file.name, **asked(modules, "check", str(file), fragment)}


class PageTests:
    """What is to be true of each page; a module of tests has a class of these for its own."""

    def test_it_asks_for_nothing_and_complains_of_nothing(self, measured: Facts) -> None:
        (request,) = measured["requests"]
        assert request.endswith(f"/{measured['name']}")
        assert measured["messages"] == []

    def test_it_never_overflows(self, measured: Facts) -> None:
        assert set(measured["widths"]) == {*WIDTHS, *(f"{width} opened" for width in WIDTHS)}
        for width, found in measured["widths"].items():
            assert found == {"pixels": 0, "elements": [], "cells": []}, width

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("state", ["closed", "open"])
    def test_axe_finds_nothing(self, measured: Facts, scheme: str, state: str) -> None:
        assert measured["axe"][scheme][state] == []

    def test_forced_colours_keep_the_borders(self, measured: Facts) -> None:
        assert measured["borderless"] == []

    def test_the_keyboard_reaches_everything_in_order(self, measured: Facts) -> None:
        keyboard = measured["keyboard"]
        first = keyboard["first"]
        assert (first["tag"], first["text"][:8], first["outline"], first["visible"]) == ("A", "Skip to ", "solid", True)
        assert keyboard["stops"]
        assert keyboard["stray"] is None
