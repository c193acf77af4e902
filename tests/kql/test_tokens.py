"""Tokens: what belongs to which, and that every character of a text belongs to one, to a comment, or to white space."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulefold.kql import literals
from rulefold.kql.tokens import Kind, comments, tokens
from tests.conftest import examples

CASES = {
    "hyphens of a keyword": ("mv-expand a-b", ["mv-expand", "a", "-", "b"]),
    "a keyword with more behind it is a difference": ("mv-expandx", ["mv", "-", "expandx"]),
    "negated words": ("a !in~ b !has_cs c", ["a", "!in~", "b", "!has_cs", "c"]),
    "no negated word": ("a !ink", ["a", "!", "ink"]),
    "two points are no decimal point": ("1..2", ["1", "..", "2"]),
    "a point behind a number": ("1. + 1.5e-3", ["1.", "+", "1.5e-3"]),
    "timespans": ("1d 1.5h 2microseconds 1x", ["1d", "1.5h", "2microseconds", "1x"]),
    "typed literals": ("long(-1) datetime(2020-01-01 00:00)", ["long(-1)", "datetime(2020-01-01 00:00)"]),
    "a type apart from its bracket": ("long (1)", ["long", "(", "1", ")"]),
    "strings": ("""'a"b' "c\\"d" @"e\\" h'f' H@'g''h'""", ["'a\"b'", '"c\\"d"', '@"e\\"', "h'f'", "H@'g''h'"]),
    "strings over lines": ("```a\n'b``` ~~~c\n~~~", ["```a\n'b```", "~~~c\n~~~"]),
    "a string ends with its line": ('"a\nb"', ['"a', "b", '"']),
    "a comment is none in a string": ('"//a" // "b"', ['"//a"']),
    "hexadecimal": ("0x1F 0xG", ["0x1F", "0xG"]),
}
KINDS = {
    "a": Kind.NAME,
    "$left": Kind.NAME,
    "5a": Kind.NAME,
    "5": Kind.LONG,
    "0xff": Kind.LONG,
    "5e3": Kind.REAL,
    "5tick": Kind.TIMESPAN,
    "guid(x)": Kind.TYPED,
    "'x'": Kind.STRING,
    "=~": Kind.PUNCTUATION,
    "'x": Kind.BROKEN,
    "```x": Kind.BROKEN,
    "long(5": Kind.BROKEN,
    '"\\q"': Kind.BROKEN,
    "#": Kind.BROKEN,
}
TIMESPANS = {
    "1d": 864_000_000_000,
    "1.5h": 54_000_000_000,
    "1tick": 1,
    "2": 2 * 864_000_000_000,
    "1.02:03:04.5": 937_845_000_000,
    "-00:00:01": -10_000_000,
    "1 min": 600_000_000,
    "25:00": None,
    "1 week": None,
    "": None,
}
MOMENTS = {
    "0001-01-01": 0,
    "2020": 637_134_336_000_000_000,
    "2020-01-01T01:00:00+01:00": 637_134_336_000_000_000,
    "1/1/2020": 637_134_336_000_000_000,
    "2020-02-30": None,
    "now": None,
}


@pytest.mark.parametrize(("text", "texts"), CASES.values(), ids=CASES)
def test_tokens(text: str, texts: list[str]) -> None:
    assert [token.text for token in tokens(text)] == [*texts, ""]


@pytest.mark.parametrize(("text", "kind"), KINDS.items())
def test_kinds(text: str, kind: Kind) -> None:
    assert tokens(text)[0].kind is kind


@pytest.mark.parametrize(("text", "ticks"), TIMESPANS.items())
def test_timespans(text: str, ticks: int | None) -> None:
    assert literals.timespan(text) == ticks


@pytest.mark.parametrize(("text", "ticks"), MOMENTS.items())
def test_datetimes(text: str, ticks: int | None) -> None:
    assert literals.moment(text) == ticks


@given(st.text() | st.text("ab1. \n\"'`~@h/()[]!-=\\", max_size=40))
@examples(300)
def test_nothing_is_lost(text: str) -> None:
    spans = sorted([*(token.span for token in tokens(text)), *comments(text)])
    end = 0
    for span in spans:
        assert span.start >= end
        assert not text[end : span.start].strip(" \t\n\r\f\v")
        end = span.end
    assert end == len(text)
