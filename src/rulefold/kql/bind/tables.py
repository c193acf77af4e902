"""Where rows come from: tables, functions, literals; and operators on several relations."""

from collections.abc import Container, Mapping, Sequence

from rulefold import codes
from rulefold.kql import functions, syntax
from rulefold.kql.bind.names import is_like, suffixed
from rulefold.kql.bind.scope import Declared, Place, Scope
from rulefold.kql.bind.watchlists import Watchlists, constant_text
from rulefold.kql.functions import Kind
from rulefold.kql.plan import (
    EMPTY,
    REST,
    Apply,
    Column,
    ColumnValue,
    Compute,
    Constant,
    ExternalRows,
    Filter,
    GivenRows,
    Item,
    Join,
    Other,
    RangeRows,
    Relation,
    Row,
    TableRows,
    TableValue,
    Union,
    UnknownRows,
    Value,
)
from rulefold.kql.syntax import (
    Binary,
    Call,
    DataTable,
    Expression,
    ExternalData,
    Logical,
    Member,
    Name,
    Named,
    Option,
    Pipe,
    Star,
    Subquery,
    Wildcard,
)
from rulefold.kql.types import INTEGERS, NUMBERS, Type
from rulefold.text import Span

_LEFT_ONLY = frozenset({"leftanti", "leftantisemi", "anti", "leftsemi"})
_RIGHT_ONLY = frozenset({"rightanti", "rightantisemi", "rightsemi"})


_NAME_OF_VIEW = "the name that Kusto gives the rows of a view"
NOTHING = GivenRows(EMPTY, ())  # what an operator that brings its own rows stands on


class Tables(Watchlists):
    """Binds what gives rows."""

    def operator(self, source: Relation, op: syntax.Operator, scope: Scope) -> Relation:
        """The rows of an operator on others."""
        raise NotImplementedError

    # --------------------------------------------------------------------------------------------------- where from

    def relation(self, expression: Expression, scope: Scope) -> Relation:
        """The rows of an expression; what gives none is reported, and its rows are unknown."""
        found = self.either(expression, Place(EMPTY, scope), rows=True)
        if isinstance(found, Relation):
            return found
        if isinstance(found, TableValue):
            return found.relation
        if found.type is not Type.UNKNOWN:
            self.report(codes.QUERY_PLACE, expression.span, "found a value, expected a table")
        return self.unknown_rows(expression.span, "a value")

    def unknown_rows(self, span: Span, why: str) -> Relation:
        """Rows of which nothing is known."""
        return UnknownRows(Row({}, open_=True), why, span=span)

    def either(self, expression: Expression, at: Place, *, rows: bool = False) -> Value | Relation:
        """The value or the rows of an expression; `rows` says that a name is one of a table, if of anything."""
        match expression:
            case Pipe():
                return self._pipe(expression, at.scope)
            case Name():
                return self._named_thing(expression, at, rows=rows)
            case Call():
                return self._called(expression, at, rows=rows)
            case DataTable():
                return self._datatable(expression, at)
            case ExternalData():
                return self._externaldata(expression, at)
            case Subquery(keyword) if keyword != "toscalar":
                return self.relation(expression.query, at.scope)
            case Member() if _is_remote(expression):
                return self._remote(expression)
            case Wildcard():
                return self._union_like(expression.pattern, expression.span, at.scope)
            case _:
                return self.value(expression, at)

    def _pipe(self, pipe: Pipe, scope: Scope) -> Relation:
        source = self.relation(pipe.source, scope) if pipe.source is not None else NOTHING
        return self.through(source, pipe.operators, scope)

    def through(self, source: Relation, operators: Sequence[syntax.Operator], scope: Scope) -> Relation:
        """The rows of operators one after another."""
        for op in operators:
            source = self.operator(source, op, scope)
        return source

    def _named_thing(self, name: Name, at: Place, *, rows: bool) -> Value | Relation:
        text = name.name
        if not rows and text in at.row:
            return self.value(name, at)
        meaning = at.scope.find(text)
        if meaning is not None and not isinstance(meaning, Declared):
            return meaning
        if meaning is None and (row := self.table(text)) is not None:
            self.use_table(text)
            return TableRows(row, text, span=name.span)
        if (declared := self.declared(text, at.scope)) is not None:
            result = self.call_declared(declared, (), name.span, at)
            return result if result is not None else self.unknown(name.span)
        if self.gives_watchlists(text):
            return self.watchlist(Call(text, (), span=name.span), at)
        if not rows:
            return self.value(name, at)
        return self._unknown_table(text, name.span)

    def _unknown_table(self, name: str, span: Span) -> Relation:
        self.collected.missing_tables.setdefault(name)
        names = self.table_names()
        hints = self.like(name, names)
        self.report(codes.UNKNOWN_TABLE, span, f"found {name}, which is no known table", hints)
        return UnknownRows(Row({}, open_=True), name, table=True, span=span)

    def _called(self, call: Call, at: Place, *, rows: bool) -> Value | Relation:
        meaning = at.scope.find(call.function)
        if isinstance(meaning, UnknownRows):
            return meaning
        if (declared := self.declared(call.function, at.scope)) is not None:
            result = self.call_declared(declared, call.arguments, call.span, at)
            return result if result is not None else self.unknown(call.span)
        if self.gives_watchlists(call.function):
            return self.watchlist(call, at)
        if call.function == "table":
            return self._table_call(call, at)
        if call.function in ("cluster", "database", "external_table", "materialized_view", "stored_query_result"):
            return self.unknown_rows(call.span, call.function)
        value = self.value(call, at)
        if rows and value.type is Type.UNKNOWN:
            return self.unknown_rows(call.span, call.function)
        return value

    def _table_call(self, call: Call, at: Place) -> Relation:
        """`table("name")`."""
        self.collected.functions.setdefault("table")
        name = self.value(call.arguments[0], at) if call.arguments else None
        text = constant_text(name)
        if text is None:
            return self.unknown_rows(call.span, "table")
        return self.relation(Name(text, span=call.arguments[0].span), at.scope)

    def _remote(self, member: Member) -> Relation:
        """A table of another database or cluster."""
        if isinstance(member.member, Name) and (row := self.table(member.member.name)) is not None:
            self.use_table(member.member.name)
            return TableRows(row, member.member.name, span=member.span)
        return self.unknown_rows(member.span, "another database")

    def _union_like(self, pattern: str, span: Span, scope: Scope) -> Relation:
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

    def _datatable(self, table: DataTable, at: Place) -> Relation:
        columns = {one.name: Column(one.type or Type.DYNAMIC) for one in table.columns}
        values = [self._datatable_value(value, at) for value in table.values]
        width = max(1, len(table.columns))
        if len(values) % width:
            message = f"found {len(values)} values, expected a multiple of {width}, the number of columns"
            self.report(codes.QUERY_ARGUMENTS, table.span, message)
        rows = tuple(tuple(values[n : n + width]) for n in range(0, len(values) - width + 1, width))
        return GivenRows(Row(columns), rows, span=table.span)

    def _datatable_value(self, value: Expression, at: Place) -> Value:
        if isinstance(value, Binary | Logical):
            self.report(codes.QUERY_PLACE, value.span, "found an operator, expected a literal")
        return self.value(value, at)

    def _externaldata(self, data: ExternalData, at: Place) -> Relation:
        columns = {one.name: Column(one.type or Type.DYNAMIC) for one in data.columns}
        uris = tuple(self.value(uri, at) for uri in data.uris)
        options = tuple((one.name, _option_text(one.value)) for one in data.options)
        return ExternalRows(Row(columns), uris, options, span=data.span)

    # --------------------------------------------------------------------------------------------- print and range

    def _print(self, _source: Relation, op: syntax.Print, at: Place) -> Relation:
        columns: dict[str, Column] = {}
        values: list[Value] = []
        for number, expression in enumerate(op.columns):
            if isinstance(expression, Named):
                names, value = expression.names, self.value(expression.value, at)
            else:
                names, value = (f"print_{number}",), self.value(expression, at)
            for name in names:
                columns[name] = Column(value.type)
                values.append(value)
        return GivenRows(Row(columns), (tuple(values),), span=op.span)

    def _range(self, _source: Relation, op: syntax.Range, at: Place) -> Relation:
        start, stop, step = (self.value(one, at) for one in (op.start, op.stop, op.step))
        types = [one.type for one in (start, stop, step)]
        type_ = start.type
        if all(one in NUMBERS for one in types):
            type_ = next((one for one in (Type.DECIMAL, Type.REAL) if one in types), Type.LONG)
        return RangeRows(Row({op.name: Column(type_)}), start, stop, step, span=op.span)

    # -------------------------------------------------------------------------------------------------------- join

    def _join(self, source: Relation, op: syntax.Join, at: Place) -> Relation:
        right = self.relation(op.right, at.scope)
        kind = option(op.options, "kind") or ("leftouter" if op.keyword == "lookup" else "innerunique")
        if not op.on and op.where is None:
            self.report(codes.QUERY_JOIN, op.span, f"found {op.keyword} without a condition, expected on and columns")
        keys, right_keys = [], set()
        for condition in _conjuncts(op.on):
            pair = self._join_key(condition, source, right, at)
            if pair is not None:
                keys.append(pair)
                if isinstance(pair[1], ColumnValue):
                    right_keys.add(pair[1].name)
        columns = dict(right.row.columns)
        if op.keyword == "lookup":
            columns = {name: column for name, column in columns.items() if name not in right_keys}
        row = self._joined_row(kind, source.row, Row(columns, open_=right.row.open))
        return Join(row, source, right, kind, tuple(keys), op.keyword == "lookup", span=op.span)

    @staticmethod
    def _joined_row(kind: str, left: Row, right: Row) -> Row:
        if kind in _LEFT_ONLY:
            return left
        if kind in _RIGHT_ONLY:
            return right
        names = suffixed(right, left.columns)
        columns = {**left.columns, **{names[name]: column for name, column in right.columns.items()}}
        return Row(columns, open_=left.open or right.open)

    def _join_key(
        self, condition: Expression, left: Relation, right: Relation, at: Place
    ) -> tuple[Value, Value] | None:
        if isinstance(condition, Name):
            return self._common_key(condition, left, right)
        if isinstance(condition, Binary) and condition.operator == "==":
            place = Place(EMPTY, at.scope, left.row, right.row)
            values = []
            for side, operand in (("left", condition.left), ("right", condition.right)):
                value = self.value(operand, place) if _is_side(operand) else None
                if not isinstance(value, ColumnValue) or value.side != side:
                    if value is None or value.type is not Type.UNKNOWN or isinstance(value, ColumnValue):
                        message = f"found another value, expected ${side} and a column"
                        self.report(codes.QUERY_JOIN, operand.span, message)
                    return None
                values.append(value)
            self._same_type(values[0], values[1], condition.span)
            return values[0], values[1]
        self.report(
            codes.QUERY_JOIN, condition.span, "found another condition, expected a column, or $left.a == $right.b"
        )
        return None

    def _common_key(self, name: Name, left: Relation, right: Relation) -> tuple[Value, Value] | None:
        ours, theirs = left.row.find(name.name), right.row.find(name.name)
        if ours is None or theirs is None:
            if ours is None and theirs is None:
                message = f"found {name.name}, which is no column of either side"
                self.report(codes.UNKNOWN_COLUMN, name.span, message, self.like(name.name, [*left.row, *right.row]))
            else:
                side, row = ("left", left.row) if ours is None else ("right", right.row)
                message = f"found {name.name}, which is no column of the {side} side"
                self.report(codes.QUERY_JOIN, name.span, message, self.like(name.name, list(row)))
            return None
        self.use_column(ours)
        self.use_column(theirs)
        pair = (
            ColumnValue(ours.type, name.name, "left", span=name.span),
            ColumnValue(theirs.type, name.name, "right", span=name.span),
        )
        self._same_type(*pair, name.span)
        return pair

    def _same_type(self, left: Value, right: Value, span: Span) -> None:
        types = {left.type, right.type}
        if len(types) == 1 or Type.UNKNOWN in types or types <= INTEGERS:
            if Type.DYNAMIC in types and len(types) == 1:
                self.report(
                    codes.QUERY_JOIN, span, "found dynamic columns, expected keys of another type, as tostring(…)"
                )
            return
        self.report(codes.QUERY_JOIN, span, f"found keys of {left.type} and {right.type}, expected the same type")

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
        condition = self._found(op.condition, inputs, at, self._together(inputs, op.span).row)
        together = self._together(_with_rest(inputs, columns), op.span, labels=labels)
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
            found = self._union_like("*", Span(0, 0), at.scope)
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


def _with_rest(inputs: Sequence[Relation], columns: Mapping[str, Column]) -> Sequence[Relation]:
    """Relations with what is not among columns in a bag, where that is one of them."""
    if REST not in columns:
        return inputs
    return [_rest_in_bag(one, columns) for one in inputs]


def _rest_in_bag(relation: Relation, columns: Container[str]) -> Relation:
    rest = tuple(ColumnValue(column.type, name) for name, column in relation.row.columns.items() if name not in columns)
    row = Row({**relation.row.columns, REST: Column(Type.DYNAMIC)}, open_=relation.row.open)
    return Compute(row, relation, (Item(REST, Apply(Type.DYNAMIC, "bag_pack_columns", rest)),))


def option(options: Sequence[Option], name: str) -> str | None:
    """The value of an option as text."""
    return next((_option_text(one.value) for one in options if one.name == name), None)


def _option_text(value: Expression) -> str:
    if isinstance(value, Name):
        return value.name
    return str(value.value) if isinstance(value, syntax.Literal) else ""


def _is_remote(member: Member) -> bool:
    """Whether a path starts at a database or a cluster."""
    target: Expression = member
    while isinstance(target, Member):
        target = target.target
    return isinstance(target, Call) and target.function in ("database", "cluster", "workspace", "app", "resource")


def _is_side(operand: Expression) -> bool:
    return isinstance(operand, Member) and isinstance(operand.target, Name) and operand.target.name[:1] == "$"


def _conjuncts(conditions: Sequence[Expression]) -> list[Expression]:
    found: list[Expression] = []
    for one in conditions:
        if isinstance(one, Logical) and one.operator == "and":
            found += _conjuncts(one.operands)
        else:
            found.append(one)
    return found


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
