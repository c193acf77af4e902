"""Scalar expressions, by precedence climbing."""

from collections.abc import Callable

from rulefold.kql import literals
from rulefold.kql.parse.cursor import Cursor
from rulefold.kql.syntax import (
    Between,
    Binary,
    Call,
    ColumnType,
    DataTable,
    Dynamic,
    Expression,
    ExternalData,
    Index,
    Json,
    JsonArray,
    JsonObject,
    Literal,
    Logical,
    Member,
    Membership,
    Name,
    Named,
    Option,
    Star,
    Subquery,
    TypeOf,
    Unary,
    Wildcard,
)
from rulefold.kql.tokens import RESERVED, Kind, Token, is_name, is_new_name, words
from rulefold.kql.types import NAMES, Type

_EQUALITY, COMPARISON, _SUM, _PRODUCT, _TERM = 3, 4, 5, 6, 7
MEMBERSHIP = ("in", "in~", "!in", "!in~", "has_any", "has_all")
TERM_OPERATORS = words(
    """
    =~ !~ : has !has has_cs !has_cs hasprefix !hasprefix hasprefix_cs !hasprefix_cs hassuffix !hassuffix
    hassuffix_cs !hassuffix_cs contains !contains contains_cs !contains_cs containscs notcontains notcontainscs
    startswith !startswith startswith_cs !startswith_cs endswith !endswith endswith_cs !endswith_cs like notlike
    likecs notlikecs
    """
)
MATCHES = "matches regex"
# How tightly each operator binds: a greater number binds tighter.
LEVELS = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(("==", "!=", "<>", *MEMBERSHIP, "between", "!between"), _EQUALITY),
    **dict.fromkeys(("<", ">", "<=", ">="), COMPARISON),
    **dict.fromkeys(("+", "-"), _SUM),
    **dict.fromkeys(("*", "/", "%"), _PRODUCT),
    **dict.fromkeys((*TERM_OPERATORS, "matches"), _TERM),
}
REPEATABLE = frozenset({_SUM, _PRODUCT})  # `a - b - c`; but no `a == b == c`
_SPELLINGS = {
    "<>": "!=",
    "containscs": "contains_cs",
    "notcontains": "!contains",
    "notcontainscs": "!contains_cs",
}
BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_LITERALS = frozenset({Kind.LONG, Kind.REAL, Kind.TIMESPAN, Kind.TYPED, Kind.STRING})
_SIGNED = frozenset({Kind.LONG, Kind.REAL, Kind.TIMESPAN})
_BRACKETED = frozenset({Kind.STRING, Kind.NAME, Kind.LONG})
_SUBQUERIES = ("toscalar", "totable")
# Settings that are no names of columns before `=`.
SETTINGS = frozenset({"kind", "withsource", "with_source"})


class Expressions(Cursor):
    """Reads scalar expressions.  Raises QuerySyntaxError where there is none."""

    _patterns = False  # whether a pattern of tables may stand here

    def pipe(self) -> Expression:
        """An expression with the operators that are piped after it; read by the rules for operators."""
        raise NotImplementedError

    # -------------------------------------------------------------------------------------------------- operators

    def expression(self, least: int = 1) -> Expression:
        """A value, with operators that bind at least as tightly as `least`."""
        start = self.token.start
        left = self._operand()
        most = _TERM
        while (level := LEVELS.get(self.word)) is not None and least <= level <= most:
            if level < _EQUALITY:
                left = self._logical(left, level, start)
            elif self.word in MEMBERSHIP:
                left = self._membership(left, start)
            elif self.word in ("between", "!between"):
                left = self._between(left, start)
            elif (operator := self._operator()) is None:
                break
            else:
                right = self.expression(level + 1)
                left = Binary(operator, left, right, span=self.since(start))
            most = level if level in REPEATABLE else level - 1
        return left

    def _operator(self) -> str | None:
        """The operator that stands next; None where `matches` stands without `regex`."""
        if self.word != "matches":
            word = self.advance().text
            return _SPELLINGS.get(word, word)
        if self.ahead().text != "regex":
            return None
        self.advance()
        self.advance()
        return MATCHES

    def _logical(self, left: Expression, level: int, start: int) -> Logical:
        operator = self.word
        operands = [left]
        while self.accept(operator):
            operands.append(self.expression(level + 1))
        return Logical(operator, tuple(operands), span=self.since(start))

    def _membership(self, left: Expression, start: int) -> Membership:
        operator = self.advance().text
        self.expect("(")
        self.deeper()
        items = [self.pipe()]
        while self.accept(","):
            items.append(self.expression())
        self.shallower()
        self.expect(")")
        return Membership(operator, left, tuple(items), span=self.since(start))

    def _between(self, left: Expression, start: int) -> Between:
        operator = self.advance().text
        self.expect("(")
        low = self._nested(self.expression)
        self.expect("..")
        high = self._nested(self.expression)
        self.expect(")")
        return Between(operator, left, low, high, span=self.since(start))

    def _operand(self) -> Expression:
        if self.word in ("-", "+"):
            sign = self.advance()
            return Unary(sign.text, self._path(), span=self.since(sign.start))
        return self._path()

    # ------------------------------------------------------------------------------------------------------ paths

    def _path(self) -> Expression:
        start = self.token.start
        value = self._primary()
        while True:
            if self.word == ".":
                self.advance()
                value = self._member(value, start)
            elif self.word == "[" and self.token.kind is Kind.PUNCTUATION:
                self.advance()
                index = self._nested(self.expression)
                self.expect("]")
                value = Index(value, index, span=self.since(start))
            else:
                return value

    def _member(self, target: Expression, start: int) -> Expression:
        if self.word == "[" and self.ahead().kind is not Kind.STRING:
            self.advance()
            index = self._nested(self.expression)
            self.expect("]")
            return Index(target, index, span=self.since(start))
        member_start = self.token.start
        if self._patterns and (self.word == "*" or (is_name(self.token) and self._star_touches())):
            return Member(target, self.wildcard(), span=self.since(start))
        name = self.name("a name")
        if self.word == "(":
            call = Call(name, self._arguments(), span=self.since(member_start))
            return Member(target, call, span=self.since(start))
        return Member(target, Name(name, span=self.since(member_start)), span=self.since(start))

    def _star_touches(self) -> bool:
        return self.ahead().text == "*" and self.ahead().start == self.token.end

    def wildcard(self) -> Wildcard:
        """A pattern of names such as `Event*`: names and stars without space between them."""
        start = self.advance().start
        while self.touches() and (self.word == "*" or self.token.kind in (Kind.NAME, Kind.LONG)):
            self.advance()
        return Wildcard(self.text[start : self.previous_end], span=self.since(start))

    # --------------------------------------------------------------------------------------------------- primaries

    def _primary(self) -> Expression:
        token = self.token
        if token.kind is Kind.NAME:
            return self._named_primary(token)
        if token.kind in _LITERALS:
            return self._literal()
        if token.text == "(":
            self.advance()
            inside = self._nested(self.pipe)
            self.expect(")")
            return inside
        if token.text == "[":
            name = self.bracketed_name()
            if name is not None:
                return self._call_or_name(name, token)
        if token.text == "*" and self.ahead().text in LEVELS:
            return Star(span=self.advance().span)
        return self.fail_missing("an expression")

    def _named_primary(self, token: Token) -> Expression:
        word = token.text
        if word in BOOLEANS:
            return Literal(Type.BOOL, BOOLEANS[word], span=self.advance().span)
        if word in RESERVED or word[0] == "!":
            return self._keyword_primary(token)
        if word == "typeof" and self.ahead().text == "(":
            return self.type_of()
        self.advance()
        return self._call_or_name(word, token)

    def _keyword_primary(self, token: Token) -> Expression:
        word, opens = token.text, self.ahead().text == "("
        if word == "dynamic" and opens:
            return self._dynamic()
        if word in _SUBQUERIES and (opens or self.ahead().text in ("kind", "hint.materialized")):
            return self.subquery()
        if word == "datatable" and opens:
            return self._datatable()
        if word in ("externaldata", "external_data") and opens:
            return self._externaldata()
        return self.fail_missing(f"an expression (a column of the name {word} is written ['{word}'])")

    def _call_or_name(self, name: str, token: Token) -> Expression:
        if self.word != "(":
            return Name(name, span=self.since(token.start))
        return Call(name, self._arguments(), span=self.since(token.start))

    def _arguments(self) -> tuple[Expression, ...]:
        self.expect("(")
        self.deeper()
        arguments = self.list_until(self._argument, ")")
        self.shallower()
        return arguments

    def _argument(self) -> Expression:
        if self.word == "*" and self.ahead().text in (",", ")"):
            return Star(span=self.advance().span)
        return self.named_expression()

    def _nested(self, read: Callable[[], Expression]) -> Expression:
        self.deeper()
        inside = read()
        self.shallower()
        return inside

    # ------------------------------------------------------------------------------------------ named expressions

    def named_expression(self) -> Expression:
        """A value, perhaps with the name or the names it is given."""
        token = self.token
        if is_new_name(token) and self.ahead().text == "=":
            if token.text in SETTINGS:
                self.fail_expected(f"a column (one of the name {token.text} is written ['{token.text}'])")
            self.advance()
            return self._given((token.text,), token.start)
        if token.text == "[" and self.ahead(3).text == "=" and (name := self.bracketed_name()) is not None:
            return self._given((name,), token.start)
        if token.text == "(" and self._opens_names():
            self.advance()
            names = self.list_of(lambda: self.new_name("a name"))
            self.expect(")")
            return self._given(names, token.start, several=True)
        return self.expression()

    def _given(self, names: tuple[str, ...], start: int, *, several: bool = False) -> Named:
        self.expect("=")
        value = self.expression()
        return Named(names, value, several, span=self.since(start))

    def _opens_names(self) -> bool:
        """Whether `(a, b) =` stands next."""
        distance = 1
        while True:
            token = self.ahead(distance)
            if not is_new_name(token) and not (token.text == "[" and self.ahead(distance + 2).text == "]"):
                return False
            distance += 3 if token.text == "[" else 1
            if self.ahead(distance).text != ",":
                return [self.ahead(distance + n).text for n in (0, 1)] == [")", "="]
            distance += 1

    # ----------------------------------------------------------------------------------------------------- literals

    def _literal(self) -> Literal:
        token = self.advance()
        if token.kind is Kind.STRING:
            return self._string(token)
        if token.kind is Kind.LONG:
            value = literals.long(token.text)
            return Literal(Type.LONG, value, raw="" if value is not None else token.text, span=token.span)
        if token.kind is Kind.REAL:
            return Literal(Type.REAL, float(token.text), span=token.span)
        if token.kind is Kind.TIMESPAN:
            return Literal(Type.TIMESPAN, literals.timespan(token.text), span=token.span)
        return _typed(token)

    def _string(self, first: Token) -> Literal:
        """A string, with those that stand right behind it."""
        value, hidden = literals.string(first.text), first.text[0] in "hH"
        if self.token.kind is Kind.STRING:
            parts = [value]
            while self.token.kind is Kind.STRING:
                parts.append(literals.string(self.advance().text))
            value = "".join(parts)
        return Literal(Type.STRING, value, hidden, span=self.since(first.start))

    def constant(self) -> Expression | None:
        """A literal, perhaps with a sign, where one stands next."""
        token = self.token
        if token.text in ("-", "+") and self.ahead().kind in _SIGNED:
            self.advance()
            return Unary(token.text, self._literal(), span=self.since(token.start))
        if token.kind in _LITERALS:
            return self._literal()
        if token.text in BOOLEANS:
            return Literal(Type.BOOL, BOOLEANS[token.text], span=self.advance().span)
        return self._dynamic() if token.text == "dynamic" and self.ahead().text == "(" else None

    def bracketed_name(self) -> str | None:
        """`['a name']`, where it stands next; a word or a number in brackets is a name too."""
        inside = self.ahead()
        if self.word != "[" or inside.kind not in _BRACKETED or self.ahead(2).text != "]":
            return None
        self.advance()
        self.advance()
        self.advance()
        return literals.string(inside.text) if inside.kind is Kind.STRING else inside.text

    def _dynamic(self) -> Dynamic:
        start = self.advance().start
        self.expect("(")
        value = self._json()
        self.expect(")")
        return Dynamic(value, span=self.since(start))

    def _json(self) -> Json:
        token = self.token
        if token.text == "[":
            self.advance()
            self.deeper()
            items = self.list_until(self._json, "]")
            self.shallower()
            return JsonArray(items, span=self.since(token.start))
        if token.text == "{":
            self.advance()
            self.deeper()
            members = self.list_until(self._json_member, "}")
            self.shallower()
            return JsonObject(members, span=self.since(token.start))
        if token.text in BOOLEANS:
            return Literal(Type.BOOL, BOOLEANS[token.text], span=self.advance().span)
        if token.text == "null":
            return Literal(Type.DYNAMIC, None, span=self.advance().span)
        if token.text == "-" and self.ahead().kind in (Kind.LONG, Kind.REAL):
            self.advance()
            return self._negative(self.advance(), token.start)
        if token.kind in _LITERALS:
            return self._literal()
        return self.fail_missing("a JSON value")

    def _negative(self, token: Token, start: int) -> Literal:
        """A number with a minus sign before it."""
        text, span = f"-{token.text}", self.since(start)
        if token.kind is Kind.REAL:
            return Literal(Type.REAL, float(text), span=span)
        value = literals.long(text)
        return Literal(Type.LONG, value, raw="" if value is not None else text, span=span)

    def _json_member(self) -> tuple[str, Json]:
        if self.token.kind is not Kind.STRING:
            self.fail_missing('a key in quotes and ":"')
        key = literals.string(self.advance().text)
        self.expect(":")
        return key, self._json()

    # ------------------------------------------------------------------------------------------- tables as literals

    def subquery(self) -> Subquery:
        """`toscalar(…)` and its like."""
        keyword = self.advance()
        options: tuple[Option, ...] = ()
        if self.word in ("kind", "hint.materialized"):
            name = self.advance()
            self.expect("=")
            options = (Option(name.text, self.option_value(), span=self.since(name.start)),)
        self.expect("(")
        query = self._nested(self.pipe)
        self.expect(")")
        return Subquery(keyword.text, query, options, span=self.since(keyword.start))

    def _datatable(self) -> DataTable:
        start = self.advance().start
        columns = self.row_schema()
        self.expect("[")
        values: list[Expression] = []
        while not self.accept("]"):
            if (value := self.constant()) is None:
                self.fail_expected('a literal or "]"')
            values.append(value)
            if not self.accept(",") and self.word != "]":
                self.fail_expected('"," or "]"')
        return DataTable(columns, tuple(values), span=self.since(start))

    def _externaldata(self) -> ExternalData:
        start = self.advance().start
        columns = self.row_schema()
        self.expect("[")
        uris = self.list_until(lambda: self._nested(self.expression), "]")
        options: tuple[Option, ...] = ()
        if self.accept("with"):
            options = self.property_list()
        return ExternalData(columns, uris, options, span=self.since(start))

    def property_list(self) -> tuple[Option, ...]:
        """`(name = value, …)`."""
        self.expect("(")
        return self.list_until(self.property, ")")

    def property(self) -> Option:
        """`name = value`, where the value may be a word or a literal."""
        token = self.token
        if token.kind is not Kind.NAME:
            self.fail_missing("a name")
        self.advance()
        self.expect("=")
        return Option(token.text, self.property_value(), span=self.since(token.start))

    def property_value(self) -> Expression:
        """A word, a literal, or a call."""
        token = self.token
        if token.kind is Kind.NAME and token.text not in BOOLEANS and self.ahead().text not in ("(", "."):
            return Name(self.advance().text, span=token.span)
        return self._operand()

    def option_value(self) -> Expression:
        """A word or a literal; what stands behind a word does not belong to it."""
        token = self.token
        if token.kind is Kind.NAME and token.text not in BOOLEANS:
            return Name(self.advance().text, span=token.span)
        if (name := self.bracketed_name()) is not None:
            return Name(name, span=self.since(token.start))
        return self._literal() if token.kind in _LITERALS else self._operand()

    def row_schema(self) -> tuple[ColumnType, ...]:
        """`(name: type, …)`."""
        self.expect("(")
        return self.list_until(self.column_type, ")")

    def column_type(self) -> ColumnType:
        """`name: type`."""
        start = self.token.start
        name = self.new_name("a name")
        self.expect(":")
        return ColumnType(name, self.type_name(), span=self.since(start))

    def type_name(self) -> Type:
        """The name of a scalar type."""
        found = NAMES.get(self.word)
        if found is None:
            if self.token.kind is Kind.NAME:
                self.fail_expected("the name of a type")
            self.fail_missing("the name of a type")
        self.advance()
        return found

    def type_of(self) -> TypeOf:
        """`typeof(type)`, or `typeof(name: type, …)`."""
        start = self.expect("typeof").start
        self.expect("(")
        if self.word == "[" or self.ahead().text == ":":
            columns = self.list_until(self.column_type, ")")
            return TypeOf(columns, span=self.since(start))
        type_ = self.type_name()
        self.expect(")")
        return TypeOf(type_, span=self.since(start))


def _typed(token: Token) -> Literal:
    name, _, rest = token.text.partition("(")
    type_, text = NAMES[name], rest[:-1].strip()
    value = literals.typed(type_, text)
    raw = text if value is None and text not in ("", "null") else ""
    return Literal(type_, value, raw=raw, span=token.span)
