"""Blocks into entries: what a hostile page gives, and where it is told.

In the cases below a ¦ stands where a diagnostic is expected, and is taken out before the page is read.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulefold import entries
from rulefold.diagnostics import Diagnostic
from rulefold.model import Entry
from rulefold.pages import read_blocks
from rulefold.text import Source
from tests.conftest import examples
from tests.pages.writing import FIELDS, HEADER, ROWS, block

MARK = "¦"
PARTS = ("title", "description", *entries.FIELDS.values(), "query")


def read(text: str | bytes) -> tuple[list[Entry], list[Diagnostic]]:
    """The entries of a page, and what is said of its blocks."""
    data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    found, told = [], []
    for one in read_blocks(Source.decode("page.md", data))[0]:
        entry, remarks = entries.read_entry(one)
        told += remarks
        if entry:
            found.append(entry)
    return found, told


def marked(text: str) -> tuple[str, list[tuple[int, int]]]:
    """A text without its marks, and the line and column of each."""
    places, before = [], ""
    for piece in text.split(MARK)[:-1]:
        before += piece
        places.append((before.count("\n") + 1, len(before) - before.rfind("\n")))
    return text.replace(MARK, ""), places


def rows(*names: str, **values: str) -> str:
    """A table with these fields only, or with all of them; `values` replace what is behind the first pipe."""
    kept = [(name, values.get(name, value)) for name, value in FIELDS if not names or name in names]
    return HEADER + "".join(f"|{name} | {value}|\n" for name, value in kept)


TABLE = rows()
LINES = dict(zip((name for name, _ in FIELDS), ROWS, strict=True))
SWALLOWED = "\n## Next\n\nText.\n\n### Not a rule\n"

REJECTED = {
    "no table": (f"{MARK}## Title\n\nText.\n\n### KQL\n```kql\nA\n```\n", ["RF101"]),
    "a table in a list": (f"{MARK}## Title\n\n- a\n\n  |Name | Value |\n  | --- | --- |\n", ["RF101"]),
    "columns that are others": (block(table=f"{MARK}|Field | Value |\n| --- | --- |\n"), ["RF102"]),
    "columns in another order": (block(table=TABLE.replace("|Name | Value |", f"{MARK}|Value | Name |")), ["RF102"]),
    "a column too many": (block(table=f"{MARK}|Name | Value | Note |\n|-|-|-|\n|Tactic | Impact | a |\n"), ["RF102"]),
    "a pipe in a cell": (
        block(table=TABLE.replace("|Platform | Azure|", f"|Platform | Azure | {MARK}AWS|")),
        ["RF103"],
    ),
    "a pipe between backticks": (block(table=TABLE.replace("Azure|", f"`Azure | {MARK}AWS`|", 1)), ["RF103"]),
    "a cell that is missing": (block(table=TABLE.replace("|Platform | Azure|", f"{MARK}|Platform|")), ["RF103"]),
    "text glued to the table": (block(table=f"{TABLE}{MARK}See the wiki.\n"), ["RF103"]),
    "an unknown field": (block(table=TABLE.replace("|Tactic |", f"|{MARK}Tactics |")), ["RF104"]),
    "a field in lower case": (block(table=TABLE.replace("|Tactic |", f"|{MARK}tactic |")), ["RF104"]),
    "a repeated field": (block(table=f"{TABLE}|{MARK}Tactic | Impact|\n"), ["RF105"]),
    "two tables of fields": (block(table=f"{TABLE}\n{MARK}{TABLE}"), ["RF106"]),
    "no query": (
        block(to_query=f"{MARK}", query="", end="").replace(MARK, "").replace("|Name", f"{MARK}|Name"),
        ["RF107"],
    ),
    "an indented query": (block(table=f"{MARK}{TABLE}", to_query="\n### KQL\n\n", query="    A\n", end=""), ["RF107"]),
    "the query before the table": (f"## Title\n\n```kql\nA\n```\n\n{MARK}{TABLE}", ["RF107"]),
    "two queries": (block(end=f"```\n\n{MARK}```kql\nB\n```\n"), ["RF108"]),
    "three queries": (block(end=f"```\n\n{MARK}```\nB\n```\n{MARK}~~~\nC\n~~~\n"), ["RF108", "RF108"]),
    "a fence that is not closed at the end": (block(to_query=f"\n### KQL\n{MARK}```kql\n", end=""), ["RF109"]),
    "a fence that swallows headings": (block(to_query=f"\n### KQL\n{MARK}```kql\n", end=SWALLOWED), ["RF109"]),
    "a comment that swallows headings": (f"{MARK}## Title\n\n{MARK}<!--\n{SWALLOWED}", ["RF101", "RF109"]),
    "a script that swallows headings": (f"{MARK}## Title\n\n{MARK}<script>\n{SWALLOWED}", ["RF101", "RF109"]),
    "a byte that is not UTF-8": (block(query=f'A | where B == "Ren{MARK}\udce9e"\n'), ["RF110"]),
    "a byte that is not UTF-8 in the title": (block(title=f"Ren{MARK}\udce9e"), ["RF110"]),
    "a NUL character": (block(description=f"\na{MARK}\0b\n\n"), ["RF110"]),
    "neither id nor url": (block(table=MARK + rows(DetectionId=" ", DetectionUrl=" ")), ["RF111"]),
    "no rows at all": (block(table=MARK + HEADER), ["RF111"]),
    "an empty heading": (block(title="").replace("## ", f"{MARK}## ", 1), ["RF112"]),
    "a heading of marks": (block(title="##").replace("## ", f"{MARK}## ", 1), ["RF112"]),
    "several faults": (
        block(
            table=TABLE.replace("|Tactic |", f"|{MARK}Taktik |").replace("Azure|", f"Azure | {MARK}b|", 1), end="```\n"
        )
        + f"\n{MARK}```\nB\n```\n",
        ["RF104", "RF103", "RF108"],
    ),
}


@pytest.mark.parametrize(("text", "codes"), REJECTED.values(), ids=REJECTED.keys())
def test_a_block_that_cannot_be_read_is_told_with_its_place(text: str, codes: list[str]) -> None:
    plain, places = marked(text)
    found, told = read(plain)
    assert found == []
    expected = sorted((*place, code) for place, code in zip(places, codes, strict=True))
    assert sorted((d.place.line, d.place.column, d.code) for d in told if d.place) == expected
    assert {str(d.severity) for d in told} == {"error"}


@pytest.mark.parametrize(("text", "_codes"), REJECTED.values(), ids=REJECTED.keys())
def test_the_blocks_before_it_are_read_all_the_same(text: str, _codes: list[str]) -> None:
    found, told = read(block(title="Before") + marked(text)[0])
    assert [entry.title for entry in found] == ["Before"]
    assert told


CLOSED = [case for case in REJECTED.items() if not {"RF109"} & set(case[1][1])]


@pytest.mark.parametrize(("_name", "case"), CLOSED, ids=[name for name, _ in CLOSED])
def test_the_blocks_after_it_are_read_all_the_same(_name: str, case: tuple[str, list[str]]) -> None:
    assert [entry.title for entry in read(marked(case[0])[0] + "\n" + block(title="After"))[0]] == ["After"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (block(end=""), "it swallows 0 headings"),
        (block(end="\n## Next\n"), "it swallows 1 heading"),
        (block(end="\n## Next\n### Not a rule\n  ## Another\n    ## Code\n"), "it swallows 2 headings"),
        ("## Title\n\n<!--\n" + block() * 3, "it swallows 3 headings"),
    ],
)
def test_what_is_swallowed_is_counted(text: str, message: str) -> None:
    _, told = read(text)
    assert [message in d.message for d in told if d.code == "RF109"] == [True]


def test_an_unknown_field_comes_with_a_guess_and_the_line() -> None:
    [told] = read(block(table=TABLE.replace("|Tactic |", "|Tactics |")))[1]
    assert told.message == "found the field 'Tactics', expected one of the fourteen; is Tactic meant?"
    assert told.excerpt == "|Tactics | Impact|"


WARNED = {
    "a field is missing": (block(table=MARK + TABLE.replace(LINES["Platform"], "")), ["RF121"]),
    "a query without a language": (block(to_query=f"\n### KQL\n{MARK}```\n"), ["RF122"]),
    "a query in another language": (block(to_query=f"\n### KQL\n{MARK}```spl\n"), ["RF122"]),
    "an empty query": (block(to_query=f"\n### KQL\n{MARK}```kql\n", query=""), ["RF123"]),
    "a query of blanks": (block(to_query=f"\n### KQL\n{MARK}```kql\n", query=" \n\t\n"), ["RF123"]),
    "text after the query": (block(end=f"```\n\n{MARK}See the wiki.\n"), ["RF120"]),
    "a table after the table": (block(table=f"{TABLE}\n{MARK}|a|b|\n|-|-|\n"), ["RF120"]),
    "another heading before the query": (block(to_query=f"\n{MARK}### Query\n```kql\n"), ["RF120"]),
}


@pytest.mark.parametrize(("text", "codes"), WARNED.values(), ids=WARNED.keys())
def test_a_block_that_is_unusual_is_read_and_told(text: str, codes: list[str]) -> None:
    plain, places = marked(text)
    found, told = read(plain)
    assert [entry.title for entry in found] == ["Title"]
    assert [(d.place.line, d.place.column, d.code, str(d.severity)) for d in told if d.place] == [
        (*place, code, "warning") for place, code in zip(places, codes, strict=True)
    ]


READ = {
    "fields in another order": (block(table=HEADER + "".join(reversed(ROWS))), "tactic", "Impact"),
    "an escaped pipe": (block(table=rows(DataTypes="a\\|b ")), "data_type", "a|b"),
    "backslashes": (block(table=rows(DataTypes="C:\\a\\b ")), "data_type", "C:\\a\\b"),
    "a url alone": (block(table=rows(DetectionId=" ")), "url", "https://example.org/a%20b"),
    "an empty cell": (block(table=rows(Platform=" ")), "platform", None),
    "a cell without blanks": (block(table=rows(Platform="").replace("|Platform | |", "|Platform||")), "platform", None),
    "a fence in the query": (block(query="A // ```\n  // ```kql\n"), "query", "A // ```\n  // ```kql"),
    "a heading in the query": (block(query="A\n## B\n# C\n"), "query", "A\n## B\n# C"),
    "another name of the language": (block(to_query="\n### KQL\n```kusto\n"), "query", "AzureActivity\n| take 1"),
    "the language in capitals, and more behind it": (
        block(to_query="\n### KQL\n```KQL title=a\n"),
        "query",
        "AzureActivity\n| take 1",
    ),
    "numbers and addresses": (
        block(description="\n1) a\n2) https://a.b/c?d=e&f=[g]\n\n"),
        "description",
        "1) a\n2) https://a.b/c?d=e&f=[g]",
    ),
    "apostrophes within": (block(description="\na 'b' c's\n\n"), "description", "a 'b' c's"),
    "other quotation marks": (block(description='\n"a"\n\n'), "description", '"a"'),
    "a longer fence": (
        block(to_query="\n### KQL\n`````kql\n", query="```\nA\n```\n", end="`````\n"),
        "query",
        "```\nA\n```",
    ),
    "a fence of tildes": (block(to_query="\n### KQL\n~~~kql\n", query="```\nA\n", end="~~~\n"), "query", "```\nA"),
    "blank lines around the query": (block(query="\n\n  A  \n\n"), "query", "\n\n  A  \n"),
    "a tab and blanks at line ends": (block(query="\tA \n B\t\n"), "query", "\tA \n B\t"),
    "a line separator in the query": (block(query="A\u2028B\x0cC\n"), "query", "A\u2028B\x0cC"),
    "a long title": (block(title="x" * 10_000), "title", "x" * 10_000),
    "HTML in the title": (block(title="<script>alert(1)</script>"), "title", "<script>alert(1)</script>"),
    "Markdown in the title": (block(title="*a* [b](c) `d` \\# &amp;"), "title", "*a* [b](c) `d` \\# &amp;"),
    "marks behind the title": (block(title="a ##"), "title", "a"),
    "a mark in the title": (block(title="C# and a#"), "title", "C# and a#"),
    "marks that turn the text around": (
        block(title="a\u202eb", table=rows(Platform="\u202ec ")),
        "platform",
        "\u202ec",
    ),
    "HTML in a cell": (
        block(table=rows(ConnectorId="<img src=x onerror=alert(1)> ")),
        "connector",
        "<img src=x onerror=alert(1)>",
    ),
    "apostrophes around the description": (block(description="\n'a\nb'\n\n"), "description", "a\nb"),
    "blanks within the apostrophes": (block(description="\n' a\nb\n'\n\n"), "description", "a\nb"),
    "two pairs of apostrophes": (block(description="\n''a''\n\n"), "description", "'a'"),
    "an apostrophe before": (block(description="\n'a\n\n"), "description", "'a"),
    "an apostrophe behind": (block(description="\na'\n\n"), "description", "a'"),
    "one apostrophe": (block(description="\n'\n\n"), "description", "'"),
    "two apostrophes": (block(description="\n''\n\n"), "description", ""),
    "no description": (block(description="\n\n"), "description", ""),
    "a glued description": (block(description="\n'a'\n"), "description", "a"),
    "a line with a pipe": (
        block(description="\n'a\n| where b\n| distinct c'\n\n"),
        "description",
        "a\n| where b\n| distinct c",
    ),
    "a table in the description": (block(description="\n|a|b|\n|-|-|\n\n"), "description", "|a|b|\n|-|-|"),
    "a list": (block(description="\n- a\n  - b\n\n1. c\n\n"), "description", "- a\n  - b\n\n1. c"),
    "breaks and comments": (block(description="\na<br>b\n\n// c\n\n\nd\n\n"), "description", "a<br>b\n\n// c\n\n\nd"),
    "headings in the description": (block(description="\n# a\n### b\n\n"), "description", "# a\n### b"),
    "a fence in the description": (block(description="\n```\n## a\n```\n\n"), "description", "```\n## a\n```"),
    "an underlined line": (block(description="\na\n---\n\n"), "description", "a\n---"),
    "HTML in the description": (
        block(description="\n<script>\nalert(1)\n</script>\n\n"),
        "description",
        "<script>\nalert(1)\n</script>",
    ),
}


@pytest.mark.parametrize(("text", "part", "value"), READ.values(), ids=READ.keys())
def test_what_is_read_is_verbatim(text: str, part: str, value: str | None) -> None:
    [entry], told = read(text)
    assert getattr(entry, part) == value
    assert told == []


HOSTILE = (
    "\u202e\u2066gpj.exe\u2069",
    "\u200fa\u200e",
    "<script>alert('a')</script>",
    '"><img src=x onerror=alert(1)>',
    "]]><!-- -->",
    "=cmd()!A1",
    "${{ a }} {{b}} %s",
    "*a* [b](javascript:c) `d",
)


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_text_is_verbatim_in_every_part(value: str) -> None:
    # A line that begins with raw HTML may hide the table, so the description begins with a word.
    table = rows(**{name: f"{value} " for name, _ in FIELDS})
    [entry], told = read(block(value, f"\na {value}\n\n", table, query=f"{value}\n"))
    assert {part: getattr(entry, part) for part in PARTS} == dict.fromkeys(PARTS, value) | {"description": f"a {value}"}
    assert told == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (block(table=HEADER + "|Severity | High |\n" * 150), "RF104"),
        (block(table=TABLE + ROWS[0] * 150), "RF105"),
        (block(table=TABLE + f"\n{TABLE}" * 150), "RF106"),
        (block(end="```\n" + "```\nB\n```\n" * 150), "RF108"),
    ],
)
def test_no_more_than_a_hundred_faults_of_a_kind_are_told_of_a_block(text: str, code: str) -> None:
    found, told = read(text + block(title="After"))
    assert [d.code for d in told] == [code] * 100
    assert [entry.title for entry in found] == ["After"]


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize(
    ("query", "message", "column"),
    [
        (b"Ren\xe9e", "found the byte 0xE9, expected UTF-8 text", 4),
        # Columns count characters, not bytes.
        ("漢é".encode() + b"\xff", "found the byte 0xFF, expected UTF-8 text", 3),
        # The first two bytes of a character of three.
        (b"a\xe6\xbc", "found the byte 0xE6, expected UTF-8 text", 2),
        # A surrogate has no place in UTF-8, nor has a slash in two bytes.
        (b"ab\xed\xa0\x80", "found the byte 0xED, expected UTF-8 text", 3),
        (b"\xc0\xaf", "found the byte 0xC0, expected UTF-8 text", 1),
        (b"a\0", "found a NUL character, expected UTF-8 text", 2),
    ],
)
def test_the_first_byte_that_is_not_text_is_told(
    start: bytes, end: bytes, query: bytes, message: str, column: int
) -> None:
    page = start + block(query="A\nHERE\n").encode().replace(b"HERE", query).replace(b"\n", end)
    found, [told] = read(page)
    assert found == []
    # Heading, blank, text, blank, 16 lines of table, blank, heading, fence, A: that makes 24.
    assert told.place == ("page.md", 25, column)
    assert (told.code, told.message) == ("RF110", message)


@pytest.mark.parametrize(
    "text", [block(), block(title="漢 \U0001f600", query="let a = '漢';\n"), READ["an escaped pipe"][0]]
)
def test_line_ends_and_marks_change_no_entry(text: str) -> None:
    [plain], _ = read(text)
    for data in (
        text.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + text.encode(),
        text.replace("\n", "\r").encode(),
    ):
        [entry], told = read(data)
        assert entry == plain
        assert told == []
        assert [entry.place(part) for part in PARTS] == [plain.place(part) for part in PARTS]


@pytest.mark.parametrize(
    "text", [block(), READ["fields in another order"][0], block(title=" a  #", description="\n\n'b'\n")]
)
def test_places_point_at_what_is_read(text: str) -> None:
    page = "# Rules: 1-2\n\n" + block(title="Before") + text
    lines = page.split("\n")
    entry = read(page)[0][1]
    for part in PARTS:
        place, value = entry.place(part), getattr(entry, part)
        rest = "\n".join([lines[place.line - 1][place.column - 1 :], *lines[place.line :]])
        assert rest.lstrip("\n '" if part == "description" else "").startswith(value or "|"), part


_values = st.text(st.characters(exclude_characters="|\n\r\0", exclude_categories=["Cs"]), max_size=12)


@examples(300)
@given(st.lists(_values, min_size=14, max_size=14), st.sampled_from(["", "    ", "\t"]))
def test_the_quick_way_is_the_careful_way(values: list[str], blanks: str) -> None:
    table = HEADER + "".join(f"|{name} | {value}{blanks}|\n" for (name, _), value in zip(FIELDS, values, strict=True))
    for one in read_blocks(Source.decode("page.md", block(table=table).encode()))[0]:
        quick, careful = entries.read_entry(one), entries._read_carefully(one)
        assert quick == careful
        if quick[0] and careful[0]:
            assert [quick[0].place(part) for part in PARTS] == [careful[0].place(part) for part in PARTS]
