"""Values of cases, as YAML writes them, in the types of columns.

A value has the form in which `result_text` writes it, and which the engine reads: a datetime is ISO 8601 in UTC, a
timespan `[-][d.]hh:mm:ss[.fffffff]`, a guid and a decimal text, a dynamic what JSON has.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from uuid import UUID

from rulefold.kql.types import NAMES, Type
from rulefold.kql.written import timespan_text, written
from rulefold.sources.nodes import Fields, Items, Node, Scalar, kind_of

_WORDS: Mapping[str, object] = {"true": True, "false": False}
_WHOLE = re.compile(r"[-+]?(?:0|[1-9]\d*)")
_REAL = re.compile(r"[-+]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")
_NO_NUMBERS = ("NaN", "Infinity", "-Infinity")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s*(?:[Zz]|[+-]\d\d:?\d\d)?)?")
_TIMESPAN = re.compile(r"(-)?(?:(\d+)\.)?(\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?")


class CaseValueError(ValueError):
    """A value that is none of its type; the message says what was found and what was expected."""

    def __init__(self, node: Node, message: str) -> None:
        """Keep the node, which has the place."""
        super().__init__(message)
        self.node = node


def value_of(node: Node, type_: Type) -> object:
    """A node as a value of a type.  A null of type string is an empty text.  Raises CaseValueError."""
    if isinstance(node, Scalar) and node.text is None:
        return "" if type_ is Type.STRING else None
    if type_ in (Type.DYNAMIC, Type.UNKNOWN):
        return json_of(node)
    if type_ is Type.STRING and not isinstance(node, Scalar):
        return json.dumps(json_of(node), ensure_ascii=False, separators=(",", ":"))
    if not isinstance(node, Scalar):
        raise CaseValueError(node, f"found {kind_of(node)}, expected a value of type {type_}")
    try:
        return _scalar(node.text or "", type_)
    except (ValueError, OverflowError, InvalidOperation) as error:
        raise CaseValueError(node, f"found {node.text!r}, expected a value of type {type_}") from error


def json_of(node: Node) -> object:
    """A node as JSON has it; text without quotes is a number or a truth where it has the form of one."""
    match node:
        case Scalar(text=None):
            return None
        case Scalar():
            text = node.text or ""
            return text if node.quoted else _plain(text)
        case Items():
            return [json_of(one) for one in node.items]
        case Fields():
            return {key.text or "": json_of(value) for key, value in node.pairs}


def _plain(text: str) -> object:
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _REAL.fullmatch(text) else text


def moment_of(node: Node | None) -> datetime | None:
    """A node as a time in UTC; None for what is none."""
    text = node.text if isinstance(node, Scalar) else None
    try:
        return _moment(text) if text else None
    except (ValueError, OverflowError):
        return None


def _moment(text: str) -> datetime:
    if not _DATE.fullmatch(text):
        raise ValueError(text)
    moment = datetime.fromisoformat(text.upper())
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _scalar(text: str, type_: Type) -> object:
    match type_:
        case Type.BOOL:
            return {"true": True, "false": False}[text.lower()] if text.lower() in _WORDS else _refuse(text)
        case Type.LONG | Type.INT:
            return int(text) if _WHOLE.fullmatch(text) else _refuse(text)
        case Type.REAL:
            return text if text in _NO_NUMBERS else float(text) if _REAL.fullmatch(text) else _refuse(text)
        case Type.DATETIME:
            return written(_moment(text))
        case Type.TIMESPAN:
            return timespan_text(_timespan(text))
        case Type.GUID:
            return str(UUID(text))
        case Type.DECIMAL:
            return str(Decimal(text))
        case _:
            return text


def _refuse(text: str) -> object:
    raise ValueError(text)


def _timespan(text: str) -> timedelta:
    found = _TIMESPAN.fullmatch(text)
    if not found:
        raise ValueError(text)
    sign, days, hours, minutes, seconds, fraction = found.groups()
    micros = int((fraction or "").ljust(7, "0")[:6])
    span = timedelta(int(days or 0), int(seconds or 0), micros, 0, int(minutes), int(hours))
    return -span if sign else span


def type_of(nodes: Iterable[Node]) -> Type | None:
    """The one type that values have the form of; None where they have several, or all are null."""
    types = {_form(node) for node in nodes if not (isinstance(node, Scalar) and node.text is None)}
    if types == {Type.LONG, Type.REAL}:
        return Type.REAL
    return types.pop() if len(types) == 1 else None


def _form(node: Node) -> Type:
    if not isinstance(node, Scalar):
        return Type.DYNAMIC
    text = node.text or ""
    if node.quoted:
        return Type.STRING
    if _DATE.fullmatch(text):
        return Type.DATETIME
    return {bool: Type.BOOL, int: Type.LONG, float: Type.REAL}.get(type(_plain(text)), Type.STRING)


def stated_type(name: str) -> Type:
    """A type by its name; one that is not known is dynamic."""
    return NAMES.get(name, Type.DYNAMIC)
