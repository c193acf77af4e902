"""Rules find in the events of their cases what was worked out by hand, from the query and from what Kusto documents."""

from pathlib import Path

import pytest

from rulefold.model import Catalogue
from rulefold.workspace import Workspace
from tests.rules import suite

FILES = sorted(suite.CORPUS.glob("*.yaml"))
# Cases that the engine fails: the name of the file with the reason.  They stay in the file.
FAILING: dict[str, str] = {}


def test_the_seed(seed: Catalogue, seed_workspace: Workspace) -> None:
    failed = [suite.told(one) for one in suite.verdicts(suite.SEED, seed, seed_workspace) if not one.passed]
    assert not failed, "\n\n".join(failed)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_rule_of_the_real_catalogue(path: Path, corpus: Catalogue, workspace: Workspace) -> None:
    if reason := FAILING.get(path.stem):
        pytest.xfail(reason)
    failed = [suite.told(one) for one in suite.verdicts(path, corpus, workspace) if not one.passed]
    assert not failed, "\n\n".join(failed)


def test_fifty_rules_have_cases_and_none_is_there_twice() -> None:
    named = [suite.read(path).detection.text for path in FILES]
    assert len(set(named)) == len(named) >= 50
