"""From the value of an expression back to what it is made from: a row for each function that has a way back."""

import base64
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from rulefold.kql.plan import Access, Apply, Value
from rulefold.kql.types import Type
from rulefold.synthesis.regexes import number_of, sample
from rulefold.synthesis.symbols import Unsolved
from rulefold.synthesis.wishes import Wish, text_of
from rulefold.text import Span

if TYPE_CHECKING:
    from rulefold.synthesis.asking import Asking

Way = Callable[[object], None]


def way(solver: "Asking", value: Value) -> tuple[Way | None, Wish | None]:
    """What has to be asked when a value for an expression has been chosen, and what any is like, as far as is known."""
    group = _group(solver, value)
    if group is None:
        return _way(solver, value), None
    is_text = value.type in (Type.STRING, Type.DYNAMIC)
    return _matched(solver, group, value.span), Wish("group", (group.pattern, group.number)) if is_text else None


def _way(solver: "Asking", value: Value) -> Way | None:
    match value:
        case Access(_, Apply(_, name, _) as target, key) if name in _MEMBERS:
            step = solver.step(key)
            return None if step is None else _MEMBERS[name](solver, target, step)
        case Apply(_, name, _) if name in _WAYS:
            return _WAYS[name](solver, value)
    return None


def _inner(number: int = 0) -> Callable[["Asking", Apply], Way | None]:
    """The value is that of an argument."""

    def make(solver: "Asking", value: Apply) -> Way:
        return lambda chosen: solver.want(value.arguments[number], Wish("==", chosen), value.span)

    return make


def _joined(solver: "Asking", value: Apply) -> Way:
    parts = value.arguments
    known = [None if solver.is_free(one) else text_of(solver.constant(one)) for one in parts]

    def back(chosen: object) -> None:
        pattern = "".join("(.*?)" if one is None else re.escape(one) for one in known)
        found = re.fullmatch(pattern, text_of(chosen), re.DOTALL)
        if found is None:
            raise Unsolved("found strcat, whose parts do not make up what is asked of it", value.span)
        free = [one for one, text in zip(parts, known, strict=True) if text is None]
        texts = list(found.groups())
        if len(texts) > 1 and not texts[0] and texts[-1] and all(one == "" for one in texts[:-1]):
            texts = [texts[-1], *texts[:-1]]  # nothing between the parts: the first one has it all
        for one, text in zip(free, texts, strict=True):
            solver.want(one, Wish("==", text), value.span)

    return back


class _Group(NamedTuple):
    """A group of a regular expression in a text."""

    pattern: str
    number: int
    text: Value


def _group(solver: "Asking", value: Value) -> _Group | None:
    """The group whose match is the value of an expression."""
    match value:
        case Apply(_, "extract", (pattern, group, text, *_)) if not solver.is_free(pattern) and not solver.is_free(
            group
        ):
            return _Group(text_of(solver.constant(pattern)), int(text_of(solver.constant(group))), text)
        case Access(_, Apply(_, "extract_all", _) as all_, key) if solver.step(key) is not None:
            return _group_of_all(solver, all_, 0)
        case Access(_, Access(_, Apply(_, "extract_all", _) as all_, _), key) if not solver.is_free(key):
            return _group_of_all(solver, all_, solver.constant(key))
    return None


def _group_of_all(solver: "Asking", value: Apply, step: object) -> _Group | None:
    pattern, text = value.arguments[0], value.arguments[-1]
    if solver.is_free(pattern):
        return None
    group: object = step + 1 if isinstance(step, int) else 1
    if len(value.arguments) > 2 and isinstance(step, int) and not solver.is_free(value.arguments[1]):
        asked = solver.constant(value.arguments[1])
        if isinstance(asked, list) and step < len(asked):
            group = asked[step]
    written = text_of(solver.constant(pattern))
    number = group if isinstance(group, int) else number_of(written, text_of(group))
    return None if number is None else _Group(written, max(number, 1), text)


def _matched(solver: "Asking", group: _Group, span: Span) -> Way:
    def back(chosen: object) -> None:
        made = sample(group.pattern, group.number, text_of(chosen))
        if made is None:
            raise Unsolved("found a regular expression whose group is never what is asked of it", span)
        solver.want(group.text, Wish("contains_cs", made), span)
        solver.want(group.text, Wish("matches regex", group.pattern), span)

    return back


def _split(solver: "Asking", value: Apply, step: object) -> Way | None:
    text, delimiter = value.arguments[:2]
    if solver.is_free(delimiter) or not isinstance(step, int):
        return None
    by = text_of(solver.constant(delimiter))

    def back(chosen: object) -> None:
        solver.want(text, Wish("piece", (by, step, text_of(chosen))), value.span)

    return back


def _of_url(solver: "Asking", value: Apply, step: object) -> Way | None:
    shapes = {"Host": "https://{}/", "Scheme": "{}://example.com/", "Path": "https://example.com{}"}
    shape = shapes.get(text_of(step))
    if shape is None:
        return None
    return lambda chosen: solver.want(value.arguments[0], Wish("==", shape.format(text_of(chosen))), value.span)


def _of_path(solver: "Asking", value: Apply, step: object) -> Way | None:
    shapes = {"Filename": "C:\\{}", "DirectoryPath": "{}\\file.exe", "Extension": "C:\\file.{}"}
    shape = shapes.get(text_of(step))
    if shape is None:
        return None
    return lambda chosen: solver.want(value.arguments[0], Wish("==", shape.format(text_of(chosen))), value.span)


def _part(solver: "Asking", value: Apply) -> Way | None:
    text, start = value.arguments[:2]
    if solver.is_free(start):
        return None
    before = "x" * max(int(text_of(solver.constant(start))), 0)
    return lambda chosen: solver.want(text, Wish("startswith_cs", before + text_of(chosen)), value.span)


def _decoded(solver: "Asking", value: Apply) -> Way:
    def back(chosen: object) -> None:
        encoded = base64.b64encode(text_of(chosen).encode()).decode()
        solver.want(value.arguments[0], Wish("==", encoded), value.span)

    return back


def _encoded(solver: "Asking", value: Apply) -> Way:
    def back(chosen: object) -> None:
        try:
            decoded = base64.b64decode(text_of(chosen)).decode()
        except ValueError as error:
            raise Unsolved("found base64_encode_tostring of a text that is none of base 64", value.span) from error
        solver.want(value.arguments[0], Wish("==", decoded), value.span)

    return back


def _branch(solver: "Asking", value: Apply) -> Way:
    """`iff` and `case`: the first branch with a value that is not written in the query."""

    def back(chosen: object) -> None:
        arguments = value.arguments
        branches = [*zip(arguments[:-1:2], arguments[1::2], strict=False), (None, arguments[-1])]
        ways = [number for number, (_, given) in enumerate(branches) if solver.is_free(given)]
        if not ways:
            solver.want(value, Wish("==", chosen), value.span)
            return
        taken = ways[solver.choices.pick(("back", id(arguments[0])), len(ways))]
        for number, (condition, _) in enumerate(branches[: taken + 1]):
            if condition is not None:
                solver.truth(condition, number == taken)
        solver.want(branches[taken][1], Wish("==", chosen), value.span)

    return back


def _shifted(solver: "Asking", value: Apply) -> Way | None:
    if value.type not in (Type.DATETIME, Type.TIMESPAN, Type.LONG, Type.INT, Type.REAL):
        return None
    if all(map(solver.is_free, value.arguments)):
        return None
    return lambda chosen: solver.want(value, Wish("==", chosen), value.span)


_WAYS: Mapping[str, Callable[["Asking", Apply], Way | None]] = {
    "strcat": _joined,
    "substring": _part,
    "base64_decode_tostring": _decoded,
    "base64_encode_tostring": _encoded,
    **dict.fromkeys(("iff", "iif", "case"), _branch),
    **dict.fromkeys(("+", "-"), _shifted),
    **dict.fromkeys(("bin", "floor", "startofday", "startofhour", "coalesce", "abs", "round", "tostring"), _inner()),
    "replace": _inner(2),
    **dict.fromkeys(("replace_string", "replace_regex"), _inner(0)),
    "reverse": lambda solver, value: (
        lambda chosen: solver.want(value.arguments[0], Wish("==", text_of(chosen)[::-1]), value.span)
    ),
}
_MEMBERS: Mapping[str, Callable[["Asking", Apply, object], Way | None]] = {
    "split": _split,
    "parse_url": _of_url,
    "parseurl": _of_url,
    "parse_path": _of_path,
}
