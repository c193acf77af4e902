"""Events that make detections fire: each set is run, and none of it can be left out."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rulefold.correlate import cadence
from rulefold.kql import Table
from rulefold.kql.engines.limits import Limits
from rulefold.kql.running import run
from rulefold.model import Catalogue, Detection
from rulefold.synthesis import Proposal, propose
from rulefold.workspace import Workspace, read
from tests.conftest import ROOT
from tests.correlate.events import detections, rule

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
LIMITS = Limits.of("1GB", "60s", 1)
SCHEMAS = {
    "Signins": {
        "TimeGenerated": "datetime",
        "User": "string",
        "Ip": "string",
        "Tries": "long",
        "Details": "dynamic",
        "Extra": "string",
        "Ok": "bool",
    },
    "Devices": {"TimeGenerated": "datetime", "User": "string", "Device": "string", "Command": "string"},
}


def proposed(folder: Path, query: str, **fields: str) -> Proposal:
    (detection,) = detections(folder, [rule(1, query, **fields)])
    return propose(detection, Workspace(SCHEMAS), NOW, LIMITS)


def rows_over(detection: Detection, events: dict[str, list[dict[str, object]]]) -> int:
    tables = {name: Table(schema, events.get(name, [])) for name, schema in SCHEMAS.items()}
    rhythm = cadence(detection)
    return len(run(detection.query, tables, now=NOW, timespan=rhythm.sees(NOW) if rhythm else None).rows)


RANGE = "let start = todatetime('{{StartTimeISO}}'); let end = todatetime('{{EndTimeISO}}');"
FIRING = [
    ('Signins | where User == "ada"', 1),
    ('Signins | where User =~ "ADA" and Tries > 5', 1),
    ('Signins | where User != "ada" and isnotempty(User)', 1),
    ('Signins | where User in ("ada", "bob") and User !in ("ada")', 1),
    ('Signins | where User has "ada" and User endswith ".org" and User !contains "ada.org"', 1),
    ('Signins | where User startswith "a" and strlen(User) > 9', 1),
    ('Signins | where User has_all ("x", "y") or Tries between (3 .. 4)', 1),
    ("Signins | where Tries between (3 .. 4) and not(Tries == 3)", 1),
    (r'Signins | where User matches regex @"^adm-[0-9]{3}\.x$"', 1),
    (r"""Signins | where User == "a\"b\\c'd\n" and Extra has "ü€" """, 1),
    ('Signins | where tostring(Details.a.b) == "x" and toint(Details["n"]) > 3', 1),
    ('Signins | where parse_json(Extra).list[1].name =~ "x"', 1),
    ('Signins | mv-expand Details | where Details.key == "k" | where tostring(Details.value) has "v"', 1),
    ('Signins | extend Domain = tostring(split(User, "@")[1]) | where Domain == "example.org"', 1),
    ('Signins | extend Port = extract(@"port=(\\d+);", 1, Extra) | where Port == "22"', 1),
    (
        r'Devices | join (Signins | extend Device = extract(@"-f (dev[0-9]{2}\.x)", 1, Extra) | where Ok) on Device',
        2,
    ),
    (
        r'Devices | join (Signins | extend Device = tostring(extract_all(@"d=(\w)(\d)", Extra)[0][1]) | where Ok)'
        " on Device",
        2,
    ),
    ('Signins | where Extra has "term" | extend d = parse_json(Extra) | where tostring(d.a) == "x"', 1),
    ('Signins | parse Extra with * "user=" Name " from " Where | where Name == "ada"', 1),
    ('Signins | extend Full = strcat("CORP/", User) | where Full == "CORP/ada"', 1),
    ('Signins | extend Kind = iff(Tries > 5, "many", "few") | where Kind == "many"', 1),
    ('Signins | extend Kind = case(Ok, "good", Tries > 5, "many", "few") | where Kind == "many"', 1),
    ("Signins | where TimeGenerated > ago(10m) and ipv4_is_private(Ip)", 1),
    ("Signins | summarize n = count() by User | where n > 3", 4),
    ("Signins | summarize n = dcount(User) by Ip | where n >= 3", 3),
    ("Signins | summarize n = sum(Tries) by Ip | where n > 30", 1),
    ('Signins | summarize n = countif(User == "ada"), m = countif(User == "bob") by Ip | where n > 1', 2),
    ('Signins | summarize Users = make_set(User) by Ip | where array_length(Users) > 2 and Users has "ada"', 3),
    ("Signins | join kind=inner (Devices | where Command has 'curl') on User", 2),
    ("Signins | join kind=leftanti Devices on User | where Tries > 3", 1),
    ("Signins | join kind=leftouter Devices on User | where isnotempty(Device)", 2),
    ("Signins | where User in ((Devices | where Device == 'd1' | project User))", 2),
    ("union Signins, Devices | where Device == 'd1'", 1),
    (
        "Signins | project Start = TimeGenerated, User | join (Devices | project End = TimeGenerated, User) on User "
        "| where End - Start between (1m .. 10m)",
        2,
    ),
    ("let Bad = dynamic(['x', 'y']); Signins | where User in~ (Bad) | summarize arg_max(TimeGenerated, *) by User", 1),
    ("Signins | where base64_decode_tostring(Extra) has 'powershell'", 1),
    (f'{RANGE} Signins | where TimeGenerated between (start .. end) and User == "ada"', 1),
]


def test_events_of_a_hunting_query_are_of_its_range_and_of_before(tmp_path: Path) -> None:
    query = f"""{RANGE} Signins | where TimeGenerated between (start .. end)
        | join kind=inner (Devices | where TimeGenerated between ((start - 14d) .. start)) on User"""
    found = proposed(tmp_path, query, type="Hunting")
    assert found.events is not None, found.refused
    assert rows_over(found.detection, found.events) > 0
    ((signin,), (device,)) = found.events["Signins"], found.events["Devices"]
    assert NOW - timedelta(days=1) <= datetime.fromisoformat(str(signin["TimeGenerated"])) <= NOW
    assert datetime.fromisoformat(str(device["TimeGenerated"])) <= NOW - timedelta(days=1)


def test_the_seed_fires(seed: Catalogue) -> None:
    (detection,) = seed.detections
    workspace = read([ROOT / "catalog" / "tables.yaml"], []).load()
    events = propose(detection, workspace, NOW, LIMITS).events
    assert events is not None
    assert {table: len(rows) for table, rows in events.items()} == {
        "AzureActivity": 1, "DeviceEvents": 1, "DeviceFileEvents": 1,
    }  # fmt: skip
    tables = {name: Table(workspace.tables[name], rows) for name, rows in events.items()}
    (row,) = run(detection.query, tables, now=NOW).rows
    assert len(row) == 13


@pytest.mark.parametrize(("query", "number"), FIRING, ids=[query for query, _ in FIRING])
def test_events_fire_and_none_can_be_left_out(query: str, number: int, tmp_path: Path) -> None:
    found = proposed(tmp_path, query)
    assert found.events is not None, found.refused
    assert sum(map(len, found.events.values())) == number
    assert rows_over(found.detection, found.events) > 0
    for table, rows in found.events.items():
        for left in range(len(rows)):
            fewer = {**found.events, table: rows[:left] + rows[left + 1 :]}
            assert rows_over(found.detection, fewer) == 0


def test_a_column_without_a_condition_has_no_value(tmp_path: Path) -> None:
    found = proposed(tmp_path, 'Signins | where User == "ada" and Tries > 5 | project User, Ip, Extra')
    assert found.events == {"Signins": [{"TimeGenerated": "2024-05-01T11:55:00Z", "User": "ada", "Tries": 6}]}


def test_events_are_in_the_period_of_the_rule(tmp_path: Path) -> None:
    found = proposed(tmp_path, "Signins | where Ok", query_period="2m", query_frequency="2m")
    assert found.events is not None
    (event,) = found.events["Signins"]
    time = datetime.fromisoformat(str(event["TimeGenerated"]))
    assert NOW - timedelta(minutes=2) <= time < NOW


@pytest.mark.parametrize(
    ("operator", "threshold", "number"), [("gt", "2", 3), ("eq", "2", 2), ("lt", "5", 0), ("ne", "0", 1)]
)
def test_the_trigger_says_how_many_rows(operator: str, threshold: str, number: int, tmp_path: Path) -> None:
    found = proposed(
        tmp_path,
        "Signins | where Tries > 3 | summarize count() by User",
        trigger_operator=operator,
        trigger_threshold=threshold,
    )
    assert found.events is not None, found.refused
    assert sum(map(len, found.events.values())) == number


def test_the_same_rule_gives_the_same_bytes(tmp_path: Path) -> None:
    query = "Signins | summarize n = dcount(User) by Ip | where n >= 3 | join Devices on $left.Ip == $right.Device"
    first, second = proposed(tmp_path, query), proposed(tmp_path, query)
    assert first.events is not None
    assert json.dumps(first.events) == json.dumps(second.events)


REFUSED = [
    ("Signins | where hash_sha256(User) == 'x'", "found hash_sha256, which events are not worked out for"),
    ("Signins | where User == 'a' and User == 'b'", "found no value of User that all conditions are true of"),
    ("Signins | where 1 == 2", "found a condition that is never true"),
    ("Signins | where Tries > 5 and Tries < 3", "found no value of Tries that all conditions are true of"),
    ("Signins | where TimeGenerated > todatetime('soon')", "found a comparison with a value that is null"),
    ("Signins | where TimeGenerated < ago(2d)", "found no value of TimeGenerated that all conditions are true of"),
    (
        "Signins | summarize n = count() by User | where n > 100000",
        "found a group that would need more than 250 rows, or none",
    ),
]


@pytest.mark.parametrize(("query", "message"), REFUSED, ids=[query for query, _ in REFUSED])
def test_what_is_refused_has_a_reason_and_a_place(query: str, message: str, tmp_path: Path) -> None:
    found = proposed(tmp_path, query)
    assert found.events is None
    assert found.refused is not None
    assert (found.refused.code, found.refused.message) == ("RF754", message)
    span = found.refused.span
    assert query[span.start : span.end] in query
    assert span.start >= query.index("where")


def test_a_query_that_is_not_run_is_refused_as_such(tmp_path: Path) -> None:
    found = proposed(tmp_path, "Signins | evaluate autocluster()")
    assert found.refused is not None
    assert found.refused.code == "RF751"
