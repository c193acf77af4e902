"""Functions that read a structure out of a text."""

from rulefold.kql.functions.table import Function

ROWS = (
    Function("dynamic_to_json", "(dynamic: scalar) -> string", "The value as text in canonical JSON."),
    Function(
        "extract_json",
        "(jsonPath: constant string, jsonText: string) -> string; "
        "(jsonPath: constant string, jsonText: string, type: literal type) -> type of @type",
        "The value at a path in a text in JSON.",
        aliases=("extractjson",),
    ),
    Function(
        "parse_command_line",
        "(command: scalar, parser: string) -> dynamic",
        "The arguments of a command line, as an array.",
    ),
    Function(
        "parse_csv",
        "(csv_text: string/dynamic) -> dynamic",
        "The values of one line of comma-separated values, as an array.",
        column="@1",
    ),
    Function(
        "parse_json",
        "(json_text: string/dynamic) -> dynamic",
        "The value that a text in JSON stands for.",
        column="@1",
        aliases=("parsejson",),
    ),
    Function("parse_path", "(path: string) -> dynamic", "The parts of a path of a file, as a bag."),
    Function("parse_url", "(url: string) -> dynamic", "The parts of a URL, as a bag.", aliases=("parseurl",)),
    Function(
        "parse_urlquery",
        "(query: string) -> dynamic",
        "The parameters of the query of a URL, as a bag.",
        aliases=("parseurlquery",),
    ),
    Function(
        "parse_user_agent",
        "(user_agent: string, look_for: string/array?) -> dynamic",
        "The browser, system and device that a user agent names, as a bag.",
    ),
    Function("parse_version", "(version: string) -> decimal", "The version as a number that compares as versions do."),
    Function(
        "parse_xml",
        "(xml_text: string/dynamic) -> dynamic",
        "The value that a text in XML stands for.",
        column="@1",
    ),
)
