"""The layers as a target: those of the coverage report, and what they do not show of rules."""

import json

import pytest

from rulefold.attack import load
from rulefold.model import Catalogue
from rulefold.report import layers, report
from rulefold.targets import TARGETS, OptionError
from tests.attack.tiny import catalogue, detection

NAVIGATOR = TARGETS["navigator"]


def test_the_layers_are_those_of_the_report(corpus: Catalogue) -> None:
    emitted = NAVIGATOR.export(corpus)
    assert dict(emitted.files) == dict(layers.emit(report(corpus, load())))
    lost = {loss.detection for loss in emitted.losses if loss.detection}
    assert lost | report(corpus, load()).coverage.all.mapped == {one.key for one in corpus.detections}
    assert not lost & report(corpus, load()).coverage.all.mapped
    assert emitted.refused == 0


def test_rules_that_no_layer_shows() -> None:
    given = catalogue(
        detection("a", ["Impact"], ["T1485"]),
        detection("b", ["Impact"], ["T1059"]),
        detection("c", ["Impact"], []),
        detection("d"),
    )
    emitted = NAVIGATOR.export(given)
    lost = [(loss.detection, loss.value) for loss in emitted.losses if loss.detection]
    assert lost == [("b", "Impact, T1059"), ("c", "Impact"), ("d", None)]


def test_another_version() -> None:
    (text,) = NAVIGATOR.export(
        catalogue(detection("a", ["DefenseEvasion"], ["T1562"])), {"attack": "18.1"}
    ).files.values()
    first = json.loads(text)[0]
    assert first["versions"]["attack"] == "18"
    assert {one["tactic"] for one in first["techniques"]} == {"defense-evasion"}
    with pytest.raises(OptionError, match="expected one of"):
        NAVIGATOR.export(catalogue(), {"attack": "12"})
