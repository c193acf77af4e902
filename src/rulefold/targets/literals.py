"""Texts as literals of other languages: any text that Unicode has, so that it reads back as it is."""

import re
from collections.abc import Mapping

# What is written as an escape, because an editor, a version control system or a reader may change or hide it.
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_KQL_SHORT = {**_SHORT, "\b": "\\b", "\f": "\\f", "\v": "\\v", "\a": "\\a", "\0": "\\0"}
_FOUR_DIGITS, _BRACED = "\\u{:04x}", "\\u{{{:x}}}"
_RAW_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def hcl(text: str) -> str:
    """A quoted text of HCL: a template without any expression in it.

    Source: HCL Native Syntax Specification, "Template Expressions".
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    # `$${` would stand for `${`, but neither behind another `$` nor in every parser; an escape does anywhere.
    escaped = escaped.replace("${", "\\u0024{").replace("%{", "\\u0025{")
    return f'"{_escaped(escaped, _SHORT, _FOUR_DIGITS)}"'


def hcl_block(text: str) -> str:
    """A text of several lines as a heredoc of HCL, or quoted where a heredoc cannot hold it."""
    if not text.endswith("\n") or _RAW_UNSAFE.search(text) or re.search(r"[$%][$%]\{", text):
        return hcl(text)
    lines = {line.strip() for line in text.split("\n")}
    mark = next(mark for mark in ("KQL", *(f"KQL{n}" for n in range(1, len(lines) + 2))) if mark not in lines)
    body = text.replace("${", "$${").replace("%{", "%%{")
    return f"<<{mark}\n{body}{mark}"


def bicep(text: str) -> str:
    """A text of Bicep on one line.  Source: Bicep documentation, "Data types", strings."""
    # Of two escapes, it is the one that pycep reads too: a backslash before a quote is always one of a quote to it.
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("${", "\\u{24}{")
    if escaped.endswith("\\\\"):
        escaped = escaped[:-2] + "\\u{5c}"
    return f"'{_escaped(escaped, _SHORT, _BRACED)}'"


def bicep_block(text: str) -> str:
    """A text of several lines between three quotes, without escapes; on one line where that cannot hold it."""
    if "\n" not in text or "'''" in text or text.endswith("'") or _RAW_UNSAFE.search(text):
        return bicep(text)
    return f"'''\n{text}'''"


def kql(text: str) -> str:
    """A text of KQL in double quotes.  Source: Kusto documentation, "The string data type"."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_escaped(escaped, _KQL_SHORT, _FOUR_DIGITS)}"'


def _escaped(text: str, short: Mapping[str, str], form: str) -> str:
    return _HIDDEN.sub(lambda found: short.get(found[0]) or form.format(ord(found[0])), text)
