"""The YAML that is written, judged by ruamel.yaml: every file reads back as what the JSON says."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from rulefold.chain import output_files
from rulefold.model import Catalogue
from rulefold.targets import json_catalogue, yaml_catalogue
from rulefold.targets.yaml_text import as_item, as_yaml, scalar
from tests.conftest import examples
from tests.pages_text import built
from tests.targets.nasty import PIECES, catalogues, texts


@cache
def reader(version: str) -> YAML:
    yaml = YAML(typ="safe")
    yaml.version = version
    return yaml


def read(text: str, version: str = "1.2") -> Any:
    return reader(version).load(text)


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize(
    "text", [*PIECES, "\n", "\n\n", "a\n", "a\n\n", "\na", " a\nb", "a\n b \n\n ", "\ta\nb", "a\n \n"]
)
def test_a_text_reads_back(text: str, version: str) -> None:
    data = {"value": text, "list": [text, text * 2], "item": [{"key": text, "list": [[text]]}], "map": {text: text}}
    document = as_yaml(data)
    assert read(document, version) == data
    assert read(as_item(document) + as_item(document), version) == [data, data]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("AzureActivity", "AzureActivity"),
        ("T1078.004", "T1078.004"),
        ("SecurityAlert (MDATP)", "SecurityAlert (MDATP)"),
        ("24h", "24h"),
        ("55fbc363-6cc9-4201-bd68-d980b612082b", "55fbc363-6cc9-4201-bd68-d980b612082b"),
        ("https://github.com/a/b/blob/c%20d.yaml", "https://github.com/a/b/blob/c%20d.yaml"),
        ("", "''"),
        ("2022-08-07", "'2022-08-07'"),
        ("No", "'No'"),
        ("it's: here", "'it''s: here'"),
        ("Malware, component", "'Malware, component'"),
        ("a\tb", '"a\\tb"'),
        ("a\u2028b", '"a\\u2028b"'),
        ("\ufeffa", '"\\ufeffa"'),
        ("a\x7f\x9f", '"a\\u007f\\u009f"'),
    ],
)
def test_a_text_on_one_line(text: str, written: str) -> None:
    assert scalar(text) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("T\n| take 1\n", "query: |\n  T\n  | take 1\n"),
        ("T\n| take 1", "query: |-\n  T\n  | take 1\n"),
        ("T\n| take 1\n\n", "query: |+\n  T\n  | take 1\n\n"),
        ("\nT\n\n| take 1\n", "query: |2\n\n  T\n\n  | take 1\n"),
        ("  T\n| take 1\n", "query: |2\n    T\n  | take 1\n"),
        ("T", "query: T\n"),
        ("\n", 'query: "\\n"\n'),
    ],
)
def test_queries_are_literal_blocks(text: str, written: str) -> None:
    assert as_yaml({"query": text}) == written


def test_no_line_ends_in_blanks_that_the_text_has_not() -> None:
    text = as_yaml({"a": {"b": ["x" * 60, "y" * 60]}, "query": "T\n\n\n| take 1\n\nU\n", "none": [], "nothing": {}})
    assert all(line == line.rstrip() for line in text.splitlines())
    assert read(text)["none"] == []


@pytest.mark.parametrize("length", [90, 97, 98, 99, 100, 1000, 1001, 1023, 1024, 5000])
@pytest.mark.parametrize(
    "value", ["", "x", "x\ny", 1, [], ["x"], ["x" * 100], {}, {"x": "y"}, {"x": {"y": ["z" * 99]}}]
)
def test_a_long_key_reads_back(length: int, value: object) -> None:
    data = {"key": {"k" * length: value, "k": [{"k" * (length + 1): value}]}}
    assert read(as_yaml(data)) == data
    assert read(as_item(as_yaml(data))) == [data]


@examples(200)
@given(texts, texts, st.sampled_from(["1.1", "1.2"]))
def test_any_text_reads_back(one: str, two: str, version: str) -> None:
    data = {"value": one, "list": [two, one], "items": [{"query": two, one: [[two]]}], "map": {one: {two: one}}}
    document = as_yaml(data)
    assert read(document, version) == data
    assert read(f"items:\n{as_item(document)}{as_item(document)}", version) == {"items": [data, data]}


def check(catalogue: Catalogue, version: str) -> None:
    files = yaml_catalogue.emit(catalogue)
    want = json.loads(json_catalogue.emit(catalogue)["catalogue.json"])
    assert read(files["catalogue.yaml"], version) == want
    assert files.keys() - {"catalogue.yaml"} == {f"detections/{d['key']}.yaml" for d in want["detections"]}
    for detection in want["detections"]:
        assert read(files[f"detections/{detection['key']}.yaml"], version) == detection


@examples(25)
@given(catalogues, st.sampled_from(["1.1", "1.2"]))
def test_any_catalogue_reads_back(catalogue: Catalogue, version: str) -> None:
    check(catalogue, version)


def test_the_real_catalogue_reads_back(shared: Path) -> None:
    files = output_files(built(shared / "corpus" / "pages"), ["json", "yaml"])
    want = json.loads(files["catalogue.json"])
    assert len(want["detections"]) == sum(path.startswith("detections/") for path in files) == 622
    for detection in want["detections"]:
        assert read(files[f"detections/{detection['key']}.yaml"].decode()) == detection
    # Three more seconds for the whole would be too many: some of it is read, and the rest is seen to be the same text
    head, *items = re.split(r"^\n?- (?=id: )", files["catalogue.yaml"].decode(), flags=re.MULTILINE)
    assert [re.sub("^  ", "", item, flags=re.MULTILINE).encode() for item in items] == [
        files[f"detections/{detection['key']}.yaml"] for detection in want["detections"]
    ]
    some = want["detections"][::20]
    assert read(head + "".join(f"- {item}" for item in items[::20])) == want | {"detections": some}
