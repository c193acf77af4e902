"""The script of stored functions, judged by the official KQL parser."""

from pathlib import Path

import pytest
from hypothesis import given

from rulefold.model import Detection
from rulefold.targets import TARGETS
from rulefold.targets.exceeding import is_function_body
from rulefold.targets.kql_text import is_closed, split, tokens
from tests.conftest import HUNT, examples
from tests.judges import kusto
from tests.pages_text import built
from tests.targets.exports import (
    ANALYTICS,
    HOSTILE,
    HUNTING,
    changed,
    export,
    hostile,
    hostile_texts,
    only_file,
    refusals,
)

OFTEN = 1 if HUNT else 25  # the parser takes a third of a second for a command


def docstring(d: Detection) -> str:
    return f"{d.title}\n\n{d.description}" if d.description else d.title


def check(detections: list[Detection]) -> None:
    """Each command is a function with this text and this body, and has no error that its query has not."""
    answers = kusto([only_file("adx", d) for d in detections])
    queries = kusto([d.query for d in detections])
    for d, answer, query in zip(detections, answers, queries, strict=True):
        assert answer["kind"] == "Command"
        assert bool(answer["errors"]) == bool(query["errors"]), d.key
        if not answer["errors"]:
            assert answer["literals"] == [docstring(d), d.type, "true"]
            assert answer["bodies"] == [" {\n" + d.query.removesuffix("\n") + "\n}"]


@pytest.mark.judge
@pytest.mark.slow
def test_the_real_catalogue(shared: Path) -> None:
    catalogue = built(shared / "corpus" / "pages").catalogue
    emitted = TARGETS["adx"].export(catalogue)
    assert [loss.detection for loss in emitted.losses if loss.refused] == ["f82c89fa-c969-4d12-832f-04d55d14522c"]
    assert emitted.files["functions.kql"].count("\n.create-or-alter function") == 620
    check([d for d in catalogue.detections if is_closed(d.query)][::OFTEN])


@pytest.mark.judge
@pytest.mark.slow
def test_hostile_texts_read_back() -> None:
    hostiles = [
        changed(hostile(ANALYTICS, text), query=f"print x = 1 // {text[:20]}".split("\n")[0]) for text in HOSTILE
    ]
    check([d for d in hostiles if not refusals(export("adx", d))][:: 1 if HUNT else 5])


@pytest.mark.judge
def test_several_commands_are_one_script() -> None:
    script = only_file("adx", ANALYTICS, HUNTING)
    (answer,) = kusto([f".execute database script <|\n{script}"])
    assert answer["errors"] == []
    assert len(answer["bodies"]) == 2


@pytest.mark.judge
def test_what_is_refused_is_what_the_parser_finds_open() -> None:
    queries = ['T | where x == "a', "T | where (x", "T | where x == 'a\n'", "T)", "T | extend x = [1", "T ```", "}"]
    for query, answer in zip(queries, kusto(queries), strict=True):
        assert answer["errors"], query
        assert refusals(export("adx", changed(ANALYTICS, query=query))), query


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (" ", "empty"),
        ("T\0", "has a NUL, which a script cannot hold"),
        ("T }", "its quotes or brackets do not close, and the function would not end where it does"),
        ("T\n.drop table U", "a line of it begins with a dot, and a script would take that for the next command"),
        ("set notruncation; T", "has statements that the body of a function cannot have"),
        ("T; U", "has statements that the body of a function cannot have"),
        ("T\n  .x", "a line of it begins with a dot, and a script would take that for the next command"),
    ],
)
def test_what_is_refused(query: str, reason: str) -> None:
    assert refusals(export("adx", changed(ANALYTICS, query=query))) == [("query", reason)]


@pytest.mark.judge
def test_statements_of_a_function_are_those_that_the_parser_takes() -> None:
    queries = ["set notruncation; T", "T; U", "restrict access to (T); T", "let a = 1; T", "T;", "let a = 1;"]
    queries += ["declare query_parameters(a: long = 1); T | where b == a"]
    answers = kusto([f".create-or-alter function f() {{\n{query}\n}}" for query in queries])
    assert [is_function_body(query) for query in queries] == [not answer["errors"] for answer in answers]


def test_what_will_not_run_in_azure_data_explorer_is_told() -> None:
    rule = changed(ANALYTICS, functions=("_GetWatchlist", "_Im_Dns", "ago", "MyParser"))
    (loss,) = [loss for loss in export("adx", rule).losses if loss.detection]
    assert (loss.field, loss.value, loss.refused) == ("query", "_GetWatchlist, _Im_Dns", False)
    assert not [loss for loss in export("adx", changed(rule, functions=None)).losses if loss.detection]


@pytest.mark.parametrize(
    "query",
    [
        "T | where x == '}' // {",
        'T | where x == "\\"}"',
        'T | where x == @"\\" // }',
        "T | where x == 'it''s'",
        "T | where x == h'a' and y == H@'b'",
        "print ```\n} ' \" //\n```",
        "print ~~~\n} ' \" //\n~~~",
        "T | extend ['a b'] = dynamic({\"a\": [1, 2]})",
        "T | where x == 'http://a.b' // 'c",
        "T // it's",
    ],
)
def test_what_is_closed(query: str) -> None:
    assert is_closed(query)


@pytest.mark.parametrize(
    "query", ["'", '"', '"\\"', "@'a''", "```", "~~~ x", "`", "(", ")", "(]", "{[}]", "'a\nb'", '"a\rb"']
)
def test_what_is_not(query: str) -> None:
    assert not is_closed(query)


@examples(200)
@given(hostile_texts)
def test_what_is_closed_has_tokens(query: str) -> None:
    found = tokens(query)
    assert found is not None or not is_closed(query)
    if found is not None:  # and nothing is left out but blanks and comments
        assert all(query.startswith(token.text, token.start) for token in found)


def test_parts() -> None:
    found = tokens("let a = dynamic([1;2]); let b = ';';T | where x == a;")
    assert found
    assert ["".join(token.text for token in one) for one in split(found, ";")] == [
        "leta=dynamic([1;2])",
        "letb=';'",
        "T|wherex==a",
        "",
    ]
