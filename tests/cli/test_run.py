"""`rulefold run`: what detections find in a folder of tables."""

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests import pages_text, seed_events
from tests.conftest import ROOT

ID = "55fbc363-6cc9-4201-bd68-d980b612082b"
TITLE = "Azure VM Run Command linked with MDE"
TABLES = "Signins:\n  TimeGenerated: datetime\n  User: string\n  Tries: long\n  Took: timespan\n  Extra: dynamic\n"
SIGNINS = [
    {
        "TimeGenerated": "2024-05-04T12:00:00Z",
        "User": "ada",
        "Tries": 3,
        "Took": "00:00:01.5",
        "Extra": '{"ip": "::1"}',
    },
    {"TimeGenerated": "2024-05-03T12:00:00Z", "User": "=bob", "Tries": 12, "Took": "1.00:00:00", "Extra": "text"},
]


def page(*rules: tuple[str, str, str]) -> str:
    """A page with a rule for each (id, title, query)."""
    blocks = (
        pages_text.block(title, query=query, id=id_, url=f"https://example.org/{id_}.yaml")
        for id_, title, query in rules
    )
    return pages_text.page(*blocks)


def id_of(number: int) -> str:
    return f"{number:08}-0000-4000-8000-000000000000"


RULES = (
    (
        id_of(1),
        "Many tries",
        "Signins | where Tries > 2 | project TimeGenerated, User, Tries, Took, Extra\n| sort by User",
    ),
    (id_of(2), "many tries", "Signins | summarize Tries = sum(Tries) by Ok = Extra.ip == '::1'\n| sort by Tries asc"),
    (id_of(3), "Of the last day", "Signins | where TimeGenerated > ago(1d) | project User"),
    (id_of(4), "A table that is not there", "Signins\n| join (Nowhere) on User"),
    (id_of(5), "Nobody", "Signins | where User == 'eve' | project User"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "tables.yaml").write_text(TABLES, encoding="utf-8")
    (tmp_path / "catalog" / "page.md").write_text(page(*RULES), encoding="utf-8")
    seed_events.write({"Signins": SIGNINS}, tmp_path / "data")
    return tmp_path


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seeded")
    (folder / "catalog").symlink_to(ROOT / "catalog")
    seed_events.write(seed_events.firing(), folder / "data")
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rulefold", "run", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8")


def rows(folder: Path, *arguments: str) -> object:
    done = run(folder, *arguments, "--data", "data", "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", [ID, ID.upper(), TITLE, "run command"])
def test_the_seed_fires_once_with_all_its_columns(name: str, seeded: Path) -> None:
    found = rows(seeded, name)
    assert found == [seed_events.ROW]
    assert isinstance(found, list)
    assert list(found[0]) == list(seed_events.ROW)


@pytest.mark.parametrize("how", seed_events.SILENCED)
def test_the_seed_does_not_fire(how: str, seeded: Path) -> None:
    name = how.replace(" ", "-")
    seed_events.write(seed_events.silenced(how), seeded / name)
    done = run(seeded, ID, "--data", name, "--format", "json")
    assert (done.returncode, json.loads(done.stdout), done.stderr) == (0, [], "")


def test_a_catalogue_an_output_folder_and_an_id_with_its_pages(seeded: Path) -> None:
    assert rows(seeded, "catalog") == rows(seeded) == {ID: [seed_events.ROW]}
    assert rows(seeded, str(ROOT / "output"), "--tables", "catalog/tables.yaml") == {ID: [seed_events.ROW]}
    assert rows(seeded, "catalog", ID) == [seed_events.ROW]


def test_json_of_every_type(folder: Path) -> None:
    assert rows(folder, "Many tries") == [
        {"TimeGenerated": "2024-05-04T12:00:00Z", "User": "ada", "Tries": 3, "Took": "00:00:01.5000000",
         "Extra": {"ip": "::1"}},
        {"TimeGenerated": "2024-05-03T12:00:00Z", "User": "=bob", "Tries": 12, "Took": "1.00:00:00", "Extra": "text"},
    ]  # fmt: skip


def test_a_title_is_first_what_it_is_to_the_letter(folder: Path) -> None:
    assert rows(folder, "many tries") == [{"Ok": True, "Tries": 3}, {"Ok": False, "Tries": 12}]
    done = run(folder, "MANY TRIES", "--data", "data")
    assert done.returncode == 2
    assert "2 detections are named like this" in done.stderr
    assert id_of(1) in done.stderr


def test_a_name_that_is_none(folder: Path) -> None:
    done = run(folder, "Many trees", "--data", "data")
    assert done.returncode == 2
    assert "no detection has this id or title; expected one of" in done.stderr
    assert "many tries" in done.stderr.lower()


def test_several_and_the_time_at_which_they_run(folder: Path) -> None:
    found = rows(folder, "Of the last day", id_of(5), "--now", "2024-05-05T00:00:00Z")
    assert found == {id_of(3): [{"User": "ada"}], id_of(5): []}
    assert rows(folder, "Of the last day", "--now", "2024-05-06") == []
    assert run(folder, id_of(3), "--data", "data", "--now", "today").returncode == 2


def test_json_lines(folder: Path) -> None:
    alone = run(folder, "many tries", "--data", "data", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line) for line in alone] == [{"Ok": True, "Tries": 3}, {"Ok": False, "Tries": 12}]
    several = run(folder, "many tries", id_of(5), "--data", "data", "--format", "jsonl").stdout.splitlines()
    assert json.loads(several[0]) == {"detection": id_of(2), "row": {"Ok": True, "Tries": 3}}
    assert len(several) == 2


def test_csv_runs_nothing_in_a_spreadsheet(folder: Path) -> None:
    done = run(folder, "Many tries", "--data", "data", "--format", "csv")
    assert done.stdout.splitlines() == [
        "TimeGenerated,User,Tries,Took,Extra",
        '2024-05-04T12:00:00Z,ada,3,00:00:01.5000000,"{""ip"": ""::1""}"',
        "2024-05-03T12:00:00Z,'=bob,12,1.00:00:00,text",
    ]


def test_files_of_several_are_in_a_folder(folder: Path) -> None:
    names = ("many tries", id_of(5))
    assert run(folder, *names, "--data", "data", "--format", "csv").returncode == 2
    assert run(folder, *names, "--data", "data", "--format", "csv", "-o", "found").returncode == 0
    assert sorted(path.name for path in (folder / "found").iterdir()) == [f"{id_of(2)}.csv", f"{id_of(5)}.csv"]
    assert (folder / "found" / f"{id_of(5)}.csv").read_text(encoding="utf-8") == "User\n"


def test_parquet(folder: Path) -> None:
    assert run(folder, "Many tries", "--data", "data", "--format", "parquet").returncode == 2
    done = run(folder, "Many tries", "--data", "data", "--format", "parquet", "-o", "found.parquet")
    assert (done.returncode, done.stderr) == (0, "")
    query = "SELECT epoch(TimeGenerated), \"User\", Tries, Took, Extra FROM 'found.parquet' ORDER BY Tries"
    found = duckdb.connect().execute(query.replace("found.parquet", str(folder / "found.parquet"))).fetchall()
    assert found == [
        (1714824000.0, "ada", 3, "00:00:01.5000000", '{"ip":"::1"}'),
        (1714737600.0, "=bob", 12, "1.00:00:00", '"text"'),
    ]


def test_a_file_of_parquet_is_written_anew(folder: Path) -> None:
    (folder / "found.parquet").write_text("another file", encoding="utf-8")
    arguments = ("Many tries", "--data", "data", "--format", "parquet", "-o")
    for _ in range(2):
        done = run(folder, *arguments, "found.parquet")
        assert (done.returncode, done.stderr) == (0, "")
        assert len(duckdb.read_parquet(str(folder / "found.parquet"))) == 2
    done = run(folder, *arguments, "nowhere/found.parquet")
    assert done.returncode == 4
    assert done.stderr == "rulefold: nowhere/found.parquet: No such file or directory\n"


def test_tables_for_people(folder: Path) -> None:
    done = run(folder, "many tries", "--data", "data")
    assert done.stdout.splitlines() == ["Ok     Tries", "true       3", "false     12"]
    assert done.stderr == "many tries: 2 rows\n"
    wide = run(folder, "Many tries", "--data", "data").stdout.splitlines()
    assert max(map(len, wide)) <= 80
    assert run(folder, "Nobody", "--data", "data").stdout == ""


def test_what_cannot_be_run_is_told_at_its_place_and_the_others_are_run(folder: Path) -> None:
    done = run(folder, "--data", "data", "--format", "json", "--now", "2024-05-05")
    assert done.returncode == 1
    assert set(json.loads(done.stdout)) == {id_of(1), id_of(2), id_of(3), id_of(5)}
    lines = (folder / "catalog" / "page.md").read_text(encoding="utf-8").splitlines()
    line = 1 + next(n for n, text in enumerate(lines) if "Nowhere" in text)
    assert done.stderr.splitlines()[:3] == [
        f"catalog/page.md:{line}:9: error RF710: found Nowhere, which is no known table",
        "    | join (Nowhere) on User",
        "            ^",
    ]
    assert "data has no file or folder of this name" in done.stderr


def test_tables_that_are_not_there_or_of_which_nothing_is_stated(folder: Path) -> None:
    (folder / "data" / "Signins.jsonl").unlink()
    done = run(folder, "many tries", "--data", "data", "--format", "json")
    assert (done.returncode, json.loads(done.stdout)) == (0, [])
    assert done.stderr == "Signins is empty: data has no file or folder of this name\n"
    (folder / "catalog" / "tables.yaml").unlink()
    seed_events.write({"Signins": SIGNINS, "Other": []}, folder / "data")
    done = run(folder, id_of(3), id_of(5), "--data", "data", "--format", "json", "--now", "2024-05-05")
    assert json.loads(done.stdout)[id_of(3)] == [{"User": "ada"}]
    assert done.stderr == (
        "Signins has columns whose types no file states, found: TimeGenerated datetime, User string, Tries long, "
        "Took string, Extra string\n"
    )


def test_data_that_cannot_be_read(folder: Path) -> None:
    (folder / "data" / "Signins.jsonl").write_text('{"User": "ada"}\n{"User"\n', encoding="utf-8")
    done = run(folder, "many tries", "--data", "data")
    assert done.returncode == 1
    assert "error RF752" in done.stderr
    assert "data/Signins.jsonl:2: Malformed JSON" in done.stderr
    assert "Traceback" not in done.stderr


def test_limits(folder: Path) -> None:
    query = "range x from 1 to 10000000000 step 1 | summarize max(x)"
    (folder / "catalog" / "page.md").write_text(page((id_of(6), "Endless", query)), encoding="utf-8")
    done = run(folder, "Endless", "--data", "data", "--timeout", "500ms", "--memory", "256MB", "--threads", "1")
    assert done.returncode == 1
    assert "the run took longer than its limit of 0.5 seconds" in done.stderr
    for option, value in (("--memory", "much"), ("--timeout", "soon"), ("--threads", "0"), ("--data", "nowhere")):
        assert run(folder, "Endless", "--data", "data", option, value).returncode == 2


def test_explain_prints_the_sql_and_the_plan(folder: Path) -> None:
    done = run(folder, "many tries", "--data", "data", "--explain")
    assert done.returncode == 0
    assert done.stdout.startswith(f"-- {id_of(2)}  many tries\nWITH ")
    assert "/* summarize Tries = sum(Tries) by Ok = Extra.ip == '::1' */" in done.stdout
    assert "READ_JSON" in done.stdout


def test_settings_name_pages_and_tables(folder: Path) -> None:
    (folder / "catalog").rename(folder / "rules")
    text = 'pages = ["rules"]\ntables = ["rules/tables.yaml"]\n'
    (folder / "rulefold.toml").write_text(text, encoding="utf-8")
    assert rows(folder, "many tries") == [{"Ok": True, "Tries": 3}, {"Ok": False, "Tries": 12}]


def test_watchlists(folder: Path) -> None:
    query = "Signins | where User in ((_GetWatchlist('Vips') | project SearchKey)) | project User, Tries"
    wrong = "Signins | where User in ((_GetWatchlist('VIPs') | project SearchKey))"
    rules = ((id_of(1), "Vips", query), (id_of(2), "Others", wrong), (id_of(3), "All", "Signins | count"))
    (folder / "catalog" / "page.md").write_text(page(*rules), encoding="utf-8")
    lists = folder / "lists"
    lists.mkdir()
    (lists / "Vips.csv").write_text("Dept,Name\nR,ada\n", encoding="utf-8")
    (lists / "notes.md").write_text("no watchlist", encoding="utf-8")
    done = run(folder, "Vips", "--data", "data", "--format", "json")
    assert (done.returncode, "RF712" in done.stderr) == (1, True)
    assert "--watchlists names a folder" in done.stderr
    assert rows(folder, "Vips", "--watchlists", "lists") == []
    (lists / "watchlists.yaml").write_text("Vips:\n  search_key: Name\n", encoding="utf-8")
    assert rows(folder, "Vips", "--watchlists", "lists") == [{"User": "ada", "Tries": 3}]
    done = run(folder, "Others", "--data", "data", "--watchlists", "lists")
    assert done.returncode == 1
    assert "error RF720: found VIPs, which is no watchlist" in done.stderr
    assert "there is Vips" in done.stderr
    (lists / "Broken.csv").write_text("a,a\n", encoding="utf-8")
    assert rows(folder, "All", "--watchlists", "lists") == [{"Count": 2}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Nope: {search_key: a}", "found Nope, of which there is no file of CSV beside it"),
        ("Vips: Name", "found something else of Vips than `search_key: column`"),
        ("[Vips]", "found list, expected aliases"),
        ("Vips: {", "no YAML"),
    ],
)
def test_watchlists_that_are_stated_wrongly(text: str, message: str, folder: Path) -> None:
    (folder / "data" / "Vips.csv").write_text("Name\nada\n", encoding="utf-8")
    (folder / "data" / "watchlists.yaml").write_text(text, encoding="utf-8")
    done = run(folder, "--data", "data", "--watchlists", "data")
    assert done.returncode == 2
    assert message in done.stderr
    assert run(folder, "--data", "data", "--watchlists", "nowhere").returncode == 2


def test_files_that_stand_for_external_data(folder: Path) -> None:
    uri = "https://example.org/known.csv"
    query = f"let known = externaldata(User: string) ['{uri}'];\nSignins | where User in (known) | project User"
    (folder / "catalog" / "page.md").write_text(page((id_of(1), "Known", query)), encoding="utf-8")
    refused = run(folder, "Known", "--data", "data")
    assert refused.returncode == 1
    assert f"found externaldata of {uri}, and no file that stands for it" in refused.stderr
    (folder / "lists").mkdir()
    (folder / "lists" / "known.csv").write_text("ada\n", encoding="utf-8")
    (folder / "lists" / "map.yaml").write_text(f"{uri}: known.csv\n", encoding="utf-8")
    done = run(folder, "Known", "--data", "data", "--external", "lists/map.yaml", "--format", "json")
    assert json.loads(done.stdout) == [{"User": "ada"}]
    (folder / "lists" / "map.yaml").write_text("- known.csv\n", encoding="utf-8")
    wrong = run(folder, "Known", "--data", "data", "--external", "lists/map.yaml")
    assert wrong.returncode == 2
    assert "found no mapping of texts, expected the path of a file for each URI" in wrong.stderr
