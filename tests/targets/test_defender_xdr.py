"""Custom detections of Defender, judged by a strict model of what Microsoft Graph documents, for want of a judge."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field

from rulefold.model import Schedule
from rulefold.targets import TARGETS
from rulefold.targets.defender_query import NOT_TOLD, Reading, read_query
from tests.pages_text import built
from tests.targets.exports import ANALYTICS, HOSTILE, HUNTING, NRT, changed, export, lost, only_file, refusals

NonEmpty = Annotated[str, Field(min_length=1)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class MitreTechnique(Strict):
    technique: str = Field(pattern=r"^T\d{4}$")
    subTechniques: list[Annotated[str, Field(pattern=r"^T\d{4}\.\d{3}$")]]  # noqa: N815


class MitreTactic(Strict):
    tactic: NonEmpty
    techniques: list[MitreTechnique]


class EntityMappings(Strict):
    hosts: list[dict[Literal["deviceIdColumn"], NonEmpty]] = []
    mailboxes: list[dict[Literal["primaryAddressColumn"], NonEmpty]] = []
    accounts: list[dict[Literal["aadUserIdColumn"], NonEmpty]] = []


class AlertTemplate(Strict):
    title: NonEmpty
    description: str
    severity: Literal["informational", "low", "medium", "high"]
    tactics: list[MitreTactic] = Field(default=[], max_length=1)
    entityMappings: EntityMappings  # noqa: N815


class DetectionAction(Strict):
    alertTemplate: AlertTemplate  # noqa: N815


class QueryCondition(Strict):
    queryText: NonEmpty  # noqa: N815


class RuleSchedule(Strict):
    frequency: Literal["PT0S", "PT1H", "PT3H", "PT12H", "P1D"]
    lookback: str | None = Field(default=None, pattern=r"^P")


class DetectionRule(Strict):
    displayName: NonEmpty  # noqa: N815
    status: Literal["enabled"]
    queryCondition: QueryCondition  # noqa: N815
    schedule: RuleSchedule
    detectionAction: DetectionAction  # noqa: N815


RULE = changed(ANALYTICS, query="DeviceEvents\n| where ActionType == 'x'\n")


def body(detection: Any, **options: str) -> Any:
    return json.loads(only_file("defender-xdr", detection, **options))


def test_the_real_catalogue(shared: Path) -> None:
    """Two of 207 analytics rules: the others read other tables, or return what only a compiler can tell."""
    emitted = TARGETS["defender-xdr"].export(built(shared / "corpus" / "pages").catalogue)
    rules = [DetectionRule.model_validate_json(text) for text in emitted.files.values()]
    assert [rule.displayName for rule in rules] == [
        "PE file dropped in Color Profile Folder",
        "Probable AdFind Recon Tool Usage",
    ]
    assert emitted.refused == 620


def test_a_rule() -> None:
    assert body(RULE) == {
        "displayName": "One rule",
        "status": "enabled",
        "queryCondition": {"queryText": RULE.query},
        "schedule": {"frequency": "PT1H", "lookback": "P1D"},
        "detectionAction": {
            "alertTemplate": {
                "title": "One rule",
                "description": "What it finds.",
                "severity": "high",
                "tactics": [
                    {"tactic": "Execution", "techniques": [{"technique": "T1059", "subTechniques": ["T1059.001"]}]}
                ],
                "entityMappings": {"hosts": [{"deviceIdColumn": "DeviceId"}]},
            }
        },
    }
    assert [(loss.field, loss.value) for loss in lost(export("defender-xdr", RULE))] == [("tactics", "Persistence")]


def test_the_deprecated_fields() -> None:
    found = body(RULE, fields="deprecated")
    assert found["schedule"] == {"period": "1H"}
    assert found["isEnabled"] is True
    template = found["detectionAction"]["alertTemplate"]
    assert (template["category"], template["mitreTechniques"]) == ("Execution", ["T1059", "T1059.001"])
    assert template["impactedAssets"] == [
        {"@odata.type": "#microsoft.graph.security.impactedDeviceAsset", "identifier": "deviceId"}
    ]
    told = [loss.field for loss in lost(export("defender-xdr", RULE, fields="deprecated"))]
    assert told == ["tactics", "query_period"]


@pytest.mark.parametrize(
    ("frequency", "current", "period"),
    [("1h", "PT1H", "1H"), ("3h", "PT3H", "3H"), ("12h", "PT12H", "12H"), ("24h", "P1D", "24H"), ("1d", "P1D", "24H")],
)
def test_frequencies(frequency: str, current: str, period: str) -> None:
    schedule = Schedule(query_frequency=frequency, query_period="1d", trigger_operator="gt", trigger_threshold=0)
    rule = changed(RULE, schedule=schedule)
    assert body(rule)["schedule"]["frequency"] == current
    assert body(rule, fields="deprecated")["schedule"]["period"] == period


def test_a_near_real_time_rule_runs_continuously() -> None:
    rule = changed(RULE, schedule=None)
    assert body(rule)["schedule"] == {"frequency": "PT0S"}
    assert body(rule, fields="deprecated")["schedule"] == {"period": "0"}
    commented = changed(rule, query="DeviceEvents // all of them")
    assert refusals(export("defender-xdr", commented)) == [
        ("query", "it runs continuously, and then a query has no comments")
    ]


def scheduled(**update: Any) -> Schedule:
    assert ANALYTICS.schedule
    return ANALYTICS.schedule.model_copy(update=update)


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        (HUNTING, ["type"]),
        (changed(RULE, severity=None), ["severity"]),
        (changed(RULE, schedule=scheduled(query_frequency="2h")), ["query_frequency"]),
        (changed(RULE, schedule=scheduled(trigger_threshold=3)), ["trigger_threshold"]),
        (changed(RULE, schedule=scheduled(trigger_operator="lt")), ["trigger_threshold"]),
        (changed(RULE, query="SecurityEvent | where x"), ["query"]),
        (changed(NRT, query="SecurityEvent"), ["query"]),
    ],
)
def test_what_is_refused(rule: Any, fields: list[str]) -> None:
    emitted = export("defender-xdr", rule)
    assert [name for name, _ in refusals(emitted)] == fields
    assert emitted.files == {}


@pytest.mark.parametrize(
    ("query", "column"),
    [
        ("DeviceEvents", "DeviceId"),
        (
            "let a = 1d; let b = dynamic(['x']);\nDeviceEvents | where Timestamp > ago(a) and FileName in (b)",
            "DeviceId",
        ),
        (
            "EmailEvents | where Subject has 'x' | extend y = tolower(Subject) | sort by Timestamp",
            "RecipientEmailAddress",
        ),
        ("CloudAppEvents | project Timestamp, ReportId, AccountObjectId, z = 1", "AccountObjectId"),
        ("DeviceEvents | project-away FileName, SHA1", "DeviceId"),
        ("DeviceEvents | where not (FileName == 'x')", "DeviceId"),
    ],
)
def test_what_can_be_told(query: str, column: str) -> None:
    found = read_query(query, continuous=False)
    assert isinstance(found, Reading)
    assert found.column == column


@pytest.mark.parametrize(
    "query",
    [
        "DeviceEvents | summarize count() by DeviceId",
        "DeviceEvents | join (DeviceInfo) on DeviceId",
        "union DeviceEvents, DeviceFileEvents",
        "DeviceEvents, SecurityEvent",
        "let T = SecurityEvent; DeviceEvents | where x in (T)",
        "let T = SecurityEvent | project x; DeviceEvents",
        "let f = () { SecurityEvent }; DeviceEvents",
        "DeviceEvents | where x in (SecurityEvent)",
        "DeviceEvents | where x !in (SecurityEvent)",
        "DeviceEvents | where x in~ (SecurityEvent)",
        "DeviceEvents | where x in ((SecurityEvent | project y))",
        "DeviceEvents | where x has_any (SecurityEvent)",
        "DeviceEvents | where x == toscalar(SecurityEvent | count)",
        "DeviceEvents | where x in (_GetWatchlist('y'))",
        "DeviceEvents | where x == table('y')",
        "DeviceEvents | distinct DeviceId",
        "DeviceEvents | invoke f()",
        "DeviceEvents | project Timestamp, ReportId, strcat(DeviceId)",
        "DeviceEvents | where x == 'open",
        "['DeviceEvents'] | take 1",
        ";",
    ],
)
def test_what_cannot_be_told(query: str) -> None:
    assert read_query(query, continuous=False) == NOT_TOLD


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("SigninLogs", "its table is none of Defender's events"),
        ("DeviceInfo", "its table is none of Defender's events"),
        ("DeviceEvents | where TimeGenerated > ago(1d)", "a column that Defender's tables do not have"),
        ("DeviceEvents | project Timestamp, DeviceId", "it does not return DeviceId, ReportId, Timestamp"),
        (
            "DeviceEvents | project Timestamp, ReportId, DeviceId = 'x'",
            "it does not return DeviceId, ReportId, Timestamp",
        ),
        ("DeviceEvents | project-away ReportId", "it does not return DeviceId, ReportId, Timestamp"),
    ],
)
def test_what_is_told_and_does_not_do(query: str, reason: str) -> None:
    assert read_query(query, continuous=False) == reason


JOINED = "DeviceEvents | join (SigninLogs) on DeviceId"


@pytest.mark.parametrize(
    ("found", "reason", "value"),
    [
        ({}, NOT_TOLD, None),
        ({"tables": ("DeviceEvents", "SigninLogs")}, "its table is none of Defender's events", "SigninLogs"),
        (
            {"tables": ("DeviceEvents",), "columns": {"DeviceEvents": ("DeviceId", "TimeGenerated")}},
            "a column that Defender's tables do not have",
            "TimeGenerated",
        ),
        ({"tables": ("DeviceEvents",), "columns": {"DeviceEvents": ("DeviceId",)}}, NOT_TOLD, None),
    ],
)
def test_what_was_found_of_a_query_is_why_it_is_refused(found: dict[str, Any], reason: str, value: str | None) -> None:
    (loss,) = [loss for loss in export("defender-xdr", changed(RULE, query=JOINED, **found)).losses if loss.refused]
    assert (loss.field, loss.reason, loss.value) == ("query", reason, value)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_read_back(text: str) -> None:
    query = "DeviceEvents | where FileName == " + json.dumps(text[:9_000])
    rule = changed(RULE, title=f"x{text[:250]}", description=text[:5_000], query=query)
    found = DetectionRule.model_validate(body(rule))
    assert (found.displayName, found.queryCondition.queryText) == (rule.title, query)
    assert found.detectionAction.alertTemplate.description == rule.description
