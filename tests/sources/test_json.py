"""JSON as nodes: the reader of the standard library judges the values, and where it ends in an error."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulefold.sources.json_nodes import read_json
from rulefold.sources.nodes import FaultError, Fields, Items, Node, Scalar
from tests.conftest import examples

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


def as_data(node: Node) -> object:
    match node:
        case Scalar():
            return node.text
        case Items():
            return [as_data(item) for item in node.items]
        case Fields():
            return {key.text: as_data(value) for key, value in node.pairs}


def as_texts(value: object) -> object:
    match value:
        case bool():
            return str(value).lower()
        case list():
            return [as_texts(item) for item in value]
        case dict():
            return {key: as_texts(item) for key, item in value.items()}
        case _:
            return value


@given(value=values, indent=st.none() | st.integers(0, 3), ascii_=st.booleans())
@examples(300)
def test_values_are_those_of_the_standard_library(value: object, indent: int | None, ascii_: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_)
    expected = as_texts(json.loads(text, parse_int=str, parse_float=str))
    assert as_data(read_json(text)) == expected


@given(text=st.text('{}[]",:0123456789.eE+-tfn \n\\u', max_size=25))
@examples(800)
def test_what_the_standard_library_refuses_is_refused(text: str) -> None:
    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        json.loads(text, strict=False, parse_constant=refuse)
        is_json = True
    except ValueError:
        is_json = False
    if is_json:
        read_json(text)
        return
    with pytest.raises(FaultError) as raised:
        read_json(text)
    assert 0 <= raised.value.fault.offset <= len(text)


@pytest.mark.parametrize(
    ("text", "code", "offset", "message"),
    [
        ("", "RF502", 0, "found the end of the file, expected a value"),
        ('{"a": 1,}', "RF502", 8, "found '}', expected a key in double quotes"),
        ("{'a': 1}", "RF502", 1, 'found "\'", expected a key in double quotes'),
        ('{"a" 1}', "RF502", 5, "found '1', expected a colon"),
        ("[1 2]", "RF502", 3, "found '2', expected a comma or ]"),
        ('{"a": 1 "b": 2}', "RF502", 8, "found '\"', expected a comma or }"),
        ("[1] 2", "RF502", 4, "found '2', expected the end of the file"),
        ("[True]", "RF502", 1, "found 'T', expected a value"),
        ("NaN", "RF502", 0, "found 'N', expected a value"),
        ('["a', "RF502", 1, "found a string that JSON does not have: unterminated string starting at"),
        ('["\\x"]', "RF502", 2, "found a string that JSON does not have: invalid \\escape"),
        ("[/* a", "RF502", 1, "found '/', expected a value"),
        ("[" * 100_000, "RF506", 65, "found more than 64 levels of arrays and objects"),
        ('{"a":' * 100_000, "RF506", 325, "found more than 64 levels of arrays and objects"),
    ],
)
def test_a_fault_has_a_place_and_says_what_was_expected(text: str, code: str, offset: int, message: str) -> None:
    with pytest.raises(FaultError) as raised:
        read_json(text)
    assert (raised.value.fault.code.id, raised.value.fault.offset) == (code, offset)
    assert raised.value.fault.message.startswith(message)


def test_comments_and_strings_over_several_lines_are_read_as_in_arm_templates() -> None:
    text = '// first\n{ /* a */ "a": "x // y\n/* z */", // b\n "b" /**/ : [ 1 /* c */ , 2 ] }\n// last'
    assert as_data(read_json(text)) == {"a": "x // y\n/* z */", "b": ["1", "2"]}


def test_a_key_that_stands_twice_is_kept_with_its_place() -> None:
    node = read_json('{"a": 1, "A": 2, "b": 3}')
    assert isinstance(node, Fields)
    assert [(key.start, first.start) for key, first in node.repeated()] == [(9, 1)]
