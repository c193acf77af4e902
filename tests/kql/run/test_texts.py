"""Functions of texts, and searches in text: values worked out by hand or told by Kusto's documentation."""

import pytest

from rulefold.kql import QueryError, run

VALUES = (
    ('strcat("a", 1, 1s, true)', "a100:00:01True"),
    ('strcat(tostring(int(null)), "b")', "b"),
    ('strcat_delim("-", 1, "2", "A", 1s)', "1-2-A-00:00:01"),
    ('strcat_delim("-", "", "b")', "-b"),
    ('strlen("é😀")', 2),
    ("strlen(tostring(int(null)))", 0),
    ('string_size("é")', 2),
    ('substring("123456", 1)', "23456"),
    ('substring("123456", 2, 2)', "34"),
    ('substring("123456", -2, 2)', "56"),
    ('substring("ABC", 9)', ""),
    ('substring("ABC", -9, 9)', ""),
    ('tolower("ÀB")', "àb"),
    ('toupper("straße")', "STRAßE"),
    ("reverse(12345)", "54321"),
    ('reverse("e\\u0301x")', "x\u0301e"),
    ('trim("--", "--a----")', "a--"),
    ('trim(@"\\s+", "")', ""),
    ('trim_start(@"[^\\w]+", "- é-")', "é-"),
    ('trim_end(".com", "bing.com")', "bing"),
    ('split("aa_bb", "_")', ["aa", "bb"]),
    ('split("aaa_bbb_ccc", "_", 1)', ["bbb"]),
    ('split("", "_")', [""]),
    ('split("a__b", "_")', ["a", "", "b"]),
    ('replace_string("aaa", "", "X")', "aaa"),
    ('replace_string("aaa", "aa", "b")', "ba"),
    ('replace_strings("cat dog", dynamic(["cat", "dog"]), dynamic(["dog", "ox"]))', "dog ox"),
    ('replace_regex("is 5", @"is (\\d+)", @"was: \\1")', "was: 5"),
    ('replace(@"(?i)abc", "#", "abcABC")', "##"),
    ('replace_regex("", "^$", "x")', "x"),
    ('extract("x=([0-9.]+)", 1, "hello x=45.6|wo")', "45.6"),
    ('extract("x=([0-9.]+)", 1, "hello x=45.6|wo", typeof(real))', 45.6),
    ('extract("q(a)", 1, "a", typeof(int))', None),
    ('extract("a(b)?", 1, "ac")', ""),
    ("trim_start(@'[[]', '[::1]')", "::1]"),
    ("'[' matches regex '^[a[]$'", True),
    ("'b' matches regex '^[a[]$'", False),
    ("'a]' matches regex '^[a[]]$'", True),
    ("'[b' matches regex '^[a[]x?[b]$'", True),
    ("'[' matches regex '^[[:alpha:][]$'", True),
    ("'1' matches regex '^[[:alpha:][]$'", False),
    ('extract_all(@"([a-z])(\\d)?", "a1b")', [["a", "1"], ["b", ""]]),
    ('extract_all(@"[a-z](\\d)?", "a1b")', ["1", ""]),
    ('extract_all(@"([a-z])(\\d)", dynamic([2]), "a1b2")', ["1", "2"]),
    ('extract_all(@"(?P<x>[a-z])(\\d)", dynamic(["x"]), "a1b2")', ["a", "b"]),
    ('extract_all("(z)", "a")', None),
    ('indexof("abcdefg", "cde", 1, 2)', 2),
    ('indexof("abcdefg", "cde", 1, 1)', -1),
    ('indexof("abcdefg", "cde", -5)', 2),
    ('indexof("abcdefg", "abc", -99)', 0),
    ('indexof("cdcdcd", "cd", 1, -1, 2)', 4),
    ('indexof("éab", "b")', 2),
    ('indexof("abc", "")', None),
    ('indexof_regex("abcabc", @"a.c", 0, 9, 2)', 3),
    ('indexof_regex("ababaa", @"a.a", 0, -1, 2)', -1),
    ('countof("aaaa", "aa")', 3),
    ('countof("ababa", "aba", "regex")', 1),
    ('countof("The cat sat on the mat", "at")', 3),
    ('has_any_index("an example", dynamic(["not", "example"]))', 1),
    ('has_any_index("an example", dynamic([]))', -1),
    ('has_any_index("number 2", dynamic([1, 2]))', 1),
    ('strcmp("abc", "ABC")', 1),
    ('strcmp("", "")', 0),
    ('strrep("ab", 2, ".")', "ab.ab"),
    ('isascii("é")', False),
    ('isutf8("é")', True),
    ('regex_quote("(so$me.Te^xt)")', r"\(so\$me\.Te\^xt\)"),
    ('translate("krasp", "otsku", "spark")', "kusto"),
    ('translate("abc", "x", "abc")', "xxx"),
    ('translate("abc", "", "ab")', ""),
    ('unicode_codepoints_from_string("é😀")', [233, 128512]),
    ("make_string(dynamic([75, 117]), 115)", "Kus"),
)

FALSE_OR_TRUE = (
    ('"a PowerShell b" has "powershell"', True),
    ('"powershells" has "powershell"', False),
    ('"x_power" has "power"', True),
    ('"xa-b" has "a-b"', False),
    ('"xa-b" has "-b"', True),
    ('"DÉCAFÉ" has "café"', False),
    ('"le CAFÉ" has "café"', True),
    ('"ΑΣ" has "ας"', False),
    ('"a" has ""', True),
    ('"" !has "a"', True),
    ('"PowerShell" has_cs "powershell"', False),
    ('"a-powershells" hasprefix "power"', True),
    ('"a-powershells" hassuffix "shell"', False),
    ('"ab" has_any ("c", "AB")', True),
    ('"ab cd ef" has_any ("a", "c", "e", "cd")', True),
    ('"ab cd ef" has_any ("a", "c", "e", "d")', False),
    ('"ab .com- ef" has_any ("x", "b", ".com", "-y")', True),
    ('"ab x.com- ef" has_any ("x", "b", "y", "com-")', True),
    ('"ab x.comé ef" has_any ("m.com", "b", ".com", "y")', False),
    ('"ab x-.com ef" has_any ("m.com", "b", ".com", "y")', True),
    ('"ab cd" has_all ("cd", "AB")', True),
    ('"é" matches regex @"^\\w$"', True),
    ('"é" matches regex @"^[^\\W]$"', True),
    ('"٣" matches regex @"^\\d$"', True),
    ('"x" matches regex @"(?<name>x)"', True),
    ('"a\\nb" matches regex "a.b"', False),
)

REFUSED = (
    'substring("abc", 0, -1)',
    'split("abc", "")',
    "'a' matches regex '[a[b]]'",
    "'a' matches regex '[x[^y]]'",
    "'a' matches regex '[[]a]]'",
    'split("abc", "b", -1)',
    'extract("a", 1, "a")',
    'extract_all("a", "a")',
    'extract_all("(a)", dynamic([2]), "a")',
    'indexof("aaaa", "aa", 0, -1, 2)',
    'indexof("abc", "b", 0, -1, 0)',
    'countof("a", "")',
    'strrep("a", 0)',
    'translate("aa", "bc", "a")',
    'replace_strings("a", dynamic(["a"]), dynamic([]))',
    'replace_regex("a", "a", @"\\1")',
    'regex_quote("a-b")',
    '"a" matches regex "(?=a)"',
    '"a" matches regex "[a&&b]"',
    '"a" matches regex "("',
)


@pytest.mark.parametrize(("expression", "expected"), VALUES + FALSE_OR_TRUE)
def test_a_value(expression: str, expected: object) -> None:
    assert run(f"print x = {expression}").rows == ((expected,),)


@pytest.mark.parametrize("expression", REFUSED)
def test_a_refusal(expression: str) -> None:
    with pytest.raises(QueryError):
        run(f"print x = {expression}")


def test_arguments_of_each_row() -> None:
    rows = 'datatable(s: string, n: int, d: string)["hello", 1, "l", "", -2, "x", "abc", -2, "b", "b", 0, "B"]'
    calls = "substring(s, n), split(s, d), indexof(s, d, n), countof(s, d), s has d, s hasprefix d, s contains_cs d"
    assert run(f"{rows} | project {calls}").rows == (
        ("ello", ["he", "", "o"], 2, 2, False, False, True),
        ("", [""], -1, 0, False, False, False),
        ("bc", ["a", "c"], 1, 1, False, False, True),
        ("b", ["b"], -1, 0, True, True, False),
    )


def test_a_text_that_is_null_is_empty() -> None:
    rows = "datatable(a: long)[1] | join kind=leftouter (datatable(a: long, s: string)[2, 'x']) on a"
    calls = 'strlen(s), strcat(s, "b"), toupper(s), split(s, ","), countof(s, "a"), s has "", s has "a", isascii(s)'
    assert run(f"{rows} | project {calls}").rows == ((0, "b", "", [""], 0, True, False, True),)
