"""The commands as a person or a pipeline runs them: what they print where, and how they exit."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rulefold import targets
from rulefold.cli import main
from rulefold.cli.build import FORMATS

SEED = Path(__file__).parents[2] / "catalog" / "Rules_5587-5607.md"
SEED_ID = "55fbc363-6cc9-4201-bd68-d980b612082b"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the seed page in catalog/."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / SEED.name).write_bytes(SEED.read_bytes())
    return tmp_path


def run(*arguments: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, arguments, input=stdin)


def spoil(folder: Path) -> None:
    """Make one block of the seed page a reject: its first table gets a field that is none."""
    page = folder / "catalog" / SEED.name
    page.write_text(page.read_text(encoding="utf-8").replace("|Tactic |", "|Taktik |", 1), encoding="utf-8")


def test_build_prints_the_sum_of_blocks(folder: Path) -> None:
    result = run("build")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "20 entries + 0 rejects = 20 blocks on 1 page"
    assert json.loads(Path("output/catalogue.json").read_text(encoding="utf-8"))["counts"]["entries"] == 20


def test_build_writes_first_and_then_fails_for_a_reject(folder: Path) -> None:
    spoil(folder)
    result = run("build")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == "19 entries + 1 reject = 20 blocks on 1 page"
    assert "catalog/Rules_5587-5607.md:13:2: error RF104: found the field 'Taktik'" in result.stderr
    assert Path("output/catalogue.json").exists()
    assert b"|Taktik | LateralMovement|" in Path("output/rejects/Rules_5587-5607.md").read_bytes()


def test_check_of_the_output_writes_nothing(folder: Path) -> None:
    missing = run("build", "--check")
    assert missing.exit_code == 1
    assert not Path("output").exists()
    run("build")
    assert run("build", "--check").exit_code == 0
    page = Path(f"output/detections/{SEED_ID}.yaml")
    page.write_text(page.read_text(encoding="utf-8").replace("type: Hunting", "type: Analytics"), encoding="utf-8")
    stale = run("build", "--check")
    assert stale.exit_code == 1
    assert f"changed: output/detections/{SEED_ID}.yaml" in stale.stdout
    assert "  -type: Analytics\n  +type: Hunting\n" in stale.stdout
    assert "type: Analytics" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("build",), 0),
        (("build", "--strict"), 1),  # the seed has a note
        (("check",), 0),
        (("check", "--strict"), 1),
        (("check", "--strict", "--ignore", "RF3"), 1),  # the seed claims pairs that ATT&CK lacks
        (("check", "--strict", "--ignore", "RF3,RF4,RF7"), 0),
        (("check", "--attack", "18.1"), 0),
        (("check", "--attack", "12"), 2),
        (("check", "--strict", "--select", "RF1"), 0),
        (("check", "--select", "RFX"), 2),
        (("build", "--check", "-o", "elsewhere"), 1),
        (("build", "nowhere.md"), 2),
        (("build", "--format", "xml"), 2),
        (("build", "--on-conflict", "guess"), 2),
        (("fold",), 2),
        (("show", "no such rule"), 2),
        (("explain", "RF999"), 2),
        (("explain", "rf104"), 0),
        (("explain", "unknown-field"), 0),
        (("list", "--tactic", "nonsense"), 0),
        (("--help",), 0),
        (("--version",), 0),
    ],
)
def test_exit_code(folder: Path, arguments: tuple[str, ...], expected: int) -> None:
    result = run(*arguments)
    assert result.exit_code == expected, result.output
    assert "Traceback" not in result.output


def test_a_missing_path_and_an_empty_folder_are_told_and_nothing_is_written(folder: Path) -> None:
    (folder / "empty").mkdir()
    for argument, message in (("nowhere", "nowhere: no such file or folder"), ("empty", "no pages in empty")):
        result = run("build", argument)
        assert result.exit_code == 2
        assert message in result.stderr
        assert result.stdout == ""
        assert not Path("output").exists()


def test_without_a_catalogue_the_message_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("check")
    assert result.exit_code == 2
    assert "name the pages, or run this where catalog/ is" in result.stderr


def test_the_disk_has_an_exit_code_of_its_own(folder: Path) -> None:
    Path("output").write_text("a file where the folder should be", encoding="utf-8")
    result = run("build")
    assert result.exit_code == 4
    assert "output" in result.stderr
    assert "Traceback" not in result.stderr
    assert Path("output").read_text(encoding="utf-8") == "a file where the folder should be"


def test_a_bug_has_an_exit_code_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rulefold.reading.read_blocks", lambda _source: 1 / 0)
    result = run("build")
    assert result.exit_code == 3
    assert "this is a bug of rulefold" in result.stderr
    assert not Path("output").exists()


def test_formats_select_what_is_written(folder: Path) -> None:
    assert tuple(targets.FORMATS) == FORMATS
    run("build", "--format", "kql,json")
    written = sorted(path.relative_to("output").as_posix() for path in Path("output").rglob("*") if path.is_file())
    assert written == ["catalogue.json", "diagnostics.json", f"kql/{SEED_ID}.kql", "manifest.json"]


def test_standard_input_is_a_page(folder: Path) -> None:
    result = run("build", "-", stdin=SEED.read_bytes())
    assert result.exit_code == 0
    detection = json.loads(Path("output/catalogue.json").read_text(encoding="utf-8"))["detections"][0]
    assert detection["sources"] == [{"page": "<stdin>", "lines": [[3, 1361]]}]


def test_check_as_json_names_the_place(folder: Path) -> None:
    spoil(folder)
    result = run("check", "--format", "json", "--select", "RF104")
    [diagnostic] = json.loads(result.stdout)["diagnostics"]
    assert diagnostic == {
        "code": "RF104",
        "severity": "error",
        "message": "found the field 'Taktik', expected one of the fourteen; is Tactic meant?",
        "file": "catalog/Rules_5587-5607.md",
        "line": 13,
        "column": 2,
    }
    assert result.stderr == ""


def test_check_as_github_annotations(folder: Path) -> None:
    spoil(folder)
    lines = run("check", "--format", "github").stdout.splitlines()
    assert lines[0].startswith("::error file=catalog/Rules_5587-5607.md,line=13,col=2,title=RF104::found the field")


@pytest.mark.parametrize(
    ("arguments", "is_listed"),
    [
        ((), True),
        (("--tactic", "lateralmovement"), True),
        (("--tactic", "Impact"), False),
        (("--technique", "T1078"), True),  # T1078.004 is a sub-technique of it
        (("--technique", "T1570.001"), False),
        (("--platform", "saas", "--platform", "nonsense"), True),  # any of them
        (("--platform", "SaaS", "--connector", "Office365"), False),  # both of them
        (("--data-type", "DeviceEvents"), True),
        (("--type", "Analytics"), False),
        (("--severity", "High"), False),
    ],
)
def test_list_filters(folder: Path, arguments: tuple[str, ...], is_listed: bool) -> None:
    listed = json.loads(run("list", "--format", "json", *arguments).stdout)
    assert [detection["id"] for detection in listed] == ([SEED_ID] if is_listed else [])


def test_list_as_csv_holds_no_formula(folder: Path) -> None:
    page = folder / "catalog" / SEED.name
    text = page.read_text(encoding="utf-8").replace("## Azure VM", "## =cmd|'/c calc'!A0 VM")
    page.write_text(text, encoding="utf-8")
    row = run("list", "--format", "csv").stdout.splitlines()[1]
    assert "'=cmd|'" in row
    assert ",=cmd" not in row


@pytest.mark.parametrize("source", [(), ("catalog",), ("output",), ("output/catalogue.json",)])
@pytest.mark.parametrize(
    "name", [SEED_ID, SEED_ID.upper(), "55fb", "Azure VM Run Command linked with MDE", "run command"]
)
def test_show_finds_a_detection(folder: Path, name: str, source: tuple[str, ...]) -> None:
    run("build")
    shown = run("show", name, *source)
    assert shown.exit_code == 0
    assert shown.stdout == Path(f"output/detections/{SEED_ID}.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("form", "file"), [("kql", "kql/{}.kql"), ("markdown", "detections/{}.md")])
def test_show_in_other_formats(folder: Path, form: str, file: str) -> None:
    run("build")
    assert run("show", "55fb", "--format", form).stdout == Path("output", file.format(SEED_ID)).read_text(
        encoding="utf-8"
    )


def test_show_links_to_a_twin(folder: Path) -> None:
    page = folder / "catalog" / SEED.name
    twin = page.read_text(encoding="utf-8").replace(SEED_ID, "66" + SEED_ID[2:]).replace("MDELinked", "Other")
    (folder / "catalog" / "Rules_1.md").write_text(twin.replace("## Azure VM", "## Twin VM"), encoding="utf-8")
    run("build")
    shown = run("show", "55fb", "--format", "markdown")
    assert shown.exit_code == 0
    assert f"- [Twin VM Run Command linked with MDE](66{SEED_ID[2:]}.md)" in shown.stdout
    assert shown.stdout == Path(f"output/detections/{SEED_ID}.md").read_text(encoding="utf-8")


def test_show_tells_what_a_name_could_mean(folder: Path) -> None:
    page = folder / "catalog" / SEED.name
    other = page.read_text(encoding="utf-8").replace(SEED_ID, "66" + SEED_ID[2:]).replace("MDELinked", "Other")
    (folder / "catalog" / "Rules_1.md").write_text(other.replace("## Azure VM", "## Another VM"), encoding="utf-8")
    result = run("show", "VM Run Command")
    assert result.exit_code == 2
    assert "2 detections are named like this" in result.stderr
    assert f"{SEED_ID}  Azure VM Run Command" in result.stderr


def test_a_broken_catalogue_is_told(folder: Path) -> None:
    Path("output").mkdir()
    Path("output/catalogue.json").write_text('{"rulefold": "0", "detections": [{"id": 7}]}', encoding="utf-8")
    result = run("list", "output")
    assert result.exit_code == 2
    assert "output/catalogue.json: not a catalogue: detections.0.id:" in result.stderr


def test_schema_is_the_one_that_is_written(folder: Path) -> None:
    run("build")
    assert run("schema").stdout == Path("output/catalogue.schema.json").read_text(encoding="utf-8")


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rulefold", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | environment)


def test_no_colour_and_no_escapes_where_there_is_no_terminal(folder: Path) -> None:
    spoil(folder)
    for arguments in (("build",), ("check",), ("list",), ("explain", "RF104")):
        done = process(*arguments)
        assert "\x1b" not in done.stdout + done.stderr


def test_what_a_page_holds_does_not_steer_the_terminal(folder: Path) -> None:
    page = folder / "catalog" / SEED.name
    text = page.read_text(encoding="utf-8").replace("|Tactic |", "|Tac\x1b[2J\u202etic |", 1)
    page.write_text(text, encoding="utf-8")
    done = process("check")
    assert "\x1b" not in done.stderr
    assert "\u202e" not in done.stderr
    assert "\\u001b[2J" in done.stderr


def test_a_reader_that_leaves_is_no_error(folder: Path) -> None:
    command = f"{sys.executable} -m rulefold show 55fb --format json | head -n 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert done.stdout == "{\n"
    assert done.stderr == ""
    assert done.returncode == 0


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, rulefold.cli; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "rulefold.cli" in loaded
    assert not {"pydantic", "markdown_it", "ruamel.yaml", "rulefold.model"} & set(loaded)
