"""The difference of two coverages, as text, Markdown and JSON."""

import json

from rulefold.attack import load
from rulefold.report.difference import as_json, as_markdown, as_text
from rulefold.report.versus import Side, difference
from tests.attack.tiny import catalogue, detection

OLD = catalogue(
    detection("a", ["DefenseEvasion"], ["T1562.001"], title="Tools are switched off"),
    detection("b", ["Impact"], ["T1485"], title="Data | destroyed"),
    detection("c", ["Impact"], ["T1489"], title="Stop"),
)
NEW = catalogue(
    OLD.detections[0],
    detection("c", ["Impact"], ["T1489"], title="Stop"),
    detection("d", ["Impact"], ["T1489"], title="Stop again"),
    detection("e", ["Execution"], ["T1059.001"], title="PowerShell", type_="Hunting"),
)
FOUND = difference(Side(OLD, load("18.1")), Side(NEW, load("19.2")))

TEXT = """\
ATT&CK 18.1 → ATT&CK 19.2; detections: 3 → 4

Analytics: techniques 3 → 2, cells 3 → 2
  because of ATT&CK
    moved     defense-evasion/T1562.001 → defense-impairment/T1685 Disable or Modify Tools
              Tools are switched off
  because of rules
    lost      impact/T1485 Data Destruction
              Data | destroyed
    stronger  impact/T1489 Service Stop
              1 → 2

Hunting: techniques 0 → 1, cells 0 → 1
  because of rules
    gained    execution/T1059.001 PowerShell
              PowerShell
"""


def test_as_text() -> None:
    shown = as_text(FOUND).splitlines()
    wanted = TEXT.splitlines()
    assert [" ".join(line.split()) for line in shown] == [" ".join(line.split()) for line in wanted]
    assert shown[:8] == wanted[:8]


def test_as_markdown() -> None:
    told = as_markdown(FOUND)
    assert "| rules | lost | impact/T1485 Data Destruction | Data \\| destroyed |" in told
    assert (
        "| ATT&amp;CK | moved | defense-evasion/T1562.001 → defense-impairment/T1685 Disable or Modify Tools |" in told
    )


def test_as_json() -> None:
    told = json.loads(as_json(FOUND))
    assert told["old"] == {"attack": "18.1", "detections": 3}
    analytics = told["types"]["Analytics"]
    assert analytics["migrated"] == [
        {"from": ["defense-evasion", "T1562.001"], "to": ["defense-impairment", "T1685"], "detections": ["a"]}
    ]
    rules = analytics["because_of_rules"]
    assert rules["lost"] == [{"tactic": "impact", "technique": "T1485", "detections": ["b"]}]
    assert rules["stronger"] == [{"tactic": "impact", "technique": "T1489", "before": 1, "after": 2}]
    assert rules["gained"] == rules["weaker"] == []
    assert analytics["because_of_attack"] == {"gained": [], "lost": []}


def test_nothing_changed() -> None:
    same = difference(Side(OLD, load()), Side(OLD, load()))
    assert as_text(same).count("no change") == 2
    assert not same.is_loss
    assert FOUND.is_loss
