"""`coverage.json`: valid by its schema, true to the coverage, and enough to be compared again."""

import json

import jsonschema  # type: ignore[import-untyped]

from rulefold.attack import load
from rulefold.attack.coverage import coverage
from rulefold.attack.threats import Threat
from rulefold.model import Catalogue
from rulefold.report import Choice, Report, files, report
from rulefold.report.document import CoverageDocument
from rulefold.report.versus import Side, catalogue_of_report, difference
from tests.attack.tiny import catalogue
from tests.report.hostile import NAMES, hostile_catalogue


def document(found: Report) -> CoverageDocument:
    return CoverageDocument.model_validate_json(files(found, ["json"])["coverage.json"])


def test_it_is_valid_by_its_schema(corpus: Catalogue) -> None:
    choice = Choice(
        types=("Analytics",),
        platforms=("Windows",),
        without=("Syslog",),
        threats=(Threat("APT", ("T1059", "T9999", "T1562.001")),),
    )
    data = json.loads(files(report(corpus, load(), choice), ["json"])["coverage.json"])
    schema = CoverageDocument.model_json_schema(mode="serialization")
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(data)
    assert data["version"] == 1
    assert [one["state"] for one in data["threats"][0]["techniques"]][1] == "unknown"
    assert "now" not in data


def test_the_seed(seed_report: Report) -> None:
    found = document(seed_report)
    (claimed,) = found.detections
    assert claimed.declared == (("lateral-movement", "T1570"),)
    assert claimed.tactic_only == ("credential-access",)
    assert {technique for _, technique in claimed.implied} == {"T1078.004"}
    assert found.types["Hunting"].mapped == 1
    assert found.types["Analytics"].detections == 0
    assert "The MITRE Corporation" in found.attack.notice


def test_the_figures_are_those_of_the_coverage(corpus_report: Report) -> None:
    found, real = document(corpus_report), corpus_report.coverage
    for type_, figures in real.by_type.items():
        told = found.types[type_]
        assert told.detections == len(figures.detections)
        assert told.cells == len(figures.declared)
        assert {one.part: one.covered for one in told.techniques}["all"] == len(figures.techniques)
        cells = {(one.tactic, one.technique): one.declared[type_] for one in found.cells if type_ in one.declared}
        assert cells == figures.declared
    assert {(one.tactic, one.technique): one.implied for one in found.cells if one.implied} == real.all.implied
    assert sum(one.techniques for one in found.tactics) == len(list(real.snapshot.cells()))


def test_a_report_can_be_compared_again(corpus: Catalogue, corpus_report: Report) -> None:
    again = catalogue_of_report(document(corpus_report))
    attack = load()
    assert coverage(again, attack).all == coverage(corpus, attack).all
    found = difference(Side(again, attack), Side(corpus, attack))
    assert all(change.is_none for change in found.changes.values())


def test_hostile_names_stay_what_they_are() -> None:
    found = document(report(hostile_catalogue(), load()))
    assert {one.title for one in found.detections} == set(NAMES)
    assert {one.connectors[0] for one in found.connectors} == set(NAMES)


def test_an_empty_catalogue() -> None:
    found = document(report(catalogue(), load()))
    assert not found.cells
    assert not found.detections
    assert not found.connectors
    assert len(found.gaps) == 697
