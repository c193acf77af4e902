"""RF1xx: what is to be said about the blocks of rules on pages."""

from rulefold.diagnostics import Code, Severity

_ERROR, _WARNING = Severity.ERROR, Severity.WARNING

NO_TABLE = Code(
    "RF101",
    "no-table",
    _ERROR,
    "A rule block has no table of fields.",
    "Each block carries its fields in a table with the columns Name and Value, at the top level of the page: not "
    "inside a list, a quotation or a code block.",
    "## Title\n\nDescription\n\n### KQL",
    "## Title\n\nDescription\n\n|Name | Value |\n| --- | --- |\n|Tactic | Impact|",
)
OTHER_TABLE = Code(
    "RF102",
    "other-table",
    _ERROR,
    "The table of a rule block has other columns than Name and Value.",
    "The table of fields has exactly the two columns Name and Value, in this order. With other columns it is not "
    "known which cell is the value.",
    "|Value | Name |\n| --- | --- |\n|Impact | Tactic|",
    "|Name | Value |\n| --- | --- |\n|Tactic | Impact|",
)
CELL_COUNT = Code(
    "RF103",
    "cell-count",
    _ERROR,
    "A row of the table of fields does not have two cells.",
    "A Markdown reader drops surplus cells and pads missing ones in silence, so cells are counted on the line "
    "itself. A pipe that belongs to a value is written `\\|`.",
    "|DataTypes | Syslog | auth |",
    "|DataTypes | Syslog \\| auth |",
)
UNKNOWN_FIELD = Code(
    "RF104",
    "unknown-field",
    _ERROR,
    "The table of fields names a field that is not one of the fourteen.",
    "The fields are Tactic, TechniqueId, Platform, DetectionType, ConnectorId, DetectionId, DataTypes, "
    "QueryFrequency, QueryPeriod, TriggerOperator, TriggerThreshold, DetectionSeverity, DetectionUrl and "
    "IngestedDate, spelled like this, in any order.",
    "|Severity | High |",
    "|DetectionSeverity | High |",
)
REPEATED_FIELD = Code(
    "RF105",
    "repeated-field",
    _ERROR,
    "The table of fields names a field twice.",
    "One row states one value of each field. Several values of a rule stand in several blocks.",
    "|Tactic | Impact|\n|Tactic | Execution|",
    "|Tactic | Impact|",
)
REPEATED_TABLE = Code(
    "RF106",
    "repeated-table",
    _ERROR,
    "A rule block has two tables of fields.",
    "A block has one table of fields. Often a heading is missing between two rules.",
    "## Title\n\n|Name | Value |\n…\n\n|Name | Value |\n…",
    "## Title\n\n|Name | Value |\n…\n\n## Other title\n\n|Name | Value |\n…",
)
NO_QUERY = Code(
    "RF107",
    "no-query",
    _ERROR,
    "A rule block has no query.",
    "The query stands after the table in a fenced code block at the top level of the page.",
    "### KQL\n\nSecurityEvent | take 10",
    "### KQL\n```kql\nSecurityEvent | take 10\n```",
)
REPEATED_QUERY = Code(
    "RF108",
    "repeated-query",
    _ERROR,
    "A rule block has two queries.",
    "A block has one fenced code block after its table. Which of two would be the rule's query is not guessed.",
    "```kql\nSecurityEvent\n```\n```kql\nSyslog\n```",
    "```kql\nunion SecurityEvent, Syslog\n```",
)
UNCLOSED_FENCE = Code(
    "RF109",
    "unclosed-fence",
    _ERROR,
    "A fenced code block, or raw HTML, is not closed before the end of the page.",
    "Everything after an opening fence is code until a line that closes it, later headings included. The message "
    "says how many headings were swallowed; the whole stretch is one reject.",
    "```kql\nSecurityEvent\n\n## Next rule",
    "```kql\nSecurityEvent\n```\n\n## Next rule",
)
INVALID_TEXT = Code(
    "RF110",
    "invalid-text",
    _ERROR,
    "A rule block has bytes that are not UTF-8, or a NUL character.",
    "Such bytes cannot be written to YAML, JSON or KQL without changing them, so the block is kept as it is among"
    " the rejects.",
    'SecurityEvent | where Account == "Ren\\xe9e"   (Windows-1252)',
    'SecurityEvent | where Account == "Renée"   (UTF-8)',
)
NO_IDENTITY = Code(
    "RF111",
    "no-identity",
    _ERROR,
    "A rule block has neither a DetectionId nor a DetectionUrl.",
    "Blocks fold by DetectionId, and by DetectionUrl where the id is empty or malformed. Without both it is not "
    "known which rule the block belongs to.",
    "|DetectionId | |\n|DetectionUrl | |",
    "|DetectionId | 55fbc363-6cc9-4201-bd68-d980b612082b |",
)
NO_TITLE = Code(
    "RF112",
    "no-title",
    _ERROR,
    "The heading of a rule block is empty.",
    "The heading is the rule's title, and every rule has one.",
    "## ",
    "## Rare process on a host",
)
SURPLUS_TEXT = Code(
    "RF120",
    "surplus-text",
    _WARNING,
    "A rule block has text beside its description, table and query.",
    "Text between the table and the query, or after the query, is not part of any field and is not written out.",
    "```kql\nSecurityEvent\n```\n\nSee the wiki.",
    "See the wiki.\n\n|Name | Value |\n…",
)
MISSING_FIELD = Code(
    "RF121",
    "missing-field",
    _WARNING,
    "The table of fields lacks one of the fourteen fields.",
    "A field that has no value stands in the table with an empty cell. One that is missing is read as absent.",
    "|Name | Value |\n| --- | --- |\n|Tactic | Impact|",
    "all fourteen fields, empty where there is no value",
)
OTHER_LANGUAGE = Code(
    "RF122",
    "other-language",
    _WARNING,
    "The code block of a query does not say that it is KQL.",
    "The query's code block is marked `kql` (or `kusto`). With another mark, or with none, the text is taken as "
    "KQL all the same.",
    "```spl\nindex=main\n```",
    "```kql\nSecurityEvent\n```",
)
EMPTY_QUERY = Code(
    "RF123",
    "empty-query",
    _WARNING,
    "The query of a rule block is empty.",
    "The rule is kept, but it can never find anything.",
    "```kql\n```",
    "```kql\nSecurityEvent\n```",
)
