"""`coverage.md`: its figures, and that names do not break out of it."""

import pytest
from markdown_it import MarkdownIt

from rulefold.attack import load
from rulefold.attack.threats import Threat
from rulefold.model import Catalogue
from rulefold.report import Choice, Report, files, report
from tests.attack.tiny import catalogue, detection
from tests.report.hostile import NAMES, hostile_catalogue


def page(found: Report) -> str:
    return files(found, ["markdown"])["coverage.md"].decode()


def rows(text: str) -> dict[str, list[str]]:
    """The cells of all tables by the first cell of their row, as a Markdown reader understands them."""
    found: dict[str, list[str]] = {}
    cells: list[str] = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "tr_open":
            cells = []
        elif token.type == "inline":
            cells.append("".join(child.content for child in token.children or ()))
        elif token.type == "tr_close" and cells:
            found.setdefault(cells[0], cells[1:])
    return found


def test_the_figures_of_the_real_catalogue(corpus: Catalogue) -> None:
    found = report(corpus, load(), Choice(platforms=("Windows",), without=("SecurityEvents",)))
    told = rows(page(found))
    analytics, hunting = (found.coverage.by_type[type_] for type_ in ("Analytics", "Hunting"))
    assert told["Detections"] == [str(len(analytics.detections)), str(len(hunting.detections))]
    assert told["… with a declared technique"] == [str(len(analytics.mapped)), str(len(hunting.mapped))]
    shares = told["Techniques, all of the matrix"]
    assert [share.split(" of ")[0] for share in shares] == [
        str(len(analytics.techniques)),
        str(len(hunting.techniques)),
    ]
    assert told["Execution"][0] == "64"
    assert "## Without SecurityEvents" in page(found)


def test_it_carries_the_notice_and_what_presence_means(seed_report: Report) -> None:
    assert "The MITRE Corporation" in page(seed_report)
    assert "not how good it is" in page(seed_report)


@pytest.mark.parametrize("threat", NAMES)
def test_hostile_names_are_text(threat: str) -> None:
    choice = Choice(without=NAMES[:3], threats=(Threat(threat, ("T1059",)),))
    tokens = (
        MarkdownIt("commonmark", {"html": True})
        .enable("table")
        .parse(page(report(hostile_catalogue(), load(), choice)))
    )
    kinds = {token.type for token in tokens}
    assert not kinds & {"html_block", "fence", "code_block", "blockquote_open", "bullet_list_open"}
    inner = {child.type for token in tokens for child in token.children or ()}
    assert not inner & {"html_inline", "image", "code_inline", "link_open"}
    headings = [tokens[n + 1].content for n, token in enumerate(tokens) if token.type == "heading_open"]
    assert len(headings) == 6


def test_an_empty_catalogue_and_one_detection() -> None:
    assert page(report(catalogue(), load())).startswith("# ATT&amp;CK coverage\n\n0 detections; ")
    assert "\n1 detection; " in page(report(catalogue(detection("a", ["Impact"], ["T1485"])), load()))
