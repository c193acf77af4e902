"""From pages to the files of an output folder: nothing is lost, and the same pages give the same bytes."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulefold.chain import Build, build, output_files
from rulefold.diagnostics import Severity
from rulefold.folding import OnConflict
from rulefold.inputs import Page
from rulefold.reading import MAX_FAULTS_A_PAGE
from rulefold.targets import USUAL
from rulefold.text import Source
from tests.conftest import ROOT, examples
from tests.pages_text import block, built, guid, page

SECOND_TABLE = "\n|Name | Value |\n| --- | --- |\n|Tactic | Impact|\n\n### KQL"

GOOD = block()
ODD = block(title="ü", description="\u2028 \x85 \x0c \x1c \v.", id=guid(2), query="\ufeffT \x1e")
# What is wrong with a block, by the code that says so
FAULTY = {
    "RF101": "## No table\n\nText.\n\n### KQL\n```kql\nT\n```\n\n",
    "RF102": block("Other table").replace("|Name | Value |", "|Value | Name |"),
    "RF103": block("Three cells", data_type="Syslog | auth"),
    "RF104": block("Unknown field").replace("|Tactic |", "|Tactics |"),
    "RF105": block("Repeated field").replace("|Platform |", "|Tactic |"),
    "RF106": block("Two tables").replace("\n### KQL", SECOND_TABLE),
    "RF107": block("No query").replace("```", ""),
    "RF108": block("Two queries") + "```kql\nU\n```\n\n",
    "RF110": block("Latin", description="'\udce9'"),
    "RF111": block("Neither id nor url", id="", url=""),
    "RF112": block(""),
}
UNCLOSED = block("Unclosed").replace("\n```\n", "\n") + block("Swallowed").replace("```", "~~~")


@dataclass(frozen=True, slots=True)
class InMemory(Page):
    """A page that lies in no file."""

    data: bytes = b""

    def read(self) -> Source:
        return Source.decode(self.name, self.data)


def build_of(pages: dict[str, str | bytes], on_conflict: OnConflict = "first") -> Build:
    texts = {
        name: text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text for name, text in pages.items()
    }
    return build([InMemory(name, None, data) for name, data in texts.items()], on_conflict)


def faults(found: Build) -> list[tuple[str, str]]:
    return [(d.code, d.message) for d in found.diagnostics if d.severity is Severity.ERROR]


def test_entries_and_rejects_make_up_the_blocks() -> None:
    found = build_of({"1.md": page(GOOD, *FAULTY.values()), "2.md": page(ODD, UNCLOSED)})
    counts = found.catalogue.counts
    assert (counts.pages, counts.blocks, counts.entries, counts.rejects) == (2, 14, 2, 12)
    assert (counts.detections, counts.errors) == (2, 12)
    assert [code for code, _ in faults(found)] == [*FAULTY, "RF109"]
    assert "swallows 1 heading" in faults(found)[-1][1]
    assert found.rejects == {
        "rejects/1.md": "".join(FAULTY.values()).encode("utf-8", "surrogateescape"),
        "rejects/2.md": UNCLOSED.encode(),
    }


def written(texts: list[str], end: str, cut: bool, mark: bool) -> tuple[bytes, list[bytes]]:
    """A page with such line ends, cut or whole, behind a byte-order mark or not; and each block's bytes."""
    texts = [*texts[:-1], texts[-1].rstrip("\n") if cut else texts[-1]]
    blocks = [text.replace("\n", end).encode("utf-8", "surrogateescape") for text in texts]
    return b"\xef\xbb\xbf" * mark + b"".join(blocks), blocks


@examples(100)
@given(
    st.lists(st.sampled_from([GOOD, ODD, *FAULTY.values(), block("NUL", query="\0")]), min_size=1, max_size=6),
    st.lists(st.just(UNCLOSED), max_size=1),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.booleans(),
)
def test_rejects_are_verbatim_and_give_the_same_faults(
    texts: list[str], last: list[str], end: str, cut: bool, mark: bool
) -> None:
    texts = texts + last
    data, blocks = written(texts, end, cut, mark)
    found = build_of({"1.md": data})
    rejected = [text not in (GOOD, ODD) for text in texts]
    counts = found.catalogue.counts
    assert (counts.blocks, counts.entries, counts.rejects) == (len(texts), rejected.count(False), sum(rejected))
    kept = b"".join(data for data, is_kept in zip(blocks, rejected, strict=True) if is_kept)
    assert found.rejects == ({"rejects/1.md": kept} if kept else {})
    again = build_of({"1.md": kept})
    assert again.rejects == found.rejects
    if kept:
        assert faults(again) == faults(found)


def test_nothing_is_lost_around_the_blocks() -> None:
    found = build_of({"1.md": "# Rules: 1\n\nStray.\n\n" + FAULTY["RF104"] + "# Rules: 2\n\n" + GOOD})
    assert found.rejects == {"rejects/1.md": FAULTY["RF104"].encode()}
    assert [d.code for d in found.diagnostics] == ["RF003", "RF104"]


def test_a_message_may_quote_what_is_no_text() -> None:
    found = build_of({"1.md": block().replace("|Name |", "|\udce9 |")})
    assert [code for code, _ in faults(found)] == ["RF102", "RF110"]
    assert b"\\\\udce9" in output_files(found, [])["diagnostics.json"]


@pytest.mark.parametrize(
    ("pages", "files"),
    [
        (["a/1.md", "b/2.md"], ["1.md", "2.md"]),
        (["a/1.md", "b/1.md"], ["1-{}.md", "1-{}.md"]),
        (["1.md", "1.txt", "2.md"], ["1-{}.md", "1-{}.md", "2.md"]),
        (["Rules.md", "rules.md"], ["Rules-{}.md", "rules-{}.md"]),
        (["<stdin>"], ["stdin.md"]),
        (["ü ß/a b.c.md"], ["a-b-c.md"]),
        (["…", "..", "日本.md"], ["page-{}.md", "page-{}.md", "page-{}.md"]),
        (["CON.md", "a/lpt1.txt", "console.md"], ["CON-{}.md", "lpt1-{}.md", "console.md"]),
        (["x" * 300 + ".md"], ["x" * 100 + ".md"]),
    ],
)
def test_the_names_of_rejects(pages: list[str], files: list[str]) -> None:
    found = build_of({name: FAULTY["RF101"] + name for name in pages})
    assert len(found.rejects) == len({path.lower() for path in found.rejects}) == len(pages)
    hashes = [sha256(name.encode()).hexdigest()[:8] for name in pages]
    assert list(found.rejects) == [f"rejects/{name.format(mark)}" for name, mark in zip(files, hashes, strict=True)]
    assert [data.decode().removeprefix(FAULTY["RF101"]) for data in found.rejects.values()] == pages


@pytest.mark.parametrize("more", [0, 1, 500])
def test_faults_beyond_a_thousand_are_counted(more: int) -> None:
    text = "## \n" * (MAX_FAULTS_A_PAGE // 2 + more) + FAULTY["RF101"]
    found = build_of({"1.md": text, "2.md": FAULTY["RF107"]})
    # An empty heading has two faults: it has no title, and no table
    told = [d.code for d in found.diagnostics if d.place and d.place.file == "1.md"]
    assert len(told) == MAX_FAULTS_A_PAGE + 1
    assert told.count("RF005") == 1
    assert f"found {2 * more + 1:,} more faults on the page 1.md" in [message for _, message in faults(found)]
    assert found.rejects["rejects/1.md"] == text.encode()
    assert found.catalogue.counts.rejects == MAX_FAULTS_A_PAGE // 2 + more + 2
    assert [d.code for d in found.diagnostics][-1] == "RF107"


def test_a_thousand_faults_are_all_told() -> None:
    found = build_of({"1.md": "## \n" * (MAX_FAULTS_A_PAGE // 2)})
    assert len(found.diagnostics) == MAX_FAULTS_A_PAGE
    assert not any(d.code == "RF005" for d in found.diagnostics)


def test_more_remarks_are_no_error() -> None:
    found = build_of({"1.md": block(platform=None) * (MAX_FAULTS_A_PAGE + 1)})
    (more,) = [d for d in found.diagnostics if d.code == "RF005"]
    assert more.severity is Severity.WARNING
    assert found.catalogue.counts.errors == 0


def test_diagnostics_come_in_the_order_of_the_pages() -> None:
    one, two = page(block(tactic="Exploit"), FAULTY["RF101"]), page(block(technique="t1485"), FAULTY["RF107"])
    found = build_of({"b.md": one, "a.md": two})
    assert [(d.code, str(d.place)) for d in found.diagnostics] == [
        ("RF204", "b.md:9:11"),
        ("RF101", "b.md:31:1"),
        ("RF205", "a.md:10:16"),
        ("RF107", "a.md:35:1"),
    ]


def test_no_page_is_an_empty_catalogue() -> None:
    found = build([])
    assert (found.catalogue.detections, found.diagnostics, found.rejects) == ((), (), {})
    assert found.catalogue.source.sha256 == sha256(b"").hexdigest()
    files = output_files(found, USUAL)
    assert json.loads(files["catalogue.json"])["detections"] == []
    assert files.keys() == {"catalogue.json", "catalogue.yaml", "catalogue.schema.json", "INDEX.md", "diagnostics.json"}


def test_the_source_of_a_catalogue() -> None:
    found = build_of({"b.md": page(GOOD), "a.md": page(ODD).encode() + b"\r\n"})
    assert found.catalogue.source.pages == ("b.md", "a.md")
    assert found.catalogue.source.sha256 == sha256(page(GOOD).encode() + page(ODD).encode() + b"\r\n").hexdigest()


def test_a_conflict_is_an_error_when_it_is_to_be() -> None:
    pages: dict[str, str | bytes] = {"1.md": page(block(severity="High"), block(severity="Low", platform="Linux"))}
    assert build_of(pages).catalogue.counts.errors == 0
    assert build_of(pages, "error").catalogue.counts.errors == 1


def test_the_files_of_the_seed() -> None:
    files = output_files(built(ROOT / "catalog"), USUAL)
    key = "55fbc363-6cc9-4201-bd68-d980b612082b"
    assert sorted(files) == [
        *("INDEX.md", "catalogue.json", "catalogue.schema.json", "catalogue.yaml"),
        *(f"detections/{key}.md", f"detections/{key}.yaml", "diagnostics.json", f"kql/{key}.kql"),
    ]
    (told,) = json.loads(files["diagnostics.json"])["diagnostics"]
    assert (told["code"], told["severity"], told["line"], told["column"]) == ("RF304", "note", 3, 4)
    assert told["file"].endswith("Rules_5587-5607.md")


@pytest.mark.parametrize("formats", [["json"], ["yaml", "kql"], []])
def test_only_the_chosen_formats_are_written(formats: list[str]) -> None:
    files = output_files(build_of({"1.md": page(GOOD, FAULTY["RF101"])}), formats)
    kinds = {"catalogue.json": "json", "catalogue.yaml": "yaml", f"kql/{guid(1)}.kql": "kql", "INDEX.md": "markdown"}
    assert {kind for path, kind in kinds.items() if path in files} == set(formats)
    assert {"diagnostics.json", "rejects/1.md"} <= files.keys()


def test_the_same_pages_give_the_same_bytes(tmp_path: Path) -> None:
    texts = [
        page(block(severity="High"), block(severity="Low", platform="Linux"), block(id=guid(2), url="u", query="T")),
        page(block(title="Other", url="v", query="t", tactic="exploit"), block(id="", url="w"), *FAULTY.values()),
    ]
    for number, text in enumerate(texts):
        (tmp_path / f"{number}.md").write_bytes(text.encode("utf-8", "surrogateescape"))
    digests = {digest_of(tmp_path, seed) for seed in ("1", "2")}
    assert len(digests) == 1
    assert re.fullmatch("[0-9a-f]{64}", digests.pop())


DIGEST = """
import hashlib, sys
from rulefold.chain import build, output_files
from rulefold.inputs import find_pages
from rulefold.targets import FORMATS, USUAL

files = output_files(build(find_pages(sys.argv[1:])), FORMATS)
print(hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest(), end="")
"""


def digest_of(folder: Path, hash_seed: str) -> str:
    """What a process of its own writes, whose sets have another order."""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    run = subprocess.run(
        [sys.executable, "-c", DIGEST, "."], cwd=folder, env=environment, capture_output=True, check=True
    )
    return run.stdout.decode()
