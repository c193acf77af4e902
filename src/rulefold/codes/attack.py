"""RF4xx: what is to be said about ATT&CK."""

from rulefold.diagnostics import Code, Severity

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE

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
