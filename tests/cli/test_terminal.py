"""What the terminal shows, and what it is spared."""

import io
import sys

import click
import pytest

from rulefold import codes
from rulefold.cli import terminal
from rulefold.text import Place


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, with ä and 漢", "plain text, with ä and 漢"),
        ("a tab\tand a line\nfeed", "a tab\tand a line\nfeed"),
        ("\x1b[31mred", "\\u001b[31mred"),
        ("back\rover", "back\\u000dover"),
        ("right \u202e to left", "right \\u202e to left"),
        ("\x9b31m", "\\u009b31m"),
        ("lone \udcff byte", "lone \\udcff byte"),
    ],
)
def test_plain(text: str, shown: str) -> None:
    assert terminal.plain(text) == shown


@pytest.mark.parametrize(
    ("is_terminal", "no_colour", "is_coloured"), [(True, "", True), (True, "1", False), (False, "", False)]
)
def test_severity_is_in_colour_on_a_terminal_only(
    is_terminal: bool, no_colour: str, is_coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = Terminal() if is_terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("NO_COLOR", no_colour)
    with click.Context(click.Command("any")) as context:
        terminal.obey_no_color(context)
        terminal.print_diagnostic(codes.NO_TABLE.at(Place("a.md", 1, 1), "found no table"))
    assert ("\x1b[" in stream.getvalue()) is is_coloured
    assert click.unstyle(stream.getvalue()) == "a.md:1:1: error RF101: found no table\n"


def test_a_table_on_a_terminal_fits_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("COLUMNS", "40")
    terminal.print_table(("ID", "TITLE"), [("1", "a title that is much longer than the line"), ("22", "short")])
    lines = click.unstyle(stream.getvalue()).splitlines()
    assert lines == ["ID  TITLE", "1   a title that is much longer than th…", "22  short"]
    assert max(map(len, lines)) == 40


def test_a_table_in_a_file_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("COLUMNS", "40")
    terminal.print_table(("ID", "TITLE"), [("1", "a title that is much longer than the line")])
    assert stream.getvalue().splitlines()[1] == "1   a title that is much longer than the line"


@pytest.mark.parametrize(
    ("is_terminal", "seconds", "is_shown"), [(True, 2.0, True), (True, 0.1, False), (False, 2.0, False)]
)
def test_progress_needs_a_terminal_and_a_second(
    is_terminal: bool, seconds: float, is_shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = Terminal() if is_terminal else io.StringIO()
    clock = iter([0.0, seconds, seconds])
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    assert list(terminal.progress(["a", "b"], "page")) == ["a", "b"]
    assert ("1 of 2 pages" in stream.getvalue()) is is_shown
    assert stream.getvalue().endswith("\r\x1b[K") is is_shown


@pytest.mark.parametrize(("number", "text"), [(0, "0 entries"), (1, "1 entry"), (4233, "4,233 entries")])
def test_counted(number: int, text: str) -> None:
    assert terminal.counted(number, "entry", "entries") == text
