"""Pieces → lines.

What fits on a line stands on one; what does not is broken at its outermost separators first.
"""

from rulefold.kql.layout.marks import Marks
from rulefold.kql.layout.pieces import Bracket, Piece, Word, has, is_forced, split, split_before, width_of
from rulefold.kql.tokens import words

WIDTH = 100
INDENT = 4
# Operators whose keyword is followed by a list, which goes on lines of its own where it is too long.
_LISTS = words(
    """
    distinct extend make-series mv-expand mvexpand order print project project-away project-by-names project-keep
    project-rename project-reorder project-smart serialize sort summarize union
    """
)
# Operators that stay on their line but for what stands in brackets.
_FLOWING = frozenset({"join", "lookup", "mv-apply", "mvapply", "partition", "fork", "facet", "evaluate", "invoke"})


class Printer:
    """Writes pieces, and knows how far the line is."""

    def __init__(self, marks: Marks) -> None:
        """Begin with an empty text."""
        self._marks = marks
        self._pieces: list[str] = []
        self._base = 0  # the indentation of the line that was begun last
        self._column = 0
        self._at_start = True
        self._commented = False

    def text(self) -> str:
        """What was written."""
        text = "".join(self._pieces)
        return text if not text or text.endswith("\n") else text + "\n"

    # ---------------------------------------------------------------------------------------------------- characters

    def newline(self, indent: int, *, blank: bool = False) -> None:
        """Go to a new line, unless one is begun already."""
        if not self._at_start:
            self._pieces.append("\n")
        if blank and self._pieces:
            self._pieces.append("\n")
        self._base, self._column, self._at_start, self._commented = indent, indent, True, False

    def word(self, word: Word) -> None:
        """A token with its comments."""
        for comment in word.leading:
            if not self._at_start:
                self._go_on()
            if comment.blank and self._pieces:
                self._pieces.append("\n")
            self._pieces.append(f"{' ' * self._column}{comment.text}\n")
        if word.leading and word.blank:
            self._pieces.append("\n")
        if self._commented:
            self._go_on()
        if not word.text:
            return
        self._pieces.append(" " * self._column if self._at_start else " " * word.spaced)
        self._column += 0 if self._at_start else word.spaced
        self._pieces.append(word.text)
        self._at_start = False
        *_, last = lines = word.text.split("\n")
        self._column = len(last) + (self._column if len(lines) == 1 else 0)
        if word.trailing:
            self._pieces.append(f" {word.trailing}")
            self._commented = True

    def _go_on(self) -> None:
        """Go on with what stands on the line on a line of its own."""
        self._pieces.append("\n")
        self._column, self._at_start, self._commented = self._base + INDENT, True, False

    # -------------------------------------------------------------------------------------------------------- lines

    def _fits(self, pieces: list[Piece]) -> bool:
        return not is_forced(pieces) and self._column + width_of(pieces) <= WIDTH

    def _flat(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            if isinstance(piece, Word):
                self.word(piece)
            else:
                self.word(piece.opening)
                self._flat(piece.inside)
                self.word(piece.last)

    def statements(self, pieces: list[Piece], indent: int) -> None:
        """Statements, each on lines of its own; a blank line between two stays."""
        for index, statement in enumerate(split(pieces, ";")):
            if statement:
                first = statement[0].first
                self.newline(indent, blank=index > 0 and not first.leading and first.blank)
                self._statement(statement, indent)

    def _statement(self, pieces: list[Piece], indent: int) -> None:
        further = INDENT if pieces[0].text in ("let", "set") else 0
        self.pipe(pieces, indent, further)

    def pipe(self, pieces: list[Piece], indent: int, further: int = 0) -> None:
        """Operators one a line, those behind the source indented further."""
        for index, operator in enumerate(split_before(pieces, "|")):
            if index:
                self.newline(indent + further)
            if operator:
                self._operator(operator, indent + (further if index else 0))

    def _operator(self, pieces: list[Piece], indent: int) -> None:
        bar = 1 if pieces[0].text == "|" else 0
        keyword = pieces[bar].text if len(pieces) > bar else ""
        if self._fits(pieces):
            self._flat(pieces)
        elif keyword in _LISTS:
            self._list_operator(pieces, bar, indent)
        elif keyword in _FLOWING:
            self._flowing(pieces, indent)
        elif keyword in ("where", "filter"):
            self._flat(pieces[: bar + 1])
            self._condition(pieces[bar + 1 :], indent)
        else:
            self._value(pieces, indent)

    def _list_operator(self, pieces: list[Piece], bar: int, indent: int) -> None:
        head = self._head(pieces, bar)
        self._flat(pieces[:head])
        for index, clause in enumerate(split_before(pieces[head:], "by")):
            if index:
                self.newline(indent + INDENT)
            if self._fits(clause):
                self._flat(clause)
            elif clause[0].text == "by":
                self._flat(clause[:1])
                self._items(clause[1:], indent + 2 * INDENT)
            else:
                self._items(clause, indent + INDENT)

    def _head(self, pieces: list[Piece], bar: int) -> int:
        """The number of pieces up to an operator's list: its keyword and settings."""
        index = bar + 1
        while index < len(pieces) and (end := self._marks.options.get(pieces[index].start)) is not None:
            while index < len(pieces) and pieces[index].start < end:
                index += 1
        if pieces[bar].text in ("sort", "order") and index < len(pieces) and pieces[index].text == "by":
            index += 1
        return index

    def _items(self, pieces: list[Piece], indent: int) -> None:
        """Items of a list one a line; one alone goes on where the line is."""
        items = split(pieces, ",")
        if len(items) == 1 and not items[0][0].first.leading:
            self._value(items[0], indent - INDENT)
            return
        for item in items:
            self.newline(indent)
            self._value(item, indent)

    def _condition(self, pieces: list[Piece], indent: int) -> None:
        """A condition: on the line of its keyword as far as that goes, and its parts each on a line."""
        parts = _conditions(pieces)
        if len(parts) > 1 and not self._fits(parts[0]):
            self.newline(indent + INDENT)
            self._parts(parts, indent + INDENT, 0)
        else:
            self._parts(parts, indent, INDENT)

    def _value(self, pieces: list[Piece], indent: int) -> None:
        """An expression, broken before `or` or `and`, or within its brackets."""
        if self._fits(pieces):
            self._flat(pieces)
        else:
            self._parts(_conditions(pieces), indent, INDENT)

    def _parts(self, parts: list[list[Piece]], indent: int, further: int) -> None:
        if len(parts) == 1:
            self._flowing(parts[0], indent)
            return
        for index, part in enumerate(parts):
            if index:
                self.newline(indent + further)
            self._value(part, indent + (further if index else 0))

    def _flowing(self, pieces: list[Piece], indent: int) -> None:
        """Pieces one behind the other; brackets that do not fit are opened."""
        for index, piece in enumerate(pieces):
            if isinstance(piece, Word):
                self.word(piece)
            elif self._fits([piece, *pieces[index + 1 : index + 2]][: 2 if _closes(pieces, index) else 1]):
                self._flat([piece])
            else:
                self._opened(piece, indent)

    # ----------------------------------------------------------------------------------------------------- brackets

    def _opened(self, bracket: Bracket, indent: int) -> None:
        """Brackets with what stands in them on lines of its own."""
        inside = bracket.inside
        self.word(bracket.opening)
        if len(inside) == 1 and isinstance(inside[0], Bracket) and not inside[0].first.leading:
            self._opened(inside[0], indent)
        elif inside:
            self.newline(indent + INDENT)
            self._inside(bracket, indent + INDENT)
            self.newline(indent)
        self.word(bracket.last)

    def _inside(self, bracket: Bracket, indent: int) -> None:
        inside = bracket.inside
        if bracket.text == "{" or has(inside, ";"):
            self.statements(inside, indent)
        elif has(inside, "|"):
            self.pipe(inside, indent)
        elif inside[0].text in _LISTS and bracket.text == "(":
            self._operator(inside, indent)
        else:
            self._rows(split(inside, ","), bracket.row, indent)

    def _rows(self, items: list[list[Piece]], row: int, indent: int) -> None:
        for start in range(0, len(items), row):
            self.newline(indent)
            for item in items[start : start + row]:
                self._value(item, indent)


def _closes(pieces: list[Piece], index: int) -> bool:
    """Whether a comma or semicolon ends the line behind a bracket."""
    return index + 2 == len(pieces) and pieces[index + 1].text in (",", ";")


def _conditions(pieces: list[Piece]) -> list[list[Piece]]:
    """The parts of a condition: those between `or`, or if there is none those between `and`."""
    return split_before(pieces, "or") if has(pieces, "or") else split_before(pieces, "and")
