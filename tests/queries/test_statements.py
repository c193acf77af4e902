"""Statements of SQL that build writes."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from rulefold.chain import Build, build, output_files
from rulefold.inputs import Page, find_pages
from rulefold.kql.lower.duckdb.types import sql_type
from rulefold.kql.types import NAMES
from rulefold.workspace import Workspace, load

CATALOG = Path(__file__).parents[2] / "catalog"
SEED_ID = "55fbc363-6cc9-4201-bd68-d980b612082b"


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return load([CATALOG / "tables.yaml"], [])


class Kept:
    """A memory that may be closed to what is new."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], bytes] = {}
        self.closed = False

    def get(self, kind: str, key: str) -> bytes | None:
        return self.known.get((kind, key))

    def put(self, kind: str, key: str, value: bytes) -> None:
        assert not self.closed
        assert b"\n" not in value
        self.known[kind, key] = value


def pages(folder: Path, query: str) -> list[Page]:
    seed = next(CATALOG.glob("Rules*.md")).read_text(encoding="utf-8")
    block = seed.split("\n## ")[1].partition("```kql")[0]
    (folder / "page.md").write_text(f"# Rules\n\n## {block}```kql\n{query}\n```\n", encoding="utf-8")
    return list(find_pages([str(folder / "page.md")]))


def test_the_statement_of_the_seed_runs(workspace: Workspace) -> None:
    built = build(find_pages([str(CATALOG)]), workspace=workspace, dialect="duckdb")
    ((path, data),) = ((p, d) for p, d in output_files(built, ["sql"]).items() if p.startswith("sql/"))
    text = data.decode()
    assert path == f"sql/duckdb/{SEED_ID}.sql"
    head = text.splitlines()[:3]
    assert head[:2] == ["-- Azure VM Run Command linked with MDE", f"-- id: {SEED_ID}"]
    assert head[2].startswith("-- reads: AzureActivity, DeviceEvents")
    with duckdb.connect() as connection:
        for table, columns in workspace.tables.items():
            typed = ", ".join(f'"{name}" {sql_type(NAMES[kind]).sql("duckdb")}' for name, kind in columns.items())
            connection.execute(f'CREATE TABLE "{table}" ({typed})')
        assert connection.execute(text).fetchall() == []
        assert len(connection.description or ()) == 13


def test_a_query_that_is_not_run_is_told(tmp_path: Path, workspace: Workspace) -> None:
    built = build(pages(tmp_path, "AzureActivity\n| evaluate autocluster()"), workspace=workspace, dialect="duckdb")
    assert built.statements == {"duckdb": {}}
    (found,) = [one for one in built.diagnostics if one.code == "RF753"]
    assert found.message == "found autocluster, a plug-in that is not run"
    assert found.place is not None
    page = (tmp_path / "page.md").read_text(encoding="utf-8").splitlines()
    assert page[found.place.line - 1][found.place.column - 1 :] == "evaluate autocluster()"
    (detection,) = built.catalogue.detections
    assert "RF753" in [note.code for note in detection.notes]


def test_a_query_with_a_fault_is_told_with_it(tmp_path: Path, workspace: Workspace) -> None:
    built = build(pages(tmp_path, "AzureActivity | where Nothing == 1"), workspace=workspace, dialect="duckdb")
    told = {one.code: one.message for one in built.diagnostics}
    assert told["RF753"] == told["RF711"]


def test_statements_are_remembered_with_the_reasons_against_them(tmp_path: Path, workspace: Workspace) -> None:
    memo = Kept()
    given = pages(tmp_path, "AzureActivity\n| evaluate autocluster()")

    def built() -> list[Build]:
        both = (find_pages([str(CATALOG)]), given)
        return [build(one, workspace=workspace, memo=memo, dialect="duckdb") for one in both]

    first = built()
    memo.closed = True
    again = built()
    assert again == first


def test_without_tables_nothing_is_compiled(tmp_path: Path) -> None:
    built = build(pages(tmp_path, "print 1"), workspace=Workspace(), dialect="duckdb")
    assert built.statements == {}
    assert not [one for one in built.diagnostics if one.code == "RF753"]


def test_only_build_loads_what_writes_sql() -> None:
    script = (
        "import sys; from rulefold.chain import build; from rulefold.inputs import find_pages; "
        "from rulefold.workspace import load; from pathlib import Path; c = sys.argv[1]; d = sys.argv[2] or None; "
        "build(find_pages([c]), workspace=load([Path(c) / 'tables.yaml'], []), dialect=d); "
        "print([name for name in ('sqlglot', 'duckdb') if name in sys.modules])"
    )
    for dialect, loaded in (("", "[]"), ("duckdb", "['sqlglot']")):
        done = subprocess.run([sys.executable, "-c", script, str(CATALOG), dialect], capture_output=True, text=True)
        assert done.stdout.strip() == loaded, done.stderr


def test_nothing_is_compiled_unless_asked_for(workspace: Workspace) -> None:
    built = build(find_pages([str(CATALOG)]), workspace=workspace)
    assert built.statements == {}
    assert not [one for one in built.diagnostics if one.code == "RF753"]
