"""Detections for the tests of targets: an analytics rule and a hunting query, and texts that try to break out."""

from typing import Any

from hypothesis import strategies as st

from rulefold.model import Catalogue, Connector, Detection, Rows, Schedule
from rulefold.targets import TARGETS, Emitted, Loss
from tests.pages_text import guid
from tests.targets.nasty import PIECES, texts

ANALYTICS = Detection(
    id=guid(1),
    key=guid(1),
    title="One rule",
    description="What it finds.",
    type="Analytics",
    tactics=("Execution", "Persistence"),
    techniques=("T1059", "T1059.001"),
    platforms=("Windows",),
    data_types=("DeviceEvents", "SecurityAlert (MDATP)"),
    connectors=(
        Connector(id="MicrosoftThreatProtection", data_types=("DeviceEvents",), platforms=("Windows",)),
        Connector(id="CustomConnector", data_types=("Rule_CL",), invented=True),
    ),
    severity="High",
    schedule=Schedule(query_frequency="1h", query_period="1d", trigger_operator="gt", trigger_threshold=0),
    url="https://example.org/rules/one.yaml",
    ingested_date="2022-08-07",
    query='DeviceEvents\n| where ActionType == "x"\n',
    rows=Rows(seen=1, product=1),
)
NRT = ANALYTICS.model_copy(update={"id": guid(2), "key": guid(2), "schedule": None})
HUNTING = ANALYTICS.model_copy(
    update={"id": guid(3), "key": guid(3), "type": "Hunting", "severity": None, "schedule": None}
)

# Texts with which a value would leave its place, were it not escaped.
HOSTILE = (
    *(
        '"',
        "'",
        '""',
        "''",
        "'''",
        '"""',
        "''''",
        "a'",
        'a"',
        'it\'s "quoted"',
        "\\",
        "a\\",
        "\\'",
        '\\"',
        "\\\\",
        "\\n",
    ),
    *("${x}", "${", "$${x}", "$$${", "%{if x}", "%{", "%%{", "$%{", "{x}", "{{x}}", "{", "}", "$<x>$", "`${x}`"),
    *("*/", "/* x */", "//", "# x", "-- x", "<<KQL\nx\nKQL\n", "KQL\n", "x\nKQL\ny\n", "EOT", "```", "~~~"),
    *("[x]", "[concat('a')]", "[[x]]", "[", "]", "];", "})", "x'); drop", "=1+1", "+1", "-1", "@x", "\t=x"),
    *("\0", "a\0b", "\r", "a\r\nb", "\u2028", "a\u2029b", "\x85", "\x07", "\x1b[31m", "\ufeff", "\uffff", "\x7f"),
    *("\U0001f600", "e\u0301", "\u202eabc", "\u0627\u0628", "日本", "x" * 10_000, "\n" * 9, " x ", "\n x\n\n"),
    *("x\n.drop table y\n", "}\n.drop table y", "true", "null", "~", "- x", "x: y", "&a", "*a", "!x", "<script>"),
)
hostile_texts = st.one_of(
    texts,
    st.lists(st.sampled_from([*HOSTILE, *PIECES[:60], "\n", "a"]), min_size=1, max_size=4).map("".join),
)


def changed(detection: Detection, **update: Any) -> Detection:
    """A detection with other values, validated."""
    return Detection.model_validate(detection.model_copy(update=update).model_dump())


def hostile(detection: Detection, text: str) -> Detection:
    """A detection that says a text wherever there is one, as far as the text is short enough for Sentinel."""
    return changed(detection, title=f"x{text[:250]}", description=text[:5_000], query=f"T{text[:9_990]}")


def catalogue(*detections: Detection) -> Catalogue:
    return Catalogue(rulefold="0", detections=detections)


def export(target: str, *detections: Detection, **options: str) -> Emitted:
    """What a target makes of detections; a `-` in the name of an option is written `_`."""
    chosen = {name.replace("_", "-"): value for name, value in options.items()}
    return TARGETS[target].export(catalogue(*detections), chosen)


def only_file(target: str, *detections: Detection, **options: str) -> str:
    (text,) = export(target, *detections, **options).files.values()
    return text


def refusals(emitted: Emitted) -> list[tuple[str, str]]:
    """The fields and reasons for which detections are not written."""
    return [(loss.field, loss.reason) for loss in emitted.losses if loss.refused]


def lost(emitted: Emitted) -> list[Loss]:
    """What is lost of detections that are written."""
    return [loss for loss in emitted.losses if loss.detection is not None and not loss.refused]
