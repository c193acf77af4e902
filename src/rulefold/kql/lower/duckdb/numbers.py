"""Arithmetic."""

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.duckdb.types import BIGINT, HUGEINT, cast
from rulefold.kql.lower.engine import Engine
from rulefold.kql.lower.sql import Node, call

_WIDTH, _HALF = 2**64, 2**63
_WRAPPING: dict[str, type[exp.Binary]] = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul}


def tried(node: Node) -> Node:
    """NULL where a value cannot be worked out."""
    return call("try", node)


def integer(engine: Engine, operator: str, left: Node, right: Node) -> Node:
    """Arithmetic of whole numbers as KQL has it."""
    if operator == "/":
        return tried(sql.binary(exp.IntDiv, _wide(left), _divisor(right)))
    if operator == "%":
        again = engine.once(_divisor(right))
        small = isinstance(again(), exp.Literal) and int(again().name) < _HALF // 2
        wide = again() if small else cast(again(), HUGEINT)
        size = call("abs", wide)
        rest = sql.binary(exp.Mod, sql.binary(exp.Add, sql.binary(exp.Mod, left, again()), size), size.copy())
        return rest if small else cast(rest, BIGINT)
    kind = _WRAPPING[operator]
    if isinstance(left, exp.Literal | exp.Neg) and isinstance(right, exp.Literal | exp.Neg):
        left = _wide(left)
    a, b = engine.once(left), engine.once(right)
    return sql.coalesce(tried(sql.binary(kind, a(), b())), _wrapped(kind, a(), b()))


def _wide(node: Node) -> Node:
    return cast(node, BIGINT) if isinstance(node, exp.Literal | exp.Neg) else node


def _divisor(node: Node) -> Node:
    if isinstance(node, exp.Literal) and node.this != "0":
        return node
    return sql.nullif(node, sql.number(0))


def _wrapped(kind: type[exp.Binary], left: Node, right: Node) -> Node:
    """The lower 64 bits of a result that has more."""
    return lower_bits(sql.binary(kind, cast(left, HUGEINT), right))


def lower_bits(whole: Node) -> Node:
    """The lower 64 bits of a whole number that has more, as a long."""
    lifted = sql.binary(exp.Add, whole, cast(sql.number(_HALF), HUGEINT))
    rest = sql.binary(exp.Mod, lifted, cast(sql.number(_WIDTH), HUGEINT))
    positive = sql.binary(
        exp.Mod, sql.binary(exp.Add, rest, cast(sql.number(_WIDTH), HUGEINT)), cast(sql.number(_WIDTH), HUGEINT)
    )
    return cast(sql.binary(exp.Sub, positive, cast(sql.number(_HALF), HUGEINT)), BIGINT)


def floored(engine: Engine, left: Node, right: Node) -> Node:
    """A quotient of whole numbers, rounded down; NULL where the divisor is not above 0."""
    a, b = engine.once(left), engine.once(right)
    width = sql.case([(sql.binary(exp.GT, b(), sql.number(0)), b())])
    size = engine.once(width)
    rest = sql.binary(exp.Mod, sql.binary(exp.Add, sql.binary(exp.Mod, a(), size()), size()), size())
    return sql.binary(exp.IntDiv, sql.binary(exp.Sub, a(), rest), size())


_REALS: dict[str, type[exp.Binary]] = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul}


def real(operator: str, left: Node, right: Node) -> Node:
    """Arithmetic of reals."""
    if operator == "/":
        return sql.binary(exp.Div, left, right)
    if operator == "%":
        rest, size = sql.binary(exp.Mod, left, right), call("abs", right.copy())
        return sql.binary(exp.Mod, sql.binary(exp.Add, rest, size), size.copy())
    return sql.binary(_REALS[operator], left, right)
