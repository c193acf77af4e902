"""The watchlists of Sentinel, where it is known which there are: what `_GetWatchlist` gives."""

from collections.abc import Mapping

from rulefold import codes
from rulefold.kql.bind.columns import Columns
from rulefold.kql.bind.scope import Place
from rulefold.kql.bind.state import there_is
from rulefold.kql.plan import Apply, Column, Constant, GivenRows, Relation, Row, UnknownRows, Value, WatchlistRows
from rulefold.kql.syntax import Call
from rulefold.kql.types import NAMES, Type

_ITEMS, _ALIASES = "_GetWatchlist", "_GetWatchlistAlias"
_MOST_TOLD = 20


class Watchlists(Columns):
    """Binds what gives watchlists.  `watchlists` are their columns by alias, None where it is open which there are."""

    watchlists: Mapping[str, Mapping[str, str]] | None = None

    def gives_watchlists(self, function: str) -> bool:
        """Whether a function is one of Sentinel's own for watchlists, and these are known."""
        return self.watchlists is not None and function in (_ITEMS, _ALIASES)

    def watchlist(self, call: Call, at: Place) -> Relation:
        """`_GetWatchlist('alias')`, and `_GetWatchlistAlias`, with or without brackets."""
        self.collected.functions.setdefault(call.function)
        expected = 1 if call.function == _ITEMS else 0
        if len(call.arguments) != expected:
            message = f"found {len(call.arguments)} arguments of {call.function}, expected {expected}"
            self.report(codes.QUERY_ARGUMENTS, call.span, message)
            return _unknown(call)
        if call.function == _ALIASES:
            rows = tuple((Constant(Type.STRING, alias, span=call.span),) for alias in sorted(self.watchlists or ()))
            return GivenRows(Row({"WatchlistAlias": Column(Type.STRING)}), rows, span=call.span)
        alias = constant_text(self.value(call.arguments[0], at))
        if alias is None:
            return _unknown(call)
        return self._items(alias, call) or _unknown(call)

    def _items(self, alias: str, call: Call) -> Relation | None:
        watchlists = self.watchlists or {}
        if (columns := watchlists.get(alias)) is None:
            there = sorted(watchlists) if len(watchlists) <= _MOST_TOLD else []
            hints = there_is(there) or self.like(alias, sorted(watchlists)) or ("there are no watchlists",)
            self.report(codes.UNKNOWN_WATCHLIST, call.arguments[0].span, f"found {alias}, which is no watchlist", hints)
            return None
        row = Row({name: Column(NAMES[type_]) for name, type_ in columns.items()})
        return WatchlistRows(row, alias, span=call.span)


def _unknown(call: Call) -> Relation:
    return UnknownRows(Row({}, open_=True), call.function, span=call.span)


def constant_text(value: Value | None) -> str | None:
    """The text that a value is, also one that is the parameter of a function."""
    if isinstance(value, Apply) and value.function == "tostring" and len(value.arguments) == 1:
        value = value.arguments[0]
    return value.value if isinstance(value, Constant) and isinstance(value.value, str) else None
