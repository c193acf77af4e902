"""Catalogues whose texts are as nasty as a page can make them."""

from hypothesis import strategies as st

from rulefold.model import (
    Catalogue,
    Conflict,
    Connector,
    Counts,
    Detection,
    Inferred,
    Note,
    OtherValue,
    PageLines,
    PageSource,
    Row,
    Rows,
    Schedule,
)

SPACES = ("", " ", "  ", "\t", " \t ", "    x", "\tx", "x ", "x\t", " x ")
MARKS = (
    "- x",
    "-",
    "? ",
    "? x",
    ": ",
    "x: y",
    "x:",
    ":x",
    " #",
    "x #y",
    "#x",
    "- - x",
    "> x",
    "| x",
    ">",
    "|",
    "|2-",
    "%",
)
BRACKETS = (
    "[",
    "]",
    "{",
    "}",
    "[x]",
    "{x: y}",
    "x, y",
    ",",
    "a]",
    "b}",
    "@x",
    "`x`",
    "&a",
    "*a",
    "!t",
    "!!str x",
    "<<",
    "=",
)
QUOTES = ("'", '"', "''", "'x'", '"x"', "it's", '\\"', "\\", "\\n", "\\x41", "c:\\new", "x\\", "'x", '"x')
WORDS = (
    "y",
    "N",
    "yes",
    "No",
    "on",
    "OFF",
    "true",
    "False",
    "null",
    "Null",
    "NULL",
    "~",
    "nan",
    ".inf",
    "-.INF",
    ".NaN",
)
NUMBERS = (
    "0",
    "1",
    "-1",
    "+1",
    "0x1F",
    "0o17",
    "017",
    "1e3",
    "1.5",
    ".5",
    "1_000",
    "190:20:30",
    "1:30",
    "0b1",
    "12e03",
)
DATES = ("2022-08-07", "2022-08-07T10:00:00Z", "2022-08-07 10:00:00", "1d", "5m", "24h", "PT1H")
DOCUMENTS = ("---", "...", "--- x", "... x", "%YAML 1.1", "%TAG", "---\tx")
LINE_ENDS = ("a\rb", "a\x85b", "a\u2028b", "a\u2029b", "a\vb", "a\fb", "\r", "\x85", "\u2028", "a\r\nb")
CHARACTERS = (
    "\ufeff",
    "\ufeffx",
    "\0",
    "\x07",
    "\x1b[31m",
    "\x7f",
    "\x9f",
    "\ufffe",
    "\uffff",
    "\xa0",
    "\u200b",
    "\u3000",
)
SCRIPTS = ("é", "日本", "\U0001f600", "\u202eabc", "\u05d0\u05d1", "e\u0301", "\U0010ffff", "\U0001fffe", "ı", "ß")
LONG = ("x" * 1100, "x y " * 300, "'" * 200, "a-b" * 100, "x" * 120, "é" * 130)
URLS = (
    "https://a.b/c?d=e&f=[g]",
    "https://a.b/#c",
    "https://a.b/c?",
    "https://a.b:8/c",
    "https://a.b/c,d",
    "http://",
    "https://a.b/(c)",
    "a:b",
)
MARKDOWN = (
    "# x",
    "## x",
    "***",
    "===",
    "1. x",
    "+ x",
    "* x",
    "_x_",
    "*x*",
    "~~x~~",
    "```",
    "~~~",
    "````kql",
    "x | y",
    "\\|",
    "|",
)
HTML = (
    "<b>",
    "<script>x</script>",
    "<!-- x",
    "-->",
    "<br>",
    "<br/>",
    "</td>",
    "<img src=x onerror=y>",
    "&amp;",
    "&lt;",
    "&#10;",
)
LINKS = (
    "[x](javascript:y)",
    "![x](y)",
    "[x]: javascript:y",
    "<javascript:y>",
    "](y)",
    "<https://a.b>",
    "[x][y]",
    "[^1]",
    "<a@b.c>",
)

PIECES = (
    *(*SPACES, *MARKS, *BRACKETS, *QUOTES, *WORDS, *NUMBERS, *DATES, *DOCUMENTS, *LINE_ENDS, *CHARACTERS, *SCRIPTS),
    *(*LONG, *URLS, *MARKDOWN, *HTML, *LINKS),
)

texts = st.one_of(
    st.sampled_from(PIECES),
    st.lists(st.sampled_from(PIECES), min_size=2, max_size=5).map("\n".join),
    st.lists(st.sampled_from(PIECES), min_size=2, max_size=3).map("".join),
    st.text(max_size=12),
    st.text("a \n\t", min_size=1, max_size=10),
)
one_line = texts.map(lambda text: text.replace("\n", " "))
words = st.lists(one_line, max_size=3, unique=True).map(tuple)
maybe = st.none() | one_line
numbers = st.integers(0, 10**6)
rows = st.builds(Row, tactic=maybe, technique=maybe, connector=maybe, data_type=maybe, platform=maybe)
some_rows = st.lists(rows, max_size=2).map(tuple)
others = st.builds(OtherValue, value=st.none() | texts, page=texts, line=numbers, rows=numbers)
lines = st.lists(st.tuples(numbers, numbers), max_size=8).map(tuple)

detections = st.builds(
    Detection,
    id=one_line,
    key=st.just("key"),
    title=texts,
    description=texts,
    type=maybe,
    tactics=words,
    techniques=words,
    platforms=words,
    data_types=words,
    connectors=st.lists(
        st.builds(Connector, id=one_line, data_types=words, platforms=words, invented=st.none() | st.just(True)),
        max_size=2,
    ).map(tuple),
    severity=maybe,
    schedule=st.none()
    | st.builds(
        Schedule,
        query_frequency=maybe,
        query_period=maybe,
        trigger_operator=maybe,
        trigger_threshold=st.none() | numbers | one_line,
    ),
    url=maybe,
    ingested_date=maybe,
    query=texts,
    rows=st.builds(Rows, seen=numbers, product=numbers, missing=some_rows),
    inferred=st.builds(Inferred, rows=some_rows, platforms=st.dictionaries(one_line, words, max_size=2)),
    conflicts=st.none()
    | st.lists(
        st.builds(Conflict, field=st.just("query"), others=st.lists(others, max_size=2).map(tuple)), max_size=2
    ).map(tuple),
    sources=st.lists(st.builds(PageLines, page=texts, lines=lines), max_size=2).map(tuple),
    notes=st.lists(st.builds(Note, code=st.just("RF204"), message=one_line), max_size=2).map(tuple),
)


def _linked(found: list[Detection]) -> tuple[Detection, ...]:
    keys = [f"key-{n}" for n in range(len(found))]
    return tuple(
        detection.model_copy(update={"key": key, "same_query": tuple(k for k in keys if k != key) or None})
        for key, detection in zip(keys, found, strict=True)
    )


catalogues = st.builds(
    Catalogue,
    rulefold=st.just("0.1.0"),
    source=st.builds(PageSource, pages=words, sha256=st.just("00")),
    counts=st.just(Counts(entries=1)),
    detections=st.lists(detections, max_size=2).map(_linked),
)
