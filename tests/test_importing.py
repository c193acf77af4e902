"""An import as a whole: what is read and in which order, what is counted, and what is kept of what cannot be read."""

import json
from importlib import import_module
from pathlib import Path

import pytest

from rulefold.chain import Build, output_files
from rulefold.importing import import_files
from rulefold.inputs import find_files
from rulefold.model import Detection
from rulefold.queries import Looked
from rulefold.queries.look import Reading, look_at
from rulefold.sources import SOURCES, SUFFIXES, detect
from rulefold.store import load_catalogue, write_output
from rulefold.targets import FORMATS
from rulefold.text import Source
from rulefold.workspace import Workspace
from tests.pages_text import guid
from tests.sources.reading import InMemory, imported, write
from tests.sources.test_arm import alert_rule, saved_search, template
from tests.sources.test_csv import GOOD as ROW
from tests.sources.test_csv import SHORT as HEADER
from tests.sources.test_detections import as_lines, detection


def rule(number: int = 1, query: str = "T", **more: str) -> str:
    fields = {"id": guid(number), "name": f"Rule {number}", "query": query + str(number), **more}
    return "".join(f"{name}: {json.dumps(value)}\n" for name, value in fields.items())


def of_folder(folder: Path, kind: str | None = None, exclude: Path | None = None) -> Build:
    return import_files(find_files([str(folder)], SUFFIXES, exclude), kind)


def test_the_queries_of_rows_beside_detections_are_looked_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, {"1.csv": HEADER + ROW, "2.jsonl": as_lines((detection(),))})
    module = import_module("rulefold.queries.look")
    looked: list[str] = []

    def looking(one: Detection, reading: Reading) -> Looked:
        looked.append(one.query)
        return look_at(one, reading)

    monkeypatch.setattr(module, "look_at", looking)
    found = import_files(find_files([str(tmp_path)], SUFFIXES), workspace=Workspace())
    assert sorted(looked) == sorted(one.query for one in found.catalogue.detections)
    assert len(looked) == 2
    assert all(one.tables is not None for one in found.catalogue.detections)


def titles(found: Build) -> list[str]:
    return [one.title for one in found.catalogue.detections]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (rule(), "sentinel-yaml"),
        ("---\n# a comment\n'name': a\n", "sentinel-yaml"),
        (template(alert_rule()), "sentinel-arm"),
        (template(), "sentinel-arm"),
        (json.dumps(saved_search()), "sentinel-arm"),
        (json.dumps({"value": [alert_rule(type="Microsoft.SecurityInsights/alertRules")]}), "sentinel-arm"),
        (HEADER + ROW, "csv"),
        (HEADER.replace(",", ";"), "csv"),
        ("\ufeff" + HEADER, "csv"),
        (as_lines((detection(),)), "jsonl"),
        ('{\n  "rulefold": "0.1.0",\n  "detections": []\n}', "jsonl"),
        ('[{"id": "a", "key": "b"}]', "jsonl"),
        ('{"$schema": "https://json-schema.org/draft/2020-12/schema", "properties": {}}', None),
        ('{"name": "package", "version": "1.0.0"}', None),
        ("[]", None),
        ("just words\n", None),
        ("a,b,c\n1,2,3\n", None),
        ("", None),
    ],
)
def test_the_content_says_what_a_file_is(text: str, expected: str | None) -> None:
    assert detect(Source.decode("file", text.encode())) == expected


def test_files_of_all_kinds_make_one_catalogue() -> None:
    found = imported(
        {
            "1.yaml": rule(1),
            "2.json": template(alert_rule(displayName="In a template")),
            "3.csv": HEADER + ROW.replace(guid(1), guid(3)),
            "4.jsonl": as_lines((detection(4),)),
        }
    )
    assert titles(found) == ["Rule 1", "In a template", "a", "Rule 4"]
    counts = found.catalogue.counts
    assert (counts.pages, counts.entries, counts.blocks, counts.detections) == (4, 4, 4, 4)
    assert found.catalogue.source.pages == ("1.yaml", "2.json", "3.csv", "4.jsonl")


def test_rules_and_detections_with_one_query_or_id_are_told_of_each_other() -> None:
    found = imported({"1.yaml": rule(1, "T"), "2.jsonl": as_lines((detection(2, query="T1"),))})
    assert [one.same_query for one in found.catalogue.detections] == [(detection(2).key,), (guid(1),)]
    assert [(d.code, d.place and d.place.file) for d in found.diagnostics if d.code == "RF306"] == [
        ("RF306", "1.yaml"),
        ("RF306", "2.jsonl"),
    ]


def test_one_id_with_two_contents_is_two_rules_with_keys_of_their_own() -> None:
    found = imported({"1.yaml": rule(1), "2.yaml": rule(1, "U", name="Other")})
    keys = [one.key for one in found.catalogue.detections]
    assert titles(found) == ["Rule 1", "Other"]
    assert len(set(keys)) == 2
    assert all(key.startswith(guid(1)) for key in keys)
    assert [d.code for d in found.diagnostics] == ["RF302", "RF302"]


def test_one_id_with_one_query_is_one_rule_and_what_differs_is_a_conflict() -> None:
    found = imported({"1.yaml": rule(1, severity="High"), "2.yaml": rule(1, severity="Low")})
    (one,) = found.catalogue.detections
    assert (one.severity, [conflict.field for conflict in one.conflicts or ()]) == ("High", ["severity"])
    assert [source.page for source in one.sources] == ["1.yaml", "2.yaml"]
    assert {d.code for d in found.diagnostics} == {"RF301", "RF303"}


def test_rules_without_an_id_are_one_where_title_and_query_are_the_same() -> None:
    text = "name: One\nquery: T\n"
    found = imported(
        {"1.yaml": text, "2.yaml": text, "3.yaml": text.replace("T", "U"), "4.yaml": text.replace("One", "Other")}
    )
    assert titles(found) == ["One", "One", "Other"]
    assert len({one.key for one in found.catalogue.detections}) == 3
    assert [source.page for source in found.catalogue.detections[0].sources] == ["1.yaml", "2.yaml"]


def test_files_are_read_in_the_order_of_their_names_with_numbers_by_value(tmp_path: Path) -> None:
    write(tmp_path, {f"{n}.yaml": rule(n) for n in (10, 9, 1)} | {"a/2.yml": rule(2), ".hidden/x.yaml": rule(5)})
    found = of_folder(tmp_path)
    assert titles(found) == ["Rule 1", "Rule 9", "Rule 10", "Rule 2"]


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path, {"1.yaml": rule(1), "2.json": template(alert_rule(), saved_search()), "3.yaml": "a: b: c"})
    first, second = (output_files(of_folder(tmp_path), FORMATS) for _ in range(2))
    assert first == second


def test_an_output_folder_is_read_as_its_catalogue(tmp_path: Path) -> None:
    write(tmp_path, {"rules/1.yaml": rule(1), "rules/2.yaml": rule(2)})
    first = of_folder(tmp_path / "rules")
    write_output(tmp_path / "out", output_files(first, FORMATS))
    again = of_folder(tmp_path / "out")
    assert again.catalogue.detections == first.catalogue.detections
    assert len(again.catalogue.source.pages) == 1
    assert of_folder(tmp_path, exclude=tmp_path / "out").catalogue.detections == first.catalogue.detections


def test_what_is_written_is_read_back_by_the_commands(tmp_path: Path) -> None:
    found = imported({"1.yaml": rule(1), "2.yaml": "name: b: c", "3.csv": HEADER + "x\n"})
    write_output(tmp_path, output_files(found, FORMATS))
    assert load_catalogue(tmp_path) == found.catalogue
    assert (tmp_path / "rejects" / "2.yaml").read_bytes() == b"name: b: c"
    assert (tmp_path / "rejects" / "3.csv").read_text(encoding="utf-8") == HEADER + "x\n"


@pytest.mark.parametrize("kind", [None, *SOURCES])
def test_a_file_that_is_too_large_is_refused_and_costs_no_other(kind: str | None, tmp_path: Path) -> None:
    large = tmp_path / "a.yaml"
    with large.open("wb") as file:
        file.truncate(100_000_000)
    (tmp_path / "b.yaml").write_text(rule(1), encoding="utf-8")
    found = import_files(find_files([str(large), str(tmp_path / "b.yaml")], SUFFIXES), kind)
    assert found.diagnostics[0].code == "RF506"
    assert found.catalogue.counts.rejects >= 1
    if kind in (None, "sentinel-yaml", "upstream"):
        assert titles(found) == ["Rule 1"]
        assert (found.catalogue.counts.entries, found.catalogue.counts.rejects) == (1, 1)


def test_a_large_file_of_a_kind_for_smaller_ones_is_refused() -> None:
    found = imported({"a.yaml": rule(1) + "# " + "x" * 5_000_000})
    assert [(d.code, d.message) for d in found.diagnostics] == [
        ("RF506", f"found a file of {len(rule(1)) + 5_000_002:,} bytes, expected at most 4,194,304")
    ]


def test_faults_beyond_a_thousand_a_file_are_counted() -> None:
    found = imported({"a.csv": HEADER + "x\n" * 1_500 + ROW, "b.yaml": rule(2)})
    counts = found.catalogue.counts
    assert (counts.entries, counts.rejects) == (2, 1_500)
    assert counts.errors == 1_001
    assert [d.message for d in found.diagnostics if d.code == "RF005"] == ["found 500 more faults in the file a.csv"]
    assert found.rejects["rejects/a.csv"] == (HEADER + "x\n" * 1_500).encode()


@pytest.mark.parametrize(("name", "text"), [("a.csv", HEADER + "x\n" * 30_000), ("a.jsonl", "{}\n" * 30_000)])
def test_a_file_of_nothing_but_faults_is_not_read_to_its_end(name: str, text: str) -> None:
    found = imported({name: text, "b.yaml": rule(2)})
    assert (titles(found), found.catalogue.counts.rejects) == (["Rule 2"], 20_001)
    assert "RF506" in {d.code for d in found.diagnostics}
    assert next(iter(found.rejects.values())) == text.encode()


def test_a_file_of_no_known_kind_is_an_error_only_where_it_was_given_itself(tmp_path: Path) -> None:
    write(tmp_path, {"a.json": "{}", "b.yaml": rule(1)})
    found = of_folder(tmp_path)
    assert [d.code for d in found.diagnostics] == ["RF517"]
    found = import_files(find_files([str(tmp_path / "a.json")], SUFFIXES))
    assert [d.code for d in found.diagnostics] == ["RF512"]
    assert found.catalogue.counts.rejects == 1


def test_with_a_kind_only_files_of_its_suffixes_are_read_in_folders(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": rule(1), "b.json": template(alert_rule()), "c.csv": HEADER + ROW})
    for kind, expected in (("sentinel-yaml", "Rule 1"), ("sentinel-arm", "Rare process"), ("csv", "a")):
        assert titles(of_folder(tmp_path, kind)) == [expected]


def test_names_of_rejects_are_told_apart_and_safe() -> None:
    bad = "name: a: b\n"
    found = imported({"x/1.yaml": bad, "y/1.yaml": bad, "z/nul.yaml": bad, "<stdin>": bad, "é.YML": bad})
    assert len(found.rejects) == 5
    assert all(name.isascii() and ".." not in name for name in found.rejects)
    assert {name.rpartition(".")[2] for name in found.rejects} == {"yaml", "yml", "txt"}


def test_standard_input_can_be_any_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    page = InMemory("<stdin>", None, rule(1).encode())
    assert titles(import_files([page])) == ["Rule 1"]


def test_no_files_make_an_empty_catalogue() -> None:
    assert import_files([]).catalogue.detections == ()
