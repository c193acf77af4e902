"""RF2xx: what is to be said about the values of fields."""

from rulefold.diagnostics import Code, Severity

_WARNING, _NOTE = Severity.WARNING, Severity.NOTE

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
