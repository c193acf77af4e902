"""A position in the tokens of a query, and what a grammar asks of it."""

from collections.abc import Callable, Collection
from typing import NoReturn, TypeVar

from rulefold.kql.tokens import Kind, Token, is_name, is_new_name, tokens
from rulefold.text import Span

# Of parentheses, calls and subqueries in one another; a level takes up to eleven frames, of which Python has 1,000.
MAX_DEPTH = 64

T = TypeVar("T")


class QuerySyntaxError(Exception):
    """What the grammar does not allow: caught where statements are read, and told as a diagnostic."""

    def __init__(self, message: str, span: Span, *, too_deep: bool = False) -> None:
        """A message, and where."""
        super().__init__(message)
        self.message, self.span, self.too_deep = message, span, too_deep


class Cursor:
    """The tokens of a query and the one that is read next, `token`; `word` is its text."""

    def __init__(self, text: str) -> None:
        """Stand before the first token."""
        self.text = text
        self._tokens = tokens(text)
        self._index = 0
        self._depth = 0
        self.token = self._tokens[0]
        self.word = self.token.text
        self.previous_end = 0  # where the token ends that was read last

    # ------------------------------------------------------------------------------------------------- moving on

    def advance(self) -> Token:
        """The token that stood next; the cursor is behind it."""
        token = self.token
        if token.kind is not Kind.END:
            self._index += 1
            self.token = self._tokens[self._index]
            self.word = self.token.text
            self.previous_end = token.end
        return token

    def at_end(self) -> bool:
        """Whether nothing is left."""
        return self.token.kind is Kind.END

    def ahead(self, distance: int = 1) -> Token:
        """A token further on."""
        return self._tokens[min(self._index + distance, len(self._tokens) - 1)]

    def back_to(self, index: int) -> None:
        """Stand at a token again, by its index."""
        self._index = index
        self.token = self._tokens[index]
        self.word = self.token.text
        self.previous_end = self._tokens[index - 1].end if index else 0

    @property
    def index(self) -> int:
        """The index of the token that is read next."""
        return self._index

    def since(self, start: int) -> Span:
        """From an offset to the end of what was read last."""
        end = self.previous_end
        return Span(start, end if end > start else start)

    def accept(self, word: str) -> bool:
        """Pass a word where it stands next."""
        if self.word != word:
            return False
        self.advance()
        return True

    def expect(self, word: str) -> Token:
        """Pass a word that has to stand next.  Raises QuerySyntaxError where it does not."""
        if self.word != word:
            self.fail_expected(f'"{word}"')
        return self.advance()

    def touches(self) -> bool:
        """Whether nothing stands between the token that was read last and the next."""
        return self.token.start == self.previous_end

    def passed(self, ends: Collection[str], first: Token) -> str:
        """The text from a token to one of a few words or to a bracket that was opened before, which is passed over.

        White space and comments are one space each, so that texts which differ in them alone are the same.
        """
        pieces, end, depth = [first.text], first.end, self._depth
        while not self.at_end() and (self._depth > depth or self.word not in ends):
            if self.token.kind is Kind.PUNCTUATION and self.word in ("(", "[", "{"):
                self.deeper()
            elif self.token.kind is Kind.PUNCTUATION and self.word in (")", "]", "}"):
                if self._depth == depth:
                    break
                self.shallower()
            token = self.advance()
            pieces.append(token.text if token.start == end else f" {token.text}")
            end = token.end
        self._depth = depth
        return "".join(pieces)

    # ------------------------------------------------------------------------------------------------------- names

    def name(self, what: str) -> str:
        """A name of something that is there already, plain or in brackets."""
        if is_name(self.token):
            return self.advance().text
        return self._bracketed(what)

    def new_name(self, what: str) -> str:
        """A name for something new."""
        if is_new_name(self.token):
            return self.advance().text
        return self._bracketed(what)

    def _bracketed(self, what: str) -> str:
        name = self.bracketed_name()
        if name is None:
            self.fail_missing(what)
        return name

    def bracketed_name(self) -> str | None:
        """`['a name']`, where it stands next."""
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------------------- lists

    def list_of(self, item: Callable[[], T]) -> tuple[T, ...]:
        """One or more items with commas between them."""
        items = [item()]
        while self.accept(","):
            items.append(item())
        return tuple(items)

    def list_until(self, item: Callable[[], T], close: str) -> tuple[T, ...]:
        """Items with commas between them, perhaps none, and what closes them."""
        if self.accept(close):
            return ()
        items = [item()]
        while self.accept(","):
            items.append(item())
        if not self.accept(close):
            self.fail_expected(f'"," or "{close}"')
        return tuple(items)

    # ----------------------------------------------------------------------------------------------------- nesting

    def deeper(self) -> None:
        """Go into something nested.  Raises QuerySyntaxError where it is nested too deep."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            message = f"found more than {MAX_DEPTH} levels of nesting, expected fewer"
            raise QuerySyntaxError(message, self.token.span, too_deep=True)

    def shallower(self) -> None:
        """Come out of it."""
        self._depth -= 1

    # ------------------------------------------------------------------------------------------------------ faults

    def found(self) -> str:
        """What stands next, for a message."""
        token = self.token
        if token.kind is Kind.END:
            return "the end of the query"
        if token.kind is Kind.BROKEN:
            return _broken(token.text)
        shown = token.text if len(token.text) <= 40 else f"{token.text[:40]}…"
        return shown if token.kind is Kind.STRING else f'"{shown}"'

    def fail_expected(self, what: str) -> NoReturn:
        """Something else stands here than what has to: the fault is there, or behind what was read last on its line."""
        token, end = self.token, self.previous_end
        away = token.kind is Kind.END or (end > 0 and "\n" in self.text[end : token.start])
        raise QuerySyntaxError(f"found {self.found()}, expected {what}", Span(end, end) if away else token.span)

    def fail_one_of(self, words: Collection[str], what: str) -> NoReturn:
        """None of a few words stands here."""
        self.fail_expected(f"{what}: {', '.join(sorted(words))}")

    def fail_missing(self, what: str) -> NoReturn:
        """Something is missing behind what was read last; where a literal is not closed, its end is."""
        end = self.token.end if self.token.kind is Kind.BROKEN else self.previous_end
        raise QuerySyntaxError(f"found {self.found()}, expected {what}", Span(end, end))


def _broken(text: str) -> str:
    if len(text) == 1:
        return f'"{text}", which begins nothing'
    opened = text.lstrip("hH@")[:1]
    return f"a literal without its closing {opened if opened in chr(34) + chr(39) + '`~' else ')'}"
