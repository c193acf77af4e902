"""Searches in text.

A term is a maximal run of letters and digits; DuckDB's regular expressions are those of RE2, as Kusto's are.
"""

from collections.abc import Sequence

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.duckdb.regexes import translated
from rulefold.kql.lower.engine import Engine
from rulefold.kql.lower.parsing import quoted
from rulefold.kql.lower.refusal import refused
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import Term
from rulefold.kql.syntax import NOWHERE

_START, _END = r"(?:^|[^\p{L}\p{Nd}])", r"(?:$|[^\p{L}\p{Nd}])"


def lowered(text: str) -> str:
    """A text in lower case as DuckDB has it: one character for one, whatever is beside it."""
    return text.lower() if text.isascii() else "".join(character.lower()[0] for character in text)


def search(operator: str, text: Node, pattern: Term) -> Node:
    """Whether a text has something."""
    name, _, case = operator.partition("_")
    wanted = pattern.value if pattern.constant and isinstance(pattern.value, str) else None
    if name == "matches regex":
        return call("regexp_matches", text, pattern.node if wanted is None else _expression(wanted))
    if name in _PLAIN:
        return _plain(_PLAIN[name], text, pattern.node, wanted, folding=case != "cs")
    return _term_search(name, text, pattern.node, wanted, folding=case != "cs")


_PLAIN = {"contains": "contains", "startswith": "starts_with", "endswith": "ends_with"}


def _expression(wanted: str) -> Node:
    return sql.string(translated(wanted, lambda why: refused(NOWHERE, why)).text)


def _plain(function: str, text: Node, pattern: Node, wanted: str | None, *, folding: bool) -> Node:
    if not folding:
        return call(function, text, pattern)
    folded = sql.string(lowered(wanted)) if wanted is not None else call("lower", pattern)
    return call(function, call("lower", text), folded)


def _term_search(name: str, text: Node, pattern: Node, wanted: str | None, *, folding: bool) -> Node:
    """`has`, `hasprefix` and `hassuffix`: a term, its start, or its end.

    That a text has the characters is found out much faster than that they are a term: the rest is looked at only.
    """
    if wanted == "":
        return sql.true()
    has = _plain("contains", text, pattern, wanted, folding=folding)
    flags = "(?i)" if folding else ""
    if wanted is not None:
        expression = bounded(name, wanted)
        if expression == quoted(wanted):
            return has
        return sql.all_of([has, call("regexp_matches", text.copy(), sql.string(flags + expression))])
    start = _edge(_START, r"^[\p{L}\p{Nd}]", pattern.copy()) if name != "hassuffix" else sql.string("")
    end = _edge(_END, r"[\p{L}\p{Nd}]$", pattern.copy()) if name != "hasprefix" else sql.string("")
    built = call("concat", sql.string(flags), start, call("regexp_escape", pattern.copy()), end)
    return sql.case([(has, call("regexp_matches", text.copy(), built))], sql.false())


def bounded(name: str, wanted: str) -> str:
    """The expression for a term, or its start or end: an edge that is a letter or a digit has to be an edge there."""
    start = _START if name != "hassuffix" and _is_term(wanted[0]) else ""
    end = _END if name != "hasprefix" and _is_term(wanted[-1]) else ""
    return f"{start}{quoted(wanted)}{end}"


def _is_term(character: str) -> bool:
    return character.isalpha() or character.isdecimal()


def _edge(bound: str, inside: str, pattern: Node) -> Node:
    test = call("regexp_matches", pattern, sql.string(inside))
    return sql.case([(test, sql.string(bound))], sql.string(""))


def _any_of(wanted: Sequence[str]) -> str:
    """The expression for one of several terms.

    Terms share their edges: with edges of its own for each, RE2 takes three hundred times as long.
    """
    groups: dict[tuple[bool, bool], list[str]] = {}
    for one in wanted:
        groups.setdefault((_is_term(one[0]), _is_term(one[-1])), []).append(quoted(one))
    made = (
        f"{_START if start else ''}(?:{'|'.join(terms)}){_END if end else ''}" for (start, end), terms in groups.items()
    )
    return f"(?:{'|'.join(made)})"


_FEW = 3


def search_any(text: Node, patterns: Sequence[Term]) -> Node:
    """Whether a text has one of several terms."""
    wanted = list(dict.fromkeys(str(one.value) for one in patterns))
    if len(wanted) == 1:
        return _term_search("has", text, sql.string(wanted[0]), wanted[0], folding=True)
    found = call("regexp_matches", text, sql.string(f"(?i){_any_of(wanted)}"))
    if len(wanted) > _FEW:
        return found
    has = [_plain("contains", text.copy(), sql.string(one), one, folding=True) for one in wanted]
    return sql.all_of([sql.any_of(has), found])


def captures(engine: Engine, text: Node, pattern: str, groups: Sequence[int]) -> list[Node]:
    """What groups of an expression match; all are found at once."""
    if len(groups) == 1:
        return [call("regexp_extract", text, sql.string(pattern), sql.number(groups[0]))]
    if not groups:
        return []
    names = exp.Array(expressions=[sql.string(f"g{number}") for number in range(1, max(groups) + 1)])
    found = engine.once(call("regexp_extract", text, sql.string(pattern), names))
    return [call("struct_extract", found(), sql.string(f"g{number}")) for number in groups]


def value_of_key(text: Node, key: str, pairs: str, keys: str) -> Node:
    """The first piece between delimiters that starts with a key, from behind it on."""
    name = exp.Identifier(this="p", quoted=False)
    start = key + keys
    test = call("starts_with", exp.Column(this=name), sql.string(start))
    pieces = call("string_split", text, sql.string(pairs))
    found = call("list_filter", pieces, exp.Lambda(this=test, expressions=[name]))
    return call("substr", call("list_extract", found, sql.number(1)), sql.number(len(start) + 1))
