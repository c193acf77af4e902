"""Statements of SQL that build writes."""

from pathlib import Path

import duckdb
import pytest

from rulefold.chain import build
from rulefold.inputs import Page, find_pages
from rulefold.kql.lower.duckdb.types import sql_type
from rulefold.kql.types import NAMES
from rulefold.workspace import Workspace, load

CATALOG = Path(__file__).parents[2] / "catalog"
SEED_ID = "55fbc363-6cc9-4201-bd68-d980b612082b"


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return load([CATALOG / "tables.yaml"], [])


def pages(folder: Path, query: str) -> list[Page]:
    seed = next(CATALOG.glob("Rules*.md")).read_text(encoding="utf-8")
    block = seed.split("\n## ")[1].partition("```kql")[0]
    (folder / "page.md").write_text(f"# Rules\n\n## {block}```kql\n{query}\n```\n", encoding="utf-8")
    return list(find_pages([str(folder / "page.md")]))


def test_the_statement_of_the_seed_runs(workspace: Workspace) -> None:
    built = build(find_pages([str(CATALOG)]), workspace=workspace, sql=True)
    ((path, text),) = built.statements.items()
    assert path == f"sql/duckdb/{SEED_ID}.sql"
    assert text.startswith(f"-- {SEED_ID} Azure VM Run Command linked with MDE\n-- Reads AzureActivity, DeviceEvents")
    with duckdb.connect() as connection:
        for table, columns in workspace.tables.items():
            typed = ", ".join(f'"{name}" {sql_type(NAMES[kind]).sql("duckdb")}' for name, kind in columns.items())
            connection.execute(f'CREATE TABLE "{table}" ({typed})')
        assert connection.execute(text).fetchall() == []
        assert len(connection.description or ()) == 13


def test_a_query_that_is_not_run_is_told(tmp_path: Path, workspace: Workspace) -> None:
    built = build(pages(tmp_path, "AzureActivity\n| evaluate autocluster()"), workspace=workspace, sql=True)
    assert built.statements == {}
    (found,) = [one for one in built.diagnostics if one.code == "RF753"]
    assert found.message == "found autocluster, a plug-in that is not run (at 2:3 of the query)"
    assert found.place is not None
    assert (found.place.line, found.place.column) == (3, 1)


def test_nothing_is_compiled_unless_asked_for(workspace: Workspace) -> None:
    built = build(find_pages([str(CATALOG)]), workspace=workspace)
    assert built.statements == {}
    assert not [one for one in built.diagnostics if one.code == "RF753"]
