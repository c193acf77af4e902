"""Values as the catalogue spells them, the order of sets, and the relations between them."""

from typing import Any

import pytest

from rulefold.diagnostics import Diagnostic
from rulefold.folding import fold
from rulefold.model import Connector, Detection
from rulefold.text import Place
from tests.pages_text import block, detections, entries, guid, page


def folded(*blocks: str) -> tuple[Detection, list[Diagnostic]]:
    catalogue, told = fold(entries(page(*blocks)))
    (detection,) = catalogue.detections
    return detection, told


# The nine spellings of the real catalogue beside Sentinel's own, and some of the same kind.
SPELLINGS = [
    ("Initial access", "InitialAccess"),
    ("Privilege escalation", "PrivilegeEscalation"),
    ("Defense evasion", "DefenseEvasion"),
    ("Command and control", "CommandAndControl"),
    ("Lateral movement", "LateralMovement"),
    ("Credential Access", "CredentialAccess"),
    ("CommandandControl", "CommandAndControl"),
    ("Privilege Escalation", "PrivilegeEscalation"),
    ("Defense Evasion", "DefenseEvasion"),
    ("lateral-movement", "LateralMovement"),
    ("RESOURCE_DEVELOPMENT", "ResourceDevelopment"),
    ("impact", "Impact"),
]


@pytest.mark.parametrize(("written", "tactic"), SPELLINGS)
def test_a_tactic_takes_sentinels_spelling_and_the_message_keeps_the_original(written: str, tactic: str) -> None:
    detection, told = folded(block(tactic=written))
    assert detection.tactics == (tactic,)
    (diagnostic,) = [d for d in told if d.code == "RF203"]
    assert f"'{written}'" in diagnostic.message
    assert diagnostic.message.endswith(tactic)
    assert diagnostic.place == Place("1.md", 9, 11)


def test_spellings_of_one_tactic_are_one_tactic() -> None:
    detection, told = folded(
        block(tactic="Initial access"), block(tactic="InitialAccess"), block(tactic="initial-access", platform="Linux")
    )
    assert detection.tactics == ("InitialAccess",)
    assert detection.rows.seen == 2
    assert [d.message.split("'")[1] for d in told if d.code == "RF203"] == ["Initial access", "initial-access"]


@pytest.mark.parametrize("tactic", ["InitialAccess", "CommandAndControl", "PreAttack", "ImpairProcessControl"])
def test_sentinels_own_spelling_is_not_told(tactic: str) -> None:
    detection, told = folded(block(tactic=tactic))
    assert detection.tactics == (tactic,)
    assert told == []


@pytest.mark.parametrize(
    "tactic",
    [
        *("Ransomware", "Vulnerability", "Exploit", "Malware, component", "Misconfiguration", "Creates Poetry"),
        *("Impact, Execution", "Initial  Access!", "TA0001", "Ímpact"),
    ],
)
def test_what_is_no_tactic_stays_as_written(tactic: str) -> None:
    detection, told = folded(block(tactic=tactic))
    assert detection.tactics == (tactic,)
    assert [(d.code, repr(tactic) in d.message) for d in told] == [("RF204", True)]


@pytest.mark.parametrize(
    ("written", "technique", "code"),
    [
        ("T1570", "T1570", None),
        ("T1078.004", "T1078.004", None),
        ("T0890", "T0890", None),  # a technique of the ICS matrix has the form of one
        ("t1574", "T1574", "RF205"),
        ("t1078.004", "T1078.004", "RF205"),
        ("1574", "1574", "RF206"),
        ("T1574.1", "T1574.1", "RF206"),
        ("T1574, T1575", "T1574, T1575", "RF206"),
        ("TA0001", "TA0001", "RF206"),
        ("t15743", "t15743", "RF206"),
        ("T١٥٧٠", "T١٥٧٠", "RF206"),
    ],
)
def test_techniques(written: str, technique: str, code: str | None) -> None:
    detection, told = folded(block(technique=written))
    assert detection.techniques == (technique,)
    assert [(d.code, repr(written) in d.message) for d in told] == ([(code, True)] if code else [])


def test_a_value_is_told_once_a_rule() -> None:
    blocks = [block(tactic="Ransomware", technique="t1574", platform=f"P{n}") for n in range(3)]
    _, told = folded(*blocks)
    assert [(d.code, d.place and d.place.line) for d in told] == [("RF204", 9), ("RF205", 10)]


def test_and_once_for_every_rule() -> None:
    _, told = fold(entries(page(block(tactic="Exploit"), block(tactic="Exploit", id=guid(2)))))
    assert [(d.code, d.detection) for d in told if d.code == "RF204"] == [("RF204", guid(1)), ("RF204", guid(2))]


def test_sets_are_in_the_order_of_first_sight() -> None:
    rows = [
        ("Impact", "T2", "B", "b2", "Linux"),
        ("Execution", "T2", "A", "a1", "Azure"),
        ("Impact", "T1", "B", "b1", "Windows"),
        ("Collection", "T3", "A", "a1", "Linux"),
        ("Execution", "T1", "B", "b2", "Azure"),
    ]
    detection, _ = folded(
        *(block(tactic=t, technique=q, connector=c, data_type=d, platform=p) for t, q, c, d, p in rows)
    )
    assert detection.tactics == ("Impact", "Execution", "Collection")
    assert detection.techniques == ("T2", "T1", "T3")
    assert detection.platforms == ("Linux", "Azure", "Windows")
    assert detection.data_types == ("b2", "a1", "b1")
    assert detection.connectors == (
        Connector(id="B", data_types=("b2", "b1"), platforms=("Linux", "Windows", "Azure")),
        Connector(id="A", data_types=("a1",), platforms=("Azure", "Linux")),
    )


def test_and_stay_so_where_two_versions_of_a_rule_interleave() -> None:
    detection, _ = folded(
        block(title="Old", platform="One"),
        block(title="New", platform="Two"),
        block(title="Old", platform="Three"),
        block(title="New", platform="Four"),
    )
    assert detection.title == "Old"
    assert detection.platforms == ("One", "Two", "Three", "Four")


def test_and_where_the_rows_of_one_version_repeat_those_of_another() -> None:
    detection, _ = folded(
        block(title="Old", platform="One"), block(title="Old", platform="Two"), block(title="New", platform="One")
    )
    assert detection.platforms == ("One", "Two")
    assert detection.rows.seen == 2


def test_and_where_a_row_without_an_id_comes_first() -> None:
    detection, _ = folded(
        block(id="", platform="One"), block(platform="Two"), block(id="", platform="Three"), block(platform="Four")
    )
    assert detection.platforms == ("One", "Two", "Three", "Four")


def test_relations_are_no_product() -> None:
    detection, _ = folded(
        block(connector="A", data_type="a", platform="Azure"), block(connector="B", data_type="b", platform="Linux")
    )
    assert detection.connectors == (
        Connector(id="A", data_types=("a",), platforms=("Azure",)),
        Connector(id="B", data_types=("b",), platforms=("Linux",)),
    )


@pytest.mark.parametrize(
    ("field", "members"),
    [
        ("tactic", "tactics"),
        ("technique", "techniques"),
        ("platform", "platforms"),
        ("data_type", "data_types"),
        ("connector", "connectors"),
    ],
)
@pytest.mark.parametrize("absent", ["", None])
def test_an_absent_value_is_no_value(field: str, members: str, absent: Any) -> None:
    (detection,) = detections(entries(page(block(**{field: absent}))))
    assert getattr(detection, members) == ()
    assert detection.rows.seen == detection.rows.product == 1


def test_a_data_type_with_a_product_stays_one_data_type() -> None:
    detection, _ = folded(block(connector="M", data_type="SecurityAlert (MDATP)"))
    assert detection.data_types == ("SecurityAlert (MDATP)",)
    assert detection.connectors[0].tables == ("SecurityAlert",)
    (entry,) = entries(page(block(data_type="SecurityAlert (MDATP)")))
    assert (entry.data_type, entry.table, entry.product) == ("SecurityAlert (MDATP)", "SecurityAlert", "MDATP")


def test_two_products_of_one_table_are_two_data_types() -> None:
    detection, _ = folded(block(data_type="SecurityAlert (MDATP)"), block(data_type="SecurityAlert (ASC)"))
    assert detection.data_types == ("SecurityAlert (MDATP)", "SecurityAlert (ASC)")
    assert detection.connectors[0].tables == ("SecurityAlert",)


def test_an_invented_connector_stays_and_is_marked() -> None:
    detection, told = folded(
        block(connector="CustomConnector", data_type="Persistence_CL", platform=""), block(connector="Other")
    )
    custom, other = detection.connectors
    assert custom == Connector(id="CustomConnector", data_types=("Persistence_CL",), invented=True)
    assert other.invented is None
    assert [d.place for d in told if d.code == "RF211"] == [Place("1.md", 13, 16)]


@pytest.mark.parametrize("connector", ["customconnector", "Custom", "CustomConnector2"])
def test_other_connectors_are_not_marked(connector: str) -> None:
    detection, told = folded(block(connector=connector))
    assert detection.connectors[0].invented is None
    assert told == []


@pytest.mark.parametrize(
    ("written", "threshold", "told"),
    [
        ("0.0", 0, []),
        ("1.0", 1, []),
        ("3.0", 3, []),
        ("25", 25, []),
        ("007", 7, []),
        ("2.5", "2.5", ["RF208"]),
        ("-1", "-1", ["RF208"]),
        ("many", "many", ["RF208"]),
        ("1e3", "1e3", ["RF208"]),
        ("12345678901", "12345678901", ["RF208"]),
    ],
)
def test_thresholds_are_integers(written: str, threshold: int | str, told: list[str]) -> None:
    detection, diagnostics = folded(block(trigger_threshold=written))
    assert detection.schedule
    assert detection.schedule.trigger_threshold == threshold
    assert type(detection.schedule.trigger_threshold) is type(threshold)
    assert [d.code for d in diagnostics] == told


@pytest.mark.parametrize(
    ("written", "told"),
    [("24h", []), ("5m", []), ("14d", []), ("PT1H", []), ("P1D", []), ("daily", ["RF207"]), ("1 h", ["RF207"])],
)
def test_durations_stay_text(written: str, told: list[str]) -> None:
    detection, diagnostics = folded(block(query_frequency=written, query_period="1d"))
    assert detection.schedule
    assert (detection.schedule.query_frequency, detection.schedule.query_period) == (written, "1d")
    assert [d.code for d in diagnostics] == told


def test_no_schedule_is_none() -> None:
    detection, told = folded(block(type="Analytics"))
    assert detection.schedule is None
    assert told == []


@pytest.mark.parametrize(
    ("field", "value", "code", "line"),
    [
        ("type", "hunting", "RF209", 12),
        ("severity", "Critical", "RF209", 20),
        ("trigger_operator", ">", "RF209", 18),
        ("ingested_date", "7 August", "RF210", 22),
        ("ingested_date", "2022-13-07", "RF210", 22),
    ],
)
def test_an_unknown_value_is_kept_and_told(field: str, value: str, code: str, line: int) -> None:
    detection, (diagnostic,) = folded(block(**{field: value}))
    stated = detection.schedule if field == "trigger_operator" else detection
    assert getattr(stated, field) == value
    assert (diagnostic.code, diagnostic.place and diagnostic.place.line) == (code, line)
    assert repr(value) in diagnostic.message


@pytest.mark.parametrize(
    ("written", "description"),
    [
        ("'What it finds.'", "What it finds."),
        ("''Twice''", "'Twice'"),
        ("'Only in front.", "'Only in front."),
        ("Only behind'", "Only behind'"),
        ("'", "'"),
        ("''", ""),
        ("'  Blanks \n'", "Blanks"),
        ('"Other marks"', '"Other marks"'),
        ("'a' and 'b'", "a' and 'b"),  # the artefact cannot be told from quotations: catalogue.md wants one pair gone
    ],
)
def test_one_pair_of_apostrophes_leaves_a_description(written: str, description: str) -> None:
    detection, _ = folded(block(description=written))
    assert detection.description == description


def test_a_row_that_stands_twice_counts_once_and_is_told() -> None:
    detection, told = folded(block(), block(platform="Linux"), block(), block())
    assert detection.rows.seen == 2
    assert detection.rows.product == 2
    (diagnostic,) = told
    assert diagnostic.code == "RF303"
    assert diagnostic.message.startswith("found 2 rows")
    assert diagnostic.place == Place("1.md", 59, 4)
    assert [related.place for related in diagnostic.related] == [Place("1.md", 3, 4)]


def test_a_page_and_its_copy() -> None:
    text = page(block(), block(platform="Linux"))
    catalogue, told = fold(entries(text, text))
    (detection,) = catalogue.detections
    assert detection.rows.seen == 2
    assert [source.page for source in detection.sources] == ["1.md", "2.md"]
    assert [(d.code, str(d.place)) for d in told] == [("RF303", "2.md:3:4")]
