"""Conditions as DuckDB runs them."""

import pytest

from rulefold import kql


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('coalesce("", tostring(long(null)))', ""),
        ('coalesce("", "b", "c")', "b"),
        ('coalesce(tostring(long(null)), "", "c")', "c"),
        ("coalesce(long(null), 2)", 2),
        ("coalesce(long(null), int(null))", None),
        ('iff(bool(null), "yes", "no")', "no"),
        ('case(1 > 2, "a", bool(null), "b", "c")', "c"),
        ("isnull(parse_json('null'))", True),
        ("isempty(tostring(dynamic(null)))", True),
    ],
)
def test_a_value(value: str, expected: object) -> None:
    assert kql.run(f"print v = {value}").rows == ((expected,),)


@pytest.mark.parametrize("value", ["iff(true, 1, 2.5)", "case(true, 1.5, 2)", "coalesce(1, 2.5)"])
def test_branches_of_several_types_are_refused(value: str) -> None:
    with pytest.raises(kql.QueryError, match="whole numbers and reals"):
        kql.run(f"print v = {value}")


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("D | where d in (Texts) | project n", [(1,), (4,)]),
        ("D | where d !in (Texts) | project n", [(2,), (3,), (5,)]),
        ("D | where d.x in~ (Texts) | project n", [(3,), (1,), (2,), (4,)]),  # what has no member is an empty text
        ("D | where d.y in (Numbers) | project n", [(5,)]),
    ],
)
def test_a_dynamic_among_the_values_of_a_table(query: str, rows: list[tuple[object, ...]]) -> None:
    tables = {
        "D": kql.Table(
            {"n": "long", "d": "dynamic"}, [(1, "a"), (2, "b"), (3, {"x": "A"}), (4, None), (5, {"x": "-", "y": 7})]
        ),
        "Texts": kql.Table({"v": "string"}, [("a",), ("",)]),
        "Numbers": kql.Table({"v": "long"}, [(7,), (8,)]),
    }
    assert sorted(kql.run(query, tables).rows) == sorted(rows)
