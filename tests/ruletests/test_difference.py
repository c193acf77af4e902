"""Where rows differ, and where they do not."""

import pytest

from rulefold.ruletests.difference import Expected, Row, difference


def lines(rows: list[Row] | None, found: list[Row], fired: bool = True, **more: object) -> list[str]:
    expected = Expected(rows, **more)  # type: ignore[arg-type]
    return [line.text for line in difference(expected, found, fired)]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([], []),
        ([{"a": 1}, {"a": 2}], [{"a": 2, "b": 9}, {"a": 1, "b": 8}]),
        ([{"a": 0.1 + 0.2}], [{"a": 0.3}]),
        ([{"a": 1}], [{"a": 1.0}]),
        ([{"a": {"x": 1, "y": [2]}}], [{"a": {"y": [2], "x": 1}}]),
        ([{"a": None}], [{"a": None}]),
    ],
)
def test_rows_that_are_the_same(rows: list[Row], found: list[Row]) -> None:
    assert lines(rows, found) == []


@pytest.mark.parametrize(
    ("value", "other"),
    [(1, True), (0, False), ("1", 1), ("", None), ([1, 2], [2, 1]), ({"a": 1}, {"a": 1, "b": 2}), (None, False)],
)
def test_values_that_are_not_the_same(value: object, other: object) -> None:
    assert lines([{"a": value}], [{"a": other}]) != []
    assert lines([{"a": other}], [{"a": value}]) != []


def test_sets_are_in_any_order_and_tell_how_often() -> None:
    assert lines([{"a": [1, "x"]}], [{"a": ["x", 1]}], sets=("a",)) == []
    assert lines([{"a": [1, 1]}], [{"a": [1]}], sets=("a",)) != []


def test_a_row_is_beside_the_most_similar() -> None:
    rows: list[Row] = [{"a": 1, "b": "x", "c": True}, {"a": 2, "b": "y", "c": True}]
    found: list[Row] = [{"a": 2, "b": "z", "c": True}, {"a": 1, "b": "x", "c": True}, {"a": 7, "b": "q", "c": False}]
    assert lines(rows, found) == [
        "expected 2 rows, found 3",
        "row 2 differs",
        '- b  "y"',
        '+ b  "z"',
        "a row too many",
        "+ a  7",
        '+ b  "q"',
        "+ c  false",
    ]


def test_a_row_that_is_missing_and_lines_that_are_long() -> None:
    found = lines([{"a": "x" * 30 + " " + "y" * 60}], [])
    assert found[:2] == ["expected 1 row, found 0", "row 1 is missing"]
    assert max(map(len, found)) <= 74
    assert len(found) == 4


def test_order_where_it_is_asked_for() -> None:
    rows: list[Row] = [{"a": 1}, {"a": 2}]
    assert lines(rows, [{"a": 2}, {"a": 1}]) == []
    assert lines(rows, [{"a": 2}, {"a": 1}], ordered=True) == [
        "the rows are there in another order: row 1",
        "- a  1",
        "+ a  2",
    ]


def test_an_alert_by_itself_and_beside_rows() -> None:
    assert lines(None, [], fired=False, fires=False) == []
    assert lines(None, [{"a": 1}], fires=True) == []
    assert lines(None, [{"a": 1}], fires=False) == [
        "expected that it does not fire, found 1 row",
        "a row too many",
        "+ a  1",
    ]
    assert lines([{"a": 1}], [{"a": 1}], fired=False, fires=True) == ["expected that it fires, found 1 row"]


def test_of_many_rows_some_are_shown() -> None:
    found = lines([{"a": -1 - n} for n in range(30)], [{"a": n, "b": 0} for n in range(60)])
    assert found[-1] == "and 40 rows more"
    assert "and more rows that differ" in found
