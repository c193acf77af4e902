"""`parse` and `parse-kv`: columns out of a text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rulefold.kql.lower import sql
from rulefold.kql.lower.refusal import refused
from rulefold.kql.lower.sql import Node
from rulefold.kql.lower.steps import select, star
from rulefold.kql.lower.terms import Rows, Term, text
from rulefold.kql.plan import ParseKeys, ParseText
from rulefold.kql.types import INTEGERS, Type

if TYPE_CHECKING:
    from rulefold.kql.lower.relations import Relations

_WHOLE = r"[+-]?\d+"
_FLAGS = frozenset("imsU")
_GROUP = re.compile(r"\\.|\[(?:\\.|[^\]])*\]|\((?!\?)|\(\?P?<", re.DOTALL)
_SPECIAL = re.compile(r"([\\.+*?()|\[\]{}^$])")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression, and the number of the group of each column."""

    text: str
    groups: tuple[int, ...]


def pattern_of(relation: ParseText) -> Pattern:
    """The expression for a pattern.

    A simple one is found from the start to the end of the text, each piece at the first place behind the one before.
    One of kind regex is found anywhere; its columns take as much as they can, or as little with the flag U.
    """
    pieces: list[str] = []
    groups: list[int] = []
    seen = 0
    by_regex = relation.kind == "regex"
    parts = relation.pattern
    for number, part in enumerate(parts):
        if part is None:
            pieces.append(".*" if by_regex else ".*?")
        elif isinstance(part, str):
            pieces.append(part if by_regex else _SPECIAL.sub(r"\\\1", part))
            seen += _groups_in(part) if by_regex else 0
        else:
            seen += 1
            groups.append(seen)
            pieces.append(f"({_column(part[1], parts[number + 1 :], relation)})")
    flags = relation.flags if by_regex else "s"
    if not set(flags) <= _FLAGS:
        raise refused(relation.span, f"found the flags {flags}, expected some of i, m, s and U")
    body = "".join(pieces)
    return Pattern((f"(?{flags})" if flags else "") + (body if by_regex else f"^{body}$"), tuple(groups))


def _groups_in(expression: str) -> int:
    return sum(found[0][0] == "(" for found in _GROUP.finditer(expression))


def _column(type_: Type, after: Sequence[str | tuple[str, Type] | None], relation: ParseText) -> str:
    """What a column takes: up to the text behind it, or what its type can have where there is none."""
    by_regex = relation.kind == "regex"
    delimited = not after or isinstance(after[0], str)
    if type_ in INTEGERS and (by_regex or not delimited):
        return _WHOLE
    if not delimited:
        raise refused(relation.span, f"found a {type_} with no text behind it, which is not run")
    return ".*" if by_regex or not after else ".*?"


def parse_text(relations: "Relations", relation: ParseText) -> Rows:
    """`parse` and `parse-where`."""
    if relation.kind not in ("simple", "regex", "relaxed"):
        raise refused(relation.span, f"found parse of kind {relation.kind}, expected simple, regex or relaxed")
    source = relations.rows(relation.source)
    relations.over(source)
    engine, values = relations.engine, relations.values
    pattern = pattern_of(relation)
    subject = values.once(text(engine.convert(values.term(relation.text), Type.STRING)))
    captured = engine.captures(subject(), pattern.text, pattern.groups)
    columns = [part for part in relation.pattern if isinstance(part, tuple)]
    converted = [
        (name, engine.convert(Term(node, Type.STRING, nullable=False), type_))
        for (name, type_), node in zip(columns, captured, strict=True)
    ]
    tests = [engine.matches(subject(), pattern.text)] if relation.only_matching else []
    if relation.kind == "simple":
        converted, strict = _all_or_none(relations, converted)
        tests += strict if relation.only_matching else []
    source = relations.prepared(source)
    if tests:
        source = relations.builder.kept(source, select([star()], source.source(), where=sql.all_of(tests)), None)
    rows = relations.builder.added(source, converted, relation)
    return replace(rows, fields={name: rows.fields[name] for name in relation.row if name in rows.fields})


def _all_or_none(relations: "Relations", terms: list[tuple[str, Term]]) -> tuple[list[tuple[str, Term]], list[Node]]:
    """Columns that are all null, or empty, where one has another type than it should."""
    if all(term.type is Type.STRING for _, term in terms):
        return terms, []
    makers = [relations.values.once(term.node) for _, term in terms]
    typed = [make for make, (_, term) in zip(makers, terms, strict=True) if term.type is not Type.STRING]
    good = relations.values.once(sql.all_of(sql.is_not_null(make()) for make in typed))
    kept = [
        (name, Term(sql.case([(good(), make())]), term.type)) for make, (name, term) in zip(makers, terms, strict=True)
    ]
    return kept, [good()]


def parse_keys(relations: "Relations", relation: ParseKeys) -> Rows:
    """`parse-kv` with delimiters: the first value of each key."""
    options = dict(relation.options)
    pairs, keys = options.pop("pair_delimiter", None), options.pop("kv_delimiter", None)
    if options or not isinstance(pairs, str) or not isinstance(keys, str) or not pairs or not keys:
        raise refused(relation.span, "found parse-kv with other options than pair_delimiter and kv_delimiter")
    source = relations.rows(relation.source)
    relations.over(source)
    engine, values = relations.engine, relations.values
    subject = values.once(text(engine.convert(values.term(relation.text), Type.STRING)))
    terms = [
        (name, engine.convert(Term(engine.value_of_key(subject(), name, pairs, keys), Type.STRING), type_))
        for name, type_ in relation.columns
    ]
    return relations.builder.added(relations.prepared(source), terms, relation)
