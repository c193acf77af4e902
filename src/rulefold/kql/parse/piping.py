"""What operators share: their options, and pipes of them in brackets."""

from collections.abc import Collection, Mapping

from rulefold.kql.parse.expressions import Expressions
from rulefold.kql.syntax import (
    Operator,
    Option,
    Pipe,
)
from rulefold.kql.tokens import Kind, words

JOIN_KINDS = words(
    """
    inner fullouter innerunique leftanti leftantisemi anti leftouter leftsemi rightanti rightantisemi rightouter
    rightsemi
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


class Piping(Expressions):
    """Reads what stands around operators.  Raises QuerySyntaxError where it is something else."""

    def operator(self) -> Operator:
        """The operator that stands next; read by the table of operators."""
        raise NotImplementedError

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

    def _ends(self) -> bool:
        """Whether an operator can end here."""
        return self.token.kind is Kind.END or self.word in ("|", ";", ")", "}")
