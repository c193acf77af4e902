"""What Sentinel can hold, rule by rule: what is refused, what is lost, and what is not invented."""

from datetime import timedelta
from typing import Any

import pytest

from rulefold.model import Detection, Note, Schedule
from rulefold.targets.sentinel import file_ids, iso_duration, read_rule, short_duration, unique_ids
from tests.pages_text import guid
from tests.targets.exports import ANALYTICS, HUNTING, NRT, catalogue, changed


def schedule(**update: Any) -> Schedule:
    assert ANALYTICS.schedule
    return ANALYTICS.schedule.model_copy(update=update)


@pytest.mark.parametrize(
    ("update", "field"),
    [
        ({"type": None}, "type"),
        ({"type": "analytics"}, "type"),
        ({"title": " "}, "title"),
        ({"title": "x" * 257}, "title"),
        ({"description": "x" * 5_001}, "description"),
        ({"query": ""}, "query"),
        ({"query": "\n "}, "query"),
        ({"query": "x" * 10_001}, "query"),
        ({"query": "union * | take 1"}, "query"),
        ({"query": "search  * "}, "query"),
        ({"query": "union isfuzzy=true * | take 1"}, "query"),
        ({"query": "T | join (union withsource=x U, *) on a"}, "query"),
        ({"query": "adx('https://x.kusto.windows.net/y').T", "functions": ("adx",)}, "query"),
        ({"severity": None}, "severity"),
        ({"severity": "high"}, "severity"),
        ({"schedule": schedule(query_frequency=None)}, "query_frequency"),
        ({"schedule": schedule(query_frequency="daily")}, "query_frequency"),
        ({"schedule": schedule(query_frequency="4m")}, "query_frequency"),
        ({"schedule": schedule(query_frequency="330s")}, "query_frequency"),
        ({"schedule": schedule(query_period=None)}, "query_period"),
        ({"schedule": schedule(query_period="15d")}, "query_period"),
        ({"schedule": schedule(query_period="30m")}, "query_period"),
        ({"schedule": schedule(trigger_operator=None)}, "trigger_operator"),
        ({"schedule": schedule(trigger_operator="ge")}, "trigger_operator"),
        ({"schedule": schedule(trigger_threshold=None)}, "trigger_threshold"),
        ({"schedule": schedule(trigger_threshold="many")}, "trigger_threshold"),
        ({"schedule": schedule(trigger_threshold=2**31)}, "trigger_threshold"),
    ],
)
def test_what_is_refused(update: dict[str, Any], field: str) -> None:
    rule, losses = read_rule(changed(ANALYTICS, **update), guid(1))
    assert rule is None
    assert {loss.field for loss in losses if loss.refused} == {field}


@pytest.mark.parametrize(
    "update",
    [
        {"title": "x" * 256, "description": "x" * 5_000, "query": "x" * 10_000},
        {"description": "", "tactics": (), "techniques": (), "connectors": ()},
        {"schedule": schedule(query_frequency="5m", query_period="14d")},
        {"schedule": schedule(query_frequency="PT5M", query_period="P14D")},
        {"schedule": schedule(query_frequency="1h", query_period="1h", trigger_threshold=2**31 - 1)},
        {"query": "T | where x == 'union'"},
        {"query": "union T*, U | extend y = 2 * x"},
        {"query": "union T, U | where x == '*' // union isfuzzy=true *"},
        {"query": "T | where adx == 1", "functions": ()},
    ],
)
def test_what_is_not_refused(update: dict[str, Any]) -> None:
    rule, losses = read_rule(changed(ANALYTICS, **update), guid(1))
    assert rule
    assert losses == []


def test_a_query_that_is_no_kql_is_written_and_told() -> None:
    message = "found the end of the query, expected an expression"
    broken = changed(ANALYTICS, query="T | where", notes=(Note(code="RF701", message=message),))
    rule, losses = read_rule(broken, guid(1))
    assert rule
    assert [(loss.field, loss.value, loss.refused) for loss in losses] == [("query", message, False)]
    other = changed(broken, notes=(Note(code="RF711", message="found a, which is no column"),))
    assert read_rule(other, guid(1))[1] == []


def test_a_hunting_query_may_be_long_and_may_search_all_tables() -> None:
    rule, losses = read_rule(changed(HUNTING, query="search * | where x\n" + "x" * 10_000), guid(1))
    assert rule
    assert losses == []


@pytest.mark.parametrize(("detection", "kind"), [(ANALYTICS, "Scheduled"), (NRT, "NRT"), (HUNTING, "Hunting")])
def test_the_kind_follows_from_type_and_schedule(detection: Detection, kind: str) -> None:
    rule, _ = read_rule(detection, guid(1))
    assert rule
    assert rule.kind == kind
    assert (rule.trigger is not None) == (kind == "Scheduled")


def test_what_an_analytics_rule_cannot_hold_is_lost_and_told() -> None:
    strange = changed(ANALYTICS, tactics=("Execution", "Ransomware"), techniques=("T1059", "t1059", "T10", "T1059.1"))
    rule, losses = read_rule(strange, guid(1))
    assert rule
    assert (rule.tactics, rule.techniques) == (("Execution",), ("T1059",))
    assert [(loss.field, loss.value) for loss in losses] == [
        ("tactics", "Ransomware"),
        *(("techniques", value) for value in ("t1059", "T10", "T1059.1")),
    ]


def test_a_hunting_query_keeps_any_tactic_and_has_no_schedule() -> None:
    strange = changed(HUNTING, tactics=("Ransomware",), severity="Low", schedule=schedule())
    rule, losses = read_rule(strange, guid(1))
    assert rule
    assert (rule.tactics, rule.severity, rule.trigger) == (("Ransomware",), None, None)
    assert [loss.field for loss in losses] == ["severity", "schedule"]


def test_an_invented_connector_is_none() -> None:
    rule, _ = read_rule(ANALYTICS, guid(1))
    assert rule
    assert [connector.id for connector in rule.connectors] == ["MicrosoftThreatProtection"]


def test_ids() -> None:
    own = changed(ANALYTICS, id=guid(7).upper(), key=guid(7).upper())
    none = changed(ANALYTICS, id="", key="b")
    bad = changed(ANALYTICS, id="f090f8f4a-b986-42d2-b536-e0795c723e25", key="c")
    twins = [changed(ANALYTICS, id=guid(8), key=f"{guid(8)}-{hash_}") for hash_ in ("d", "e")]
    found = catalogue(own, none, bad, *twins)
    unique, losses = unique_ids(found)
    assert unique[own.key] == guid(7)
    assert len(set(unique.values())) == 5
    assert [loss.detection for loss in losses] == ["b", "c", *(twin.key for twin in twins)]
    assert unique_ids(catalogue(twins[1]))[0] == {twins[1].key: unique[twins[1].key]}  # alone it has no other id
    in_files, losses = file_ids(found)
    assert [in_files[d.key] for d in (own, *twins)] == [guid(7).upper(), guid(8), guid(8)]
    assert [loss.detection for loss in losses] == ["b", "c"]
    assert in_files["b"] == unique["b"]


@pytest.mark.parametrize(
    ("duration", "iso", "short"),
    [
        (timedelta(minutes=5), "PT5M", "5m"),
        (timedelta(minutes=70), "PT1H10M", "70m"),
        (timedelta(hours=1), "PT1H", "1h"),
        (timedelta(hours=24), "P1D", "1d"),
        (timedelta(hours=25), "P1DT1H", "25h"),
        (timedelta(days=14), "P14D", "14d"),
        (timedelta(days=1, seconds=1), "P1DT1S", "86401s"),
        (timedelta(0), "PT0S", "0d"),
    ],
)
def test_durations(duration: timedelta, iso: str, short: str) -> None:
    assert (iso_duration(duration), short_duration(duration)) == (iso, short)
