"""What is told of a rule's query, and what the rule declares."""

from importlib import import_module
from pathlib import Path

import pytest

from rulefold.chain import build
from rulefold.diagnostics import Severity
from rulefold.inputs import find_pages
from rulefold.model import Connector, Detection, Rows, Schedule
from rulefold.queries import Looker, look
from rulefold.text import Place
from rulefold.workspace import Workspace
from tests.pages_text import block

TABLES = {
    "SigninLogs": {"TimeGenerated": "datetime", "UserPrincipalName": "string", "IPAddress": "string"},
    "AuditLogs": {"TimeGenerated": "datetime", "CorrelationId": "string", "Props": "dynamic"},
}
WORKSPACE = Workspace(TABLES)


def detection(
    query: str, data_types: tuple[str, ...] = (), period: str | None = None, kind: str = "Analytics"
) -> Detection:
    return Detection(
        id="a",
        key="a",
        title="A",
        type=kind,
        query=query,
        connectors=(Connector(id="C", data_types=data_types),) if data_types else (),
        schedule=Schedule(query_period=period) if period else None,
        rows=Rows(seen=1, product=1),
    )


def told(one: Detection) -> list[tuple[str, str]]:
    found = look(one, WORKSPACE).found
    return [(finding.code, one.query[finding.span.start : finding.span.end]) for finding in found]


CASES = {
    "nothing": (detection("SigninLogs | where IPAddress == '1.1.1.1'", ("SigninLogs",)), []),
    "a qualified data type": (detection("SigninLogs", ("SigninLogs (Azure AD)",)), []),
    "a data type that is not read": (detection("SigninLogs", ("SigninLogs", "Syslog")), [("RF730", "")]),
    "a table that is not declared": (
        detection("union SigninLogs, AuditLogs", ("SigninLogs",)),
        [("RF731", "")],
    ),
    "no data types at all": (detection("SigninLogs"), []),
    "a function that may read anything": (detection("_Im_Dns()", ("Syslog",)), [("RF712", "_Im_Dns")]),
    "a look beyond the period": (
        detection("SigninLogs | where TimeGenerated > ago(14d)", (), "1d"),
        [("RF732", "ago(14d)")],
    ),
    "a look beyond the period, by a variable": (
        detection("let w = 14d; SigninLogs | where TimeGenerated > ago(w)", (), "P13D"),
        [("RF732", "ago(w)")],
    ),
    "a look within the period": (detection("SigninLogs | where TimeGenerated > ago(14d)", (), "14d"), []),
    "an entity by another name": (
        detection("SigninLogs | extend IpCustomEntity = IPAddress"),
        [("RF733", "IpCustomEntity")],
    ),
    "an entity of another type": (
        detection("AuditLogs | extend HostCustomEntity = Props.host"),
        [("RF733", "HostCustomEntity")],
    ),
    "an entity": (detection("SigninLogs | extend IPCustomEntity = IPAddress"), []),
    "contains with a term": (
        detection("SigninLogs | where UserPrincipalName contains 'admin'"),
        [("RF740", "UserPrincipalName contains 'admin'")],
    ),
    "contains with more than a term": (detection("SigninLogs | where UserPrincipalName contains 'a@b.c'"), []),
    "contains with less than a term": (detection("SigninLogs | where UserPrincipalName contains 'abc'"), []),
    "case folded by hand": (
        detection("SigninLogs | where tolower(UserPrincipalName) == 'a'"),
        [("RF741", "tolower(UserPrincipalName) == 'a'")],
    ),
    "case folded for nothing": (
        detection("SigninLogs | where IPAddress =~ '1.1.1.1'"),
        [("RF741", "IPAddress =~ '1.1.1.1'")],
    ),
    "all tables": (detection("union * | where IPAddress == 'a'"), [("RF742", "*")]),
    "a key that is made": (
        detection("AuditLogs | extend k = tostring(Props.k) | join (SigninLogs) on $left.k == $right.IPAddress"),
        [("RF743", "$left.k == $right.IPAddress")],
    ),
    "a join without time": (
        detection("AuditLogs | join (SigninLogs | take 5) on TimeGenerated", kind="Hunting"),
        [("RF744", "SigninLogs | take 5")],
    ),
    "a join with time": (
        detection("AuditLogs | join (SigninLogs | where TimeGenerated > ago(1d)) on TimeGenerated", kind="Hunting"),
        [],
    ),
    "a join in a rule that has a period": (
        detection("AuditLogs | join (SigninLogs | take 5) on TimeGenerated", period="1d"),
        [],
    ),
    "a fault of grammar alone": (detection("SigninLogs | where IPAddress =~ | take"), [("RF701", "")]),
}


@pytest.mark.parametrize(("one", "expected"), CASES.values(), ids=CASES)
def test_findings(one: Detection, expected: list[tuple[str, str]]) -> None:
    assert told(one) == expected


def test_what_the_workspace_lacks_is_a_note_and_told_once() -> None:
    looker = Looker(WORKSPACE)
    first, second = looker.look(detection("Nope | where a == 1")), looker.look(detection("Nope | where b == 1"))
    ((code, severity, hints),) = [(one.code, one.severity, one.hints) for one in first.found]
    assert (code, severity) == ("RF710", Severity.NOTE)
    assert "tables.yaml" in hints[-1]
    assert second.found == ()
    assert first.tables == second.tables == ("Nope",)


class Kept(dict[tuple[str, str], bytes]):
    """A memory that lasts as long as a test."""

    def get(self, kind: str, key: str) -> bytes | None:  # type: ignore[override]
        return super().get((kind, key))

    def put(self, kind: str, key: str, value: bytes) -> None:
        self[kind, key] = value


def test_what_is_remembered_of_a_query_is_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    memo, one = Kept(), detection("SigninLogs | limit 5")
    before = Looker(WORKSPACE, memo)
    looked, same = before.look(one), before.fingerprint(one.query)
    assert same == before.fingerprint("SigninLogs|take 5") != before.fingerprint("SigninLogs|take 6")
    assert before.fingerprint(" // nothing") == ""
    module = import_module("rulefold.queries.look")
    monkeypatch.setattr(module, "look", None)
    monkeypatch.setattr(module, "fingerprint", None)
    after = Looker(WORKSPACE, memo)
    assert (after.look(one), after.fingerprint(one.query)) == (looked, same)


def test_a_finding_stands_at_its_line_and_column_on_the_page(tmp_path: Path) -> None:
    query = "SigninLogs\n| where UserPrincipalNam == 'a'\n"
    (tmp_path / "a.md").write_text("# Rules\n\n" + block(query=query), encoding="utf-8")
    built = build(find_pages([str(tmp_path)]), workspace=WORKSPACE)
    (found,) = [one for one in built.diagnostics if one.code == "RF711"]
    lines = (tmp_path / "a.md").read_text(encoding="utf-8").splitlines()
    number = lines.index("| where UserPrincipalNam == 'a'") + 1
    assert found.place == Place(found.place.file if found.place else "", number, 9)
    assert found.excerpt == "| where UserPrincipalNam == 'a'"
    assert found.detection == built.catalogue.detections[0].key
    assert ("RF711", found.message) in [(note.code, note.message) for note in built.catalogue.detections[0].notes]


def test_a_detection_says_what_its_query_uses(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(block(query="SigninLogs | where isnotempty(IPAddress)\n"), encoding="utf-8")
    built = build(find_pages([str(tmp_path)]), workspace=WORKSPACE).catalogue.detections[0]
    assert (built.tables, built.columns, built.functions) == (
        ("SigninLogs",),
        {"SigninLogs": ("IPAddress",)},
        ("isnotempty",),
    )
    unread = build(find_pages([str(tmp_path)])).catalogue.detections[0]
    assert (unread.tables, unread.columns, unread.functions) == (None, None, None)
