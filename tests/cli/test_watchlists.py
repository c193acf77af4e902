"""`--watchlists` of the commands that look at queries: `_GetWatchlist` has the columns of its file."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rulefold.cli import main
from tests.cli.test_run import TABLES, id_of, page

URI = "https://example.org/users.csv"
RULES = (
    (id_of(1), "Listed", "_GetWatchlist('Vips')\n| where Tier == '1'\n| join kind=inner Signins on $left.SearchKey == "
     "$right.User\n| project User, Tier"),
    (id_of(2), "No column", "Signins | where User in ((_GetWatchlist('Vips') | project Level))"),
    (id_of(3), "Elsewhere", f"Signins | join kind=inner (externaldata(User: string)['{URI}']) on User"),
    (id_of(4), "Other case", "Signins | where User in ((_GetWatchlist('vips') | project User))"),
)  # fmt: skip
NOW = "2024-05-04T12:00:00Z"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("catalog", "lists"):
        (tmp_path / name).mkdir()
    (tmp_path / "catalog" / "rules.md").write_text(page(*RULES), encoding="utf-8")
    (tmp_path / "catalog" / "tables.yaml").write_text(TABLES, encoding="utf-8")
    (tmp_path / "lists" / "Vips.csv").write_text("Name,Tier\nada,1\neve,2\n", encoding="utf-8")
    (tmp_path / "external.yaml").write_text(f"{URI}: users.csv\n", encoding="utf-8")
    (tmp_path / "users.csv").write_text("mallory\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def called(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def told(*arguments: str) -> list[tuple[str, str, str]]:
    """The findings of `check` about watchlists."""
    result = called("check", "--format", "json", "--select", "RF711,RF712,RF720", *arguments)
    return [
        (one["code"], one["severity"], one["message"].split(",")[0]) for one in json.loads(result.stdout)["diagnostics"]
    ]


def test_check_tells_columns_that_a_watchlist_has_not() -> None:
    assert told() == [("RF712", "note", "found _GetWatchlist")]
    assert told("--watchlists", "lists") == [
        ("RF711", "error", "found Level"),
        ("RF720", "note", "found vips"),  # what a workspace lacks is no fault of a rule
    ]


def test_without_the_option_there_is_a_hint_at_it() -> None:
    result = called("check", "--select", "RF712")
    assert "help: --watchlists names a folder" in result.output


def test_build_compiles_what_reads_watchlists_and_remembers_which_columns_they_had(project: Path) -> None:
    statement = project / "output" / "sql" / "duckdb" / f"{id_of(1)}.sql"
    called("build")
    assert not statement.exists()
    first = called("build", "--watchlists", "lists")
    assert first.exit_code == 1
    assert "error RF711" in first.output
    assert 'FROM "watchlist $Vips"' in statement.read_text(encoding="utf-8")
    assert "0 written" in called("build", "--watchlists", "lists").output
    (project / "lists" / "Vips.csv").write_text("Name,Level\nada,1\n", encoding="utf-8")
    assert "found Tier" in called("build", "--watchlists", "lists").output
    assert not statement.exists()
    assert "RF711" not in called("build").output


def test_a_folder_in_the_settings(project: Path) -> None:
    (project / "rulefold.toml").write_text('watchlists = "lists"\n', encoding="utf-8")
    assert told() == told("--watchlists", "lists")
    assert called("events", "Listed", "--now", NOW).exit_code == 0


@pytest.mark.parametrize("command", [("check",), ("build",), ("events",), ("kql", "check", "query.kql")])
def test_what_cannot_be_read_is_a_usage_error(command: tuple[str, ...], project: Path) -> None:
    (project / "query.kql").write_text(RULES[0][2], encoding="utf-8")
    (project / "lists" / "watchlists.yaml").write_text("Vips: {search_key: Nowhere}\n", encoding="utf-8")
    result = called(*command, "--watchlists", "lists")
    assert result.exit_code == 2
    assert "Nowhere" in result.output
    assert called(*command, "--watchlists", "nowhere").exit_code == 2


def test_one_query_and_imported_rules(project: Path) -> None:
    (project / "query.kql").write_text("_GetWatchlist('Vips') | project-away _DTItemId", encoding="utf-8")
    result = called("kql", "check", "query.kql", "--watchlists", "lists", "--format", "json")
    columns = json.loads(result.stdout)["columns"]
    assert [one["name"] for one in columns] == ["LastUpdatedTimeUTC", "SearchKey", "Name", "Tier"]
    rule = (
        "id: 00000001-0000-4000-8000-000000000000\nname: A\nkind: Scheduled\nquery: _GetWatchlist('Vips') | where B\n"
    )
    (project / "rule.yaml").write_text(rule, encoding="utf-8")
    assert "RF711" in called("import", "rule.yaml", "-o", "imported", "--watchlists", "lists").output


def test_events_beside_watchlists_and_external_files(project: Path) -> None:
    result = called("events", "Listed", "--now", NOW, "--watchlists", "lists", "-o", "made")
    assert result.exit_code == 0, result.output
    found = called("run", "Listed", "--data", "made", "--now", NOW, "--watchlists", "lists", "--format", "json")
    assert json.loads(found.stdout) == [{"User": "ada", "Tier": "1"}]
    result = called("events", "Elsewhere", "--now", NOW, "--external", "external.yaml", "-o", "others")
    assert result.exit_code == 0, result.output
    assert "mallory" in (project / "others" / "Signins.jsonl").read_text(encoding="utf-8")
    without = called("events", "Elsewhere", "--now", NOW)
    assert without.exit_code == 1
    assert "RF751" in without.output


def test_an_empty_watchlist_fires_over_nothing(project: Path) -> None:
    (project / "lists" / "Vips.csv").write_text("Name,Tier\n", encoding="utf-8")
    result = called("events", "Listed", "--now", NOW, "--watchlists", "lists")
    assert result.exit_code == 1
    assert "found a table without rows" in result.output


def test_files_of_external_data_that_are_packed(project: Path) -> None:
    import gzip

    (project / "users.csv.gz").write_bytes(gzip.compress(b"mallory\n"))
    (project / "external.yaml").write_text(f"{URI}: users.csv.gz\n", encoding="utf-8")
    result = called("events", "Elsewhere", "--now", NOW, "--external", "external.yaml")
    assert result.exit_code == 0, result.output
