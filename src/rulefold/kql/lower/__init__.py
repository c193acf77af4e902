"""Plan → SQL: a query as one statement of steps, in the words of an engine."""

from dataclasses import dataclass
from datetime import datetime

from sqlglot import exp

from rulefold.kql.lower import plugins, sql
from rulefold.kql.lower.engine import Engine
from rulefold.kql.lower.reading import Reading
from rulefold.kql.lower.refusal import refused
from rulefold.kql.lower.relations import Relations
from rulefold.kql.lower.steps import final
from rulefold.kql.plan import Column, GivenRows, Plugin, Relation, Row, Value
from rulefold.kql.results import Timespan
from rulefold.kql.types import Type


@dataclass(frozen=True, slots=True)
class Lowered:
    """A statement, and the names and types of its columns in KQL, in their order."""

    statement: exp.Query
    columns: tuple[tuple[str, Type], ...]

    def text(self, dialect: str) -> str:
        """The statement as text."""
        return self.statement.sql(dialect, pretty=True, copy=False)


def lower(
    plan: Relation | Value,
    engine: Engine,
    text: str = "",
    now: datetime | None = None,
    timespan: Timespan | None = None,
) -> Lowered:
    """A plan as a statement of an engine.

    `text` is the query, whose lines are told beside the steps; `now` the time at which it runs, None for that of the
    engine; `timespan` the time that it sees of tables, None for all.  Raises QueryError for what is not run.
    """
    if isinstance(plan, Value):
        plan = GivenRows(Row({"print_0": Column(plan.type)}), ((plan,),), span=plan.span)
    relations = Relations(engine, Reading(plan), text, now, timespan)
    rows = relations.rows(plan)
    if relations.values.cut is not None and relations.values.measured:
        what = "found a time with ticks of 100 ns in a query that measures times, which are kept by the microsecond"
        raise refused(relations.values.cut, what)
    statement = _with_steps(final(rows, plan.row, engine.null), relations)
    types = {name: field.type for name, field in rows.fields.items()}
    return Lowered(statement, tuple((name, types.get(name, Type.DYNAMIC)) for name in plan.row))


def lower_question(
    plugin: Plugin, engine: Engine, now: datetime | None = None, timespan: Timespan | None = None
) -> exp.Select:
    """The statement that asks the data for the columns of a plug-in: their names, and the kinds of their values."""
    relations = Relations(engine, Reading(plugin), "", now, timespan)
    return _with_steps(plugins.asked(relations, plugin), relations)


def _with_steps(statement: exp.Select, relations: Relations) -> exp.Select:
    if steps := relations.builder.steps:
        ctes = [_named(step.name, step.query, step.comment) for step in steps]
        statement.set("with_", exp.With(expressions=ctes))
    return statement


def _named(name: str, query: exp.Query, comment: str) -> exp.CTE:
    cte = exp.CTE(this=query, alias=exp.TableAlias(this=sql.name(name)))
    if comment:
        cte.comments = [f" {comment.replace('*/', '* /')} "]
    return cte


__all__ = ["Lowered", "lower", "lower_question"]
