"""Targets that others add: from a folder, and from entry points; what is broken is told, and told on one line."""

import re
import sys
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from rulefold import plugins as module
from rulefold.plugins import Plugin, PluginError, plugins, run
from tests.conftest import ROOT
from tests.targets.exports import ANALYTICS, HUNTING, catalogue

GOOD = """
from rulefold.targets import Emitted, Loss, Option, Target


def emit(catalogue, options):
    lines = [f"{detection.title}{options['end']}" for detection in catalogue.detections]
    return Emitted({"titles.txt": "".join(lines)}, (Loss(None, "query", "the format has no place for it"),))


TARGET = Target("our-titles", "titles.txt", emit, (Option("end", "of a line", ";"),))
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_target_of_a_folder(tmp_path: Path) -> None:
    write(tmp_path, "our_titles.py", GOOD)
    write(tmp_path, "_shared.py", "raise SystemExit")
    write(tmp_path, "notes.txt", "")
    found = plugins(tmp_path)
    assert list(found) == ["our-titles"]
    target = found["our-titles"].load()
    emitted = run(found["our-titles"], target, catalogue(ANALYTICS), {})
    assert emitted.files == {"titles.txt": "One rule;"}


def test_nothing_is_imported_before_it_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path, "broken.py", "raise RuntimeError")
    assert list(plugins(tmp_path)) == ["broken"]
    assert not any("broken" in name for name in sys.modules)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import nothing_of_this_name", "cannot be imported: ModuleNotFoundError: No module named"),
        ("def f(:", "cannot be imported: SyntaxError: "),
        ("1 / 0", r"cannot be imported: ZeroDivisionError: division by zero (line 1 of bad.py)"),
        ("import sys\nsys.exit(1)", "cannot be imported: SystemExit: 1 (line 2 of bad.py)"),
        ("", "found nothing, expected TARGET to be a rulefold.targets.Target"),
        ("TARGET = 'x'", "found a str, expected TARGET to be a rulefold.targets.Target"),
        (GOOD, "found the name 'our-titles', expected 'bad'"),
    ],
)
def test_a_broken_file_is_told_on_one_line(tmp_path: Path, text: str, message: str) -> None:
    write(tmp_path, "bad.py", text)
    with pytest.raises(PluginError) as caught:
        plugins(tmp_path)["bad"].load()
    told = str(caught.value)
    assert re.search(re.escape(f"bad.py: {message}"), told), told
    assert "\n" not in told


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("1 / 0", "our-titles failed: ZeroDivisionError: division by zero (line 6 of our_titles.py)"),
        ("return {'a': 'b'}", "our-titles gave a dict, expected rulefold.targets.Emitted"),
        ("return None", "our-titles gave nothing, expected rulefold.targets.Emitted"),
        ("return Emitted({'a': b'x'})", "our-titles gave a file that is no text: 'a'"),
        ("return Emitted({'../a': 'x'})", "our-titles gave a path out of its folder: '../a'"),
        ("return Emitted({'/a': 'x'})", "our-titles gave a path out of its folder: '/a'"),
        ("return Emitted({'manifest.json': 'x'})", "our-titles gave a path out of its folder: 'manifest.json'"),
    ],
)
def test_a_target_that_fails_is_told_on_one_line(tmp_path: Path, body: str, message: str) -> None:
    text = GOOD.replace('    lines = [f"', f'    {body}\n    lines = [f"')
    write(tmp_path, "our_titles.py", text)
    plugin = plugins(tmp_path)["our-titles"]
    with pytest.raises(PluginError) as caught:
        run(plugin, plugin.load(), catalogue(ANALYTICS), {})
    assert str(caught.value).endswith(message)


def test_a_name_of_rulefold_cannot_be_taken(tmp_path: Path) -> None:
    write(tmp_path, "terraform.py", GOOD)
    with pytest.raises(PluginError, match=r"terraform.py: the target terraform is already there, from rulefold"):
        plugins(tmp_path)


def test_entry_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "acme_rules.py", GOOD)
    monkeypatch.syspath_prepend(str(tmp_path))
    entries = [
        EntryPoint("our-titles", "acme_rules:TARGET", module.GROUP),
        EntryPoint("gone", "acme_gone:TARGET", module.GROUP),
    ]
    monkeypatch.setattr(module, "entry_points", lambda group: EntryPoints(entries).select(group=group))
    found = plugins(None)
    assert list(found) == ["gone", "our-titles"]
    assert found["our-titles"].load().summary == "titles.txt"
    with pytest.raises(PluginError, match=r"^entry point acme_gone:TARGET: cannot be imported: ModuleNotFoundError"):
        found["gone"].load()
    write(tmp_path, "our_titles.py", GOOD)
    with pytest.raises(PluginError, match="already there, from entry point acme_rules:TARGET"):
        plugins(tmp_path)


def test_the_example_of_the_documents(tmp_path: Path) -> None:
    documents = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (example,) = [t.content for t in MarkdownIt().parse(documents) if t.type == "fence" and t.info == "python"]
    write(tmp_path, "our_titles.py", example)
    plugin = plugins(tmp_path)["our-titles"]
    emitted = run(plugin, plugin.load(), catalogue(ANALYTICS, HUNTING), {"end": ";"})
    assert emitted.files == {"titles.txt": "One rule;One rule;"}


def test_a_plugin_says_where_it_is_from(tmp_path: Path) -> None:
    assert Plugin("x", tmp_path / "x.py").source == (tmp_path / "x.py").as_posix()
