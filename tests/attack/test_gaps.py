"""Gaps: which techniques are missing, and what each of them takes."""

import pytest

from rulefold.attack import Snapshot, Technique, load
from rulefold.attack.coverage import coverage
from rulefold.attack.gaps import Gap, Need, gaps, tables_read
from rulefold.attack.logs import SOURCES, tables_of_sources
from rulefold.model import Catalogue, Detection
from tests.attack.tiny import catalogue, detection, snapshot


def technique(id_: str, tactics: str, *logs: str, created: str | None = "2020-01-01", on: str = "Linux") -> Technique:
    return Technique(
        id_, f"Name of {id_}", tuple(tactics.split()), (on,), logs=dict.fromkeys(logs, ()), created=created
    )


TINY = snapshot(
    "99",
    ["reconnaissance", "execution", "stealth"],
    {
        "T9001": technique("T9001", "execution", "azure:activity", "no:table"),
        "T9002": technique("T9002", "stealth", "WinEventLog:Security"),
        "T9003": technique("T9003", "execution", "azure:activity", created="2023-05-01"),
        "T9004": technique("T9004", "reconnaissance", "azure:activity"),
        "T9005": technique("T9005", "execution stealth"),
        "T9006": technique("T9006", "stealth", "no:table", on="Windows"),
        "T9007": technique("T9007", "execution", "azure:activity", created=None),
    },
)


def found(*detections: Detection, **options: list[str]) -> dict[str, Gap]:
    given = catalogue(*detections)
    platforms, without = options.get("platforms", []), options.get("without", [])
    return {gap.technique.id: gap for gap in gaps(coverage(given, TINY, platforms), given, without)}


AZURE = detection("a", date="2022-08-07", connectors={"AzureActivity": ["AzureActivity"]})


def test_what_each_gap_takes() -> None:
    assert [(gap.technique.id, gap.need) for gap in found(AZURE).values()] == [
        ("T9001", Need.CONNECTED),
        ("T9002", Need.SOURCE),
        ("T9006", Need.SOURCE),
        ("T9003", Need.NEWER),
        ("T9007", Need.NEWER),
        ("T9004", Need.OUTSIDE),
        ("T9005", Need.OUTSIDE),
    ]


def test_a_declared_technique_is_no_gap_and_an_implied_one_comes_first() -> None:
    declared = detection("d", ["Execution"], ["T9001"], date="2024-01-01", connectors=TABLES)
    implied = detection("i", ["Execution"], ["T9002"])
    listed = found(declared, implied)
    assert "T9001" not in listed
    assert next(iter(listed)) == "T9002"
    assert listed["T9002"].implied == ("i",)
    assert listed["T9003"].need is Need.CONNECTED  # the newest detection is newer than the technique


TABLES = {"AzureActivity": ["AzureActivity"], "SecurityEvents": ["SecurityEvent (Any)"]}


def test_log_sources_say_which_tables_hold_them_and_which_are_read() -> None:
    logs = found(AZURE)["T9001"].logs
    assert [(log.name, log.tables, log.connected) for log in logs] == [
        ("azure:activity", ("AzureActivity",), ("AzureActivity",)),
        ("no:table", (), ()),
    ]
    assert found(AZURE)["T9001"].tables == ("AzureActivity",)
    assert found(AZURE)["T9002"].tables == ("SecurityEvent", "WindowsEvent")


@pytest.mark.parametrize(
    "detections",
    [
        [detection("a", connectors={"CustomConnector": ["AzureActivity"]})],
        [detection("a", query="AzureActivity | take 1")],
        [],
    ],
    ids=["an invented connector", "a table in the query alone", "no detection"],
)
def test_what_connects_nothing(detections: list[Detection]) -> None:
    assert found(*detections)["T9001"].need is Need.SOURCE


def test_a_silent_connector_connects_nothing() -> None:
    assert found(AZURE, without=["azureactivity"])["T9001"].need is Need.SOURCE
    other = detection("b", connectors={"Other": ["AzureActivity"]})
    assert found(AZURE, other, without=["AzureActivity"])["T9001"].need is Need.CONNECTED


def test_without_a_date_only_what_has_none_is_newer() -> None:
    undated = AZURE.model_copy(update={"ingested_date": "yesterday"})
    newer = {id_ for id_, gap in found(undated).items() if gap.need is Need.NEWER}
    assert newer == {"T9007"}


def test_techniques_known_to_be_elsewhere_are_no_gaps() -> None:
    listed = found(AZURE, platforms=["Windows"])
    assert set(listed) == {"T9006"}


def test_tables_of_all_detections_count_though_a_report_is_about_some() -> None:
    given = catalogue(AZURE, detection("b", type_="Hunting"))
    some = Catalogue(rulefold="test", detections=given.detections[1:])
    assert {g.technique.id: g.need for g in gaps(coverage(some, TINY), given)}["T9001"] is Need.CONNECTED
    assert tables_read(given) == {"AzureActivity"}


@pytest.mark.parametrize("version", ["18.1", "19.2"])
def test_of_a_real_version_each_technique_is_covered_or_a_gap(version: str, seed: Catalogue) -> None:
    attack = load(version)
    report = coverage(seed, attack)
    ids = [gap.technique.id for gap in gaps(report, seed)]
    assert len(ids) == len(set(ids))
    assert set(ids) | report.all.techniques == {one.id for one in attack.active()}
    assert not set(ids) & report.all.techniques


def test_a_technique_with_a_new_id_keeps_the_log_sources_and_the_age_of_the_old_one(seed: Catalogue) -> None:
    listed = {gap.technique.id: gap for gap in gaps(coverage(seed, load("19.2")), seed)}
    disable = listed["T1685"]
    assert disable.technique.logs == {}
    assert disable.logs_of == ("T1562", "T1562.001", "T1562.006")
    assert {log.name for log in disable.logs} >= set(load("18.1").techniques["T1562.001"].logs)
    assert disable.need is Need.CONNECTED  # azure:activity
    assert listed["T1651"].need is Need.NEWER  # created in 2023, the seed is of August 2022
    assert listed["T1651"].technique.created == "2023-03-13"
    assert listed["T1682"].need is Need.OUTSIDE  # before the compromise, though newer as well
    assert listed["T1684"].need is Need.NEWER


def test_an_older_bundle_has_the_log_sources_of_18_1(seed: Catalogue) -> None:
    """Before 18 MITRE's files name data components, which are no log sources."""
    old = snapshot(
        "15.0",
        list(load("18.1").tactics),
        {
            "T1059": Technique(
                "T1059", "Interpreter", ("execution",), logs={"Process Creation": ()}, created="2017-05-31"
            )
        },
    )
    (gap,) = gaps(coverage(seed, old), seed)
    assert {log.name for log in gap.logs} == set(load("18.1").techniques["T1059"].logs)


def test_the_map_of_tables_names_real_log_sources() -> None:
    known = {name for one in load("18.1").active() for name in one.logs}
    assert {name for names in SOURCES.values() for name in names} <= known
    assert tables_of_sources()["azure:activity"] == ("AzureActivity",)
    assert list(SOURCES) == sorted(SOURCES)


def test_every_snapshot_says_when_its_techniques_were_made() -> None:
    old: Snapshot = load("18.1")
    assert all(one.created for one in old.active())
    assert old.techniques["T1059"].created == "2017-05-31"
