"""Functions of texts."""

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.duckdb import dynamics, texts
from rulefold.kql.lower.duckdb.failing import guarded
from rulefold.kql.lower.duckdb.regexes import Expression, translated
from rulefold.kql.lower.duckdb.types import BIGINT, INTEGER, JSON, cast, try_cast
from rulefold.kql.lower.engine import Builder
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Term, exact, long, string, text, truth
from rulefold.kql.types import DYNAMICS, INTEGERS, Type

# A code point that no text has: it stands for what was found, until all is found.
_FREE = 0xFDD0
_LAST_FREE = 0xFDEF


def expression(call_: Call, number: int) -> Expression:
    """An argument as a regular expression, which has to be a constant."""
    pattern = call_.constant(number)
    if not isinstance(pattern, str):
        raise call_.refused(f"found no text as the regular expression of {call_.apply.function}")
    return translated(pattern, call_.refused)


def whole(call_: Call, number: int, default: int | None) -> int | None:
    """An argument as a whole number, which has to be a constant."""
    value = call_.constant(number, default)
    if value is not None and not isinstance(value, int):
        raise call_.refused(f"found {value} as argument {number + 1} of {call_.apply.function}, expected a number")
    return value


def each(list_: Node, made: Node, *names: str) -> Node:
    """A list with something made of each element, by its name."""
    return call("list_transform", list_, lambda_of(made, *names))


def lambda_of(made: Node, *names: str) -> Node:
    """A function of named values."""
    return exp.Lambda(this=made, expressions=[exp.Identifier(this=name, quoted=False) for name in names])


def named(name: str) -> Node:
    """The value of a name in a function."""
    return exp.Column(this=exp.Identifier(this=name, quoted=False))


def characters(node: Node) -> Node:
    """The characters of a text as a list."""
    return call("string_split", node, sql.string(""))


def joined(list_: Node) -> Node:
    """The texts of a list, one after the other."""
    return call("array_to_string", list_, sql.string(""))


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


# ------------------------------------------------------------------------------------------------------- replacing


def _replace_string(call_: Call) -> Term:
    """An empty text is never found."""
    source = call_.string(0)
    return string(call("replace", source.node, call_.text(1), call_.text(2)), nullable=source.nullable)


def _replace_strings(call_: Call) -> Term:
    """One text after the other, but never in what has been put in."""
    wanted, put = call_.constant(1), call_.constant(2)
    if not isinstance(wanted, list) or not isinstance(put, list) or len(wanted) != len(put):
        raise call_.refused("found replace_strings without two arrays of the same length, which is not run")
    if len(wanted) > _LAST_FREE - _FREE or not all(isinstance(one, str) and one for one in wanted):
        raise call_.refused("found replace_strings with too many texts, or such as are none, which is not run")
    if not all(isinstance(one, str) for one in put):
        raise call_.refused("found replace_strings with what is no text, which is not run")
    node = call_.string(0).node
    for number, one in enumerate(wanted):
        node = call("replace", node, sql.string(one), sql.string(chr(_FREE + number)))
    for number, one in enumerate(put):
        node = call("replace", node, sql.string(chr(_FREE + number)), sql.string(one))
    return string(node, nullable=call_[0].nullable)


def _replaced(source: int, pattern: int, rewrite: int) -> Builder:
    r"""All matches rewritten; `\1` is what the first group matches."""

    def build(call_: Call) -> Term:
        found, new = expression(call_, pattern), call_.constant(rewrite)
        if not isinstance(new, str) or not _is_rewrite(new, len(found.groups)):
            raise call_.refused(f"found {new} as what to put in, which is not run")
        arguments = [sql.string(found.text), sql.string(new), sql.string("g")]
        return string(call("regexp_replace", call_.text(source), *arguments))

    return build


def _is_rewrite(rewrite: str, groups: int) -> bool:
    """Whether all backslashes are before a group's number or another one."""
    place = 0
    while (place := rewrite.find("\\", place)) >= 0:
        after = rewrite[place + 1 : place + 2]
        if after != "\\" and not (after in "0123456789" and after and int(after) <= groups):
            return False
        place += 2
    return True


def _translate(call_: Call) -> Term:
    """Each character by that at its place in another list, whose last stands for those it lacks."""
    wanted, put = call_.constant(0), call_.constant(1)
    if not isinstance(wanted, str) or not isinstance(put, str) or len(set(wanted)) < len(wanted):
        raise call_.refused("found translate with a character twice, which is not run")
    put = put[: len(wanted)] + (put[-1:] * max(0, len(wanted) - len(put)))
    source = call_.string(2)
    return string(call("translate", source.node, sql.string(wanted), sql.string(put)), nullable=source.nullable)


_CERTAIN = r"[^\x00-\x7f]|[\w\\.+*?()|\[\]{}^$]"


def _quoted(call_: Call) -> Term:
    """What has a meaning; whether a hyphen and its like are escaped too is not known."""
    again = call_.once(call_.text(0))
    wrong = sql.negated(call("regexp_full_match", again(), sql.string(f"(?:{_CERTAIN})*")))
    node = call("regexp_replace", again(), sql.string(r"([\\.+*?()|\[\]{}^$])"), sql.string(r"\\\1"), sql.string("g"))
    return string(guarded(wrong, "what regex_quote does with a text such as this is not known", node))


# --------------------------------------------------------------------------------------------------------- finding


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
    rest, pattern, mark = call_.once(source), sql.string(found.text), sql.string(chr(_FREE))
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
    "countof": _count_of,
    "extract": _extract,
    "extract_all": _extract_all,
    "has_any_index": _has_any_index,
    "indexof": _index_of,
    "indexof_regex": _index_of_regex,
    "isascii": _is_ascii,
    "isutf8": _is_utf8,
    "regex_quote": _quoted,
    "replace": _replaced(source=2, pattern=0, rewrite=1),
    "replace_regex": _replaced(source=0, pattern=1, rewrite=2),
    "replace_string": _replace_string,
    "replace_strings": _replace_strings,
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
    "translate": _translate,
    "trim": _trimmed(start=True, end=True),
    "trim_end": _trimmed(start=False, end=True),
    "trim_start": _trimmed(start=True, end=False),
    "unicode_codepoints_from_string": _codes,
    "unicode_codepoints_to_string": _from_codes,
}
