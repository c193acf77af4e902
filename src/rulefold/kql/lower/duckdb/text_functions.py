"""Functions of texts and their parts; see also finding_functions and replacing_functions."""

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.duckdb import dynamics
from rulefold.kql.lower.duckdb.failing import guarded
from rulefold.kql.lower.duckdb.text_pieces import characters, each, expression, joined, named, whole
from rulefold.kql.lower.duckdb.types import BIGINT, INTEGER, JSON, cast, try_cast
from rulefold.kql.lower.engine import Builder
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Term, exact, long, string, truth
from rulefold.kql.types import DYNAMICS, INTEGERS

# ------------------------------------------------------------------------------------------- of one text, of several


def _lower(call_: Call) -> Term:
    term = call_.string(0)
    return string(call("lower", term.node), nullable=term.nullable)


def _upper(call_: Call) -> Term:
    """DuckDB has a capital for ß, which Kusto leaves as it is."""
    term = call_.string(0)
    return string(
        call("replace", call("upper", term.node), sql.string("\u1e9e"), sql.string("\xdf")), nullable=term.nullable
    )


def _reverse(call_: Call) -> Term:
    term = call_.string(0)
    return string(joined(call("list_reverse", characters(term.node))), nullable=term.nullable)


def _concatenated(call_: Call) -> Term:
    """DuckDB's leaves out NULL, which stands for an empty text."""
    terms = [call_.string(number) for number in range(len(call_))]
    if len(terms) == 1:
        return terms[0]
    return string(call("concat", *(term.node for term in terms)))


def _delimited(call_: Call) -> Term:
    delimiter = call_.once(call_.text(0))
    parts = [call_.string(1).node]
    for number in range(2, len(call_)):
        parts += [delimiter(), call_.string(number).node]
    return string(call("concat", *parts))


def _length(call_: Call) -> Term:
    return long(call("length", call_.text(0)), nullable=False)


def _size(call_: Call) -> Term:
    return long(call("strlen", call_.text(0)), nullable=False)


def _is_ascii(call_: Call) -> Term:
    again = call_.once(call_.text(0))
    return truth(sql.binary(exp.EQ, call("strlen", again()), call("length", again())))


def _is_utf8(_call: Call) -> Term:
    """All that DuckDB has as text is."""
    return truth(sql.true())


def _compared(call_: Call) -> Term:
    left, right = call_.once(call_.text(0)), call_.once(call_.text(1))
    node = sql.case(
        [
            (sql.binary(exp.LT, left(), right()), sql.number(-1)),
            (sql.binary(exp.GT, left(), right()), sql.number(1)),
        ],
        sql.number(0),
    )
    return long(cast(node, BIGINT), nullable=False)


def _repeated(call_: Call) -> Term:
    times, delimiter = call_.once(call_.node(1)), call_.text(2) if len(call_) > 2 else None
    value = call_.once(call_.text(0))
    count = call_[1].value if call_[1].constant else None
    if isinstance(count, int) and not 1 <= count <= 1024:
        raise call_.refused(f"found {count} as the number of times of strrep, expected one from 1 to 1024")
    if delimiter is None:
        node: Node = call("repeat", value(), times())
    else:
        unit = call("concat", value(), delimiter)
        node = call("concat", call("repeat", unit, sql.binary(exp.Sub, times(), sql.number(1))), value())
    if count is None:
        known = exp.Between(this=times(), low=sql.number(1), high=sql.number(1024))
        wrong = sql.negated(sql.coalesce(known, sql.false()))
        node = guarded(wrong, "the number of times of strrep is not from 1 to 1024", node)
    return string(node)


# ----------------------------------------------------------------------------------------------------------- parts


def _substring(call_: Call) -> Term:
    """From a place, counted from the end where it is negative; empty from before the start."""
    source = call_.string(0)
    length = [_part_length(call_)] if len(call_) > 2 else []
    start = call_[1].value if call_[1].constant else None
    if isinstance(start, int) and start >= 0:
        node: Node = call("substring", source.node, sql.number(start + 1), *length)
        return string(node, nullable=source.nullable)
    again, place = call_.once(source.node), call_.once(call_.node(1))
    first = sql.binary(exp.Add, place(), sql.number(1))
    node = sql.case(
        [
            (sql.binary(exp.GTE, place(), sql.number(0)), call("substring", again(), first, *length)),
            (
                sql.binary(exp.LTE, exp.Neg(this=place()), call("length", again())),
                call("substring", again(), place(), *(one.copy() for one in length)),
            ),
        ],
    )
    return string(node, nullable=True)


def _part_length(call_: Call) -> Node:
    length = call_[2].value if call_[2].constant else None
    if isinstance(length, int):
        if length < 0:
            raise call_.refused("found a negative length of substring, which is not run")
        return sql.number(length)
    again = call_.once(call_.node(2))
    wrong = sql.binary(exp.LT, again(), sql.number(0))
    return call_.once(guarded(wrong, "the length of substring is negative", again()))()


def _split(call_: Call) -> Term:
    delimiter, index = call_[1], whole(call_, 2, None)
    if delimiter.constant and not delimiter.value:
        raise call_.refused("found an empty delimiter of split, which is not run")
    node: Node = call_.text(1)
    if not delimiter.constant:
        again = call_.once(node)
        node = guarded(sql.binary(exp.EQ, again(), sql.string("")), "the delimiter of split is empty", again())
    parts = call("string_split", call_.text(0), node)
    if index is not None:
        if index < 0:
            raise call_.refused("found a negative index of split, which is not run")
        parts = call("list_slice", parts, sql.number(index + 1), sql.number(index + 1))
    return call_.give(dynamics.array(parts), nullable=False)


def _trimmed(*, start: bool, end: bool) -> Builder:
    """Without one match at the edges."""

    def build(call_: Call) -> Term:
        pattern, source = expression(call_, 0).text, call_.string(1)
        node = source.node
        if start:
            node = call("regexp_replace", node, sql.string(f"^(?:{pattern})"), sql.string(""))
        if end:
            node = call("regexp_replace", node, sql.string(f"(?:{pattern})$"), sql.string(""))
        return string(node, nullable=source.nullable)

    return build


# ----------------------------------------------------------------------------------------------------- code points


def _codes(call_: Call) -> Term:
    return call_.give(dynamics.array(each(characters(call_.text(0)), call("unicode", named("c")), "c")), nullable=False)


def _from_codes(call_: Call) -> Term:
    """Of numbers, and of arrays of them."""
    parts: list[Node] = []
    for number, term in enumerate(call_.arguments):
        if term.type in INTEGERS:
            parts.append(call("chr", cast(exact(term), INTEGER)))
            continue
        if term.type not in DYNAMICS:
            raise call_.refused(f"found a {term.type} as argument {number + 1} of {call_.apply.function}")
        codes = sql.coalesce(dynamics.elements(call_.node(number)), exp.Array(expressions=[cast(term.node, JSON)]))
        parts.append(joined(each(codes, call("chr", try_cast(named("c"), INTEGER)), "c")))
    return string(call("concat", *parts))


ROWS: dict[str, Builder] = {
    "isascii": _is_ascii,
    "isutf8": _is_utf8,
    "reverse": _reverse,
    "split": _split,
    "strcat": _concatenated,
    "strcat_delim": _delimited,
    "strcmp": _compared,
    "string_size": _size,
    "strlen": _length,
    "strrep": _repeated,
    "substring": _substring,
    "tolower": _lower,
    "toupper": _upper,
    "trim": _trimmed(start=True, end=True),
    "trim_end": _trimmed(start=False, end=True),
    "trim_start": _trimmed(start=True, end=False),
    "unicode_codepoints_from_string": _codes,
    "unicode_codepoints_to_string": _from_codes,
}
