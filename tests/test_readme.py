"""The README's examples run, and its tables are those of the program."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from markdown_it import MarkdownIt

from rulefold.cli import main
from rulefold.codes import CODES
from rulefold.ruletests.cases import read_cases
from rulefold.targets import TARGETS
from rulefold.text import Source

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ANYTHING = "…"


def fences(language: str) -> list[str]:
    return [token.content for token in MarkdownIt().parse(README) if token.type == "fence" and token.info == language]


Example = tuple[str, list[str]]


def console_examples() -> Iterator[list[Example]]:
    """The commands of each example of the README, with the lines that they print one after the other."""
    for text in fences("console"):
        lines = [example.rstrip("\n").split("\n") for example in text.removeprefix("$ ").split("\n$ ")]
        yield [(command, output) for command, *output in lines]


def files() -> dict[str, str]:
    """The files that the README shows: fences with a name behind their language."""
    found = [token for token in MarkdownIt().parse(README) if token.type == "fence"]
    return {token.info.split()[1]: token.content for token in found if len(token.info.split()) == 2}


def table(header: str) -> list[list[str]]:
    """The rows of the README's table with this header, as cells."""
    lines = README[README.index(header) :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with catalog/ and output/ as they are committed, and the files that the README shows."""
    for name in ("catalog", "output"):
        shutil.copytree(ROOT / name, tmp_path / name)
    for name, text in files().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(command: str, folder: Path) -> list[str]:
    """What a command prints, standard error behind standard output, without the paths of this machine."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, env=environment)
    return (done.stdout + done.stderr).splitlines()


def recipe(target: str) -> list[str]:
    """The commands of a target of the Makefile, as they are without make."""
    found = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert found, f"the Makefile has no target {target}"
    lines = found[1].replace("$(BIN)/", "").replace("$(PAGES)", "catalog").replace("$(OUTPUT)", "output")
    return [line.strip() for line in lines.splitlines()]


@pytest.mark.parametrize("examples", list(console_examples()), ids=lambda examples: examples[0][0])
def test_console_example(examples: list[Example], project: Path) -> None:
    for command, output in examples:
        if command.startswith("make "):
            command = " && ".join(recipe(command.removeprefix("make ")))
            if output == [ANYTHING]:
                continue
        assert run(command, project) == output


def test_python_examples(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    for text in fences("python"):
        exec(compile(text, "README.md", "exec"), {})  # noqa: S102 - the README is ours


def test_cases_are_read() -> None:
    for text in fences("yaml"):
        file, faults = read_cases(Source.decode("README.md", text.encode()))
        assert file is not None
        assert (len(file.cases), faults) == (3, [])


def test_table_of_codes() -> None:
    expected = [[f"`{c.id}`", c.name, str(c.severity), c.summary] for c in CODES.values()]
    assert table("| code | name |") == expected


def test_table_of_commands() -> None:
    rows = {row[0].strip("`").split()[1]: row[1] for row in table("| command |")}
    assert isinstance(main, click.Group)
    assert set(rows) == set(main.commands)


def test_table_of_targets() -> None:
    assert table("| target | what it writes |") == [[f"`{t.name}`", t.summary] for t in TARGETS.values()]


@pytest.mark.parametrize("name", ["build", "check", "coverage", "events", "export", "import", "run", "test"])
def test_every_option_is_in_the_table_of_commands(name: str) -> None:
    row = next(row for row in table("| command |") if row[0].split()[1] == name)
    assert isinstance(main, click.Group)
    for parameter in main.commands[name].params:
        if isinstance(parameter, click.Option) and parameter.name != "output":
            assert max(parameter.opts, key=len) in row[1]
