"""Rows of several tables together: union, find and search."""

from collections.abc import Container, Sequence

from rulefold import codes
from rulefold.kql import functions, syntax
from rulefold.kql.bind.names import is_like
from rulefold.kql.bind.scope import Declared, Place, Scope
from rulefold.kql.bind.tables import NOTHING, Tables, option
from rulefold.kql.functions import Kind
from rulefold.kql.plan import (
    EMPTY,
    REST,
    Apply,
    Column,
    ColumnValue,
    Compute,
    Constant,
    Filter,
    Item,
    Other,
    Relation,
    Row,
    TableRows,
    Union,
    UnknownRows,
    Value,
)
from rulefold.kql.syntax import Call, Expression, Logical, Name, Pipe, Star, Wildcard
from rulefold.kql.types import Type
from rulefold.text import Span

_NAME_OF_VIEW = "the name that Kusto gives the rows of a view"


class Unions(Tables):
    """Binds operators on several relations that are put together."""

    def union_like(self, pattern: str, span: Span, scope: Scope) -> Relation:
        """The tables and the views of the query that have names like a pattern."""
        inputs: list[Relation] = []
        for name in sorted(name for name in self.table_names() if is_like(name, pattern)):
            row = self.table(name)
            if row is not None:
                self.use_table(name)
                inputs.append(TableRows(row, name, span=span))
        views = [self.call_declared(view, (), span, Place(EMPTY, scope)) for view in _views(scope, [pattern]).values()]
        inputs += [one for one in views if isinstance(one, Relation)]
        return self._together(inputs, span)

    # ------------------------------------------------------------------------------------------------------- union

    def _union_operator(self, source: Relation, op: syntax.Union, at: Place) -> Relation:
        inputs = [] if source is NOTHING else [source]
        fuzzy = str(option(op.options, "isfuzzy")).lower() == "true"
        label = option(op.options, "withsource") or option(op.options, "with_source")
        views = _views(at.scope, _patterns(op.tables))
        if views and (label or not views.keys().isdisjoint(self.table_names())):
            return self.unknown_rows(op.span, _NAME_OF_VIEW)
        for table in op.tables:
            found = self._union_table(table, at, fuzzy=fuzzy)
            if isinstance(table, Wildcard) and isinstance(found, Union):
                inputs += found.inputs
            elif found is not None:
                inputs.append(found)
        labels = tuple(
            self.called.get(id(one)) or _label(one) or f"union_arg{number}" for number, one in enumerate(inputs)
        )
        return self._together(inputs, op.span, label, labels)

    def _union_table(self, table: Expression, at: Place, *, fuzzy: bool) -> Relation | None:
        """A table of a union; one that is not there is left out of a fuzzy one."""
        if not fuzzy:
            return self.relation(table, at.scope)
        first = _first(table)
        if first is None:
            return self.relation(table, at.scope)
        name = first.name if isinstance(first, Name) else first.function
        if name in self.library or at.scope.find(name) is not None or self._is_there(first):
            return self.relation(table, at.scope)
        what = "table" if isinstance(first, Name) else "function"
        missing = self.collected.missing_tables if isinstance(first, Name) else self.collected.missing_functions
        missing.setdefault(name)
        message = f"found {name}, which is no known {what} and is left out of the union"
        self.report(codes.MISSING_FUZZY_TABLE, first.span, message)
        if self.as_run:
            return None
        rows = UnknownRows(Row({}, open_=True), name, table=isinstance(first, Name), spared=True, span=first.span)
        return self.relation(table, at.scope.inner({name: rows}))

    def _is_there(self, first: Name | Call) -> bool:
        if self.gives_watchlists(first.name if isinstance(first, Name) else first.function):
            return True
        if isinstance(first, Name):
            return self.table(first.name) is not None
        return functions.lookup(first.function, Kind.SCALAR) is not None

    def _together(
        self, inputs: Sequence[Relation], span: Span, label: str | None = None, labels: tuple[str, ...] = ()
    ) -> Relation:
        """The rows of several relations: a column for each name, one for each type of it where there are several."""
        types: dict[str, dict[Type, list[Column]]] = {}
        for one in inputs:
            for name, column in one.row.columns.items():
                types.setdefault(name, {}).setdefault(column.type, []).append(column)
        columns: dict[str, Column] = {label: Column(Type.STRING)} if label else {}
        chosen: dict[tuple[str, Type], str] = {}
        for name, by_type in types.items():
            for type_, found in by_type.items():
                new = name if len(by_type) == 1 else f"{name}_{type_}"
                chosen[name, type_] = new
                columns[new] = Column(type_, tuple(dict.fromkeys(o for column in found for o in column.origins)))
        parts = tuple(_part(one.row, columns, chosen) for one in inputs)
        row = Row(columns, open_=any(one.row.open for one in inputs))
        return Union(row, tuple(inputs), parts, label, labels, span=span)

    # ---------------------------------------------------------------------------------------------- find and search

    def _find(self, source: Relation, op: syntax.Find, at: Place) -> Relation:
        inputs = self._searched(op.tables, at) if source is NOTHING else [source]
        if source is NOTHING and _views(at.scope, _patterns(op.tables) if op.tables else ["*"]):
            return self.unknown_rows(op.span, _NAME_OF_VIEW)
        names = _names_in(op.condition)
        named = [name for name in names if any(name in one.row for one in inputs)]
        every = inputs
        inputs = [one for one in inputs if not named or one.row.open or any(name in one.row for name in named)]
        label = option(op.options, "withsource") or option(op.options, "with_source") or "source_"
        columns = {label: Column(Type.STRING)}
        if op.columns and op.keyword == "project":
            for column in op.columns:
                self._find_column(column, every, columns)
        else:
            columns |= _found_columns(inputs, named)
        labels = tuple(
            one.name if isinstance(one, TableRows) else f"union_arg{number}" for number, one in enumerate(inputs)
        )
        together = self._together(inputs, op.span, labels=labels)
        condition = self._found(op.condition, inputs, at, together.row)
        if REST in columns:
            together = self._together([_with_rest(one, columns) for one in inputs], op.span, labels=labels)
        filtered = Filter(together.row, together, condition, span=op.span)
        return Other(Row(columns, open_=together.row.open), filtered, "find", span=op.span)

    def _found(self, condition: Expression, inputs: Sequence[Relation], at: Place, row: Row) -> Value:
        """A condition over several tables, where a column may have several types."""
        names = {name: _common_column(name, inputs) for one in inputs for name in one.row}
        return self.truth_or_text(condition, at.over(Row(names, open_=row.open)))

    def truth_or_text(self, condition: Expression, at: Place) -> Value:
        """A condition of find and search, in which a text alone is looked for."""
        if isinstance(condition, Logical):
            operands = tuple(self.truth_or_text(one, at) for one in condition.operands)
            return Apply(Type.BOOL, condition.operator, operands, span=condition.span)
        if isinstance(condition, Call) and condition.function == "not" and len(condition.arguments) == 1:
            operand = self.truth_or_text(condition.arguments[0], at)
            return Apply(Type.BOOL, "not", (operand,), span=condition.span)
        value = self._operand(condition, at)
        if isinstance(value, Constant):
            return value  # looked for as text
        if value.type not in (Type.BOOL, Type.STRING, Type.UNKNOWN):
            self.expected("a condition, or a text", value, condition.span)
        return value

    def _find_column(self, column: syntax.FindColumn, inputs: Sequence[Relation], columns: dict[str, Column]) -> None:
        if column.packed:
            columns[REST] = Column(Type.DYNAMIC)
        elif column.name == "*":
            for one in inputs:
                columns |= {name: found for name, found in one.row.columns.items() if name not in columns}
        else:
            known = any(column.name in one.row or one.row.open for one in inputs)
            if not known:
                message = f"found {column.name}, which is a column of none of the tables"
                self.report(codes.UNKNOWN_COLUMN, column.span, message)
            columns[column.name] = Column(column.type or _common_type(column.name, inputs))

    def _searched(self, tables: Sequence[Expression], at: Place) -> list[Relation]:
        """The tables that find and search go through: those that are named, or all."""
        if not tables:
            found = self.union_like("*", Span(0, 0), at.scope)
            return list(found.inputs) if isinstance(found, Union) else []
        inputs: list[Relation] = []
        for table in tables:
            found = self.relation(table, at.scope)
            inputs += found.inputs if isinstance(found, Union) and isinstance(table, Wildcard) else [found]
        return inputs

    def _search(self, source: Relation, op: syntax.Search, at: Place) -> Relation:
        inputs = self._searched(op.tables, at) if source is NOTHING else [source]
        if source is NOTHING and _views(at.scope, _patterns(op.tables) if op.tables else ["*"]):
            return self.unknown_rows(op.span, _NAME_OF_VIEW)
        together = self._together(inputs, op.span)
        condition = (
            self.truth_or_text(op.condition, at.over(together.row)) if not isinstance(op.condition, Star) else None
        )
        columns = {"$table": Column(Type.STRING), **together.row.columns}
        sensitive = option(op.options, "kind") == "case_sensitive"
        values = (condition, Constant(Type.BOOL, sensitive)) if condition else ()
        return Other(Row(columns, open_=together.row.open), together, "search", values, span=op.span)


def _patterns(tables: Sequence[Expression]) -> list[str]:
    return [one.pattern for one in tables if isinstance(one, Wildcard)]


def _views(scope: Scope, patterns: Sequence[str]) -> dict[str, Declared]:
    """The views that the query declares under names like one of these, but for one whose body this is in."""
    found = {name: scope.find(name) for name in sorted(set(scope.all_names()))}
    return {
        name: one
        for name, one in found.items()
        if isinstance(one, Declared) and one.function.view and not one.function.parameters and not one.active
        if any(is_like(name, pattern) for pattern in patterns)
    }


def _found_columns(inputs: Sequence[Relation], named: Sequence[str]) -> dict[str, Column]:
    """The columns that all tables have and those that the condition names; what else there is goes into a bag."""
    every = dict.fromkeys(name for one in inputs for name in one.row)
    common = [name for name in every if all(name in one.row for one in inputs)]
    kept = dict.fromkeys([*common, *named])
    columns = {name: _common_column(name, inputs) for name in kept}
    return columns if len(kept) == len(every) else columns | {REST: Column(Type.DYNAMIC)}


def _with_rest(relation: Relation, columns: Container[str]) -> Relation:
    """A relation with what is not among columns in a bag."""
    rest = tuple(ColumnValue(column.type, name) for name, column in relation.row.columns.items() if name not in columns)
    row = Row({**relation.row.columns, REST: Column(Type.DYNAMIC)}, open_=relation.row.open)
    return Compute(row, relation, (Item(REST, Apply(Type.DYNAMIC, "bag_pack_columns", rest)),))


def _first(table: Expression) -> Name | Call | None:
    """The name or the call that a table of a union starts with."""
    while isinstance(table, Pipe) and table.source is not None:
        table = table.source
    return table if isinstance(table, Name | Call) else None


def _label(relation: Relation) -> str:
    while not isinstance(relation, TableRows):
        source = getattr(relation, "source", None)
        if not isinstance(source, Relation):
            return ""
        relation = source
    return relation.name


def _part(row: Row, columns: dict[str, Column], chosen: dict[tuple[str, Type], str]) -> tuple[str | None, ...]:
    """For each column of a union, the column of an input that goes there."""
    ours = {chosen[name, column.type]: name for name, column in row.columns.items() if (name, column.type) in chosen}
    return tuple(ours.get(name) for name in columns)


def _common_type(name: str, inputs: Sequence[Relation]) -> Type:
    return _common_column(name, inputs).type


def _common_column(name: str, inputs: Sequence[Relation]) -> Column:
    """A column of several tables as one: of their type, or dynamic where they have several."""
    found = [column for one in inputs if (column := one.row.columns.get(name)) is not None]
    types = {column.type for column in found}
    origins = tuple(dict.fromkeys(origin for column in found for origin in column.origins))
    return Column(types.pop() if len(types) == 1 else Type.DYNAMIC if types else Type.UNKNOWN, origins)


def _names_in(expression: Expression) -> list[str]:
    """The names in a condition, in their order."""
    return list(dict.fromkeys(one.name for one in syntax.walk(expression) if isinstance(one, Name)))
