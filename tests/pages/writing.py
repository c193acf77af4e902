"""Pages for the property tests: blocks as the flattening script writes them, and everything that may go wrong."""

from collections.abc import Callable

from hypothesis import strategies as st

FIELDS = (
    ("Tactic", "Impact"),
    ("TechniqueId", "T1570"),
    ("Platform", "Azure"),
    ("DetectionType", "Hunting "),
    ("ConnectorId", "AzureActivity "),
    ("DetectionId", "55fbc363-6cc9-4201-bd68-d980b612082b "),
    ("DataTypes", "AzureActivity "),
    ("QueryFrequency", " "),
    ("QueryPeriod", " "),
    ("TriggerOperator", " "),
    ("TriggerThreshold", " "),
    ("DetectionSeverity", " "),
    ("DetectionUrl", "https://example.org/a%20b "),
    ("IngestedDate", "2022-08-07 "),
)
HEADER = "|Name | Value |\n| --- | --- |\n"
ROWS = tuple(f"|{name} | {value}|\n" for name, value in FIELDS)
TO_QUERY = "\n### KQL\n```kql\n"


def block(
    title: str = "Title",
    description: str = "\nText.\n\n",
    table: str = HEADER + "".join(ROWS),
    to_query: str = TO_QUERY,
    query: str = "AzureActivity\n| take 1\n",
    end: str = "```\n\n",
) -> str:
    """A rule block; without arguments, one in the exact form of the flattening script."""
    return f"## {title}\n{description}{table}{to_query}{query}{end}"


PLAIN = ("Text.", "'Text", "text'", "| a pipe", "SecurityEvent", "| where x == 1", "// comment", "https://a.b/c_d", "")

DEEP = "- " * 25 + "a"
LISTS = ("- a", "* a", "+ a", "-", "1. a", "2) a", "1.", "  - a", "    - a", "- - a", "-     a", DEEP)
QUOTES = ("> a", ">", "> > a", "> - a", "- > a", "> # a", ">     a", "> " * 24 + "a")
HEADINGS = ("# a", "## a", "### a", "### KQL", "#", "##", "###", "####### a", "#a", "##a", "##\ta", "## ", "## a ##")
FENCES = ("```", "```kql", "````", "``````", "~~~", "~~~~", "``` ", "```\t", "``` `", "``` a", "`` `", "`a`", "~~~ `")
HTML = (
    *("<script>", "</script>", "<pre>", "<style>", "<textarea>"),
    *("<!--", "-->", "<!-- a -->", "<!-->", "<!-- a --> b"),
    *("<?a", "?>", "<!A", "<!a>", "<![CDATA[", "]]>", "<div>", "</div>", "<div", "<p>a"),
    *("<a b='c'>", "</a>", "<a-b>", "<a", "<br>", "<https://a.b>", "<", "<a@b.c>"),
)
TABLES = (
    *("|Name | Value |", "| Name | Value |", "Name | Value", "|Value | Name |", "|Name |", "|Name | Value | X |"),
    *("| --- | --- |", "|---|---|", "--- | ---", ":-|-:", "|-|", "| --- | --- | --- |", "-|-", "|--- |", "|:-|-:|"),
    *("| a | b |", "|", "||", "|a", "\\|", "|a\\| b|", "|Tactic | Impact|"),
)
NAMES = ("|Name | Value |", "Name | Value", "|Name|Value|", "| Name | Value |", "|Name | Value")
DELIMITERS = (
    "| --- | --- |",
    "|---|---|",
    "--- | ---",
    "-|-",
    ":-|-:",
    "|:-:|:-:|",
    "---|---",
    "| - |\t- |",
    ":-- | --",
)
RULES = ("---", "===", "***", "___", "- - -", "-", "--", "=", ":-", ":", "--- a", "- -", "***a")
LINKS = ("[a]: /b", "[a]: /b 'c", "'", "[a]: /b 'c'", "[a]:", "[a", "[a]: <b", "[a]: /b (c", ")", "[a]: b\\", "[a\\")
SCRIPT = (*ROWS[:2], "|Name | Value |", "| --- | --- |", "### KQL", "```kql", "```", "# Rules: 1-21", "## Title")
LINES = (*LISTS, *QUOTES, *HEADINGS, *FENCES, *HTML, *TABLES, *RULES, *LINKS)

STRANGE = "\0\t\x0b\x0c\x1c\x85\xa0\u2028\u2029\u200f\u202e\ufeff\udcff\r é𝄞"
MARKS = "#`~<>|-=:[]()*+_\\'\"&!?/.1 \t"

SHIFTS = ("", "", "", " ", "  ", "   ", "    ", "\t")
INDENTS = ("", " ", "  ", "   ", "    ", "\t", " \t", "- ", "> ", "1. ", "-   ", "- > ", "a ", "\xa0", "\0")
TAILS = ("", " ", "  ", "\t", " \t", " #", " ##", "\\", "\x0c", "\xa0", "\x85", "`", " `", "|", "a", " kql")
ENDS = (
    *(
        "```\n",
        "```",
        "````\n",
        "``` \n",
        "```\t\n\n",
        " ```\n",
        "   ```\n\n",
        "    ```\n```\n",
        "\t```\n```\n",
        "~~~\n",
    ),
    *("", "\n", "```\n \n", "```\n\t\n\n", "``` a\n```\n", "```a\n```\n", "`````", "```\n   ", "```\x0c\n```\n"),
    *("```\nText.\n\n", "```\n\nText.\n\n", "```\n# Rules: 1-21\n\n", "```\n\n# Rules: 1-21\n", "```\n```\nA\n```\n\n"),
    *("```\n<!-- a -->\n", "```\n<div>\n", "```\n<!--\n", "```\n~~~\n", "```\n\n- a\n", "```\n\n|a|b|\n|-|-|\n\n"),
    *("```\n##\n", "```\n ## a\n", "```\n##\ta\n", "```\n#\n", "```\n\n\n\n", "```\n" + HEADER, "```\n\n    a\n\n"),
)
TO_QUERIES = (
    *(
        "\n### KQL\n\n```kql\n",
        "### KQL\n```kql\n",
        "\n###  KQL\n```kql\n",
        "\n### KQL \n```kql\n",
        "\n### kql\n```kql\n",
    ),
    *("\n```kql\n", "\n### KQL\n```\n", "\n### KQL\n``` kql\n", "\n### KQL\n```kql \n", "\n### KQL\n````kql\n"),
    *(
        "\n### KQL\n~~~kql\n",
        "\n### KQL\n ```kql\n",
        "\n### KQL\n    ```kql\n",
        "\n### KQL\n",
        "\n### KQL\n```spl\n",
        "",
    ),
    *(
        "\nText.\n### KQL\n```kql\n",
        "\n### KQL\n```a\n```\n```kql\n",
        "\n### KQL\n<div>\n```kql\n",
        "\n ### KQL\n```kql\n",
    ),
    *(
        "\n\n### KQL\n```kql\n",
        " \n### KQL\n```kql\n",
        "\n## KQL\n```kql\n",
        "\n# KQL\n```kql\n",
        "\n### KQL\n```kql`\n",
    ),
)
HEADERS = (
    *("|Name|Value|\n|---|---|\n", "| Name | Value |\n| --- | --- |\n", "Name | Value\n--- | ---\n", "", HEADER[:16]),
    *("|Value | Name |\n| --- | --- |\n", "|Name | Value | X |\n| --- | --- | --- |\n", " " + HEADER, "    " + HEADER),
    *(
        "|Name | Value |\n| --- |\n",
        "|Name | Value |\n\n| --- | --- |\n",
        "- " + HEADER,
        HEADER + HEADER,
        "> " + HEADER,
    ),
    *(HEADER + "\n" + HEADER, "|a | b |\n| --- | --- |\n\n" + HEADER, "|Name | Value |\n| --- | --- |", "\t" + HEADER),
)

_characters = st.one_of(st.sampled_from(STRANGE), st.sampled_from(MARKS), st.sampled_from("ab"))
_wild = st.text(_characters, max_size=8)


def _odd(*texts: str) -> st.SearchStrategy[str]:
    """One of some texts, often with something before or behind it."""
    text = st.sampled_from(texts)
    return st.one_of(
        text,
        st.builds("{}{}".format, st.sampled_from(SHIFTS), text),
        st.builds("{}{}{}".format, st.sampled_from(INDENTS), text, st.sampled_from(TAILS)),
    )


def _lines(line: st.SearchStrategy[str], most: int) -> st.SearchStrategy[str]:
    return st.lists(line, min_size=1, max_size=most).map(lambda lines: "".join(f"{line}\n" for line in lines))


_field_table = st.builds("{}\n{}".format, _odd(*NAMES), _odd(*DELIMITERS))
_line = st.one_of(
    *(_odd(*family) for family in (LISTS, QUOTES, HEADINGS, FENCES, HTML, TABLES, RULES, LINKS, PLAIN)),
    _field_table,
    _wild,
)
# What may hide the table: alone in a description, so that nothing else gives it away.
_openings = st.builds(
    "\n{}{}{}\n\n".format,
    st.sampled_from(SHIFTS),
    st.sampled_from(
        ("```", "```kql", "~~~", "~~~~", "<!--", "<script>", "<?a", "<![CDATA[", "<!A", "## a", "##", "# a", DEEP)
    ),
    st.sampled_from(TAILS),
)
_earlier_tables = st.builds(
    "\n{}{}\n{}{}\n{}".format,
    st.sampled_from(SHIFTS),
    st.sampled_from(NAMES),
    st.sampled_from(SHIFTS),
    st.sampled_from(DELIMITERS),
    st.sampled_from(("\n", ROWS[0] + "\n", "Text\n\n", "> a\n\n")),
)
_glued = st.builds(
    "{}{}\n".format, st.sampled_from(("", "\n")), st.one_of(*map(_odd, (*LISTS, *QUOTES, *RULES, *LINKS)))
)
_titles = st.one_of(
    st.sampled_from(
        ("", " ", "#", "a #", "a ##", "a#", "a \\#", " a", "a ", "## a", "`a", "<!--", "\\", "a\n## b", "a|b")
    ),
    st.builds("{}a{}".format, st.sampled_from(STRANGE), st.sampled_from(STRANGE)),
    _wild,
)
_descriptions = st.builds(
    "{}{}{}".format,
    st.sampled_from(("\n", "\n", "\n", "", "\n\n")),
    st.one_of(_lines(_line, 2), _lines(_line, 5)),
    st.sampled_from(("\n", "\n", "\n", "\n", "", " \n", "\n\n", "\t\n", "\x0c\n", "\\\n")),
)
_rows = st.one_of(
    st.sampled_from(ROWS),
    st.builds("|{}|{}|\n".format, _wild, _wild),
    _odd(*TABLES).map("{}\n".format),
    _line.map("{}\n".format),
    st.just("\n"),
)
_tables = st.builds(
    "{}{}{}{}".format,
    st.one_of(st.just(HEADER), st.sampled_from(HEADERS)),
    st.sampled_from(("", ROWS[0], "".join(ROWS))),
    st.lists(_rows, max_size=2).map("".join),
    st.sampled_from(("", ROWS[0], "".join(ROWS))),
)
_to_queries = st.sampled_from(TO_QUERIES)
_fence_lines = st.builds("{}{}{}".format, st.sampled_from(INDENTS), st.sampled_from(FENCES), st.sampled_from(TAILS))
_closing_lines = st.builds(
    "{}{}{}".format, st.sampled_from(SHIFTS), st.sampled_from(FENCES[:4]), st.sampled_from(TAILS)
)
_queries = st.one_of(_lines(_fence_lines, 2), _lines(_closing_lines, 1), _lines(_line, 4))
_ends = st.one_of(
    st.sampled_from(ENDS),
    st.builds(
        "{}```{}\n{}".format, st.sampled_from(SHIFTS), st.sampled_from(TAILS), st.sampled_from(("", "\n", "a\n"))
    ),
)

# A block with one fault tells more than one in which nothing is right.
_blocks = st.one_of(
    st.just(block()),
    st.builds(block, title=_titles),
    st.builds(block, title=_titles, description=st.sampled_from(DELIMITERS).map("{}\n\n".format)),
    *(
        st.builds(block, description=text)
        for text in (_descriptions, _descriptions, _openings, _earlier_tables, _glued)
    ),
    st.builds(block, table=_tables),
    st.builds(block, to_query=_to_queries),
    *(
        st.builds(block, query=_lines(lines, most))
        for lines, most in ((_closing_lines, 1), (_fence_lines, 2), (_line, 4))
    ),
    st.builds(block, query=_queries, end=_ends),
    *[st.builds(block, end=_ends)] * 2,
    st.builds(block, _titles, _descriptions, _tables, _to_queries, _queries, _ends),
)


# Rows of one rule, which differ in their tables alone, or in a little more.
runs = st.lists(
    st.builds(
        block,
        title=st.sampled_from(("Title", "Title", "Title", "Other", "  # #")),
        description=st.sampled_from(("\nText.\n\n", "\nText.\n\n", "\n~~~~~\n\n", "\n<!--a\n\n")),
        table=st.one_of(st.just(HEADER + ROWS[0]), st.just(HEADER + "".join(ROWS)), _tables),
        query=st.sampled_from(("A\n", "A\n", "A\n", "B\n", "```\t\n")),
        end=st.sampled_from(
            ("```\n\n", "```\n\n", "```\n\n", "```\n", "```\n\n\n", "```\n\na\n", "```\n\n#", "```\n\n##\n")
        ),
    ),
    min_size=2,
    max_size=4,
).map("".join)
_between = st.one_of(
    *[st.just("")] * 4, st.sampled_from(("# Rules: 1-21\n\n", "\n", " \n", "##\n", "##a\n")), _lines(_line, 2)
)
_starts = st.one_of(
    *[st.just("# Rules: 1-21\n\n")] * 3,
    st.sampled_from(
        ("", "\n", "#", "# a\n \n", "# a\n\n\n", "# a\ntext\n", "#a\n\n", "<!--\n", "```\n", "- a\n", "a\n\n")
    ),
    _lines(_line, 3),
)
_composed = st.builds(
    lambda start, parts: start + "".join(part + between for part, between in parts),
    _starts,
    st.lists(st.tuples(st.one_of(_blocks, _blocks, runs), _between), min_size=1, max_size=3),
)


def _edited(text: str, edits: list[tuple[Callable[[list[str], int, str], None], int, str]]) -> str:
    lines = text.splitlines(keepends=True)
    for edit, at, other in edits:
        edit(lines, at % (len(lines) or 1), other)
        lines = "".join(lines).split("\n")
        lines = [*(f"{line}\n" for line in lines[:-1]), lines[-1]]
    return "".join(lines)


def _drop_line(lines: list[str], at: int, other: str) -> None:
    del lines[at : at + 1]


def _repeat_line(lines: list[str], at: int, other: str) -> None:
    lines[at:at] = lines[at : at + 1]


def _swap_lines(lines: list[str], at: int, other: str) -> None:
    lines[at : at + 2] = lines[at : at + 2][::-1]


def _insert_line(lines: list[str], at: int, other: str) -> None:
    lines[at:at] = [f"{other}\n"]


def _replace_line(lines: list[str], at: int, other: str) -> None:
    lines[at : at + 1] = [f"{other}\n"]


def _put_before(lines: list[str], at: int, other: str) -> None:
    lines[at : at + 1] = [other + line for line in lines[at : at + 1]]


def _put_behind(lines: list[str], at: int, other: str) -> None:
    lines[at : at + 1] = [f"{line[:-1]}{other}\n" for line in lines[at : at + 1]]


def _join_lines(lines: list[str], at: int, other: str) -> None:
    lines[at : at + 1] = [line.removesuffix("\n") for line in lines[at : at + 1]]


def _drop_character(lines: list[str], at: int, other: str) -> None:
    line = lines[at] if lines else ""
    lines[at : at + 1] = [line[: len(other)] + line[len(other) + 1 :]]


def _cut(lines: list[str], at: int, other: str) -> None:
    del lines[at:]
    lines.append(other)


_EDITS = (
    *(_drop_line, _repeat_line, _swap_lines, _insert_line, _insert_line, _replace_line),
    *(_put_before, _put_behind, _join_lines, _drop_character, _cut),
)
_mutated = st.builds(
    _edited,
    st.sampled_from(("", "# Rules: 1-21\n\n")).map(
        lambda start: start + block() + block("Other", end="```\n") + block()
    ),
    st.lists(
        st.tuples(
            st.sampled_from(_EDITS),
            st.integers(0, 90),
            st.one_of(st.sampled_from(LINES), st.sampled_from(SCRIPT), st.sampled_from(INDENTS), _wild),
        ),
        min_size=1,
        max_size=4,
    ),
)

hidden = st.builds(lambda text: block(description=text) + block(), _openings)
texts = st.one_of(_composed, _mutated)
data = st.builds(
    lambda text, end, mark: (mark + text.replace("\n", end)).encode("utf-8", "surrogateescape"),
    texts,
    st.sampled_from(("\n", "\n", "\r\n", "\r")),
    st.sampled_from(("", "", "\ufeff")),
)
