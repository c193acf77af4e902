"""What a value has to be like, and a value that is like it."""

import ipaddress
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice, product
from uuid import UUID

from rulefold.kql.types import NUMBERS, Type
from rulefold.kql.written import timespan_text
from rulefold.synthesis.regexes import is_matched, of_group, sample

_MOST = 400  # values that are tried for one place
_NEAR = timedelta(minutes=5)
_JOINTS = (" ", "", "/", "\\", "-", "|", ", ")
_PRIVATE = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8")))


@dataclass(frozen=True, slots=True)
class Wish:
    """A test that a value has to pass, or has to fail where it does not `hold`."""

    test: str
    value: object = None
    holds: bool = True

    def negated(self) -> "Wish":
        """The opposite."""
        return Wish(self.test, self.value, not self.holds)

    def granted(self, value: object) -> bool:
        """Whether a value is so.  Null passes no test but that of being null, and is an empty text."""
        if value is None and self.test not in _OF_NULL:
            if self.test in _OF_ORDER or not isinstance(self.value, str | tuple):
                return False
            value = ""
        try:
            return TESTS[self.test](value, self.value) == self.holds
        except (TypeError, ValueError):
            return False


def text_of(value: object) -> str:
    """A value as tostring has it."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}0Z"
        case timedelta():
            return timespan_text(value)
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)


def number_of(value: object) -> float | int | None:
    """A value as a number, where it is one."""
    if isinstance(value, int | float | Decimal):
        return value if isinstance(value, int | float) else float(value)
    try:
        return int(str(value), 0) if re.fullmatch(r"-?\d+", str(value)) else float(str(value))
    except ValueError:
        return None


def _low(value: object) -> str:
    return text_of(value).lower()


def _term(text: str, term: str) -> bool:
    return re.search(rf"(?<![^\W_]){re.escape(term)}(?![^\W_])", text) is not None


def _terms(text: object, terms: object) -> list[bool]:
    return [_term(_low(text), one.lower()) for one in terms] if isinstance(terms, tuple) else []


def _equal(value: object, other: object) -> bool:
    if isinstance(other, datetime | timedelta):
        return as_kind(value, type(other)) == other
    if isinstance(other, int | float | Decimal) and not isinstance(other, bool) and not isinstance(value, bool):
        return number_of(value) == number_of(other)
    if isinstance(other, bool):
        return _low(value) == _low(other)
    return text_of(value) == text_of(other)


def as_kind(value: object, kind: type) -> object:
    """A value as a time or a duration, where it is one."""
    if isinstance(value, kind) or kind is not datetime or not isinstance(value, str):
        return value
    moment = datetime.fromisoformat(value[:26] + "Z" if len(value) == 28 else value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _order(compare: Callable[[int], bool]) -> Callable[[object, object], bool]:
    def test(value: object, other: object) -> bool:
        if isinstance(other, datetime | timedelta):
            left = as_kind(value, type(other))
            return compare((left > other) - (left < other))  # type: ignore[operator]
        left, right = number_of(value), number_of(other)
        return left is not None and right is not None and compare((left > right) - (left < right))

    return test


def _address(value: object) -> ipaddress.IPv4Address:
    return ipaddress.IPv4Address(text_of(value))


TESTS: dict[str, Callable[[object, object], bool]] = {
    "==": _equal,
    "=~": lambda value, other: _low(value) == _low(other),
    "in": lambda value, others: any(_equal(value, one) for one in _listed(others)),
    "in~": lambda value, others: any(_low(value) == _low(one) for one in _listed(others)),
    "has": lambda value, term: _term(_low(value), _low(term)),
    "has_cs": lambda value, term: _term(text_of(value), text_of(term)),
    "hasprefix": lambda value, term: re.search(rf"(?<![^\W_]){re.escape(_low(term))}", _low(value)) is not None,
    "hassuffix": lambda value, term: re.search(rf"{re.escape(_low(term))}(?![^\W_])", _low(value)) is not None,
    "has_any": lambda value, terms: any(_terms(value, terms)),
    "has_all": lambda value, terms: all(_terms(value, terms)),
    "has_any_ipv4": lambda value, terms: any(_terms(value, terms)),
    "has_any_ipv4_prefix": lambda value, starts: any(_low(value).startswith(_low(one)) for one in _listed(starts)),
    "contains": lambda value, part: _low(part) in _low(value),
    "contains_cs": lambda value, part: text_of(part) in text_of(value),
    "startswith": lambda value, part: _low(value).startswith(_low(part)),
    "startswith_cs": lambda value, part: text_of(value).startswith(text_of(part)),
    "endswith": lambda value, part: _low(value).endswith(_low(part)),
    "endswith_cs": lambda value, part: text_of(value).endswith(text_of(part)),
    "group": lambda value, group: text_of(value) == "" or _is_of_group(text_of(value), group),
    "matches regex": lambda value, pattern: is_matched(text_of(pattern), text_of(value)),
    "<": _order(lambda sign: sign < 0),
    "<=": _order(lambda sign: sign <= 0),
    ">": _order(lambda sign: sign > 0),
    ">=": _order(lambda sign: sign >= 0),
    "empty": lambda value, _: text_of(value) == "",
    "null": lambda value, _: value is None,
    "there": lambda value, _: value is not None,
    "longer": lambda value, number: len(text_of(value)) >= int(text_of(number)),
    "shorter": lambda value, number: len(text_of(value)) <= int(text_of(number)),
    "private": lambda value, _: any(_address(value) in network for network in _PRIVATE),
    "public": lambda value, _: not any(_address(value) in network for network in _PRIVATE),
    "in network": lambda value, network: _address(value) in ipaddress.ip_network(text_of(network), strict=False),
    "piece": lambda value, piece: _piece(text_of(value), piece),
    "pieces": lambda value, piece: isinstance(piece, tuple) and text_of(value).count(piece[0]) + 1 >= piece[1],
}
_OF_NULL = frozenset({"empty", "null", "there"})
_OF_ORDER = frozenset({"<", "<=", ">", ">=", "private", "public", "in network"})
_OF_TEXT = frozenset({"has", "has_cs", "contains", "contains_cs", "hasprefix", "hassuffix"})


def _listed(values: object) -> tuple[object, ...]:
    return values if isinstance(values, tuple) else ()


def _is_of_group(text: str, group: object) -> bool:
    if not isinstance(group, tuple):
        return False
    pattern, number = group
    return sample(pattern, number, text) is not None


def _piece(text: str, piece: object) -> bool:
    if not isinstance(piece, tuple):
        return False
    delimiter, number, value = piece
    parts = text.split(delimiter)
    return -len(parts) <= number < len(parts) and bool(parts[number] == value)


# --------------------------------------------------------------------------------------------------- making a value


def chosen(
    wishes: Sequence[Wish], type_: Type, usual: Iterable[object], now: datetime, taken: int = 0
) -> tuple[bool, object]:
    """Whether there is a value that grants all wishes, and the first one that was found; None is no value at all.

    `taken` says how many values have to be avoided.
    """
    if type_ is Type.STRING and all(one.granted("") for one in wishes):
        return True, None
    for value in islice(_candidates(wishes, type_, usual, now, taken), _MOST + 2 * taken):
        typed = as_type(value, type_)
        if all(one.granted(typed) for one in wishes):
            return True, typed
    return False, None


def as_type(value: object, type_: Type) -> object:
    """A value as one of a column's type."""
    if value is None or type_ in (Type.DYNAMIC, Type.UNKNOWN):
        return value
    if type_ is Type.STRING or (type_ is Type.GUID and isinstance(value, UUID)):
        return text_of(value)
    if type_ is Type.BOOL and isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if type_ in NUMBERS and not isinstance(value, bool | int | float | Decimal):
        return number_of(value)
    if type_ in (Type.INT, Type.LONG) and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _candidates(
    wishes: Sequence[Wish], type_: Type, usual: Iterable[object], now: datetime, taken: int
) -> Iterator[object]:
    yield None
    for one in wishes:
        if one.holds and one.test in ("==", "=~"):
            yield one.value
    for one in wishes:
        if one.holds and one.test in ("in", "in~"):
            yield from _listed(one.value)
    yield from _bounded([one for one in wishes if one.test in ("<", "<=", ">", ">=", "==")], now)
    yield from _addresses(wishes)
    if type_ in (Type.STRING, Type.DYNAMIC, Type.UNKNOWN):
        yield from _texts(wishes)
        if taken:
            yield from _numbered(wishes, taken)
    if type_ is Type.BOOL:
        yield from (True, False)
    yield from usual


def _bounded(wishes: Sequence[Wish], now: datetime) -> Iterator[object]:
    """Values near the bounds of an order."""
    bounds = [
        one.value
        for one in wishes
        if isinstance(one.value, datetime | timedelta | int | float | Decimal) and not isinstance(one.value, bool)
    ]
    if not bounds:
        return
    if isinstance(bounds[0], datetime):
        times = sorted(one for one in bounds if isinstance(one, datetime))
        yield from (one - _NEAR for one in (now, *reversed(times)))
        yield from (one + (other - one) / 2 for one in reversed(times) for other in reversed(times) if one < other)
        for step in (timedelta(0), timedelta(seconds=1), -timedelta(seconds=1), timedelta(days=1), -timedelta(days=1)):
            yield from (one + step for one in times)
    elif isinstance(bounds[0], timedelta):
        steps = (timedelta(0), timedelta(seconds=1), -timedelta(seconds=1))
        yield from (one + step for step in steps for one in bounds if isinstance(one, timedelta))
    else:
        numbers = [one for one in map(number_of, bounds) if one is not None]
        yield from (one + step for step in (0, 1, -1, 2, -2) for one in numbers)
        yield from (one + step for step in (0.5, -0.5) for one in numbers)


def _addresses(wishes: Sequence[Wish]) -> Iterator[object]:
    for one in wishes:
        if one.test == "in network" and one.holds:
            network = ipaddress.ip_network(text_of(one.value), strict=False)
            yield str(network.network_address + (1 if network.num_addresses > 1 else 0))
        elif one.test in ("private", "public", "in network"):
            yield from ("203.0.113.10", "10.0.0.10")


def _texts(wishes: Sequence[Wish]) -> Iterator[str]:
    """Texts of the pieces that are asked for, one after the other, behind a beginning and before an end."""
    held = [one for one in wishes if one.holds]
    choices: list[tuple[str, ...]] = []
    for one in held:
        match one.test:
            case "has_any" | "has_any_ipv4" | "has_any_ipv4_prefix":
                choices.append(tuple(map(text_of, _listed(one.value))))
            case "has_all":
                choices += [(text_of(term),) for term in _listed(one.value)]
            case test if test in _OF_TEXT:
                choices.append((text_of(one.value),))
            case "matches regex":
                made = sample(text_of(one.value))
                choices.append((made or "",))
            case "group" if isinstance(one.value, tuple):
                choices.append((of_group(*one.value),))
    starts = sorted((text_of(one.value) for one in held if one.test.startswith("startswith")), key=len)
    ends = sorted((text_of(one.value) for one in held if one.test.startswith("endswith")), key=len)
    pieces = _pieced(held)
    longest = max([int(text_of(one.value)) for one in held if one.test == "longer"], default=0)
    for taken in islice(product(*choices), _MOST // 8):
        for joint, is_within in product(_JOINTS, (_is_part, _term)):
            middle = joint.join(_needed(taken, starts, ends, is_within))
            text = _around(starts[-1] if starts else "", middle, ends[-1] if ends else "", joint)
            text = f"{pieces}{joint}{text}" if pieces and text else text or pieces
            yield text.ljust(longest, "x")
            if starts and ends:
                yield f"{starts[-1]}{joint or 'x'}{middle}{joint or 'x'}{ends[-1]}"


def _numbered(wishes: Sequence[Wish], taken: int) -> Iterator[str]:
    """Different texts that have the same pieces."""
    for number in range(2, taken + 3):
        for joint in (" ", ""):
            yield from islice(_texts([*wishes, Wish("contains", f"{joint}{number}")]), len(_JOINTS))


def _is_part(text: str, part: str) -> bool:
    return part in text


def _needed(
    pieces: Sequence[str], starts: Sequence[str], ends: Sequence[str], is_within: Callable[[str, str], bool]
) -> list[str]:
    """The pieces without those that are in others."""
    kept: list[str] = []
    around = [*starts[-1:], *ends[-1:]]
    for piece in dict.fromkeys(pieces):
        low = piece.lower()
        others = [one.lower() for one in (*around, *pieces) if one != piece]
        if not any(is_within(one, low) for one in others if one != low):
            kept.append(piece)
    return kept


def _around(start: str, middle: str, end: str, joint: str) -> str:
    if not middle and start and end:
        if start.lower().endswith(end.lower()):
            return start
        if end.lower().startswith(start.lower()):
            return end
        for size in range(min(len(start), len(end)), 0, -1):
            if start[-size:].lower() == end[:size].lower():
                return start + end[size:]
        return start + end
    return joint.join(one for one in (start, middle, end) if one)


def _pieced(wishes: Sequence[Wish]) -> str:
    """A text that is split into what is asked for."""
    given = [one.value for one in wishes if one.test == "piece" and isinstance(one.value, tuple)]
    counts = [one.value for one in wishes if one.test == "pieces" and isinstance(one.value, tuple)]
    if not given and not counts:
        return ""
    delimiter = (given or counts)[0][0]
    own = [one for one in given if one[0] == delimiter]
    least = max([*(n + 1 if n >= 0 else -n for _, n, _ in own), *(one[1] for one in counts)])
    if any(n < 0 for _, n, _ in own):
        least = max(least, *(n + 2 for _, n, _ in own if n >= 0), 1)
    parts = ["x"] * least
    for _, number, value in own:
        parts[number] = value
    return str(delimiter).join(parts)
