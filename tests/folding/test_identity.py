"""Which rows are of one rule, and which are not."""

import pytest

from rulefold.diagnostics import Diagnostic
from rulefold.folding import fold
from rulefold.model import Catalogue
from rulefold.text import Place
from tests.pages_text import block, detections, entries, guid, page

LETTERS = "0123abcd-ef01-4abc-8def-0123456789ab"
MALFORMED = "f090f8f4a-b986-42d2-b536-e0795c723e25"  # nine digits in the first group, as in the real catalogue
URL = "https://example.org/rules/"


def folded(*blocks: str) -> tuple[Catalogue, list[Diagnostic]]:
    return fold(entries(page(*blocks)))


def codes(diagnostics: list[Diagnostic]) -> list[str]:
    return [diagnostic.code for diagnostic in diagnostics]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param({"id": LETTERS}, {"id": LETTERS}, id="same id"),
        pytest.param({"id": LETTERS}, {"id": LETTERS.upper()}, id="ids without case"),
        pytest.param({"title": "A"}, {"title": "B"}, id="other title"),
        pytest.param({"url": URL + "a"}, {"url": URL + "b"}, id="other url"),
        pytest.param({"query": "A"}, {"query": "B"}, id="other query"),
        pytest.param({"title": "A", "url": URL + "a"}, {"title": "B", "url": URL + "b"}, id="same query"),
        pytest.param({"title": "A", "query": "A"}, {"title": "B", "query": "B"}, id="same url"),
        pytest.param({"url": URL + "a", "query": "A"}, {"url": URL + "b", "query": "B"}, id="same title"),
        pytest.param({"id": ""}, {"id": "", "title": "B", "query": "B"}, id="no id, same url"),
        pytest.param({"id": MALFORMED}, {"id": MALFORMED, "title": "B", "query": "B"}, id="malformed id, same url"),
        pytest.param({"id": MALFORMED}, {"id": "12", "title": "B", "query": "B"}, id="two malformed ids, same url"),
        pytest.param({"id": MALFORMED}, {}, id="malformed id, and the rule with its url"),
        pytest.param({}, {"id": "", "title": "B", "query": "B"}, id="no id, and the rule with its url"),
        pytest.param({"id": "12", "url": ""}, {"id": "12", "url": ""}, id="malformed id without a url"),
    ],
)
def test_rows_of_one_rule(first: dict[str, str], second: dict[str, str]) -> None:
    catalogue, told = folded(block(platform="Azure", **first), block(platform="Linux", **second))
    (detection,) = catalogue.detections
    assert detection.platforms == ("Azure", "Linux")
    assert detection.rows.seen == 2
    assert "RF302" not in codes(told)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param({"id": guid(1)}, {"id": guid(2)}, id="all the same but the id"),
        pytest.param({"id": "", "url": URL + "a"}, {"id": "", "url": URL + "b"}, id="no id, other url"),
        pytest.param({"id": MALFORMED, "url": URL + "a"}, {"id": MALFORMED, "url": URL + "b"}, id="malformed id"),
        pytest.param({"id": "12", "url": ""}, {"id": "13", "url": ""}, id="malformed ids without a url"),
        pytest.param({"id": guid(1), "url": ""}, {"id": "12", "url": ""}, id="no url is no shared url"),
        pytest.param(
            {"title": "A", "url": "", "query": "A"}, {"title": "B", "url": "", "query": "B"}, id="one id, no url"
        ),
        pytest.param(
            {"title": "A", "url": URL + "a", "query": "A"},
            {"title": "a", "url": URL + "A", "query": "a"},
            id="title, url and query are compared with case",
        ),
    ],
)
def test_rows_of_two_rules(first: dict[str, str], second: dict[str, str]) -> None:
    catalogue, _ = folded(block(platform="Azure", **first), block(platform="Linux", **second))
    assert [detection.platforms for detection in catalogue.detections] == [("Azure",), ("Linux",)]
    assert not any(detection.conflicts for detection in catalogue.detections)


def test_an_id_of_two_rules_is_told_on_both() -> None:
    one = {"title": "Brute force", "url": URL + "a", "query": "A"}
    two = {"title": "Phishing", "url": URL + "b", "query": "B"}
    catalogue, told = folded(
        block(**one), block(**two), block(platform="Linux", **one), block(tactic="Execution", **two)
    )
    first, second = catalogue.detections
    assert (first.title, first.platforms, first.tactics) == ("Brute force", ("Azure", "Linux"), ("Impact",))
    assert (second.title, second.platforms, second.tactics) == ("Phishing", ("Azure",), ("Impact", "Execution"))
    assert first.id == second.id == guid(1)
    assert first.key != second.key
    shared = [d for d in told if d.code == "RF302"]
    assert [(d.detection, "'Phishing'" in d.message, "'Brute force'" in d.message) for d in shared] == [
        (first.key, True, False),
        (second.key, False, True),
    ]
    assert [d.place.line for d in shared if d.place] == [3, 29]
    assert [d.related[0].place.line for d in shared] == [29, 3]
    assert [[note.code for note in d.notes if note.code == "RF302"] for d in catalogue.detections] == [["RF302"]] * 2


def test_three_rules_with_one_id() -> None:
    blocks = [block(title=f"Rule {n}", url=f"{URL}{n}", query=f"T{n}") for n in range(3)]
    catalogue, told = folded(*blocks)
    assert len({detection.key for detection in catalogue.detections}) == 3
    first = next(d for d in told if d.code == "RF302")
    assert "'Rule 1', 'Rule 2'" in first.message
    assert len(first.related) == 2


def test_what_rows_share_reaches_over_others() -> None:
    # The first shares its title with the second, and the second its query with the third
    chain = [
        {"title": "A", "url": URL + "1", "query": "X", "platform": "One"},
        {"title": "A", "url": URL + "2", "query": "Y", "platform": "Two"},
        {"title": "B", "url": URL + "3", "query": "Y", "platform": "Three"},
    ]
    for order in ((0, 1, 2), (0, 2, 1), (2, 0, 1), (1, 2, 0)):
        catalogue, told = folded(*(block(**chain[n]) for n in order))
        (detection,) = catalogue.detections
        assert set(detection.platforms) == {"One", "Two", "Three"}
        assert [conflict.field for conflict in detection.conflicts or ()] == ["title", "url", "query"]
        assert codes(told).count("RF301") == 3


def test_a_chain_and_a_stranger_with_one_id() -> None:
    catalogue, _ = folded(
        block(title="A", url=URL + "1", query="X"),
        block(title="Stranger", url=URL + "9", query="Z"),
        block(title="A", url=URL + "2", query="Y"),
    )
    assert [detection.title for detection in catalogue.detections] == ["A", "Stranger"]
    assert [detection.rows.seen for detection in catalogue.detections] == [1, 1]
    assert [detection.sources[0].lines for detection in catalogue.detections] == [((3, 28), (55, 80)), ((29, 54),)]


@pytest.mark.parametrize(
    ("id_", "code", "said", "column"),
    [
        ("", "RF202", "no DetectionId", 17),
        (MALFORMED, "RF201", MALFORMED, 16),
        (guid(1)[:-1], "RF201", "is no GUID", 16),
        (f"{{{guid(1)}}}", "RF201", "is no GUID", 16),
    ],
)
def test_an_id_that_is_none_is_kept_and_told(id_: str, code: str, said: str, column: int) -> None:
    catalogue, told = folded(block(id=id_), block(id=id_, platform="Linux"))
    (detection,) = catalogue.detections
    assert detection.id == id_
    assert detection.rows.seen == 2
    (diagnostic,) = [d for d in told if d.code == code]
    assert said in diagnostic.message
    assert diagnostic.place == Place("1.md", 14, column)


@pytest.mark.parametrize("id_", ["", MALFORMED])
def test_a_row_without_a_usable_id_takes_that_of_the_rule_with_its_url(id_: str) -> None:
    for order in (1, -1):
        rows = [block(id=id_, platform="Azure"), block(id=guid(1), platform="Linux")][::order]
        (detection,) = folded(*rows)[0].detections
        assert detection.id == detection.key == guid(1)
        assert detection.platforms == (("Azure", "Linux"), ("Linux", "Azure"))[order == -1]
        assert detection.rows.seen == 2


@pytest.mark.parametrize("id_", ["", MALFORMED])
def test_a_row_without_a_usable_id_stays_apart_where_two_rules_have_its_url(id_: str) -> None:
    catalogue, _ = folded(block(id=guid(1)), block(id=guid(2)), block(id=id_, platform="Linux"))
    assert [(d.id, d.platforms) for d in catalogue.detections] == [
        (guid(1), ("Azure",)),
        (guid(2), ("Azure",)),
        (id_, ("Linux",)),
    ]


def test_entries_with_neither_id_nor_url_do_not_join_a_rule_without_a_url() -> None:
    # Pages cannot state such an entry, but the Python API can
    stated, other = entries(page(block(url=""), block(title="Other", query="Other")))
    homeless = other.model_copy(update={"id": None, "url": None})
    assert [d.title for d in detections([stated, homeless])] == ["One rule", "Other"]


def test_a_rule_lies_on_many_pages() -> None:
    pages = [
        page(block(platform=name), block(id=guid(2), url=URL, platform=name)) for name in ("Azure", "Linux", "SaaS")
    ]
    first, second = detections(entries(*pages))
    assert first.platforms == second.platforms == ("Azure", "Linux", "SaaS")
    assert [(source.page, source.lines) for source in second.sources] == [
        ("1.md", ((31, 58),)),
        ("2.md", ((31, 58),)),
        ("3.md", ((31, 58),)),
    ]


def test_rules_come_in_the_order_of_their_first_rows() -> None:
    rows = [block(id=guid(n), url=f"{URL}{n}", platform=f"P{n}") for n in (3, 1, 2, 1, 3)]
    assert [detection.id for detection in folded(*rows)[0].detections] == [guid(3), guid(1), guid(2)]


def test_and_a_first_row_without_an_id_counts_as_one() -> None:
    rows = [block(id="", platform="Linux"), block(id=guid(2), url=f"{URL}2"), block(id=guid(1))]
    assert [detection.id for detection in folded(*rows)[0].detections] == [guid(1), guid(2)]
