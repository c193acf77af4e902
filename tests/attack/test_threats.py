"""Threats: what a file may be, what is refused with its place, and what is seen of each technique."""

import json
from typing import Any

import pytest

from rulefold.attack.coverage import coverage
from rulefold.attack.threats import State, Threat, ThreatsError, read_threats, sights
from rulefold.text import Place, Source
from tests.attack.tiny import catalogue, detection, snapshot

TINY = snapshot(
    "99",
    ["execution", "impact"],
    {
        "T1001": "execution impact",
        "T1001.001": "execution",
        "T1002": "impact",
        "T1003": "impact",
        "T1004": "impact",
        "T1005": "→T1002",
        "T1006": "†",
        "T1007": "execution",
        "T1007.001": "execution",
    },
)


def read(text: str | bytes) -> tuple[list[Threat], list[tuple[str, Place | None]]]:
    threats, told = read_threats(Source.decode("apt.txt", text if isinstance(text, bytes) else text.encode()), TINY)
    return threats, [(one.code, one.place) for one in told]


@pytest.mark.parametrize(
    ("text", "techniques"),
    [
        ("T1001\nT1002\n", ("T1001", "T1002")),
        ("# a comment\n\n  t1001.001, PowerShell\nT1001  # why\n", ("T1001.001", "T1001")),
        ("T1001;x\r\nT1001\r\n", ("T1001",)),
        ("\ufeffT1001", ("T1001",)),
    ],
)
def test_a_list(text: str, techniques: tuple[str, ...]) -> None:
    threats, told = read(text)
    assert threats == [Threat("apt.txt", techniques)]
    assert told == []


def layer(*techniques: dict[str, Any], name: str = "APT0") -> dict[str, Any]:
    return {"name": name, "domain": "enterprise-attack", "techniques": list(techniques)}


@pytest.mark.parametrize(
    ("techniques", "expected"),
    [
        ([{"techniqueID": "T1001"}, {"techniqueID": "T1002", "color": "#fff"}], ("T1001", "T1002")),
        ([{"techniqueID": "T1001", "score": 1}, {"techniqueID": "T1002", "showSubtechniques": True}], ("T1001",)),
        ([{"techniqueID": "T1001", "score": 2}, {"techniqueID": "T1002", "score": 0}], ("T1001",)),
        ([{"techniqueID": "T1001", "enabled": False}, {"techniqueID": "T1002"}], ("T1002",)),
        (
            [{"techniqueID": "T1001", "tactic": "impact"}, {"techniqueID": "T1001", "tactic": "execution"}],
            ("T1001",),
        ),
        ([{"score": 3}, 7, {"techniqueID": 9}, {"techniqueID": "T1002", "score": 1}], ("T1002",)),
    ],
)
def test_a_layer(techniques: list[dict[str, Any]], expected: tuple[str, ...]) -> None:
    assert read(json.dumps(layer(*techniques)))[0] == [Threat("APT0", expected)]


def test_several_layers_in_a_file() -> None:
    one, two = layer({"techniqueID": "T1001"}), layer({"techniqueID": "T1002"}, name="APT1")
    assert read(json.dumps([one, two]))[0] == [Threat("APT0", ("T1001",)), Threat("APT1", ("T1002",))]


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("", "found no technique id", 1, 1),
        ("# nothing\n", "found no technique id", 1, 1),
        ("T1001\n  PowerShell\n", "found 'PowerShell'", 2, 3),
        ("T1001\nT1001.1\n", "found 'T1001.1'", 2, 1),
        ('{"name": "x",\n "techniques": [}', "found no JSON", 2, 17),
        ("[" * 100_000, "found JSON that cannot be read", 1, 1),
        ('{"techniques": "T1001"}', "without a list of techniques", 1, 1),
        ("[1]", "without a list of techniques", 1, 1),
        ('{"techniques": []}', "found no technique id", 1, 1),
        (b"T1001 \xff\n", "no UTF-8", 1, 1),
        (b"T1001\0", "no UTF-8", 1, 1),
    ],
)
def test_what_is_no_file_of_threats(text: str | bytes, message: str, line: int, column: int) -> None:
    with pytest.raises(ThreatsError, match=message) as raised:
        read(text)
    assert raised.value.diagnostic.code == "RF410"
    assert raised.value.diagnostic.place == Place("apt.txt", line, column)


def test_ids_that_attack_does_not_have_are_told_with_their_place() -> None:
    assert read("T1001\n T9999 x\nT1006\nT1005\n")[1] == [
        ("RF411", Place("apt.txt", 2, 2)),
        ("RF411", Place("apt.txt", 3, 1)),
    ]
    text = json.dumps(layer({"techniqueID": "T1001"}, {"techniqueID": "T9999"}), indent=1)
    line = 1 + text[: text.index("T9999")].count("\n")
    ((code, place),) = read(text)[1]
    assert (code, place and place.line) == ("RF411", line)


def test_what_is_seen_of_each_technique() -> None:
    found = coverage(
        catalogue(
            detection("a", ["Execution"], ["T1001"]),
            detection("h", ["Execution"], ["T1001"], type_="Hunting"),
            detection("i", ["Impact"], ["T1002"], type_="Hunting"),
            detection("j", ["Execution"], ["T1003", "T1007.001"]),
        ),
        TINY,
    )
    threat = Threat("x", ("T1001", "T1005", "T1002", "T1003", "T1004", "T1006", "T9999", "T1007"))
    seen = {one.stated: (one.state, one.detections) for one in sights(threat, found)}
    assert seen == {
        "T1001": (State.ALERTED, ("a",)),
        "T1005": (State.DECLARED, ("i",)),  # revoked in favour of T1002, and so once
        "T1003": (State.IMPLIED, ("j",)),
        "T1004": (State.NONE, ()),
        "T1006": (State.UNKNOWN, ()),
        "T9999": (State.UNKNOWN, ()),
        "T1007": (State.PARTLY, ("j",)),
    }
