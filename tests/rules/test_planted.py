"""Faults planted in the engine make cases fail: what passes with a wrong engine shows nothing."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from sqlglot import exp

from rulefold.correlate import alerts
from rulefold.kql.lower import axes, joins, operators, parsing, relations, sql
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.duckdb import DuckDB, bins, texts, times
from rulefold.kql.lower.relations import Relations
from rulefold.kql.lower.terms import Rows, Term, exact
from rulefold.kql.plan import Join
from rulefold.kql.types import Type
from rulefold.model import Catalogue
from rulefold.workspace import Workspace
from tests.rules import suite

Plant = Callable[[pytest.MonkeyPatch], None]
_OUTER, _SEMI = joins._JOINS, joins._SEMI_JOINS


def _patched(owner: object, name: str, value: object) -> Plant:
    return lambda patch: patch.setattr(owner, name, value)


def _row(table: dict[Any, Any], key: str, value: object) -> Plant:
    return lambda patch: patch.setitem(table, key, value)


def _unordered(node: sql.Node, *, descending: bool = False, nulls_first: bool = True) -> exp.Ordered:
    return exp.Ordered(this=node, desc=not descending, nulls_first=nulls_first)


def _nulls_last(order: Any) -> list[sql.Node]:
    return [
        sql.ordered(sql.column(key.name), descending=key.descending, nulls_first=not key.nulls_first) for key in order
    ]


def _with_case(operator: str, text: sql.Node, pattern: Term) -> sql.Node:
    return _SEARCH(f"{operator.removesuffix('_cs')}_cs", text, pattern)


def _of_three_values(call: Call, left: Term, right: Term) -> Term:
    return Term(sql.binary(exp.NEQ, exact(left), exact(right)), Type.BOOL)


def _exclusive(call: Call, operator: str, left: Term, right: Term) -> Term:
    return _COMPARED(call, operator.removesuffix("="), left, right)


def _shifted_bins(patch: pytest.MonkeyPatch) -> None:
    later = {**vars(times), "literal": lambda ticks: times.literal(ticks + 60 * 10_000_000)}
    patch.setattr(bins, "times", SimpleNamespace(**later))


def _greedy(patch: pytest.MonkeyPatch) -> None:
    found = parsing.pattern_of
    patch.setattr(
        parsing,
        "pattern_of",
        lambda relation: parsing.Pattern(found(relation).text.replace("*?", "*"), found(relation).groups),
    )


def _last_point_lost(patch: pytest.MonkeyPatch) -> None:
    bounds = axes._Axis.bounds
    patch.setattr(axes._Axis, "bounds", lambda self: [sql.binary(exp.Sub, one, sql.number(1)) for one in bounds(self)])


def _opposite_extreme(patch: pytest.MonkeyPatch) -> None:
    swapped = {"arg_max_null": "arg_min_null", "arg_min_null": "arg_max_null"}

    def call(name: str, *rest: sql.Node) -> sql.Node:
        return sql.call(swapped.get(name, name), *rest)

    patch.setattr("rulefold.kql.lower.duckdb.aggregates.call", call)


def _unique(patch: pytest.MonkeyPatch) -> None:
    joined = joins.joined

    def unique(made: Relations, relation: Join, left: Rows, *rest: Any) -> Rows:
        return joined(made, relation, joins._first_of_each(made, left, relation), *rest)

    patch.setattr(joins, "joined", unique)


def _raw(call: Call, term: Term) -> Term:
    return call.engine.convert(term, Type.STRING)


_SEARCH, _COMPARED = texts.search, operators.compared
_FAULTS: dict[str, tuple[Plant, str]] = {
    "innerunique is inner": (
        _patched(joins, "_first_of_each", lambda *rest: rest[1]),
        "join-innerunique",
    ),
    "inner is innerunique": (_unique, "join-inner"),
    "leftouter is inner": (_row(_OUTER, "leftouter", ("", "INNER")), "join-leftouter-count"),
    "rightouter is inner": (_row(_OUTER, "rightouter", ("", "INNER")), "join-rightouter"),
    "leftanti is leftsemi": (_row(_SEMI, "leftanti", ("left", "SEMI")), "join-leftanti-datatable"),
    "leftsemi is leftanti": (_row(_SEMI, "leftsemi", ("left", "ANTI")), "join-leftsemi"),
    "rightanti keeps the left": (_row(_SEMI, "rightantisemi", ("right", "SEMI")), "join-rightanti"),
    "rightsemi is rightanti": (_row(_SEMI, "rightsemi", ("right", "ANTI")), "join-rightsemi-bin"),
    "has is contains": (_patched(texts, "bounded", lambda _, wanted: parsing.quoted(wanted)), "seed"),
    "searches tell case apart": (_patched(texts, "search", _with_case), "union-two"),
    "=~ tells case apart": (_patched(operators, "folded", _raw), "union-by-hash"),
    "folding in the engine is lost": (_patched(DuckDB, "folded", lambda _, node: node), "not-in-folded"),
    "a null is not different": (_patched(operators, "different", _of_three_values), "join-rightsemi-bin"),
    "between leaves out its ends": (_patched(operators, "compared", _exclusive), "between-now"),
    "sorted the other way": (_patched(sql, "ordered", _unordered), "between-timespan"),
    "nulls at the other end": (_patched(relations, "sorted_by", _nulls_last), "prev-next-sessions"),
    "bins begin a minute later": (_shifted_bins, "make-set-bin"),
    "parse is greedy": (_greedy, "parse-registry"),
    "make-series ends early": (_last_point_lost, "make-series"),
    "arg_max is arg_min": (_opposite_extreme, "arg-max-tuple"),
    "a rule sees all times": (_patched(alerts.Cadence, "sees", lambda *_: None), "mv-expand-threshold"),
    "more is as many or more": (
        _patched(alerts.Cadence, "alerts", lambda self, rows: rows >= self.threshold),
        "trigger-threshold",
    ),
}


@pytest.mark.parametrize("name", _FAULTS)
def test_a_planted_fault_is_found(
    name: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plant, case = _FAULTS[name]
    if case == "seed":
        path, names = suite.SEED, ("seed", "seed_workspace")
    else:
        path, names = suite.CORPUS / f"{case}.yaml", ("corpus", "workspace")
    catalogue, workspace = (request.getfixturevalue(one) for one in names)
    assert isinstance(catalogue, Catalogue)
    assert isinstance(workspace, Workspace)
    assert all(verdict.passed for verdict in suite.verdicts(path, catalogue, workspace))
    plant(monkeypatch)
    assert not all(verdict.passed for verdict in suite.verdicts(path, catalogue, workspace))
