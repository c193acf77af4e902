"""`rulefold export` as a person or a pipeline runs it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rulefold import filters
from rulefold.cli import main
from rulefold.cli.browse import FILTERS
from rulefold.targets import OTHER_LANGUAGES, TARGETS
from tests.conftest import ROOT
from tests.pages_text import block, guid, page
from tests.test_plugins import GOOD

SEED_ID = "55fbc363-6cc9-4201-bd68-d980b612082b"
SCHEDULE = {
    "query_frequency": "1h",
    "query_period": "1h",
    "trigger_operator": "gt",
    "trigger_threshold": "0.0",
    "severity": "High",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with three rules: an analytics rule, a near-real-time one without severity, a hunting query."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "catalog").mkdir()
    rules = (
        block("Scheduled one", id=guid(1), url="a", type="Analytics", technique="T1059.001", **SCHEDULE),
        block("Lacking one", id=guid(2), url="b", type="Analytics"),
        block("Hunting one", id=guid(3), url="c", query="T\n"),
    )
    (tmp_path / "catalog" / "1.md").write_text(page(*rules), encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ("export", *arguments))


def written(folder: str) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*") if path.is_file())


def test_files_losses_and_refusals(folder: Path) -> None:
    result = run("sentinel-arm", "-o", "out", "--layout", "rule")
    assert result.exit_code == 0
    assert result.stdout == "2 files in out/: 2 written, 0 already right, 0 removed\n"
    assert written("out") == [f"analytics/{guid(1)}.json", f"hunting/{guid(3)}.json", "manifest.json"]
    assert result.stderr.splitlines() == [
        "sentinel-arm: 2 rules of 3",
        "     1 refused severity: none of High, Medium, Low and Informational",
        "     1 lost    techniques: sub-techniques need a preview API; the technique is kept",
        "   all  entityMappings, version, customDetails, alertDetailsOverride, eventGroupingSettings:"
        " lost before the pages were written",
        "   all  platforms, url, ingested_date, connectors: the format has no place for it",
    ]


def test_all_losses_in_a_file(folder: Path) -> None:
    run("sentinel-arm", "-o", "out", "--loss", "report/loss.json")
    report = json.loads(Path("report/loss.json").read_text(encoding="utf-8"))
    assert (report["target"], report["detections"], report["refused"]) == ("sentinel-arm", 3, 1)
    assert [loss for loss in report["losses"] if "detection" in loss] == [
        {
            "detection": guid(2),
            "field": "severity",
            "reason": "none of High, Medium, Low and Informational",
            "refused": True,
        },
        {
            "detection": guid(1),
            "field": "techniques",
            "reason": "sub-techniques need a preview API; the technique is kept",
            "value": "T1059.001",
            "refused": False,
        },
    ]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("sentinel-arm",), 0),
        (("sentinel-arm", "--strict"), 1),
        (("sentinel-arm", "--strict", "--only", "type=Hunting"), 0),
        (("jsonl", "--strict"), 0),
        (("csv", "--strict"), 0),  # what is true of all rules and said once does not fail
        (("sentinel-yaml", "--strict", "--only", "severity=High"), 0),
        (("sentinel-yaml", "--strict"), 1),
        (("sentinel-yaml", "--dialect", "iso"), 0),
        (("sentinel-yaml", "--dialect", "xml"), 2),
        (("sentinel-yaml", "--layout", "rule"), 2),
        (("sentinel-yaml", "--only", "severity"), 2),
        (("sentinel-yaml", "--only", "kind=NRT"), 2),
        (("sentinel-yaml", "--set", "dialect=iso"), 0),
        (("sentinel-yaml", "--set", "dialect"), 2),
        (("sentinel-arm", "--api-version", "2024-10-01-preview"), 0),
        (("sentinel-arm", "--api-version", "2021"), 2),
        (("terraforms",), 2),
        (("sentinel-yaml", "nowhere"), 2),
    ],
)
def test_exit_code(folder: Path, arguments: tuple[str, ...], code: int) -> None:
    result = run(*arguments, "-o", "out")
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    assert Path("out").exists() == (code != 2)


@pytest.mark.parametrize("name", [*OTHER_LANGUAGES, "Sigma", "YARA-L", "Kibana"])
def test_other_languages_are_refused_by_name_and_nothing_is_written(folder: Path, name: str) -> None:
    result = run(name, "-o", "out")
    assert result.exit_code == 2
    assert f"{name}: rules of {OTHER_LANGUAGES[name.lower()]} have their query in another language" in result.stderr
    assert "comes with the KQL compiler" in result.stderr
    assert not Path("out").exists()


def test_an_unknown_target_brings_the_nearest_names(folder: Path) -> None:
    assert "sentinel_yaml: no such target; did you mean sentinel-yaml" in run("sentinel_yaml", "-o", "out").stderr
    assert "qqq: no such target; `rulefold export --list` lists them" in run("qqq", "-o", "out").stderr


def test_what_is_missing_is_said(folder: Path) -> None:
    assert "a target is missing" in run().stderr
    assert "a folder is missing: -o DIR" in run("stix").stderr


def test_only_some(folder: Path) -> None:
    run("sentinel-yaml", "-o", "out", "--only", "type=Hunting,tactic=impact")
    assert written("out") == [f"hunting/{guid(3)}.yaml", "manifest.json"]
    run("sentinel-yaml", "-o", "out", "--only", "type=Hunting", "--only", "type=Analytics")
    assert written("out") == [f"analytics/{guid(1)}.yaml", f"hunting/{guid(3)}.yaml", "manifest.json"]
    assert run("sentinel-yaml", "-o", "out", "--only", "severity=Low").exit_code == 0
    assert written("out") == ["manifest.json"]


@pytest.mark.parametrize("target", TARGETS)
def test_check_finds_a_changed_byte_and_mends_nothing(folder: Path, target: str) -> None:
    seed = str(ROOT / "catalog")
    pages = [] if target != "defender-xdr" else ["catalog"]
    arguments = (target, *(pages or [seed]), "-o", "out")
    assert run(*arguments).exit_code == 0
    assert run(*arguments, "--check").exit_code == 0
    file = next((path for path in Path("out").rglob("*") if path.is_file()), None)
    assert file
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    stale = run(*arguments, "--check")
    assert stale.exit_code == 1
    assert f"changed: {file}" in stale.stdout
    assert file.read_bytes() == data
    file.unlink()
    assert f"missing: {file}" in run(*arguments, "--check").stdout
    assert run(*arguments).exit_code == run(*arguments, "--check").exit_code == 0


def test_an_output_folder_is_a_catalogue_too(folder: Path) -> None:
    CliRunner().invoke(main, ("build", "-o", "output"))
    run("stix", "catalog", "-o", "from-pages")
    run("stix", "output", "-o", "from-output")
    assert Path("from-pages/bundle.json").read_bytes() == Path("from-output/bundle.json").read_bytes()


def test_rejected_blocks_are_mentioned(folder: Path) -> None:
    file = folder / "catalog" / "1.md"
    file.write_text(file.read_text(encoding="utf-8").replace("|Tactic |", "|Taktik |", 1), encoding="utf-8")
    assert run("jsonl", "-o", "out").stderr.splitlines()[0] == (
        "1 block of the pages cannot be read; `rulefold check` says why"
    )


def test_the_list_has_every_target_with_its_options(folder: Path) -> None:
    lines = run("--list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["TARGET", *TARGETS]
    assert "dialect=upstream|iso" in lines[1]


def test_targets_of_a_folder(folder: Path) -> None:
    (folder / "ours").mkdir()
    (folder / "ours" / "our_titles.py").write_text(GOOD, encoding="utf-8")
    result = run("our-titles", "-o", "out", "--targets", "ours", "--set", "end=|")
    assert result.exit_code == 0, result.output
    assert Path("out/titles.txt").read_text(encoding="utf-8") == "Scheduled one|Lacking one|Hunting one|"
    assert "our-titles" in run("--list", "--targets", "ours").stdout
    assert run("our-titles", "-o", "out", "--targets", "ours", "--set", "start=|").exit_code == 2
    assert run("our-titles", "-o", "out").exit_code == 2


def test_a_broken_target_is_told_without_a_traceback(folder: Path) -> None:
    (folder / "ours").mkdir()
    (folder / "ours" / "bad.py").write_text("1 / 0", encoding="utf-8")
    for arguments, code in ((("bad", "-o", "out", "--targets", "ours"), 2), (("--list", "--targets", "ours"), 1)):
        result = run(*arguments)
        assert result.exit_code == code
        assert "ours/bad.py: cannot be imported: ZeroDivisionError: division by zero" in result.stderr
        assert "Traceback" not in result.output
    assert run("stix", "-o", "out", "--targets", "ours").exit_code == 0  # it is not asked for


def test_list_filters_are_those_of_export() -> None:
    assert tuple(filters.FILTERS) == FILTERS


def test_a_file_in_the_way_is_told(folder: Path) -> None:
    Path("out").write_text("a file", encoding="utf-8")
    result = run("stix", "-o", "out")
    assert result.exit_code == 4
    assert Path("out").read_text(encoding="utf-8") == "a file"


def test_the_seed_is_written_as_a_saved_search(tmp_path: Path) -> None:
    result = run("sentinel-arm", str(ROOT / "catalog"), "-o", str(tmp_path / "out"))
    assert result.exit_code == 0
    (resource,) = json.loads((tmp_path / "out" / "template.json").read_text(encoding="utf-8"))["resources"]
    assert resource["name"] == f"[concat(parameters('workspace'), '/{SEED_ID}')]"
