"""RF3xx: what is to be said about folding rows into detections."""

from rulefold.diagnostics import Code, Severity

_WARNING, _NOTE = Severity.WARNING, Severity.NOTE

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
