"""Builds that are remembered: what makes one anew, and that nothing stale is ever told."""

import importlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
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


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the pages that are really read."""
    from rulefold import reading

    names: list[str] = []
    real = reading.read_page

    def telling(name: str, data: bytes) -> object:
        names.append(name)
        return real(name, data)

    monkeypatch.setattr(reading, "read_page", telling)
    return names


OTHER = Path("catalog", "Rules_9.md")


@pytest.fixture
def two_pages(built: Path) -> Path:
    """The same with a second page, built."""
    OTHER.write_text(PAGE.read_text(encoding="utf-8").replace("55fbc363", "65fbc363"), encoding="utf-8")
    assert run("build").exit_code == 0
    return built


def same_as_anew() -> bool:
    """Whether the output is what a build without memory writes."""
    assert run("build").exit_code == 0
    found = {path: path.read_bytes() for path in Path("output").rglob("*") if path.is_file()}
    shutil.rmtree("output")
    assert run("build", "--no-cache").exit_code == 0
    return found == {path: path.read_bytes() for path in Path("output").rglob("*") if path.is_file()}


def test_of_changed_pages_only_those_are_read(two_pages: Path, reads: list[str]) -> None:
    edit(OTHER)
    run("build")
    assert reads == ["catalog/Rules_9.md"]
    assert same_as_anew()


def test_each_byte_of_a_page_counts(two_pages: Path, reads: list[str]) -> None:
    data = OTHER.read_bytes()
    step = len(data) // 12
    for at in range(step // 2, len(data), step):
        OTHER.write_bytes(data[:at] + (b"X" if data[at : at + 1] != b"X" else b"Y") + data[at + 1 :])
        reads.clear()
        run("build")
        assert reads == ["catalog/Rules_9.md"]
        found = {path: path.read_bytes() for path in Path("output").rglob("*") if path.is_file()}
        run("build", "--no-cache", "-o", "anew")
        assert found == {Path("output", path.relative_to("anew")): path.read_bytes() for path in files_in("anew")}


def files_in(folder: str) -> list[Path]:
    return [path for path in Path(folder).rglob("*") if path.is_file()]


PARTS: dict[str, Callable[[], object]] = {
    "a byte of the pages": lambda: spoil_at(Path(".rulefold/parts/page.lines"), -3),
    "the first byte": lambda: spoil_at(Path(".rulefold/parts/page.lines"), 0),
    "half of the file": lambda: cut(Path(".rulefold/parts/page.lines")),
    "nothing in the file": lambda: Path(".rulefold/parts/page.lines").write_bytes(b""),
    "the folder": lambda: shutil.rmtree(".rulefold/parts"),
}


def spoil_at(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("name", PARTS)
def test_parts_that_are_spoilt_are_made_anew(two_pages: Path, reads: list[str], name: str) -> None:
    PARTS[name]()
    edit(OTHER)
    assert same_as_anew()
    assert reads[:2] == ["catalog/Rules_9.md", PAGE.as_posix()]


def test_parts_of_other_code_are_made_anew(two_pages: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "_code", lambda: "other")
    run("build")
    assert sorted(reads) == sorted([OTHER.as_posix(), PAGE.as_posix()])


def test_options_do_not_change_what_is_on_a_page(two_pages: Path, reads: list[str]) -> None:
    run("build", "--on-conflict", "newest")
    run("build", "--format", "json")
    assert reads == []


@pytest.fixture
def sketched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries that a sketch is really made of."""
    from rulefold.folding.grams import Sketcher

    queries: list[str] = []
    real = Sketcher.sketch

    def telling(sketcher: Sketcher, query: str) -> object:
        queries.append(query)
        return real(sketcher, query)

    monkeypatch.setattr(Sketcher, "sketch", telling)
    return queries


def test_queries_are_compared_again_where_one_has_changed(
    two_pages: Path, sketched: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from rulefold import chain
    from rulefold.folding.grams import Sketch
    from rulefold.folding.near import Near, near_duplicates

    compared: list[int] = []

    def comparing(queries: Sequence[str], sketches: Sequence[Sketch]) -> list[Near]:
        compared.append(len(queries))
        return near_duplicates(queries, sketches)

    monkeypatch.setattr(chain, "near_duplicates", comparing)
    edit(OTHER, "Run Command", "Run Commend")
    run("build")
    assert (compared, sketched) == ([], [])
    edit(OTHER, "| where", "| WHERE")
    run("build")
    assert compared == [2]
    assert len(sketched) == 1
    assert "| WHERE" in sketched[0]


def near_notes() -> dict[str, list[str]]:
    """The notes on near-duplicates that the output has, by the key of the detection."""
    told = json.loads(Path("output/diagnostics.json").read_bytes())["diagnostics"]
    return {one["detection"]: [one["message"]] for one in told if one["code"] == "RF308"}


# What is done to the query of the second page, and whether it is then near to that of the first; that it was a twin.
QUERIES: dict[str, tuple[str, str, bool]] = {
    "a word": ("leftouter", "rightouter", True),
    "a byte of a word": ('has "Succeeded"', 'has "Succeedet"', True),
    "a line more": ("\n```\n", "\n| take 1\n```\n", True),
    "a comment": ("\n```\n", "\n// a remark\n```\n", False),
    "case": ('"-File"', '"-FILE"', True),
    "a statement": ("```kql\n", "```kql\nlet a = 1; T | where B == 2 | take 3 ;\n", True),
}


@pytest.mark.parametrize("name", QUERIES)
def test_what_is_near_is_told_as_if_nothing_was_remembered(two_pages: Path, sketched: list[str], name: str) -> None:
    old, new, is_near = QUERIES[name]
    assert near_notes() == {}
    before = OTHER.read_bytes()
    edit(OTHER, old, new)
    assert OTHER.read_bytes() != before
    run("build")
    assert len(sketched) == 1
    assert len(near_notes()) == 2 * is_near
    assert same_as_anew()
    OTHER.write_bytes(before)
    sketched.clear()
    run("build")
    assert sketched == []
    assert near_notes() == {}
    assert same_as_anew()


@pytest.mark.parametrize("at", [0, 70, 200, -3])
def test_sketches_that_are_spoilt_are_made_anew(two_pages: Path, sketched: list[str], at: int) -> None:
    spoil_at(Path(".rulefold/parts/sketch.lines"), at)
    edit(OTHER, "leftouter", "rightouter")
    run("build")
    assert len(sketched) == 2
    assert same_as_anew()


def test_a_store_forgets_what_was_not_asked_for_lately(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MAX_KEPT", 3 * len("a [0]\n"))
    for n, key in enumerate("abc"):
        store = cache.Store(tmp_path / "parts")
        store.put("kind", key, f"[{n}]".encode())
        store.save()
    store = cache.Store(tmp_path / "parts")
    assert [store.get("kind", key) for key in "ba"] == [b"[1]", b"[0]"]
    store.put("kind", "d", b"[3]")
    store.save()
    store = cache.Store(tmp_path / "parts")
    assert [store.get("kind", key) for key in "abcd"] == [b"[0]", b"[1]", None, b"[3]"]
    assert store.get("other", "a") is None


def test_a_store_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "parts").write_text("a file", encoding="utf-8")
    store = cache.Store(tmp_path / "parts")
    store.put("kind", "a", b"[]")
    store.save()
    assert (tmp_path / "parts").read_text(encoding="utf-8") == "a file"


@pytest.mark.parametrize("arguments", [("--jobs", "2"), ()])
def test_jobs_write_the_same(two_pages: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]) -> None:
    monkeypatch.setattr(importlib.import_module("rulefold.cli.build"), "_LARGE", 1)
    run("build", *arguments, "--no-cache", "-o", "anew")
    assert {path.relative_to("anew"): path.read_bytes() for path in files_in("anew")} == {
        path.relative_to("output"): path.read_bytes() for path in files_in("output")
    }
    assert run("build", "--jobs", "0").exit_code == 2
