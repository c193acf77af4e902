"""Tabular operators: each keyword has a method of its own, see OPERATORS."""

from collections.abc import Callable, Mapping

from rulefold.kql.parse.tables import TableOperators
from rulefold.kql.syntax import (
    As,
    Call,
    ColumnType,
    Consume,
    Evaluate,
    Expression,
    Facet,
    Fork,
    GetSchema,
    Index,
    Invoke,
    Member,
    Name,
    Operator,
    Option,
    Partition,
    Pipe,
    Range,
    Reduce,
    Render,
    Star,
    Unsupported,
)
from rulefold.kql.tokens import Kind, is_new_name, words

CHARTS = words(
    """
    table list barchart piechart ladderchart timechart linechart anomalychart pivotchart areachart
    stackedareachart scatterchart timepivot columnchart timeline 3Dchart card treemap plotly graph sankey
    """
)


class Operators(TableOperators):
    """Reads tabular operators and pipes of them.  Raises QuerySyntaxError where there is none."""

    # ------------------------------------------------------------------------------------------------------- pipes

    def pipe(self) -> Expression:
        """A source with operators piped after it; an expression alone is left as it is."""
        start = self.token.start
        operators: list[Operator] = []
        source: Expression | None = None
        if self.word in SOURCES and (first := self._source_operator()) is not None:
            operators.append(first)
        elif self.word in ("where", "project", "project-away", "sample", "invoke") and self.ahead().text not in "=|;":
            self.fail_expected("a table, or an operator that can be the first")
        else:
            source = self.expression()
        while self.accept("|"):
            operators.append(self.operator())
        if source is not None and not operators:
            return source
        return Pipe(source, tuple(operators), span=self.since(start))

    def _source_operator(self) -> Operator | None:
        """An operator that brings its own rows; None where its keyword is a name."""
        word, following = self.word, self.ahead()
        if word in ("range", "evaluate") and not is_new_name(following) and following.text != "[":
            return None
        return self.operator()

    def operator(self) -> Operator:
        """The operator that stands next."""
        read = OPERATORS.get(self.word)
        if read is None or self.token.kind is not Kind.NAME:
            end = self.previous_end if self.token.kind is not Kind.NAME else None
            if end is not None:
                self.fail_missing("an operator")
            self.fail_expected("an operator")
        return read(self)

    # ------------------------------------------------------------------------------------------ calls and the rest

    def _call(self, what: str) -> Call:
        start = self.token.start
        name = self.name(what)
        if self.word != "(":
            self.fail_expected('"("')
        return Call(name, self._arguments(), span=self.since(start))

    def _evaluate(self) -> Evaluate:
        start = self.advance().start
        options = self._options("evaluate")
        call = self._call("a plug-in")
        schema: tuple[ColumnType | Star, ...] | None = None
        if self.accept(":"):
            self.expect("(")
            schema = self.list_until(self._output_column, ")")
        return Evaluate(call, schema, options, span=self.since(start))

    def _output_column(self) -> ColumnType | Star:
        return Star(span=self.advance().span) if self.word == "*" else self.column_type()

    def _invoke(self) -> Invoke:
        start = self.advance().start
        return Invoke(self._call("a call of a function"), span=self.since(start))

    def _render(self) -> Render:
        start = self.advance().start
        if self.token.kind is not Kind.NAME:
            self.fail_one_of(CHARTS, "a chart")
        chart = self.advance().text
        options = self._options("render")
        if self.accept("with"):
            options += self._render_properties()
        return Render(chart, options, span=self.since(start))

    def _render_properties(self) -> tuple[Option, ...]:
        self.expect("(")
        options = []
        while self.word != ")":
            options.append(self.property())
            while self.accept(",") and self.token.kind is Kind.NAME and self.ahead().text != "=":
                column = self.token  # ycolumns=a, b: further columns
                options.append(Option(options[-1].name, self.property_value(), span=column.span))
            if self.word != ")" and self._tokens[self.index - 1].text != ",":
                self.fail_expected('"," or ")"')
        self.expect(")")
        return tuple(options)

    def _as(self) -> As:
        start = self.advance().start
        options = self._options("as")
        name = self.name("a name")
        return As(name, options, span=self.since(start))

    def _consume(self) -> Consume:
        start = self.advance().start
        return Consume(self._options("consume"), span=self.since(start))

    def _getschema(self) -> GetSchema:
        return GetSchema(span=self.advance().span)

    def _range(self) -> Range:
        start_ = self.advance().start
        name = self.name("a name")
        self.expect("from")
        start = self.expression()
        self.expect("to")
        stop = self.expression()
        self.expect("step")
        step = self.expression()
        return Range(name, start, stop, step, span=self.since(start_))

    def _facet(self) -> Facet:
        start = self.advance().start
        self.expect("by")
        columns = self.list_of(self.named_expression)
        query = self._subpipe() if self.accept("with") else None
        return Facet(columns, query, span=self.since(start))

    def _fork(self) -> Fork:
        start = self.advance().start
        branches = []
        while self.word == "(" or self.ahead(3 if self.word == "[" else 1).text == "=":
            name = None
            if self.word != "(":
                name = self.name("a name")
                self.expect("=")
            branches.append((name, self._subpipe()))
        if not branches:
            self.fail_expected('"("')
        return Fork(tuple(branches), span=self.since(start))

    def _partition(self) -> Partition:
        start = self.advance().start
        options = self._options("partition")
        self.expect("by")
        by = self._column_path()
        if self.word == "{":
            self.advance()
            inside = self._nested(self.pipe)
            self.expect("}")
            query = inside if isinstance(inside, Pipe) else Pipe(inside, (), span=inside.span)
            return Partition(by, query, whole=True, options=options, span=self.since(start))
        if self.accept("in"):
            pass
        return Partition(by, self._subpipe(), options=options, span=self.since(start))

    def _column_path(self) -> Expression:
        """A column or a member of one; a bracket behind it does not make it a call."""
        start = self.token.start
        value: Expression = Name(self.name("a column"), span=self.since(start))
        while self.word in (".", "["):
            if self.advance().text == ".":
                member = self.token.start
                value = Member(value, Name(self.name("a name"), span=self.since(member)), span=self.since(start))
            else:
                value = Index(value, self._nested(self.expression), span=self.since(start))
                self.expect("]")
        return value

    def _reduce(self) -> Reduce:
        start = self.advance().start
        options = self._options("reduce")
        self.expect("by")
        by = self.named_expression()
        properties: tuple[Option, ...] = ()
        if self.accept("with"):
            properties = self.list_of(self.property)
        return Reduce(by, properties, options, span=self.since(start))

    def _unsupported(self) -> Unsupported:
        """An operator that is read over, to the next pipe on its own level."""
        keyword = self.advance()
        text = self.passed(("|", ";"), keyword)
        return Unsupported(keyword.text, text, span=self.since(keyword.start))


OPERATORS: Mapping[str, Callable[[Operators], Operator]] = {
    "as": Operators._as,
    "assert-schema": Operators._unsupported,
    "consume": Operators._consume,
    "count": Operators._count,
    "distinct": Operators._distinct,
    "evaluate": Operators._evaluate,
    "extend": Operators._extend,
    "facet": Operators._facet,
    "filter": Operators._where,
    "find": Operators._find,
    "fork": Operators._fork,
    "getschema": Operators._getschema,
    "graph": Operators._unsupported,
    "graph-mark-components": Operators._unsupported,
    "graph-match": Operators._unsupported,
    "graph-shortest-paths": Operators._unsupported,
    "graph-to-table": Operators._unsupported,
    "graph-where-edges": Operators._unsupported,
    "graph-where-nodes": Operators._unsupported,
    "invoke": Operators._invoke,
    "join": Operators._join,
    "limit": Operators._take,
    "lookup": Operators._join,
    "macro-expand": Operators._unsupported,
    "make-graph": Operators._unsupported,
    "make-series": Operators._make_series,
    "mv-apply": Operators._mv_apply,
    "mv-expand": Operators._mv_expand,
    "mvapply": Operators._mv_apply,
    "mvexpand": Operators._mv_expand,
    "order": Operators._sort,
    "parse": Operators._parse,
    "parse-kv": Operators._parse_kv,
    "parse-where": Operators._parse,
    "partition": Operators._partition,
    "print": Operators._print,
    "project": Operators._project,
    "project-away": Operators._project,
    "project-by-names": Operators._project,
    "project-keep": Operators._project,
    "project-rename": Operators._project,
    "project-reorder": Operators._project,
    "project-smart": Operators._project,
    "range": Operators._range,
    "reduce": Operators._reduce,
    "render": Operators._render,
    "sample": Operators._take,
    "sample-distinct": Operators._sample_distinct,
    "scan": Operators._unsupported,
    "search": Operators._search,
    "serialize": Operators._serialize,
    "sort": Operators._sort,
    "summarize": Operators._summarize,
    "take": Operators._take,
    "top": Operators._top,
    "top-hitters": Operators._top_hitters,
    "top-nested": Operators._top_nested,
    "union": Operators._union,
    "where": Operators._where,
}
SOURCES = frozenset({"evaluate", "find", "macro-expand", "print", "range", "search", "union"})
