"""KQL in the words of DuckDB."""

import re
from collections.abc import Callable, Mapping, Sequence
from math import copysign
from typing import TYPE_CHECKING, ClassVar

from sqlglot import exp

from rulefold.kql.lower import sql
from rulefold.kql.lower.duckdb import aggregates, arrays, conversions, dynamics, failing, numbers, texts, times, types
from rulefold.kql.lower.duckdb.functions import FUNCTIONS
from rulefold.kql.lower.duckdb.relations import PLUGINS, RELATIONS, expand, members
from rulefold.kql.lower.duckdb.windows import WINDOWS
from rulefold.kql.lower.engine import Engine
from rulefold.kql.lower.external import External
from rulefold.kql.lower.refusal import refused
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.steps import select, star
from rulefold.kql.lower.terms import Rows, Term, exact, sorted_by
from rulefold.kql.lower.values import Values
from rulefold.kql.plan import Apply, Expand
from rulefold.kql.types import INTEGERS, Type
from rulefold.text import Span

if TYPE_CHECKING:
    from rulefold.kql.lower.relations import Relations

Files = Callable[[External, Mapping[str, Type]], exp.Query]  # finds files and how to read them
_STEP = re.compile(r"step_\d+\$*", re.IGNORECASE)  # what the steps of a query are called


class DuckDB(Engine):
    """DuckDB."""

    dialect = "duckdb"
    functions: ClassVar = FUNCTIONS
    aggregates: ClassVar = aggregates.AGGREGATES
    windows: ClassVar = WINDOWS
    by_name: ClassVar = True
    relations: ClassVar = RELATIONS
    plugins: ClassVar = PLUGINS

    def __init__(self, files: Files | None = None) -> None:
        """For a run that has files for what is outside of all tables, or for none."""
        self._files = files

    def literal(self, type_: Type, value: object) -> Node:
        if value is None:
            return sql.string("") if type_ is Type.STRING else self.null(type_)
        match type_:
            case Type.DATETIME if isinstance(value, int):
                return times.literal(value)
            case Type.BOOL:
                return exp.Boolean(this=bool(value))
            case Type.STRING | Type.GUID:
                node = sql.string(str(value))
                return node if type_ is Type.STRING else types.cast(node, types.UUID)
            case Type.REAL if isinstance(value, int | float):
                return _real(float(value))
            case Type.DECIMAL:
                return types.cast(sql.string(str(value)), types.DECIMAL)
            case _ if isinstance(value, int):
                return sql.number(value)
        raise AssertionError(f"no literal of {type_}: {value!r}")

    def json(self, value: object) -> Node:
        return dynamics.constant(value)

    def now(self) -> Node:
        return times.now()

    def null(self, type_: Type) -> Node:
        return types.cast(sql.null(), types.sql_type(type_))

    def guarded(self, wrong: Node, why: str, node: Node) -> Node:
        return failing.guarded(wrong, why, node)

    def convert(self, term: Term, type_: Type) -> Term:
        return conversions.convert(self, term, type_)

    def to_dynamic(self, term: Term) -> Node:
        return conversions.to_dynamic(self, term)

    def known(self, term: Term) -> Node:
        return dynamics.known(term.node)

    # --------------------------------------------------------------------------------------------------- relations

    def sql_type(self, type_: Type) -> exp.DataType:
        return types.sql_type(type_)

    def table_name(self, name: str) -> str:
        return f"{name}$" if _STEP.fullmatch(name) else name

    def external(self, wanted: External, types: Mapping[str, Type]) -> exp.Query:
        if self._files is None:
            raise wanted.without_file(wanted.sources[0])
        return self._files(wanted, types)

    def series(self, type_: Type, parts: Sequence[Term], given: exp.From | None, span: Span) -> tuple[Node, exp.From]:
        start, stop, step = parts
        counted = type_ in INTEGERS and all(part.type in INTEGERS for part in parts)
        if type_ is Type.DATETIME and step.type is Type.TIMESPAN:
            micros = [types.cast(times.micros_of(exact(one)), types.BIGINT) for one in (start, stop)]
            number, source = _numbered([*micros, sql.binary(exp.IntDiv, exact(step), sql.number(10))], given)
            return call("make_timestamp", number), source
        if not counted and type_ is not Type.TIMESPAN:
            raise refused(span, f"found a range of {type_}, which is not run")
        return _numbered([types.cast(exact(part), types.BIGINT) for part in parts], given)

    def first_of_each(self, rows: Rows, keys: Sequence[Node]) -> exp.Select:
        query = select([star()], rows.source(), order=sorted_by(rows.order))
        query.set("distinct", exp.Distinct(on=exp.Tuple(expressions=list(keys))))
        return query

    def expand(self, relations: "Relations", relation: Expand, source: Rows) -> Rows:
        return expand(relations, relation, source)

    def part(self, values: Values, part: Apply) -> Term:
        return aggregates.part(self, values, part)

    # ------------------------------------------------------------------------------------------------------- times

    def shifted(self, time: Node, ticks: Term, sign: int) -> Node:
        return times.shifted(self, time, ticks, sign)

    def between_times(self, later: Node, earlier: Node) -> Node:
        return times.between(later, earlier)

    # ----------------------------------------------------------------------------------------------------- numbers

    def integer(self, operator: str, left: Node, right: Node) -> Node:
        return numbers.integer(self, operator, left, right)

    def floored(self, left: Node, right: Node) -> Node:
        return numbers.floored(self, left, right)

    def spread(self, term: Term, number: Node, size: Node, filler: Node) -> Node:
        return arrays.spread(self, term, number, size, filler)

    def points(self, type_: Type, start: Node, step: Node, size: Node) -> Node:
        return arrays.points(self, type_, start, step, size)

    def real(self, operator: str, left: Node, right: Node) -> Node:
        return numbers.real(operator, left, right)

    def not_nan(self, node: Node) -> Node:
        return sql.negated(call("isnan", node))

    # ------------------------------------------------------------------------------------------------------- texts

    def search(self, operator: str, text: Node, pattern: Term) -> Node:
        return texts.search(operator, self.once(text)(), pattern)

    def search_any(self, text: Node, patterns: Sequence[Term]) -> Node:
        return texts.search_any(self.once(text)(), patterns)

    def captures(self, text: Node, pattern: str, groups: Sequence[int]) -> list[Node]:
        return texts.captures(self, text, pattern, groups)

    def matches(self, text: Node, pattern: str) -> Node:
        return call("regexp_matches", text, sql.string(pattern))

    def value_of_key(self, text: Node, key: str, pairs: str, keys: str) -> Node:
        return texts.value_of_key(text, key, pairs, keys)

    def any_element(self, array: Term, test: Callable[[Term], Node]) -> Node:
        return dynamics.any_element(self, array, test)

    def folded(self, text: Node) -> Node:
        return call("lower", text)

    def folded_text(self, text: str) -> str:
        return texts.lowered(text)

    # ----------------------------------------------------------------------------------------------------- dynamics

    def access(self, target: Term, keys: Sequence[Term]) -> Node:
        return dynamics.access(target, keys)

    def members(self, source: Rows, bag: Node) -> exp.Select:
        return members(source, bag)

    def holds(self, array: Term, item: Term, *, folded: bool) -> Node:
        if folded:
            return dynamics.holds_text(array, self.folded(exact(item)))
        return dynamics.holds(array, conversions.to_dynamic(self, item))


def _numbered(bounds: Sequence[Node], before: exp.From | None) -> tuple[Node, exp.From]:
    """Numbers from one to another by steps, made one after another: a list of them might be as long as anything.

    No step is no number.
    """
    start, stop, step = bounds
    names = ("start", "stop", "step")
    given = [
        sql.alias(node, name) for node, name in zip((start, stop, sql.nullif(step, sql.number(0))), names, strict=True)
    ]
    inner = exp.Subquery(this=select(given, before), alias=exp.TableAlias(this=sql.name("bounds")))
    numbers = exp.Table(
        this=call("generate_series", *(sql.column(name, "bounds") for name in names)),
        alias=exp.TableAlias(this=sql.name("numbers"), columns=[sql.name("number")]),
    )
    source = exp.From(this=inner)
    inner.set("joins", [exp.Join(this=numbers)])
    return sql.column("number", "numbers"), source


def _real(value: float) -> Node:
    if value != value or value in (float("inf"), float("-inf")):
        return types.cast(sql.string(repr(value)), types.DOUBLE)
    written = repr(abs(value))
    number = exp.Literal(this=written if "e" in written else f"{written}e0", is_string=False)
    return exp.Neg(this=number) if copysign(1.0, value) < 0 else number
