"""What changed between two catalogues, and how it is told."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rulefold.changes import SetChange, ValueChange, changes
from rulefold.changes.told import as_json, as_markdown, as_text
from rulefold.model import Catalogue, Connector, Detection, Note, PageLines, Row, Rows, Schedule
from tests.conftest import examples

ROWS = Rows(seen=1, product=1)
BASE = Detection(
    id="a",
    key="a",
    title="A rule",
    description="What it finds.",
    type="Analytics",
    tactics=("Execution", "Impact"),
    techniques=("T1059",),
    platforms=("Azure",),
    data_types=("AzureActivity",),
    connectors=(Connector(id="AzureActivity", data_types=("AzureActivity",), platforms=("Azure",)),),
    severity="High",
    schedule=Schedule(query_frequency="1d", query_period="1d", trigger_operator="gt", trigger_threshold=0),
    url="https://example.com/a",
    ingested_date="2022-08-07",
    query="AzureActivity\n| take 1\n",
    rows=ROWS,
)


def of(*detections: Detection) -> Catalogue:
    return Catalogue(rulefold="test", detections=detections)


def changed(**fields: object) -> dict[str, SetChange | ValueChange]:
    (found,) = changes(of(BASE), of(BASE.model_copy(update=fields))).changed
    return dict(found.fields)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"title": "B"}, {"title": ValueChange("A rule", "B")}),
        ({"severity": None}, {"severity": ValueChange("High", None)}),
        ({"tactics": ("Impact", "Execution", "Stealth")}, {"tactics": SetChange(("Stealth",), ())}),
        ({"techniques": ()}, {"techniques": SetChange((), ("T1059",))}),
        ({"techniques": ("T1204",)}, {"techniques": SetChange(("T1204",), ("T1059",))}),
        (
            {"schedule": Schedule(query_frequency="1d", query_period="2d", trigger_operator="gt", trigger_threshold=0)},
            {"query_period": ValueChange("1d", "2d")},
        ),
        (
            {"schedule": None},
            {
                "query_frequency": ValueChange("1d", None),
                "query_period": ValueChange("1d", None),
                "trigger_operator": ValueChange("gt", None),
                "trigger_threshold": ValueChange(0, None),
            },
        ),
        (
            {"connectors": (Connector(id="AzureActivity", data_types=("AzureActivity",)),)},
            {"connectors": SetChange(("AzureActivity (AzureActivity; )",), ("AzureActivity (AzureActivity; Azure)",))},
        ),
        ({"query": "AzureActivity"}, {"query": ValueChange("AzureActivity\n| take 1\n", "AzureActivity")}),
    ],
)
def test_a_field(fields: dict[str, object], expected: dict[str, object]) -> None:
    assert changed(**fields) == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"tactics": ("Impact", "Execution")},
        {"rows": Rows(seen=9, product=12, missing=(Row(tactic="Impact"),))},
        {"notes": (Note(code="RF304", message="found"),)},
        {"sources": (PageLines(page="x.md", lines=((1, 2),)),)},
        {"same_query": ("b",)},
    ],
)
def test_what_is_no_change(fields: dict[str, object]) -> None:
    found = changes(of(BASE), of(BASE.model_copy(update=fields)))
    assert not found
    assert found.unchanged == 1


def other(key: str, **fields: object) -> Detection:
    return BASE.model_copy(update={"id": key, "key": key, "url": f"https://example.com/{key}", **fields})


def test_added_and_removed() -> None:
    found = changes(of(BASE, other("b", query="b")), of(other("c", query="c"), BASE))
    assert [one.key for one in found.added] == ["c"]
    assert [one.key for one in found.removed] == ["b"]
    assert found.unchanged == 1
    assert not found.changed


@pytest.mark.parametrize(
    "fields",
    [{"title": "Else", "query": "else"}, {"url": "https://example.com/else"}, {"url": None}],
    ids=["the same url", "the same title and query", "no url"],
)
def test_another_id(fields: dict[str, object]) -> None:
    moved = BASE.model_copy(update={"id": "n", "key": "n", **fields})
    found = changes(of(BASE), of(moved))
    assert not found.added
    assert not found.removed
    (change,) = found.changed
    assert change.is_moved
    assert change.fields["id"] == ValueChange("a", "n")
    assert set(change.fields) == {"id", *fields}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([BASE, other("b", url=BASE.url)], [other("c", url=BASE.url, title="C")]),
        ([BASE], [other("b", url=BASE.url, title="B"), other("c", url=BASE.url, title="C")]),
        ([other("a", query="")], [other("b", query="")]),
        ([other("a")], [other("b", title="B")]),
    ],
    ids=["two before", "two after", "no query", "another title"],
)
def test_what_is_not_certain_is_no_move(old: list[Detection], new: list[Detection]) -> None:
    found = changes(of(*old), of(*new))
    assert len(found.added) == len(new)
    assert len(found.removed) == len(old)
    assert not found.changed


OLD = of(BASE, other("b", title="Old | one", query="b"), other("m", title="Moves", query="m"))
NEW = of(
    other("n", title="New <one>", query="n", type="Hunting", severity=None),
    other("m2", title="Moves", query="m"),
    BASE.model_copy(update={"query": "AzureActivity\n| take 2\n| where ```\n", "tactics": ("Impact", "Stealth")}),
)

TEXT = """\
+ New <one>  [n]
- Old | one  [b]
~ Moves  [m2]
    id: m → m2
    url: https://example.com/m → https://example.com/m2
~ A rule  [a]
    tactics: +Stealth -Execution
    query:
      @@ -1,2 +1,3 @@
       AzureActivity
      -| take 1
      +| take 2
      +| where ```
1 added, 1 removed, 2 changed (1 with another id), 0 unchanged
"""


def test_as_text() -> None:
    assert as_text(changes(OLD, NEW)) == TEXT


def test_as_markdown() -> None:
    told = as_markdown(changes(OLD, NEW))
    tokens = MarkdownIt("commonmark", {"html": True}).parse(told)
    headings = [tokens[n + 1].content for n, token in enumerate(tokens) if token.type == "heading_open"]
    assert headings == ["Changes in the catalogue", "Added", "Removed", "Changed", "Moves", "A rule"]
    (fence,) = [token for token in tokens if token.type == "fence"]
    assert (fence.info, fence.content.splitlines()[-1]) == ("diff", "+| where ```")
    assert "- **New &lt;one&gt;** (Hunting), n" in told
    assert not {child.type for token in tokens for child in token.children or ()} & {"html_inline", "code_inline"}


def test_as_json() -> None:
    told = json.loads(as_json(changes(OLD, NEW)))
    assert told["added"] == [{"key": "n", "title": "New <one>"}]
    assert told["removed"] == [{"key": "b", "title": "Old | one"}]
    moved, edited = told["changed"]
    assert (moved["key"], moved["was"]) == ("m2", "m")
    assert edited["fields"]["tactics"] == {"added": ["Stealth"], "removed": ["Execution"]}
    assert "was" not in edited
    assert told["unchanged"] == 0


def test_the_ends_of_lines_alone() -> None:
    told = as_text(changes(of(BASE), of(BASE.model_copy(update={"query": "AzureActivity\r\n| take 1"}))))
    assert "    query: differs in the ends of lines alone\n" in told


keys = st.sampled_from("abcd")
catalogues = st.dictionaries(
    keys, st.tuples(st.sampled_from("xyz"), st.sampled_from(["u", "v", None])), max_size=4
).map(lambda drawn: of(*(other(key, title=title, url=url, query=title) for key, (title, url) in drawn.items())))


@examples(300)
@given(catalogues, catalogues)
def test_every_detection_has_one_fate(old: Catalogue, new: Catalogue) -> None:
    found = changes(old, new)
    assert len(found.removed) + len(found.changed) + found.unchanged == len(old.detections)
    assert len(found.added) + len(found.changed) + found.unchanged == len(new.detections)
    before = [one.key for one in found.removed] + [one.old.key for one in found.changed]
    assert len(before) == len(set(before))
    back = changes(new, old)
    assert {one.key for one in back.added} == {one.key for one in found.removed}
    assert back.unchanged == found.unchanged
    assert not changes(old, old)
