"""Values of YAML in the types of columns."""

import pytest

from rulefold.kql.types import Type
from rulefold.ruletests.values import CaseValueError, type_of, value_of
from rulefold.sources.nodes import Items, Node
from rulefold.sources.yaml_nodes import read_yaml


def node(text: str) -> Node:
    (document,), fault = read_yaml(text)
    assert fault is None
    return document


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("1", Type.STRING, "1"),
        ("null", Type.STRING, ""),
        ("{a: [1, x]}", Type.STRING, '{"a":[1,"x"]}'),
        ('"7"', Type.LONG, 7),
        ("null", Type.LONG, None),
        ("7", Type.REAL, 7.0),
        ("NaN", Type.REAL, "NaN"),
        ("True", Type.BOOL, True),
        ("2024-05-04", Type.DATETIME, "2024-05-04T00:00:00Z"),
        ("2024-05-04T12:00:00.1234567+02:00", Type.DATETIME, "2024-05-04T10:00:00.123456Z"),
        ("1.02:03:04.5", Type.TIMESPAN, "1.02:03:04.5000000"),
        ("-00:05", Type.TIMESPAN, "-00:05:00"),
        ("1.50", Type.DECIMAL, "1.50"),
        ("{A: 1}", Type.DYNAMIC, {"A": 1}),
        ('[1, "1", 1.5, true, "true", null, no, 2024-05-04]', Type.DYNAMIC,
         [1, "1", 1.5, True, "true", None, "no", "2024-05-04"]),
        ("01", Type.DYNAMIC, "01"),
    ],
)  # fmt: skip
def test_a_value_of_its_type(text: str, type_: Type, value: object) -> None:
    found = value_of(node(text), type_)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("soon", Type.DATETIME),
        ("2024-13-01", Type.DATETIME),
        ("x", Type.LONG),
        ("1.5", Type.LONG),
        ("1", Type.BOOL),
        ("[1]", Type.REAL),
        ("1h", Type.TIMESPAN),
        ("abc", Type.GUID),
        ("abc", Type.DECIMAL),
    ],
)
def test_a_value_that_is_none_of_its_type(text: str, type_: Type) -> None:
    with pytest.raises(CaseValueError, match=f"expected a value of type {type_}"):
        value_of(node(text), type_)


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("[1, 2.5, null]", Type.REAL),
        ("[1, null]", Type.LONG),
        ("[2024-05-04, 2024-05-04T10:00:00Z]", Type.DATETIME),
        ('["1", "x"]', Type.STRING),
        ("[{}, []]", Type.DYNAMIC),
        ("[true]", Type.BOOL),
        ("[1, x]", None),
        ("[null]", None),
        ("[2024-05-04, x]", None),
    ],
)
def test_the_one_type_of_values(text: str, type_: Type | None) -> None:
    items = node(text)
    assert isinstance(items, Items)
    assert type_of(items.items) is type_
