"""The real catalogue: no false pair is counted, no stated pair is lost, and the rows add up."""

import bz2
import json
import re
from collections import Counter, defaultdict
from typing import Any

import pytest

from rulefold.attack import VERSIONS, load
from rulefold.attack.coverage import coverage
from rulefold.attack.findings import findings
from rulefold.attack.matrix import Outcome
from rulefold.folding import fold
from rulefold.folding.values import spelled
from rulefold.model import Catalogue, Entry
from tests.attack.tiny import ROOT

ROWS = 4_233
SPLIT = {"defense-evasion": {"stealth", "defense-impairment"}}
Stated = dict[str, Counter[tuple[str | None, str | None]]]


@pytest.fixture(scope="module")
def stated(corpus: Catalogue, corpus_entries: list[Entry]) -> Stated:
    """By detection the pairs that its rows state, and in how many rows: counted on the pages, not in the catalogue."""
    spans = {
        (source.page, first, last): one.key
        for one in corpus.detections
        for source in one.sources
        for first, last in source.lines
    }
    by_page: defaultdict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for (page, first, last), key in spans.items():
        by_page[page].append((first, last, key))
    counted: Stated = defaultdict(Counter)
    for entry in corpus_entries:
        place = entry.place("title")
        (key,) = [key for first, last, key in by_page[place.file] if first <= place.line <= last]
        tactic = spelled("tactic", entry.tactic)[0] if entry.tactic else None
        technique = spelled("technique", entry.technique)[0] if entry.technique else None
        counted[key][tactic, technique] += 1
    return counted


def read(version: str) -> dict[str, Any]:
    """The data as they are in the file."""
    path = ROOT / "src" / "rulefold" / "attack" / "data" / f"enterprise-{version}.json.bz2"
    techniques: dict[str, Any] = json.loads(bz2.decompress(path.read_bytes()))["techniques"]
    return techniques


def kebab(tactic: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", tactic).lower()


@pytest.mark.parametrize("version", VERSIONS)
def test_no_false_pair_is_counted(corpus: Catalogue, stated: Stated, version: str) -> None:
    techniques = read(version)
    found = coverage(corpus, load(version))
    assert found.all.declared
    for (tactic, technique), keys in found.all.declared.items():
        assert tactic in techniques[technique]["tactics"]
        for key in keys:
            ours = {kebab(name or "") for name, _ in stated[key]}
            ours |= {part for name in ours for part in SPLIT.get(name, ())}
            assert tactic in ours, (key, tactic)
            ids = {id_ for _, id_ in stated[key] if id_}
            assert technique in ids | {techniques[id_].get("by") for id_ in ids}, (key, technique)


@pytest.mark.parametrize("version", VERSIONS)
def test_no_real_pair_is_missed(corpus: Catalogue, stated: Stated, version: str) -> None:
    techniques = read(version)
    found = coverage(corpus, load(version)).all.declared
    for key, pairs in stated.items():
        for tactic, technique in pairs:
            current = end(techniques, technique) if technique else None
            for name in SPLIT.get(kebab(tactic or ""), set()) | {kebab(tactic or "")}:
                if current and name in techniques.get(current, {}).get("tactics", ()):
                    assert key in found[name, current], (key, tactic, technique)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_pair_that_rows_state_is_in_the_ledger_with_its_rows(
    corpus: Catalogue, stated: Stated, version: str
) -> None:
    lines = list(coverage(corpus, load(version)).ledger())
    ledger: Stated = defaultdict(Counter)
    for line in lines:
        assert line.rows is not None
        assert (line.tactic, line.technique) not in ledger[line.detection]
        ledger[line.detection][line.tactic, line.technique] = line.rows
    assert {key: +pairs for key, pairs in ledger.items()} == stated
    assert sum(line.rows or 0 for line in lines) == ROWS
    assert all(line.reason for line in lines)


@pytest.mark.parametrize("version", VERSIONS)
def test_implied_tactic_only_and_migrated_are_what_the_rows_make_of_them(
    corpus: Catalogue, stated: Stated, version: str
) -> None:
    """The same count a second time, rule by rule over the pages' rows and the file, and not by way of verdicts."""
    techniques = read(version)
    claims = {own.detection: own for own in coverage(corpus, load(version)).claims}
    known = {tactic for fields in techniques.values() for tactic in fields.get("tactics", ())}
    for key, pairs in stated.items():
        ours = [kebab(name) for name in dict.fromkeys(name for name, _ in pairs) if name]
        moved = {id_: end(techniques, id_) for _, id_ in pairs if id_}
        held = {id_: set(techniques[id_]["tactics"]) for id_ in moved.values()}
        meant = {part for name in ours for part in SPLIT.get(name, {name}) | {name}}
        implied = {(tactic, id_) for id_, own in held.items() if not own & meant for tactic in own}
        assert set(claims[key].implied) == implied
        alone = {name for name in ours if name in known and not any(name in own for own in held.values())}
        assert set(claims[key].tactic_only) == alone
        assert set(claims[key].migrated) == {(old, new) for old, new in moved.items() if old != new}


def end(techniques: dict[str, Any], id_: str) -> str:
    """The id at the end of a chain of successors."""
    by = techniques[id_].get("by")
    return end(techniques, by) if by else id_


def test_non_tactics_are_in_the_ledger_and_in_no_figure(corpus: Catalogue, stated: Stated) -> None:
    found = coverage(corpus, load("19.2"))
    odd = {"Ransomware", "Vulnerability", "Malware, component", "Exploit", "Misconfiguration"}
    lines = [line for line in found.ledger() if line.tactic in odd]
    assert {line.outcome for line in lines} == {Outcome.NO_TACTIC}
    rows = sum(count for pairs in stated.values() for (tactic, _), count in pairs.items() if tactic in odd)
    assert sum(line.rows or 0 for line in lines) == rows > 0
    names = {tactic for tactic, _ in (*found.all.declared, *found.all.implied)} | set(found.all.tactics)
    assert not {name.lower() for name in odd} & names


def test_suggestions_are_few(corpus: Catalogue) -> None:
    told = [one for one in findings(corpus, load()) if one.code == "RF408"]
    assert 0 < len(told) < len(corpus.detections) / 20
    assert all("T1651" in one.message for one in told)


def test_order_repetition_and_paging_of_rows_change_no_figure(corpus: Catalogue, corpus_entries: list[Entry]) -> None:
    turned = fold([*corpus_entries[::-1], *corpus_entries[:500]])[0]
    first, second = (coverage(one, load("19.2")) for one in (corpus, turned))
    assert first.all == second.all
    assert first.by_type == second.by_type
