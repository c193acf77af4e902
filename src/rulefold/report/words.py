"""What things are called in every format of the report."""

from collections.abc import Mapping

from rulefold.attack.gaps import Need
from rulefold.attack.matrix import Outcome
from rulefold.attack.threats import State

PARTS: Mapping[str, str] = {
    "all": "all of the matrix",
    "platforms": "on the chosen platforms",
    "post-compromise": "after the compromise",
}
# What counts nowhere, as it is called behind "detections with".
APART: Mapping[Outcome, str] = {
    Outcome.AMBIGUOUS: "an ambiguous tactic",
    Outcome.NO_TACTIC: "a tactic that ATT&CK does not have",
    Outcome.ICS: "a tactic or technique of ATT&CK for ICS",
    Outcome.UNKNOWN: "a technique that ATT&CK does not have",
    Outcome.DEPRECATED: "a deprecated technique",
    Outcome.REVOKED: "a revoked technique without a successor",
}
NEEDS: Mapping[Need, str] = {
    Need.CONNECTED: "a log source is already connected",
    Need.SOURCE: "needs a log source",
    Need.NEWER: "newer than the catalogue",
    Need.OUTSIDE: "outside of reach",
}
STATES: Mapping[State, str] = {
    State.ALERTED: "alerted on",
    State.DECLARED: "only hunted for",
    State.PARTLY: "seen in some sub-techniques",
    State.IMPLIED: "named without their tactic",
    State.NONE: "not seen",
    State.UNKNOWN: "unknown to ATT&CK",
}
