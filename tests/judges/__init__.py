"""Judges: packages and programs that say whether what rulefold writes is right, and that nobody needs to use it.

`.ci/run` installs them all.  A test that needs one that is not there is skipped.
"""

import json
import os
import shutil
import subprocess
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


def judge(name: str) -> Any:
    """A package, without what it warns of while it is imported."""
    if find_spec(name.partition(".")[0]) is None:
        pytest.skip(f"needs the judge {name}: pip install '.[judges]'")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return import_module(name)


def kusto(scripts: Sequence[str]) -> list[dict[str, Any]]:
    """What the official KQL parser says of each script."""
    home = os.environ.get("RULEFOLD_KUSTO", "")
    if not home or not shutil.which("node"):
        pytest.skip("needs node, and the npm package @kusto/language-service-next in RULEFOLD_KUSTO")
    done = subprocess.run(
        ["node", str(HERE / "kusto.js")], input=json.dumps(scripts), capture_output=True, text=True, check=True
    )
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def msticpy_queries(folder: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """The queries that msticpy finds in a folder, by data family and name."""
    python = os.environ.get("RULEFOLD_MSTICPY", "")
    if not python:
        pytest.skip("needs an interpreter with msticpy in RULEFOLD_MSTICPY")
    script = str(HERE / "msticpy_store.py")
    done = subprocess.run([python, script, str(folder)], capture_output=True, text=True, check=True)
    answer: dict[str, dict[str, dict[str, dict[str, Any]]]] = json.loads(done.stdout[done.stdout.index("{") :])
    return answer["MSSentinel"]
