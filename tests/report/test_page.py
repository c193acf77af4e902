"""coverage.html: what stands on it, where its numbers lead, and what must not get out of a name."""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rulefold.attack import load
from rulefold.attack.coverage import coverage
from rulefold.attack.gaps import Need
from rulefold.attack.matrix import Outcome
from rulefold.attack.snapshot import DISCLAIMER, LICENCE
from rulefold.attack.threats import Threat
from rulefold.model import Catalogue, Connector
from rulefold.report.contents import Choice, Report, report
from rulefold.report.page import claims as claims_page
from rulefold.report.page import emit, index
from rulefold.report.page import gaps as gaps_page
from rulefold.report.page import matrix as matrix_page
from tests.attack.tiny import ROOT, catalogue, detection
from tests.conftest import read_entries
from tests.report.reading import Page, check_links, listed, page, words
from tests.report.samples import MANY, TINY


@pytest.fixture(scope="module")
def seed() -> Catalogue:
    from rulefold.folding import fold

    return fold(read_entries([ROOT / "catalog" / "Rules_5587-5607.md"]))[0]


@pytest.fixture(scope="module")
def corpus(shared: Path) -> Catalogue:
    from rulefold.folding import fold

    return fold(read_entries(sorted((shared / "corpus" / "pages").glob("*.md"))))[0]


@pytest.fixture(scope="module")
def many() -> Page:
    return page(MANY, Choice(links=".."), TINY)


# --- numbers


def by_kind(found: Report) -> dict[str, list[str]]:
    types = {"Analytics": "alerting", "Hunting": "hunting"}
    kinds: dict[str, list[str]] = {"alerting": [], "hunting": [], "other": []}
    for one in found.coverage.detections:
        kinds[types.get(one.type or "", "other")].append(one.key)
    return kinds


def expected_figures(found: Report) -> dict[str, int]:
    """The figures of the summary by the fragment they lead to, counted claim by claim."""
    claims = {own.detection: own for own in found.coverage.claims}
    stated = {one.key: bool(one.tactics or one.techniques) for one in found.coverage.detections}
    figures: dict[str, int] = {}
    for kind, keys in by_kind(found).items():
        own = [claims[key] for key in keys]
        figures[f"rules-{kind}"] = len(keys)
        figures[f"rules-{kind}-declared"] = sum(bool(one.declared) for one in own)
        figures[f"rules-{kind}-implied"] = sum(bool(one.implied) and not one.declared for one in own)
        bare = [one for one in own if not one.declared and not one.implied]
        figures[f"rules-{kind}-tactic-only"] = sum(bool(one.tactic_only) for one in bare)
        figures[f"rules-{kind}-silent"] = sum(not stated[key] for key in keys)
        figures[f"rules-{kind}-nowhere"] = sum(stated[one.detection] and not one.tactic_only for one in bare)
        figures[f"claims-{kind}-migrated"] = sum(bool(one.migrated) for one in own)
        for outcome in ("ambiguous", "unknown", "ics", "no-tactic", "deprecated", "revoked"):
            figures[f"claims-{kind}-{outcome}"] = sum(Outcome(outcome) in one.apart for one in own)
        for part in found.coverage.denominators:
            declared = {
                technique for one in own for tactic, technique in one.declared if (tactic, technique) in part.cells
            }
            figures[f"techniques-{kind}-{part.name}"] = len(declared)
    declared_by = {type_: own.techniques for type_, own in found.coverage.by_type.items()}
    figures["techniques-only-hunting"] = len(declared_by["Hunting"] - declared_by["Analytics"])
    for need in Need:
        figures[f"gaps-{need}"] = sum(gap.need is need for gap in found.gaps)
    return figures


def check_figures(found: Report, shown: Page) -> set[str]:
    """Every number of the summary is the figure, and leads to as many; gives the fragments of numbers."""
    expected, seen = expected_figures(found), set()
    for href, text in shown.links(shown.at("summary")):
        if re.fullmatch(r"[\d,]+", text):
            target, value = href.removeprefix("#"), int(text.replace(",", ""))
            assert len(listed(shown.at(target))) == value, target
            assert value == expected.get(target, value), target
            seen.add(target)
    assert {target for target, value in expected.items() if value} <= seen
    return seen


def test_every_number_of_the_summary_leads_to_what_it_counts(many: Page) -> None:
    seen = check_figures(report(MANY, TINY), many)
    assert {"techniques-only-hunting", "gaps", "claims-hunting-ics", "claims-alerting-migrated"} <= seen


def test_with_platforms_there_are_three_shares() -> None:
    found = [
        detection("a", ["Execution"], ["T1059.001"]),
        detection("b", ["Execution"], ["T1651"]),
        detection("c", ["Reconnaissance"], ["T1595"]),
    ]
    choice = Choice(platforms=("Windows", "Linux"))
    shown = page(catalogue(*found), choice)
    check_figures(report(catalogue(*found), load(), choice), shown)
    assert "1 of 697" not in shown.section("summary")
    assert re.search(
        r"1 of \d+, [\d.]+ %, of those on the chosen platforms; of 23 further techniques", shown.section("summary")
    )
    assert "2 of 601" in shown.section("summary")


def test_numbers_have_thousands_separators() -> None:
    found = catalogue(*(detection(f"r{n:05}", ["Execution"], ["T1059"]) for n in range(1_001)))
    assert "1,001 alerting rules, 1,001 of them with a declared pair" in page(found).section("summary")


def test_alerting_and_hunting_are_never_added_up(many: Page) -> None:
    cards = [words(card) for card in many.at("summary").iter("div") if card.get("class", "").startswith("card ")]
    assert [card.split(" techniques")[0] for card in cards[:3]] == [
        "● Alerted on 3 of 6",
        "○ Hunted for 2 of 6",
        "◇ By detections of other types 1 of 6",
    ]


def test_the_figures_of_the_corpus(corpus: Catalogue) -> None:
    found = report(corpus, load(), Choice(links=".."))
    shown = Page(emit(found)["coverage.html"])
    check_figures(found, shown)
    check_links(shown)
    for (tactic, technique), keys in found.coverage.all.declared.items():
        assert len(listed(shown.at(f"{tactic}-{technique}"))) >= len(keys)
    assert len(shown.text.encode()) < 430_000  # of 622 rules; 700 kB are for all 1,222


# --- links


FILES = {
    *("coverage.json", "coverage.csv", "gaps.csv", "ledger.csv", "coverage.xlsx", "layer.json", "layer.svg"),
    "coverage.md",
}
CHOICES = [
    Choice(),
    Choice(links=".."),
    Choice(without=("Some",), links="."),
    Choice(threats=(Threat("Group", ("T2", "T5", "T1", "T99")),)),
    Choice(types=("Hunting",), min_severity=None, now=datetime(2026, 5, 1, tzinfo=UTC)),
    Choice(min_severity="High"),
]


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("found", [MANY, catalogue(), catalogue(detection("h"))])
def test_links_lead_somewhere_and_nothing_is_loaded(found: Catalogue, choice: Choice) -> None:
    shown = page(found, choice, TINY)
    check_links(shown)
    assert not FILES - {href for href, _ in shown.links()}
    for element in shown.root.iter():
        assert element.tag not in {"script", "link", "img", "iframe", "object", "embed", "base", "form", "svg", "video"}
        assert not {name for name in element.attrib if name in {"src", "srcset", "data", "action"} or name[:2] == "on"}
    (style,) = shown.root.iter("style")
    assert not re.search(r"url\(|@import|@font-face|expression|</", style.text or "")
    metas = {meta.get("http-equiv", ""): meta.get("content", "") for meta in shown.root.iter("meta")}
    assert metas["Content-Security-Policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")


def test_a_detection_leads_to_its_page_and_query(many: Page) -> None:
    entries = {words(item): item for item in many.at("rules").iter("li")}
    (entry,) = (item for text, item in entries.items() if text.startswith("Rule a "))
    assert list(many.links(entry)) == [("../detections/a.md", "Rule a")]  # its cells have the query too
    own = [one for one in many.links(many.at("execution-T2")) if "/a." in one[0]]
    assert own == [("../detections/a.md", "Rule a"), ("../kql/a.kql", "query")]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://example.org/a?b=1&c=%20", True),
        ("HTTP://example.org/", True),
        ("javascript:alert(1)", False),
        ("https://example.org/a b", False),
        ("https://example.org/\u202e", False),
        ('https://example.org/"><script>', False),
        ("data:text/html,x", False),
        ("//example.org/", False),
        ("file:///etc/passwd", False),
        (" https://example.org/", False),
        (None, False),
    ],
)
def test_only_web_addresses_are_linked(url: str | None, shown: bool) -> None:
    found = page(catalogue(detection("a").model_copy(update={"url": url})))
    assert [href for href, text in found.links() if text == "source"] == (
        [url.replace("HTTP", "http")] if url and shown else []
    )


def test_without_an_output_folder_there_are_no_links_into_it() -> None:
    assert not [href for href, _ in page(MANY, snapshot=TINY).links() if "detections/" in href or "kql/" in href]


def test_keys_are_quoted_in_links() -> None:
    found = page(catalogue(detection("a/../b?c#d %\"'<")), Choice(links="x"))
    assert "x/kql/a%2F..%2Fb%3Fc%23d%20%25%22%27%3C.kql" in [href for href, _ in found.links()]


# --- the matrix


def test_a_detection_stands_in_its_cells(many: Page) -> None:
    expected = {
        "execution-T2": {"Rule a", "Rule j", "Rule b", "Rule k"},  # b and k by way of sub-techniques
        "execution-T2.001": {"Rule b"},
        "execution-T2.002": {"Rule k"},
        "persistence-T2": {"Rule b"},
        "persistence-T3": {"Rule c", "Rule d", "Rule j", "Rule l"},
        "reconnaissance-T1": {"Rule i"},
    }
    for anchor, titles in expected.items():
        links = list(many.links(many.at(anchor)))
        keys = {title.removeprefix("Rule ") for title in titles}
        assert {href for href, _ in links if "detections/" in href} == {f"../detections/{key}.md" for key in keys}
        assert {href for href, _ in links if "kql/" in href} == {f"../kql/{key}.kql" for key in keys}


def summary_of(shown: Page, anchor: str) -> tuple[str, str]:
    """The class and the text of the cell that a fragment opens."""
    for cell in shown.at("matrix").iter("details"):
        if any(element.get("id") == anchor for element in cell.iter()) and cell.get("name") == "cell":
            return cell.get("class", ""), words(next(cell.iter("summary")))
    raise AssertionError(f"{anchor} is in no cell")


def test_a_parent_is_not_ticked_by_its_child(many: Page) -> None:
    assert summary_of(many, "persistence-T2") == ("u", "T2 Name of T2 1 of 1 sub-techniques")
    assert summary_of(many, "execution-T2") == ("s2", "T2 Name of T2 ●2 alerting 2 of 2 sub-techniques")


def test_counts_are_numbers_with_a_glyph_and_a_word(many: Page) -> None:
    assert summary_of(many, "persistence-T3") == ("s1", "T3 Name of T3 ●1 alerting ○1 hunting ◌2 implied")
    assert summary_of(many, "reconnaissance-T1") == ("h", "T1 Name of T1 ◇1 of other types")


@pytest.mark.parametrize(
    ("rules", "look"), [(1, "s1"), (2, "s2"), (3, "s3"), (5, "s3"), (6, "s4"), (10, "s4"), (11, "s5")]
)
def test_five_steps_of_one_hue(rules: int, look: str) -> None:
    found = catalogue(*(detection(f"r{n}", ["Execution"], ["T2"]) for n in range(rules)))
    assert summary_of(page(found, snapshot=TINY), "execution-T2")[0] == look


def test_columns_are_the_tactics_in_order(seed: Catalogue) -> None:
    names = [words(heading) for heading in page(seed).at("matrix").iter("h3")]
    assert [name.replace("\xad", "") for name in names] == [tactic.name for tactic in load().tactics.values()]


def test_every_technique_of_attack_is_in_a_cell_or_a_gap(seed: Catalogue) -> None:
    shown = page(seed)
    for tactic, technique in load().cells():
        if "." not in technique:
            assert f"{tactic}-{technique}" in shown.ids
        assert technique in shown.ids or technique in {"T1570"}


def test_cells_outside_the_chosen_platforms_say_so() -> None:
    found = catalogue(detection("a", ["Execution"], ["T1651"]))  # Cloud Administration Command, of IaaS
    shown = page(found, Choice(platforms=("Windows",)))
    look, text = summary_of(shown, "execution-T1651")
    assert look.split() == ["s1", "o"]
    assert "not on the chosen platforms" in text
    assert "T1610" not in shown.ids  # Deploy Container is no gap on Windows
    outside = shown.at("execution-T1610")
    assert (outside.get("class"), "not on the chosen platforms" in words(outside)) == ("e o", True)
    assert [href for href, _ in shown.links(outside)] == ["https://attack.mitre.org/techniques/T1610/"]


def test_a_technique_declared_under_another_tactic_is_no_gap() -> None:
    shown = page(catalogue(detection("a", ["Persistence"], ["T2"])), snapshot=TINY)
    assert words(shown.at("execution-T2")).endswith("declared under Persistence")
    assert [href for href, _ in shown.links(shown.at("execution-T2"))] == ["#persistence-T2"]


# --- catalogues


def test_the_seed(seed: Catalogue) -> None:
    shown = page(seed, Choice(links=".."))
    (key,) = (one.key for one in seed.detections)
    check_figures(report(seed, load()), shown)
    assert summary_of(shown, "lateral-movement-T1570") == ("h", "T1570 Lateral Tool Transfer ○1 hunting")
    for tactic in ("initial-access", "persistence", "privilege-escalation", "stealth"):
        assert summary_of(shown, f"{tactic}-T1078.004")[0] == "u"
        assert words(shown.at(f"{tactic}-T1078.004")).startswith("T1078.004 Cloud Accounts ◌ Implied by: 1")
    (row,) = (words(row) for row in shown.at("tactics").iter("tr") if words(row).startswith("Credential Access"))
    assert row == "Credential Access 67 0 0 0 0 + 1 tactic only"
    assert "Credential Access" in words(shown.at("claims-hunting-tactic-only"))
    assert (f"../kql/{key}.kql", "query") in list(shown.links(shown.at("lateral-movement-T1570")))
    rows = [
        words(row) for row in shown.at("ledger").iter("tr") if words(row).startswith(("Declared", "False pair", "All"))
    ]
    assert [row.split(" ATT&CK")[0].split(" Flat")[0] for row in rows] == [
        "Declared 1 4 1",
        "False pair 3 16 1",
        "All 4 20 1 One detection may be in several rows",
    ]


def test_an_empty_catalogue() -> None:
    shown = page(catalogue())
    assert "0 of 697 techniques" in shown.section("summary")
    assert shown.section("rules").count("There are none.") == 2
    assert "No detection names a connector." in shown.section("connectors")
    assert "697 techniques without a declared pair" in shown.section("summary")
    assert {href for href, text in shown.links(shown.at("summary")) if text == "0"} == set()


def test_detections_that_say_nothing_of_attack() -> None:
    shown = page(catalogue(detection("a"), detection("b", type_="Hunting"), detection("c", type_=None)))
    assert not next(shown.at("matrix").iter("a")).get("href", "").startswith("#r")
    assert [listed(shown.at(f"rules-{kind}-silent")) for kind in ("alerting", "hunting", "other")] == [
        {"r1"},
        {"r2"},
        {"r3"},
    ]
    assert "no type" in shown.section("rules-other")


def test_the_same_bytes_whatever_the_order_of_sets() -> None:
    program = (
        "import sys; from tests.report.samples import MANY, TINY; from rulefold.attack.threats import Threat;"
        "from rulefold.report.contents import Choice, report; from rulefold.report.page import emit;"
        "c = Choice(without=('Some', 'x'), threats=(Threat('G', ('T2', 'T5')),), links='..');"
        "sys.stdout.write(emit(report(MANY, TINY, c))['coverage.html'])"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            check=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONUTF8": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]


# --- sections


def test_the_notice_of_mitre_is_whole() -> None:
    text = page(catalogue()).section("method")
    assert LICENCE in text
    assert DISCLAIMER in text
    assert "128 to be of minimal, 27 of partial and none of significant effect" in text
    notice = load().notice
    assert [words_of for words_of in notice.split("\n\n") if words_of not in text] == []


def test_the_head_says_what_was_chosen() -> None:
    choice = Choice(
        types=("Hunting",), min_severity="Low", platforms=("Linux",), now=datetime(2026, 5, 1, 12, tzinfo=UTC)
    )
    text = " ".join(page(MANY, choice).root.itertext())
    assert "Only detections of type Hunting of severity Low or above: 0, and 12 others left out." in text
    assert "Platforms: Linux." in text
    assert "2026-05-01 12:00+00:00" in text
    assert "As of" not in " ".join(page(MANY).root.itertext())


def test_gaps_say_what_they_take() -> None:
    found = catalogue(
        detection("a", ["Execution"], ["T1059"], tables=["Syslog"]).model_copy(update={"ingested_date": "2024-01-01"})
    )
    shown = page(found)
    gaps = {need: listed(shown.at(f"gaps-{need}")) for need in Need}
    expected = report(found, load()).gaps
    assert gaps == {need: {gap.technique.id for gap in expected if gap.need is need} for need in Need}
    linked = {href for href, _ in shown.links(shown.at("gaps"))}
    assert {
        f"https://attack.mitre.org/techniques/{g.technique.id}/" for g in expected if "." not in g.technique.id
    } <= linked
    assert "Syslog" in shown.section("gaps-connected")
    assert re.search(r"since 202[4-6]-\d\d-\d\d", shown.section("gaps-newer"))


def test_losses_without_a_connector() -> None:
    tables = [Connector(id="Win", data_types=("SecurityEvent",)), Connector(id="Lin", data_types=("Syslog",))]
    both = detection("a", ["Execution"], ["T2"]).model_copy(update={"connectors": tuple(tables)})
    one = detection("b", ["Persistence"], ["T3"]).model_copy(update={"connectors": (tables[0],)})
    other = detection("c", ["Persistence"], ["T3"])
    shown = page(catalogue(both, one, other), Choice(without=("win",)), TINY)
    rows = [words(row) for row in shown.at("connectors").iter("tr")][1:]
    assert rows == ["Win 2 1 to 2 0 to 1 0 0", "Lin 1 0 to 1 0 to 1 0 0"]
    text = shown.section("outage")
    assert text.startswith("Without Win 2 detections name this connector.")
    assert "Cells lost in the worst case: 1 T2 Execution" in text
    assert "Cells weakened: 1 T3 Persistence, 1 left of 2" in text
    assert "No longer work: 1 Rule b" in text
    assert "May no longer work: 1 Rule a" in text


def test_threats_with_what_is_seen_of_them() -> None:
    threat = Threat("Group", ("T2.001", "T5", "T1", "T99", "T4", "T2"))
    shown = page(MANY, Choice(threats=(threat,)), TINY)
    rows = [words(row) for row in shown.at("threats").iter("tr")][1:]
    assert rows == [
        "T99 ? not in this version of ATT&CK none",
        "T4 Name of T4 – nothing none",
        "T1 Name of T1 ○ hunted for, not alerted on Rule i",
        "T2.001 Name of T2.001 ○ hunted for, not alerted on Rule b",
        "T2 Name of T2 ● alerted on Rule a Rule j",
        "T3 Name of T3 stated as T5 ● alerted on Rule c",
    ]


def test_the_ledger_adds_up(many: Page) -> None:
    lines = list(coverage(MANY, TINY).ledger())
    rows = [[words(cell) for cell in row] for row in next(many.at("ledger").iter("tbody"))]
    assert rows[-1][:4] == [
        "All",
        str(len(lines)),
        str(sum(line.rows or 0 for line in lines)),
        str(len(MANY.detections)),
    ]
    assert sum(int(row[1]) for row in rows[:-1]) == len(lines)
    for outcome in {line.outcome for line in lines}:
        table = list(many.at(f"ledger-{outcome}").iter("tr"))[1:]
        assert sum(int(words(row[2])) for row in table) == sum(line.outcome is outcome for line in lines)


# --- what is too much


def test_long_lists_are_cut_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (index, matrix_page, claims_page, gaps_page):
        monkeypatch.setattr(module, "_LISTED", 2)
    found = catalogue(*(detection(f"r{n}", ["Execution", "Persistence"], ["T2.002", "T9"]) for n in range(5)))
    shown = page(found, Choice(links=".."), TINY)
    check_links(shown)
    assert len(listed(shown.at("rules-alerting-declared"))) == 2
    for part in ("rules-alerting-declared", "execution-T2.002", "claims-alerting-unknown"):
        assert "and 3 more, in coverage.csv" in shown.section(part)
    assert "5 alerting rules, 5 of them" in shown.section("summary")


def test_the_page_is_bounded() -> None:
    known = [(tactic.title().replace("-", ""), id_) for tactic, id_ in load().cells()]
    found = catalogue(
        *(detection(f"r{n}", [known[n % 872][0], "Impact"], [known[n % 872][1], f"T{n:04}"]) for n in range(12_000))
    )
    assert len(emit(report(found, load(), Choice(links="..")))["coverage.html"]) < 4_000_000


def test_detection_without_a_title() -> None:
    found = catalogue(detection("a").model_copy(update={"title": "  "}))
    assert "(without a title)" in page(found).section("rules")
