"""Tables and functions of a workspace, from files of every form."""

from pathlib import Path

import pytest

from rulefold.kql import analyse
from rulefold.workspace import WorkspaceError, load, read

TABLE = {"SigninLogs": {"TimeGenerated": "datetime", "User Name": "string"}}
FORMS = {
    "tables.yaml": "# ours\nSigninLogs:\n  TimeGenerated: datetime\n  'User Name': string\n",
    "plain.yaml": "SigninLogs:  # a comment\n  TimeGenerated: datetime\n\n  User_Name: string\n",
    "tables.json": '{"SigninLogs": {"TimeGenerated": "datetime", "User Name": "string"}}',
    "lists.json": '{"SigninLogs": [["TimeGenerated", "datetime"], ["User Name", "string"]]}',
    "SigninLogs.csv": "ColumnName,ColumnOrdinal,DataType,ColumnType\n"
    "TimeGenerated,0,System.DateTime,datetime\nUser Name,1,System.String,string\n",
}


@pytest.mark.parametrize(("name", "text"), FORMS.items(), ids=FORMS)
def test_tables(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = {table: dict(columns) for table, columns in load([tmp_path], []).tables.items()}
    assert found == {
        "SigninLogs": {"TimeGenerated": "datetime", ("User_Name" if "plain" in name else "User Name"): "string"}
    }


FAULTS = {
    "bad.json": ('{"A": ', ":1:7: no JSON"),
    "bad.yaml": ("A:\n  b: [c\n", ":3:1: no YAML"),
    "list.json": ("[1]", "found list, expected tables with their columns"),
    "types.json": ('{"A": {"b": 1}}', "found other columns of A than names with types"),
    "bad.csv": ("a,b\n1,2\n", ":1:1: found other columns than ColumnName and ColumnType"),
    "tables.txt": ("A", "found a file of the kind .txt, expected *.csv"),
}


@pytest.mark.parametrize(("name", "text", "message"), [(n, *case) for n, case in FAULTS.items()], ids=FAULTS)
def test_a_file_that_cannot_be_read(name: str, text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WorkspaceError) as raised:
        load([path], [])
    assert f"{path}" in str(raised.value)
    assert message in str(raised.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for reading in (load, read):
        with pytest.raises(WorkspaceError, match="no such file or folder"):
            reading([tmp_path / "nowhere.yaml"], [])


FUNCTIONS = {
    "Recent.kql": "T | where a > 1",
    "command/Recent.kql": ".create-or-alter function with (docstring = 'x') Recent(least: long = 1)\n{\n"
    "    T | where a > least // mine\n}",
    "parser.yaml": "FunctionName: Recent\nFunctionQuery: |\n  T\n  | where a > 1\n",
    "asim.yaml": "ParserName: vimRecent\nEquivalentBuiltInParser: Recent\nParserParams:\n"
    "  - Name: least\n    Type: long\n    Default: 1\n  - Name: who\n    Type: string\n    Default: '*'\n"
    "ParserQuery: |\n  T | where a > least and b != who // mine\n",
}


@pytest.mark.parametrize(("name", "text"), FUNCTIONS.items(), ids=FUNCTIONS)
def test_functions(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    functions = load([], [tmp_path]).functions
    assert "Recent" in functions
    found = analyse(
        "Recent | project a, b | union (Recent() | project a)", {"T": {"a": "long", "b": "string"}}, functions
    )
    assert found.diagnostics == ()
    assert found.tables == ("T",)
    assert [column.name for column in found.columns or ()] == ["a", "b"]


def test_other_files_beside_functions_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "rule.yaml").write_text("name: A\nquery: T\n", encoding="utf-8")
    assert load([], [tmp_path]).functions == {}


def test_a_function_that_is_no_kql(tmp_path: Path) -> None:
    (tmp_path / "bad.kql").write_text("T | where", encoding="utf-8")
    with pytest.raises(WorkspaceError, match=r"bad\.kql: no function: found"):
        load([], [tmp_path])


def test_faults_of_a_function_are_not_told_of_the_query_that_calls_it(tmp_path: Path) -> None:
    (tmp_path / "f.kql").write_text("T | where nope == 1", encoding="utf-8")
    found = analyse("f | where a == 1 | where nope2 == 1", {"T": {"a": "long"}}, load([], [tmp_path]).functions)
    assert [one.message.split(",")[0] for one in found.diagnostics] == ["found nope2"]


def test_the_digest_changes_with_any_byte(tmp_path: Path) -> None:
    table, function = tmp_path / "t.yaml", tmp_path / "f.kql"
    table.write_text("A:\n  b: long\n", encoding="utf-8")
    function.write_text("A", encoding="utf-8")
    before = read([table], [function]).digest
    table.write_text("A:\n  b: int\n", encoding="utf-8")
    between = read([table], [function]).digest
    function.write_text("A ", encoding="utf-8")
    assert len({before, between, read([table], [function]).digest, read([table], []).digest}) == 4


def test_the_digest_changes_with_watchlists(tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    folder.mkdir()
    found = {read([], []).digest, read([], [], folder).digest}
    for name, text in (("A.csv", "Host\n"), ("A.csv", "Name\n"), ("watchlists.yaml", "A: {search_key: Name}\n")):
        (folder / name).write_text(text, encoding="utf-8")
        found.add(read([], [], folder).digest)
    assert len(found) == 5
