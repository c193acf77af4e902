"""Functions of text."""

from rulefold.kql.functions.table import Function

ROWS = (
    Function(
        "countof",
        "(source: string, search: string, kind: literal string{normal|regex}?) -> long",
        "The number of times that a substring or a match of a regular expression occurs.",
    ),
    Function(
        "extract",
        "(regex: constant string, captureGroup: long, source: string) -> string; "
        "(regex: constant string, captureGroup: long, source: string, "
        "typeLiteral: literal type) -> type of @typeLiteral",
        "The part of the text that a group of a regular expression matches.",
    ),
    Function(
        "extract_all",
        "(regex: constant string, source: string) -> dynamic; "
        "(regex: constant string, captureGroups: array, source: string) -> dynamic",
        "All matches of the groups of a regular expression, as an array.",
        aliases=("extractall",),
    ),
    Function(
        "has_any_index",
        "(source: string/dynamic, values: array) -> long",
        "The place in an array of the first term that occurs in the text, or -1.",
    ),
    Function(
        "indexof",
        "(string: scalar, match: scalar, start: integer?, length: integer?, occurrence: constant integer?) -> long",
        "The place of the first occurrence of a substring, or -1.",
    ),
    Function(
        "indexof_regex",
        "(string: scalar, match: constant scalar, start: integer?, length: integer?, "
        "occurrence: constant integer?) -> long",
        "The place of the first match of a regular expression, or -1.",
    ),
    Function("isascii", "(value: scalar) -> bool", "Whether the text holds ASCII characters only."),
    Function("isutf8", "(value: scalar) -> bool", "Whether the text is well-formed UTF-8."),
    Function(
        "regex_quote",
        "(string: scalar) -> string",
        "The text with all that has a meaning in regular expressions escaped.",
    ),
    Function(
        "replace",
        "(regex: constant string, rewrite: constant string, source: string) -> string",
        "The text with all matches of a regular expression replaced; the old order of arguments.",
    ),
    Function(
        "replace_regex",
        "(source: string, lookup_regex: constant string, rewrite_pattern: constant string) -> string",
        "The text with all matches of a regular expression replaced.",
    ),
    Function(
        "replace_string",
        "(text: string, lookup: string, rewrite: string) -> string",
        "The text with all occurrences of a substring replaced.",
    ),
    Function(
        "replace_strings",
        "(text: string, lookups: array, rewrites: array) -> string",
        "The text with all occurrences of several substrings replaced.",
    ),
    Function("reverse", "(value: scalar) -> string", "The text from its last character to its first."),
    Function(
        "split",
        "(source: scalar, delimiter: string, requestedIndex: integer?) -> dynamic",
        "The parts of the text between the delimiters, as an array.",
        column="@1",
    ),
    Function("strcat", "(arg: scalar[1..64]) -> string", "The arguments as text, one after the other."),
    Function(
        "strcat_delim",
        "(delimiter: scalar, arg: scalar[2..64]) -> string",
        "The arguments as text, with a delimiter between them.",
    ),
    Function("strcmp", "(s1: scalar, s2: scalar) -> long", "-1, 0 or 1: the order of two texts by their code points."),
    Function(
        "string_size",
        "(string: string/dynamic) -> long",
        "The number of bytes of the text in UTF-8.",
        column="string_size_@1",
    ),
    Function("strlen", "(string: string/dynamic) -> long", "The number of characters of the text.", column="strlen_@1"),
    Function(
        "strrep",
        "(value: scalar, multiplier: long, delimiter: scalar?) -> string",
        "The value as text, repeated, with a delimiter between.",
    ),
    Function(
        "substring",
        "(string: scalar, start: integer, length: integer?) -> string",
        "The part of the text from a place on, of a given length.",
    ),
    Function("tolower", "(value: scalar) -> string", "The text in lower case."),
    Function("toupper", "(value: scalar) -> string", "The text in upper case."),
    Function(
        "translate",
        "(searchList: string, replacementList: string, source: string) -> string",
        "The text with each character of one list replaced by that at its place in another.",
    ),
    Function(
        "trim",
        "(regex: constant string, source: string) -> string",
        "The text without the match of a regular expression at its start and its end.",
    ),
    Function(
        "trim_end",
        "(regex: constant string, source: string) -> string",
        "The text without the match of a regular expression at its end.",
    ),
    Function(
        "trim_start",
        "(regex: constant string, source: string) -> string",
        "The text without the match of a regular expression at its start.",
    ),
    Function(
        "unicode_codepoints_from_string",
        "(value: scalar) -> dynamic",
        "The code points of the text, as an array.",
        aliases=("to_utf8",),
    ),
    Function(
        "unicode_codepoints_to_string",
        "(value: integer/array+) -> string",
        "The text that code points make up.",
        aliases=("make_string",),
    ),
)
