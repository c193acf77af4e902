"""Texts as literals of other languages, read back by what their specifications say of escapes.

The parsers that judge whole files leave escapes as they are; `test_bicep` and `test_terraform` read them with these.
"""

import re

import pytest
from hypothesis import given

from rulefold.targets.literals import bicep, bicep_block, hcl, hcl_block, kql
from tests.conftest import examples
from tests.targets.exports import HOSTILE, hostile_texts

CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}
KQL_CONTROLS = {**CONTROLS, "a": "\a", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}


def read_bicep(literal: str) -> str:
    """A text of Bicep; without its quotes it is one on one line."""
    if literal.startswith("'''\n") and literal.endswith("'''"):
        return literal[4:-3]
    body = literal[1:-1] if literal.startswith("'") else literal
    assert not re.search(r"(?<!\\)(?:\\\\)*['\n\r]", body), body
    assert "${" not in body
    return re.sub(
        r"\\(?:u\{([0-9a-f]+)\}|(.))", lambda m: chr(int(m[1], 16)) if m[1] else CONTROLS.get(m[2], m[2]), body
    )


def read_hcl(literal: str) -> str:
    """A quoted text or a heredoc of HCL without expressions."""
    if heredoc := re.fullmatch(r"<<(\w+)\n(.*)\1", literal, re.DOTALL):
        body = heredoc[2]
        assert not any(line.strip() == heredoc[1] for line in body.split("\n"))
        assert not re.search(r"(?<![$%])[$%]\{", body)
        return body.replace("$${", "${").replace("%%{", "%{")
    body = literal[1:-1]
    assert not re.search(r'(?<!\\)(?:\\\\)*["\n\r]', body), body
    assert not re.search(r"[$%]\{", body)
    return re.sub(r"\\(?:u([0-9a-f]{4})|(.))", lambda m: chr(int(m[1], 16)) if m[1] else CONTROLS.get(m[2], m[2]), body)


def read_kql(literal: str) -> str:
    body = literal[1:-1]
    assert not re.search(r'(?<!\\)(?:\\\\)*["\n\r]', body), body
    return re.sub(
        r"\\(?:u([0-9a-f]{4})|(.))", lambda m: chr(int(m[1], 16)) if m[1] else KQL_CONTROLS.get(m[2], m[2]), body
    )


@pytest.mark.parametrize("text", [*HOSTILE, "", "plain", "two\nlines\n"])
def test_a_text_reads_back(text: str) -> None:
    assert read_bicep(bicep(text)) == read_bicep(bicep_block(text)) == text
    assert read_hcl(hcl(text)) == read_hcl(hcl_block(text)) == text
    assert read_kql(kql(text)) == text


@examples(300)
@given(hostile_texts)
def test_any_text_reads_back(text: str) -> None:
    assert read_bicep(bicep(text)) == read_bicep(bicep_block(text)) == text
    assert read_hcl(hcl(text)) == read_hcl(hcl_block(text)) == text
    assert read_kql(kql(text)) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("T\n| take 1\n", "<<KQL\nT\n| take 1\nKQL"),
        ("T\n| take 1", '"T\\n| take 1"'),  # a heredoc would add a line end
        ("KQL\n", "<<KQL1\nKQL\nKQL1"),
        ("  KQL \n", "<<KQL1\n  KQL \nKQL1"),
        ("${x} %{y}\n", "<<KQL\n$${x} %%{y}\nKQL"),
        ("$${x}\n", '"$\\u0024{x}\\n"'),
        ("a\r\n", '"a\\r\\n"'),
        ('C:\\x "y"', '"C:\\\\x \\"y\\""'),
    ],
)
def test_hcl(text: str, written: str) -> None:
    assert hcl_block(text) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("T\n| take 1\n", "'''\nT\n| take 1\n'''"),
        ("T\n| take '1'", "'T\\n| take \\'1\\''"),  # the quotes would run together
        ("a'''\nb", "'a\\'\\'\\'\\nb'"),
        ("${x}\n$y", "'''\n${x}\n$y'''"),  # between three quotes nothing is an expression
        ("${x}", "'\\u{24}{x}'"),
        ("C:\\", "'C:\\u{5c}'"),
        ("a\\b", "'a\\\\b'"),
    ],
)
def test_bicep(text: str, written: str) -> None:
    assert bicep_block(text) == written
