"""Filters: the same for `list`, as options, and for `export`, as one text."""

import pytest

from rulefold.filters import FILTERS, combined, matches, parse_filter
from tests.targets.exports import ANALYTICS, HUNTING, changed


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("type=Analytics", {"type": ("Analytics",)}),
        ("type=Analytics,severity=High", {"type": ("Analytics",), "severity": ("High",)}),
        ("severity=High, severity = Low", {"severity": ("High", "Low")}),
        ("tactic=Malware, component,type=Hunting", {"tactic": ("Malware, component",), "type": ("Hunting",)}),
        ("data-type=SecurityAlert (MDATP)", {"data-type": ("SecurityAlert (MDATP)",)}),
        ("connector=a=b", {"connector": ("a=b",)}),
        ("type=x,,severity=y", {"type": ("x,",), "severity": ("y",)}),  # a comma before no name is in the value
    ],
)
def test_a_text_is_read(text: str, found: dict[str, tuple[str, ...]]) -> None:
    assert parse_filter(text) == found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "found '', expected something like type=Analytics"),
        ("Analytics", "found 'Analytics', expected something like type=Analytics"),
        ("type=", "found 'type=', expected something like type=Analytics"),
        ("kind=NRT", f"found the name 'kind', expected one of {', '.join(FILTERS)}"),
        ("data_type=x", "found the name 'data_type', expected one of"),
    ],
)
def test_what_is_no_filter(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r"^found") as caught:
        parse_filter(text)
    assert str(caught.value).startswith(message)


def test_several_are_one() -> None:
    both = combined([{"type": ("a",)}, {"type": ("b",), "severity": ("c",)}])
    assert both == {"type": ("a", "b"), "severity": ("c",)}


@pytest.mark.parametrize(
    ("text", "analytics", "hunting"),
    [
        ("type=analytics", True, False),
        ("type=Analytics,type=Hunting", True, True),
        ("type=Hunting,severity=High", False, False),
        ("technique=t1059", True, True),
        ("technique=T1059.001", True, True),
        ("technique=T105", False, False),
        ("tactic=Execution,severity=HIGH", True, False),
        ("platform=windows", True, True),
        ("connector=customconnector", True, True),
        ("data-type=securityalert (mdatp)", True, True),
        ("data-type=SecurityAlert", False, False),
        ("severity=None", False, False),
    ],
)
def test_matching(text: str, analytics: bool, hunting: bool) -> None:
    wanted = parse_filter(text)
    assert (matches(ANALYTICS, wanted), matches(HUNTING, wanted)) == (analytics, hunting)


def test_a_sub_technique_brings_its_technique_in_but_not_the_other_way() -> None:
    only_sub = changed(ANALYTICS, techniques=("T1078.004",))
    assert matches(only_sub, {"technique": ("T1078",)})
    assert not matches(changed(ANALYTICS, techniques=("T1078",)), {"technique": ("T1078.004",)})
    assert matches(ANALYTICS, {})
    assert matches(ANALYTICS, {"type": ()})
