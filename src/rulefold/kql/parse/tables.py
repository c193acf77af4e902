"""Operators on several tables, and those that read arrays, texts and series."""

from rulefold.kql.parse.columns import ColumnOperators
from rulefold.kql.parse.expressions import COMPARISON, LEVELS
from rulefold.kql.syntax import (
    Expanded,
    Expression,
    Find,
    FindColumn,
    Join,
    Literal,
    MakeSeries,
    MvApply,
    MvExpand,
    Option,
    Parse,
    ParsedColumn,
    ParseKv,
    Search,
    SeriesColumn,
    Star,
    Union,
)
from rulefold.kql.tokens import Kind, is_new_name
from rulefold.kql.types import Type

_OPERAND = max(LEVELS.values()) + 1


class TableOperators(ColumnOperators):
    """Reads the operators that bring rows together, or make them of what a value holds."""

    # ------------------------------------------------------------------------------------------------ several tables

    def _join(self) -> Join:
        keyword = self.advance()
        options = self._options(keyword.text)
        right = self.expression(_OPERAND)
        on: tuple[Expression, ...] = ()
        where = None
        if self.accept("on"):
            on = self.list_of(self.expression)
        elif keyword.text == "join" and self.accept("where"):
            where = self.expression()
        elif keyword.text == "lookup":
            self.fail_missing('"on" and the columns to look up')
        return Join(keyword.text, right, on, where, options, span=self.since(keyword.start))

    def _table(self) -> Expression:
        """A table of a join, a union or a search: a name, a pattern, a call, or a pipe in parentheses."""
        token = self.token
        if token.text == "*" or (self.ahead().text == "*" and self.ahead().start == token.end):
            return self.wildcard()
        self._patterns = True
        table = self.expression(_OPERAND)
        self._patterns = False
        return table

    def _union(self) -> Union:
        start = self.advance().start
        options = self._options("union")
        tables = self.list_of(self._table)
        return Union(tables, options, span=self.since(start))

    def _find(self) -> Find:
        start = self.advance().start
        options = self._options("find")
        tables: tuple[Expression, ...] = ()
        if self.word == "in" and self.ahead().text == "(":
            self.advance()
            self.advance()
            tables = self.list_of(self._table)
            self.expect(")")
        if self.word == "where" or tables:
            self.expect("where")
        condition = self.named_expression()
        keyword = None
        columns: tuple[FindColumn, ...] = ()
        if self.word in ("project", "project-smart"):
            keyword = self.advance().text
            if keyword != "project-smart":
                columns = self.list_of(self._find_column)
        return Find(condition, tables, columns, keyword, options, span=self.since(start))

    def _find_column(self) -> FindColumn:
        start = self.token.start
        if self.word == "pack" and self.ahead().text == "(":
            name = self.advance().text
            self.advance()
            self.expect("*")
            self.expect(")")
            return FindColumn(name, packed=True, span=self.since(start))
        if self.accept("*"):
            return FindColumn("*", span=self.since(start))
        name = self.name("a column")
        type_ = self.type_name() if self.accept(":") else None
        return FindColumn(name, type_, span=self.since(start))

    def _search(self) -> Search:
        start = self.advance().start
        options = self._options("search")
        tables: tuple[Expression, ...] = ()
        if self.word == "in" and self.ahead().text == "(":
            self.advance()
            self.advance()
            tables = self.list_of(self._table)
            self.expect(")")
        condition: Expression
        if self.word == "*" and self.ahead().text not in LEVELS:
            condition = Star(span=self.advance().span)
            if self.word in ("and", "or"):
                condition = self.expression()
        else:
            condition = self.named_expression()
        return Search(condition, tables, options, span=self.since(start))

    # ------------------------------------------------------------------------------------------ arrays, texts, series

    def _expanded(self) -> Expanded:
        start = self.token.start
        value = self.named_expression()
        type_ = None
        if self.accept("to"):
            of = self.type_of().type
            type_ = of if isinstance(of, Type) else None
        return Expanded(value, type_, span=self.since(start))

    def _mv_expand(self) -> MvExpand:
        start = self.advance().start
        options = self._options("mv-expand")
        values = self.list_of(self._expanded)
        limit = self.expression() if self.accept("limit") else None
        return MvExpand(values, limit, options, span=self.since(start))

    def _mv_apply(self) -> MvApply:
        start = self.advance().start
        options = self._options("mv-apply")
        values = self.list_of(self._expanded)
        limit = self.expression() if self.accept("limit") else None
        id_ = self.expression() if self.accept("id") else None
        self.expect("on")
        query = self._subpipe()
        return MvApply(values, query, limit, id_, options, span=self.since(start))

    def _parse(self) -> Parse:
        keyword = self.advance()
        options = self._options(keyword.text)
        text = self.expression()
        self.expect("with")
        pattern: list[Star | Literal | ParsedColumn] = []
        while (part := self._parse_part()) is not None:
            pattern.append(part)
        return Parse(keyword.text, text, tuple(pattern), options, span=self.since(keyword.start))

    def _parse_part(self) -> Star | Literal | ParsedColumn | None:
        token = self.token
        if token.text == "*":
            return Star(span=self.advance().span)
        if token.kind is Kind.STRING:
            text = self._literal()
            return Literal(text.type, text.value, text.hidden, span=text.span)
        name = self.bracketed_name() or (self.advance().text if is_new_name(token) else None)
        if name is None:
            return None
        type_ = self.type_name() if self.accept(":") else None
        return ParsedColumn(name, type_, span=self.since(token.start))

    def _parse_kv(self) -> ParseKv:
        start = self.advance().start
        text = self.expression()
        self.expect("as")
        columns = self.row_schema()
        options: tuple[Option, ...] = ()
        if self.accept("with"):
            options = self.property_list()
        return ParseKv(text, columns, options, span=self.since(start))

    def _series_column(self) -> SeriesColumn:
        start = self.token.start
        value = self.named_expression()
        default = None
        if self.accept("default"):
            self.expect("=")
            default = self.expression()
        return SeriesColumn(value, default, span=self.since(start))

    def _make_series(self) -> MakeSeries:
        start_ = self.advance().start
        options = self._options("make-series")
        columns = self.list_of(self._series_column)
        self.expect("on")
        on = self.expression(COMPARISON)  # `in` is no operator here
        start = stop = None
        ranged = self.word == "in"
        if ranged:
            self.advance()
            self.expect("range")
            self.expect("(")
            start = self.expression()
            self.expect(",")
            stop = self.expression()
            self.expect(",")
            step = self.expression()
            self.expect(")")
        else:
            start = self.expression() if self.accept("from") else None
            stop = self.expression() if self.accept("to") else None
            self.expect("step")
            step = self.expression()
        by = self.list_of(self.named_expression) if self.accept("by") else ()
        return MakeSeries(columns, on, start, stop, step, by, ranged, options, span=self.since(start_))
