"""What holds for all rows: folding undoes the flattening, and neither order nor repetition changes what is stated."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st

from rulefold.folding import fold
from rulefold.model import Catalogue, Connector, Detection, Entry, Row
from tests.conftest import examples
from tests.pages_text import block, detections, entries, guid, page

AXES = ("tactic", "technique", "connector", "data_type", "platform")
(ROW,) = entries(page(block()))


def some_of(*values: str, at_least: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=at_least, unique=True)


@dataclass(frozen=True)
class Rule:
    """A rule before it is flattened."""

    tactics: list[str]
    techniques: list[str]
    connectors: dict[str, tuple[list[str], list[str]]]

    def rows(self) -> list[dict[str, str]]:
        """The rows of the rule by the row law; an absent value is empty."""
        sources = [
            (connector, data_type, platform)
            for connector, (data_types, platforms) in self.connectors.items()
            for data_type, platform in product(data_types or [""], platforms or [""])
        ]
        pairs = product(self.tactics or [""], self.techniques or [""], sources or [("", "", "")])
        return [dict(zip(AXES, (tactic, technique, *source), strict=True)) for tactic, technique, source in pairs]


RULES = st.builds(
    Rule,
    some_of("Impact", "Execution", "Ransomware", "Malware, component"),
    some_of("T1485", "T1078.004", "T1570"),
    st.dictionaries(
        st.sampled_from(["SecurityEvents", "AzureActivity", "CustomConnector", "M"]),
        st.tuples(some_of("SecurityEvent", "SecurityAlert (MDATP)", "Syslog"), some_of("Azure", "Windows", "Linux")),
        max_size=3,
    ),
)


def pages(rows: list[dict[str, str]], scalars: dict[str, str]) -> list[str]:
    """Pages of twenty rows at most, as the script writes them."""
    return [page(*(block(**row, **scalars) for row in rows[at : at + 20])) for at in range(0, len(rows), 20)]


def as_row(row: dict[str, str]) -> Row:
    return Row(**{axis: value for axis, value in row.items() if value})


@examples(100)
@given(RULES, st.sampled_from(["", "1h"]), st.sampled_from(["", "0.0"]), st.sampled_from(["T\n| a\n\n", "\n  T"]))
def test_folding_undoes_the_flattening(rule: Rule, frequency: str, threshold: str, query: str) -> None:
    scalars = {
        "query_frequency": frequency,
        "trigger_threshold": threshold,
        "query": query,
        "title": "A | b",
        "id": guid(7),
    }
    rows = rule.rows()
    (detection,) = detections(entries(*pages(rows, scalars)))
    assert (detection.id, detection.key, detection.title, detection.query) == (guid(7), guid(7), "A | b", query)
    assert [*detection.tactics] == rule.tactics
    assert [*detection.techniques] == rule.techniques
    assert detection.connectors == tuple(
        Connector(
            id=id_,
            data_types=tuple(data_types),
            platforms=tuple(platforms),
            invented=True if id_ == "CustomConnector" else None,
        )
        for id_, (data_types, platforms) in rule.connectors.items()
    )
    assert detection.platforms == tuple(dict.fromkeys(p for _, stated in rule.connectors.values() for p in stated))
    assert detection.data_types == tuple(dict.fromkeys(d for stated, _ in rule.connectors.values() for d in stated))
    assert (detection.rows.seen, detection.rows.product, detection.rows.missing) == (len(rows), len(rows), ())
    assert (detection.schedule.model_dump(exclude_none=True) if detection.schedule else {}) == {
        **({"query_frequency": "1h"} if frequency else {}),
        **({"trigger_threshold": 0} if threshold else {}),
    }


@examples(100)
@given(RULES, st.randoms(use_true_random=False))
def test_rows_that_pages_lack_are_the_missing_ones(rule: Rule, random: Random) -> None:
    rows = rule.rows()
    lost = random.sample(range(len(rows)), len(rows) // 4)
    shown = [row for n, row in enumerate(rows) if n not in lost]
    # A value of which every row is lost is gone: the rows that are left are of a smaller rule
    assume(all({row[axis] for row in shown} == {row[axis] for row in rows} for axis in AXES))
    sources = (
        {(row["connector"], row["data_type"]) for row in rows},
        {(row["connector"], row["platform"]) for row in rows},
    )
    assume(
        ({(r["connector"], r["data_type"]) for r in shown}, {(r["connector"], r["platform"]) for r in shown}) == sources
    )
    (detection,) = detections(entries(*pages(shown, {})))
    assert (detection.rows.seen, detection.rows.product) == (len(shown), len(rows))
    assert sorted(map(repr, detection.rows.missing)) == sorted(repr(as_row(rows[n])) for n in lost)


def optional(*values: str) -> st.SearchStrategy[str | None]:
    return st.one_of(st.none(), st.sampled_from(values))


ENTRIES = st.lists(
    st.builds(
        lambda rule, axes: ROW.model_copy(update={**rule, **axes}),
        st.sampled_from(
            [
                {"id": guid(1), "title": "A", "url": "1", "query": "S"},
                {"id": guid(1), "title": "B", "url": "2", "query": "T"},
                {"id": guid(2), "title": "C", "url": "3", "query": "S // c"},
                {"id": None, "title": "C", "url": "3", "query": "S // c"},
                {"id": "12", "title": "D", "url": "4", "query": "U"},
            ]
        ),
        st.fixed_dictionaries(
            {
                "tactic": optional("Impact", "Initial access", "InitialAccess", "Exploit"),
                "technique": optional("T1485", "t1485", "T1570"),
                "connector": optional("A", "B", "CustomConnector"),
                "data_type": optional("a", "b"),
                "platform": optional("Azure", "Linux"),
            }
        ),
    ),
    min_size=1,
    max_size=30,
)


def as_sets(detection: Detection) -> tuple[object, ...]:
    return (
        *(detection.id, detection.title, detection.query, detection.url),
        *(set(detection.tactics), set(detection.techniques), set(detection.platforms), set(detection.data_types)),
        {(c.id, frozenset(c.data_types), frozenset(c.platforms), c.invented) for c in detection.connectors},
        (detection.rows.seen, detection.rows.product, set(map(repr, detection.rows.missing))),
        ({k: set(v) for k, v in detection.inferred.platforms.items()}, set(map(repr, detection.inferred.rows))),
        set(detection.same_query or ()),
    )


def by_key(catalogue: Catalogue) -> dict[str, tuple[object, ...]]:
    return {detection.key: as_sets(detection) for detection in catalogue.detections}


@examples(100)
@given(ENTRIES, st.randoms(use_true_random=False))
def test_order_and_repetition_change_no_set(found: list[Entry], random: Random) -> None:
    again = [*found, *random.choices(found, k=len(found) // 2)]
    random.shuffle(again)
    assert by_key(fold(again)[0]) == by_key(fold(found)[0])


@examples(100)
@given(ENTRIES)
def test_what_is_seen_and_missing_makes_up_the_product(found: list[Entry]) -> None:
    for detection in fold(found)[0].detections:
        rows = detection.rows
        law = set(map(repr, map(as_row, as_rule(detection, found).rows())))
        missing = list(map(repr, rows.missing))
        assert rows.product == len(law)
        assert len(set(missing)) == len(missing)
        assert set(missing) <= law
        outside = list(map(repr, rows.outside or ()))
        assert not set(outside) & law
        assert rows.product - len(missing) + len(outside) == rows.seen


def as_rule(detection: Detection, found: list[Entry]) -> Rule:
    """The rule whose flattening the row law speaks of; where no row has a connector, they are of one without a name."""
    own = [entry for entry in found if entry.url == detection.url and entry.connector is None]
    connectors = {c.id: ([*c.data_types], [*c.platforms]) for c in detection.connectors}
    if own and not connectors:
        connectors[""] = stated(entry.data_type for entry in own), stated(entry.platform for entry in own)
    return Rule([*detection.tactics], [*detection.techniques], connectors)


def stated(values: Iterable[str | None]) -> list[str]:
    return list({value for value in values if value})
