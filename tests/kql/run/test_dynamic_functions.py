"""Functions of arrays, sets, bags and series, run: their documented meaning, and their edges."""

import pytest

from rulefold.kql import QueryError, run

CASES: list[tuple[str, object]] = [
    ("array_length(dynamic([1, null]))", 2),
    ("array_length(dynamic({'a': 1}))", None),
    ("array_concat(dynamic([1]), dynamic(['a', null]))", [1, "a", None]),
    ("array_slice(dynamic([1,2,3,4,5]), -3, -2)", [3, 4]),
    ("array_slice(dynamic([1,2,3]), -9, 0)", [1]),
    ("array_slice(dynamic([1,2,3]), 2, 1)", []),
    ("array_index_of(dynamic(['this','is','is']), 'is')", 1),
    ("array_index_of(dynamic([2,1,2]), 2, 1)", 2),
    ("array_index_of(dynamic([2,1,2]), 2, 0, -1, 2)", 2),
    ("array_index_of(dynamic([2,1,2]), 3)", -1),
    ("array_rotate_left(dynamic([1,2,3,4,5]), -2)", [4, 5, 1, 2, 3]),
    ("array_rotate_right(dynamic([1,2,3]), 4)", [3, 1, 2]),
    ("array_rotate_left(dynamic([]), 1)", []),
    ("array_shift_left(dynamic([1,2,3]), 2)", [3, None, None]),
    ("array_shift_right(dynamic(['a','b']), 1)", ["", "a"]),
    ("array_shift_left(dynamic([1,2,3]), -1, 'x')", ["x", 1, 2]),
    ("array_split(dynamic([1,2,3,4,5]), 2)", [[1, 2], [3, 4, 5]]),
    ("array_split(dynamic([1,2,3,4,5]), dynamic([1,-2]))", [[1], [2, 3], [4, 5]]),
    ("array_iff(dynamic([true,0,'x',null]), dynamic([1,2]), 9)", [1, 9, None, None]),
    ("array_reverse(dynamic([1,'a']))", ["a", 1]),
    ("array_sort_asc(dynamic(['b',2,null,'a',10]))", [2, 10, "a", "b", None]),
    ("array_sort_desc(dynamic([1,null,3]))", [3, 1, None]),
    ("array_sort_asc(dynamic([1,null]), false)", [None, 1]),
    ("array_sort_asc(dynamic([2,1]), dynamic(['x','y']))[1]", ["y", "x"]),
    ("strcat_array(dynamic([1,'a',null]), '->')", "1->a->"),
    ("strcat_array(dynamic(null), ',')", ""),
    ("zip(dynamic([1,2]), dynamic(['a']))", [[1, "a"], [2, None]]),
    ("repeat('x', 2)", ["x", "x"]),
    ("repeat(1, -1)", None),
    ("range(1, 8, 3)", [1, 4, 7]),
    ("range(3, 1)", []),
    ("range(1h, 3h)", ["01:00:00", "02:00:00", "03:00:00"]),
    ("array_length(range(1, 1000000000))", 1_048_576),
    ("set_union(dynamic([1,2]), dynamic([2,3]))", [1, 2, 3]),
    ("set_intersect(dynamic([1,2,2]), dynamic([2,1]))", [1, 2]),
    ("set_difference(dynamic([1,2,3,3]), dynamic([1]), dynamic([2]))", [3]),
    ("set_has_element(dynamic(['a']), 'A')", False),
    ("set_equals(dynamic([1,2,1]), dynamic([2,1]))", True),
    ("jaccard_index(dynamic([1,2]), dynamic([2,3]))", 1 / 3),
    ("bag_pack('a', 1, 'b', dynamic(null))", {"a": 1, "b": None}),
    ("bag_keys(dynamic({'b': 1, 'a': 2}))", ["b", "a"]),
    ("bag_keys(dynamic([1]))", None),
    ("bag_merge(dynamic({'a': 1}), dynamic({'a': 2, 'b': null}))", {"a": 1, "b": None}),
    ("bag_remove_keys(dynamic({'a': 1, 'b': {'c': 1, 'd': 2}}), dynamic(['a', '$.b.c']))", {"b": {"d": 2}}),
    ("bag_has_key(dynamic({'a': {'b': null}}), '$.a.b')", True),
    ("bag_has_key(dynamic({'a': 1}), 'b')", False),
    ("bag_set_key(dynamic({'a': 1}), 'a', 'x')", {"a": "x"}),
    ("bag_zip(dynamic(['a', 8, 'b']), dynamic([1, 2]))", {"a": 1, "b": None}),
    ('parse_json(\'{"a": [1, {"b": 2.0}]}\').a[1].b', 2.0),
    ("parse_json('no json')", "no json"),
    ("parse_json('no json').a", None),
    ("isnull(parse_json(''))", True),
    ("tostring(parse_json('[1, 2]'))", "[1,2]"),
    ("dynamic_to_json(dynamic({'b': 1, 'a': [{'d': null, 'c': 'x'}]}))", '{"a":[{"c":"x","d":null}],"b":1}'),
    ("gettype(dynamic({}))", "dictionary"),
    ("gettype(dynamic(1.5))", "double"),
    ("gettype(1.5)", "real"),
    ("gettype(dynamic(null))", "null"),
    ("array_sum(dynamic([1, null, 3]))", 4.0),
    ("series_add(dynamic([1,2]), dynamic([3,'x']))", [4.0, None]),
    ("series_multiply(dynamic([1,2]), 2)", [2.0, 4.0]),
    ("series_greater(dynamic([1,2]), dynamic([2,1]))", [False, True]),
    ("series_fill_forward(dynamic([null,1,null]))", [None, 1, 1]),
    ("series_fill_backward(dynamic([null,1,null]))", [1, 1, None]),
    ("series_fill_const(dynamic([null,1]), 7)", [7, 1]),
    ("series_fit_line_dynamic(dynamic([1,3,5])).slope", 2.0),
]


@pytest.mark.parametrize(("expression", "expected"), CASES)
def test_dynamic_function(expression: str, expected: object) -> None:
    assert run(f"print x = {expression}").rows == ((expected,),)


def test_all_columns_are_packed() -> None:
    table = "datatable(a:string, b:long, c:dynamic)['x', 1, dynamic([1]), '', long(null), dynamic(null)]"
    found = run(f"{table} | project all = pack_all(), some = pack_all(true)").rows
    assert found == (
        ({"a": "x", "b": 1, "c": [1]}, {"a": "x", "b": 1, "c": [1]}),
        ({"a": "", "b": None, "c": None}, {}),
    )


def test_functions_with_several_columns() -> None:
    found = run("print s = dynamic([10, 20]) | extend (least, place) = series_stats(s) | project-away s")
    assert [column.name for column in found.columns][:3] == ["least", "place", "series_stats_s_max"]
    assert found.rows[0][:3] == (10.0, 0, 20.0)


def test_a_column_may_have_the_name_of_an_element() -> None:
    found = run("datatable(e:dynamic, i:long)[dynamic([1, 2]), 5] | project x = array_shift_left(e, 1, i)")
    assert found.rows == (([2, 5],),)


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("repeat(dynamic([1]), 2)", "found a dynamic"),
        ("treepath(dynamic({'a': 1}))", "treepath"),
        ("bag_has_key(dynamic({}), '$.a[0]')", "found the path"),
        ("bag_set_key(dynamic({}), '$.a.b', 1)", "found a path"),
        ("dynamic_to_json(dynamic([[[[[[1]]]]]]))", "more levels"),
        ("series_fill_forward(dynamic([1]), -1)", "placeholder"),
        ("series_decompose(dynamic([1, 2]))", "series_decompose"),
    ],
)
def test_refused(expression: str, why: str) -> None:
    with pytest.raises(QueryError, match=why):
        run(f"print x = {expression}")
