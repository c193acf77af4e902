"""Tabular operators: each keyword has a method of its own, see OPERATORS."""

from collections.abc import Callable, Collection, Mapping

from rulefold.kql.parse.expressions import COMPARISON, LEVELS, Expressions
from rulefold.kql.syntax import (
    As,
    Call,
    ColumnType,
    Consume,
    Count,
    Distinct,
    Evaluate,
    Expanded,
    Expression,
    Extend,
    Facet,
    Find,
    FindColumn,
    Fork,
    GetSchema,
    Index,
    Invoke,
    Join,
    Literal,
    MakeSeries,
    Member,
    MvApply,
    MvExpand,
    Name,
    Operator,
    Option,
    Ordered,
    Parse,
    ParsedColumn,
    ParseKv,
    Partition,
    Pipe,
    Print,
    Project,
    Range,
    Reduce,
    Render,
    SampleDistinct,
    Search,
    Serialize,
    SeriesColumn,
    Sort,
    Star,
    Summarize,
    Take,
    Top,
    TopHitters,
    TopLevel,
    TopNested,
    Union,
    Unsupported,
    Where,
)
from rulefold.kql.tokens import Kind, is_new_name, words
from rulefold.kql.types import Type

JOIN_KINDS = words(
    """
    inner fullouter innerunique leftanti leftantisemi anti leftouter leftsemi rightanti rightantisemi rightouter
    rightsemi
    """
)
CHARTS = words(
    """
    table list barchart piechart ladderchart timechart linechart anomalychart pivotchart areachart
    stackedareachart scatterchart timepivot columnchart timeline 3Dchart card treemap plotly graph sankey
    """
)
# The values an option may have; other options take any.
_CHOICES: Mapping[tuple[str, str], Collection[str]] = {
    ("join", "kind"): JOIN_KINDS,
    ("lookup", "kind"): ("inner", "leftouter"),
    ("union", "kind"): ("inner", "outer"),
    ("parse", "kind"): ("simple", "regex", "relaxed"),
    ("parse-where", "kind"): ("simple", "regex", "relaxed"),
    ("mv-expand", "kind"): ("bag", "array"),
    ("mv-expand", "bagexpansion"): ("bag", "array"),
    ("search", "kind"): ("default", "case_insensitive", "case_sensitive"),
}
OPTIONS: Mapping[str, Collection[str]] = {
    "join": ("kind",),
    "lookup": ("kind",),
    "union": ("kind", "isfuzzy", "withsource", "with_source"),
    "find": ("withsource", "with_source", "datascope"),
    "search": ("kind",),
    "parse": ("kind", "flags"),
    "parse-where": ("kind", "flags"),
    "mv-expand": ("kind", "bagexpansion", "with_itemindex"),
    "mv-apply": ("with_itemindex",),
    "make-series": ("kind",),
    "reduce": ("kind",),
    "consume": ("decodeblocks",),
    "render": words(
        """
        kind title xcolumn ycolumns xtitle ytitle xaxis yaxis ysplit series legend accumulate ymin ymax anomalycolumns
        """
    ),
}


_OPERAND = max(LEVELS.values()) + 1


class Operators(Expressions):
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

    def _subpipe(self, open_: str = "(", close: str = ")") -> Pipe:
        """Operators in brackets, without a source."""
        start = self.expect(open_).start
        self.deeper()
        operators = [self.operator()]
        while self.accept("|"):
            operators.append(self.operator())
        self.shallower()
        self.expect(close)
        return Pipe(None, tuple(operators), span=self.since(start))

    def _options(self, keyword: str) -> tuple[Option, ...]:
        """`name=value` pairs that stand next, of the names that the operator knows."""
        known = OPTIONS.get(keyword, ())
        options: list[Option] = []
        while (self.word in known or self.word.startswith("hint.")) and self.ahead().text == "=":
            start = self.advance()
            self.advance()
            choices = _CHOICES.get((keyword, start.text))
            if choices and self.word not in choices:
                self.fail_one_of(choices, "one of")
            value = self.option_value()
            options.append(Option(start.text, value, span=self.since(start.start)))
            if keyword == "render":
                self.accept(",")
        return tuple(options)

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
        if keyword.text in ("project", "project-smart") and self.word in ("|", ";", ")", "}", ""):
            return Project(keyword.text, (), span=self.since(keyword.start))
        columns = self.list_of(_COLUMNS.get(keyword.text, Operators.named_expression).__get__(self))
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

    def _ends(self) -> bool:
        """Whether an operator can end here."""
        return self.token.kind is Kind.END or self.word in ("|", ";", ")", "}")

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


_COLUMNS: Mapping[str, Callable[[Operators], Expression | Ordered]] = {
    "project-away": Operators._column_pattern,
    "project-keep": Operators._column_pattern,
    "project-reorder": Operators._ordered_pattern,
}
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
