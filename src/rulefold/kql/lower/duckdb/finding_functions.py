"""Functions that find a text, or what an expression matches, in another."""

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.duckdb import dynamics, texts
from rulefold.kql.lower.duckdb.failing import guarded
from rulefold.kql.lower.duckdb.regexes import Expression
from rulefold.kql.lower.duckdb.text_pieces import FREE, each, expression, joined, lambda_of, named, whole
from rulefold.kql.lower.duckdb.types import BIGINT, cast
from rulefold.kql.lower.engine import Builder
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Term, exact, long, string, text
from rulefold.kql.types import Type


def _extract(call_: Call) -> Term:
    found, group = expression(call_, 0), whole(call_, 1, 0)
    if group is None or not 0 <= group <= len(found.groups):
        raise call_.refused(f"found {group} as the group of extract, of {len(found.groups)} in the regular expression")
    source = call_.string(2)
    node = call("regexp_extract", source.node, sql.string(found.text), sql.number(group))
    term = string(node, nullable=source.nullable)
    if call_.type is Type.DYNAMIC:
        raise call_.refused("found extract of a dynamic, which is not run")
    return term if call_.type is Type.STRING else call_.engine.convert(term, call_.type)


def _extract_all(call_: Call) -> Term:
    """What the groups match; of several groups in arrays, null where nothing matches."""
    found, source = expression(call_, 0), len(call_) - 1
    groups = _groups(call_, found) if len(call_) > 2 else list(range(1, len(found.groups) + 1))
    if not groups:
        raise call_.refused("found no group in the regular expression of extract_all, expected one")
    pattern = sql.string(found.text)
    if len(groups) == 1:
        found_texts = call("regexp_extract_all", call_.text(source), pattern, sql.number(groups[0]))
        matches = each(found_texts, sql.coalesce(named("m"), sql.string("")), "m")
    else:
        names = exp.Array(expressions=[sql.string(f"g{n + 1}") for n in range(len(found.groups))])
        structs = call("regexp_extract_all", call_.text(source), pattern, names)
        parts = [_matched(group) for group in groups]
        matches = each(structs, exp.Array(expressions=parts), "m")
    again = call_.once(matches)
    node = sql.case([(sql.binary(exp.GT, call("len", again()), sql.number(0)), dynamics.array(again()))])
    return call_.give(node)


def _matched(group: int) -> Node:
    """What a group matches; empty where it is no part of the match."""
    return sql.coalesce(call("struct_extract", named("m"), sql.string(f"g{group}")), sql.string(""))


def _groups(call_: Call, found: Expression) -> list[int]:
    """The groups that are named in an array, by their numbers or names."""
    chosen = call_.constant(1)
    groups = []
    for one in chosen if isinstance(chosen, list) else ():
        if isinstance(one, str) and one in found.groups:
            one = found.groups.index(one) + 1
        if not isinstance(one, int) or isinstance(one, bool) or not 1 <= one <= len(found.groups):
            raise call_.refused(f"found {one} as a group of extract_all, which the regular expression does not have")
        groups.append(one)
    return groups


def _rest(call_: Call, source: Node) -> tuple[Node, Node | None]:
    """The part of a text to look through, and where it starts, where that is not its start."""
    start = call_[2] if len(call_) > 2 else None
    if start is None or (start.constant and start.value == 0):
        return source, None
    if start.constant and isinstance(start.value, int) and start.value > 0:
        return call("substring", source, sql.number(start.value + 1)), sql.number(start.value)
    again, place = call_.once(source), call_.once(exact(start))
    before = call("greatest", sql.binary(exp.Add, call("length", again()), place()), sql.number(0))
    first = call_.once(sql.case([(sql.binary(exp.LT, place(), sql.number(0)), before)], place()))
    return call("substring", again(), sql.binary(exp.Add, first(), sql.number(1))), first()


def _occurrence(call_: Call) -> int:
    """Which of the occurrences is looked for, from 1 on."""
    occurrence = whole(call_, 4, 1)
    if occurrence is None or occurrence < 1:
        raise call_.refused(f"found {occurrence} as the occurrence for {call_.apply.function}, expected one from 1 on")
    return occurrence


def _placed(call_: Call, place: Node, start: Node | None, missing: Node) -> Node:
    """A place in a text by that in a part of it; -1 where there is none in so many characters."""
    length = whole(call_, 3, -1)
    if length is None or length < -1:
        raise call_.refused(f"found {length} as the length for {call_.apply.function}, which is not run")
    again = call_.once(place) if length >= 0 else lambda: place
    if length >= 0:
        missing = sql.any_of([missing, sql.binary(exp.GTE, again(), sql.number(length))])
    node = again() if start is None else sql.binary(exp.Add, again(), start)
    return cast(sql.case([(missing, sql.number(-1))], node), BIGINT)


def _index_of(call_: Call) -> Term:
    """The place of a text, which is null for an empty one."""
    occurrence, filled = _occurrence(call_), _is_filled(call_, 1)
    wanted = call_.once(call_.text(1) if filled else sql.nullif(call_.text(1), sql.string("")))
    rest, start = _rest(call_, call_.text(0))
    if occurrence == 1:
        found = call_.once(call("instr", rest, wanted()))
        missing = sql.binary(exp.EQ, found(), sql.number(0))
        place: Node = sql.binary(exp.Sub, found(), sql.number(1))
    else:
        value = call_.string(1).value
        if not isinstance(value, str) or _overlaps(value):
            raise call_.refused("found an occurrence of a text that may overlap with itself, which is not run")
        parts = call_.once(call("string_split", rest, wanted()))
        missing = sql.binary(exp.LTE, call("len", parts()), sql.number(occurrence))
        before = call("list_slice", parts(), sql.number(1), sql.number(occurrence))
        place = call("length", call("array_to_string", before, wanted()))
    return long(_placed(call_, place, start, missing), nullable=not filled)


def _is_filled(call_: Call, number: int) -> bool:
    """Whether an argument is a constant that is not empty."""
    return bool(call_.string(number).value)


def _index_of_regex(call_: Call) -> Term:
    found, occurrence = expression(call_, 1), _occurrence(call_)
    source, start = _rest(call_, call_.text(0))
    rest, pattern, mark = call_.once(source), sql.string(found.text), sql.string(chr(FREE))
    marked = call("regexp_replace", rest(), pattern, mark, sql.string("g"))
    parts = call_.once(call("string_split", marked, mark.copy()))
    place: Node = call("length", joined(call("list_slice", parts(), sql.number(1), sql.number(occurrence))))
    if occurrence > 1:
        matches = call("regexp_extract_all", rest(), pattern.copy(), sql.number(0))
        before = joined(call("list_slice", matches, sql.number(1), sql.number(occurrence - 1)))
        place = sql.binary(exp.Add, place, call("length", before))
    missing = sql.binary(exp.LTE, call("len", parts()), sql.number(occurrence))
    return long(_placed(call_, place, start, missing), nullable=False)


def _count_of(call_: Call) -> Term:
    """Texts may overlap, matches may not."""
    if call_.constant(2, "normal") == "regex":
        pattern = sql.string(expression(call_, 1).text)
        return long(call("len", call("regexp_extract_all", call_.text(0), pattern, sql.number(0))), nullable=False)
    source, wanted = call_.once(call_.text(0)), call_.string(1)
    if wanted.constant and not wanted.value:
        raise call_.refused("found countof of an empty text, which is not run")
    if isinstance(wanted.value, str) and not _overlaps(wanted.value):
        rest = call("strlen", call("replace", source(), wanted.node, sql.string("")))
        taken = exp.Paren(this=sql.binary(exp.Sub, call("strlen", source()), rest))
        return long(exp.IntDiv(this=taken, expression=sql.number(len(wanted.value.encode()))), nullable=False)
    again = call_.once(text(wanted))
    places = call("generate_series", sql.number(1), call("length", source()))
    starts = call("starts_with", call("substring", source(), named("n")), again())
    node: Node = call("len", call("list_filter", places, lambda_of(starts, "n")))
    if not wanted.constant:
        node = guarded(sql.binary(exp.EQ, again(), sql.string("")), "the text for countof is empty", node)
    return long(node, nullable=False)


def _overlaps(value: str) -> bool:
    """Whether a text may start within another place of it."""
    return any(value.startswith(value[size:]) for size in range(1, len(value)))


def _has_any_index(call_: Call) -> Term:
    source = call_.once(call_.text(0))
    wanted = call_.constant(1) if call_[1].constant else None
    if not isinstance(wanted, list):
        return _has_any_index_of(call_, source())
    values = [_as_text(call_, one) for one in wanted]
    branches = [
        (texts.search("has", source(), call_.values.constant(Type.STRING, one)), sql.number(number))
        for number, one in enumerate(values)
    ]
    node = sql.case(branches, sql.number(-1)) if branches else sql.number(-1)
    return long(cast(node, BIGINT), nullable=False)


def _as_text(call_: Call, value: object) -> str:
    if not isinstance(value, str | int) or isinstance(value, bool) or value == "":
        raise call_.refused(f"found {value} in the array of has_any_index, which is not run")
    return str(value)


def _has_any_index_of(call_: Call, source: Node) -> Term:
    element = dynamics.text_of(named("e"))
    has = texts.search("has", source, string(element))
    elements = sql.coalesce(dynamics.elements(call_.node(1)), exp.Array(expressions=[]))
    place = call("list_position", each(elements, has, "e"), sql.true())
    node = sql.binary(exp.Sub, sql.coalesce(place, sql.number(0)), sql.number(1))
    return long(cast(node, BIGINT), nullable=False)


ROWS: dict[str, Builder] = {
    "countof": _count_of,
    "extract": _extract,
    "extract_all": _extract_all,
    "has_any_index": _has_any_index,
    "indexof": _index_of,
    "indexof_regex": _index_of_regex,
}
