"""RF8xx: what is to be said about rule tests."""

from rulefold.diagnostics import Code, Severity

_ERROR = Severity.ERROR

OTHER_CASE = Code(
    "RF801",
    "other-case",
    _ERROR,
    "A file of rule tests has another form than it should.",
    "A file names a detection and lists cases; each has a name, a time, events by table, and the rows or the alert "
    "that are expected. A key that is none of these may be a slip, so nothing is guessed.",
    "cases:\n  - name: fires once\n    row: []",
    "cases:\n  - name: fires once\n    rows: []",
)
UNKNOWN_DETECTION = Code(
    "RF802",
    "unknown-detection",
    _ERROR,
    "A file of rule tests is for a detection that is not there.",
    "A detection is named by its id or the beginning of it, or by its title or a part of it, and has to be the only "
    "one of that name.",
    "detection: a title that no rule has",
    "detection: 55fbc363-6cc9-4201-bd68-d980b612082b",
)
CASE_VALUE = Code(
    "RF803",
    "case-value",
    _ERROR,
    "A rule test states a value that its column cannot hold, or a column that is not there.",
    "Types of columns are those of the workspace's tables, or of `tables:` in the file, or else those of the values. "
    "The columns of expected rows are those that the query returns.",
    "TimeGenerated: yesterday",
    "TimeGenerated: 2024-05-04T10:00:00Z",
)
UNREAD_EVENTS = Code(
    "RF804",
    "unread-events",
    _ERROR,
    "A rule test has events of a table that the query does not read.",
    "The events change nothing, so the case is not about what its author thought. The name may be misspelled: upper "
    "and lower case are told apart.",
    "events:\n  SigninLog: []",
    "events:\n  SigninLogs: []",
)
