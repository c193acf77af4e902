"""Texts of rules, made visible; and which urls are links."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulefold.visible import cut, visible, web_url
from tests.conftest import examples
from tests.report.cases import URLS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain é 日本語 \U0001f600", "plain é 日本語 \U0001f600"),
        ("a\tb\r\nc\n\nd", "a b c d"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("a\x00b\x1b[31m", "a\\u0000b\\u001b[31m"),
        ("\ufffe\uffff\ufeff", "\\ufffe\\uffff\\ufeff"),
        ("\ud800", "\\ud800"),
        ("a\u2028b", "a\\u2028b"),
        ("<b>&amp;", "<b>&amp;"),
        ("", ""),
    ],
)
def test_visible(text: str, expected: str) -> None:
    assert visible(text) == expected


@examples(100)
@given(st.text(st.characters()))
def test_nothing_that_xml_cannot_hold_is_left(text: str) -> None:
    for character in visible(text):
        point = ord(character)
        assert 0x20 <= point <= 0xD7FF or 0xE000 <= point <= 0xFFFD or 0x10000 <= point <= 0x10FFFF
        assert point not in range(0x7F, 0xA0)


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("ab cd", 4, "ab…"), ("", 1, ""), ("ab", 1, "…")],
)
def test_cut(text: str, most: int, expected: str) -> None:
    assert cut(text, most) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("http://example.org", "http://example.org"),
        ("HTTPS://EXAMPLE.ORG/", "https://EXAMPLE.ORG/"),
        ("https://example.org/é", "https://example.org/é"),
        ("https://[::1]:80/", "https://[::1]:80/"),
        (None, None),
        *((url, None) for url in URLS if not url.lower().startswith("http")),
        ("https://example.org/ x", None),
        ("https://example.org/\n", None),
        ('https://example.org/"x', None),
        ("https://user:pass@example.org/", None),
        ("https://[::1", None),
        ("https://example.org:x/", None),
        ("https://example.org/\u202ex", None),
        ("https:///x", None),
        ("https:example.org", None),
        (f"https://example.org/{'x' * 3000}", None),
        ("ftp://example.org/", None),
        (" https://example.org/", None),
        ("java\nscript:alert(1)", None),
    ],
)
def test_web_url(url: str | None, expected: str | None) -> None:
    assert web_url(url) == expected
