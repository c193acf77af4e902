"""Hostile names in every field of a detection: they are text on the page, and nothing else."""

import re

import pytest

from rulefold.attack.threats import Threat
from rulefold.report.contents import Choice
from tests.report.reading import Page, check_links, page, words
from tests.report.samples import MANY, NASTY, TINY, nasty_catalogue

FIELDS = ["title", "type", "tactics", "techniques", "connectors", "data_types", "severity", "url", "key", "id"]
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("links", [None, "..", 'x" y'])
def test_a_name_changes_nothing_but_the_text(field: str, links: str | None) -> None:
    choice = Choice(links=links, without=("Some",))
    expected = page(nasty_catalogue("harmless", field), choice, TINY).tags()
    for text in NASTY:
        shown = page(nasty_catalogue(text, field), choice, TINY)
        assert shown.tags() == expected, text
        assert not _STEERING.search(shown.text), text
        shown.text.encode()
        check_links(shown)


@pytest.mark.parametrize("text", NASTY)
def test_a_name_is_shown_as_it_is_but_for_what_nobody_sees(text: str) -> None:
    visible = _STEERING.sub(lambda one: f"\\u{ord(one[0]):04x}", re.sub("[\t\r\n]+", " ", text))
    visible = re.sub("[\ufdd0\U000e0041]", lambda one: f"\\u{ord(one[0]):04x}", visible)
    shown = page(nasty_catalogue(text, "title"), snapshot=TINY)
    assert [words(item) for item in shown.at("rules").iter("b")].count(visible) == 1
    assert visible in shown.section("execution-T2")


@pytest.mark.parametrize("text", NASTY)
def test_names_of_threats_platforms_and_connectors_given_by_the_user(text: str) -> None:
    def shown(name: str) -> Page:
        return page(MANY, Choice(threats=(Threat(name, ("T2", "T3")),), without=(name,), links=".."), TINY)

    assert shown(text).tags() == shown("harmless").tags()
    check_links(shown(text))
