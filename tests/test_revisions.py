"""Files at a revision of git, and the commands that compare with them."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rulefold.cli import main
from rulefold.revisions import Revision, RevisionError

SEED = Path(__file__).parents[1] / "catalog" / "Rules_5587-5607.md"


def git(*arguments: str) -> None:
    names = {f"GIT_{who}_{what}": "t@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", *arguments], check=True, capture_output=True, env=os.environ | names)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the seed page and its output, and a second commit in which the rule has another technique."""
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "main")
    page = tmp_path / "catalog" / SEED.name
    page.parent.mkdir()
    page.write_bytes(SEED.read_bytes())
    (page.parent / ".hidden.md").write_text("# no page", encoding="utf-8")
    (page.parent / "notes.rst").write_text("no page", encoding="utf-8")
    assert run("build").exit_code == 0
    git("add", "-A")
    git("commit", "-q", "-m", "one")
    page.write_text(page.read_text(encoding="utf-8").replace("T1570", "T1021"), encoding="utf-8")
    assert run("build").exit_code == 0
    git("commit", "-q", "-a", "-m", "two")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


CHANGE = "    techniques: +T1021 -T1570\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("HEAD~1:catalog", "HEAD:catalog"),
        ("HEAD~1:catalog", "catalog"),
        ("HEAD~1:output", "output"),
        ("HEAD~1:output/catalogue.json", "HEAD:output"),
        (f"HEAD~1:catalog/{SEED.name}", "output/catalogue.json"),
        ("main~1:./catalog", "main:catalog/"),
    ],
)
def test_what_changed_since_a_revision(repository: Path, old: str, new: str) -> None:
    result = run("diff", old, new)
    assert result.exit_code == 0, result.output
    assert CHANGE in result.stdout
    assert result.stdout.endswith("0 added, 0 removed, 1 changed (0 with another id), 0 unchanged\n")
    assert run("diff", old, new, "--exit-code").exit_code == 1
    assert run("diff", new, new, "--exit-code").exit_code == 0


def test_paths_are_those_of_the_working_folder(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository / "catalog")
    assert CHANGE in run("diff", f"HEAD~1:{SEED.name}", SEED.name).stdout
    assert CHANGE in run("diff", "HEAD~1:.", ".").stdout


def test_pages_are_those_that_a_folder_has(repository: Path) -> None:
    (page,) = Revision("HEAD", "catalog").pages()
    assert page.name == f"HEAD:catalog/{SEED.name}"
    assert page.read().data == (repository / "catalog" / SEED.name).read_bytes()


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("nothing:catalog", "nothing:catalog: Not a valid object name nothing"),
        ("HEAD:nowhere", "HEAD:nowhere: no such path at this revision"),
        ("HEAD~9:catalog", "Not a valid object name HEAD~9"),
    ],
)
def test_what_is_not_there(repository: Path, argument: str, message: str) -> None:
    result = run("diff", argument, "catalog")
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""


def test_outside_of_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(RevisionError, match="not a git repository"):
        Revision("HEAD", "catalog").pages()


def test_without_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RevisionError, match="git is not installed"):
        Revision("HEAD", "catalog").pages()


@pytest.mark.parametrize("argument", ["catalog", "a:", ":a", "-x:a", ""])
def test_what_names_no_revision(argument: str) -> None:
    assert Revision.parse(argument) is None


def test_a_path_that_exists_is_no_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a:b").mkdir()
    assert Revision.parse("a:b") is None


def test_formats_of_the_difference(repository: Path) -> None:
    told = json.loads(run("diff", "HEAD~1:output", "output", "--format", "json").stdout)
    assert told["changed"][0]["fields"] == {"techniques": {"added": ["T1021"], "removed": ["T1570"]}}
    assert "- techniques: +T1021 -T1570" in run("diff", "HEAD~1:output", "output", "--format", "markdown").stdout


def test_coverage_at_a_revision(repository: Path) -> None:
    result = run("coverage", "diff", "HEAD~1:output", "output", "--fail-on-loss")
    assert result.exit_code == 1
    assert "lost    lateral-movement/T1570 Lateral Tool Transfer" in result.stdout


def test_rows_fold_into_the_same_catalogue(repository: Path) -> None:
    for extra, count in ((("--seen",), "20 rows"), ((), "24 rows")):
        folder = f"rows{len(extra)}"
        result = run("rows", "output", "-o", folder, *extra)
        assert result.exit_code == 0
        assert result.stdout.startswith(f"{count} in {folder}/: ")
        found = run("diff", "output", folder)
        assert found.stdout == "0 added, 0 removed, 0 changed (0 with another id), 1 unchanged\n"
    assert run("rows", "output").exit_code == 2
    assert run("rows", "output", "--format", "csv").stdout.startswith("Title,Description,Tactic,TechniqueId,")
    assert len(run("rows", "output", "--format", "jsonl", "--seen").stdout.splitlines()) == 20


def test_rows_as_csv_are_read_back_by_the_import(repository: Path) -> None:
    Path("rows.csv").write_text(run("rows", "output", "--format", "csv", "--seen").stdout, encoding="utf-8")
    assert run("import", "rows.csv", "-o", "again").exit_code == 0
    assert run("diff", "output", "again", "--exit-code").exit_code == 0


def test_rows_that_a_page_cannot_hold_are_refused(repository: Path) -> None:
    data = json.loads(Path("output/catalogue.json").read_bytes())
    data["detections"][0]["title"] = "two\nlines"
    Path("output/catalogue.json").write_text(json.dumps(data), encoding="utf-8")
    result = run("rows", "output", "-o", "rows", "--seen")
    assert result.exit_code == 1
    assert "20 rows not written: a page cannot hold them" in result.stderr
