"""Events for the rules of the real catalogue: each set that is given fires, and how many rules get one."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from rulefold.chain import build
from rulefold.inputs import find_pages
from rulefold.kql import QueryError, compile  # noqa: A004
from rulefold.kql.engines.limits import Limits
from rulefold.synthesis import propose
from rulefold.workspace import read

EACH = 23  # rules are taken one in so many, for the time they take
FLOOR = 0.7


def test_most_rules_that_run_get_events(shared: Path) -> None:
    tables = shared / "kusto" / "tables.json"
    if not tables.is_file():
        pytest.skip("needs kusto/tables.json beside the real catalogue")
    workspace = read([tables], []).load()
    catalogue = build(find_pages([str(shared / "corpus" / "pages")])).catalogue
    asked, found = 0, 0
    for detection in catalogue.detections[::EACH]:
        try:
            compile(detection.query, workspace.tables, workspace.functions)
        except QueryError:
            continue
        asked += 1
        proposal = propose(detection, workspace, datetime(2024, 5, 1, 12, tzinfo=UTC), Limits.of("1GB", "20s", 1))
        found += proposal.events is not None
        assert (proposal.events is None) is (proposal.refused is not None)
    assert asked
    assert found / asked >= FLOOR
