"""Functions of dynamic values: JSON, and arrays."""

from collections.abc import Callable

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.duckdb import bag_functions, dynamics, lists, set_functions, times
from rulefold.kql.lower.duckdb.canonical import canonical
from rulefold.kql.lower.duckdb.failing import bounded
from rulefold.kql.lower.duckdb.lists import Element
from rulefold.kql.lower.duckdb.numbers import tried
from rulefold.kql.lower.duckdb.types import BIGINT, DOUBLE, JSON, cast, try_cast
from rulefold.kql.lower.engine import Builder
from rulefold.kql.lower.functions import as_type
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Term, text
from rulefold.kql.types import INTEGERS, Type

_DYNAMICS = frozenset({Type.DYNAMIC, Type.UNKNOWN})
_MOST = 1_048_576  # elements that `range` gives


def dynamic(call_: Call, number: int) -> Node:
    """An argument as JSON."""
    return call_.engine.to_dynamic(call_[number])


def items_of(call_: Call, number: int) -> Element:
    """The elements of an argument, worked out once; NULL for what is no array."""
    return call_.once(dynamics.elements(dynamic(call_, number)))


def array(call_: Call, items: Node) -> Term:
    """A list as the array that a call gives."""
    return call_.give(dynamics.array(items))


# ------------------------------------------------------------------------------------------------------------ JSON


def _parse_json(call_: Call) -> Term:
    """A dynamic is what it is already."""
    term = call_[0]
    if term.type in _DYNAMICS:
        return Term(term.node, Type.DYNAMIC)
    again = call_.once(text(call_.string(0)))
    return Term(dynamics.parsed(again), Type.DYNAMIC)


def _to_json(call_: Call) -> Term:
    return call_.give(canonical(call_.once(dynamic(call_, 0))), nullable=True)


_KINDS = {
    "OBJECT": "dictionary", "ARRAY": "array", "VARCHAR": "string", "BIGINT": "long", "UBIGINT": "long",
    "DOUBLE": "double", "BOOLEAN": "bool",
}  # fmt: skip


def _gettype(call_: Call) -> Term:
    term = call_[0]
    if term.type not in _DYNAMICS:
        return call_.values.constant(Type.STRING, str(term.type))
    names = [exp.If(this=sql.string(kind), true=sql.string(name)) for kind, name in _KINDS.items()]
    kind = call("json_type", term.node)
    return call_.give(exp.Case(this=kind, ifs=names, default=sql.string("null")), nullable=False)


# ---------------------------------------------------------------------------------------------------------- arrays


def _length(call_: Call) -> Term:
    again = call_.once(dynamic(call_, 0))
    is_array = sql.compare(exp.EQ, call("json_type", again()), sql.string("ARRAY"))
    return call_.give(sql.case([(is_array, cast(call("json_array_length", again()), BIGINT))]))


def _concat(call_: Call) -> Term:
    lists_ = [items_of(call_, number) for number in range(len(call_))]
    known = sql.all_of(sql.is_not_null(one()) for one in lists_)
    return array(call_, sql.case([(known, call("flatten", exp.Array(expressions=[one() for one in lists_])))]))


def _reverse(call_: Call) -> Term:
    return array(call_, call("list_reverse", items_of(call_, 0)()))


def _index(call_: Call, number: int, items: Element) -> Node:
    """A place as a number from 0; a negative one counts from the end."""
    term = call_[number]
    if term.constant and isinstance(term.value, int) and term.value >= 0:
        return sql.number(term.value)
    again = call_.once(call_.node(number))
    from_end = sql.binary(exp.Add, lists.size(items()), again())
    return sql.case([(sql.compare(exp.LT, again(), sql.number(0)), from_end)], again())


def _slice(call_: Call) -> Term:
    items = items_of(call_, 0)
    start, end = (_index(call_, number, items) for number in (1, 2))
    first = call("greatest", start, sql.number(0))
    last = call("greatest", sql.binary(exp.Add, end, sql.number(1)), sql.number(0))
    return array(call_, _cut(items, first, last))


def _cut(items: Element, start: Node, end: Node) -> Node:
    """The elements from a place, counted from 0, to before another one."""
    again = end
    empty = sql.compare(exp.LTE, again, sql.number(0))
    cut = call("list_slice", items(), sql.binary(exp.Add, start, sql.number(1)), again.copy())
    return sql.case([(empty, call("list_slice", items(), sql.number(1), sql.number(0)))], cut)


def _index_of(call_: Call) -> Term:
    items = items_of(call_, 0)
    wanted = call_.once(dynamic(call_, 1))
    if len(call_) == 2:
        place = sql.binary(exp.Sub, call("list_position", items(), wanted()), sql.number(1))
        found: Node = cast(place, BIGINT)
    else:
        found = _index_within(call_, items, wanted)
    return call_.give(sql.case([(sql.is_not_null(items()), sql.coalesce(found, sql.number(-1)))]))


def _index_within(call_: Call, items: Element, wanted: Element) -> Node:
    """From a place on, for so many elements, the so-manieth."""
    start = call_.once(call("greatest", _index(call_, 2, items), sql.number(0)))
    length = call_.once(call_.node(3) if len(call_) > 3 else sql.number(-1))
    nth = call_.node(4) if len(call_) > 4 else sql.number(1)
    end = sql.binary(exp.Add, start(), length())

    def matches(place: Element) -> Node:
        element = lists.item(items(), sql.binary(exp.Add, place(), sql.number(1)))
        inside = sql.any_of([sql.compare(exp.LT, length(), sql.number(0)), sql.compare(exp.LT, place(), end.copy())])
        return sql.all_of([sql.compare(exp.GTE, place(), start()), inside, sql.compare(exp.EQ, element, wanted())])

    places = lists.where(call("range", lists.size(items())), matches)
    return lists.item(places, nth)


def _rotate(sign: int) -> Builder:
    """To the left (1), or to the right (-1)."""

    def build(call_: Call) -> Term:
        items = items_of(call_, 0)
        size = sql.nullif(lists.size(items()), sql.number(0))
        count = call_.node(1) if sign > 0 else exp.Neg(this=sql.tight(call_.node(1)))
        rest = sql.binary(exp.Mod, count, size)
        first = call_.once(sql.binary(exp.Mod, sql.binary(exp.Add, rest, size.copy()), size.copy()))
        end = call("list_slice", items(), sql.binary(exp.Add, first(), sql.number(1)), lists.size(items()))
        turned = call("list_concat", end, call("list_slice", items(), sql.number(1), first()))
        return array(call_, sql.case([(sql.is_null(first()), items())], turned))

    return build


def _shift(sign: int) -> Builder:
    """To the left (1), or to the right (-1); what comes in is null, and an empty text among texts, or as it is said."""

    def build(call_: Call) -> Term:
        items = items_of(call_, 0)
        count = call_.once(call_.node(1) if sign > 0 else exp.Neg(this=sql.tight(call_.node(1))))
        if len(call_) > 2:
            default = call_.once(dynamic(call_, 2))
        else:
            kind = call("json_type", lists.item(items(), sql.number(1)))
            is_text = sql.compare(exp.EQ, kind, sql.string("VARCHAR"))
            default = call_.once(sql.case([(is_text, dynamics.constant(""))]))

        def moved(_: Element, place: Element) -> Node:
            source = sql.binary(exp.Add, place(), count())
            inside = exp.Between(this=sql.tight(source), low=sql.number(1), high=lists.size(items()))
            return sql.case([(inside, lists.item(items(), source.copy()))], default())

        return array(call_, lists.each_numbered(items(), moved))

    return build


def _split(call_: Call) -> Term:
    items = items_of(call_, 0)
    if call_[1].type in INTEGERS:
        given: Node = exp.Array(expressions=[cast(call_.node(1), BIGINT)])
    else:
        given = lists.each(dynamics.elements(call_[1].node), lambda e: try_cast(e(), BIGINT))

    def placed(place: Element) -> Node:
        from_end = sql.binary(exp.Add, lists.size(items()), place())
        return sql.case([(sql.compare(exp.LT, place(), sql.number(0)), from_end)], place())

    bounds = call_.once(lists.each(given, placed))
    starts = call("list_prepend", cast(sql.number(0), BIGINT), bounds())
    ends = call_.once(call("list_append", bounds(), lists.size(items())))

    def piece(start: Element, number: Element) -> Node:
        end = lists.item(ends(), number())
        low = sql.binary(exp.Add, start(), sql.number(1))
        cut = call("list_slice", items(), low, end)
        empty = call("list_slice", items(), sql.number(1), sql.number(0))
        return dynamics.array(sql.case([(sql.compare(exp.LTE, end.copy(), start()), empty)], cut))

    return array(call_, sql.case([(sql.is_not_null(items()), lists.each_numbered(starts, piece))]))


def _iff(call_: Call) -> Term:
    tests = items_of(call_, 0)
    whole = [call_.once(dynamic(call_, number)) for number in (1, 2)]
    parts = [call_.once(dynamics.elements(one())) for one in whole]

    def chosen(number: int, place: Element) -> Node:
        if call_[number].type not in _DYNAMICS:
            return whole[number - 1]()
        is_array = sql.is_not_null(parts[number - 1]())
        return sql.case([(is_array, lists.item(parts[number - 1](), place()))], whole[number - 1]())

    def one(element: Element, place: Element) -> Node:
        kind = call("json_type", element())
        scalar = exp.In(this=kind, expressions=[sql.string(k) for k in ("BOOLEAN", "BIGINT", "UBIGINT", "DOUBLE")])
        true = sql.compare(exp.NEQ, try_cast(element(), DOUBLE), sql.number(0))
        return sql.case([(sql.all_of([scalar, true]), chosen(1, place)), (scalar.copy(), chosen(2, place))])

    return array(call_, lists.each_numbered(tests(), one))


def _joined(call_: Call) -> Term:
    """The elements as texts, one after the other; nothing for a null."""
    texts = lists.each(dynamics.elements(dynamic(call_, 0)), lambda e: sql.coalesce(_text(e()), sql.string("")))
    joined = call("array_to_string", texts, call_.text(1))
    return Term(sql.coalesce(joined, sql.string("")), Type.STRING, nullable=False)


def _text(element: Node) -> Node:
    return call("json_extract_string", element, sql.string("$"))


def _pack_array(call_: Call) -> Term:
    terms = (
        bag_functions.all_columns(call_)
        if bag_functions.is_star(call_)
        else [(f"{n}", t) for n, t in enumerate(call_.arguments)]
    )
    values = [cast(call_.engine.to_dynamic(term), JSON) for _, term in terms]
    return Term(dynamics.array(exp.Array(expressions=values)), Type.DYNAMIC, nullable=False)


def _zip(call_: Call) -> Term:
    parts = [items_of(call_, number) for number in range(len(call_))]
    known = sql.all_of(sql.is_not_null(one()) for one in parts)
    longest = call("greatest", *(lists.size(one()) for one in parts))

    def together(place: Element) -> Node:
        return dynamics.array(exp.Array(expressions=[lists.item(one(), place()) for one in parts]))

    return array(call_, sql.case([(known, lists.each(lists.numbers(longest), together))]))


def _repeat(call_: Call) -> Term:
    if call_[0].type in _DYNAMICS:
        raise call_.refused("found a dynamic, expected a value of another type to repeat")
    value, count = call_.once(dynamic(call_, 0)), call_.once(call_.node(1))
    valid = sql.compare(exp.GTE, count(), sql.number(0))
    return array(call_, sql.case([(valid, lists.each(lists.numbers(bounded(count())), lambda _: value()))]))


# ----------------------------------------------------------------------------------------------------------- sorting


def _sort(*, descending: bool) -> Builder:
    """The first array in its order, and the others in the order of the first: numbers, then texts, then all else."""

    def build(call_: Call) -> Term:
        arrays, nulls_last = _sorted_arrays(call_)
        first = call_.once(dynamics.elements(arrays[0].node))
        order = call_.once(_order(first, descending=descending, nulls_last=nulls_last))

        def in_order(items: Element) -> Node:
            return lists.each(order(), lambda e: lists.item(items(), call("abs", lists.member(e(), "i"))))

        if len(arrays) == 1:
            return array(call_, in_order(first))
        results = [dynamics.array(in_order(first))]
        for other in arrays[1:]:
            items = call_.once(dynamics.elements(other.node))
            as_long = sql.compare(exp.EQ, lists.size(items()), lists.size(first()))
            results.append(dynamics.array(sql.case([(as_long, in_order(items))])))
        return Term(dynamics.array(exp.Array(expressions=results)), Type.DYNAMIC)

    return build


def _sorted_arrays(call_: Call) -> tuple[list[Term], bool]:
    last = call_[len(call_) - 1]
    if last.type is Type.BOOL:
        return list(call_.arguments[:-1]), call_.constant(len(call_) - 1) is not False
    return list(call_.arguments), True


def _order(items: Element, *, descending: bool, nulls_last: bool) -> Node:
    """Structs in the order of elements; equal ones stay in their order."""
    sign = -1 if descending else 1
    null_rank = sign if nulls_last else -sign

    def key(element: Element, place: Element) -> Node:
        kind = call("json_type", element())
        number = exp.In(this=kind, expressions=[sql.string(one) for one in ("BIGINT", "UBIGINT", "DOUBLE")])
        is_text = sql.compare(exp.EQ, kind.copy(), sql.string("VARCHAR"))
        rank = sql.case([(number, sql.number(0)), (is_text, sql.number(sign))], sql.number(2 * sign))
        return lists.struct(
            n=sql.case([(sql.is_null(element()), sql.number(null_rank))], sql.number(0)),
            k=rank,
            d=sql.coalesce(sql.case([(number.copy(), try_cast(element(), DOUBLE))]), sql.number(0)),
            s=sql.coalesce(_text(element()), sql.string("")),
            i=place() if not descending else exp.Neg(this=place()),
        )

    keys = lists.each_numbered(items(), key)
    return call("list_sort", keys, sql.string("DESC")) if descending else call("list_sort", keys)


# ------------------------------------------------------------------------------------------------------------ range


def _range(call_: Call) -> Term:
    types = {call_[number].type for number in range(len(call_))}
    if types <= INTEGERS:
        return array(call_, _steps(call_, _long(call_, 0), _long(call_, 1), _step(call_, 1)))
    if types <= {Type.DATETIME, Type.TIMESPAN} and call_[0].type is call_[1].type:
        return _range_of_times(call_)
    if Type.REAL in types and types <= {Type.REAL, *INTEGERS}:
        return array(call_, _reals(call_))
    raise call_.refused(f"found a range of {call_[0].type}, which is not run")


def _long(call_: Call, number: int) -> Node:
    return cast(call_.node(number), BIGINT)


def _step(call_: Call, default: int) -> Node:
    return _long(call_, 2) if len(call_) > 2 else cast(sql.number(default), BIGINT)


def _steps(call_: Call, start: Node, stop: Node, step: Node) -> Node:
    """Whole numbers from one to another by steps, as many as there may be."""
    first, by = call_.once(start), call_.once(sql.nullif(step, sql.number(0)))
    farthest = tried(sql.binary(exp.Add, first(), sql.binary(exp.Mul, by(), sql.number(_MOST - 1))))
    end = call_.once(stop)
    up = sql.compare(exp.GT, by(), sql.number(0))
    limit = sql.coalesce(farthest, end())
    bound = sql.case([(up, call("least", end(), limit))], call("greatest", end(), limit.copy()))
    return call("generate_series", first(), bound, by())


def _reals(call_: Call) -> Node:
    start, stop = (call_.once(as_type(call_, number, Type.REAL).node) for number in (0, 1))
    step = call_.once(as_type(call_, 2, Type.REAL).node if len(call_) > 2 else call_.engine.literal(Type.REAL, 1.0))
    width = sql.binary(exp.Div, sql.binary(exp.Sub, stop(), start()), sql.nullif(step(), sql.number(0)))
    count = try_cast(call("floor", width), BIGINT)
    last = call("least", count, sql.number(_MOST - 1))
    places = call("generate_series", sql.number(0), last)
    return lists.each(places, lambda e: sql.binary(exp.Add, start(), sql.binary(exp.Mul, e(), step())))


def _range_of_times(call_: Call) -> Term:
    """Every hour, where no step is given."""
    step = _step(call_, 3600 * 10_000_000)
    if call_[0].type is Type.TIMESPAN:
        spans = _steps(call_, _long(call_, 0), _long(call_, 1), step)
        return array(call_, lists.each(spans, lambda e: times.timespan_text(_copied, e())))
    start, stop = (cast(times.micros_of(call_.node(number)), BIGINT) for number in (0, 1))
    moments = _steps(call_, start, stop, sql.binary(exp.IntDiv, step, sql.number(10)))
    return array(call_, lists.each(moments, lambda e: times.datetime_text(call("make_timestamp", e()))))


def _copied(node: Node) -> Callable[[], Node]:
    """As `Call.once`, where a value depends on an element and cannot be worked out before."""
    return node.copy


ROWS: dict[str, Builder] = {
    "parse_json": _parse_json,
    "todynamic": _parse_json,
    "dynamic_to_json": _to_json,
    "gettype": _gettype,
    "array_length": _length,
    "array_concat": _concat,
    "array_reverse": _reverse,
    "array_slice": _slice,
    "array_index_of": _index_of,
    "array_rotate_left": _rotate(1),
    "array_rotate_right": _rotate(-1),
    "array_shift_left": _shift(1),
    "array_shift_right": _shift(-1),
    "array_split": _split,
    "array_iff": _iff,
    "array_sort_asc": _sort(descending=False),
    "array_sort_desc": _sort(descending=True),
    "array_strcat": _joined,
    "strcat_array": _joined,
    "pack_array": _pack_array,
    "zip": _zip,
    "repeat": _repeat,
    "range": _range,
    **bag_functions.ROWS,
    **set_functions.ROWS,
}
