"""Query text → syntax: recursive descent, with a precedence table for expressions."""

from rulefold import codes
from rulefold.kql.faults import QueryDiagnostic, Stage, fault
from rulefold.kql.parse.cursor import QuerySyntaxError
from rulefold.kql.parse.expressions import SETTINGS
from rulefold.kql.parse.operators import Operators
from rulefold.kql.syntax import (
    Aside,
    Declare,
    Expression,
    Function,
    Let,
    Name,
    Parameter,
    Query,
    Set,
    Statement,
    Value,
)
from rulefold.kql.tokens import Kind, is_new_name
from rulefold.kql.types import NAMES

_BEGINS = ("(", "[", "-", "+")  # a statement, of all punctuation


def parse(text: str) -> tuple[Query, list[QueryDiagnostic]]:
    """The syntax of a query and its faults; a statement with a fault is left out, and reading goes on at the next."""
    return Statements(text).query()


class Statements(Operators):
    """Reads statements."""

    def __init__(self, text: str) -> None:
        """Stand before the first token."""
        super().__init__(text)
        self._faults: list[QueryDiagnostic] = []

    def query(self) -> tuple[Query, list[QueryDiagnostic]]:
        """All statements."""
        statements = []
        while not self.at_end():
            start = self.index
            try:
                if self.token.kind is Kind.PUNCTUATION and self.word not in _BEGINS:
                    raise QuerySyntaxError(f"found {self.found()}, expected a statement", self.token.span)
                statements.append(self.statement())
                if not self.at_end():
                    self.expect(";")
            except QuerySyntaxError as found:
                code = codes.QUERY_TOO_DEEP if found.too_deep else codes.QUERY_SYNTAX
                self._faults.append(fault(code, Stage.SYNTAX, found.span, found.message))
                self._recover(start)
        return Query(tuple(statements), span=self.since(0)), self._faults

    def _recover(self, start: int) -> None:
        """Stand behind the end of the statement that has the fault."""
        self._depth = 0
        if self.index == start:
            self.advance()
        while not self.at_end() and self.advance().text != ";":
            pass

    # -------------------------------------------------------------------------------------------------- statements

    def statement(self) -> Statement:
        """The statement that stands next."""
        word, following = self.word, self.ahead()
        if word == "let" and (is_new_name(following) or following.text == "["):
            return self._let()
        if word == "set" and (following.kind is Kind.NAME or following.text == "["):
            return self._set()
        if word == "declare" and following.text == "query_parameters":
            return self._declare()
        if word == "declare" and following.text == "pattern":
            return self._aside()
        if word in ("alias", "restrict") and following.text in ("database", "access"):
            return self._aside()
        start = self.token.start
        return Value(self.pipe(), span=self.since(start))

    def _let(self) -> Let:
        start = self.advance().start
        name = self._statement_name("a name")
        self.expect("=")
        return Let(name, self._let_value(), span=self.since(start))

    def _statement_name(self, what: str) -> str:
        if self.word in SETTINGS:
            self.fail_expected(f"{what} (one of the name {self.word} is written ['{self.word}'])")
        return self.name(what)

    def _let_value(self) -> Expression | Function:
        if self._opens_function():
            return self._function()
        if self.word == "materialize" and self.ahead().text == "(":
            return self.subquery()
        return self.pipe()

    def _opens_function(self) -> bool:
        """Whether a function is declared here, and not a value in parentheses."""
        at = 1 if self.word == "view" and self.ahead().text == "(" else 0
        if self.ahead(at).text != "(":
            return False
        first, second = self.ahead(at + 1), self.ahead(at + 2)
        if first.text == ")":
            return second.text == "{"
        if first.text == "[":
            second = self.ahead(at + 4)
        return second.text == ":" and self._names_type(at + (5 if first.text == "[" else 3))

    def _names_type(self, distance: int) -> bool:
        token = self.ahead(distance)
        return token.text in NAMES or token.text == "("

    def _function(self) -> Function:
        start = self.token.start
        view = self.accept("view")
        self.expect("(")
        parameters = self.list_until(self._parameter, ")")
        self.expect("{")
        self.deeper()
        body: list[Statement] = []
        while self.word != "}":
            if self.word == "set" and self.ahead().kind is Kind.NAME:
                self.fail_expected('"}"')
            body.append(self.statement())
            self._end_in_body(body[-1])
        self.shallower()
        self.expect("}")
        return Function(parameters, tuple(body), view, span=self.since(start))

    def _end_in_body(self, statement: Statement) -> None:
        """What ends a statement of a function: a value is the last one, and needs no semicolon."""
        if not isinstance(statement, Value):
            self.expect(";")
        elif self.word == ";" and self.ahead().text == "}":
            self.advance()
        elif self.word != "}":
            self.fail_expected('"}"')

    def _parameter(self) -> Parameter:
        start = self.token.start
        name = self.new_name("a name")
        self.expect(":")
        if self.word == "(":
            self.advance()
            columns = () if self.accept("*") else self.list_of(self.column_type)
            self.expect(")")
            return Parameter(name, columns, span=self.since(start))
        type_ = self.type_name()
        default = self._default() if self.accept("=") else None
        return Parameter(name, type_, default, span=self.since(start))

    def _default(self) -> Expression:
        """The default of a parameter: a literal or a name."""
        start = self.token.start
        if (value := self.constant()) is not None:
            return value
        return Name(self.name("a literal or a name"), span=self.since(start))

    def _set(self) -> Set:
        start = self.advance().start
        name = self._statement_name("the name of a request property")
        value = self.property_value() if self.accept("=") else None
        return Set(name, value, span=self.since(start))

    def _declare(self) -> Declare:
        start = self.advance().start
        self.advance()
        self.expect("(")
        parameters = self.list_of(self._parameter)
        self.expect(")")
        return Declare(parameters, span=self.since(start))

    def _aside(self) -> Aside:
        keyword = self.advance()
        return Aside(keyword.text, self.passed((";",), keyword), span=self.since(keyword.start))
