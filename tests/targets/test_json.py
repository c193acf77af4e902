"""catalogue.json and its published schema."""

import json
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given

from rulefold.chain import Build, output_files
from rulefold.model import Catalogue
from rulefold.targets import json_catalogue
from tests.conftest import ROOT, examples
from tests.pages_text import built
from tests.targets.nasty import catalogues


@cache
def validator() -> Any:
    schema = json.loads(output_files(built(ROOT / "catalog"), ["schema"])["catalogue.schema.json"])
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def faults(catalogue: Any) -> list[str]:
    return [error.json_path for error in validator().iter_errors(catalogue)]


def written(build: Build) -> Any:
    return json.loads(output_files(build, ["json"])["catalogue.json"])


def test_the_seed_is_valid() -> None:
    assert faults(written(built(ROOT / "catalog"))) == []


def test_the_real_catalogue_is_valid(shared: Path) -> None:
    assert faults(written(built(shared / "corpus" / "pages"))) == []


@examples(30)
@given(catalogues)
def test_any_catalogue_is_valid_and_reads_back(catalogue: Catalogue) -> None:
    text = json_catalogue.emit(catalogue)["catalogue.json"]
    assert faults(json.loads(text)) == []
    assert Catalogue.model_validate_json(text) == catalogue


def has_null(data: Any) -> bool:
    values = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return data is None or any(map(has_null, values))


@examples(20)
@given(catalogues)
def test_absent_values_are_left_out(catalogue: Catalogue) -> None:
    assert not has_null(json.loads(json_catalogue.emit(catalogue)["catalogue.json"]))


Change = Callable[[Any], object]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        pytest.param(lambda c: c.pop("rulefold"), "$", id="no version"),
        pytest.param(lambda c: c.update(extra=1), "$", id="an extra key"),
        pytest.param(lambda c: c.update(detections={}), "$.detections", id="detections by id"),
        pytest.param(lambda c: c["counts"].update(pages="1"), "$.counts.pages", id="a count as text"),
        pytest.param(lambda c: c["detections"][0].pop("id"), "$.detections[0]", id="no id"),
        pytest.param(lambda c: c["detections"][0].pop("key"), "$.detections[0]", id="no key"),
        pytest.param(lambda c: c["detections"][0].pop("title"), "$.detections[0]", id="no title"),
        pytest.param(lambda c: c["detections"][0].pop("query"), "$.detections[0]", id="no query"),
        pytest.param(lambda c: c["detections"][0].pop("rows"), "$.detections[0]", id="no rows"),
        pytest.param(lambda c: c["detections"][0].update(name="x"), "$.detections[0]", id="an unknown key"),
        pytest.param(lambda c: c["detections"][0].update(id=None), "$.detections[0].id", id="null for an id"),
        pytest.param(lambda c: c["detections"][0].update(tactics="x"), "$.detections[0].tactics", id="one tactic"),
        pytest.param(
            lambda c: c["detections"][0]["connectors"][0].pop("id"),
            "$.detections[0].connectors[0]",
            id="no connector id",
        ),
        pytest.param(
            lambda c: c["detections"][0]["connectors"][0].update(invented=False),
            "$.detections[0].connectors[0].invented",
            id="not invented, and said so",
        ),
        pytest.param(
            lambda c: c["detections"][0]["rows"]["missing"][0].update(row=1),
            "$.detections[0].rows.missing[0]",
            id="an unknown axis",
        ),
        pytest.param(
            lambda c: c["detections"][0]["sources"][0].update(lines=[[1]]),
            "$.detections[0].sources[0].lines[0]",
            id="a line",
        ),
    ],
)
def test_what_is_no_catalogue_is_not_valid(change: Change, path: str) -> None:
    changed = deepcopy(written(built(ROOT / "catalog")))
    change(changed)
    assert path in {found.split(".anyOf")[0] for found in faults(changed)}


def test_the_keys_of_a_detection_and_their_order() -> None:
    (detection,) = written(built(ROOT / "catalog"))["detections"]
    assert list(detection) == [
        *(
            "id",
            "key",
            "title",
            "description",
            "type",
            "tactics",
            "techniques",
            "platforms",
            "data_types",
            "connectors",
        ),
        *("url", "ingested_date", "query", "rows", "inferred", "sources", "notes"),
    ]
