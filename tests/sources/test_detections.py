"""Detections in JSON: what was written is what is read, and a line that is none is told with its place."""

import json

import pytest
from hypothesis import given

from rulefold.folding.company import CODES
from rulefold.model import Catalogue, Detection, Rows
from rulefold.targets import json_catalogue
from tests.conftest import examples
from tests.sources.reading import ID, found, imported, told
from tests.targets.nasty import catalogues


def detection(number: int = 1, **more: object) -> Detection:
    id_ = f"{number:08x}{ID[8:]}"
    values = {"id": id_, "key": id_, "title": f"Rule {number}", "query": f"T{number}", "rows": Rows(seen=1, product=1)}
    return Detection.model_validate(values | more)


def as_lines(detections: tuple[Detection, ...]) -> str:
    return "".join(one.model_dump_json(exclude_none=True) + "\n" for one in detections)


def without_company(one: Detection) -> Detection:
    """A detection without what it says of others, which is said anew for each catalogue."""
    notes = tuple(note for note in one.notes if note.code not in CODES)
    return one.model_copy(update={"same_query": None, "notes": notes})


@given(catalogue=catalogues)
@examples(150)
def test_detections_as_json_lines_come_back_as_they_were(catalogue: Catalogue) -> None:
    built = imported({"a.jsonl": as_lines(catalogue.detections)}, "jsonl")
    assert list(map(without_company, built.catalogue.detections)) == list(map(without_company, catalogue.detections))
    assert built.catalogue.counts.rejects == 0


@given(catalogue=catalogues)
@examples(150)
def test_a_catalogue_comes_back_as_it_was(catalogue: Catalogue) -> None:
    text = json_catalogue.emit(catalogue)["catalogue.json"]
    built = imported({"catalogue.json": text})
    assert list(map(without_company, built.catalogue.detections)) == list(map(without_company, catalogue.detections))


@pytest.mark.parametrize("indent", [None, 2])
def test_a_list_and_a_single_detection_are_read(indent: int | None) -> None:
    data = [one.model_dump(mode="json", exclude_none=True) for one in (detection(1), detection(2))]
    for value, expected in ((data, 2), (data[0], 1), ({"rulefold": "0", "detections": data}, 2)):
        built = imported({"a.json": json.dumps(value, indent=indent)})
        assert [d.title for d in built.catalogue.detections] == ["Rule 1", "Rule 2"][:expected]
        assert built.diagnostics == ()


GOOD = as_lines((detection(1),))


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ("{", "RF502", 2),
        ('{"id": 1,}', "RF502", 10),
        ("[]", "RF513", 1),
        ("1", "RF513", 1),
        ('{"a": 1} x', "RF502", 10),
        ('{"id": "a", "key": "b"}', "RF513", 1),
        (GOOD.strip().replace('"seen":1', '"seen":"x"'), "RF513", GOOD.index('"seen":1') + len('"seen":') + 1),
        (GOOD.strip().replace('"title"', '"title":"a","title"'), "RF504", GOOD.index('"title"') + 13),
        (GOOD.strip().replace('"title"', '"extra":"a","title"'), "RF513", GOOD.index('"title"') + 9),
        (GOOD.strip().replace("Rule", "Ru\0le"), "RF110", GOOD.index("Rule") + 3),
        (GOOD.strip().replace("Rule", "Ru\udce9le"), "RF110", GOOD.index("Rule") + 3),
        ("[" * 100_000, "RF506", 66),
    ],
)
def test_a_line_that_is_no_detection_costs_no_other(line: str, code: str, column: int) -> None:
    text = GOOD + line + "\n" + as_lines((detection(2),))
    result = found("jsonl", text)
    assert told("jsonl", text) == [(code, 2, column)]
    assert [one.title for one, _ in result.detections] == ["Rule 1", "Rule 2"]
    assert result.reject_bytes() == f"{line}\n".encode("utf-8", "surrogateescape")


def test_in_a_catalogue_a_broken_detection_costs_no_other() -> None:
    whole = {"detections": [json.loads(as_lines((detection(n),))) for n in (1, 2, 3)]}
    del whole["detections"][1]["query"]
    result = found("jsonl", json.dumps(whole, indent=2))
    assert [one.title for one, _ in result.detections] == ["Rule 1", "Rule 3"]
    assert [(d.code, d.message) for d in result.diagnostics] == [("RF513", "found no detection: query: field required")]
    assert [one["title"] for one in json.loads(result.reject_bytes())] == ["Rule 2"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [("", []), ("\n \n", []), ('{"detections": {}}', ["RF513"]), ('{"detections": [', ["RF502"]), ("[1]", ["RF513"])],
)
def test_documents_that_hold_no_detection(text: str, codes: list[str]) -> None:
    result = found("jsonl", text)
    assert ([d.code for d in result.diagnostics], result.read) == (codes, 0)
