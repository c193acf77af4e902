"""Builds that are remembered: what makes one anew, and that nothing stale is ever told."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rulefold import cache
from rulefold.cli import main
from tests.conftest import ROOT

SEED = ROOT / "catalog" / "Rules_5587-5607.md"
PAGE = Path("catalog", SEED.name)


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the seed page in catalog/, built once."""
    monkeypatch.chdir(tmp_path)
    PAGE.parent.mkdir()
    shutil.copy(SEED, PAGE)
    assert run("build").exit_code == 0
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def folds(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One number for each time that pages are really folded."""
    from rulefold import chain

    calls: list[int] = []
    real = chain.build

    def counting(*arguments: object, **options: object) -> object:
        calls.append(1)
        return real(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(chain, "build", counting)
    return calls


def test_with_nothing_changed_nothing_is_folded_and_the_same_is_told(built: Path, folds: list[int]) -> None:
    again = run("build")
    assert folds == []
    anew = run("build", "--no-cache")
    assert folds == [1]
    assert (again.stdout, again.stderr, again.exit_code) == (anew.stdout, anew.stderr, anew.exit_code)
    assert run("build", "--check").stdout == "output/ is current: 8 files\n"
    assert folds == [1]


def edit(path: Path, old: str = "a", new: str = "e") -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")


def spoil(path: Path) -> None:
    path.write_bytes(b"[" + path.read_bytes())


CHANGES: dict[str, Callable[[], object]] = {
    "a byte of a page": lambda: edit(PAGE),
    "the name of a page": lambda: PAGE.rename("catalog/Rules_1-21.md"),
    "another page": lambda: shutil.copy(PAGE, "catalog/Rules_9.md"),
    "a file of the output": lambda: edit(Path("output/catalogue.yaml")),
    "a file that is gone": lambda: Path("output/INDEX.md").unlink(),
    "the manifest": lambda: edit(Path("output/manifest.json"), "rulefold", "Rulefold"),
    "no manifest": lambda: Path("output/manifest.json").unlink(),
    "no output": lambda: shutil.rmtree("output"),
    "what is remembered": lambda: list(map(spoil, Path(".rulefold/builds").glob("*.json"))),
    "nothing is remembered": lambda: shutil.rmtree(".rulefold"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_makes_a_build_anew(built: Path, folds: list[int], name: str) -> None:
    CHANGES[name]()
    assert run("build").exit_code == 0
    assert folds == [1]
    files = {path: path.read_bytes() for path in Path("output").rglob("*") if path.is_file()}
    shutil.rmtree("output")
    assert run("build", "--no-cache").exit_code == 0
    assert {path: path.read_bytes() for path in Path("output").rglob("*") if path.is_file()} == files
    run("build")
    assert folds == [1, 1]


@pytest.mark.parametrize(
    "arguments",
    [("--format", "json"), ("--on-conflict", "newest"), ("--no-queries",), ("-o", "elsewhere")],
)
def test_options_make_another_build(built: Path, folds: list[int], arguments: tuple[str, ...]) -> None:
    run("build", *arguments)
    assert folds == [1]
    run("build", *arguments)
    assert folds == [1]


def test_another_state_of_the_code_is_another_build(
    built: Path, folds: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "_code", lambda: "other")
    run("build")
    assert folds == [1]
    monkeypatch.setattr(cache, "__version__", "9.9")
    run("build")
    assert folds == [1, 1]


def test_findings_are_told_again_with_their_places(built: Path, folds: list[int]) -> None:
    edit(PAGE, "|Tactic |", "|Taktik |")
    first, second = run("build"), run("build")
    assert folds == [1]
    assert first.exit_code == second.exit_code == 1
    assert first.stderr == second.stderr
    assert "catalog/Rules_5587-5607.md:13:2: error RF104: found the field 'Taktik'" in second.stderr


def test_a_check_that_fails_is_not_remembered_as_current(built: Path, folds: list[int]) -> None:
    edit(PAGE)
    assert run("build", "--check").exit_code == 1
    assert run("build", "--check").exit_code == 1
    assert folds == [1, 1]


def test_without_the_cache_nothing_is_left(built: Path) -> None:
    shutil.rmtree(".rulefold")
    run("build", "--no-cache")
    assert not Path(".rulefold").exists()
    run("build")
    assert Path(".rulefold/.gitignore").read_text(encoding="utf-8") == "*\n"


def test_a_folder_that_cannot_be_made_does_no_harm(built: Path) -> None:
    shutil.rmtree(".rulefold")
    Path(".rulefold").write_text("a file", encoding="utf-8")
    assert run("build").exit_code == 0
    assert Path(".rulefold").read_text(encoding="utf-8") == "a file"


def test_only_the_newest_builds_are_kept(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "KEPT", 3)
    for number in range(6):
        edit(PAGE, "# Rules", f"# Rules {number}")
        run("build")
    assert len(list(Path(".rulefold/builds").iterdir())) == 3


def test_a_catalogue_too_large_to_be_held_is_built_anew(
    built: Path, folds: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "MAX_HELD", 10)
    run("build")
    run("build")
    assert folds == [1, 1]


def test_what_is_remembered_is_no_code(built: Path) -> None:
    (file,) = Path(".rulefold/builds").glob("*.json")
    told = json.loads(file.read_bytes())
    assert set(told) == {"files", "summary", "subject", "diagnostics"}
    assert told["files"]["catalogue.json"]


def test_two_builds_at_once_do_no_harm(built: Path) -> None:
    shutil.rmtree(".rulefold")
    command = [sys.executable, "-m", "rulefold", "build"]
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(4)]
    assert [process.wait() for process in running] == [0] * 4
    for process in running:
        assert process.stderr
        process.stderr.close()
    assert run("build", "--check", "--no-cache").exit_code == 0
    assert not list(Path(".rulefold/builds").glob("*.tmp"))
    assert os.listdir(".rulefold/builds")  # noqa: PTH208 - only whether there is something
