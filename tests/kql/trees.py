"""Syntax trees of every kind of node, as the parser can give them."""

from functools import cache
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from rulefold.kql.literals import MAX_TICKS
from rulefold.kql.parse.expressions import MEMBERSHIP
from rulefold.kql.syntax import (
    As,
    Aside,
    Between,
    Binary,
    Call,
    ColumnType,
    Consume,
    Count,
    DataTable,
    Declare,
    Distinct,
    Dynamic,
    Evaluate,
    Expanded,
    Expression,
    Extend,
    ExternalData,
    Facet,
    Find,
    FindColumn,
    Fork,
    Function,
    GetSchema,
    Index,
    Invoke,
    Join,
    Json,
    JsonArray,
    JsonObject,
    Let,
    Literal,
    Logical,
    MakeSeries,
    Member,
    Membership,
    MvApply,
    MvExpand,
    Name,
    Named,
    Operator,
    Option,
    Ordered,
    Parameter,
    Parse,
    ParsedColumn,
    ParseKv,
    Partition,
    Pipe,
    Print,
    Project,
    Query,
    Range,
    Reduce,
    Render,
    SampleDistinct,
    Search,
    Serialize,
    SeriesColumn,
    Set,
    Sort,
    Star,
    Statement,
    Subquery,
    Summarize,
    Take,
    Top,
    TopHitters,
    TopLevel,
    TopNested,
    TypeOf,
    Unary,
    Union,
    Unsupported,
    Value,
    Where,
    Wildcard,
)
from rulefold.kql.types import Type

T = TypeVar("T")
DEPTH = 2
_none: SearchStrategy[None] = st.none()
_WORDS = """
    a Account x1 _t $left by where kind range evaluate title true let declare h typeof count é nulls from on asc limit
    default step id with materialize to has and or not withsource mv-expand hint.x in~ datatable view set null long
"""
_ODD = ("a b", "it's", 'say "x"', "back\\slash", "1st", "5", "1d", "line\nbreak", "*", "a-b")
NAMES = st.sampled_from([*_WORDS.split(), *_ODD])
# `(a: bool) …` at the beginning of a let is a function, so names of types and the operator `:` have tests of their own.
TERMS = ("=~", "!~", "has", "!has", "contains_cs", "startswith", "!endswith_cs", "hasprefix", "matches regex", "like")
OPERATORS = ("+", "-", "*", "/", "%", "<", ">=", "==", "!=", *TERMS)
TYPES = st.sampled_from([one for one in Type if one is not Type.UNKNOWN])
COUNTS = st.integers(0, 100).map(lambda count: Literal(Type.LONG, count))


# -------------------------------------------------------------------------------------------------------- literals


def _of(type_: Type, values: SearchStrategy[object]) -> SearchStrategy[Literal]:
    return st.builds(Literal, st.just(type_), values)


_LONGS = st.integers(-(2**63), 2**63 - 1)
STRINGS = st.builds(
    Literal, st.just(Type.STRING), st.text(max_size=8) | st.text("\\\"'@`h\n", max_size=6), st.booleans()
)
_VALUED = (
    _of(Type.BOOL, st.booleans()),
    _of(Type.DATETIME, st.integers(0, MAX_TICKS)),
    _of(Type.DECIMAL, st.decimals(allow_nan=False, allow_infinity=False)),
    _of(Type.GUID, st.uuids().map(str)),
    _of(Type.INT, st.integers(-(2**31), 2**31 - 1)),
    _of(Type.LONG, _LONGS | st.integers(0, 9)),
    _of(Type.REAL, st.floats(allow_nan=False)),
    _of(Type.TIMESPAN, _LONGS | st.integers(0, 50).map(lambda hours: hours * 36_000_000_000)),
)
_NULLABLE = [Type.BOOL, Type.DATETIME, Type.DECIMAL, Type.GUID, Type.INT, Type.LONG, Type.REAL, Type.TIMESPAN]
_NULLS = st.builds(Literal, st.sampled_from(_NULLABLE), st.none(), raw=st.sampled_from(["", "zz", "a b"]))
LITERALS: SearchStrategy[Literal] = st.one_of(STRINGS, _NULLS, *_VALUED)
JSON: SearchStrategy[Json] = st.recursive(
    LITERALS | st.just(Literal(Type.DYNAMIC, None)),
    lambda inner: (
        st.builds(JsonArray, st.lists(inner, max_size=3).map(tuple))
        | st.builds(JsonObject, st.lists(st.tuples(st.text(max_size=4), inner), max_size=3).map(tuple))
    ),
    max_leaves=5,
)


_SIGNED = COUNTS | st.integers(0, 9).map(lambda days: Literal(Type.TIMESPAN, days * 864_000_000_000))
CONSTANTS: SearchStrategy[Expression] = LITERALS | st.builds(Dynamic, JSON) | st.builds(Unary, st.just("-"), _SIGNED)


# ----------------------------------------------------------------------------------------------------- expressions

_NAME = st.builds(Name, NAMES)
COLUMNS = st.builds(ColumnType, NAMES, TYPES)
_WILDCARDS = st.sampled_from(["T*", "*x", "a*b", "a*b*"]).map(Wildcard)


def some(items: SearchStrategy[T], least: int = 1, most: int = 3) -> SearchStrategy[tuple[T, ...]]:
    """A few of something."""
    return st.lists(items, min_size=least, max_size=most).map(tuple)


def options(*names: str) -> SearchStrategy[tuple[Option, ...]]:
    """Settings of some names."""
    value = st.builds(Name, st.sampled_from(["a", "inner", "by", "x y"])) | COUNTS | STRINGS
    return some(st.builds(Option, st.sampled_from(names), value), 0, 2)


@cache
def expressions(depth: int = DEPTH) -> SearchStrategy[Expression]:
    """Expressions that nest up to a depth."""
    leaf: SearchStrategy[Expression] = _NAME | LITERALS
    if not depth:
        return leaf
    inner = expressions(depth - 1)
    starred = st.builds(Binary, st.sampled_from(["has", "=="]), st.just(Star()), inner)
    return st.one_of(
        leaf,
        st.builds(Dynamic, JSON),
        st.builds(Unary, st.sampled_from("+-"), inner),
        st.builds(Binary, st.sampled_from(OPERATORS), inner | starred, inner),
        st.builds(Logical, st.sampled_from(["and", "or"]), some(inner, 2)),
        st.builds(Membership, st.sampled_from(MEMBERSHIP), inner, some(inner)),
        st.builds(Between, st.sampled_from(["between", "!between"]), inner, inner, inner),
        st.builds(Call, NAMES, some(named(depth - 1) | st.just(Star()), 0)),
        st.builds(Member, inner, _NAME | st.builds(Call, NAMES, some(inner, 0))),
        st.builds(Index, inner, inner),
        st.builds(TypeOf, TYPES | some(COLUMNS)),
        st.builds(DataTable, some(COLUMNS), some(CONSTANTS, 0)),
        st.builds(ExternalData, some(COLUMNS), some(STRINGS), options("format", "by")),
        st.builds(Subquery, st.sampled_from(["toscalar", "totable"]), inner),
        st.builds(Subquery, st.just("toscalar"), inner, st.just((Option("kind", Name("nooptimization")),))),
        pipes(depth - 1),
    )


@cache
def named(depth: int = DEPTH) -> SearchStrategy[Expression]:
    """Expressions, some with the names they are given."""
    value = expressions(depth)
    one = st.builds(Named, st.tuples(NAMES), value)
    return value | one | st.builds(Named, some(NAMES), value, st.just(True))


@cache
def pipes(depth: int = DEPTH) -> SearchStrategy[Pipe]:
    """Pipes with a source, or with an operator that is one."""
    rest = some(operators(depth), 0, 2)
    alone = st.builds(lambda first, more: Pipe(None, (first, *more)), st.one_of(*_sources(depth)), rest)
    return alone | st.builds(Pipe, expressions(depth), some(operators(depth)))


@cache
def _subpipes(depth: int) -> SearchStrategy[Pipe]:
    """Operators in brackets, one level further in."""
    inner = operators(depth - 1) if depth else st.sampled_from([Count(), Take("take", Name("a"))])
    return st.builds(Pipe, st.none(), some(inner, 1, 2))


# Operators within operators, and nothing else.
OPERATIONS: SearchStrategy[Expression] = st.recursive(
    st.sampled_from([Name("a"), Name("b")]),
    lambda inner: st.one_of(
        st.builds(Binary, st.sampled_from(["+", "*"]), inner, inner),
        st.builds(Binary, st.sampled_from(["<", "==", "has"]), inner, inner),
        st.builds(Logical, st.sampled_from(["and", "or"]), some(inner, 2)),
        st.builds(Membership, st.just("in"), inner, some(inner)),
        st.builds(Between, st.just("between"), inner, inner, inner),
        st.builds(Unary, st.just("-"), inner),
    ),
    max_leaves=6,
)


# ------------------------------------------------------------------------------------------------------- operators


@cache
def operators(depth: int = DEPTH) -> SearchStrategy[Operator]:
    """Operators of every kind."""
    kinds = (_row_operators, _order_operators, _table_operators, _array_operators, _other_operators, _sources)
    return st.one_of(*(one for kind in kinds for one in kind(depth)))


_Part = Star | Literal | ParsedColumn
Operators = list[SearchStrategy[Operator]]


def _row_operators(depth: int) -> Operators:
    column, value = named(depth), expressions(depth)
    pattern = _NAME | _WILDCARDS | st.just(Star())
    ordered = st.builds(Ordered, pattern, st.sampled_from(["asc", "granny-desc"]))
    return [
        st.builds(Where, column),
        st.builds(Extend, some(column)),
        st.builds(Project, st.just("project"), some(column, 0)),
        st.builds(Project, st.sampled_from(["project-rename", "project-by-names"]), some(column)),
        st.builds(Project, st.sampled_from(["project-away", "project-keep"]), some(pattern, 0)),
        st.builds(Project, st.just("project-reorder"), some(pattern | ordered)),
        st.builds(Summarize, some(column, 0), some(column, 0), options("hint.strategy")),
        st.builds(Distinct, some(column | st.just(Star())), options("hint.strategy")),
        st.builds(Distinct, st.tuples(st.builds(Binary, st.just("has"), st.just(Star()), value))),
        st.builds(Serialize, some(column, 0)),
    ]


def _ordered(depth: int) -> SearchStrategy[Ordered]:
    return st.builds(Ordered, named(depth), st.sampled_from([None, "asc", "desc"]), st.sampled_from([None, "first"]))


def _order_operators(depth: int) -> Operators:
    value, column, ordered = expressions(depth), named(depth), _ordered(depth)
    return [
        st.builds(Sort, some(ordered)),
        st.builds(Top, value, ordered),
        st.builds(TopNested, some(st.builds(TopLevel, _none | value, column, _none | value, ordered))),
        st.builds(TopHitters, value, column, _none | column),
        st.builds(Take, st.sampled_from(["take", "sample"]), value),
        st.builds(SampleDistinct, value, column),
        st.builds(Count, _none | NAMES),
    ]


def _tables(depth: int) -> SearchStrategy[tuple[Expression, ...]]:
    return some(expressions(depth) | _WILDCARDS | st.builds(Member, _NAME, _WILDCARDS.filter(_begins_with_name)))


def _begins_with_name(pattern: Wildcard) -> bool:
    return pattern.pattern[0] != "*"


def _table_operators(depth: int) -> Operators:
    value = expressions(depth)
    kind = st.sampled_from([(), (Option("kind", Name("inner")),), (Option("hint.strategy", Name("shuffle")),)])
    return [
        st.builds(Join, st.just("join"), value, some(value, 0), options=kind),
        st.builds(Join, st.just("join"), value, where=value, options=kind),
        st.builds(Join, st.just("lookup"), value, some(value), options=kind),
        st.builds(Facet, some(named(depth)), _none | _subpipes(depth)),
        st.builds(Fork, some(st.tuples(_none | NAMES, _subpipes(depth)))),
        st.builds(Partition, _paths(depth), _subpipes(depth), options=options("hint.strategy")),
        st.builds(Partition, _paths(depth), _whole(depth), st.just(True)),
    ]


def _paths(depth: int) -> SearchStrategy[Expression]:
    return _NAME | st.builds(Member, _NAME, _NAME) | st.builds(Index, _NAME, expressions(depth))


def _whole(depth: int) -> SearchStrategy[Pipe]:
    bare = st.builds(Pipe, _NAME, st.just(()))
    return bare | pipes(depth - 1) if depth else bare


def _array_operators(depth: int) -> Operators:
    value = expressions(depth)
    expanded = some(st.builds(Expanded, named(depth), _none | TYPES))
    part: SearchStrategy[_Part] = st.just(Star()) | st.builds(ParsedColumn, NAMES, _none | TYPES)
    pattern = some(st.tuples(st.none() | STRINGS, part), 0).map(_flat)
    column = st.builds(SeriesColumn, named(depth), _none | value)
    by, maybe = some(named(depth), 0), _none | value
    keywords = st.sampled_from(["parse", "parse-where"])
    return [
        st.builds(MvExpand, expanded, maybe, options("with_itemindex", "hint.x")),
        st.builds(MvApply, expanded, _subpipes(depth), maybe, maybe, options("with_itemindex")),
        st.builds(Parse, keywords, value, pattern, options("flags")),
        st.builds(ParseKv, value, some(COLUMNS, 0), options("pair_delimiter", "by")),
        st.builds(MakeSeries, some(column), value, maybe, maybe, value, by),
        st.builds(MakeSeries, some(column), value, value, value, value, by, st.just(True)),
    ]


def _flat(parts: tuple[tuple[Literal | None, _Part], ...]) -> tuple[_Part, ...]:
    """Parts of a pattern; two texts next to each other would be one."""
    return tuple(one for part in parts for one in part if one is not None)


def _other_operators(depth: int) -> Operators:
    call = st.builds(Call, NAMES, some(expressions(depth), 0))
    asides = [
        "scan with (step s: true => x = 1;)",
        "graph-match (a)-[e]->(b) where a == ```\n```",
        "assert-schema (a: long)",
    ]
    return [
        st.builds(Invoke, call),
        st.builds(Render, st.sampled_from(["timechart", "table"]), options("title", "ycolumns")),
        st.builds(As, NAMES, options("hint.materialized")),
        st.builds(Consume, options("decodeblocks")),
        st.just(GetSchema()),
        st.builds(Reduce, named(depth), options("threshold"), options("kind")),
        st.sampled_from(asides).map(lambda text: Unsupported(text.split()[0], text)),
    ]


@cache
def _sources(depth: int) -> Operators:
    value, column = expressions(depth), named(depth)
    call = st.builds(Call, NAMES, some(value, 0))
    found = st.builds(FindColumn, NAMES, _none | TYPES) | st.just(FindColumn("pack", packed=True))
    tables = st.just(()) | _tables(depth)
    set_ = options("withsource", "with_source")
    searched = column | st.builds(Binary, st.just(":"), _NAME, STRINGS) | st.just(Star())
    return [
        st.builds(Print, some(column)),
        st.builds(Range, NAMES, value, value, value),
        st.builds(Union, _tables(depth), set_),
        st.builds(Find, column, tables, options=set_),
        st.builds(Find, value, tables, some(found), st.just("project")),
        st.builds(Find, value, tables, keyword=st.just("project-smart")),
        st.builds(Search, searched, tables),
        st.builds(Evaluate, call, _none | some(COLUMNS | st.just(Star()), 0), options("hint.remote")),
    ]


# ------------------------------------------------------------------------------------------------------ statements

_PARAMETERS = st.builds(Parameter, NAMES, TYPES, _none | _NAME | CONSTANTS) | st.builds(
    Parameter, NAMES, some(COLUMNS, 0)
)


@cache
def statements(depth: int = DEPTH) -> SearchStrategy[Statement]:
    """Statements of every kind."""
    lets = st.builds(Let, NAMES, expressions(depth) | st.builds(Subquery, st.just("materialize"), expressions(depth)))
    end = some(st.builds(Value, expressions(depth)), 0, 1)
    body = st.builds(lambda first, last: first + last, some(lets, 0, 2), end)
    functions = st.builds(Function, some(_PARAMETERS, 0), body, st.booleans())
    return st.one_of(
        st.builds(Value, expressions(depth)),
        lets,
        st.builds(Let, NAMES, functions),
        st.builds(Set, NAMES, _none | _NAME | LITERALS),
        st.builds(Declare, some(_PARAMETERS)),
        st.just(Aside("restrict", "restrict access to (T, database('x').*)")),
    )


QUERIES: SearchStrategy[Query] = st.builds(Query, some(statements(), 0))
