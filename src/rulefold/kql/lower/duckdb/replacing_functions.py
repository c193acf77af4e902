"""Functions that put other texts into a text."""

from rulefold.kql.lower import sql
from rulefold.kql.lower.calls import Call
from rulefold.kql.lower.duckdb.failing import guarded
from rulefold.kql.lower.duckdb.text_pieces import FREE, LAST_FREE, expression
from rulefold.kql.lower.engine import Builder
from rulefold.kql.lower.sql import call
from rulefold.kql.lower.terms import Term, string


def _replace_string(call_: Call) -> Term:
    """An empty text is never found."""
    source = call_.string(0)
    return string(call("replace", source.node, call_.text(1), call_.text(2)), nullable=source.nullable)


def _replace_strings(call_: Call) -> Term:
    """One text after the other, but never in what has been put in."""
    wanted, put = call_.constant(1), call_.constant(2)
    if not isinstance(wanted, list) or not isinstance(put, list) or len(wanted) != len(put):
        raise call_.refused("found replace_strings without two arrays of the same length, which is not run")
    if len(wanted) > LAST_FREE - FREE or not all(isinstance(one, str) and one for one in wanted):
        raise call_.refused("found replace_strings with too many texts, or such as are none, which is not run")
    if not all(isinstance(one, str) for one in put):
        raise call_.refused("found replace_strings with what is no text, which is not run")
    node = call_.string(0).node
    for number, one in enumerate(wanted):
        node = call("replace", node, sql.string(one), sql.string(chr(FREE + number)))
    for number, one in enumerate(put):
        node = call("replace", node, sql.string(chr(FREE + number)), sql.string(one))
    return string(node, nullable=call_[0].nullable)


def _replaced(source: int, pattern: int, rewrite: int) -> Builder:
    r"""All matches rewritten; `\1` is what the first group matches."""

    def build(call_: Call) -> Term:
        found, new = expression(call_, pattern), call_.constant(rewrite)
        if not isinstance(new, str) or not _is_rewrite(new, len(found.groups)):
            raise call_.refused(f"found {new} as what to put in, which is not run")
        arguments = [sql.string(found.text), sql.string(new), sql.string("g")]
        return string(call("regexp_replace", call_.text(source), *arguments))

    return build


def _is_rewrite(rewrite: str, groups: int) -> bool:
    """Whether all backslashes are before a group's number or another one."""
    place = 0
    while (place := rewrite.find("\\", place)) >= 0:
        after = rewrite[place + 1 : place + 2]
        if after != "\\" and not (after in "0123456789" and after and int(after) <= groups):
            return False
        place += 2
    return True


def _translate(call_: Call) -> Term:
    """Each character by that at its place in another list, whose last stands for those it lacks."""
    wanted, put = call_.constant(0), call_.constant(1)
    if not isinstance(wanted, str) or not isinstance(put, str) or len(set(wanted)) < len(wanted):
        raise call_.refused("found translate with a character twice, which is not run")
    put = put[: len(wanted)] + (put[-1:] * max(0, len(wanted) - len(put)))
    source = call_.string(2)
    return string(call("translate", source.node, sql.string(wanted), sql.string(put)), nullable=source.nullable)


_CERTAIN = r"[^\x00-\x7f]|[\w\\.+*?()|\[\]{}^$]"


def _quoted(call_: Call) -> Term:
    """What has a meaning; whether a hyphen and its like are escaped too is not known."""
    again = call_.once(call_.text(0))
    wrong = sql.negated(call("regexp_full_match", again(), sql.string(f"(?:{_CERTAIN})*")))
    node = call("regexp_replace", again(), sql.string(r"([\\.+*?()|\[\]{}^$])"), sql.string(r"\\\1"), sql.string("g"))
    return string(guarded(wrong, "what regex_quote does with a text such as this is not known", node))


ROWS: dict[str, Builder] = {
    "regex_quote": _quoted,
    "replace": _replaced(source=2, pattern=0, rewrite=1),
    "replace_regex": _replaced(source=0, pattern=1, rewrite=2),
    "replace_string": _replace_string,
    "replace_strings": _replace_strings,
    "translate": _translate,
}
