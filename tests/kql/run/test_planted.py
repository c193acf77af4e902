"""Faults that are planted in lowering are all found by holding DuckDB against the reference."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from sqlglot import exp

from rulefold.kql import QueryError
from rulefold.kql.lower import functions, joins, operators, parsing, relations, sql, steps, terms, unions
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.duckdb import DuckDB, aggregates, bins, dynamics, lists, numbers, texts
from rulefold.kql.lower.duckdb import relations as expansions
from rulefold.kql.lower.duckdb.types import BIGINT, cast
from rulefold.kql.lower.sql import Node, call
from rulefold.kql.lower.terms import SortKey, Term, exact, sorted_by
from rulefold.kql.types import Type
from tests.kql.reference import Unsupported
from tests.kql.run.comparing import differing, opened
from tests.kql.run.fixed_queries import QUERIES, TABLES
from tests.kql.run.pipelines import Pipeline

_integer, _path, _held, _elements, _keys = (
    numbers.integer, dynamics._path, unions._held, expansions.elements, joins._keys,
)  # fmt: skip


def _since_1970(call_: Call) -> Term:
    if call_[0].type is not Type.DATETIME:
        return bins.binned(call_)
    epoch = call_.values.constant(Type.DATETIME, 621355968000000000)
    return bins.bin_at(Call(call_.apply, [call_[0], call_[1], epoch], call_.values))


def _other_integer(operator: str, made: Callable[[Node, Node], Node]) -> Callable[..., Node]:
    def integer(engine: Any, found: str, left: Node, right: Node) -> Node:
        return made(left, right) if found == operator else _integer(engine, found, left, right)

    return integer


def _ratio(left: Node, right: Node) -> Node:
    return cast(call("round", sql.binary(exp.Div, left, sql.nullif(right, sql.number(0)))), BIGINT)


def _off_by_one(key: Term) -> str | None:
    return f"[#{key.value - 1}]" if isinstance(key.value, int) and key.value < 0 else _path(key)


def _without_last(*arguments: Any) -> dict[str, str]:
    return dict(list(_held(*arguments).items())[:-1])


def _without_nulls(values: Node, *, as_arrays: bool = False) -> Node:
    return lists.where(_elements(values, as_arrays=as_arrays), lambda one: sql.is_not_null(one()))


def _null_keys_differ(*arguments: Any) -> Node:
    return _keys(*arguments).transform(
        lambda node: exp.EQ(this=node.this, expression=node.expression) if isinstance(node, exp.NullSafeEQ) else node
    )


def _bare(function: str) -> Callable[[Call], Term]:
    return lambda call_: Term(call(function, exact(call_[0])), call_.type)


def _not_equal(call_: Call) -> Term:
    return terms.test(sql.binary(exp.NEQ, exact(call_[0]), exact(call_[1])))


def _nulls_other_way(name: str, descending: bool = False, nulls_first: bool = True, real: bool = False) -> SortKey:
    return SortKey(name, descending, not nulls_first, real)


def _nan_is_greatest(name: str, descending: bool = False, nulls_first: bool = True, _real: bool = False) -> SortKey:
    return SortKey(name, descending, nulls_first)


# What is planted: a name, where, which attribute or key, and what is there instead.
FAULTS: list[tuple[str, Any, str, Any]] = [
    ("null order", relations, "SortKey", _nulls_other_way),
    ("NaN is the greatest", relations, "SortKey", _nan_is_greatest),
    ("order by what replaced a key", steps, "_final_order", lambda rows, _: sorted_by(rows.order)),
    ("take before sort", relations, "sorted_by", lambda _: []),
    ("list order", aggregates, "sorted_by", lambda _: []),
    ("leftouter is inner", joins._JOINS, "leftouter", ("", "INNER")),
    ("rightouter is inner", joins._JOINS, "rightouter", ("", "INNER")),
    ("fullouter is left", joins._JOINS, "fullouter", ("LEFT", "")),
    ("innerunique is inner", joins, "_first_of_each", lambda _, left, __: left),
    ("leftanti is leftsemi", joins._SEMI_JOINS, "leftanti", ("left", "SEMI")),
    ("rightsemi is leftsemi", joins._SEMI_JOINS, "rightsemi", ("left", "SEMI")),
    ("null keys differ", joins, "_keys", _null_keys_differ),
    ("term edge", texts, "bounded", lambda _, wanted: parsing.quoted(wanted)),
    ("has minds case", operators.OPERATORS, "has", operators._search("has_cs")),
    ("constants fold otherwise", DuckDB, "folded_text", lambda _, text: text.lower()),
    ("contains minds case", operators.OPERATORS, "contains", operators._search("contains_cs")),
    ("bin origin", DuckDB.functions, "bin", _since_1970),
    ("!= of null is false", operators.OPERATORS, "!=", _not_equal),
    ("!in is in", operators.OPERATORS, "!in", operators.OPERATORS["in"]),
    ("or is and", operators.OPERATORS, "or", operators.OPERATORS["and"]),
    ("division rounds", numbers, "integer", _other_integer("/", _ratio)),
    ("rest is negative", numbers, "integer", _other_integer("%", lambda a, b: sql.binary(exp.Mod, a, b))),
    ("no wrap", numbers, "integer", _other_integer("+", lambda a, b: numbers.tried(sql.binary(exp.Add, a, b)))),
    ("sum of nothing", DuckDB.aggregates, "sum", _bare("sum")),
    ("avg of nothing", DuckDB.aggregates, "avg", _bare("avg")),
    ("min is max", DuckDB.aggregates, "min", aggregates.AGGREGATES["max"]),
    ("countif counts all", functions.AGGREGATES, "countif", functions.AGGREGATES["count"]),
    ("negative index", dynamics, "_path", _off_by_one),
    ("union drops a column", unions, "_held", _without_last),
    ("mv-expand drops nulls", expansions, "elements", _without_nulls),
    ("parse is greedy", parsing, "_column", lambda *_: ".*"),
    ("prev is next", DuckDB.windows, "prev", DuckDB.windows["next"]),
    ("next is prev", DuckDB.windows, "next", DuckDB.windows["prev"]),
    ("strlen is bytes", DuckDB.functions, "strlen", DuckDB.functions["string_size"]),
    ("isempty is isnull", functions.FUNCTIONS, "isempty", functions.FUNCTIONS["isnull"]),
]


def _is_found() -> bool:
    random = Random(1)  # noqa: S311
    drawn = (Pipeline(random) for _ in range(40))
    queries = [(query, "sort by" in query) for query in QUERIES] + [(one.text, one.ordered) for one in drawn]
    with opened(TABLES) as session:
        for query, ordered in queries:
            try:
                if differing(session, TABLES, query, ordered=ordered) is not None:
                    return True
            except (Unsupported, QueryError):
                continue
    return False


@pytest.mark.parametrize(("where", "name", "instead"), [one[1:] for one in FAULTS], ids=[one[0] for one in FAULTS])
def test_a_planted_fault_is_found(monkeypatch: pytest.MonkeyPatch, where: Any, name: str, instead: Any) -> None:
    (monkeypatch.setitem if isinstance(where, dict) else monkeypatch.setattr)(where, name, instead)
    assert _is_found()


def test_nothing_is_found_where_nothing_is_planted() -> None:
    assert not _is_found()
