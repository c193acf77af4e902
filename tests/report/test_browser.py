"""coverage.html in a real browser: what it asks for, whether it fits, and whether everybody can use it.

tests/report/browsing.py has what every page has to be.
"""

from pathlib import Path

import pytest

from rulefold.attack import load
from rulefold.attack.threats import Threat
from rulefold.folding import fold
from rulefold.model import Catalogue
from rulefold.report.contents import Choice, report
from rulefold.report.page import emit
from tests.attack.tiny import ROOT
from tests.conftest import read_entries
from tests.report.browsing import Facts, PageTests, measure
from tests.report.browsing import modules as modules
from tests.report.samples import all_nasty

pytestmark = [pytest.mark.browser, pytest.mark.slow]

A3_LANDSCAPE = (1191, 842)  # points


def made(name: str, request: pytest.FixtureRequest) -> tuple[Catalogue, Choice, str]:
    """A catalogue, how it is reported, and a cell that has detections."""
    threats = (Threat("A group", ("T1059", "T1570", "T1566", "T1000")),)
    match name:
        case "corpus":
            pages = request.getfixturevalue("shared") / "corpus" / "pages"
            found = fold(read_entries(sorted(pages.glob("*.md"))))[0]
            return found, Choice(links=".."), "execution-T1059"
        case "seed":
            found = fold(read_entries([ROOT / "catalog" / "Rules_5587-5607.md"]))[0]
            choice = Choice(platforms=("Windows",), without=("AzureActivity",), threats=threats, links="..")
            return found, choice, "lateral-movement-T1570"
        case _:
            text = "x" * 300
            return all_nasty(), Choice(without=(text, "<b>"), threats=(Threat(text, ("T1059",)),)), "execution-T1059"


@pytest.fixture(scope="module", params=["corpus", "seed", "nasty"])
def measured(request: pytest.FixtureRequest, modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Facts:
    found, choice, fragment = made(request.param, request)
    file = tmp_path_factory.mktemp(request.param) / "coverage.html"
    file.write_text(emit(report(found, load(), choice))["coverage.html"], encoding="utf-8")
    return measure(modules, file, fragment)


class TestPage(PageTests):
    """What is true of each page, of the page of a coverage report."""


def test_the_keyboard_skips_to_the_summary_and_opens_cells(measured: Facts) -> None:
    keyboard = measured["keyboard"]
    assert (keyboard["first"]["text"], keyboard["skipped"]) == ("Skip to the summary", "#summary")
    assert keyboard["cell"] == {"before": False, "after": True, "inside": True}
    assert keyboard["stops"] > 50


def test_a_fragment_opens_its_cell_and_no_other(measured: Facts) -> None:
    assert measured["fragment"] == {"open": True, "seen": True, "others": 1}


def test_it_prints_on_a3(measured: Facts) -> None:
    printed = measured["pdf"]
    assert (round(printed["width"]), round(printed["height"])) == A3_LANDSCAPE
    assert 4 <= printed["pages"] <= 35


def test_the_judge_sees_what_is_wrong(modules: Path, tmp_path: Path) -> None:
    file = tmp_path / "wrong.html"
    file.write_text(
        "<!doctype html><html lang=en><title>x</title>"
        "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        "<script>1</script><img src=https://example.invalid/x.png>"
        "<main><div class=t><ul><li><details><summary style='border:0;color:#999;background:#888'>a</summary>"
        "<div id=a style='width:2000px'><a href=#a>a</a> "
        "</div></details></ul></div><a href=#a>b</a> <a href=#a tabindex=3>c</a></main>",
        encoding="utf-8",
    )
    facts = measure(modules, file, "a")
    assert any("script" in message for message in facts["messages"])
    assert facts["axe"]["light"]["closed"]
    assert facts["widths"]["375"]["cells"]
    assert facts["borderless"]
    assert facts["keyboard"]["stray"]
    assert facts["keyboard"]["skipped"] != "#summary"
