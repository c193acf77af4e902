"""Pages read one by one, by other processes or from memory: always the same as rows read one after another."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulefold import reading
from rulefold.chain import Build, build, output_files
from rulefold.folding import OnConflict, fold
from rulefold.inputs import Page, find_pages
from rulefold.reading import pack, page_key, read_page, unpack
from rulefold.targets import USUAL
from tests.conftest import examples
from tests.pages_text import block, entries, guid, page

# Few values a field, so that rows meet: as one rule, as two with one id, repeated, at odds, and with much to remark on.
ROWS = st.builds(
    block,
    title=st.sampled_from(["One", "Two"]),
    query=st.sampled_from(["T\n| take 1", "U\n"]),
    id=st.sampled_from([guid(1), guid(1).upper(), guid(2), "", "none"]),
    url=st.sampled_from(["https://example.org/1", "https://example.org/2", ""]),
    tactic=st.sampled_from(["Impact", "impact", "Exploit", ""]),
    technique=st.sampled_from(["T1485", "t1486"]),
    connector=st.sampled_from(["AzureActivity", "CustomConnector", ""]),
    severity=st.sampled_from(["High", "high", ""]),
    ingested_date=st.sampled_from(["2022-08-07", "2023-01-01", "soon"]),
    platform=st.sampled_from(["Azure", None]),
)
PAGES = st.lists(st.lists(ROWS, min_size=1, max_size=6).map(lambda rows: page(*rows)), min_size=1, max_size=4)


class Kept(dict[tuple[str, str], bytes]):
    """A memo that holds what it is given."""

    def get(self, kind: str, key: str) -> bytes | None:  # type: ignore[override]
        return super().get((kind, key))

    def put(self, kind: str, key: str, value: bytes) -> None:
        self[kind, key] = value


def in_memory(texts: Sequence[str | bytes]) -> list[Page]:
    data = [text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text for text in texts]
    return [Page(f"{n}.md", None, data=one) for n, one in enumerate(data, 1)]


@examples(60)
@given(PAGES, st.sampled_from(["first", "newest", "error"]))
def test_pages_one_by_one_are_the_same_as_all_their_rows_in_turn(texts: list[str], on_conflict: OnConflict) -> None:
    try:
        rows = entries(*texts)
    except AssertionError:
        return  # a row with neither id nor url is none
    expected, told = fold(rows, on_conflict)
    found = build(in_memory(texts), on_conflict)
    assert found.catalogue.detections == expected.detections
    assert [d for d in found.diagnostics if d.detection] == sorted(told, key=found.diagnostics.index)
    assert len({*told} & {*found.diagnostics}) == len({*told})


ODD: list[str | bytes] = [
    page(block("One")) + "stray\n",
    page(block("Ünï\u2028", id=guid(3)), block("")) + "## no table\n",
    page(block("One"), block("One")),
    b"\xff\xfe# bytes\r\n## \xe9\r\n",
    b"",
]


@examples(60)
@given(PAGES)
def test_what_is_remembered_of_a_page_is_all_of_it(texts: list[str]) -> None:
    memo = Kept()
    first = build(in_memory([*texts, *ODD]), memo=memo)
    again = build(in_memory([*texts, *ODD]), memo=memo)
    assert first == again == build(in_memory([*texts, *ODD]))
    assert output_files(first, USUAL) == output_files(again, USUAL)


@pytest.mark.parametrize("text", ODD)
def test_a_page_that_is_packed_is_json_on_one_line(text: str | bytes) -> None:
    (one,) = in_memory([text])
    packed = pack(read_page(one.name, one.content()))
    assert b"\n" not in packed
    json.loads(packed)
    assert pack(unpack(one.name, packed)) == packed


@pytest.mark.parametrize(
    ("one", "other"),
    [(("a.md", b"x"), ("b.md", b"x")), (("a.md", b"x"), ("a.md", b"y")), (("a", b"bc"), ("ab", b"c"))],
)
def test_a_page_of_another_name_or_other_bytes_is_another(one: tuple[str, bytes], other: tuple[str, bytes]) -> None:
    assert page_key(*one) != page_key(*other)
    assert page_key(*one) == page_key(*one)


def by_processes(pages: list[Page], monkeypatch: pytest.MonkeyPatch, batch: int) -> Build:
    with monkeypatch.context() as patch:
        patch.setattr(reading, "_BATCH", batch)
        return build(pages, jobs=2)


@pytest.mark.parametrize("batch", [1, 5_000, 10**9])
def test_processes_read_the_same(monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    texts: list[str | bytes] = [
        page(block(f"Rule {n % 7}", id=guid(n % 7), tactic="impact", severity=f"{n % 3}")) for n in range(20)
    ]
    pages = in_memory([*texts, *ODD])
    assert by_processes(pages, monkeypatch, batch) == build(pages)


def test_processes_read_the_same_of_the_real_catalogue(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = find_pages([str(shared / "corpus" / "pages")])
    found, expected = by_processes(pages, monkeypatch, 2**20), build(pages)
    assert found == expected
    assert output_files(found, USUAL) == output_files(expected, USUAL)


def test_a_page_that_cannot_be_read_ends_all_processes(tmp_path: Path) -> None:
    pages = [*in_memory(ODD), Page("gone.md", tmp_path / "gone.md")]
    with pytest.raises(FileNotFoundError):
        build(pages, jobs=2)


def test_rows_of_a_page_hold_none_of_its_text() -> None:
    text = page(block("One", description="much of it " * 10_000), block("Two", id=guid(2)))
    gathered = read_page("1.md", text.encode()).rows
    (one, two) = gathered.rules()
    assert one.stated != two.stated
    assert len(pack(read_page("1.md", text.encode()))) < 1.1 * len(text)
