"""catalogue.html in a real browser: whether it fits, whether everybody can use it, and what a search leaves.

tests/report/browsing.py has what every page has to be; what a search should leave is worked out here, from the
catalogue.
"""

from pathlib import Path

import pytest

from rulefold.model import Catalogue, Detection
from rulefold.targets import FORMATS
from rulefold.targets.html_catalogue import emit
from tests.report.browsing import Facts, PageTests, asked, measure
from tests.report.browsing import modules as modules
from tests.report.cases import hostile_catalogue

pytestmark = [pytest.mark.browser, pytest.mark.slow]

A4 = (595, 842)  # points
WORD, TACTIC, CONNECTOR = "Office", "Persistence", "AzureActiveDirectory"


def write(found: Catalogue, folder: Path) -> Path:
    file = folder / "catalogue.html"
    file.write_text(emit(found, tuple(FORMATS))["catalogue.html"], encoding="utf-8")
    return file


@pytest.fixture(scope="module", params=["corpus", "seed", "hostile"])
def measured(request: pytest.FixtureRequest, modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    found = hostile_catalogue() if request.param == "hostile" else request.getfixturevalue(request.param)
    fragment = "r1" if request.param == "hostile" else found.detections[0].key
    return measure(modules, write(found, tmp_path_factory.mktemp(request.param)), fragment)


class TestPage(PageTests):
    """What is true of each page, of the page of a catalogue."""


def test_the_keyboard_skips_to_the_rules(measured: Facts) -> None:
    keyboard = measured["keyboard"]
    assert (keyboard["first"]["text"], keyboard["skipped"]) == ("Skip to the rules", "#rules")
    assert keyboard["stops"] > 10


def test_a_fragment_opens_its_rule(measured: Facts) -> None:
    assert measured["fragment"] == {"open": True, "seen": True, "others": 0}


def test_it_prints_a_list_on_a4(measured: Facts) -> None:
    printed = measured["pdf"]
    assert (round(printed["width"]), round(printed["height"])) == A4
    assert 1 <= printed["pages"] <= 25
    assert printed["tools"] == []


# --- search


@pytest.fixture(scope="module")
def searched(corpus: Catalogue, modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    file = write(corpus, tmp_path_factory.mktemp("search"))
    own = sought(corpus)
    texts = (own.title, own.key, own.key[:8].upper(), own.query.splitlines()[-1].strip())
    return asked(modules, "search", str(file), WORD, TACTIC, CONNECTOR, own.key, *texts)


def sought(corpus: Catalogue) -> Detection:
    """A rule that the filters leave out."""
    return next(one for one in corpus.detections if CONNECTOR not in {c.id for c in one.connectors})


def titles(found: list[Detection]) -> list[str]:
    return sorted(one.title for one in found)


def has_both(one: Detection) -> bool:
    return TACTIC in one.tactics and CONNECTOR in {connector.id for connector in one.connectors}


def test_it_starts_with_all_rules(searched: Facts, corpus: Catalogue) -> None:
    assert sorted(searched["start"]["titles"]) == titles(list(corpus.detections))
    assert (searched["start"]["said"], searched["start"]["live"]) == ("622 of 622 rules", "polite")
    assert searched["start"]["form"]


def test_a_word_leaves_the_rules_that_have_it(searched: Facts, corpus: Catalogue) -> None:
    word = WORD.lower()
    sure = titles([one for one in corpus.detections if word in f"{one.title} {one.description} {one.query}".lower()])
    able = titles([one for one in corpus.detections if word in one.model_dump_json().lower()])
    left = sorted(searched["word"]["titles"])
    assert 0 < len(left) < 622
    assert set(sure) <= set(left) <= set(able)
    assert searched["word"]["said"] == f"{len(left)} of 622 rules"
    assert searched["word"]["hash"] == f"#?q={WORD}"


def test_enter_sends_nothing_and_escape_clears(searched: Facts) -> None:
    assert searched["entered"]["titles"] == searched["word"]["titles"]
    assert searched["escape"]["titles"] == searched["start"]["titles"]
    assert (searched["escape"]["said"], searched["escape"]["hash"]) == ("622 of 622 rules", "")
    assert (searched["messages"], searched["requests"]) == ([], 2)  # it was loaded twice


def test_filters_combine_and_the_address_keeps_them(searched: Facts, corpus: Catalogue) -> None:
    assert sorted(searched["tactic"]["titles"]) == titles([one for one in corpus.detections if TACTIC in one.tactics])
    both = titles([one for one in corpus.detections if has_both(one)])
    assert sorted(searched["both"]["titles"]) == both
    assert searched["both"]["said"] == f"{len(both)} of 622 rules"
    assert searched["both"]["hash"] == f"#?tactic={TACTIC}&connector={CONNECTOR}"
    assert searched["again"]["titles"] == searched["both"]["titles"]


def test_the_fragment_of_a_rule_that_is_left_out_shows_it(searched: Facts) -> None:
    assert (len(searched["fragment"]["titles"]), searched["fragment"]["open"]) == (622, 1)


def test_nothing_is_found_and_all_is_cleared(searched: Facts) -> None:
    assert (searched["nothing"]["titles"], searched["nothing"]["said"]) == ([], "No rule fits all of that")
    assert len(searched["cleared"]["titles"]) == 622


def test_a_card_leaves_what_it_counts_whatever_was_set_before_and_its_rules_can_be_opened(
    searched: Facts, corpus: Catalogue
) -> None:
    own = titles([one for one in corpus.detections if TACTIC in one.tactics])
    assert sorted(searched["card"]["titles"]) == own
    assert searched["card"]["focused"] == "h-rules"
    assert searched["card"]["hash"] == f"#?tactic={TACTIC}"
    assert searched["opened"]["open"] == len(own)


def test_the_fragment_of_a_group_sets_a_filter_that_can_be_cleared(searched: Facts) -> None:
    assert searched["group"]["titles"] == searched["card"]["titles"]
    assert searched["group"]["hash"] == searched["card"]["hash"]
    assert searched["groupCleared"]["titles"] == searched["start"]["titles"]


def test_a_query_can_be_copied(searched: Facts, corpus: Catalogue) -> None:
    copied = searched["copied"]
    assert copied["said"] == "Copied"
    assert copied["text"] == copied["query"]
    assert copied["text"] in {one.query.strip("\n") for one in corpus.detections if TACTIC in one.tactics}


def test_a_rule_is_found_by_its_title_its_id_and_a_line_of_its_query(searched: Facts, corpus: Catalogue) -> None:
    own = sought(corpus)
    by_title, by_id, by_part, by_query = (found["titles"] for found in searched["texts"])
    assert by_id == by_part == [own.title]
    assert own.title in by_title
    assert own.title in by_query
    assert len(by_title) < 20 > len(by_query)


def test_without_script_all_rules_are_there(searched: Facts, corpus: Catalogue) -> None:
    everything = titles(list(corpus.detections))
    assert sorted(searched["bare"]["titles"]) == everything
    assert (searched["bare"]["form"], searched["bare"]["open"]) == (False, 1)
    assert sorted(searched["bareAll"]["titles"]) == everything


def test_without_script_a_card_leaves_what_it_counts(searched: Facts, corpus: Catalogue) -> None:
    own = titles([one for one in corpus.detections if TACTIC in one.tactics])
    group = searched["bareGroup"]
    assert sorted(group["titles"]) == own
    assert group["text"] == f"Tactic {TACTIC}: {len(own)} rules. All rules"
    assert group["seen"]
