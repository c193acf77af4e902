"""catalogue.html: what stands on it, where its links lead, and what must not get out of a name."""

import re
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from importlib import import_module
from pathlib import Path

import pytest

from rulefold.folding import fold
from rulefold.model import (
    Catalogue,
    Conflict,
    Detection,
    Entry,
    Inferred,
    Note,
    OtherValue,
    PageLines,
    Row,
    Rows,
    Schedule,
)
from rulefold.targets import FORMATS, html_catalogue
from rulefold.targets.html_catalogue import emit
from rulefold.workspace import load
from tests.report.cases import HOSTILE, URLS, hostile, hostile_catalogue
from tests.report.hostile import hostile_catalogue as hostile_names
from tests.report.reading import Page, check_links, words
from tests.report.test_shades import contrast
from tests.targets.exports import ANALYTICS, HUNTING, catalogue, changed

ALL = tuple(FORMATS)
RICH = changed(
    ANALYTICS,
    key="aaaaaaaa-0000-4000-8000-000000000000",
    title="Rich rule",
    description="One line.\n  Another line.",
    query='T\n| where x == "<b>" and y > 1\n',
    rows=Rows(seen=2, product=9, missing=tuple(Row(tactic="Execution", platform=f"P{n}") for n in range(7))),
    inferred=Inferred(rows=(Row(platform="Mac"),)),
    same_query=(HUNTING.key,),
    conflicts=(Conflict(field="severity", others=(OtherValue(value="Low", page="p.md", line=7, rows=2),)),),
    sources=(PageLines(page="Rules_1.md", lines=((3, 9), (20, 30))),),
    notes=(Note(code="RF304", message="found 2 rows"), Note(code="RF999", message="of another version")),
)


def shown(found: Catalogue, *beside: str) -> Page:
    return Page(emit(found, beside)["catalogue.html"])


def rules(page: Page) -> list[str]:
    return [words(next(one.iter("h3"))) for one in page.root.iter("details") if one.get("class") == "r"]


def test_a_rule_has_all_that_the_catalogue_says() -> None:
    page = shown(catalogue(RICH, HUNTING), *ALL)
    check_links(page)
    own = page.at(RICH.key)
    text = words(own)
    for expected in (
        *("Execution", "Persistence", "T1059.001", "Windows", "MicrosoftThreatProtection", "SecurityAlert (MDATP)"),
        *("CustomConnector (no connector of that name): Rule_CL", "every 1h, over 1d, fires at more than 0 results"),
        *("2022-08-07", "2 rows of 9; Rules_1.md, lines 3–9, 20–30", "RF304 missing-rows: found 2 rows"),
        *("RF999: of another version", "Execution, P4 and 2 more", "severity: Low, in 2 rows; p.md, line 7", "Mac"),
    ):
        assert expected in text, expected
    (query,) = own.iter("pre")
    assert "".join(query.itertext()) == RICH.query.strip("\n")
    assert "P5" not in text
    links = {label: href for href, label in page.links(own)}
    assert links["T1059.001"] == "https://attack.mitre.org/techniques/T1059/001/"
    assert links["one.yaml"] == RICH.url
    assert links["One rule"] == f"#{HUNTING.key}"


@pytest.mark.parametrize(
    ("beside", "own"),
    [
        ((), set()),
        (("html",), set()),
        (("html", "kql"), {"kql"}),
        (("html", "schema", "markdown", "yaml"), set()),
        (ALL, {"kql"}),
    ],
)
def test_only_files_that_are_written_are_linked(beside: tuple[str, ...], own: set[str]) -> None:
    found = catalogue(changed(RICH, query="q" * 60_000, same_query=None))
    links = {href for href, _ in shown(found, *beside).links() if not href.startswith(("#", "https:"))}
    of_rule = {href for href in links if "/" in href}
    written = {file for name in beside if name != "html" for file in FORMATS[name].emit(found)}
    assert of_rule <= written
    assert {href.rpartition(".")[2] for href in of_rule} == own
    assert links - of_rule == {file for file in written if "/" not in file}


def test_every_rule_stands_once_and_in_each_of_its_groups() -> None:
    page = shown(catalogue(RICH, HUNTING))
    assert rules(page) == ["One rule", "Rich rule"]
    assert groups(page) == {
        "Tactic Execution: 2 rules. All rules": ["One rule", "Rich rule"],
        "Tactic Persistence: 2 rules. All rules": ["One rule", "Rich rule"],
        "Connector CustomConnector: 2 rules. All rules": ["One rule", "Rich rule"],
        "Connector MicrosoftThreatProtection: 2 rules. All rules": ["One rule", "Rich rule"],
        "Severity High: 1 rule. All rules": ["Rich rule"],
        "Severity no severity: 1 rule. All rules": ["One rule"],
    }


def groups(page: Page) -> dict[str, list[str]]:
    """What each group says, with the titles of its rules; the style has to leave them, and to name no other group."""
    style = next(one.text or "" for one in page.root.iter("style") if one.get("id") == "lists")
    styled = re.findall(r"^#(\w+):target~\.r:not\(\[data-in~=(\w+)\]\)\{display:none\}$", style, re.MULTILINE)
    said = {one.get("id", ""): words(one) for one in page.root.iter("p") if one.get("class") == "only"}
    assert styled == [(id_, id_) for id_ in said]
    of_rules = [one for one in page.root.iter("details") if one.get("class") == "r"]
    inside = {words(next(one.iter("h3"))): one.get("data-in", "").split() for one in of_rules}
    return {text: [title for title, ids in inside.items() if id_ in ids] for id_, text in said.items()}


def test_a_view_that_has_too_many_groups_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("rulefold.targets.html_catalogue.views"), "_GROUPS", 3)
    page = shown(catalogue(changed(RICH, tactics=("A", "B", "C", "D", "E"))))
    check_links(page)
    (card,) = (one for one in page.root.iter("details") if one.get("class") == "card tactic")
    assert words(card) == "By tactic A 1 B 1 C 1 and 2 more"


def test_pages_are_named_without_the_folder_that_all_are_in() -> None:
    found = catalogue(RICH)
    source = found.source.model_copy(update={"pages": ("in/a/Rules_1.md", "in/ab/Rules_2.md")})
    counts = found.counts.model_copy(update={"pages": 2})
    moved = changed(RICH, sources=(PageLines(page="in/ab/Rules_2.md", lines=((3, 9),)),))
    page = shown(found.model_copy(update={"source": source, "counts": counts, "detections": (moved,)}))
    assert "; ab/Rules_2.md, lines 3–9" in words(page.at(RICH.key))
    assert "rows in in/" in words(next(page.root.iter("header")))


def test_tactics_are_in_the_order_of_an_attack() -> None:
    found = changed(RICH, tactics=("Zeta", "Impact", "InitialAccess", "alpha"))
    page = shown(catalogue(found, changed(HUNTING, tactics=())))
    (card,) = (one for one in page.root.iter("details") if one.get("class") == "card tactic")
    assert [label for _, label in page.links(card)] == ["InitialAccess", "Impact", "alpha", "Zeta", "no tactic"]


def test_nothing_is_loaded_and_one_script_may_run() -> None:
    page = shown(catalogue(RICH))
    (script,) = page.root.iter("script")
    digest = b64encode(sha256((script.text or "").encode()).digest()).decode()
    policy = next(one.get("content", "") for one in page.root.iter("meta") if one.get("http-equiv"))
    expected = f"script-src 'sha256-{digest}'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    assert policy == f"default-src 'none'; {expected}"
    assert next(one.tag for one in page.root.iter("head") for one in list(one)[1:]) == "meta"  # before all it governs
    for element in page.root.iter():
        assert element.tag not in {"link", "img", "iframe", "object", "embed", "base", "svg", "video"}
        assert not {name for name in element.attrib if name in {"src", "srcset", "action"} or name[:2] == "on"}
    assert not re.search(r"\beval|innerHTML|insertAdjacent|document\.write|fetch\(|Function\(", script.text or "")


def test_without_script_all_is_there_and_the_search_is_not() -> None:
    (form,) = shown(catalogue(RICH)).root.iter("form")
    assert "hidden" in form.attrib
    assert not [one for one in shown(catalogue(RICH)).root.iter("details") if "hidden" in one.attrib]


def test_no_rules() -> None:
    page = shown(catalogue(), *ALL)
    check_links(page)
    assert "There are none." in page.section("rules")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_changes_nothing_but_the_text(text: str) -> None:
    harmless = shown(catalogue(hostile(text or "x", key="key-00001")), *ALL)
    check_links(harmless)
    kinds = {element.tag for element in harmless.root.iter()}
    assert not kinds & {"img", "svg", "b-", "iframe"}
    assert len(list(harmless.root.iter("script"))) == 1
    assert not re.search(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]", harmless.text
    )


def test_hostile_catalogues_lead_nowhere_else() -> None:
    for found in (hostile_catalogue(), hostile_names()):
        page = shown(found, *ALL)
        check_links(page)
        hrefs = {
            href for href, _ in page.links() if not re.match(r"#|detections/|kql/|[A-Za-z.]+\.(md|json|yaml)$", href)
        }
        assert all(re.match(r"https?://[^@\s]+$", href) for href in hrefs), hrefs
        assert len(rules(page)) == len(found.detections)
    assert any(url in emit(hostile_catalogue())["catalogue.html"] for url in URLS[:1])


@pytest.mark.parametrize("text", HOSTILE)
def test_findings_and_places_change_nothing_but_the_text(text: str) -> None:
    assert shown(catalogue(odd(text)), *ALL).tags() == shown(catalogue(odd("x")), *ALL).tags()


def odd(text: str) -> Detection:
    """A rule that has a text wherever `hostile` has none."""
    row = Row(tactic=text, technique=text, connector=text, data_type=text, platform=text)
    return changed(
        RICH,
        same_query=(text,),
        notes=(Note(code=text, message=text),),
        sources=(PageLines(page=text, lines=((1, 2),)),),
        conflicts=(Conflict(field=text, others=(OtherValue(value=text, page=text, line=1, rows=1),)),),
        schedule=Schedule(query_frequency=text, query_period=text, trigger_operator=text, trigger_threshold=text),
        rows=Rows(seen=1, product=2, missing=(row,)),
        inferred=Inferred(rows=(row,)),
    )


@pytest.mark.parametrize(
    "key", ["a/../b c#d", "rules", "r1", 'x" onclick="y', "h-rules-h-rules", "", "\ud800" * 9, "t1"]
)
def test_a_key_that_is_no_fragment(key: str) -> None:
    page = shown(catalogue(RICH.model_copy(update={"key": key})), *ALL)
    check_links(page)
    assert page.at("r1").tag == "div"
    assert key not in page.ids or key in ("rules", "r1", "t1", "")


def test_many_rules_are_an_index_and_very_many_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_catalogue, "_WHOLE", 3)
    monkeypatch.setattr(html_catalogue, "_LISTED", 5)
    found = [changed(RICH, key=f"key-{n:08}", title=f"R{n}", same_query=None) for n in range(8)]
    assert len(list(shown(catalogue(*found[:3])).root.iter("pre"))) == 3
    page = shown(catalogue(*found), *ALL)
    assert rules(page) == ["R0", "R1", "R2", "R3", "R4"]
    assert not list(page.root.iter("pre"))
    head = words(next(page.root.iter("header")))
    assert "the first 5 by title are here, 3 more are in INDEX.md and catalogue.json" in head
    check_links(page)


def test_long_texts_are_cut() -> None:
    found = changed(RICH, description="d" * 30_000, query="q" * 90_000, title="t" * 5_000, tactics=("x" * 9_000,))
    page = shown(catalogue(found), *ALL)
    assert len(page.text) < 90_000
    assert "40,000 characters more are in the query's own file" in words(page.at(RICH.key))
    assert "40,000 characters more are in the catalogue's other formats" in words(shown(catalogue(found)).at(RICH.key))


def test_the_page_of_the_corpus(corpus: Catalogue) -> None:
    page = shown(corpus, *ALL)
    check_links(page)
    assert len(rules(page)) == len(corpus.detections) == 622
    assert {one.key for one in corpus.detections} <= set(page.ids)


def test_the_page_of_twice_as_many_rules_stays_within_its_limit(corpus_entries: list[Entry], shared: Path) -> None:
    tables = load([shared / "kusto" / "tables.json"], [])
    found, _ = fold(corpus_entries, workspace=tables)
    assert any(note.code.startswith("RF7") for one in found.detections for note in one.notes)
    assert len(shown(found, *ALL).text.encode()) * 1_222 / 622 < 4_000_000


def code_of(query: str) -> tuple[str, list[tuple[str, str]]]:
    """What the page shows of a query, and what stands in elements."""
    (pre,) = shown(catalogue(changed(RICH, query=query))).root.iter("pre")
    return "".join(pre.itertext()), [(one.tag, one.text or "") for one in pre]


def test_a_query_is_coloured_by_its_tokens() -> None:
    query = "T // all\n| where ago(1d) < t and a == '<b>&amp;'"
    elements = [("small", "// all"), ("b", "where"), ("u", "ago"), ("var", "1d"), ("b", "and"), ("i", "'<b>&amp;'")]
    assert code_of(query) == (query, elements)


@pytest.mark.parametrize("query", ["T | where a == 'x", "T | where `", "</pre><b>x"])
def test_a_query_with_what_is_no_token_is_plain(query: str) -> None:
    assert code_of(query) in ((query, []), (query, [("b", "pre")]))


def test_what_is_not_to_be_seen_in_a_query_is_written_out() -> None:
    assert code_of("T | where a == '\u202ex'") == ("T | where a == '\\u202ex'", [("b", "where"), ("i", "'\\u202ex'")])
    assert code_of("T | where a \u202e") == ("T | where a \\u202e", [])


def test_colours_of_queries_can_be_read_in_both_schemes() -> None:
    text = emit(catalogue(RICH), ())["catalogue.html"]
    light, dark = ({}, {})  # type: dict[str, str], dict[str, str]
    for block in re.finditer(r"(@media \(prefers-color-scheme:dark\)\{)?:root\{([^}]*)\}", text):
        (dark if block[1] else light).update(re.findall(r"--(\w+):(#[0-9a-f]{6}|#[0-9a-f]{3})\b", block[2]))
    for scheme in (light, dark):
        card = scheme["card"]
        assert all(contrast(scheme[name], card) >= 4.5 for name in ("kw", "fn", "st", "nu", "dim"))


def test_order_of_detections_does_not_matter_and_bytes_are_the_same() -> None:
    assert emit(catalogue(RICH, HUNTING)) == emit(catalogue(HUNTING, RICH))


def test_templates_are_only_loaded_for_the_page() -> None:
    code = "import sys, rulefold.targets; assert 'jinja2' not in sys.modules and 'rulefold.report' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
