"""Where rows come from: tables, functions, literals; and operators on several relations."""

from collections.abc import Sequence

from rulefold import codes
from rulefold.kql import syntax
from rulefold.kql.bind.names import suffixed
from rulefold.kql.bind.scope import Declared, Place, Scope
from rulefold.kql.bind.watchlists import Watchlists, constant_text
from rulefold.kql.plan import (
    EMPTY,
    Column,
    ColumnValue,
    ExternalRows,
    GivenRows,
    Join,
    RangeRows,
    Relation,
    Row,
    TableRows,
    TableValue,
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
    Subquery,
    Wildcard,
)
from rulefold.kql.types import INTEGERS, NUMBERS, Type
from rulefold.text import Span

_LEFT_ONLY = frozenset({"leftanti", "leftantisemi", "anti", "leftsemi"})
_RIGHT_ONLY = frozenset({"rightanti", "rightantisemi", "rightsemi"})


NOTHING = GivenRows(EMPTY, ())  # what an operator that brings its own rows stands on


class Tables(Watchlists):
    """Binds what gives rows."""

    def operator(self, source: Relation, op: syntax.Operator, scope: Scope) -> Relation:
        """The rows of an operator on others."""
        raise NotImplementedError

    def union_like(self, pattern: str, span: Span, scope: Scope) -> Relation:
        """The tables and the views of the query that have names like a pattern."""
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
                return self.union_like(expression.pattern, expression.span, at.scope)
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
