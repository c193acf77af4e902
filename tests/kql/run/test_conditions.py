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
