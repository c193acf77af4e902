"""What is given on the command line, as pages in their order."""

import io
import os
import sys
from pathlib import Path

import pytest

from rulefold.inputs import Page, find_pages


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(names: dict[str, str] | list[str]) -> None:
    texts = names if isinstance(names, dict) else dict.fromkeys(names, "")
    for name, text in texts.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(text.encode())


def names(*arguments: str, exclude: str | None = None) -> list[str]:
    return [page.name for page in find_pages(arguments, Path(exclude) if exclude else None)]


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        pytest.param(
            {"Rules_10.md": "", "Rules_9.md": "", "Rules_100.md": ""}, ["Rules_9", "Rules_10", "Rules_100"], id="names"
        ),
        pytest.param({"Rules_1009-1029.md": "", "Rules_22-42.md": ""}, ["Rules_22-42", "Rules_1009-1029"], id="ranges"),
        pytest.param(
            {"a1.md": "# Rules: 300-320", "b2.md": "# Rules: 20-40", "c3.md": "# Rules: 1-21"},
            ["c3", "b2", "a1"],
            id="the number in the heading wins",
        ),
        pytest.param({"a.md": "# Rules: 9-29", "10.md": "", "8.md": "# No number"}, ["8", "a", "10"], id="either"),
        pytest.param({"a.md": "# Rules: 2", "b.md": "\ufeff# Rules: 1"}, ["b", "a"], id="byte-order mark"),
        pytest.param({"a.md": "# Rules: 2\r\n\r\n## 9", "b.md": "# Rules: 1\r\n"}, ["b", "a"], id="CRLF"),
        pytest.param({"a.md": "\n\n# Rules: 2", "b.md": "\r\n#\tRules: 1"}, ["b", "a"], id="blank lines, a tab"),
        pytest.param({"b.md": "", "a.md": "", "z1.md": ""}, ["z1", "a", "b"], id="without a number by name, last"),
        pytest.param({"b.md": "# Rules: 5", "a.md": "# Rules: 5"}, ["a", "b"], id="the same number"),
        pytest.param({"1-10.md": "", "1-9.md": ""}, ["1-9", "1-10"], id="numbers behind the first by value"),
        pytest.param(
            {"2.md": "## 1. Rule", "3.md": "#1", "1.md": "Text 7\n# 9"}, ["1", "2", "3"], id="no page heading"
        ),
        pytest.param({"2.md": "# " + "x" * 600 + " 1", "1.md": ""}, ["1", "2"], id="a number far behind"),
        pytest.param({"007.md": "", "6.md": "", "8.md": ""}, ["6", "007", "8"], id="leading zeros"),
    ],
)
def test_order(here: Path, texts: dict[str, str], order: list[str]) -> None:
    write(texts)
    assert names(".") == [f"{name}.md" for name in order]
    assert names(*sorted(texts, reverse=True)) == [f"{name}.md" for name in order]


def test_pages_of_many_folders_are_ordered_together(here: Path) -> None:
    write(["b/Rules_1.md", "a/Rules_2.md", "a/x/Rules_0.md"])
    assert names("a", "b") == ["a/x/Rules_0.md", "b/Rules_1.md", "a/Rules_2.md"]


def test_suffixes(here: Path) -> None:
    taken = ["a.md", "b.markdown", "c.txt", "d.MD", "e.x.md"]
    write([*taken, "f.yaml", "g", "h.md.bak", "md", "i.mdx", "j.html"])
    assert names(".") == taken


def test_a_file_that_is_named_may_have_any_suffix(here: Path) -> None:
    write(["a.page", ".hidden.md"])
    assert names("a.page", ".hidden.md") == [".hidden.md", "a.page"]


def test_hidden_files_and_folders_are_skipped(here: Path) -> None:
    write(["a.md", ".b.md", ".git/c.md", "d/.e/f.md", "g/h.md"])
    assert names(".") == ["a.md", "g/h.md"]


def test_the_output_folder_is_not_searched(here: Path) -> None:
    write(["a.md", "output/INDEX.md", "output/detections/b.md", "x/output/c.md"])
    assert names(".", exclude="output") == ["a.md", "x/output/c.md"]
    assert names(".", exclude=str(here / "x" / ".." / "output")) == ["a.md", "x/output/c.md"]
    assert names(".") == ["a.md", "output/INDEX.md", "output/detections/b.md", "x/output/c.md"]


@pytest.mark.parametrize("pattern", ["**/*.md", "*/*.md", "**", "out*", "o*/**/*.md", "{here}/**/*.md"])
def test_nor_do_globs_find_anything_in_it(here: Path, pattern: str) -> None:
    write(["orders/a.md", "output/INDEX.md", "output/detections/b.md", "outer.md"])
    found = names(pattern.format(here=here), "orders/a.md", exclude="output")
    assert set(found) in ({"orders/a.md"}, {"orders/a.md", "outer.md"})


def test_what_is_named_in_the_output_folder_is_read(here: Path) -> None:
    write(["output/rejects/a.md", "output/rejects/b.md"])
    assert names("output/rejects", exclude="output") == ["output/rejects/a.md", "output/rejects/b.md"]
    assert names("output/rejects/*.md", exclude="output") == ["output/rejects/a.md", "output/rejects/b.md"]
    assert names("output/rejects/a.md", exclude="output") == ["output/rejects/a.md"]


def test_pages_beside_the_output_in_one_folder(here: Path) -> None:
    write(["pages/a.md"])
    assert names("pages", exclude=".") == names("pages/*.md", exclude=".") == ["pages/a.md"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("a/*.md", ["a/1.md", "a/2.md"]),
        ("a/[1]*", ["a/1.md", "a/1.png"]),
        ("?/2.md", ["a/2.md", "b/2.md"]),
        ("**/2.md", ["a/2.md", "b/2.md", "b/c/2.md"]),
        ("b*", ["b/2.md", "b/c/2.md"]),  # a folder that matches is searched through
    ],
)
def test_globs(here: Path, pattern: str, found: list[str]) -> None:
    write(["a/1.md", "a/2.md", "a/1.png", "b/2.md", "b/c/2.md", "b/.d/2.md", "b/2.png"])
    assert sorted(names(pattern)) == found


def test_a_name_with_the_marks_of_a_glob_is_a_name(here: Path) -> None:
    write(["[1].md", "1.md"])
    assert names("[1].md") == ["[1].md"]


def test_a_file_that_is_given_twice_is_read_once(here: Path) -> None:
    write(["a/1.md"])
    assert names("a/1.md", "a", "./a/1.md", "a/*.md", str(here / "a" / "1.md"), "a/../a/1.md") == ["a/1.md"]


def test_so_is_a_file_with_two_names(here: Path) -> None:
    write(["a/2.md", "a/b/c.md"])
    Path("a/1.md").symlink_to("2.md")
    Path("a/0.md").symlink_to(here / "a" / "b" / "c.md")
    assert names("a") == ["a/0.md", "a/1.md"]


def test_the_same_text_in_two_files_is_two_pages(here: Path) -> None:
    write({"a.md": "# Rules: 1", "b.md": "# Rules: 1"})
    assert names(".") == ["a.md", "b.md"]


@pytest.mark.parametrize("argument", ["absent", "absent.md", "absent/*.md", "*.md", "", "a\0b"])
def test_what_names_nothing_is_an_error(here: Path, argument: str) -> None:
    write(["a.txt"])
    with pytest.raises(FileNotFoundError, match="no such file or folder"):
        find_pages(["a.txt", argument])


def test_an_empty_folder_is_none(here: Path) -> None:
    Path("empty").mkdir()
    assert names("empty") == []


def test_names_are_relative_to_the_working_folder(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(["a/1.md", "b/2.md"])
    assert names(str(here / "a")) == ["a/1.md"]
    monkeypatch.chdir("b")
    assert names("../a") == ["../a/1.md"]
    assert names(str(here / "a")) == [f"{here.as_posix()}/a/1.md"]
    assert names("./2.md") == ["2.md"]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are text there")
def test_a_name_that_is_no_text(here: Path) -> None:
    Path(os.fsdecode(b"a\xff.md")).write_bytes(b"x")
    (page,) = find_pages(["."])
    assert page.name == "a\\xff.md"
    assert page.read().data == b"x"


class Standard(io.TextIOWrapper):
    """Standard input with these bytes."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data))


def test_standard_input(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write({"1.md": "# Rules: 1"})
    monkeypatch.setattr(sys, "stdin", Standard(b"\xef\xbb\xbf# Rules: 2\r\n\xff"))
    file, page = find_pages(["-", "1.md", "-"])
    assert (file.name, page) == ("1.md", Page("<stdin>", None))
    source = page.read()
    assert (source.name, source.data) == ("<stdin>", b"\xef\xbb\xbf# Rules: 2\r\n\xff")
    assert source.text == "# Rules: 2\n\udcff"


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="has no paths of pipes")
def test_nothing_is_lost_of_a_pipe() -> None:
    # `rulefold build <(…)` gives a path that can be read only once
    text = b"# Rules: 1-21\n" * 1000
    reading, writing = os.pipe()
    os.write(writing, text)
    os.close(writing)
    try:
        (page,) = find_pages([f"/dev/fd/{reading}"])
        assert page.read().data == text
    finally:
        os.close(reading)


def test_a_page_that_cannot_be_read(here: Path) -> None:
    write(["a.md"])
    (page,) = find_pages(["a.md"])
    Path("a.md").unlink()
    with pytest.raises(FileNotFoundError):
        page.read()
