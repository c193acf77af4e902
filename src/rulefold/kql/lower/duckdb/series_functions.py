"""Functions of series: arrays of numbers.

What a function gives as several columns is an array here, of which `part` takes an element.
"""

from collections.abc import Callable

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.duckdb import dynamics, lists
from rulefold.kql.lower.duckdb.lists import Element
from rulefold.kql.lower.duckdb.types import BIGINT, DOUBLE, DOUBLE_LIST, JSON, cast, try_cast
from rulefold.kql.lower.engine import Builder
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Term
from rulefold.kql.types import DYNAMICS, NUMBERS, Type


def _part(call_: Call) -> Term:
    """A column of a function that gives several."""
    found = call_.engine.access(call_[0], [call_[1]])
    term = Term(found, Type.DYNAMIC)
    return term if call_.type in DYNAMICS else call_.engine.convert(term, call_.type)


def _numbers(call_: Call, number: int) -> Element:
    """The elements of a series as reals, worked out once; NULL for what is no number, and for what is no array."""
    items = dynamics.elements(call_.engine.to_dynamic(call_[number]))
    return call_.once(lists.each(items, lambda e: _real(e())))


def _real(element: Node) -> Node:
    kind = call("json_type", element)
    is_number = exp.In(this=kind, expressions=[sql.string(one) for one in ("BIGINT", "UBIGINT", "DOUBLE")])
    return sql.case([(is_number, try_cast(element.copy(), DOUBLE))])


def _array(call_: Call, items: Node) -> Term:
    return call_.give(dynamics.array(items))


# ---------------------------------------------------------------------------------------------- of each element


def _of_each(function: Callable[[Node], Node]) -> Builder:
    return lambda call_: _array(call_, lists.each(_numbers(call_, 0)(), lambda e: function(e())))


def _called(name: str) -> Builder:
    return _of_each(lambda node: call(name, node))


def _in_range(name: str) -> Builder:
    """A function of numbers from -1 to 1, which is not run for others."""
    inside = (sql.number(-1), sql.number(1))

    def body(node: Node) -> Node:
        test = exp.Between(this=node, low=inside[0].copy(), high=inside[1].copy())
        return sql.case([(test, call(name, node.copy()))], cast(sql.string("nan"), DOUBLE))

    return _of_each(lambda node: sql.case([(sql.is_not_null(node), body(node.copy()))]))


def _pairwise(function: Callable[[Call, Node, Node], Node]) -> Builder:
    """Of the elements at each place of two series; of a number and each element, where one of them is a number."""

    def build(call_: Call) -> Term:
        sides = [_side(call_, number) for number in (0, 1)]
        lengths = [lists.size(items()) for items, is_list in sides if is_list]
        count = lengths[0] if len(lengths) == 1 else call("greatest", *lengths)

        def one(place: Element) -> Node:
            a, b = (lists.item(items(), place()) if is_list else items() for items, is_list in sides)
            return sql.case(
                [(sql.all_of([sql.is_not_null(a), sql.is_not_null(b)]), function(call_, a.copy(), b.copy()))]
            )

        known = sql.all_of(sql.is_not_null(items()) for items, _ in sides)
        return _array(call_, sql.case([(known, lists.each(lists.numbers(count), one))]))

    return build


def _side(call_: Call, number: int) -> tuple[Element, bool]:
    term = call_[number]
    if term.type in NUMBERS:
        return call_.once(call_.engine.convert(term, Type.REAL).node), False
    return _numbers(call_, number), True


def _arithmetic(operator: str) -> Builder:
    return _pairwise(lambda call_, a, b: call_.engine.real(operator, a, b))


def _compared(kind: type[exp.Binary]) -> Builder:
    return _pairwise(lambda _, a, b: sql.binary(kind, a, b))


# --------------------------------------------------------------------------------------------------------- of all


def _sum(call_: Call) -> Term:
    items = _numbers(call_, 0)
    total = sql.coalesce(call("list_sum", items()), call_.engine.literal(Type.REAL, 0.0))
    return call_.give(sql.case([(sql.is_not_null(items()), total)]))


def _product(call_: Call) -> Term:
    items = _numbers(call_, 0)
    whole = call("list_product", items())
    return call_.give(sql.case([(sql.is_not_null(items()), sql.coalesce(whole, sql.number(1)))]))


def _dot(call_: Call) -> Term:
    product = _arithmetic("*")(call_).node
    return call_.give(call("list_sum", cast(product, DOUBLE_LIST)))


def _magnitude(call_: Call) -> Term:
    squares = lists.each(_numbers(call_, 0)(), lambda e: sql.binary(exp.Mul, e(), e()))
    return call_.give(call("sqrt", call("list_sum", squares)))


def _statistics(call_: Call) -> dict[str, Node]:
    if len(call_) > 1:
        raise call_.refused(f"found {call_.apply.function} that ignores what is not finite, which is not run")
    items = _numbers(call_, 0)
    least, most = call_.once(call("list_min", items())), call_.once(call("list_max", items()))

    def place(value: Node) -> Node:
        return cast(sql.binary(exp.Sub, call("list_position", items(), value), sql.number(1)), BIGINT)

    zero = call_.engine.literal(Type.REAL, 0.0)

    def spread(name: str) -> Node:
        found = call("list_aggregate", items(), sql.string(name))
        return sql.case([(sql.is_not_null(least()), sql.coalesce(found, zero.copy()))])

    return {
        "min": least(),
        "min_idx": place(least()),
        "max": most(),
        "max_idx": place(most()),
        "avg": call("list_avg", items()),
        "stdev": spread("stddev_samp"),
        "variance": spread("var_samp"),
        "sum": call("list_sum", items()),
        "len": sql.case([(sql.is_not_null(items()), lists.size(items()))]),
    }


def _listed(values: list[Node]) -> Node:
    return dynamics.array(exp.Array(expressions=[cast(call("to_json", value), JSON) for value in values]))


def _stats(call_: Call) -> Term:
    return Term(_listed(list(_statistics(call_).values())[:7]), Type.DYNAMIC)


def _stats_bag(call_: Call) -> Term:
    return call_.give(_bag(_statistics(call_)))


def _bag(values: dict[str, Node]) -> Node:
    return call("json_object", *(part for name, value in values.items() for part in (sql.string(name), value)))


# ------------------------------------------------------------------------------------------------------------ lines


def _line(call_: Call) -> dict[str, Node]:
    """The line with the least squares through a series; it has to have numbers alone."""
    items = _numbers(call_, 0)
    count = call_.once(cast(lists.size(items()), DOUBLE))
    places = lists.each_numbered(items(), lambda _, i: sql.binary(exp.Sub, i(), sql.number(1)))
    total_y = call_.once(call("list_sum", items()))
    total_x = call_.once(call("list_sum", places))
    weighted = lists.each_numbered(
        items(), lambda e, i: sql.binary(exp.Mul, e(), sql.binary(exp.Sub, i(), sql.number(1)))
    )
    total_xy = call_.once(call("list_sum", weighted))
    squares = lists.each_numbered(
        items(), lambda _, i: call("pow", sql.binary(exp.Sub, i(), sql.number(1)), sql.number(2))
    )
    total_xx = call_.once(call("list_sum", squares))
    above = sql.binary(exp.Sub, sql.binary(exp.Mul, count(), total_xy()), sql.binary(exp.Mul, total_x(), total_y()))
    below = sql.binary(exp.Sub, sql.binary(exp.Mul, count(), total_xx()), sql.binary(exp.Mul, total_x(), total_x()))
    complete = sql.binary(exp.EQ, call("list_count", items()), lists.size(items()))
    slope = call_.once(sql.case([(complete, sql.binary(exp.Div, above, sql.nullif(below, sql.number(0))))]))
    rest = sql.binary(exp.Sub, total_y(), sql.binary(exp.Mul, slope(), total_x()))
    base = call_.once(sql.binary(exp.Div, rest, count()))

    def fitted(place: Element) -> Node:
        return sql.binary(exp.Add, base(), sql.binary(exp.Mul, slope(), sql.binary(exp.Sub, place(), sql.number(1))))

    line = call_.once(lists.each_numbered(items(), lambda _, i: fitted(i)))
    residues = lists.each_numbered(items(), lambda e, i: sql.binary(exp.Sub, e(), fitted(i)))
    variance = call_.once(call("list_aggregate", items(), sql.string("var_samp")))
    left = call_.once(call("list_aggregate", residues, sql.string("var_samp")))
    share = sql.binary(exp.Div, left(), sql.nullif(variance(), sql.number(0)))
    return {
        "rsquare": sql.binary(exp.Sub, sql.number(1), share),
        "slope": slope(),
        "variance": variance(),
        "rvariance": left(),
        "interception": base(),
        "line_fit": line(),
    }


def _fit_line(call_: Call) -> Term:
    return Term(_listed(list(_line(call_).values())), Type.DYNAMIC)


def _fit_line_bag(call_: Call) -> Term:
    return call_.give(_bag(_line(call_)))


# ---------------------------------------------------------------------------------------------------------- filling


def _elements(call_: Call) -> Element:
    """The elements as they are, with NULL for those that are missing."""
    items = dynamics.elements(call_.engine.to_dynamic(call_[0]))
    return call_.once(items)


def _no_placeholder(call_: Call, number: int) -> None:
    if len(call_) > number:
        raise call_.refused(f"found a placeholder in {call_.apply.function}, which is not run")


def _filled(*, backward: bool) -> Builder:
    """With the last that is there before, or the next that is there behind."""

    def build(call_: Call) -> Term:
        _no_placeholder(call_, 1)
        items = _elements(call_)

        def found(element: Element, place: Element) -> Node:
            bounds = (place(), lists.size(items())) if backward else (sql.number(1), place())
            there = lists.where(call("list_slice", items(), *bounds), lambda e: sql.is_not_null(e()))
            other = lists.item(there, sql.number(1 if backward else -1))
            return sql.coalesce(element(), other)

        return _array(call_, _nested(items(), found))

    return build


def _nested(items: Node, body: Callable[[Element, Element], Node]) -> Node:
    """As `lists.each_numbered`, with names that others inside of it do not have."""
    element, place = (exp.Identifier(this=name, quoted=True) for name in ("$outer", "$place"))
    made = body(lambda: exp.Column(this=element.copy()), lambda: exp.Column(this=place.copy()))
    return call("list_transform", items, exp.Lambda(this=made, expressions=[element, place]))


def _fill_constant(call_: Call) -> Term:
    _no_placeholder(call_, 2)
    items = _elements(call_)
    value = call_.once(call_.engine.to_dynamic(call_[1]) if len(call_) > 1 else dynamics.constant(0))
    return _array(call_, lists.each(items(), lambda e: sql.coalesce(e(), value())))


ROWS: dict[str, Builder] = {
    "part": _part,
    "series_abs": _called("abs"),
    "series_ceiling": _called("ceil"),
    "series_floor": _called("floor"),
    "series_sin": _called("sin"),
    "series_cos": _called("cos"),
    "series_tan": _called("tan"),
    "series_atan": _called("atan"),
    "series_exp": _called("exp"),
    "series_acos": _in_range("acos"),
    "series_asin": _in_range("asin"),
    "series_sign": _called("sign"),
    "series_add": _arithmetic("+"),
    "series_subtract": _arithmetic("-"),
    "series_multiply": _arithmetic("*"),
    "series_divide": _arithmetic("/"),
    "series_pow": _pairwise(lambda _, a, b: call("pow", a, b)),
    "series_equals": _compared(exp.EQ),
    "series_not_equals": _compared(exp.NEQ),
    "series_less": _compared(exp.LT),
    "series_less_equals": _compared(exp.LTE),
    "series_greater": _compared(exp.GT),
    "series_greater_equals": _compared(exp.GTE),
    "series_sum": _sum,
    "series_product": _product,
    "series_dot_product": _dot,
    "series_magnitude": _magnitude,
    "series_stats": _stats,
    "series_stats_dynamic": _stats_bag,
    "series_fit_line": _fit_line,
    "series_fit_line_dynamic": _fit_line_bag,
    "series_fill_forward": _filled(backward=False),
    "series_fill_backward": _filled(backward=True),
    "series_fill_const": _fill_constant,
}
