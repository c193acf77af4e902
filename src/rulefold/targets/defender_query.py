"""What a query reads and returns, as far as its operators tell: a table of Defender, and columns.

A query is read where it is a table of Defender, piped through operators that keep its columns or list them by name.
Source: Microsoft Defender XDR, "Understand the advanced hunting schema" and "Create custom detection rules": a query
returns the time and the id of an event, and a column that says which device, mailbox or account it is about.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rulefold.targets.kql_text import Token, split, tokens

Entity = Literal["device", "mailbox", "account"]


@dataclass(frozen=True, slots=True)
class Reading:
    """The table that a query reads, and the column that names what it is about."""

    table: str
    entity: Entity
    column: str


# The tables of events that have Timestamp and ReportId, with the column that names what an event is about.
_DEVICE: tuple[Entity, str] = ("device", "DeviceId")
_MAILBOX: tuple[Entity, str] = ("mailbox", "RecipientEmailAddress")
_OBJECT_ID: tuple[Entity, str] = ("account", "AccountObjectId")
TABLES: dict[str, tuple[Entity, str]] = {
    "DeviceEvents": _DEVICE,
    "DeviceFileEvents": _DEVICE,
    "DeviceImageLoadEvents": _DEVICE,
    "DeviceLogonEvents": _DEVICE,
    "DeviceNetworkEvents": _DEVICE,
    "DeviceProcessEvents": _DEVICE,
    "DeviceRegistryEvents": _DEVICE,
    "EmailEvents": _MAILBOX,
    "EmailAttachmentInfo": _MAILBOX,
    "EmailPostDeliveryEvents": _MAILBOX,
    "CloudAppEvents": _OBJECT_ID,
    "IdentityDirectoryEvents": _OBJECT_ID,
    "IdentityLogonEvents": _OBJECT_ID,
    "IdentityQueryEvents": _OBJECT_ID,
}
# Columns that the tables have in Sentinel's workspace, and not in Defender.
ONLY_SENTINEL = frozenset(("TimeGenerated", "SourceSystem", "TenantId", "_ResourceId", "_ItemId"))
_KEEPING = frozenset(("where", "filter", "extend", "sort", "order", "take", "limit", "top", "project-reorder"))
# What begins a value that reads no table; and what reads one within an expression.
_VALUES = frozenset(("dynamic", "datetime", "timespan", "ago", "now", "true", "false", "int", "long", "real", "guid"))
_READING = frozenset(
    ("toscalar", "materialize", "externaldata", "table", "workspace", "cluster", "database", "adx", "invoke", "view")
)

# Operators whose list may be a table.
_LISTS = frozenset(("in", "has_any", "has_all"))

NOT_TOLD = "it is not one table piped through operators whose columns are told by name"
NO_TABLE = "its table is none of Defender's events"
NO_COLUMN = "a column that Defender's tables do not have"


def read_query(query: str, continuous: bool) -> Reading | str:
    """What a query reads and returns, or why it can be no custom detection; `continuous` ones have no comments."""
    found = tokens(query)
    if found is None:
        return NOT_TOLD
    parts = [statement for statement in split(found, ";") if statement]
    if not parts or any(not _is_value(statement) for statement in parts[:-1]):
        return NOT_TOLD
    table, *operators = split(parts[-1], "|")
    if len(table) != 1 or table[0].kind != "name":
        return NOT_TOLD
    known = TABLES.get(table[0].text)
    if known is None:
        return NO_TABLE
    if any(token.kind == "name" and token.text in ONLY_SENTINEL for token in found):
        return NO_COLUMN
    if _reads_more(parts, [statement[1].text for statement in parts[:-1]]):
        return NOT_TOLD
    if continuous and "//" in query:
        return "it runs continuously, and then a query has no comments"
    return _returned(Reading(table[0].text, *known), operators)


def _is_value(statement: list[Token]) -> bool:
    """Whether a statement is `let name = value`, of which no table can be a part."""
    texts = [token.text for token in statement]
    if texts[:1] != ["let"] or texts[2:3] != ["="] or len(statement) < 4 or "|" in texts:
        return False
    return statement[3].kind in ("text", "number") or texts[3] in _VALUES


def _reads_more(parts: list[list[Token]], values: Iterable[str]) -> bool:
    """Whether an expression may read a table: by a pipe, a function that reads, or a name alone in parentheses."""
    known = set(values)
    nothing = Token("mark", "", 0)
    for statement in parts:
        padded = [nothing, nothing, *statement, nothing]
        for called, before, token, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
            if token.kind != "name":
                continue
            if after.text == "(" and (token.text in _READING or token.text.startswith("_")):
                return True
            is_argument = called.kind == "name" and called.text not in _LISTS
            if (before.text, after.text) == ("(", ")") and not is_argument and token.text not in known:
                return True
    return any(token.text == "|" for part in split(parts[-1], "|") for token in part)


def _returned(reading: Reading, operators: list[list[Token]]) -> Reading | str:
    """The same reading where the columns that a detection needs are still there after the operators."""
    needed = {"Timestamp", "ReportId", reading.column}
    for operator in operators:
        name, columns = _operator(operator)
        if name in _KEEPING:
            continue
        if name == "project" and columns is not None:
            if not needed <= columns:
                return f"it does not return {', '.join(sorted(needed))}"
        elif name == "project-away" and columns is not None:
            if needed & columns:
                return f"it does not return {', '.join(sorted(needed))}"
        else:
            return NOT_TOLD
    return reading


def _operator(operator: list[Token]) -> tuple[str, frozenset[str] | None]:
    """The name of an operator, and the columns it lists as they are; None where it has anything else."""
    texts = [token.text for token in operator]
    size = 3 if texts[1:2] == ["-"] and operator[:3] and operator[2:3] and operator[2].kind == "name" else 1
    name, rest = "".join(texts[:size]), operator[size:]
    columns: set[str] = set()
    for item in split(rest, ","):
        match [(token.kind, token.text) for token in item]:
            case [("name", column)] | [("name", column), ("mark", "="), ("name", _)]:
                columns.add(column)
            case [("name", _), ("mark", "="), *_]:
                pass  # a column under a new name, which is none that is needed
            case _:
                return name, None
    return name, frozenset(columns)
