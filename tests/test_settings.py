"""Settings: what the file may say, what is refused with its key, and what they change."""

import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from ruamel.yaml import YAML

from rulefold.cli import main
from rulefold.diagnostics import Diagnostic, Severity
from rulefold.settings import Policy, Settings, SettingsError, load
from tests.conftest import ROOT

SEED = ROOT / "catalog" / "Rules_5587-5607.md"
KEY = "55fbc363-6cc9-4201-bd68-d980b612082b"
TODAY = date(2026, 6, 15)
EXEMPT = f'[[exempt]]\nid = "{KEY.upper()}"\ncodes = ["RF402"]\nreason = "known"\n'


def policy(folder: Path, text: str, name: str = "rulefold.toml") -> Policy:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return load(file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('frmats = ["json"]', "found the key frmats, expected one of pages, output, formats, ignore, error, exempt"),
        ("pages = 3", "pages: Input should be a valid"),
        ('ignore = ["RF9"]', "ignore.1: found 'RF9', which begins no code"),
        ('error = [""]', "error.1: found ''"),
        ("[[exempt]]\nid = 'a'\ncodes = ['RF4']\n", "exempt.1.reason: Field required"),
        ("[[exempt]]\nid = 'a'\ncodes = []\nreason = 'x'", "exempt.1.codes: "),
        ("[[exempt]]\nid = 'a'\ncodes = ['RF4']\nreason = ''", "exempt.1.reason: "),
        (EXEMPT + "[[exempt]]\nid = 'a'\ncode = 'RF4'\nreason = 'x'", "exempt.2.code"),
        (EXEMPT + 'until = "soon"', "exempt.1.until: "),
        ("x = 1\npages = [", "rulefold.toml: "),
        ("a = 1\na = 2\nb = 3", "Cannot overwrite a value (at line 2, column 6)"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(message)):
        policy(tmp_path, text)


def test_bytes_that_are_no_text_and_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "rulefold.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="can't decode"):
        load(file)
    file.write_bytes(b'\xef\xbb\xbfattack = "18.1"\n')
    assert load(file).settings.attack == "18.1"


def test_the_table_of_a_project(tmp_path: Path) -> None:
    text = '[project]\nname = "x"\n[tool.rulefold]\nattack = "18.1"\n' + EXEMPT.replace(
        "[[exempt", "[[tool.rulefold.exempt"
    )
    found = policy(tmp_path, text, "pyproject.toml")
    assert found.settings.attack == "18.1"
    assert found.lines == (5,)
    assert policy(tmp_path, '[project]\nname = "tool.rulefold"', "pyproject.toml").settings == Settings()


def finding(code: str, detection: str | None = KEY, severity: Severity = Severity.WARNING) -> Diagnostic:
    return Diagnostic(code, severity, "found", detection=detection)


def judged(folder: Path, text: str, *diagnostics: Diagnostic, complete: bool = True) -> list[tuple[str, str]]:
    found = policy(folder, text).judged(diagnostics, TODAY, complete=complete)
    return [(one.code, str(one.severity)) for one in found]


def test_codes_that_are_ignored_and_codes_that_are_errors(tmp_path: Path) -> None:
    text = 'ignore = ["RF3"]\nerror = ["RF402", "RF30"]'
    told = judged(tmp_path, text, finding("RF304"), finding("RF402"), finding("RF403"))
    assert told == [("RF402", "error"), ("RF403", "warning")]


@pytest.mark.parametrize(
    ("until", "told"),
    [
        ("", []),
        ("until = 2026-06-15", []),
        ("until = 2027-01-01", []),
        ("until = 2026-06-14", [("RF402", "warning"), ("RF601", "warning")]),
    ],
)
def test_an_exemption_holds_until_its_last_day(tmp_path: Path, until: str, told: list[tuple[str, str]]) -> None:
    assert judged(tmp_path, EXEMPT + until, finding("RF402")) == told


def test_an_exemption_is_about_one_detection_and_its_codes(tmp_path: Path) -> None:
    others = [finding("RF402", "other"), finding("RF402", None), finding("RF403")]
    assert [code for code, _ in judged(tmp_path, EXEMPT, finding("RF402"), *others)] == ["RF402", "RF402", "RF403"]


def test_an_exemption_that_is_about_nothing_is_told_where_all_is_told(tmp_path: Path) -> None:
    assert judged(tmp_path, EXEMPT, finding("RF403")) == [("RF403", "warning"), ("RF602", "note")]
    assert judged(tmp_path, EXEMPT, finding("RF403"), complete=False) == [("RF403", "warning")]
    (told,) = policy(tmp_path, "\n" + EXEMPT).judged([], TODAY, complete=True)
    assert told.place
    assert told.place.line == 2


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the seed page in rules/."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / SEED.name).write_bytes(SEED.read_bytes())
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def write(text: str, name: str = "rulefold.toml") -> None:
    Path(name).write_text(text, encoding="utf-8")


def test_paths_and_formats_are_defaults_that_options_go_before(folder: Path) -> None:
    write('pages = ["rules"]\noutput = "out"\nformats = ["json", "kql"]')
    assert run("build").exit_code == 0
    assert {path.name for path in Path("out").iterdir()} == {
        "catalogue.json",
        "kql",
        "diagnostics.json",
        "manifest.json",
    }
    assert run("build", "--format", "json", "-o", "else").exit_code == 0
    assert not Path("else/kql").exists()
    assert "LateralMovement" in run("show", "run command").stdout
    assert run("coverage", "--format", "json").exit_code == 0
    assert Path("out/coverage/coverage.json").exists()


def test_findings_are_told_as_the_settings_say(folder: Path) -> None:
    write('pages = ["rules"]\nignore = ["RF3", "RF401", "RF403", "RF408", "RF7"]\n')
    assert run("check", "--strict").exit_code == 1
    write(f'pages = ["rules"]\nignore = ["RF3", "RF401", "RF403", "RF408", "RF7"]\n{EXEMPT}')
    quiet = run("check", "--strict")
    assert quiet.exit_code == 0, quiet.output
    write('pages = ["rules"]\nerror = ["RF304"]\n')
    failed = run("build")
    assert failed.exit_code == 1
    assert "error RF304" in failed.stderr
    assert Path("output/catalogue.json").exists()


def test_settings_change_no_file(folder: Path) -> None:
    run("build", "rules", "-o", "plain")
    write('ignore = ["RF"]')
    run("build", "rules", "-o", "quiet")
    plain, quiet = (sorted(path.read_bytes() for path in Path(name).rglob("*.*")) for name in ("plain", "quiet"))
    assert plain == quiet


def test_a_file_that_is_named_and_one_that_is_wrong(folder: Path) -> None:
    (folder / "sub").mkdir()
    write('pages = ["../rules"]', "sub/our.toml")
    assert run("--config", "sub/our.toml", "check").exit_code == 0
    assert run("--config", "nowhere.toml", "check").exit_code == 2
    write("pagse = 1")
    wrong = run("check", "rules")
    assert wrong.exit_code == 2
    assert "rulefold.toml: found the key pagse" in wrong.stderr
    assert run("--help").exit_code == 0


def test_unknown_formats_and_attack_versions_are_refused_as_on_the_command_line(folder: Path) -> None:
    write('pages = ["rules"]\nformats = ["xml"]\nattack = "12"')
    assert "expected some of" in run("build").stderr
    assert "found neither an ATT&CK version" in run("check").stderr


def test_the_readme_shows_settings_that_are_read(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```toml\n(.*?)```", readme, re.DOTALL)
    found = policy(tmp_path, text).settings
    assert {name for name, value in found if value} == set(Settings.model_fields)


def test_hooks_and_the_workflow_call_commands_that_there_are() -> None:
    hooks = YAML(typ="safe").load(ROOT / ".pre-commit-hooks.yaml")
    workflow = YAML(typ="safe").load(ROOT / "docs" / "github-workflow.yaml")
    steps = [step.get("run", "") for step in workflow["jobs"]["rules"]["steps"]]
    lines = [hook["entry"] for hook in hooks] + [line for step in steps for line in step.splitlines()]
    called = [line.split(" >")[0].split()[1:] for line in lines if line.startswith("rulefold ")]
    assert len(called) == 7
    for words in called:
        names = [word for word in words if not word.startswith("-")]
        command = names[:2] if names[:2] == ["coverage", "diff"] else names[:1]
        told = run(*command, "--help").stdout
        assert all(option in told for option in words if option.startswith("--")), words
