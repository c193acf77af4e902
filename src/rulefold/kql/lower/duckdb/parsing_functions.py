"""Functions that read a structure out of a text."""

import re

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.duckdb import dynamics
from rulefold.kql.lower.duckdb.failing import failing, guarded
from rulefold.kql.lower.duckdb.text_pieces import each, lambda_of, named
from rulefold.kql.lower.duckdb.types import DECIMAL, JSON, JSON_LIST, VARCHAR, cast, try_cast
from rulefold.kql.lower.engine import Builder
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Term, dynamic, string
from rulefold.kql.types import Type

_STEP = re.compile(r"""\.([\w\-]+)|\[(\d+)\]|\[(?:'([^'\\]*)'|"([^"\\]*)")\]""")

# ------------------------------------------------------------------------------------------------------------ JSON


def _extract_json(call_: Call) -> Term:
    path = call_.constant(0)
    keys = _keys(str(path))
    if keys is None:
        raise call_.refused(f"found {path}, a path that is not run; expected one such as $.a.b[0]")
    target = dynamic(try_cast(call_.text(1), JSON))
    terms = [call_.values.constant(Type.LONG if isinstance(key, int) else Type.STRING, key) for key in keys]
    found = dynamic(dynamics.access(target, terms))
    if call_.type is Type.STRING:
        return string(dynamics.text_of(found.node), nullable=True)
    return call_.engine.convert(found, call_.type)


def _keys(path: str) -> list[str | int] | None:
    """The steps of a path that starts with a dollar sign; None where one is no name and no number."""
    keys: list[str | int] = []
    place = 1
    while place < len(path):
        found = _STEP.match(path, place)
        if found is None:
            return None
        name, index, *quoted = found.groups()
        keys.append(int(index) if index else next(one for one in (name, *quoted) if one is not None))
        place = found.end()
    return keys if path.startswith("$") else None


_DEPTH = 3


def _to_json(call_: Call) -> Term:
    """As JSON with the keys of bags in order."""
    return string(_canonical(call_.once(call_.engine.to_dynamic(call_[0]))(), _DEPTH), nullable=True)


def _canonical(node: Node, depth: int) -> Node:
    """The text of a value; bags in bags are followed so far only."""
    kind = call("json_type", node)
    if depth == 0:
        return sql.case(
            [(exp.In(this=kind, expressions=[sql.string("OBJECT"), sql.string("ARRAY")]), failing("too deep a bag"))],
            cast(node.copy(), VARCHAR),
        )
    key, item = f"k{depth}", f"i{depth}"
    member = call("json_extract", node.copy(), exp.DPipe(this=sql.string("/"), expression=_pointer(named(key))))
    pair = call("concat", call("to_json", named(key)), sql.string(":"), _bound(member, depth - 1))
    pairs = each(call("list_sort", call("json_keys", node.copy())), pair, key)
    items = each(cast(node.copy(), JSON_LIST), _canonical(named(item), depth - 1), item)
    return sql.case(
        [
            (sql.binary(exp.EQ, kind, sql.string("OBJECT")), _wrapped("{", pairs, "}")),
            (sql.binary(exp.EQ, kind.copy(), sql.string("ARRAY")), _wrapped("[", items, "]")),
        ],
        cast(node.copy(), VARCHAR),
    )


def _bound(node: Node, depth: int) -> Node:
    """The text of a value that is worked out once: one that is the element of a list."""
    name = f"m{depth}"
    return call(
        "list_extract", each(exp.Array(expressions=[node]), _canonical(named(name), depth), name), sql.number(1)
    )


def _pointer(key: Node) -> Node:
    return call("replace", call("replace", key, sql.string("~"), sql.string("~0")), sql.string("/"), sql.string("~1"))


def _wrapped(start: str, parts: Node, end: str) -> Node:
    return call("concat", sql.string(start), call("array_to_string", parts, sql.string(",")), sql.string(end))


# ------------------------------------------------------------------------------------------------------------ URLs

_URL = (
    r"(?s)^(?:([^:/?#]+):)?(?://(?:([^:@/?#]*)(?::([^@/?#]*))?@)?(\[[^\]]*\]|[^:/?#]*)(?::([0-9]*))?)?"
    r"([^?#]*)(?:\?([^#]*))?(?:#(.*))?$"
)
_URL_PARTS = ("scheme", "user", "password", "host", "port", "path", "query", "fragment")


def _names(names: tuple[str, ...]) -> Node:
    return exp.Array(expressions=[sql.string(name) for name in names])


def _part(found: Node, name: str) -> Node:
    return call("struct_extract", found, sql.string(name))


def _parse_url(call_: Call) -> Term:
    found = call_.once(call("regexp_extract", call_.text(0), sql.string(_URL), _names(_URL_PARTS)))
    members: list[Node] = []
    for key, name in (
        ("Scheme", "scheme"), ("Host", "host"), ("Port", "port"), ("Path", "path"), ("Username", "user"),
        ("Password", "password"),
    ):  # fmt: skip
        members += [sql.string(key), _part(found(), name)]
    members += [sql.string("Query Parameters"), _parameters(call_, _part(found(), "query"))]
    members += [sql.string("Fragment"), _part(found(), "fragment")]
    return call_.give(call("json_object", *members), nullable=False)


def _parse_query(call_: Call) -> Term:
    node = call("json_object", sql.string("Query Parameters"), _parameters(call_, call_.text(0)))
    return call_.give(node, nullable=False)


def _parameters(call_: Call, query: Node) -> Node:
    """`a=1&b=2` as a bag."""
    filled = sql.binary(exp.NEQ, named("p"), sql.string(""))
    pairs = call_.once(call("list_filter", call("string_split", query, sql.string("&")), lambda_of(filled, "p")))
    key = call("split_part", named("p"), sql.string("="), sql.number(1))
    value = call("regexp_extract", named("p"), sql.string("(?s)^[^=]*=(.*)$"), sql.number(1))
    member = call("concat", call("to_json", key), sql.string(":"), call("to_json", value))
    keys = call("list_distinct", each(pairs(), key.copy(), "p"))
    twice = sql.binary(exp.LT, call("len", keys), call("len", pairs()))
    bag = cast(_wrapped("{", each(pairs(), member, "p"), "}"), JSON)
    return guarded(twice, "a query of a URL has a parameter twice", bag)


# ----------------------------------------------------------------------------------------------------------- paths

_PATH = r"(?s)^(?:([A-Za-z][A-Za-z0-9+.\-]+)://)?(.*?)([^\\/]*)$"
_PATH_PARTS = ("scheme", "directory", "file")


def _parse_path(call_: Call) -> Term:
    """What a directory of nothing but a root is called is not known."""
    found = call_.once(call("regexp_extract", call_.text(0), sql.string(_PATH), _names(_PATH_PARTS)))
    whole = call_.once(_part(found(), "directory"))
    directory = call_.once(call("regexp_replace", whole(), sql.string(r"[\\/]$"), sql.string("")))
    file = call_.once(call("regexp_extract", _part(found(), "file"), sql.string("(?s)^[^:]*"), sql.number(0)))
    stream = call("regexp_extract", _part(found(), "file"), sql.string("(?s)^[^:]*:(.*)$"), sql.number(1))
    members = {
        "Scheme": _part(found(), "scheme"),
        "RootPath": call("regexp_extract", whole(), sql.string(r"^[A-Za-z]:[\\/]"), sql.number(0)),
        "DirectoryPath": directory(),
        "DirectoryName": call("regexp_extract", directory(), sql.string(r"(?s)[^\\/]*$"), sql.number(0)),
        "Filename": file(),
        "Extension": call("regexp_extract", file(), sql.string(r"(?s)\.([^.]*)$"), sql.number(1)),
        "AlternateDataStreamName": stream,
    }
    node = call("json_object", *(part for key, value in members.items() for part in (sql.string(key), value)))
    wrong = call("regexp_full_match", whole(), sql.string(r"[A-Za-z]:[\\/]?|[\\/]+"))
    return call_.give(guarded(wrong, "how parse_path names a root is not known", node), nullable=False)


# --------------------------------------------------------------------------------------------------- lists of texts

_RECORD = r'^(?:[^"\r\n]|"(?:[^"]|"")*")*'
_FIELD = r'((?:[^",]|"(?:[^"]|"")*")*),'


def _parse_csv(call_: Call) -> Term:
    """The fields of the first line; quotes around one are taken off."""
    record = call("regexp_extract", call_.text(0), sql.string(_RECORD), sql.number(0))
    fields = call("regexp_extract_all", call("concat", record, sql.string(",")), sql.string(_FIELD), sql.number(1))
    inner = call("regexp_extract", named("f"), sql.string(r'(?s)^"(.*)"$'), sql.number(1))
    quoted = call("starts_with", named("f"), sql.string('"'))
    bare = call("replace", inner, sql.string('""'), sql.string('"'))
    return call_.give(dynamics.array(each(fields, sql.case([(quoted, bare)], named("f")), "f")), nullable=False)


def _parse_command_line(call_: Call) -> Term:
    if call_.constant(1) != "windows":
        raise call_.refused(f"found {call_.constant(1)} as the parser, expected windows")
    source = call_.once(call_.text(0))
    words = call("regexp_extract_all", source(), sql.string(r'(?:[^\s"]|"[^"]*")+'), sql.number(0))
    node = each(words, call("replace", named("w"), sql.string('"'), sql.string("")), "w")
    odd = sql.binary(
        exp.EQ,
        exp.Mod(this=call("len", call("regexp_extract_all", source(), sql.string('"'))), expression=sql.number(2)),
        sql.number(1),
    )
    wrong = sql.any_of([odd, call("regexp_matches", source(), sql.string(r'\\"|""'))])
    return call_.give(dynamics.array(guarded(wrong, "a command line has escaped or open quotes", node)), nullable=False)


def _parse_version(call_: Call) -> Term:
    """Up to four numbers of eight digits; null for what is no version."""
    source = call_.once(call_.text(0))
    parts = call_.once(call("string_split", source(), sql.string(".")))
    first = call("list_extract", parts(), sql.number(1))
    others = [
        call(
            "lpad",
            sql.coalesce(call("list_extract", parts(), sql.number(n)), sql.string("")),
            sql.number(8),
            sql.string("0"),
        )
        for n in (2, 3, 4)
    ]
    valid = call("regexp_full_match", source(), sql.string(r"[0-9]+(?:\.[0-9]+){0,3}"))
    long_ = call("regexp_matches", source(), sql.string(r"[0-9]{9}"))
    digits = guarded(long_, "a part of a version has more than eight digits", call("concat", first, *others))
    return call_.give(sql.case([(valid, cast(digits, DECIMAL))]))


ROWS: dict[str, Builder] = {
    "dynamic_to_json": _to_json,
    "extract_json": _extract_json,
    "parse_command_line": _parse_command_line,
    "parse_csv": _parse_csv,
    "parse_path": _parse_path,
    "parse_url": _parse_url,
    "parse_urlquery": _parse_query,
    "parse_version": _parse_version,
}
