"""Every diagnostic code, with what it means and an example of what is wrong and what is right.

RF0xx pages, RF1xx blocks, RF2xx values, RF3xx folding, RF4xx ATT&CK, RF5xx imports, RF6xx settings, RF7xx queries.
`rulefold explain` prints these entries, and the README's table of codes is tested against them.
"""

from rulefold.diagnostics import Code, Severity

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE

INVALID_PAGE = Code(
    "RF001",
    "invalid-page",
    _ERROR,
    "A page has bytes outside its rule blocks that are not UTF-8 text.",
    "Pages are UTF-8, with or without a byte-order mark. A page in another encoding (UTF-16, Windows-1252) has no"
    " headings that could be found, so none of its rules can be read. Convert it to UTF-8.",
    "a page saved as UTF-16",
    "the same page saved as UTF-8",
)
EMPTY_PAGE = Code(
    "RF002",
    "empty-page",
    _WARNING,
    "A page holds no rule block.",
    "A rule block starts with a heading of the second level (`## Title`). A page without one adds nothing to the "
    "catalogue.",
    "# Rules: 1-21",
    "# Rules: 1-21\n\n## Title of the first rule\n…",
)
STRAY_TEXT = Code(
    "RF003",
    "stray-text",
    _WARNING,
    "Text stands on a page outside of every rule block.",
    "Only the page's heading belongs before the first rule block. Other text there is not part of any rule and is"
    " not written out.",
    "# Rules: 1-21\n\nDraft, ask the team before use.\n\n## Title",
    "# Rules: 1-21\n\n## Title",
)
TOO_LARGE = Code(
    "RF004",
    "too-large",
    _ERROR,
    "A page, or a stretch of it, is too large to be read.",
    "Text that does not have the plain form of a rule block is read by the general Markdown reader, which takes "
    "up to 4 MiB or 250,000 lines at a time. A longer stretch without a rule block in the plain form is refused "
    "as one reject. So is what follows on a page after 25,000 blocks.",
    "a page of 100 MB that is one unclosed code fence",
    "the same rules as separate pages",
)
MORE_FAULTS = Code(
    "RF005",
    "more-faults",
    _ERROR,
    "A page has more faulty blocks than are reported one by one.",
    "The first 1,000 faults of a page are reported one by one. The blocks behind the rest are counted and kept "
    "among the rejects like all others.",
    "a page of 1,000,000 empty headings",
    "a page of rule blocks",
)

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

MALFORMED_ID = Code(
    "RF201",
    "malformed-id",
    _WARNING,
    "A DetectionId is not a GUID.",
    "An id is a GUID: 8-4-4-4-12 hexadecimal digits. A malformed id is kept, but cannot identify the rule: its "
    "rows fold by their url.",
    "|DetectionId | f090f8f4a-b986-42d2-b536-e0795c723e25 |",
    "|DetectionId | f090f8f4-b986-42d2-b536-e0795c723e25 |",
)
EMPTY_ID = Code(
    "RF202",
    "empty-id",
    _WARNING,
    "A DetectionId is empty.",
    "The rule is kept, and its rows fold by their url. Most import targets need an id.",
    "|DetectionId |  |",
    "|DetectionId | 55fbc363-6cc9-4201-bd68-d980b612082b |",
)
TACTIC_SPELLING = Code(
    "RF203",
    "tactic-spelling",
    _WARNING,
    "A tactic is not spelled as Sentinel spells it.",
    "Tactics are written in Sentinel's spelling, without blanks: InitialAccess, CommandAndControl. Another "
    "spelling is put right in the catalogue; this message keeps the original.",
    "|Tactic | Initial access|",
    "|Tactic | InitialAccess|",
)
UNKNOWN_TACTIC = Code(
    "RF204",
    "unknown-tactic",
    _WARNING,
    "A tactic is none that Sentinel knows.",
    "The value is kept as it is written, and is left out of ATT&CK figures.",
    "|Tactic | Ransomware|",
    "|Tactic | Impact|",
)
TECHNIQUE_CASE = Code(
    "RF205",
    "technique-case",
    _WARNING,
    "A technique id is written in lower case.",
    "Technique ids are T and four digits, and for a sub-technique a dot and three digits. The letter is put right"
    " in the catalogue.",
    "|TechniqueId | t1574|",
    "|TechniqueId | T1574|",
)
MALFORMED_TECHNIQUE = Code(
    "RF206",
    "malformed-technique",
    _WARNING,
    "A technique id does not have the form of one.",
    "Technique ids are T and four digits, and for a sub-technique a dot and three digits. The value is kept as it"
    " is written.",
    "|TechniqueId | 1574|",
    "|TechniqueId | T1574|",
)
MALFORMED_DURATION = Code(
    "RF207",
    "malformed-duration",
    _WARNING,
    "A QueryFrequency or QueryPeriod is not a duration.",
    "A duration is a number of minutes, hours or days (`5m`, `24h`, `14d`), or in ISO 8601 (`PT1H`, `P1D`). The "
    "value is kept as written.",
    "|QueryFrequency | daily |",
    "|QueryFrequency | 1d |",
)
MALFORMED_THRESHOLD = Code(
    "RF208",
    "malformed-threshold",
    _WARNING,
    "A TriggerThreshold is not a whole number.",
    "A threshold is a whole number of at least 0; `3.0` is read as 3. Another value is kept as text.",
    "|TriggerThreshold | 2.5 |",
    "|TriggerThreshold | 2 |",
)
UNKNOWN_VALUE = Code(
    "RF209",
    "unknown-value",
    _WARNING,
    "A detection type, severity or trigger operator is none that is known.",
    "DetectionType is Analytics or Hunting; DetectionSeverity is High, Medium, Low or Informational; "
    "TriggerOperator is gt, lt, eq or ne. Another value is kept as it is written.",
    "|DetectionSeverity | Critical |",
    "|DetectionSeverity | High |",
)
MALFORMED_DATE = Code(
    "RF210",
    "malformed-date",
    _WARNING,
    "An IngestedDate is not a date.",
    "A date is written YYYY-MM-DD. Another value is kept as it is written, and never counts as the newest.",
    "|IngestedDate | 7 August |",
    "|IngestedDate | 2022-08-07 |",
)
INVENTED_CONNECTOR = Code(
    "RF211",
    "invented-connector",
    _NOTE,
    "A rule names `CustomConnector`, which is no connector.",
    "The script that flattened the rules wrote CustomConnector where a rule named none, and made up a data type "
    "from the folder's name. Both are kept and marked `invented`, and no import target gets them.",
    "|ConnectorId | CustomConnector |\n|DataTypes | Persistence_CL |",
    "|ConnectorId | SecurityEvents |\n|DataTypes | SecurityEvent |",
)

CONFLICT = Code(
    "RF301",
    "conflict",
    _WARNING,
    "Rows of one rule disagree in a field that has one value.",
    "Every field but the tactic, technique, platform, connector and data type is the same in all rows of a rule. "
    "Where it is not, `--on-conflict first` (the default) takes the first row's value, `newest` that of the "
    "latest IngestedDate, and `error` makes it an error. The other values are kept in the detection's "
    "`conflicts`.",
    "|DetectionSeverity | High |   in one block, and in another of the same rule\n|DetectionSeverity | Low |",
    "|DetectionSeverity | High |   in all blocks of the rule",
)
SHARED_ID = Code(
    "RF302",
    "shared-id",
    _WARNING,
    "One DetectionId carries two rules.",
    "Rows with the same id whose title, url and query all differ are different rules, and are not folded "
    "together. Their files get names that tell them apart. Give one of them an id of its own.",
    "two rules copied from each other, id included",
    "a fresh GUID for the copy",
)
REPEATED_ROW = Code(
    "RF303",
    "repeated-row",
    _NOTE,
    "A row of a rule stands on the pages more than once.",
    "The same tactic, technique, platform, connector and data type of a rule was written twice, on the same page "
    "or on two. It counts once.",
    "a page and a copy of it in the same folder",
    "each page once",
)
MISSING_ROWS = Code(
    "RF304",
    "missing-rows",
    _NOTE,
    "A rule has fewer rows than the product of its values.",
    "A rule is flattened into tactics × techniques × (connector, data type, platform). Rows of that product which"
    " no page shows are listed in the detection's `rows.missing`; they change none of its sets.",
    "20 rows of a rule whose values make 24",
    "all 24 rows",
)
INFERRED_PLATFORMS = Code(
    "RF305",
    "inferred-platforms",
    _NOTE,
    "Other rules give a connector of this rule further platforms.",
    "A platform belongs to the connector, not to the rule. Where most other rules with the same connector state a"
    " platform that this rule's rows lack, it is listed in `inferred`, and never mixed with what the pages state.",
    "SecurityEvents with Azure and Windows in nine rules, and with Azure alone in the tenth",
    "the same platforms in all ten",
)
SAME_QUERY = Code(
    "RF306",
    "same-query",
    _NOTE,
    "Two rules have the same query, but for layout, comments and spelling.",
    "The rules stay apart and are linked to each other in `same_query`, each to up to 100. They find the same events "
    "twice. Spelling is what KQL reads as one: kinds of quotation marks, `60m` and `1h`, parentheses that change "
    "nothing, `limit` and `take`. With `build --no-queries` the words of the queries are compared, without case.",
    "a scheduled rule and its near-real-time twin",
    "one of the two",
)
PRODUCT_TOO_LARGE = Code(
    "RF307",
    "product-too-large",
    _NOTE,
    "The product of a rule's values is too large to list what is missing.",
    "More than 10,000 rows of the product are missing, so the rows do not follow the law of the flattening, and "
    "are not listed.",
    "one id for a hundred tactics, techniques and platforms",
    "one id a rule",
)

NEAR_DUPLICATE = Code(
    "RF308",
    "near-duplicate",
    _NOTE,
    "Two rules have nearly the same query.",
    "Of all runs of five tokens in either query, at least nine of ten stand in both; comments and case do not count. "
    "Often one rule is an edited copy of the other, and a change to one is due in the other. `build --no-queries` does "
    "not look for them.",
    "DeviceEvents | where … | where Total > 5\nDeviceEvents | where … | where Total > 6",
    "one rule, or two that look for different things",
)
FALSE_PAIR = Code(
    "RF401",
    "false-pair",
    _NOTE,
    "Rows of a rule pair a tactic with a technique that ATT&CK does not have under it.",
    "The flattening writes every tactic of a rule beside every technique, so most such pairs are its product and not a "
    "mistake of the rule. They count in no coverage figure.",
    "|Tactic | CredentialAccess|\n|TechniqueId | T1570|",
    "|Tactic | LateralMovement|\n|TechniqueId | T1570|",
)
TACTIC_WITHOUT_TECHNIQUE = Code(
    "RF402",
    "tactic-without-technique",
    _WARNING,
    "A rule names a tactic and no technique that ATT&CK has under it.",
    "The rule counts for the tactic, and for no technique of it. A tactic that ATT&CK has split, as 19 did with "
    "Defense Evasion, counts nowhere without a technique that tells which part is meant. It is a note where the rule "
    "names no technique at all.",
    "the tactic CredentialAccess with T1570 as the only technique",
    "the tactic CredentialAccess with T1003, or without the tactic",
)
TECHNIQUE_WITHOUT_TACTIC = Code(
    "RF403",
    "technique-without-tactic",
    _WARNING,
    "A rule names a technique and none of the tactics that ATT&CK has it under.",
    "ATT&CK implies the tactics, but which of them the rule is about is not stated, so the technique is shown apart "
    "and is no part of the headline figure.",
    "the technique T1078.004 with LateralMovement as the only tactic",
    "the technique T1078.004 with the tactic InitialAccess",
)
REVOKED_TECHNIQUE = Code(
    "RF404",
    "revoked-technique",
    _WARNING,
    "A rule names a technique that MITRE has revoked.",
    "A revoked id counts as its successor, which the message names. Chains of successors are followed to their end.",
    "|TechniqueId | T1562.001|   in ATT&CK 19",
    "|TechniqueId | T1685|",
)
DEPRECATED_TECHNIQUE = Code(
    "RF405",
    "deprecated-technique",
    _WARNING,
    "A rule names a technique that MITRE has deprecated.",
    "A deprecated id has no successor and no place in the matrix, so it counts in no coverage figure.",
    "|TechniqueId | T1053.004|",
    "|TechniqueId | T1543.004|",
)
ICS_TECHNIQUE = Code(
    "RF406",
    "ics-technique",
    _NOTE,
    "A rule names a technique of ATT&CK for ICS.",
    "ICS is a matrix of its own. The id is kept, and is no part of the figures for Enterprise.",
    "|TechniqueId | T0890|",
    "|TechniqueId | T1068|",
)
UNKNOWN_TECHNIQUE = Code(
    "RF407",
    "unknown-technique",
    _WARNING,
    "A rule names a technique id that ATT&CK does not have.",
    "The id has the form of one, but the chosen version of ATT&CK has it neither as active nor as revoked or "
    "deprecated. It may be mistyped, or newer than that version.",
    "|TechniqueId | T9999|",
    "|TechniqueId | T1570|",
)
SUGGESTED_TECHNIQUE = Code(
    "RF408",
    "suggested-technique",
    _NOTE,
    "A query names an operation that MITRE's analytics name for a technique which the rule does not.",
    "Of the log sources that the rule reads, MITRE's analytics for that technique name the very operation that stands "
    "in the query. The technique is a suggestion: it is never counted.",
    'AzureActivity | where OperationNameValue == "Microsoft.Compute/virtualMachines/runCommand/action"',
    "the same, with |TechniqueId | T1651|",
)
UNUSABLE_ATTACK = Code(
    "RF409",
    "unusable-attack",
    _ERROR,
    "There is no such version of ATT&CK, or a file is no ATT&CK bundle.",
    "ATT&CK is one of the versions that come with rulefold, or a STIX 2.0 or 2.1 bundle of one domain, as MITRE "
    "publishes it.",
    "--attack 12",
    "--attack 19.2, or --attack enterprise-attack.json",
)
UNUSABLE_THREATS = Code(
    "RF410",
    "unusable-threats",
    _ERROR,
    "A file of threats is neither a list of technique ids nor a Navigator layer.",
    "A list has one technique id a line, with anything behind it as a remark; # begins a comment. A layer is the JSON "
    "that the ATT&CK Navigator saves, or a list of layers; of a layer whose techniques have scores, those above 0 are "
    "meant.",
    '{"techniques": "T1059"}',
    "T1059.001  PowerShell",
)
UNKNOWN_THREAT = Code(
    "RF411",
    "unknown-threat",
    _WARNING,
    "A file of threats names what is no technique of ATT&CK.",
    "The id has no active technique in the chosen version, and none that replaced it. It is listed in the report, and "
    "cannot be covered.",
    "T9999",
    "T1059.001",
)

UNREADABLE_YAML = Code(
    "RF501",
    "unreadable-yaml",
    _ERROR,
    "A YAML file cannot be read.",
    "The text is no YAML 1.2: often a tab in the indentation, a colon in a plain text, or a quote that is not closed. "
    "Merge keys, and keys that are no texts, are refused too. The whole document is kept among the rejects.",
    "name: Rare process: host\n\tseverity: High",
    "name: 'Rare process: host'\nseverity: High",
)
UNREADABLE_JSON = Code(
    "RF502",
    "unreadable-json",
    _ERROR,
    "A JSON file, or a line of JSON lines, cannot be read.",
    "The text is no JSON. Comments are allowed, as ARM templates have them; trailing commas and single quotes are not.",
    '{"severity": "High",}',
    '{"severity": "High"}',
)
UNREADABLE_CSV = Code(
    "RF503",
    "unreadable-csv",
    _ERROR,
    "A row of a CSV file cannot be read.",
    "A row has as many cells as the header. A cell with a delimiter, a quote or a line end in it stands in double "
    "quotes, and a quote in it is doubled. The other rows are read all the same.",
    'Title,"SecurityEvent | where Account == "x""',
    'Title,"SecurityEvent | where Account == ""x"""',
)
REPEATED_KEY = Code(
    "RF504",
    "repeated-key",
    _ERROR,
    "A key stands twice in a mapping, or a column in a CSV file.",
    "Which of two values would count is not guessed. Keys are compared without case.",
    "severity: High\nseverity: Low",
    "severity: High",
)
SEVERAL_DOCUMENTS = Code(
    "RF505",
    "several-documents",
    _WARNING,
    "A YAML file holds more than one document.",
    "Sentinel's YAML has one rule a file. Each document is read as a rule of its own.",
    "id: …\nname: …\n---\nid: …\nname: …",
    "two files",
)
OVERSIZED = Code(
    "RF506",
    "oversized",
    _ERROR,
    "A file, or what it unfolds to, is too large to be read.",
    "YAML is read up to 4 MiB, ARM templates up to 16 MiB, CSV and JSON lines up to 64 MiB, all up to 64 levels deep. "
    "Aliases may unfold to 100,000 values, and a rule to 10,000 rows. After 20,000 rejects a file is not read on.",
    "a YAML file of 100 MB",
    "one rule a file",
)
NO_RULE = Code(
    "RF507",
    "no-rule",
    _ERROR,
    "A file of rules holds something else.",
    "A rule is a mapping of fields. A list, a text, or JSON without resources is none.",
    "- SecurityEvent",
    "name: Rare process\nquery: SecurityEvent",
)
MISSING_PART = Code(
    "RF508",
    "missing-part",
    _ERROR,
    "A rule has no name or no query, or a CSV file lacks a column without which no row can be read.",
    "Every rule has a name and a query. A CSV file has the columns title and query, and DetectionId or DetectionUrl.",
    "id: 55fbc363-6cc9-4201-bd68-d980b612082b\nname: Rare process\nseverity: High\ntactics: [Impact]",
    "the same, with query: SecurityEvent",
)
OTHER_SHAPE = Code(
    "RF509",
    "other-shape",
    _ERROR,
    "A field of a rule is a list, a mapping or a text where it should be something else.",
    "Names, durations and queries are texts; tactics and techniques are lists of texts; connectors are a list of "
    "mappings with connectorId and dataTypes. A single text where a list is expected is read as a list of one.",
    "tactics: {first: Impact}",
    "tactics: [Impact]",
)
UNSUPPORTED_KIND = Code(
    "RF510",
    "unsupported-kind",
    _WARNING,
    "A rule is of a kind that has no query of its own.",
    "A catalogue holds rules with a query: the kinds Scheduled and NRT, and hunting queries. Fusion, "
    "MLBehaviorAnalytics, MicrosoftSecurityIncidentCreation, ThreatIntelligence and others are refused, and kept among "
    "the rejects.",
    "kind: Fusion",
    "kind: Scheduled",
)
OPEN_EXPRESSION = Code(
    "RF511",
    "open-expression",
    _ERROR,
    "A field of an ARM template is an expression that only a deployment can resolve.",
    "Default values of parameters, variables, concat and format are resolved. Where anything else stands in a field, "
    "the rule is refused; where it stands in the name, the rule is read without an id, and the severity is warning.",
    '"query": "[reference(\'search\').query]"',
    '"query": "[variables(\'query\')]"',
)
UNKNOWN_KIND = Code(
    "RF512",
    "unknown-kind",
    _ERROR,
    "A file that was given is of no known kind.",
    "Its content shows neither YAML, nor an ARM template, nor flattened rows in CSV, nor detections in JSON. `--from` "
    "says what it is meant to be.",
    "rulefold import notes.txt",
    "rulefold import rules.csv",
)
NO_DETECTION = Code(
    "RF513",
    "no-detection",
    _ERROR,
    "A value in JSON is no detection.",
    "Detections in JSON are as in catalogue.json, and `rulefold schema` prints what they must be.",
    '{"id": "55fbc363-6cc9-4201-bd68-d980b612082b", "name": "Rare process"}',
    "a line of `rulefold export jsonl`",
)
REPEATED_DETECTION = Code(
    "RF514",
    "repeated-detection",
    _NOTE,
    "A detection in JSON is there twice, the same in everything.",
    "It counts once.",
    "a catalogue and a copy of it in the same folder",
    "each catalogue once",
)
REPLACED_KEY = Code(
    "RF515",
    "replaced-key",
    _WARNING,
    "The key of a detection cannot be used, and is replaced.",
    "A key names files: it has letters, digits and hyphens, and no two detections of a catalogue have the same.",
    '"key": "../rule"',
    '"key": "55fbc363-6cc9-4201-bd68-d980b612082b"',
)
LOST_FIELD = Code(
    "RF516",
    "lost-field",
    _NOTE,
    "Rules have a field that a catalogue does not hold.",
    "The catalogue holds what flattened pages state. entityMappings, version, customDetails, alertDetailsOverride and "
    "the like are left out, and each is counted once, where it first stands.",
    "entityMappings: …",
    "the fields of `rulefold schema`",
)
NOT_READ = Code(
    "RF517",
    "not-read",
    _NOTE,
    "Files or resources are no rules, and were left out.",
    "In a folder of rules there may be parsers, playbooks, workbooks and connectors, and in a template resources that "
    "are no rules. They are counted, and the place is that of the first.",
    "a playbook beside the rules",
    "a folder of rules",
)

EXPIRED_EXEMPTION = Code(
    "RF601",
    "expired-exemption",
    _WARNING,
    "An exemption in the settings has expired.",
    "The day until which the findings were not to be told has passed, so they are told again. Mend the rule, or decide "
    "anew.",
    "until = 2020-01-01",
    "no exemption, or one with a day to come",
)
UNUSED_EXEMPTION = Code(
    "RF602",
    "unused-exemption",
    _NOTE,
    "An exemption in the settings is about nothing.",
    "No finding of these codes is told of the detection. The rule was mended or is gone, or the id is misspelled.",
    "an exemption for a rule that is no longer there",
    "no exemption",
)

QUERY_SYNTAX = Code(
    "RF701",
    "query-syntax",
    _ERROR,
    "A query is no KQL.",
    "The grammar of the Kusto Query Language does not allow what stands at the place given. Reading goes on at the "
    "next statement, behind the next `;`, so a query may have several such faults.",
    'SigninLogs | where ResultType = = "0"',
    'SigninLogs | where ResultType == "0"',
)
QUERY_TOO_DEEP = Code(
    "RF702",
    "query-too-deep",
    _ERROR,
    "A query nests more deeply than is read.",
    "Parentheses, calls, literals and subqueries may stand up to 64 levels deep in one another. No rule of the public "
    "catalogue goes beyond twenty.",
    "a condition in 100 pairs of parentheses",
    "the same condition, with let statements for its parts",
)

UNKNOWN_TABLE = Code(
    "RF710",
    "unknown-table",
    _ERROR,
    "A query reads a table that is not known.",
    "The tables of the workspace are given with their columns, in `catalog/tables.yaml` or with `--tables`. What a "
    "table that is not among them holds is not known, so its columns are not looked at.",
    "SigninLog | take 1",
    "SigninLogs | take 1",
)
UNKNOWN_COLUMN = Code(
    "RF711",
    "unknown-column",
    _ERROR,
    "A query names a column or a variable that is not there.",
    "Names are looked up among the columns of the rows at hand, then among the let statements before. Upper and lower "
    "case are told apart.",
    'SigninLogs | where userPrincipalName has "admin"',
    'SigninLogs | where UserPrincipalName has "admin"',
)
UNKNOWN_FUNCTION = Code(
    "RF712",
    "unknown-function",
    _ERROR,
    "A query calls a function that is not known.",
    "Functions are those of Kusto, those that the query declares, and those of the workspace, given as files with "
    "`--functions`. What a function that is not among them gives is not known.",
    "SigninLogs | extend day = day_of_week(TimeGenerated)",
    "SigninLogs | extend day = dayofweek(TimeGenerated)",
)
QUERY_ARGUMENTS = Code(
    "RF713",
    "query-arguments",
    _ERROR,
    "A function has too few or too many arguments.",
    "Each function takes the arguments of its signature; `rulefold explain` does not list them, Kusto's documentation "
    "does.",
    'T | extend c = iff(a > 1, "many")',
    'T | extend c = iff(a > 1, "many", "few")',
)
QUERY_TYPE = Code(
    "RF714",
    "query-type",
    _ERROR,
    "A value has a type for which an operator or a function is not defined.",
    "Strings are not compared with `<`, a condition is a bool, a duration is no text, and a dynamic value is neither "
    "grouped nor sorted by as it is.",
    'T | where TimeGenerated > ago("1d")',
    "T | where TimeGenerated > ago(1d)",
)
QUERY_PLACE = Code(
    "RF715",
    "query-place",
    _ERROR,
    "Something stands where it has no meaning.",
    "A table cannot be a value, a value no table; a column that is not aggregated has no single value in `summarize`; "
    "`$left` and `$right` belong to the condition of a join.",
    "T | summarize Account, count() by Computer",
    "T | summarize take_any(Account), count() by Computer",
)
QUERY_NAME_TAKEN = Code(
    "RF716",
    "query-name-taken",
    _ERROR,
    "A query gives two columns or variables of the same place one name.",
    "Each column of a row and each let statement has a name of its own.",
    "T | project a = 1, a = 2",
    "T | project a = 1, b = 2",
)
QUERY_JOIN = Code(
    "RF717",
    "query-join",
    _ERROR,
    "The condition of a join is none that Kusto knows, or joins what does not go together.",
    "A join is on columns that both sides have under one name, or on `$left.a == $right.b`, and the two have the same "
    "type.",
    "T | join (U) on $left.Port == $right.PortText",
    "T | join (U | extend Port = toint(PortText)) on Port",
)
MISSING_FUZZY_TABLE = Code(
    "RF718",
    "missing-fuzzy-table",
    _NOTE,
    "A fuzzy union names a table that is not known.",
    "`union isfuzzy=true` leaves out a table that the workspace does not have; the query runs without it.",
    "union isfuzzy=true SigninLogs, SigninLog",
    "union isfuzzy=true SigninLogs, AADNonInteractiveUserSignInLogs",
)
UNSUPPORTED_OPERATOR = Code(
    "RF719",
    "unsupported-operator",
    _NOTE,
    "A query uses an operator of which the rows are not known.",
    "Graph operators, `scan`, `macro-expand` and `assert-schema` are read and kept, but what they give is not worked "
    "out, so the columns behind them are not looked at.",
    "T | scan with (step s: true => x = 1;)",
    "T | serialize x = 1",
)

UNUSED_DATA_TYPE = Code(
    "RF730",
    "unused-data-type",
    _NOTE,
    "A rule declares a data type that its query does not read.",
    "The data types of a rule say which tables its connectors have to fill. One that the query does not read is asked "
    "for in vain, and coverage counts on a source that the rule does not need.",
    "|DataTypes | Syslog|\n…\nSecurityEvent | where EventID == 4625",
    "|DataTypes | SecurityEvent|\n…\nSecurityEvent | where EventID == 4625",
)
UNDECLARED_TABLE = Code(
    "RF731",
    "undeclared-table",
    _NOTE,
    "A query reads a table that the rule does not declare.",
    "Where a table is no data type of the rule, nobody is told that the rule needs it, and the rule is silent where it "
    "is empty.",
    "|DataTypes | SigninLogs|\n…\nSigninLogs | join AuditLogs on CorrelationId",
    "|DataTypes | SigninLogs|\n|DataTypes | AuditLogs|\n…\nSigninLogs | join AuditLogs on CorrelationId",
)
BEYOND_PERIOD = Code(
    "RF732",
    "beyond-period",
    _WARNING,
    "A query asks for events from before the period that it is given.",
    "Sentinel gives a scheduled rule the events of its QueryPeriod only. A longer `ago(…)` finds nothing that is "
    "older, so a baseline is shorter than it seems.",
    "|QueryPeriod | 1d|\n…\nSigninLogs | where TimeGenerated > ago(14d)",
    "|QueryPeriod | 14d|\n…\nSigninLogs | where TimeGenerated > ago(14d)",
)
ENTITY_COLUMN = Code(
    "RF733",
    "entity-column",
    _NOTE,
    "A column of entities is none that Sentinel reads.",
    "Sentinel reads the columns AccountCustomEntity, HostCustomEntity, IPCustomEntity, URLCustomEntity and their like "
    "as entities where they are strings. Another name that ends so, or another type, is not read.",
    "extend HostCustomEntity = pack_array(Computer)",
    "extend HostCustomEntity = Computer",
)
SLOW_SUBSTRING = Code(
    "RF740",
    "slow-substring",
    _NOTE,
    "A query looks for a substring where a term would do.",
    "`contains` reads every value to its end. `has` finds whole terms, letters and digits without anything else, by an "
    "index. They are not the same: `contains` finds `power` in `powershell`.",
    'DeviceProcessEvents | where ProcessCommandLine contains "mimikatz"',
    'DeviceProcessEvents | where ProcessCommandLine has "mimikatz"',
)
NEEDLESS_CASE = Code(
    "RF741",
    "needless-case",
    _NOTE,
    "A query folds case for nothing, or by hand.",
    'A text without letters has no case, so `==` is the same as `=~` and faster. `tolower(a) == "b"` makes a new text '
    'of every value where `a =~ "b"` compares.',
    'SecurityEvent | where tolower(Account) == "admin"',
    'SecurityEvent | where Account =~ "admin"',
)
SEARCHES_ALL = Code(
    "RF742",
    "searches-all",
    _NOTE,
    "A query reads all tables or all columns.",
    "`search`, `find` and `union *` without tables read all that the workspace has, at its cost, and what they find "
    "changes with every table that is added.",
    'search "mimikatz"',
    'search in (DeviceProcessEvents, SecurityEvent) "mimikatz"',
)
MADE_JOIN_KEY = Code(
    "RF743",
    "made-join-key",
    _NOTE,
    "A join is on a key that is made for every row.",
    "A key that `tostring` takes out of a dynamic value is made for every row of the table before the join. Filter "
    "first, so that few rows are left.",
    "T | extend id = tostring(Properties.id) | join (U) on id",
    'T | where Operation == "delete" | extend id = tostring(Properties.id) | join (U) on id',
)
JOIN_WITHOUT_TIME = Code(
    "RF744",
    "join-without-time",
    _NOTE,
    "A hunting query joins a table without a bound in time.",
    "A hunting query has no period of its own: a side of a join on which no time is asked for reads all days that the "
    "person who runs it has chosen.",
    "SigninLogs | where TimeGenerated > ago(1d) | join (AuditLogs) on CorrelationId",
    "SigninLogs | where TimeGenerated > ago(1d) | join (AuditLogs | where TimeGenerated > ago(1d)) on CorrelationId",
)

CODES: dict[str, Code] = {value.id: value for value in list(globals().values()) if isinstance(value, Code)}
