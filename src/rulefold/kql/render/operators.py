"""Operators → parts."""

from collections.abc import Iterator
from typing import assert_never

from rulefold.kql.parse.expressions import COMPARISON
from rulefold.kql.parse.piping import OPTIONS
from rulefold.kql.render import spelling
from rulefold.kql.render.expressions import (
    OPERAND,
    PATH,
    column,
    columns,
    leftmost,
    option_parts,
    option_value,
    properties,
    values,
    with_properties,
)
from rulefold.kql.render.parts import Guard, Part, Parts, Value, block, joined
from rulefold.kql.syntax import (
    As,
    Consume,
    Count,
    Distinct,
    Evaluate,
    Expanded,
    Expression,
    Extend,
    Facet,
    Find,
    FindColumn,
    Fork,
    GetSchema,
    Invoke,
    Join,
    Literal,
    MakeSeries,
    MvApply,
    MvExpand,
    Operator,
    Option,
    Ordered,
    Parse,
    ParsedColumn,
    ParseKv,
    Partition,
    Print,
    Project,
    Range,
    Reduce,
    Render,
    SampleDistinct,
    Search,
    Serialize,
    SeriesColumn,
    Sort,
    Star,
    Summarize,
    Take,
    Top,
    TopHitters,
    TopLevel,
    TopNested,
    Union,
    Unsupported,
    Where,
)

_Columns = Extend | Project | Distinct | Serialize | Print | Summarize
_Sorted = Sort | Top | TopNested | TopHitters | Take | SampleDistinct | Count
_Tables = Join | Union | Find | Search
_Arrays = MvExpand | MvApply | Parse | ParseKv | MakeSeries
_Calls = Evaluate | Invoke | Render | As | Consume | GetSchema | Range
_Queries = Facet | Fork | Partition | Reduce


def operator_parts(node: Operator) -> Parts:
    """The parts of an operator, without the bar before it."""
    match node:
        case Where(condition, options):
            yield from _head("where", options)
            yield Value(condition)
        case Extend() | Project() | Distinct() | Serialize() | Print() | Summarize():
            yield from _columns(node)
        case Sort() | Top() | TopNested() | TopHitters() | Take() | SampleDistinct() | Count():
            yield from _sorted(node)
        case Join() | Union() | Find() | Search():
            yield from _tables(node)
        case MvExpand() | MvApply() | Parse() | ParseKv() | MakeSeries():
            yield from _arrays(node)
        case Evaluate() | Invoke() | Render() | As() | Consume() | GetSchema() | Range():
            yield from _calls(node)
        case Facet() | Fork() | Partition() | Reduce():
            yield from _queries(node)
        case Unsupported(_, text):
            yield text
        case _:
            assert_never(node)


def _head(keyword: str, options: tuple[Option, ...]) -> Parts:
    """An operator's keyword and settings; a name that follows must not be read as one more of them."""
    yield keyword
    for option in options:
        yield " "
        yield from option_parts(option)
    yield " "
    yield Guard(frozenset(OPTIONS.get(keyword, ())))


def _clause(word: str, value: Expression | Ordered | None, least: int = 1) -> Parts:
    """` word value`, where there is one."""
    if value is not None:
        yield f" {word} "
        yield from _ordered(value) if isinstance(value, Ordered) else (Value(value, least),)


def _by(items: tuple[Expression, ...]) -> Parts:
    if items:
        yield " by "
        yield from values(items)


# ------------------------------------------------------------------------------------- columns and rows, one by one


def _columns(node: _Columns) -> Parts:
    match node:
        case Extend(items):
            yield "extend "
            yield from values(items)
        case Print(items):
            yield "print "
            yield from values(items)
        case Serialize(items):
            yield "serialize " if items else "serialize"
            yield from values(items)
        case Project(keyword, patterns):
            yield f"{keyword} " if patterns else keyword
            yield from joined(_ordered(one) if isinstance(one, Ordered) else (Value(one),) for one in patterns)
        case Distinct(items, options):
            yield from _head("distinct", options)
            yield from joined([_unlike_star(item)] for item in items)
        case Summarize(aggregates, by, options):
            yield from _head("summarize", options)
            yield from values(aggregates)
            if by:
                yield " by " if aggregates else "by "
                yield from values(by)
        case _:
            assert_never(node)


def _unlike_star(node: Expression) -> Value:
    """A column of `distinct`: `* has "a"` would be read as all columns, with something behind them."""
    return Value(node, PATH if isinstance(leftmost(node), Star) else 1)


# -------------------------------------------------------------------------------------------------- order and number


def _sorted(node: _Sorted) -> Parts:
    match node:
        case Sort(by, options):
            yield from _head("sort", options)
            yield "by "
            yield from joined(map(_ordered, by))
        case Top(count, ordered, options):
            yield from _head("top", options)
            yield Value(count)
            yield from _clause("by", ordered)
        case TopNested(levels):
            yield from joined(map(_top_level, levels))
        case TopHitters(count, of, by_value):
            yield "top-hitters "
            yield Value(count)
            yield from _clause("of", of)
            yield from _clause("by", by_value)
        case Take(keyword, count):
            yield f"{keyword} "
            yield Value(count)
        case SampleDistinct(count, of):
            yield "sample-distinct "
            yield Value(count)
            yield from _clause("of", of)
        case Count(name):
            yield "count" if name is None else f"count as {spelling.name(name)}"
        case _:
            assert_never(node)


def _ordered(node: Ordered) -> Iterator[Part]:
    yield Value(node.value)
    if node.direction:
        yield f" {node.direction}"
    if node.nulls:
        yield f" nulls {node.nulls}"


def _top_level(node: TopLevel) -> Parts:
    yield "top-nested"
    if node.count is not None:
        yield " "
        yield Value(node.count)
    yield from _clause("of", node.of)
    yield from _clause("with others =", node.others)
    yield from _clause("by", node.by)


# --------------------------------------------------------------------------------------------------- several tables


def _tables(node: _Tables) -> Parts:
    match node:
        case Join(keyword, right, on, where, options):
            yield from _head(keyword, options)
            yield Value(right, OPERAND)
            if on:
                yield " on "
                yield from values(on)
            yield from _clause("where", where)
        case Union(tables, options):
            yield from _head("union", options)
            yield from _table_list(tables)
        case Find(condition, tables, found, keyword, options):
            yield from _head("find", options)
            if tables:
                yield "in ("
                yield from _table_list(tables)
                yield ") "
            yield "where "
            yield Value(condition)
            if keyword:
                yield f" {keyword} " if found else f" {keyword}"
                yield ", ".join(map(_find_column, found))
        case Search(condition, tables, options):
            yield from _head("search", options)
            if tables:
                yield "in ("
                yield from _table_list(tables)
                yield ") "
            yield Value(condition)
        case _:
            assert_never(node)


def _table_list(tables: tuple[Expression, ...]) -> Parts:
    return joined([Value(table, OPERAND)] for table in tables)


def _find_column(node: FindColumn) -> str:
    if node.packed:
        return f"{node.name}(*)"
    if node.name == "*":
        return "*"
    return spelling.name(node.name, frozenset({"pack"})) + (f": {node.type}" if node.type else "")


# -------------------------------------------------------------------------------------------- arrays, texts, series


def _arrays(node: _Arrays) -> Parts:
    match node:
        case MvExpand(expanded, limit, options):
            yield from _head("mv-expand", options)
            yield from joined(map(_expanded, expanded))
            yield from _clause("limit", limit)
        case MvApply(expanded, query, limit, id_, options):
            yield from _head("mv-apply", options)
            yield from joined(map(_expanded, expanded))
            yield from _clause("limit", limit)
            yield from _clause("id", id_)
            yield from block(" on (", query, ")")
        case Parse(keyword, text, pattern, options):
            yield from _head(keyword, options)
            yield Value(text)
            yield " ".join((" with", *map(_pattern, pattern)))
        case ParseKv(text, schema, options):
            yield "parse-kv "
            yield Value(text)
            yield f" as ({columns(schema)})"
            yield from with_properties(options)
        case MakeSeries():
            yield from _make_series(node)
        case _:
            assert_never(node)


def _expanded(node: Expanded) -> Parts:
    yield Value(node.value)
    if node.type is not None:
        yield f" to typeof({node.type})"


def _pattern(node: Star | Literal | ParsedColumn) -> str:
    match node:
        case Star():
            return "*"
        case Literal():
            return spelling.literal(node)
        case ParsedColumn(name, type_):
            return column(name, type_)
    assert_never(node)


def _make_series(node: MakeSeries) -> Parts:
    yield from _head("make-series", node.options)
    yield from joined(map(_series_column, node.columns))
    yield from _clause("on", node.on, COMPARISON)
    if node.ranged and node.start is not None and node.stop is not None:
        yield " in range("
        yield from values((node.start, node.stop, node.step))
        yield ")"
    else:
        yield from _clause("from", node.start)
        yield from _clause("to", node.stop)
        yield from _clause("step", node.step)
    yield from _by(node.by)


def _series_column(node: SeriesColumn) -> Parts:
    yield Value(node.value)
    yield from _clause("default =", node.default)


# ----------------------------------------------------------------------------------------------- calls and the rest


def _calls(node: _Calls) -> Parts:
    match node:
        case Evaluate(call, schema, options):
            yield from _head("evaluate", options)
            yield Value(call)
            if schema is not None:
                yield f" : ({columns(schema)})"
        case Invoke(call):
            yield "invoke "
            yield Value(call)
        case Render(chart, options):
            yield f"render {chart}"
            yield from _render_properties(options)
        case As(name, options):
            yield from _head("as", options)
            yield spelling.name(name)
        case Consume(options):
            yield "consume"
            for option in options:
                yield " "
                yield from option_parts(option)
        case GetSchema():
            yield "getschema"
        case Range(name, start, stop, step):
            yield f"range {spelling.name(name)}"
            yield from _clause("from", start)
            yield from _clause("to", stop)
            yield from _clause("step", step)
        case _:
            assert_never(node)


def _render_properties(options: tuple[Option, ...]) -> Parts:
    """` with (title="a", ycolumns=b, c)`: further names of columns stand without the property's."""
    last = None
    for option in options:
        yield " with (" if last is None else ", "
        value = option_value(option.value)
        if option.name == last and isinstance(value, str) and value[0] != "[":
            yield value
        else:
            yield from option_parts(option)
        last = option.name
    if options:
        yield ")"


# ------------------------------------------------------------------------------------------------ queries on the rows


def _queries(node: _Queries) -> Parts:
    match node:
        case Facet(items, query):
            yield "facet by "
            yield from values(items)
            if query is not None:
                yield from block(" with (", query, ")")
        case Fork(branches):
            yield "fork"
            for name, branch in branches:
                yield " " if name is None else f" {spelling.name(name)} = "
                yield from block("(", branch, ")")
        case Partition():
            yield from _partition(node)
        case Reduce(by, with_, options):
            yield from _head("reduce", options)
            yield "by "
            yield Value(by)
            if with_:
                yield " with "
                yield from properties(with_)
        case _:
            assert_never(node)


def _partition(node: Partition) -> Parts:
    yield from _head("partition", node.options)
    yield "by "
    yield Value(node.by)
    yield " "
    yield from block("{" if node.whole else "(", node.query, "}" if node.whole else ")")
