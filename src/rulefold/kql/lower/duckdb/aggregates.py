"""Aggregates."""

from collections.abc import Callable

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.duckdb import dynamics, lists, percentiles
from rulefold.kql.lower.duckdb.bag_functions import bag_of, members, unique
from rulefold.kql.lower.duckdb.conversions import to_dynamic
from rulefold.kql.lower.duckdb.failing import guarded
from rulefold.kql.lower.duckdb.lists import Element
from rulefold.kql.lower.duckdb.numbers import lower_bits
from rulefold.kql.lower.duckdb.types import BIGINT, DECIMAL, DOUBLE, TIMESTAMP, cast, try_cast
from rulefold.kql.lower.engine import Builder, Engine
from rulefold.kql.lower.operators import as_bool
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Term, exact, sorted_by, text
from rulefold.kql.lower.values import Values
from rulefold.kql.plan import AllColumns, Apply
from rulefold.kql.types import DYNAMICS, INTEGERS, Type

_MOMENTS = frozenset({Type.DATETIME, Type.TIMESPAN, *INTEGERS})


def plain(call_: Call, number: int) -> Node:
    """An argument whose null is NULL, and which is a text where it is one."""
    term = call_[number]
    if term.type is Type.STRING:
        return text(term)
    return dynamics.known(term.node) if term.type in DYNAMICS else exact(term)


Aggregated = Callable[[Call, Node | None], Term]


def _always(builder: Aggregated) -> Builder:
    """Over all rows of a group."""
    return lambda call_: builder(call_, None)


def _where(builder: Aggregated, condition: int = 1) -> Builder:
    """Over the rows for which an argument is true."""
    return lambda call_: builder(call_, as_bool(call_, condition).node)


def of_rows(function: str, value: Node, condition: Node | None) -> Node:
    """An aggregate of DuckDB over the rows for which a condition is true."""
    node = call(function, value)
    return node if condition is None else sql.filtered(node, condition)


def _sum(call_: Call, condition: Node | None) -> Term:
    term = call_[0] if call_[0].type not in DYNAMICS else call_.engine.convert(call_[0], Type.REAL)
    total = of_rows("sum", exact(term), condition)
    if term.type is Type.REAL:
        return Term(sql.coalesce(total, call_.engine.literal(Type.REAL, 0.0)), Type.REAL, nullable=False)
    if term.type is Type.DECIMAL:
        return Term(sql.coalesce(total, sql.number(0)), Type.DECIMAL, nullable=False)
    return Term(sql.coalesce(_long_sum(total), sql.number(0)), call_.type, nullable=False)


def _long_sum(total: Node) -> Node:
    """A sum of longs, which wraps around."""
    return sql.coalesce(try_cast(total, BIGINT), lower_bits(total.copy()))


def _average(call_: Call, condition: Node | None) -> Term:
    term = call_[0]
    if term.type is Type.DATETIME:
        return Term(of_rows("avg", exact(term), condition), Type.DATETIME)
    if term.type is Type.TIMESPAN:
        return Term(cast(of_rows("avg", exact(term), condition), BIGINT), Type.TIMESPAN)
    if term.type is Type.DECIMAL:
        return Term(cast(of_rows("avg", exact(term), condition), DECIMAL), Type.DECIMAL)
    node = of_rows("avg", call_.engine.convert(term, Type.REAL).node, condition)
    if term.type is Type.LONG:
        total = of_rows("sum", exact(term), condition)
        count = sql.nullif(of_rows("count", exact(term).copy(), condition and condition.copy()), sql.number(0))
        wrapped = sql.binary(exp.Div, cast(lower_bits(total.copy()), DOUBLE), count)
        node = sql.case([(sql.is_null(try_cast(total, BIGINT)), wrapped)], node)
    return Term(sql.coalesce(node, call_.engine.literal(Type.REAL, float("nan"))), Type.REAL, nullable=False)


def _extreme(function: str) -> Aggregated:
    def build(call_: Call, condition: Node | None) -> Term:
        term = call_[0]
        if term.type in DYNAMICS:
            raise call_.refused(f"found {function} of a dynamic, which is not run; expected a value of another type")
        value = sql.nullif(term.node, sql.string("")) if term.type is Type.STRING else exact(term)
        node = of_rows(function, value, condition)
        if term.type is Type.REAL and function == "min":  # NaN is the greatest of all for DuckDB
            some = of_rows("bool_or", call("isnan", value.copy()), condition and condition.copy())
            node = sql.case([(some, call_.engine.literal(Type.REAL, float("nan")))], node)
        return Term(node, term.type)

    return build


def _bits(function: str) -> Builder:
    def build(call_: Call) -> Term:
        if call_[0].type not in INTEGERS:
            raise call_.refused(f"found {call_.apply.function} of a {call_[0].type}, which is not run")
        return Term(call(function, exact(call_[0])), call_.type)

    return build


def _covariance(function: str, *, conditional: bool) -> Builder:
    def build(call_: Call) -> Term:
        parts = [call_.engine.convert(call_[number], Type.REAL).node for number in (0, 1)]
        node: Node = call(function, *parts)
        if conditional:
            node = sql.filtered(node, as_bool(call_, 2).node)
        return Term(sql.coalesce(node, call_.engine.literal(Type.REAL, 0.0)), Type.REAL, nullable=False)

    return build


def _bag(call_: Call, condition: Node | None = None) -> Term:
    """The members of all bags, of each key the first."""
    entries = members(call_.engine.to_dynamic(call_[0]))
    order = sorted_by(call_.values.frame.order)
    collected: Node = call("list", exp.Order(this=entries, expressions=order) if order else entries)
    tests = [sql.is_not_null(entries.copy())]
    if condition is not None:
        tests.append(condition)
    together = call("flatten", sql.filtered(collected, sql.all_of(tests)))
    size = call_.constant(1 if condition is None else 2, None)

    def bag(all_of_them: Element) -> Node:
        found = unique(all_of_them)
        return bag_of(call("list_slice", found, sql.number(1), sql.number(size)) if isinstance(size, int) else found)

    return Term(sql.coalesce(lists.let(together, bag), dynamics.constant({})), Type.DYNAMIC, nullable=False)


def _make_bag(call_: Call) -> Term:
    return _bag(call_)


def _make_bag_if(call_: Call) -> Term:
    return _bag(call_, as_bool(call_, 1).node)


def _spread(function: str) -> Aggregated:
    def build(call_: Call, condition: Node | None) -> Term:
        node = of_rows(function, call_.engine.convert(call_[0], Type.REAL).node, condition)
        return Term(sql.coalesce(node, call_.engine.literal(Type.REAL, 0.0)), Type.REAL, nullable=False)

    return build


def _distinct_count(call_: Call) -> Term:
    """Counted exactly, where Kusto estimates."""
    node = exp.Count(this=exp.Distinct(expressions=[plain(call_, 0)]))
    return Term(node, Type.LONG, nullable=False)


def _distinct_count_if(call_: Call) -> Term:
    return Term(sql.filtered(_distinct_count(call_).node, as_bool(call_, 1).node), Type.LONG, nullable=False)


def _list(call_: Call, *, distinct: bool, condition: Node | None = None, nulls: bool = False) -> Term:
    term = call_[0]
    value = dynamics.known(to_dynamic(call_.engine, term)) if term.type in DYNAMICS else plain(call_, 0)
    if term.type in (Type.DATETIME, Type.TIMESPAN, Type.GUID):
        value = call_.string(0).node
    order = sorted_by(call_.values.frame.order)
    if distinct:
        value = exp.Distinct(expressions=[value])
        order = []  # sorted below, as DuckDB takes no order by a constant or by what may fail
    collected: Node = call("list", exp.Order(this=value, expressions=order) if order else value)
    if term.type in DYNAMICS and not distinct:
        nulls = True  # those of a dynamic are kept
    tests = [] if nulls else [sql.is_not_null(plain(call_, 0).copy())]
    if condition is not None:
        tests.append(condition)
    if term.type is Type.STRING and condition is None:
        tests = []
    collected = sql.filtered(collected, sql.all_of(tests)) if tests else collected
    if term.type in DYNAMICS:
        collected = _flattened(collected)
    if distinct:
        collected = _set_of(collected) if term.type in DYNAMICS else call("list_sort", collected)
    limit = 2 if condition is not None else 1
    size = call_.constant(limit, None)
    if isinstance(size, int):
        collected = call("list_slice", collected, sql.number(1), sql.number(size))
    return Term(sql.coalesce(dynamics.array(collected), dynamics.constant([])), Type.DYNAMIC, nullable=False)


def _flattened(collected: Node) -> Node:
    """The elements of arrays in place of the arrays."""
    name = exp.Identifier(this="e", quoted=False)
    element = exp.Column(this=name)
    parts = sql.coalesce(dynamics.elements(element), exp.Array(expressions=[element.copy()]))
    listed = call("list_transform", collected, exp.Lambda(this=parts, expressions=[name]))
    return call("flatten", listed)


def _set_of(collected: Node) -> Node:
    """Elements, each once; whether Kusto leaves out a null in an array, as it does a null alone, is not known."""

    def known(items: Element) -> Node:
        nulls = lists.size(lists.where(items(), lambda one: sql.is_null(one())))
        once = call("list_sort", call("list_distinct", items()))
        return guarded(
            sql.binary(exp.GT, nulls, sql.number(0)), "found a null in an array of a set, which is not run", once
        )

    return lists.let(collected, known)


def _make_list(call_: Call) -> Term:
    return _list(call_, distinct=False)


def _make_set(call_: Call) -> Term:
    return _list(call_, distinct=True)


def _make_list_if(call_: Call) -> Term:
    return _list(call_, distinct=False, condition=as_bool(call_, 1).node)


def _make_set_if(call_: Call) -> Term:
    return _list(call_, distinct=True, condition=as_bool(call_, 1).node)


def _make_list_with_nulls(call_: Call) -> Term:
    return _list(call_, distinct=False, nulls=True)


def _any_one(call_: Call, condition: Node | None) -> Term:
    node = _any(call_[0])
    return call_[0].of(node if condition is None else sql.filtered(node, condition), nullable=True)


_OF_ROWS: dict[str, Aggregated] = {
    "sum": _sum,
    "avg": _average,
    "min": _extreme("min"),
    "max": _extreme("max"),
    "stdev": _spread("stddev_samp"),
    "stdevp": _spread("stddev_pop"),
    "variance": _spread("var_samp"),
    "variancep": _spread("var_pop"),
}

AGGREGATES: dict[str, Builder] = {
    **{name: _always(builder) for name, builder in _OF_ROWS.items()},
    **{f"{name}if": _where(builder) for name, builder in _OF_ROWS.items()},
    "dcount": _distinct_count,
    "dcountif": _distinct_count_if,
    "count_distinct": _distinct_count,
    "count_distinctif": _distinct_count_if,
    "make_list": _make_list,
    "make_list_if": _make_list_if,
    "make_list_with_nulls": _make_list_with_nulls,
    "make_set": _make_set,
    "make_set_if": _make_set_if,
    "make_bag": _make_bag,
    "make_dictionary": _make_bag,
    "make_bag_if": _make_bag_if,
    "binary_all_and": _bits("bit_and"),
    "binary_all_or": _bits("bit_or"),
    "binary_all_xor": _bits("bit_xor"),
    "covariance": _covariance("covar_samp", conditional=False),
    "covariancep": _covariance("covar_pop", conditional=False),
    "covarianceif": _covariance("covar_samp", conditional=True),
    "covariancepif": _covariance("covar_pop", conditional=True),
    "take_anyif": _where(_any_one),
    "anyif": _where(_any_one),
    **percentiles.ROWS,
}


# ------------------------------------------------------------------------------------- aggregates of several columns


def part(engine: Engine, values: Values, piece: Apply) -> Term:
    """A column of arg_max, arg_min, any or percentiles."""
    whole = piece.arguments[0]
    if not isinstance(whole, Apply):
        raise TypeError(f"no part of {whole}")
    groups, values.frame.aggregates = values.frame.aggregates, None
    term = values.term(piece.arguments[1])
    if whole.function.startswith("percentile"):
        call_ = Call(whole, [values.term(one) for one in whole.arguments], values)
        term = percentiles.one(call_, term)
        node = term.node
    elif whole.function in ("arg_max", "arg_min", "argmax", "argmin"):
        key = values.term(whole.arguments[0])
        node = _row_of_extreme(engine, whole.function, term, key)
    elif whole.function in ("take_anyif", "anyif"):
        test = values.term(whole.arguments[1])
        node = sql.filtered(_any(term), test.node)
    elif len(whole.arguments) == 1 and not isinstance(whole.arguments[0], AllColumns):
        node = _any(term)
    else:  # of one row, be it null there or not
        node = call("first", exact(term))
    values.frame.aggregates = groups
    return values.aggregated(term.of(node, nullable=True))


def _any(term: Term) -> Node:
    """A value that is not null, if there is one."""
    if term.type in DYNAMICS:
        return call("any_value", dynamics.known(term.node))
    return call("any_value", sql.nullif(term.node, sql.string("")) if term.type is Type.STRING else exact(term))


def _row_of_extreme(engine: Engine, function: str, term: Term, key: Term) -> Node:
    """The value in the row with the greatest or the least key; in any row where all keys are null."""
    if key.type in _MOMENTS and term.node == key.node:
        return call("max" if "max" in function else "min", exact(key))
    if key.type is Type.DATETIME and key.nullable:  # a null comes behind all times, and one aggregate is enough
        last = cast(sql.string("-infinity" if "max" in function else "infinity"), TIMESTAMP)
        known = sql.coalesce(engine.once(exact(key))(), last)
        return call("arg_max_null" if "max" in function else "arg_min_null", engine.once(exact(term))(), known)
    again, value = engine.once(exact(key)), engine.once(exact(term))
    extreme: Node = call("arg_max_null" if "max" in function else "arg_min_null", value(), again())
    if key.type is Type.REAL and "min" in function:  # NaN comes before all numbers too
        is_nan = call("isnan", again())
        first = sql.filtered(call("first", value()), is_nan.copy())
        extreme = sql.case([(call("bool_or", is_nan), first)], extreme)
    if not key.nullable:
        return extreme
    found = sql.binary(exp.GT, exp.Count(this=again()), sql.number(0))
    return sql.case([(found, extreme)], call("first", value()))
