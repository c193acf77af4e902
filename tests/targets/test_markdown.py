"""The pages for people, judged by markdown-it-py: nothing that a rule says can break out of its place."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from markdown_it import MarkdownIt
from markdown_it.token import Token

from rulefold.model import Catalogue, Detection, Rows
from rulefold.targets import markdown_pages
from tests.conftest import ROOT, examples
from tests.pages_text import built
from tests.targets.nasty import MARKDOWN, PIECES, catalogues

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
LINE_ENDS = re.compile(r"[\r\n\v\f\x85\u2028\u2029]+")


def pages(catalogue: Catalogue) -> dict[str, list[Token]]:
    return {path: PARSER.parse(text) for path, text in markdown_pages.emit(catalogue).items()}


def everywhere(tokens: Iterable[Token]) -> Iterable[Token]:
    for token in tokens:
        yield token
        yield from everywhere(token.children or ())


def outside_of_quotations(tokens: list[Token]) -> list[Token]:
    found, depth = [], 0
    for token in tokens:
        depth += (token.type == "blockquote_open") - (token.type == "blockquote_close")
        if not depth:
            found.append(token)
    return found


def top_level(tokens: list[Token]) -> list[str]:
    return [token.type.removesuffix("_open") for token in tokens if token.level == 0 and token.nesting >= 0]


def shown(inline: Token) -> str:
    """What a reader sees of a line of text, but for blanks around it."""
    texts = ("text", "text_special", "code_inline")
    return "".join(token.content for token in inline.children or () if token.type in texts).strip()


def contents(tokens: list[Token], kind: str) -> list[str]:
    return [shown(tokens[n + 1]) for n, token in enumerate(tokens) if token.type == f"{kind}_open"]


def as_shown(text: str) -> str:
    """A text as it is shown on one line: a NUL is no character of a page, and blanks around it are not seen."""
    return LINE_ENDS.sub(" ", text).replace("\0", "\ufffd").strip()


def check_page(detection: Detection, tokens: list[Token]) -> None:
    has_rows = bool(detection.rows.missing or detection.inferred.rows)
    sections = ["Query"]
    sections += (
        ["Rows"] * has_rows + ["Same query"] * bool(detection.same_query) + ["Conflicts"] * bool(detection.conflicts)
    )
    sections += ["Notes"] * bool(detection.notes) + ["Sources"]
    own = outside_of_quotations(tokens)
    assert contents(own, "heading") == [as_shown(detection.title), *sections]
    parts = top_level(tokens)
    assert parts.count("blockquote") == bool(detection.description)
    assert parts.count("table") == 1 + bool(detection.connectors)
    assert set(parts) <= {"heading", "blockquote", "table", "fence", "bullet_list", "paragraph"}
    query = LINE_ENDS_OF_PAGES.sub("\n", detection.query).replace("\0", "\ufffd")
    assert [(t.content, t.info) for t in own if t.type == "fence"] == [(query.removesuffix("\n") + "\n", "kql")]
    check_table(detection, own)
    check_lists(own)
    check_links(detection, own)
    check_html(tokens)


LINE_ENDS_OF_PAGES = re.compile(r"\r\n?")


def check_table(detection: Detection, own: list[Token]) -> None:
    cells = contents(own, "td")
    facts = 2 * sum(token.type == "tr_open" for token in own) - 2
    if detection.connectors:
        connectors = cells[-3 * len(detection.connectors) :]
        cells = cells[: -3 * len(detection.connectors)]
        facts -= 2 * len(detection.connectors) + 2
        assert connectors[::3] == [as_shown(c.id + " (invented)" * bool(c.invented)) for c in detection.connectors]
        assert connectors[1::3] == [as_shown(", ".join(c.data_types)) for c in detection.connectors]
        assert connectors[2::3] == [as_shown(", ".join(c.platforms)) for c in detection.connectors]
    assert len(cells) == facts
    values = dict(zip(cells[::2], cells[1::2], strict=True))
    stated = {"Id": detection.id, "Type": detection.type, "Severity": detection.severity, "Url": detection.url}
    stated |= {"Tactics": ", ".join(detection.tactics), "Ingested": detection.ingested_date}
    assert {name: values.get(name, "") for name in stated} == {
        name: as_shown(text or "") for name, text in stated.items()
    }


def check_lists(own: list[Token]) -> None:
    """An item is one paragraph: no value of a rule begins a list or a code block in it."""
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in own if token.level}
    assert kinds <= {"list_item", "paragraph", "inline", "thead", "tbody", "tr", "th", "td"}
    assert sum(token.type == "bullet_list_open" for token in own) == top_level(own).count("bullet_list")


def check_links(detection: Detection, own: list[Token]) -> None:
    links = [token.attrGet("href") for token in everywhere(own) if token.type == "link_open"]
    assert links == [f"{key}.md" for key in detection.same_query or ()]
    assert not any(token.type == "image" for token in everywhere(own))


def check_html(tokens: list[Token]) -> None:
    assert not any(token.type == "html_block" for token in everywhere(tokens))
    raw = [token.content for token in everywhere(tokens) if token.type == "html_inline"]
    assert all(re.fullmatch("<br ?/?>", tag, re.IGNORECASE) for tag in raw)


def check_index(catalogue: Catalogue, tokens: list[Token], paths: Iterable[str]) -> None:
    assert top_level(tokens) == ["heading", "paragraph", "table"]
    assert len(contents(tokens, "td")) == 4 * len(catalogue.detections)
    assert contents(tokens, "td")[::4] == [as_shown(detection.title) for detection in catalogue.detections]
    links = [token.attrGet("href") for token in everywhere(tokens) if token.type == "link_open"]
    assert links == [f"detections/{detection.key}.md" for detection in catalogue.detections]
    assert set(links) <= set(paths)
    check_html(tokens)


def check(catalogue: Catalogue) -> None:
    parsed = pages(catalogue)
    check_index(catalogue, parsed["INDEX.md"], parsed)
    assert len(parsed) == 1 + len(catalogue.detections)
    for detection in catalogue.detections:
        check_page(detection, parsed[f"detections/{detection.key}.md"])


@examples(60)
@given(catalogues)
def test_nothing_breaks_out_of_its_place(catalogue: Catalogue) -> None:
    check(catalogue)


@pytest.mark.parametrize("text", [*PIECES, "\n".join(MARKDOWN), "x\n\n# y\n\n```\nz"])
def test_nor_does_any_of_these(text: str) -> None:
    (seed,) = built(ROOT / "catalog").catalogue.detections
    line = text.replace("\n", " ")
    values = dict.fromkeys(("tactics", "techniques", "platforms", "data_types"), (line, line + "x"))
    changed = seed.model_copy(update={"title": text, "description": text, "query": text, "severity": line, "url": line})
    check(Catalogue(rulefold="", detections=(changed.model_copy(update=values),)))


def test_the_seed() -> None:
    check(built(ROOT / "catalog").catalogue)


def test_the_real_catalogue(shared: Path) -> None:
    check(built(shared / "corpus" / "pages").catalogue)


def described(description: str) -> list[Token]:
    (seed,) = built(ROOT / "catalog").catalogue.detections
    changed = seed.model_copy(update={"description": description})
    tokens = pages(Catalogue(rulefold="", detections=(changed,)))[f"detections/{seed.key}.md"]
    ends = [n for n, token in enumerate(tokens) if token.type.startswith("blockquote") and token.level == 0]
    return tokens[ends[0] + 1 : ends[1]]


@pytest.mark.parametrize(
    ("description", "kinds"),
    [
        ("One.\nStill one.", ["paragraph"]),
        ("One.\n\nTwo.\n\n\nThree.", ["paragraph"] * 3),
        ("One:\n- a\n- b\n\nTwo.", ["paragraph", "bullet_list", "paragraph"]),
        ("One<br>still one", ["paragraph"]),
        ("1. a\n2. b", ["ordered_list"]),
        ("# Not a heading of the page", ["heading"]),
        ("```\nnever closed", ["fence"]),
        ("<div>\n\nOne.", ["paragraph", "paragraph"]),
        ("One.\n\n<br>\n\nTwo.", ["paragraph", "paragraph"]),
        ("<br/>\n<https://a.b/onclick=x>", ["paragraph"]),
        ("- <br>\n  <https://a.b/onclick=x>", ["bullet_list"]),
    ],
)
def test_a_description_keeps_its_form_in_a_quotation(description: str, kinds: list[str]) -> None:
    inside = [token for token in described(description) if token.level == 1 and token.nesting >= 0]
    assert [token.type.removesuffix("_open") for token in inside] == kinds


def test_a_link_of_a_description_stays_one() -> None:
    tokens = everywhere(described("See [here](https://a.b/c) and <https://d.e>, not [there](javascript:x)."))
    assert [token.attrGet("href") for token in tokens if token.type == "link_open"] == ["https://a.b/c", "https://d.e"]


def test_what_is_missing_is_listed_up_to_a_length() -> None:
    (seed,) = built(ROOT / "catalog").catalogue.detections
    row = seed.rows.missing[0]
    missing = tuple(row.model_copy(update={"platform": f"P{n}"}) for n in range(30))
    changed = seed.model_copy(update={"rows": Rows(seen=1, product=31, missing=missing)})
    tokens = pages(Catalogue(rulefold="", detections=(changed,)))[f"detections/{seed.key}.md"]
    items = [shown(token) for token in tokens if token.type == "inline"]
    assert "LateralMovement, T1570, AzureActivity, AzureActivity, P19" in items
    assert "LateralMovement, T1570, AzureActivity, AzureActivity, P20" not in items
    assert "and 10 more" in items
