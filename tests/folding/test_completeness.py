"""The row law: what a rule's rows are, which of them no page shows, and what other rules tell of them."""

from collections.abc import Sequence

import pytest

from rulefold.folding import fold
from rulefold.model import Detection, Inferred, Row
from tests.conftest import ROOT
from tests.pages_text import block, built, detections, entries, guid, page

AXES = ("tactic", "technique", "connector", "data_type", "platform")


def rows(table: str) -> list[Row]:
    """Rows from a table, one a line: tactic, technique, connector, data type, platform; `-` is an absent value."""
    cells = [line.split() for line in table.strip().splitlines()]
    return [Row(**{axis: cell for axis, cell in zip(AXES, line, strict=True) if cell != "-"}) for line in cells]


def blocks(table: str, **fields: str) -> list[str]:
    return [block(**{**dict.fromkeys(AXES, ""), **row.model_dump(exclude_none=True)}, **fields) for row in rows(table)]


def folded(table: str) -> Detection:
    (detection,) = detections(entries(page(*blocks(table))))
    return detection


def test_the_seed_page() -> None:
    (detection,) = built(ROOT / "catalog").catalogue.detections
    # By hand: the page shows rows 3 to 22 of 2 tactics × 2 techniques × 6, so two are missing at either end
    assert (detection.rows.seen, detection.rows.product) == (20, 24)
    assert list(detection.rows.missing) == rows("""
        LateralMovement  T1570     AzureActivity             AzureActivity Azure
        LateralMovement  T1570     AzureActivity             AzureActivity SaaS
        CredentialAccess T1078.004 MicrosoftThreatProtection DeviceEvents  Azure
        CredentialAccess T1078.004 MicrosoftThreatProtection DeviceEvents  Windows
    """)
    assert detection.inferred == Inferred()
    assert [d.code for d in built(ROOT / "catalog").diagnostics] == ["RF304"]


@pytest.mark.parametrize(
    ("shown", "product", "missing"),
    [
        pytest.param("Impact T1 A a Azure", 1, "", id="one row"),
        pytest.param("- - - - -", 1, "", id="one row without a value"),
        pytest.param(
            """
            Impact    T1 A a Azure
            Execution T2 A a Azure
            """,
            4,
            """
            Impact    T2 A a Azure
            Execution T1 A a Azure
            """,
            id="tactics × techniques",
        ),
        pytest.param(
            """
            Impact T1 A a Azure
            Impact T1 B b Linux
            """,
            2,
            "",
            id="connectors keep their data types and platforms to themselves",
        ),
        pytest.param(
            """
            Impact    T1 A a1 Azure
            Execution T1 A a2 Linux
            Execution T1 B b  -
            """,
            2 * (2 * 2 + 1),
            """
            Impact    T1 A a1 Linux
            Impact    T1 A a2 Azure
            Impact    T1 A a2 Linux
            Impact    T1 B b  -
            Execution T1 A a1 Azure
            Execution T1 A a1 Linux
            Execution T1 A a2 Azure
            """,
            id="data types × platforms in a connector",
        ),
        pytest.param(
            """
            - T1 A a Azure
            - T2 A a Linux
            """,
            4,
            """
            - T1 A a Linux
            - T2 A a Azure
            """,
            id="no tactic",
        ),
        pytest.param(
            """
            Impact    - - Syslog Azure
            Execution - - Syslog Linux
            """,
            4,
            """
            Impact    - - Syslog Linux
            Execution - - Syslog Azure
            """,
            id="no connector",
        ),
        pytest.param(
            """
            Impact T1 A a Azure
            -      T1 A a Azure
            """,
            1,
            "",
            id="a row that states less than the others is not in the product",
        ),
        pytest.param(
            """
            Impact    T1 A a Azure
            Execution T1 A - Azure
            """,
            2,
            "Execution T1 A a Azure",
            id="and stands for no row of it",
        ),
    ],
)
def test_what_is_missing(shown: str, product: int, missing: str) -> None:
    detection = folded(shown)
    assert detection.rows.seen == len(rows(shown))
    assert detection.rows.product == product
    assert list(detection.rows.missing) == rows(missing)


def test_missing_rows_are_told() -> None:
    _, told = fold(entries(page(*blocks("Impact T1485 A a Azure\nExecution T1486 A a Azure"))))
    assert [(d.code, d.message) for d in told] == [("RF304", "found 2 rows of a rule whose values make 4")]


def diagonal(length: int) -> list[str]:
    """Rows that share neither tactic nor platform."""
    return [block(tactic=f"Tactic{n}", platform=f"P{n}") for n in range(length)]


@pytest.mark.parametrize(
    ("more", "missing"),
    [
        # 101 × 101 values with 201 rows lack 10,000, which is the most that is listed
        pytest.param(100, 10_000, id="as many as are listed"),
        pytest.param(99, 10_001, id="one more"),
    ],
)
def test_how_many_missing_rows_are_listed(more: int, missing: int) -> None:
    beside = [block(tactic=f"Tactic{n}", platform=f"P{n + 1}") for n in range(more)]
    catalogue, told = fold(entries(page(*diagonal(101), *beside)))
    detection = catalogue.detections[0]
    assert detection.rows.product - detection.rows.seen == missing
    assert len(detection.rows.missing) == (missing if missing <= 10_000 else 0)
    assert [d.code for d in told if d.code in ("RF304", "RF307")] == ["RF304" if missing <= 10_000 else "RF307"]


def test_a_huge_product_is_not_walked() -> None:
    found = entries(
        page(
            *(
                block(
                    tactic=f"Tactic{n}",
                    technique=f"T{n:04}",
                    connector=f"C{n % 9}",
                    data_type=f"d{n}",
                    platform=f"P{n}",
                )
                for n in range(500)
            )
        )
    )
    catalogue, told = fold(found)
    # 500 rows over nine connectors: five have 56 data types and platforms, four have 55
    assert catalogue.detections[0].rows.product == 500 * 500 * (5 * 56 * 56 + 4 * 55 * 55)
    assert catalogue.detections[0].rows.missing == ()
    assert [d.code for d in told if d.code.startswith("RF30")] == ["RF307"]


def company(*platforms: Sequence[str], connector: str = "SecurityEvents") -> list[Detection]:
    """A rule for each set of platforms, all with one connector."""
    found = [
        block(id=guid(n), url=f"https://example.org/{n}", query=f"T{n}", connector=connector, platform=platform)
        for n, stated in enumerate(platforms)
        for platform in stated
    ]
    return list(detections(entries(page(*found))))


def test_what_most_other_rules_state_is_inferred() -> None:
    found = company(("Azure",), ("Azure", "Windows"), ("Azure", "Windows"), ("Windows", "Azure"))
    assert found[0].inferred == Inferred(
        platforms={"SecurityEvents": ("Windows",)},
        rows=tuple(rows("Impact T1485 SecurityEvents AzureActivity Windows")),
    )
    assert [detection.inferred for detection in found[1:]] == [Inferred()] * 3


def test_and_is_never_mixed_with_what_is_stated() -> None:
    rule = company(("Azure",), ("Azure", "Windows"), ("Azure", "Windows"))[0]
    assert rule.platforms == ("Azure",)
    assert rule.connectors[0].platforms == ("Azure",)
    assert (rule.rows.seen, rule.rows.product, rule.rows.missing) == (1, 1, ())
    assert [note.code for note in rule.notes] == ["RF305"]


@pytest.mark.parametrize(
    ("others", "inferred"),
    [
        ([("Windows",)], True),
        ([("Windows",), ("Azure",)], True),  # one of two others is half of them
        ([("Windows",), ("Azure",), ("Azure",)], False),
        ([("Windows",), ("Windows",), ("Azure",)], True),
        ([("Azure",), ("Azure",)], False),
        ([], False),
    ],
)
def test_how_many_others_it_takes(others: list[tuple[str, ...]], inferred: bool) -> None:
    rule = company(("Azure",), *others)[0]
    assert rule.inferred.platforms == ({"SecurityEvents": ("Windows",)} if inferred else {})


@pytest.mark.parametrize(
    ("connector", "platform"),
    [
        pytest.param("CustomConnector", "Azure", id="invented"),
        pytest.param("SecurityEvents", "", id="no platform"),
        pytest.param("", "Azure", id="no connector"),
    ],
)
def test_nothing_is_inferred_for(connector: str, platform: str) -> None:
    found = company((platform,), ("Azure", "Windows"), ("Azure", "Windows"), connector=connector)
    assert found[0].inferred == Inferred()


def test_connectors_are_looked_at_one_by_one() -> None:
    others = [
        block(id=guid(n), url=f"https://example.org/{n}", query=f"T{n}", connector=connector, platform=platform)
        for n in (2, 3)
        for connector, platform in (("A", "Azure"), ("A", "Windows"), ("B", "Linux"))
    ]
    mine = [
        block(connector="A", data_type="a"),
        block(connector="A", data_type="a2"),
        block(connector="B", platform="Linux"),
    ]
    rule = detections(entries(page(*mine, *others)))[0]
    assert rule.inferred.platforms == {"A": ("Windows",)}
    assert list(rule.inferred.rows) == rows("Impact T1485 A a Windows\nImpact T1485 A a2 Windows")


def test_too_many_inferred_rows_are_not_listed() -> None:
    others = [
        block(id=guid(n), url=f"https://example.org/{n}", query=f"T{n}", platform=platform)
        for n in (2, 3)
        for platform in ("Azure", "Linux")
    ]
    mine = [block(tactic=f"Tactic{n}", technique=f"T{n:04}") for n in range(101)]
    rule = detections(entries(page(*mine, *others)))[0]
    assert rule.inferred.platforms == {"AzureActivity": ("Linux",)}
    assert rule.inferred.rows == ()  # they would be 101 × 101
