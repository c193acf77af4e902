"""Operators on the rows of one table: filter, compute, choose, aggregate, order."""

from collections.abc import Callable, Mapping

from rulefold.kql.parse.piping import Piping
from rulefold.kql.syntax import (
    Count,
    Distinct,
    Expression,
    Extend,
    Name,
    Ordered,
    Print,
    Project,
    SampleDistinct,
    Serialize,
    Sort,
    Star,
    Summarize,
    Take,
    Top,
    TopHitters,
    TopLevel,
    TopNested,
    Where,
)
from rulefold.kql.tokens import Kind


class ColumnOperators(Piping):
    """Reads the operators that work on columns and rows, one by one."""

    # ---------------------------------------------------------------------------------- columns and rows, one by one

    def _where(self) -> Where:
        start = self.advance().start
        condition = self.named_expression()
        return Where(condition, span=self.since(start))

    def _extend(self) -> Extend:
        start = self.advance().start
        columns = self.list_of(self.named_expression)
        return Extend(columns, span=self.since(start))

    def _project(self) -> Project:
        keyword = self.advance()
        if self.word in ("|", ";", ")", "}", ""):
            return Project(keyword.text, (), span=self.since(keyword.start))
        columns = self.list_of(_COLUMNS.get(keyword.text, ColumnOperators.named_expression).__get__(self))
        return Project(keyword.text, columns, span=self.since(keyword.start))

    def _column_pattern(self) -> Expression:
        """A column, or a pattern of columns."""
        token = self.token
        if token.text == "*":
            if not self._continues(self.ahead().start == token.end):
                return Star(span=self.advance().span)
            return self.wildcard()
        if token.kind is Kind.NAME and self.ahead().text == "*" and self.ahead().start == token.end:
            return self.wildcard()
        name = self.name("a column, or a pattern of columns")
        return Name(name, span=self.since(token.start))

    def _continues(self, touching: bool) -> bool:
        return touching and self.ahead().kind in (Kind.NAME, Kind.LONG)

    def _ordered_pattern(self) -> Expression | Ordered:
        start = self.token.start
        column = self._column_pattern()
        if self.word in ("asc", "desc", "granny-asc", "granny-desc"):
            return Ordered(column, self.advance().text, span=self.since(start))
        return column

    def _distinct(self) -> Distinct:
        start = self.advance().start
        options = self._options("distinct")
        columns = self.list_of(self._distinct_column)
        return Distinct(columns, options, span=self.since(start))

    def _distinct_column(self) -> Expression:
        if self.word == "*":
            return Star(span=self.advance().span)
        return self.named_expression()

    def _serialize(self) -> Serialize:
        start = self.advance().start
        ends = self.token.kind is Kind.END or self.word in ("|", ";", ")", "}")
        columns = () if ends else self.list_of(self.named_expression)
        return Serialize(columns, span=self.since(start))

    def _print(self) -> Print:
        start = self.advance().start
        columns = self.list_of(self.named_expression)
        return Print(columns, span=self.since(start))

    def _summarize(self) -> Summarize:
        start = self.advance().start
        options = self._options("summarize")
        aggregates: tuple[Expression, ...] = ()
        if self.word != "by" and not self._ends():
            aggregates = self.list_of(self.named_expression)
        by: tuple[Expression, ...] = ()
        if self.accept("by"):
            by = self.list_of(self.named_expression)
        return Summarize(aggregates, by, options, span=self.since(start))

    # --------------------------------------------------------------------------------------------- order and number

    def _ordered(self) -> Ordered:
        start = self.token.start
        value = self.named_expression()
        direction = self.advance().text if self.word in ("asc", "desc", "granny-asc", "granny-desc") else None
        nulls = None
        if self.accept("nulls"):
            if self.word not in ("first", "last"):
                self.fail_one_of(("first", "last"), "one of")
            nulls = self.advance().text
        return Ordered(value, direction, nulls, span=self.since(start))

    def _sort(self) -> Sort:
        start = self.advance().start
        self.expect("by")
        by = self.list_of(self._ordered)
        return Sort(by, span=self.since(start))

    def _top(self) -> Top:
        start = self.advance().start
        count = self.named_expression()
        self.expect("by")
        by = self._ordered()
        return Top(count, by, span=self.since(start))

    def _top_nested(self) -> TopNested:
        start = self.token.start
        levels = [self._top_level()]
        while self.word == "," and self.ahead().text == "top-nested":
            self.advance()
            levels.append(self._top_level())
        return TopNested(tuple(levels), span=self.since(start))

    def _top_level(self) -> TopLevel:
        start = self.expect("top-nested").start
        count = None if self.word == "of" else self.expression()
        self.expect("of")
        of = self.named_expression()
        others = None
        if self.accept("with"):
            self.expect("others")
            self.expect("=")
            others = self.expression()
        self.expect("by")
        return TopLevel(count, of, others, self._ordered(), span=self.since(start))

    def _top_hitters(self) -> TopHitters:
        start = self.advance().start
        count = self.expression()
        self.expect("of")
        of = self.named_expression()
        by = self.named_expression() if self.accept("by") else None
        return TopHitters(count, of, by, span=self.since(start))

    def _take(self) -> Take:
        keyword = self.advance()
        count = self.named_expression()
        word = "take" if keyword.text == "limit" else keyword.text
        return Take(word, count, span=self.since(keyword.start))

    def _sample_distinct(self) -> SampleDistinct:
        start = self.advance().start
        count = self.expression()
        self.expect("of")
        of = self.named_expression()
        return SampleDistinct(count, of, span=self.since(start))

    def _count(self) -> Count:
        start = self.advance().start
        name = self.name("a name") if self.accept("as") else None
        return Count(name, span=self.since(start))


_COLUMNS: Mapping[str, Callable[[ColumnOperators], Expression | Ordered]] = {
    "project-away": ColumnOperators._column_pattern,
    "project-keep": ColumnOperators._column_pattern,
    "project-reorder": ColumnOperators._ordered_pattern,
}
