"""XML → dynamic values.

An element is its text; with attributes or elements in it a bag, in which attributes have an @ before their names, the
text is `#text`, and elements of one name are an array.  An empty one is an empty text, or null where it is `<e/>`.
The tags are read one after the other: each open element is a name with keys and values, those of JSON, on a stack.
"""

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.duckdb.failing import guarded
from rulefold.kql.lower.duckdb.text_pieces import each, lambda_of, named
from rulefold.kql.lower.duckdb.types import JSON, VARCHAR, VARCHAR_LIST, cast
from rulefold.kql.lower.engine import Builder
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Term

_TAG = r"""<(?:[^<>"']|"[^"]*"|'[^']*')*>"""
_TOKEN = rf"{_TAG}|[^<]+"
_ATTRIBUTE = r"""\s([\w:.\-]+)\s*=\s*(?:"[^"]*"|'[^']*')"""
_VALUE = r"""\s[\w:.\-]+\s*=\s*("[^"]*"|'[^']*')"""
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
# Comments, declarations and their like; other entities; and text beside elements, whose blanks may be kept or not.
_UNSURE = (
    r"<[!?]|&(?:[^lgqa]|l[^t]|g[^t]|q[^u]|a[^mp])|"
    r"</?[^>]*>\s*[^<\s][^<]*<[^/!?]|</[^>]*>\s*[^<\s][^<]*<|/>\s*[^<\s][^<]*<"
)
_TEXT_KEY, _WRONG = "#text", "<"


def parse_xml(call_: Call) -> Term:
    """`parse_xml`: null for what is no XML."""
    source = call_.once(call_.text(0))
    stack = call_.once(_read(source()))
    root = call("list_extract", stack(), sql.number(1))
    keys, values = call_.once(_of(root, "k")), call_.once(_of(root.copy(), "v"))
    result = call_.once(_bag(keys(), values()))
    valid = [
        sql.binary(exp.EQ, call("len", stack()), sql.number(1)),
        sql.binary(exp.EQ, call("len", keys()), sql.number(1)),
        sql.binary(exp.NEQ, call("list_extract", keys(), sql.number(1)), sql.string(_TEXT_KEY)),
        sql.negated(call("contains", result(), sql.string(f'"{_WRONG}":'))),
    ]
    wrong = call("regexp_matches", source(), sql.string(_UNSURE))
    node = sql.case([(sql.all_of(valid), cast(result(), JSON))])
    return call_.give(guarded(wrong, "a text in XML has more than elements, attributes and texts", node))


def _read(source: Node) -> Node:
    """The stack after all tags: but for the root, there is nothing left on it where all are closed."""
    blank = call("regexp_matches", named("t"), sql.string(r"\S"))
    pieces = call("regexp_extract_all", source, sql.string(_TOKEN))
    tokens = each(call("list_filter", pieces, lambda_of(blank, "t")), _token(named("t")), "t")
    return call("list_reduce", tokens, lambda_of(_step(), "s", "t"), exp.Array(expressions=[_element(sql.string(""))]))


def _token(tag: Node) -> Node:
    """A tag: what it does (open, close, single; a text), its name, and its attributes."""
    kind = sql.case(
        [
            (sql.negated(call("starts_with", tag, sql.string("<"))), sql.string("text")),
            (call("starts_with", tag.copy(), sql.string("</")), sql.string("close")),
            (call("ends_with", tag.copy(), sql.string("/>")), sql.string("single")),
        ],
        sql.string("open"),
    )
    names = call("regexp_extract_all", tag.copy(), sql.string(_ATTRIBUTE), sql.number(1))
    values = call("regexp_extract_all", tag.copy(), sql.string(_VALUE), sql.number(1))
    bare = call("list_slice", named("a"), sql.number(2), sql.number(-2))
    return _struct(
        kind=kind,
        name=call("regexp_extract", tag.copy(), sql.string(r"^</?([^\s/>]+)"), sql.number(1)),
        k=each(names, call("concat", sql.string("@"), named("a")), "a"),
        v=each(values, _json_of(bare), "a"),
        text=_json_of(tag.copy()),
    )


def _json_of(text: Node) -> Node:
    """A text in XML as JSON."""
    for entity, character in _ENTITIES.items():
        text = call("replace", text, sql.string(entity), sql.string(character))
    return cast(call("to_json", text), VARCHAR)


def _step() -> Node:
    """The stack `s` after a tag `t`."""
    last, before = call("list_extract", named("s"), sql.number(-1)), call("list_extract", named("s"), sql.number(-2))
    tag = {name: _of(named("t"), name) for name in ("kind", "name", "k", "v", "text")}
    single = sql.case([(_is_empty(tag["k"]), sql.string("null"))], _bag(tag["k"].copy(), tag["v"].copy()))
    same = sql.binary(exp.EQ, _of(last.copy(), "name"), tag["name"].copy())
    closed = sql.case([(same, tag["name"].copy())], sql.string(_WRONG))
    opened = _struct(name=tag["name"].copy(), k=tag["k"].copy(), v=tag["v"].copy())

    def is_kind(kind: str) -> Node:
        return sql.binary(exp.EQ, tag["kind"].copy(), sql.string(kind))

    return sql.case(
        [
            (is_kind("open"), call("list_append", named("s"), opened)),
            (is_kind("text"), _put(1, last, sql.string(_TEXT_KEY), tag["text"])),
            (is_kind("single"), _put(1, last.copy(), tag["name"], single)),
        ],
        _put(2, before, closed, _value(last.copy())),
    )


def _put(count: int, element: Node, key: Node, value: Node) -> Node:
    """The stack with its last elements replaced by one of them that has a further key."""
    rest = call("list_slice", named("s"), sql.number(1), sql.number(-1 - count))
    put = _struct(
        name=_of(element, "name"),
        k=call("list_append", _of(element.copy(), "k"), key),
        v=call("list_append", _of(element.copy(), "v"), value),
    )
    return call("list_append", rest, put)


def _value(element: Node) -> Node:
    """What a closed element is in JSON."""
    keys, values = _of(element, "k"), _of(element.copy(), "v")
    only_text = sql.binary(exp.EQ, keys.copy(), exp.Array(expressions=[sql.string(_TEXT_KEY)]))
    return sql.case(
        [
            (_is_empty(keys), sql.string('""')),
            (only_text, call("list_extract", values.copy(), sql.number(1))),
        ],
        _bag(keys.copy(), values),
    )


def _bag(keys: Node, values: Node) -> Node:
    """Keys and values as a bag; the values of a key that is there more than once are an array."""
    place = call("list_position", keys.copy(), named("a"))
    first = sql.binary(exp.EQ, place, named("i"))
    distinct = call("list_filter", keys.copy(), lambda_of(first, "a", "i"))
    same = sql.binary(exp.EQ, call("list_extract", keys.copy(), named("j")), named("b"))
    of_key = call("list_filter", values.copy(), lambda_of(same, "w", "j"))
    several = call("concat", sql.string("["), call("array_to_string", of_key, sql.string(",")), sql.string("]"))
    count = call("len", of_key.copy())
    one = call("list_extract", of_key.copy(), sql.number(1))
    value = sql.case([(sql.binary(exp.EQ, count, sql.number(1)), one)], several)
    member = call("concat", cast(call("to_json", named("b")), VARCHAR), sql.string(":"), value)
    members = call("array_to_string", each(distinct, member, "b"), sql.string(","))
    return call("concat", sql.string("{"), members, sql.string("}"))


def _element(name: Node) -> Node:
    empty = [cast(exp.Array(expressions=[]), VARCHAR_LIST) for _ in range(2)]
    return _struct(name=name, k=empty[0], v=empty[1])


def _struct(**fields: Node) -> Node:
    pairs = [exp.PropertyEQ(this=exp.Identifier(this=name), expression=value) for name, value in fields.items()]
    return call("struct_pack", *pairs)


def _of(struct: Node, field: str) -> Node:
    return call("struct_extract", struct, sql.string(field))


def _is_empty(list_: Node) -> Node:
    return sql.binary(exp.EQ, call("len", list_), sql.number(0))


ROWS: dict[str, Builder] = {"parse_xml": parse_xml}
