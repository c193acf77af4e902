"""Functions of IPv4 addresses.

An address is four numbers from 0 to 255, with a prefix behind it or none, which is as one of 32 bits.
"""

import ipaddress
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.duckdb import dynamics
from rulefold.kql.lower.duckdb.types import BIGINT, VARCHAR, cast
from rulefold.kql.lower.engine import Builder
from rulefold.kql.lower.joins import joined
from rulefold.kql.lower.parsing import quoted
from rulefold.kql.lower.refusal import refused
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Rows, Term, exact, long, string, truth
from rulefold.kql.plan import ColumnValue, Constant, Join, Plugin, TableValue, Value
from rulefold.kql.types import INTEGERS, Type

if TYPE_CHECKING:
    from rulefold.kql.lower.relations import Relations

_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_ADDRESS = rf"{_BYTE}(?:\.{_BYTE}){{3}}"
_PREFIX = "(?:3[0-2]|[12]?[0-9])"
_FORM = rf"{_ADDRESS}(?:/{_PREFIX})?"
_BITS = 32
# Networks of which a part with an own prefix is private all the same.
_PRIVATE = (
    r"10\.[0-9.]+(?:/(?:[89]|[12][0-9]|3[0-2]))?|172\.(?:1[6-9]|2[0-9]|3[01])\.[0-9.]+(?:/(?:1[2-9]|2[0-9]|3[0-2]))?|"
    r"192\.168\.[0-9.]+(?:/(?:1[6-9]|2[0-9]|3[0-2]))?"
)


class _Address:
    """An address in SQL: its number, and its prefix as a number or in SQL; both NULL where it is none."""

    __slots__ = ("number", "prefix")

    def __init__(self, number: Callable[[], Node], prefix: Callable[[], Node] | int) -> None:
        self.number, self.prefix = number, prefix


def _address(call_: Call, term: Term) -> _Address:
    """The address that a text is."""
    if term.constant and isinstance(term.value, str):
        return _of_constant(term.value)
    return _of_text(call_.once, call_.engine.convert(term, Type.STRING).node)


def _of_constant(value: str) -> _Address:
    parsed = _parsed(value)
    if parsed is None:
        return _Address(lambda: cast(sql.null(), BIGINT), lambda: cast(sql.null(), BIGINT))
    return _Address(lambda: sql.number(parsed[0]), parsed[1])


def _parsed(value: str) -> tuple[int, int] | None:
    """The number and the prefix of an address."""
    address, _, prefix = value.partition("/")
    if (prefix and not (prefix.isascii() and prefix.isdecimal() and int(prefix) <= _BITS)) or value.endswith("/"):
        return None
    try:
        return int(ipaddress.IPv4Address(address)), int(prefix or _BITS)
    except ValueError:
        return None


def _of_text(once: Callable[[Node], Callable[[], Node]], node: Node) -> _Address:
    written = once(node)
    valid = call("regexp_full_match", written(), sql.string(_FORM))
    parts = once(sql.case([(valid, call("regexp_extract_all", written(), sql.string("[0-9]+")))]))
    shares = []
    for place, bits in enumerate((24, 16, 8, 0), start=1):
        share: Node = cast(call("list_extract", parts(), sql.number(place)), BIGINT)
        shares.append(sql.binary(exp.Mul, share, sql.number(1 << bits)) if bits else share)
    number = once(_sum(shares))
    prefix = once(
        sql.case(
            [
                (
                    sql.is_not_null(parts()),
                    sql.coalesce(
                        cast(call("list_extract", parts(), sql.number(5)), BIGINT), cast(sql.number(_BITS), BIGINT)
                    ),
                )
            ]
        )
    )
    return _Address(number, prefix)


def _sum(nodes: Iterable[Node]) -> Node:
    first, *others = nodes
    for one in others:
        first = exp.Add(this=first, expression=one)
    return first


def _prefix(address: _Address) -> Node:
    return sql.number(address.prefix) if isinstance(address.prefix, int) else address.prefix()


def _least(call_: Call, prefixes: "list[Callable[[], Node] | int]") -> Callable[[], Node] | int:
    """The shortest of several prefixes; NULL where one is."""
    constant = min([one for one in prefixes if isinstance(one, int)], default=_BITS)
    others = [one for one in prefixes if not isinstance(one, int)]
    if not others:
        return constant
    found = call("least", *(one() for one in others), cast(sql.number(constant), BIGINT))
    missing = sql.any_of(sql.is_null(one()) for one in others)
    return call_.once(sql.case([(missing, cast(sql.null(), BIGINT))], found))


def _masked(number: Node, prefix: Callable[[], Node] | int) -> Node:
    """The network that an address is in: its number with the bits behind the prefix cleared."""
    if isinstance(prefix, int):
        if prefix == _BITS:
            return number
        return sql.binary(exp.Sub, number, exp.Paren(this=exp.Mod(this=number.copy(), expression=_size(prefix))))
    size = call("pow", sql.number(2), exp.Paren(this=exp.Sub(this=sql.number(_BITS), expression=prefix())))
    return sql.binary(exp.Sub, number, exp.Mod(this=sql.tight(number.copy()), expression=cast(size, BIGINT)))


def _size(prefix: int) -> Node:
    return sql.number(1 << (_BITS - prefix))


def _given_prefix(call_: Call, number: int) -> Callable[[], Node] | int:
    """The prefix that is an argument; NULL where it is none from 0 to 32."""
    if len(call_) <= number:
        return _BITS
    value = call_[number].value if call_[number].constant else None
    if isinstance(value, int) and 0 <= value <= _BITS:
        return value
    again = call_.once(cast(call_.node(number), BIGINT))
    known = exp.Between(this=again(), low=sql.number(0), high=sql.number(_BITS))
    return call_.once(sql.case([(known, again())]))


# ------------------------------------------------------------------------------------------------------ comparison


def _networks(call_: Call) -> tuple[Node, Node]:
    """Two addresses, cut to the shortest of their prefixes."""
    left, right = _address(call_, call_[0]), _address(call_, call_[1])
    prefix = _least(call_, [left.prefix, right.prefix, _given_prefix(call_, 2)])
    return _masked(left.number(), prefix), _masked(right.number(), prefix)


def _is_match(call_: Call) -> Term:
    left, right = _networks(call_)
    return Term(sql.binary(exp.EQ, left, right), Type.BOOL)


def _compare(call_: Call) -> Term:
    left, right = _networks(call_)
    return long(cast(call("sign", sql.binary(exp.Sub, left, right)), BIGINT))


def _is_in_range(call_: Call) -> Term:
    return Term(_inside(call_, _address(call_, call_[0]), _address(call_, call_[1])), Type.BOOL)


def _inside(call_: Call, address: _Address, network: _Address) -> Node:
    prefix = _least(call_, [address.prefix, network.prefix])
    return sql.binary(exp.EQ, _masked(address.number(), prefix), _masked(network.number(), prefix))


def _is_in_any_range(call_: Call) -> Term:
    """The networks are constants; null where the address is none."""
    address = _address(call_, call_[0])
    networks = []
    for value in _listed(call_):
        if _parsed(value) is None:
            raise call_.refused(f"found {value} as a network, expected an IPv4 address with or without a prefix")
        networks.append(_of_constant(value))
    if not networks:
        raise call_.refused("found ipv4_is_in_any_range without networks, which is not run")
    tests = [_inside(call_, address, network) for network in networks]
    return Term(sql.any_of(tests), Type.BOOL)


def _listed(call_: Call) -> list[str]:
    """The texts behind the first argument, of which all have to be constants."""
    found: list[str] = []
    for number in range(1, len(call_)):
        value = call_.constant(number)
        for one in value if isinstance(value, list) else [value]:
            if not isinstance(one, str):
                raise call_.refused(f"found {one} for {call_.apply.function}, expected texts")
            found.append(one)
    return found


def _is_private(call_: Call) -> Term:
    again = call_.once(call_.text(0))
    valid = call("regexp_full_match", again(), sql.string(_FORM))
    private = call("regexp_full_match", again(), sql.string(_PRIVATE))
    return Term(sql.case([(valid, private)]), Type.BOOL)


# ------------------------------------------------------------------------------------------------ numbers and text


def _parse(call_: Call) -> Term:
    address = _address(call_, call_[0])
    return long(_masked(address.number(), address.prefix))


def _parse_mask(call_: Call) -> Term:
    address = _address(call_, call_[0])
    prefix = _least(call_, [address.prefix, _given_prefix(call_, 1)])
    return long(_masked(address.number(), prefix))


def _suffix(call_: Call) -> Term:
    return long(_prefix(_address(call_, call_[0])))


def _formatted(*, with_prefix: bool) -> Builder:
    """An address, a text or a number, cut to a prefix; empty where it is none."""

    def build(call_: Call) -> Term:
        given = _given_prefix(call_, 1)
        if call_[0].type in INTEGERS:
            number = call_.once(exact(call_[0]))
            known = exp.Between(this=number(), low=sql.number(0), high=sql.number(2**_BITS - 1))
            address = _Address(call_.once(sql.case([(known, number())])), _BITS)
        else:
            address = _address(call_, call_[0])
        prefix = _least(call_, [address.prefix, given])
        network = call_.once(_masked(address.number(), prefix))
        parts: list[Node] = []
        for bits in (24, 16, 8, 0):
            byte = sql.binary(exp.Mod, sql.binary(exp.IntDiv, network(), sql.number(1 << bits)), sql.number(256))
            parts += [cast(byte, VARCHAR), sql.string(".")]
        parts.pop()
        if with_prefix:
            last = sql.number(prefix) if isinstance(prefix, int) else prefix()
            parts += [sql.string("/"), cast(last, VARCHAR)]
        return string(sql.case([(sql.is_not_null(network()), call("concat", *parts))]), nullable=True)

    return build


def _range_to_networks(call_: Call) -> Term:
    first, last = call_.constant(0), call_.constant(1)
    try:
        start, end = ipaddress.IPv4Address(str(first)), ipaddress.IPv4Address(str(last))
        networks = [str(one) for one in ipaddress.summarize_address_range(start, end)]
    except ValueError as error:
        raise call_.refused(f"found {first} to {last}, which is no range of IPv4 addresses") from error
    return call_.give(dynamics.constant(networks), nullable=False)


# --------------------------------------------------------------------------------------------------------- in text

_BEFORE, _AFTER = r"(?:^|[^\p{L}\p{Nd}])", r"(?:$|[^\p{L}\p{Nd}])"


def _has_address(call_: Call) -> Term:
    """Whether one of several addresses is in a text, with no letter or digit beside it."""
    if all(one.constant for one in call_.arguments[1:]):
        return _has(call_, [quoted(one) for one in _listed(call_) if _is_address(one)])
    again = call_.once(call_.text(0))

    def is_in(address: Term) -> Node:
        valid = call("regexp_full_match", address.node, sql.string(_ADDRESS))
        bytes_ = call("replace", address.node.copy(), sql.string("."), sql.string(r"\."))
        pattern = call("concat", sql.string(_BEFORE), bytes_, sql.string(_AFTER))
        return sql.case([(valid, call("regexp_matches", again(), pattern))], sql.false())

    tests = [
        is_in(Term(call_.once(call_.text(number))(), Type.STRING, nullable=False))
        if term.type is Type.STRING
        else call_.engine.any_element(term, is_in)
        for number, term in enumerate(call_.arguments[1:], start=1)
    ]
    return truth(sql.any_of(tests))


def _has_prefix(call_: Call) -> Term:
    """Whether an address is in a text that starts with a whole one or with some bytes and a point."""
    wanted = []
    for value in _listed(call_):
        bytes_ = value.removesuffix(".").split(".")
        rest = 4 - len(bytes_)
        if _is_address(value):
            wanted.append(quoted(value))
        elif value.endswith(".") and rest > 0 and _is_address(".".join([*bytes_, *(["0"] * rest)])):
            wanted.append(quoted(value) + r"\.".join([_BYTE] * rest))
    return _has(call_, wanted)


def _is_address(value: str) -> bool:
    return "/" not in value and _parsed(value) is not None


def _has(call_: Call, wanted: list[str]) -> Term:
    if not wanted:
        return truth(sql.false())
    pattern = f"{_BEFORE}(?:{'|'.join(wanted)}){_AFTER}"
    return truth(call("regexp_matches", call_.text(0), sql.string(pattern)))


def lookup(relations: "Relations", relation: Plugin) -> Rows:
    """`ipv4_lookup`: the rows of a table whose network an address is in, beside those of the source."""
    table, source_key, network_key, *others = relation.arguments
    keys = [one for one in others if isinstance(one, ColumnValue)]
    options = [one.value for one in others if isinstance(one, Constant)]
    if not isinstance(table, TableValue) or len(keys) + len(options) < len(others) or set(options) - {True, False}:
        raise refused(relation.span, "found other arguments of ipv4_lookup than a table, keys and true or false")
    left, address = _numbered(relations, relations.rows(relation.source), source_key, sized=False)
    right, network = _numbered(relations, relations.rows(table.relation), network_key, sized=True)
    inside = sql.binary(
        exp.EQ,
        sql.binary(exp.IntDiv, sql.column(address[0], "left"), sql.column(network[1], "right")),
        sql.column(network[0], "right"),
    )
    pairs = tuple((replace(one, side="left"), replace(one, side="right")) for one in keys)
    join = Join(relation.row, relation.source, table.relation, "leftouter" if True in options else "inner", pairs)
    return joined(relations, join, left, right, [inside])


def _numbered(relations: "Relations", rows: Rows, key: Value, *, sized: bool) -> tuple[Rows, tuple[str, str]]:
    """Rows with the number of an address; of a network by the number of its addresses, and that number."""
    values = relations.values
    relations.over(rows)
    written = relations.engine.convert(values.term(key), Type.STRING).node
    address = _of_text(values.once, written)
    number, size = address.number(), _prefix(address)
    if sized:
        width = cast(call("pow", sql.number(2), exp.Paren(this=sql.binary(exp.Sub, sql.number(_BITS), size))), BIGINT)
        size = values.once(width)()
        number = sql.binary(exp.IntDiv, number, size.copy())
    names = values.new_name(), values.new_name()
    values.frame.hoisted.extend(zip(names, (number, size), strict=True))
    return relations.prepared(rows), names


PLUGINS: dict[str, Callable[..., Rows]] = {"ipv4_lookup": lookup}

ROWS: dict[str, Builder] = {
    "format_ipv4": _formatted(with_prefix=False),
    "format_ipv4_mask": _formatted(with_prefix=True),
    "has_any_ipv4": _has_address,
    "has_any_ipv4_prefix": _has_prefix,
    "has_ipv4": _has_address,
    "has_ipv4_prefix": _has_prefix,
    "ipv4_compare": _compare,
    "ipv4_is_in_any_range": _is_in_any_range,
    "ipv4_is_in_range": _is_in_range,
    "ipv4_is_match": _is_match,
    "ipv4_is_private": _is_private,
    "ipv4_netmask_suffix": _suffix,
    "ipv4_range_to_cidr_list": _range_to_networks,
    "parse_ipv4": _parse,
    "parse_ipv4_mask": _parse_mask,
}
