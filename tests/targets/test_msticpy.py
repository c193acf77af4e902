"""Query files for msticpy, judged by its QueryStore in an interpreter of its own."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from rulefold.model import Catalogue, Detection
from rulefold.targets import TARGETS
from tests.judges import msticpy_queries
from tests.pages_text import built, guid
from tests.targets.exports import ANALYTICS, HOSTILE, HUNTING, catalogue, changed, export, hostile, only_file, refusals


def loaded(found: Catalogue, folder: Path) -> dict[str, dict[str, dict[str, Any]]]:
    for path, text in TARGETS["msticpy"].export(found).files.items():
        (folder / path).write_bytes(text.encode())
    return msticpy_queries(folder)


def check(found: Catalogue, families: dict[str, dict[str, dict[str, Any]]]) -> None:
    queries = {query["metadata"]["id"]: query for family in families.values() for query in family.values()}
    assert sum(map(len, families.values())) == len(found.detections)
    for d in found.detections:
        query = queries[d.id]
        assert query["query"] == d.query
        assert query["description"] == (f"{d.title}\n\n{d.description}" if d.description else d.title)
        assert tuple(query["metadata"].get("techniques", ())) == d.techniques
        assert query["run"].split() == d.query.split()  # but for blank lines, which it leaves out


@pytest.mark.judge
def test_the_real_catalogue(shared: Path, tmp_path: Path) -> None:
    found = built(shared / "corpus" / "pages").catalogue
    families = loaded(found, tmp_path)
    assert {family: len(queries) for family, queries in families.items()} == {"Analytics": 207, "Hunting": 415}
    unique = tuple({d.id: d for d in found.detections if d.id}.values())
    queries = {query["query"] for family in families.values() for query in family.values()}
    assert queries == {d.query for d in found.detections}
    assert len(unique) == 619


@pytest.mark.judge
def test_hostile_texts_read_back(tmp_path: Path) -> None:
    hostiles = [hostile(ANALYTICS, text) for text in HOSTILE]
    detections = [changed(d, id=guid(n), key=guid(n)) for n, d in enumerate(hostiles)]
    detections = [d for d in detections if not refusals(export("msticpy", d))]
    assert len(detections) >= len(HOSTILE) - 2
    check(catalogue(*detections), loaded(catalogue(*detections), tmp_path))


def test_a_query_is_one_without_parameters() -> None:
    data = YAML(typ="safe").load(only_file("msticpy", ANALYTICS))
    assert data["metadata"]["data_environments"] == ["MSSentinel"]
    assert data["metadata"]["data_families"] == ["Analytics"]
    (source,) = data["sources"].values()
    assert source["parameters"] == {}
    assert source["metadata"]["schedule"]["query_frequency"] == "1h"


@pytest.mark.parametrize("query", ["T | where x == '{y}'", "{{", "}", "T {x!r} {0}"])
def test_braces_are_no_parameters(query: str) -> None:
    (source,) = YAML(typ="safe").load(only_file("msticpy", changed(ANALYTICS, query=query)))["sources"].values()
    assert source["args"]["query"].format() == query


@pytest.mark.parametrize(
    ("query", "reason"), [(" ", "empty"), ("T $<x>$", "msticpy would take a part of it for a macro")]
)
def test_what_is_refused(query: str, reason: str) -> None:
    assert refusals(export("msticpy", changed(ANALYTICS, query=query))) == [("query", reason)]


@pytest.mark.parametrize(("rule", "path"), [(ANALYTICS, "analytics.yaml"), (HUNTING, "hunting.yaml")])
def test_a_family_a_file(rule: Detection, path: str) -> None:
    assert list(export("msticpy", rule).files) == [path]
    assert list(export("msticpy", changed(rule, type="Other thing")).files) == ["other.yaml"]
