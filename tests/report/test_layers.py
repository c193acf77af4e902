"""Layers: held against a strict model of the format, against ATT&CK, and against MITRE's own reader."""

# ruff: noqa: N815 - these are the names of the format

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from rulefold.attack import Snapshot, load
from rulefold.attack.threats import read_threats
from rulefold.model import Catalogue
from rulefold.report import layers
from rulefold.report.contents import Choice, Report, report
from rulefold.report.shades import ALERTING, GAPS, HUNTED, HUNTING, IMPLIED
from rulefold.text import Source
from tests.attack.tiny import catalogue, detection, snapshot
from tests.report.cases import HOSTILE, hostile, hostile_catalogue, hostile_snapshot, made, some

Colour = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
Text = Annotated[str, Field(min_length=1, max_length=5_000)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Versions(Strict):
    attack: Annotated[str, Field(pattern=r"^\d+$")] | None = None
    navigator: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    layer: Literal["4.5"]


class Filters(Strict):
    platforms: Annotated[list[Text], Field(min_length=1)]


class Layout(Strict):
    layout: Literal["side", "flat", "mini"]
    showID: bool
    showName: bool
    showAggregateScores: bool
    countUnscored: bool
    aggregateFunction: Literal["average", "min", "max", "sum"]
    expandedSubtechniques: Literal["none", "all", "annotated"]


class Named(Strict):
    name: Text
    value: Text


class Link(Strict):
    label: Text
    url: Annotated[str, Field(pattern=r"^https?://[^\s/@]+(/\S*)?$")]


class Entry(Strict):
    techniqueID: Annotated[str, Field(pattern=r"^T\d{4}(\.\d{3})?$")]
    tactic: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
    comment: Text | None = None
    enabled: bool = True
    score: Annotated[int, Field(ge=1)] | None = None
    color: Colour | None = None
    metadata: Annotated[list[Named], Field(min_length=1)] | None = None
    links: Annotated[list[Link], Field(min_length=1, max_length=5)] | None = None
    showSubtechniques: bool | None = None


class Gradient(Strict):
    colors: Annotated[list[Colour], Field(min_length=2)]
    minValue: int
    maxValue: int


class LegendItem(Strict):
    label: Text
    color: Colour


class Layer(Strict):
    name: Text
    versions: Versions
    domain: Literal["enterprise-attack", "mobile-attack", "ics-attack"]
    description: Text
    filters: Filters | None = None
    sorting: Literal[0, 1, 2, 3] = 0
    layout: Layout
    hideDisabled: bool
    techniques: list[Entry]
    gradient: Gradient
    legendItems: Annotated[list[LegendItem], Field(min_length=1)]
    selectTechniquesAcrossTactics: bool
    selectSubtechniquesWithParent: bool
    selectVisibleTechniques: bool
    metadata: list[Named]


FILE = TypeAdapter(Annotated[list[Layer], Field(min_length=1)])


def read(found: Report) -> dict[str, Layer]:
    """The layers of a report by name, held against the model and against ATT&CK."""
    text = layers.emit(found)["layer.json"]
    assert text.isascii()
    read = FILE.validate_json(text)
    for layer in read:
        check(layer, found.snapshot)
    by_name = {layer.name: layer for layer in read}
    assert len(by_name) == len(read)
    return by_name


def check(layer: Layer, attack: Snapshot) -> None:
    """What the format's reader accepts without a word, and what is wrong all the same."""
    pairs = [(one.tactic, one.techniqueID) for one in layer.techniques]
    assert len(set(pairs)) == len(pairs)
    legend = {item.color for item in layer.legendItems}
    assert layer.gradient.maxValue > layer.gradient.minValue
    painted = {pair for pair, one in zip(pairs, layer.techniques, strict=True) if one.score is not None}
    for (tactic, id_), one in zip(pairs, layer.techniques, strict=True):
        assert attack.is_active(id_)
        assert tactic in attack.techniques[id_].tactics
        if one.score is None:
            assert one.model_dump(exclude_unset=True).keys() == {"techniqueID", "tactic", "showSubtechniques"}
        else:
            assert one.color in legend
            assert one.comment
        if one.showSubtechniques:
            assert any((tactic, child) in painted for child in attack.subtechniques(id_))
    if attack.version and layer.versions.attack:
        assert layer.versions.attack == attack.version.split(".")[0]


def entry(layer: Layer, id_: str, tactic: str) -> Entry:
    (found,) = [one for one in layer.techniques if (one.techniqueID, one.tactic) == (id_, tactic)]
    return found


FIXED = [
    "All: declared pairs",
    "Analytics: rules that alert",
    "Hunting: queries that do not alert",
    "Implied: technique without tactic",
]
GAP_LAYER = "Gaps: no declared pair"


def test_the_seed(seed: Catalogue) -> None:
    found = read(report(seed, load()))
    assert list(found) == [
        *FIXED,
        "Connector: AzureActivity",
        "Connector: MicrosoftThreatProtection",
        *("Platform: ESXi", "Platform: Linux", "Platform: Windows", "Platform: macOS"),
        GAP_LAYER,
    ]
    (one,) = found[FIXED[0]].techniques
    assert (one.techniqueID, one.tactic, one.score, one.color) == ("T1570", "lateral-movement", 1, HUNTED.fill)
    assert one.comment == "Azure VM Run Command linked with MDE (Hunting)"
    assert found[FIXED[1]].techniques == []
    assert entry(found[FIXED[2]], "T1570", "lateral-movement").color == HUNTING[0].fill
    implied = [one for one in found[FIXED[3]].techniques if one.score]
    assert {(one.techniqueID, one.color) for one in implied} == {("T1078.004", IMPLIED.fill)}
    assert [one.tactic for one in implied] == ["initial-access", "persistence", "privilege-escalation", "stealth"]


def test_cells_and_scores_are_those_of_the_coverage(corpus_report: Report) -> None:
    found = read(corpus_report)
    coverage = corpus_report.coverage
    for name, cells in (
        (FIXED[0], coverage.all.declared),
        (FIXED[1], coverage.by_type["Analytics"].declared),
        (FIXED[2], coverage.by_type["Hunting"].declared),
        (FIXED[3], coverage.all.implied),
    ):
        scored = {(one.tactic, one.techniqueID): one.score for one in found[name].techniques if one.score}
        assert scored == {pair: len(keys) for pair, keys in cells.items()}
    gaps = found[GAP_LAYER].techniques
    assert {one.techniqueID for one in gaps} == {gap.technique.id for gap in corpus_report.gaps}
    assert not {one.techniqueID for one in gaps} & coverage.all.techniques
    assert len(gaps) == sum(len(gap.technique.tactics) for gap in corpus_report.gaps)


def test_a_connector_has_the_cells_of_its_detections(corpus_report: Report) -> None:
    found = read(corpus_report)
    claims = {own.detection: own for own in corpus_report.coverage.claims}
    names = {one.id.lower(): one.id for d in corpus_report.coverage.detections for one in d.connectors}
    del names["customconnector"]  # which is invented
    for name in names:
        expected: dict[tuple[str, str], int] = {}
        for d in corpus_report.coverage.detections:
            if name in {one.id.lower() for one in d.connectors}:
                for pair in claims[d.key].declared:
                    expected[pair] = expected.get(pair, 0) + 1
        layer = [one for title, one in found.items() if title.lower() == f"connector: {name}"]
        assert len(layer) == bool(expected)
        got = {(one.tactic, one.techniqueID): one.score for one in layer[0].techniques if one.score} if layer else {}
        assert got == expected


def test_a_platform_has_the_techniques_that_are_on_it(corpus_report: Report) -> None:
    techniques = corpus_report.snapshot.techniques
    for name, layer in read(corpus_report).items():
        if name.startswith("Platform: "):
            platform = name.removeprefix("Platform: ")
            assert layer.filters == Filters(platforms=[platform])
            expected = {
                pair
                for pair in corpus_report.coverage.all.declared
                if platform in (techniques[pair[1]].platforms or ())
            }
            assert {(one.tactic, one.techniqueID) for one in layer.techniques if one.score} == expected


def test_chosen_platforms_take_the_place_of_those_that_are_covered() -> None:
    found = read(made(*some(1), choice=Choice(platforms=("macOS", "ESXi"))))
    assert [name for name in found if name.startswith("Platform")] == ["Platform: macOS", "Platform: ESXi"]


@pytest.mark.parametrize(
    ("alerting", "hunting", "colour"),
    [
        (0, 3, HUNTED.fill),
        (1, 0, ALERTING[0].fill),
        (1, 20, ALERTING[0].fill),
        (2, 0, ALERTING[1].fill),
        (3, 0, ALERTING[2].fill),
        (5, 1, ALERTING[2].fill),
        (6, 0, ALERTING[3].fill),
        (10, 0, ALERTING[3].fill),
        (11, 0, ALERTING[4].fill),
    ],
)
def test_colours_are_those_of_the_rules_that_alert(alerting: int, hunting: int, colour: str) -> None:
    found = read(made(*some(alerting), *some(hunting, type_="Hunting")))
    one = entry(found[FIXED[0]], "T1078", "initial-access")
    assert (one.color, one.score) == (colour, alerting + hunting)
    assert one.metadata
    assert one.metadata[:2] == [
        Named(name="alerting", value=str(alerting)),
        Named(name="not alerting", value=str(hunting)),
    ]


def test_a_subtechnique_opens_its_parent_and_never_ticks_it() -> None:
    found = read(made(*some(1, techniques=("T1078.004",))))[FIXED[0]]
    assert [(one.techniqueID, one.score, one.color, one.showSubtechniques) for one in found.techniques] == [
        ("T1078.004", 1, ALERTING[0].fill, None),
        ("T1078", None, None, True),
    ]


def test_a_declared_parent_is_opened_where_it_stands() -> None:
    found = read(made(*some(2, techniques=("T1078.004", "T1078"))))[FIXED[0]]
    assert [(one.techniqueID, one.score, one.showSubtechniques) for one in found.techniques] == [
        ("T1078", 2, True),
        ("T1078.004", 2, None),
    ]


def test_a_parent_that_is_not_under_the_tactic_is_not_opened() -> None:
    attack = snapshot("1", ["execution", "impact"], {"T0001": "impact", "T0001.001": "execution"})
    found = read(report(catalogue(*some(1, ["Execution"], ["T0001.001"])), attack))[FIXED[0]]
    assert [one.techniqueID for one in found.techniques] == ["T0001.001"]


def test_titles_and_links_are_bounded_and_say_so() -> None:
    many = [one.model_copy(update={"url": f"https://example.org/{one.key}"}) for one in some(30)]
    one = entry(read(made(*many))[FIXED[0]], "T1078", "initial-access")
    lines = (one.comment or "").split("\n")
    assert len(lines) == 11
    assert lines[-1] == "and 20 more"
    assert len(one.links or ()) == 5


def test_too_many_connectors_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "MAX_CONNECTORS", 1)
    two = detection("a", ("InitialAccess",), ("T1078",), tables=("A",))
    other = two.model_copy(update={"key": "b", "connectors": (two.connectors[0].model_copy(update={"id": "Other"}),)})
    found = read(made(two, two.model_copy(update={"key": "c"}), other))
    assert [name for name in found if name.startswith("Connector")] == ["Connector: Some"]
    assert "1 connector with fewer detections has no layer." in found["Connector: Some"].description


def test_gaps_say_what_they_take() -> None:
    found = read(made(*some(1)))[GAP_LAYER]
    assert {one.color for one in found.techniques} <= {one.fill for one in GAPS.values()}
    scores = {one.score for one in found.techniques}
    assert scores <= {1, 2, 3, 4}
    assert all((one.comment or "").startswith("Gap: ") for one in found.techniques)
    assert not any(one.showSubtechniques for one in found.techniques)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_stay_one_line_each(text: str) -> None:
    found = read(made(hostile(text)))
    layer = found[FIXED[0]]
    one = entry(layer, "T1078", "initial-access")
    assert (one.comment or "").count("\n") == 0
    for shown in [one.comment or "", *found, *(link.label for link in one.links or ())]:
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]", shown)
        assert len(shown) < 300


def test_only_absolute_urls_of_the_web_become_links() -> None:
    found = report(hostile_catalogue(), load(), Choice(links=".."))
    urls = {link.url for layer in read(found).values() for one in layer.techniques for link in one.links or ()}
    assert urls <= {"https://example.org/a?b=c#d", "http://example.org/", "https://EXAMPLE.ORG/"}
    assert urls


@pytest.mark.parametrize("text", HOSTILE)
def test_a_file_with_hostile_names_as_attack(text: str) -> None:
    found = layers.emit(report(hostile_catalogue(), hostile_snapshot(text)))["layer.json"]
    assert [layer.name for layer in FILE.validate_json(found)][:4] == FIXED


def test_a_domain_that_the_navigator_lacks_has_no_layer() -> None:
    attack = snapshot("1", ["impact"], {"T0001": "impact"}, domain="other")
    assert layers.emit(report(catalogue(), attack)) == {}


@pytest.mark.parametrize(
    ("version", "expected"), [("19.2", "19"), ("18.1", "18"), ("9", "9"), (None, None), ("<x>", None), ("²", None)]
)
def test_the_version_is_the_major_number(version: str | None, expected: str | None) -> None:
    attack = snapshot(version or "", ["impact"], {"T0001": "impact"})
    found = json.loads(layers.emit(report(catalogue(), attack))["layer.json"])
    assert found[0]["versions"].get("attack") == expected


def test_mitres_notice_is_in_every_layer(seed: Catalogue) -> None:
    for layer in read(report(seed, load())).values():
        assert "reproduced and distributed with the permission of The MITRE Corporation" in layer.metadata[-1].value


def test_our_own_reader_of_layers_finds_what_is_declared_and_no_parent(corpus_report: Report) -> None:
    text = layers.emit(corpus_report)["layer.json"]
    threats, told = read_threats(Source.decode("layer.json", text.encode()), corpus_report.snapshot)
    assert told == []
    assert set(threats[0].techniques) == corpus_report.coverage.all.techniques
    assert set(threats[1].techniques) == corpus_report.coverage.by_type["Analytics"].techniques
    assert set(threats[-1].techniques) == {gap.technique.id for gap in corpus_report.gaps}


def test_the_order_of_detections_changes_nothing(corpus: Catalogue, corpus_report: Report) -> None:
    turned = corpus.model_copy(update={"detections": corpus.detections[::-1]})
    assert layers.emit(report(turned, load())) == layers.emit(corpus_report)


Change = tuple[tuple[str | int, ...], Any]


@pytest.mark.parametrize(
    "change",
    [
        (("techniques", 0, "tactic"), "LateralMovement"),
        (("techniques", 0, "color"), "red"),
        (("techniques", 0, "score"), 0),
        (("techniques", 0, "score"), "1"),
        (("techniques", 0, "techniqueID"), "1570"),
        (("versions", "layer"), "4.4"),
        (("versions", "attack"), "19.2"),
        (("domain",), "mitre-enterprise"),
        (("links",), []),
    ],
)
def test_the_model_refuses(seed: Catalogue, change: Change) -> None:
    found = json.loads(layers.emit(report(seed, load()))["layer.json"])
    FILE.validate_python(found)
    path, value = change
    target = found[0]
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    with pytest.raises(ValidationError):
        FILE.validate_python(found)


JUDGE = """
import json, sys
from mitreattack.navlayers import Layer
layers = json.loads(sys.stdin.buffer.read())
back = [Layer(layer).to_dict() for layer in layers]
open(sys.argv[1], "w", encoding="utf-8").write(json.dumps(back))
"""


def through(judge: Path, text: str, folder: Path) -> tuple[str, Any]:
    """What MITRE's reader says of layers, and what it gives back of them."""
    back = folder / "back.json"
    done = subprocess.run(
        [sys.executable, "-c", JUDGE, back],
        input=text,
        env=os.environ | {"PYTHONPATH": str(judge)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout + done.stderr, json.loads(back.read_text(encoding="utf-8"))


def as_given_back(layer: dict[str, Any]) -> dict[str, Any]:
    """A layer less what MITRE's reader drops: a list of techniques that is empty."""
    return {key: value for key, value in layer.items() if key != "techniques" or value}


def reports(seed: Catalogue, corpus: Report | None) -> Sequence[Report]:
    hostile_ = report(hostile_catalogue(), load())
    chosen = report(seed, load("18.1"), Choice(platforms=("Windows",)))
    return [report(seed, load()), chosen, hostile_, report(catalogue(), load()), *([corpus] if corpus else [])]


def test_mitres_reader_says_nothing_and_gives_back_the_same(navlayers: Path, seed: Catalogue, tmp_path: Path) -> None:
    for found in reports(seed, None):
        text = layers.emit(found)["layer.json"]
        said, back = through(navlayers, text, tmp_path)
        assert said == ""
        assert back == [as_given_back(layer) for layer in json.loads(text)]


def test_mitres_reader_and_the_real_catalogue(navlayers: Path, corpus_report: Report, tmp_path: Path) -> None:
    text = layers.emit(corpus_report)["layer.json"]
    said, back = through(navlayers, text, tmp_path)
    assert said == ""
    assert back == [as_given_back(layer) for layer in json.loads(text)]


def test_mitres_reader_speaks_where_something_is_wrong(navlayers: Path, seed: Catalogue, tmp_path: Path) -> None:
    found = json.loads(layers.emit(report(seed, load()))["layer.json"])
    found[0]["domain"] = "other"
    assert through(navlayers, json.dumps(found), tmp_path)[0]
