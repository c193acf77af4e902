"""Functions that hash and encode."""

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.duckdb import dynamics
from rulefold.kql.lower.duckdb.failing import guarded
from rulefold.kql.lower.duckdb.numbers import tried
from rulefold.kql.lower.duckdb.text_pieces import characters, each, joined, named
from rulefold.kql.lower.duckdb.types import INTEGER, UUID, VARCHAR, cast, try_cast
from rulefold.kql.lower.engine import Builder
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Term, string
from rulefold.kql.types import Type

_SOME_VALUE = (Type.DECIMAL, Type.TIMESPAN, Type.GUID, Type.BOOL)


def _hashed(function: str) -> Builder:
    """The hash of a value's text."""

    def build(call_: Call) -> Term:
        if call_[0].type in _SOME_VALUE:
            raise call_.refused(f"found {call_.apply.function} of a {call_[0].type}, which is not run")
        return string(call(function, call_.text(0)))

    return build


def _new_guid(call_: Call) -> Term:
    return call_.give(call("uuid"), nullable=False)


# ---------------------------------------------------------------------------------------------------------- Base64


def _bytes(node: Node) -> Node:
    """The bytes of a text in Base64; NULL where it is none."""
    return tried(call("from_base64", node))


def _to_base64(call_: Call) -> Term:
    return string(call("to_base64", call("encode", call_.text(0))))


def _from_base64(call_: Call) -> Term:
    """Empty where it is not Base64 of UTF-8."""
    return string(tried(call("decode", _bytes(call_.text(0)))), nullable=True)


def _array_from_base64(call_: Call) -> Term:
    """The bytes as numbers."""
    pairs = call("regexp_extract_all", call("to_hex", _bytes(call_.text(0))), sql.string(".."))
    number = try_cast(call("concat", sql.string("0x"), named("b")), INTEGER)
    return call_.give(dynamics.array(each(pairs, number, "b")))


def _array_to_base64(call_: Call) -> Term:
    """Of bytes as numbers; empty where one is no byte."""
    number = call_.once(dynamics.elements(call_.node(0)))
    digits = call("printf", sql.string("%02x"), try_cast(named("b"), INTEGER))
    wrong = sql.negated(exp.Between(this=try_cast(named("n"), INTEGER), low=sql.number(0), high=sql.number(255)))
    known = exp.Lambda(this=wrong, expressions=[exp.Identifier(this="n", quoted=False)])
    no_bytes = sql.binary(exp.GT, call("len", call("list_filter", number(), known)), sql.number(0))
    node = call("to_base64", call("unhex", joined(each(number(), digits, "b"))))
    return string(guarded(no_bytes, "an array for base64_encode_fromarray has what is no byte", node), nullable=True)


_GUID = r"(..)(..)(..)(..)-?(..)(..)-?(..)(..)-?(....)-?(............)"
_SWAPPED = r"\4\3\2\1\6\5\8\7\9"


def _swapped(digits: Node) -> Node:
    """The bytes of a guid as Windows has them, or back: those of the first three parts in the other order."""
    first = call("regexp_replace", digits, sql.string(_GUID), sql.string(_SWAPPED))
    return call("concat", first, call("right", digits.copy(), sql.number(12)))


def _guid_to_base64(call_: Call) -> Term:
    again = call_.once(cast(call_.node(0), VARCHAR))
    return string(call("to_base64", call("unhex", _swapped(again()))), nullable=True)


def _guid_from_base64(call_: Call) -> Term:
    again = call_.once(call("lower", call("to_hex", _bytes(call_.text(0)))))
    is_guid = sql.binary(exp.EQ, call("length", again()), sql.number(32))
    return call_.give(sql.case([(is_guid, try_cast(_swapped(again()), UUID))]))


# ------------------------------------------------------------------------------------------------------------ URLs

_KEPT = r"[A-Za-z0-9_.\-]"
_UNSURE = r"[!*()'~]"


def _url_encoded(space: str) -> Builder:
    """Bytes as `%` and digits in lower case; whether some marks are kept is not known."""

    def build(call_: Call) -> Term:
        again = call_.once(call_.text(0))
        kept = call("regexp_matches", named("c"), sql.string(_KEPT))
        one = sql.case(
            [(kept, named("c")), (sql.binary(exp.EQ, named("c"), sql.string(" ")), sql.string(space))],
            call("lower", call("url_encode", named("c"))),
        )
        wrong = call("regexp_matches", again(), sql.string(_UNSURE))
        node = joined(each(characters(again()), one, "c"))
        return string(guarded(wrong, f"how {call_.apply.function} writes one of !*()'~ is not known", node))

    return build


def _url_decoded(call_: Call) -> Term:
    """Whether a plus sign stands for a space is not known."""
    again = call_.once(call_.text(0))
    wrong = call("contains", again(), sql.string("+"))
    return string(guarded(wrong, "what url_decode makes of a plus sign is not known", call("url_decode", again())))


ROWS: dict[str, Builder] = {
    "base64_decode_toarray": _array_from_base64,
    "base64_decode_toguid": _guid_from_base64,
    "base64_decode_tostring": _from_base64,
    "base64_encode_fromarray": _array_to_base64,
    "base64_encode_fromguid": _guid_to_base64,
    "base64_encode_tostring": _to_base64,
    "hash_md5": _hashed("md5"),
    "hash_sha1": _hashed("sha1"),
    "hash_sha256": _hashed("sha256"),
    "new_guid": _new_guid,
    "url_decode": _url_decoded,
    "url_encode": _url_encoded("+"),
    "url_encode_component": _url_encoded("%20"),
}
