"""The picture and the badge: sound XML that fetches nothing, and figures and colours that are those of the coverage."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from rulefold.attack import load
from rulefold.model import Catalogue
from rulefold.report import badge, picture
from rulefold.report.columns import columns
from rulefold.report.contents import Choice, Report, report
from rulefold.report.facts import percent
from rulefold.report.shades import ALERTING, NOTHING
from tests.attack.tiny import catalogue, snapshot
from tests.report.cases import HOSTILE, hostile_catalogue, hostile_snapshot, made, some
from tests.report.test_shades import contrast

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {"svg", "title", "desc", "metadata", "defs", "pattern", "g", "rect", "text", "clipPath"}
ATTRIBUTES = {
    *("viewBox", "role", "aria-labelledby", "font-family", "fill", "id", "width", "height", "patternUnits", "x", "y"),
    *("patternTransform", "font-size", "text-anchor", "font-weight", "textLength", "lengthAdjust", "rx", "clip-path"),
}
CELL = re.compile(
    r"(T\d{4}(?:\.\d{3})?) .*: ([\d,]+) alerting, ([\d,]+) not alerting(?:; (\d+) of (\d+) sub-techniques)?"
)
Emitted = dict[str, str]


def read(files: Emitted) -> ElementTree.Element:
    """The one picture, held against what a picture may be made of."""
    (text,) = files.values()
    root = ElementTree.fromstring(text)  # noqa: S314 - it is ours
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in ELEMENTS
        assert set(element.attrib) <= ATTRIBUTES
        for value in element.attrib.values():
            assert "url(" not in value or value in ("url(#hunted)", "url(#round)")
            assert ":" not in value
    assert text.count("http") == 1  # the namespace
    return root


def texts(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def cells(root: ElementTree.Element) -> Iterator[tuple[str, int, int, tuple[int, int], str]]:
    """By its title each cell's id, how many alert and how many do not, its sub-techniques, and its fill."""
    for group in root.iter(f"{SVG}g"):
        title, box = group.find(f"{SVG}title"), group.find(f"{SVG}rect")
        assert title is not None
        assert box is not None
        found = CELL.fullmatch(title.text or "")
        assert found
        yield found[1], int(found[2]), int(found[3]), (int(found[4] or 0), int(found[5] or 0)), box.attrib["fill"]


def test_the_seed(seed: Catalogue) -> None:
    root = read(picture.emit(report(seed, load())))
    assert {"Detections on ATT&CK 19.2", "0.0 %", "0 of 697 techniques", "0.1 %", "1 of 697 techniques"} <= set(
        texts(root)
    )
    (declared,) = [cell for cell in cells(root) if cell[1] + cell[2]]
    assert declared == ("T1570", 0, 1, (0, 0), "url(#hunted)")
    assert "© 2026 The MITRE Corporation." in texts(root)[-2]


def test_every_cell_is_as_the_coverage_has_it(corpus_report: Report) -> None:
    root = read(picture.emit(corpus_report))
    rules = corpus_report.coverage.by_type["Analytics"].declared
    declared = corpus_report.coverage.all.declared
    shown = list(cells(root))
    expected = [
        (column.tactic.shortname, one.id, [child.id for child in children])
        for column in columns(corpus_report.snapshot)
        for one, children in column.techniques
    ]
    assert [cell[0] for cell in shown] == [id_ for _, id_, _ in expected]
    for (id_, alerting, others, (covered, of), fill), (tactic, _, children) in zip(shown, expected, strict=True):
        assert alerting == len(rules.get((tactic, id_), ()))
        assert alerting + others == len(declared.get((tactic, id_), ()))
        assert covered == sum((tactic, child) in declared for child in children)
        assert of == len(children)
        bounds = [(10, ALERTING[4]), (5, ALERTING[3]), (2, ALERTING[2]), (1, ALERTING[1]), (0, ALERTING[0])]
        by_count = next((one.fill for least, one in bounds if alerting > least), "")
        assert fill == (by_count or ("url(#hunted)" if others else NOTHING.fill))


@pytest.mark.parametrize("version", ["18.1", "19.2"])
def test_the_matrix_has_every_technique_once_a_tactic(version: str) -> None:
    attack = load(version)
    shown = [
        (column.tactic.shortname, one.id)
        for column in columns(attack)
        for head, children in column.techniques
        for one in (head, *children)
    ]
    assert sorted(shown) == sorted(attack.cells())
    assert [column.tactic.shortname for column in columns(attack)] == list(attack.tactics)


def test_a_subtechnique_without_its_technique_stands_for_itself() -> None:
    attack = snapshot("1", ["execution", "impact"], {"T0001": "impact", "T0001.001": "execution impact"})
    assert [
        [(one.id, [child.id for child in children]) for one, children in column.techniques]
        for column in columns(attack)
    ] == [[("T0001.001", [])], [("T0001", ["T0001.001"])]]


def test_chosen_platforms_leave_the_rest_of_the_matrix_out(corpus: Catalogue) -> None:
    found = report(corpus, load(), Choice(platforms=("Office Suite",)))
    part = next(one for one in found.coverage.denominators if one.name == "platforms")
    root = read(picture.emit(found))
    shown = {id_ for id_, *_ in cells(root)}
    assert shown == {id_.partition(".")[0] for id_ in part.techniques}
    covered = len(part.covered(found.coverage.by_type["Analytics"]))
    assert f"{covered} of {len(part.techniques)} techniques" in texts(root)
    assert f"without {len(part.unknown)} of unknown platforms" in texts(root)[1]


def test_subtechniques_have_a_bar_and_do_not_colour_their_technique() -> None:
    root = read(picture.emit(made(*some(3, techniques=("T1078.004",)))))
    (cell,) = [cell for cell in cells(root) if cell[3][0]]
    assert cell == ("T1078", 0, 0, (1, 4), NOTHING.fill)


def boxes(root: ElementTree.Element) -> Iterator[tuple[float, float, float, float]]:
    for element in root.iter(f"{SVG}rect"):
        if "x" in element.attrib:
            yield tuple(float(element.attrib[key]) for key in ("x", "y", "width", "height"))  # type: ignore[misc]


def test_everything_is_on_the_slide(corpus_report: Report, seed: Catalogue) -> None:
    for found in (corpus_report, report(seed, load("18.1")), report(catalogue(), load())):
        for x, y, wide, high in boxes(read(picture.emit(found))):
            assert 0 <= x <= x + wide <= picture.WIDTH + 0.1
            assert 0 <= y <= y + high <= picture.HEIGHT


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_only_text(text: str) -> None:
    found = report(hostile_catalogue(), hostile_snapshot(text))
    for (written,) in (picture.emit(found).values(), badge.emit(found).values()):
        root = ElementTree.fromstring(written)  # noqa: S314 - it is ours
        assert {element.tag.removeprefix(SVG) for element in root.iter()} <= ELEMENTS
        assert all(set(element.attrib) <= ATTRIBUTES for element in root.iter())
        for shown in root.itertext():
            assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)


@pytest.mark.parametrize(
    ("tactics", "techniques", "subtechniques"), [(1, 1, 0), (3, 500, 2), (40, 3, 1), (400, 1, 1), (9, 60, 1)]
)
def test_a_matrix_of_many_and_of_few(tactics: int, techniques: int, subtechniques: int) -> None:
    names = [f"t{'x' * n}" for n in range(tactics)]
    stated = {f"T{n:04}": names[n % tactics] for n in range(tactics * techniques)}
    stated |= {f"{id_}.{n:03}": tactic for id_, tactic in stated.items() for n in range(subtechniques)}
    root = read(picture.emit(report(catalogue(), snapshot("1", names, stated))))
    assert len(list(cells(root))) == tactics * techniques
    for x, y, wide, high in boxes(root):
        assert 0 <= x < x + wide <= picture.WIDTH + 0.1
        assert 0 <= y < y + high <= picture.HEIGHT
    assert all(float(one.attrib.get("textLength", 1)) > 0 for one in root.iter())


@pytest.mark.parametrize(
    ("part", "whole", "expected"), [(0, 0, "0 of 0"), (0, 9, "0.0 %"), (69, 697, "9.9 %"), (9, 9, "100.0 %")]
)
def test_percent(part: int, whole: int, expected: str) -> None:
    assert percent(part, whole) == expected


def test_the_badge_counts_rules_that_alert_and_no_queries(corpus_report: Report) -> None:
    root = read(badge.emit(corpus_report))
    assert texts(root) == ["ATT&CK 19.2", "9.9 % alerted on"]
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == "69 of 697 techniques of ATT&CK 19.2 have a rule that alerts"


def test_the_badge_of_nothing_that_alerts(seed: Catalogue) -> None:
    assert texts(read(badge.emit(report(seed, load())))) == ["ATT&CK 19.2", "0.0 % alerted on"]


def test_the_badge_of_the_teams_platforms() -> None:
    found = made(*some(1), choice=Choice(platforms=("SaaS",)))
    whole = next(one for one in found.coverage.denominators if one.name == "platforms").techniques
    root = read(badge.emit(found))
    title = root.find(f"{SVG}title")
    assert title is not None
    assert title.text == f"1 of {len(whole)} techniques of ATT&CK 19.2 on the team's platforms have a rule that alerts"


def test_the_badge_can_be_read() -> None:
    assert contrast(badge.GREY, "#ffffff") >= 4.5
    assert contrast(ALERTING[3].fill, "#ffffff") >= 4.5
    assert contrast(picture.MUTED, "#ffffff") >= 4.5
    assert contrast(picture.HUNTED_TEXT, "#ffffff") >= 4.5
