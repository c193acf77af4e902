"""RF5xx: what is to be said about imports."""

from rulefold.diagnostics import Code, Severity

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE

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
