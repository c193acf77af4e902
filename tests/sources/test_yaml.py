"""Sentinel's YAML: both dialects, every fault with its place, and ruamel.yaml's own reader as the judge of texts."""

import io
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from rulefold.model import Connector, Schedule
from rulefold.sources.nodes import Fields, Items, Node, Scalar
from rulefold.sources.yaml_nodes import read_yaml
from tests.conftest import examples
from tests.sources.reading import ID, detections, found, imported, told
from tests.targets.nasty import texts

ANALYTIC = f"""\
# a comment before the rule
id: {ID}
name: Rare process on a host
description: |
  'What it finds,
  in two lines.'
severity: High
requiredDataConnectors:
  - connectorId: SecurityEvents
    dataTypes:
      - SecurityEvent
      - WindowsEvent
  - connectorId: AzureActivity
    datatypes: AzureActivity
queryFrequency: 1d
queryPeriod: 14d
triggerOperator: gt
triggerThreshold: 0
tactics: [Execution, Persistence]
relevantTechniques:
  - T1059
  - T1078.004
query: |
  SecurityEvent
  | take 1
entityMappings:
  - entityType: Host
version: 1.0.0
kind: Scheduled
"""
ISO = f"""\
id: {ID}
displayName: Rare process on a host
severity: High
queryFrequency: PT1H
queryPeriod: P1DT1H
triggerOperator: GreaterThan
triggerThreshold: 3.0
tactics:
- Execution
techniques:
- T1078
- T1059
subTechniques:
- T1078.004
query: SecurityEvent
kind: Scheduled
"""
HUNTING = """\
id: 0a000000-0000-0000-0000-00000000000b
name: Rare process
description: ''
requiredDataConnectors: []
tactics:
relevantTechniques: []
query: "SecurityEvent\\n| take 1"
"""


def test_an_analytic_rule_in_the_dialect_of_upstream() -> None:
    (rule,) = detections(ANALYTIC)
    assert (rule.id, rule.key, rule.title, rule.type) == (ID, ID, "Rare process on a host", "Analytics")
    assert rule.description == "What it finds,\nin two lines."
    assert rule.query == "SecurityEvent\n| take 1\n"
    assert rule.severity == "High"
    assert rule.schedule == Schedule(
        query_frequency="1d", query_period="14d", trigger_operator="gt", trigger_threshold=0
    )
    assert rule.tactics == ("Execution", "Persistence")
    assert rule.techniques == ("T1059", "T1078.004")
    assert rule.connectors == (
        Connector(id="SecurityEvents", data_types=("SecurityEvent", "WindowsEvent")),
        Connector(id="AzureActivity", data_types=("AzureActivity",)),
    )
    assert rule.data_types == ("SecurityEvent", "WindowsEvent", "AzureActivity")


def test_platforms_urls_and_dates_are_absent_and_not_guessed() -> None:
    (rule,) = detections(ANALYTIC)
    assert (rule.platforms, rule.url, rule.ingested_date) == ((), None, None)
    assert all(connector.platforms == () for connector in rule.connectors)
    assert rule.inferred.platforms == {}


def test_rows_are_the_whole_product_and_none_is_missing() -> None:
    (rule,) = detections(ANALYTIC)
    assert (rule.rows.seen, rule.rows.product, rule.rows.missing) == (2 * 2 * 3, 2 * 2 * 3, ())
    assert [(source.page, source.lines) for source in rule.sources] == [("rule", ((2, 29),))]


def test_what_a_catalogue_does_not_hold_is_told_once_a_field_with_its_count() -> None:
    other = ANALYTIC.replace(ID, "0a000000-0000-0000-0000-00000000000b").replace("SecurityEvent\n", "Syslog\n")
    built = imported({"1.yaml": ANALYTIC, "2.yaml": other + "customDetails: {a: b}\ntags: []\n"})
    lost = [(str(d.place), d.message) for d in built.diagnostics if d.code == "RF516"]
    assert lost == [
        ("1.yaml:26:1", "found entityMappings in 2 rules, which a catalogue does not hold"),
        ("1.yaml:28:1", "found version in 2 rules, which a catalogue does not hold"),
        ("2.yaml:30:1", "found customDetails in 1 rule, which a catalogue does not hold"),
    ]


def test_the_dialect_with_iso_durations() -> None:
    (rule,) = detections(ISO)
    assert rule.schedule == Schedule(
        query_frequency="PT1H", query_period="P1DT1H", trigger_operator="gt", trigger_threshold=3
    )
    assert rule.techniques == ("T1078.004", "T1059")  # the API wants T1078 beside its sub-technique


def test_a_hunting_query_has_no_schedule_and_empty_fields_are_absent() -> None:
    (rule,) = detections(HUNTING)
    assert (rule.type, rule.schedule, rule.severity, rule.description) == ("Hunting", None, None, "")
    assert (rule.tactics, rule.techniques, rule.connectors, rule.data_types) == ((), (), (), ())
    assert (rule.rows.seen, rule.rows.product) == (1, 1)
    assert rule.query == "SecurityEvent\n| take 1"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Hunting Queries/Syslog/a.yaml", ANALYTIC, "Hunting"),
        ("hunting/a.yaml", ANALYTIC, "Hunting"),
        ("Detections/a.yaml", HUNTING, "Analytics"),
        ("Solutions/X/Analytic Rules/a.yaml", HUNTING, "Analytics"),
        ("Hunting Queries/Analytic Rules/a.yaml", HUNTING, "Analytics"),
        ("rules/a.yaml", HUNTING, "Hunting"),
        ("rules/a.yaml", HUNTING + "severity: Low\n", "Analytics"),
        ("rules/a.yaml", HUNTING + "kind: NRT\n", "Analytics"),
        ("rules/hunting.yaml", ANALYTIC, "Analytics"),
    ],
)
def test_the_folder_says_what_a_rule_is_and_else_its_fields(name: str, text: str, expected: str) -> None:
    assert found("sentinel-yaml", text, name).entries[0].type == expected


@pytest.mark.parametrize(
    ("name", "kind", "is_lost"),
    [("a", "Scheduled", False), ("a", "NRT", True), ("hunting/a", "Scheduled", True)],
)
def test_a_kind_is_lost_where_it_does_not_follow_from_the_rest(name: str, kind: str, is_lost: bool) -> None:
    text = ANALYTIC.replace("kind: Scheduled", f"kind: {kind}")
    assert ("kind" in found("sentinel-yaml", text, name).lost) is is_lost


def test_values_take_the_spelling_that_folding_gives_and_keep_their_places() -> None:
    text = ANALYTIC.replace("Execution, Persistence", "Initial access, Vulnerability").replace("T1059", "t1059")
    built = imported({"a.yaml": text.replace("severity: High", "severity: Critical")})
    (rule,) = built.catalogue.detections
    assert (rule.tactics, rule.techniques[0]) == (("InitialAccess", "Vulnerability"), "T1059")
    warned = [(d.code, str(d.place)) for d in built.diagnostics if d.severity == "warning"]
    assert warned == [
        ("RF209", "a.yaml:7:11"),
        ("RF203", "a.yaml:19:11"),
        ("RF204", "a.yaml:19:27"),
        ("RF205", "a.yaml:21:5"),
    ]


@pytest.mark.parametrize("operator", ["Equals", ">", "more"])
def test_an_unknown_operator_is_kept_and_told(operator: str) -> None:
    built = imported({"a": ANALYTIC.replace("triggerOperator: gt", f"triggerOperator: '{operator}'")})
    schedule = built.catalogue.detections[0].schedule
    assert schedule
    assert schedule.trigger_operator == operator
    assert "RF209" in [d.code for d in built.diagnostics]


def test_plain_texts_are_not_taken_for_numbers_dates_or_booleans() -> None:
    text = "id: 1e3\nname: no\ndescription: 2022-08-07\nquery: 0x1F\ntactics: [true, 1.10, ~, null]\n"
    (entry, *_) = found("sentinel-yaml", text).entries
    assert (entry.id, entry.title, entry.description, entry.query) == ("1e3", "no", "2022-08-07", "0x1F")
    assert [e.tactic for e in found("sentinel-yaml", text).entries] == ["true", "1.10"]


def test_an_alias_stands_for_what_is_anchored() -> None:
    text = "name: &n One\ndescription: *n\nquery: q\ntactics: &t [Impact]\nrelevantTechniques: *t\n"
    (entry,) = found("sentinel-yaml", text).entries
    assert (entry.title, entry.description, entry.tactic, entry.technique) == ("One", "One", "Impact", "Impact")


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)
GOOD = "name: a\nquery: b\n"


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("name: a: b\nquery: c\n", "RF501", 1, 8),
        ("name: a\n\tquery: b\n", "RF501", 2, 1),
        ("name: 'a\nquery: b\n", "RF501", 3, 1),
        ("name: [a\nquery: b\n", "RF501", 2, 6),
        ("name: a\nquery: *b\n", "RF501", 2, 8),
        ("? [a]\n: b\nquery: c\n", "RF501", 1, 3),
        ("base: &b {name: a}\nquery: c\n<<: *b\n", "RF501", 3, 1),
        ("%YAML 1.9\n---\nname: a\nquery: b\n", "RF501", 1, 1),
        ("name: \x07\nquery: b\n", "RF501", 1, 7),
        ("name: a\nquery: b\nname: c\n", "RF504", 3, 1),
        ("name: a\nquery: b\nQuery: c\n", "RF504", 3, 1),
        (GOOD + "requiredDataConnectors:\n- connectorId: x\n  connectorId: y\n", "RF504", 5, 3),
        ("name: a\nquery: b\nx: " + "[" * 65 + "]" * 65 + "\n", "RF506", 3, 67),
        (BOMB + GOOD, "RF506", 5, 55),
        ("- name: a\n  query: b\n", "RF507", 1, 1),
        ("just a text\n", "RF507", 1, 1),
        ("name: a\nseverity: High\ntactics: [Impact]\n", "RF508", 1, 1),
        ("query: a\nid: b\n", "RF508", 1, 1),
        ("name: ' '\nquery: b\n", "RF508", 1, 1),
        ("name: [a]\nquery: b\n", "RF509", 1, 7),
        ("name: a\nquery: {b: c}\n", "RF509", 2, 8),
        (GOOD + "tactics: {a: Impact}\n", "RF509", 3, 10),
        (GOOD + "tactics: [[Impact]]\n", "RF509", 3, 11),
        (GOOD + "requiredDataConnectors: x\n", "RF509", 3, 25),
        (GOOD + "requiredDataConnectors: [x]\n", "RF509", 3, 26),
        (GOOD + "requiredDataConnectors: [{connectorId: {a: b}}]\n", "RF509", 3, 40),
        ("name: a\0\nquery: b\n", "RF110", 1, 8),
        (b"name: Ren\xe9e\nquery: b\n", "RF110", 1, 10),
        ('name: "a\\ud800"\nquery: b\n', "RF110", 1, 7),
    ],
)
def test_a_fault_is_told_with_its_place_and_the_rule_is_a_reject(
    text: str | bytes, code: str, line: int, column: int
) -> None:
    result = found("sentinel-yaml", text)
    assert told("sentinel-yaml", text) == [(code, line, column)]
    assert (result.read, result.rejected, result.entries) == (0, 1, [])
    assert result.reject_bytes() == (text if isinstance(text, bytes) else text.encode())


def test_a_rule_of_another_kind_is_refused_with_a_warning() -> None:
    result = found("sentinel-yaml", "name: a\nquery: b\nkind: Fusion\n")
    assert [(d.code, d.severity.value, d.message) for d in result.diagnostics] == [
        ("RF510", "warning", "found a rule of the kind 'Fusion', expected Scheduled or NRT")
    ]
    assert (result.read, result.rejected) == (0, 1)


def test_a_rule_with_too_many_rows_is_refused() -> None:
    many = ", ".join(f"T{n:04}" for n in range(101))
    result = found("sentinel-yaml", f"name: a\nquery: b\ntactics: [{many}]\nrelevantTechniques: [{many}]\n")
    assert [d.message for d in result.diagnostics] == [
        "found a rule whose values make 10,201 rows, expected at most 10,000"
    ]
    assert (result.read, result.entries) == (0, [])


def test_documents_without_end_are_not_read() -> None:
    result = found("sentinel-yaml", "---\nname: a\nquery: b\n" * 1_001)
    assert [d.code for d in result.diagnostics] == ["RF506", "RF505"]
    assert (result.read, result.rejected) == (1_000, 1)


def test_several_documents_are_several_rules_and_a_broken_one_costs_no_other() -> None:
    text = "name: a\nquery: b\n---\nname: c\nquery: d\n---\nname: e: f\n"
    result = found("sentinel-yaml", text)
    assert [e.title for e in result.entries] == ["a", "c"]
    assert [d.code for d in result.diagnostics] == ["RF501", "RF505"]
    assert (result.read, result.rejected) == (2, 1)
    assert result.reject_bytes() == b"---\nname: e: f\n"


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "~\n", "''\n"])
def test_an_empty_file_is_no_rule(text: str) -> None:
    result = found("sentinel-yaml", text)
    assert (result.read, result.rejected, list(result.skipped), result.diagnostics) == (0, 0, ["an empty file"], [])


@pytest.mark.parametrize(
    "text",
    ["FunctionName: x\nFunctionQuery: y\n", "id: x\nname: a playbook\n", "{}\n", "severity: High\nid: x\n"],
)
def test_a_mapping_that_is_no_rule_is_skipped(text: str) -> None:
    result = found("sentinel-yaml", text)
    assert (result.read, result.rejected, result.diagnostics) == (0, 0, [])
    assert list(result.skipped) == ["a YAML file that is no rule"]


def test_carriage_returns_and_a_byte_order_mark_make_no_difference() -> None:
    plain = detections(ANALYTIC)
    assert detections(b"\xef\xbb\xbf" + ANALYTIC.replace("\n", "\r\n").encode()) == plain


def test_an_empty_query_is_kept_and_told() -> None:
    assert told("sentinel-yaml", "name: a\nquery: ''\n") == [("RF123", 2, 8)]


def test_a_value_that_stands_twice_in_a_list_counts_once() -> None:
    text = GOOD + "tactics: [B, A, B, A]\nrequiredDataConnectors:\n" + "- {connectorId: x, dataTypes: [y]}\n" * 2
    assert [entry.tactic for entry in found("sentinel-yaml", text).entries] == ["B", "A"]


def as_data(node: Node) -> object:
    match node:
        case Scalar():
            return node.text
        case Items():
            return [as_data(item) for item in node.items]
        case Fields():
            return {key.text: as_data(value) for key, value in node.pairs}


documents = st.recursive(
    texts.filter(lambda text: text.isprintable() or "\n" in text),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
    max_leaves=8,
)


@given(data=documents, style=st.sampled_from(["literal", "flow", "plain"]))
@examples(400)
def test_texts_are_those_that_the_reader_of_ruamel_gives(data: Any, style: str) -> None:
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = style == "flow"
    stream = io.StringIO()
    writer.dump(data, stream)
    text = stream.getvalue()
    try:
        judge = YAML(typ="safe", pure=True).load(text)
    except YAMLError:
        assume(False)  # the writer of ruamel writes some plain texts that its reader refuses
    nodes, fault = read_yaml(text)
    assert fault is None
    assert [as_data(node) for node in nodes] == [judge]


@given(text=texts | st.text("ab:-[]{}'\"|>&*!%#?,\n\t ", max_size=30))
@examples(600)
def test_no_text_is_read_where_ruamel_fails_or_fails_where_it_reads(text: str) -> None:
    reader = YAML(typ="safe", pure=True)
    reader.allow_duplicate_keys = True
    try:
        list(reader.compose_all(text))
        fails = False
    except Exception:
        fails = True
    _, fault = read_yaml(text)
    own = "a key that is no text", "a merge key", "levels of"
    assert (fault is not None and not any(reason in fault.message for reason in own)) <= fails
    assert fails <= (fault is not None)


@given(text=texts, end=st.sampled_from(["", "\n"]))
@examples(200)
def test_the_stretch_of_a_text_is_where_it_stands(text: str, end: str) -> None:
    stream = io.StringIO()
    YAML(typ="safe", pure=True).dump({"a": text, "b": "x"}, stream)
    written = stream.getvalue().removesuffix("\n") + end
    nodes, _ = read_yaml(written)
    for node in nodes:
        assert isinstance(node, Fields)
        for (key, _), name in zip(node.pairs, "ab", strict=True):
            assert written[key.start : key.end] == name
