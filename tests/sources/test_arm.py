"""ARM templates: alert rules and saved searches in all the forms they come in, and what is refused."""

import json
from typing import Any

import pytest

from rulefold.model import Schedule
from tests.sources.reading import ID, detections, found, imported, told

OTHER = "0a000000-0000-0000-0000-00000000000b"
PROVIDERS = "Microsoft.OperationalInsights/workspaces/providers/alertRules"
PLAIN = "Microsoft.SecurityInsights/alertRules"
SEARCHES = "Microsoft.OperationalInsights/workspaces/savedSearches"


def alert_rule(name: str = f"[concat(parameters('workspace'),'/Microsoft.SecurityInsights/{ID}')]", **more: Any) -> Any:
    properties = {
        "displayName": "Rare process",
        "description": "What it finds.",
        "severity": "High",
        "enabled": True,
        "query": "SecurityEvent\r\n| take 1",
        "queryFrequency": "PT1H",
        "queryPeriod": "P14D",
        "triggerOperator": "GreaterThan",
        "triggerThreshold": 0,
        "suppressionDuration": "PT5H",
        "suppressionEnabled": False,
        "tactics": ["Persistence", "Execution"],
        "techniques": ["T1059", "T1078"],
        "subTechniques": ["T1078.004"],
        "entityMappings": None,
        "customDetails": {},
    }
    resource = {"type": PROVIDERS, "apiVersion": "2023-11-01", "name": name, "kind": "Scheduled"}
    resource |= {key: more.pop(key) for key in ("type", "kind", "resources", "id") if key in more}
    kept = {key: value for key, value in (properties | more).items() if value != "absent"}
    return {key: value for key, value in resource.items() if value != "absent"} | {"properties": kept}


def saved_search(name: str = f"[concat(parameters('workspace'), '/{OTHER}')]", **more: Any) -> Any:
    properties = {
        "category": "Hunting Queries",
        "displayName": "Rare process",
        "query": "SecurityEvent",
        "version": 2,
        "tags": [
            {"name": "description", "value": "What it finds."},
            {"name": "tactics", "value": "Persistence, Execution"},
            {"name": "techniques", "value": "T1059,T1078.004"},
            {"name": "createdBy", "value": ""},
        ],
    }
    return {"type": SEARCHES, "apiVersion": "2020-08-01", "name": name, "properties": properties | more}


def template(*resources: Any, **more: Any) -> str:
    whole = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"workspace": {"type": "String"}},
        "resources": list(resources),
    }
    return json.dumps(whole | more, indent=2)


def test_an_alert_rule() -> None:
    (rule,) = detections(template(alert_rule()))
    assert (rule.id, rule.title, rule.type, rule.severity) == (ID, "Rare process", "Analytics", "High")
    assert rule.query == "SecurityEvent\n| take 1"
    assert rule.schedule == Schedule(
        query_frequency="PT1H", query_period="P14D", trigger_operator="gt", trigger_threshold=0
    )
    assert (rule.tactics, rule.techniques) == (("Persistence", "Execution"), ("T1059", "T1078.004"))
    assert (rule.connectors, rule.platforms, rule.url) == ((), (), None)
    assert rule.sources[0].lines == ((10, 41),)


def test_a_hunting_query() -> None:
    (rule,) = detections(template(saved_search()))
    assert (rule.id, rule.title, rule.type, rule.description) == (OTHER, "Rare process", "Hunting", "What it finds.")
    assert (rule.tactics, rule.techniques) == (("Persistence", "Execution"), ("T1059", "T1078.004"))
    assert (rule.schedule, rule.severity) == (None, None)


def test_settings_at_their_usual_value_are_no_loss_and_others_are() -> None:
    usual = imported({"a.json": template(alert_rule(suppressionDuration="absent"), saved_search())})
    assert [d.code for d in usual.diagnostics if d.code == "RF516"] == []
    other = template(alert_rule(enabled=False, suppressionEnabled=True, eventGroupingSettings={"a": "b"}))
    assert list(found("sentinel-arm", other).lost) == [
        "enabled",
        "suppressionDuration",
        "suppressionEnabled",
        "eventGroupingSettings",
    ]


def test_tags_of_a_saved_search_that_say_something_else_are_counted() -> None:
    text = template(saved_search(tags=[{"name": "createdBy", "value": "someone"}, {"name": "x", "value": ""}]))
    assert list(found("sentinel-arm", text).lost) == ["tags.createdBy"]


def test_keys_are_compared_without_case_as_the_api_writes_some_with_capitals() -> None:
    text = json.dumps(
        {
            "value": [
                {
                    "id": f"subscriptions/1/workspaces/w/savedSearches/{OTHER}",
                    "type": "Microsoft.OperationalInsights/savedSearches",
                    "properties": {
                        "Category": "Hunting Queries",
                        "DisplayName": "Rare process",
                        "Query": "SecurityEvent",
                        "Tags": [{"Name": "tactics", "Value": "Execution"}],
                        "Version": 2,
                    },
                }
            ]
        }
    )
    (rule,) = detections(text)
    assert (rule.id, rule.title, rule.tactics) == (OTHER, "Rare process", ("Execution",))


def nested(type_: str, **properties: Any) -> dict[str, Any]:
    return {"type": type_, "name": "n", "properties": properties}


@pytest.mark.parametrize(
    "text",
    [
        template(alert_rule(type=PLAIN, name=ID)),
        template(alert_rule(type="microsoft.securityinsights/ALERTRULES", name=f"w/Microsoft.SecurityInsights/{ID}")),
        template(alert_rule("[format('{0}/Microsoft.SecurityInsights/{1}', parameters('workspace'), '" + ID + "')]")),
        template(
            alert_rule("[concat(parameters('workspace'), '/Microsoft.SecurityInsights/', parameters('id'))]"),
            parameters={"workspace": {}, "Id": {"type": "string", "defaultValue": ID}},
        ),
        template(alert_rule("[variables('rule').ids[1]]"), variables={"rule": {"ids": ["x", f"[concat('{ID}')]"]}}),
        template(alert_rule("[guid('x')]", id=f"[concat(resourceId('a/b', 'c'),'/alertRules/{ID}')]")),
        template(nested("Microsoft.Resources/deployments", template={"resources": [alert_rule()]})),
        template(
            nested(
                "Microsoft.OperationalInsights/workspaces/providers/contentTemplates",
                mainTemplate={
                    "variables": {"id": ID},
                    "resources": [alert_rule("[concat('w/Microsoft.SecurityInsights/', variables('id'))]")],
                },
            )
        ),
        template(resources={"symbolic": alert_rule()}),
        json.dumps(alert_rule(type=PLAIN, name=ID)),
        json.dumps([alert_rule(type=PLAIN, name=ID)]),
        json.dumps({"value": [alert_rule(type=PLAIN, name=ID)]}),
    ],
    ids=range(12),
)
def test_an_alert_rule_is_found_wherever_it_stands(text: str) -> None:
    built = imported({"a.json": text})
    assert [(rule.id, rule.title) for rule in built.catalogue.detections] == [(ID, "Rare process")]
    assert built.catalogue.counts.rejects == 0


def test_a_child_resource_has_the_type_of_its_parent_before_its_own() -> None:
    child = saved_search(OTHER) | {"type": "savedSearches"}
    parent = {"type": "Microsoft.OperationalInsights/workspaces", "name": "w", "resources": [child]}
    assert [rule.id for rule in detections(template(parent))] == [OTHER]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("query", "[variables('q')]", "SecurityEvent"),
        ("query", "[concat('Security', variables('v').e)]", "SecurityEvent"),
        ("query", "[[not an expression]", "[not an expression]"),
        ("query", "[unclosed", "[unclosed"),
        ("severity", "[parameters('severity')]", "Low"),
        ("displayName", "[concat('it''s ', string)]", None),
        ("query", "[reference('x').query]", None),
        ("query", "[parameters('workspace')]", None),
        ("query", "[variables('nothing')]", None),
        ("query", "[variables('circle')]", None),
        ("query", "[concat('a']", None),
        ("query", "[]", None),
        ("query", "[variables('v')]", None),
    ],
)
def test_expressions_are_resolved_or_the_rule_is_refused(name: str, value: str, expected: str | None) -> None:
    text = template(
        alert_rule(**{name: value}),
        parameters={"workspace": {"type": "string"}, "severity": {"defaultValue": "Low"}},
        variables={"q": "SecurityEvent", "v": {"e": "Event"}, "circle": "[variables('circle')]"},
    )
    result = found("sentinel-arm", text)
    if expected is None:
        assert (result.read, result.rejected) == (0, 1)
        assert {d.code for d in result.diagnostics} <= {"RF511", "RF509"}
    else:
        attribute = {"displayName": "title"}.get(name, name)
        assert {getattr(entry, attribute) for entry in result.entries} == {expected}


def test_expressions_that_grow_without_end_stay_open() -> None:
    grow = {f"v{n}": f"[concat(variables('v{n + 1}'), variables('v{n + 1}'))]" for n in range(60)} | {"v60": "x" * 100}
    circle = {"a": "[variables('b')]", "b": "[concat(variables('a'), variables('a'))]"}
    for expression in ("[variables('v0')]", "[variables('a')]", "[" + "concat(" * 5_000 + "'a'" + ")" * 5_000 + "]"):
        result = found("sentinel-arm", template(alert_rule(query=expression), variables=grow | circle))
        assert [d.code for d in result.diagnostics] == ["RF511"]


def test_lists_can_be_parameters() -> None:
    text = template(
        alert_rule(tactics="[parameters('tactics')]", techniques=["[parameters('one')]"], subTechniques=None),
        parameters={"workspace": {}, "tactics": {"defaultValue": ["Impact"]}, "one": {"defaultValue": "T1485"}},
    )
    (rule,) = detections(text)
    assert (rule.tactics, rule.techniques) == (("Impact",), ("T1485",))


@pytest.mark.parametrize("name", ["[newGuid()]", "[concat('w/x/', guid('a'))]", "[parameters('workspace')]"])
def test_a_name_that_only_a_deployment_can_resolve_leaves_the_rule_without_an_id(name: str) -> None:
    built = imported({"a.json": template(alert_rule(name), alert_rule(name, displayName="Other", query="Syslog"))})
    assert [rule.id for rule in built.catalogue.detections] == ["", ""]
    assert [d.code for d in built.diagnostics if d.severity == "warning"] == ["RF202", "RF511"] * 2
    assert len({rule.key for rule in built.catalogue.detections}) == 2


@pytest.mark.parametrize(
    "kind", ["Fusion", "MLBehaviorAnalytics", "MicrosoftSecurityIncidentCreation", "ThreatIntelligence", "absent"]
)
def test_other_kinds_of_alert_rules_are_refused_with_a_warning(kind: str) -> None:
    result = found("sentinel-arm", template(alert_rule(kind=kind), saved_search()))
    assert [(d.code, d.severity.value) for d in result.diagnostics] == [("RF510", "warning")]
    assert (result.read, result.rejected) == (1, 1)
    assert [r["kind"] if kind != "absent" else r["name"] for r in json.loads(result.reject_bytes())]


def test_an_nrt_rule_has_no_schedule() -> None:
    schedule = dict.fromkeys(("queryFrequency", "queryPeriod", "triggerOperator", "triggerThreshold"), "absent")
    (rule,) = detections(template(alert_rule(kind="NRT", **schedule)))
    assert (rule.type, rule.schedule) == ("Analytics", None)


def test_other_resources_are_skipped_and_counted() -> None:
    playbook = nested("Microsoft.Logic/workflows", definition={"triggers": {}})
    text = template(playbook, alert_rule(), playbook, saved_search(category="General Exploration"))
    built = imported({"a.json": text})
    assert [d.message for d in built.diagnostics if d.code == "RF517"] == [
        "found another resource, and 1 more like it, left out",
        "found a saved search of another category, left out",
    ]
    assert built.catalogue.counts.rejects == 0


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ('{"resources": [}', "RF502", 1, 16),
        ('{"resources": []', "RF502", 1, 17),
        ("{'resources': []}", "RF502", 1, 2),
        (b'{"resources": ["\xff"]}', "RF110", 1, 17),
        ('{"a": ' + "[" * 70 + "]" * 70 + "}", "RF506", 1, 71),
        ('{"a": 1}', "RF507", 1, 1),
        ('"a"', "RF507", 1, 1),
        (template(alert_rule(query="absent")), "RF508", 15, 21),
        (template(alert_rule(displayName=" ")), "RF508", 15, 21),
        (template(alert_rule(displayName=["a"])), "RF509", 16, 24),
        (template(alert_rule(tactics={"a": "b"})), "RF509", 27, 20),
        (template(saved_search(tags="a")), "RF509", 19, 17),
        (template(saved_search(tags=["a"])), "RF509", 20, 11),
        (template(alert_rule()).replace('"enabled"', '"Severity"'), "RF504", 19, 9),
        (template(alert_rule(displayName="a\ud800")), "RF110", 16, 24),
        (template({"type": PLAIN, "name": "a", "kind": "NRT"}), "RF508", 10, 5),
    ],
)
def test_a_fault_is_told_with_its_place(text: str | bytes, code: str, line: int, column: int) -> None:
    assert told("sentinel-arm", text) == [(code, line, column)]
    assert (found("sentinel-arm", text).read, found("sentinel-arm", text).rejected) == (0, 1)


def test_a_broken_rule_costs_no_other_and_can_be_mended_and_read_again() -> None:
    text = template(alert_rule(query=None), alert_rule(displayName="Other"), saved_search(query=["q"]))
    result = found("sentinel-arm", text)
    assert (result.read, result.rejected) == (1, 2)
    mended = (
        result.reject_bytes().replace(b'"query": null', b'"query": "a"').replace(b'[\n          "q"\n        ]', b'"b"')
    )
    again = found("sentinel-arm", mended)
    assert (again.read, again.rejected) == (2, 0)


def test_a_template_without_a_rule_is_no_fault() -> None:
    assert found("sentinel-arm", template()).diagnostics == []


def test_values_keep_their_places_in_a_template_on_one_line() -> None:
    text = json.dumps(json.loads(template(alert_rule(severity="Critical"))))
    (place,) = [d.place for d in imported({"a.json": text}).diagnostics if d.code == "RF209"]
    assert place
    assert text[place.column - 1 :].startswith('"Critical"')
