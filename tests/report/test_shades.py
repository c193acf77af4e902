"""Shades: their contrast by the formula of WCAG, their steps, and how far they stay apart in grey."""

from itertools import pairwise

import pytest

from rulefold.attack.gaps import Need
from rulefold.report.shades import ALERTING, GAPS, HUNTED, HUNTING, IMPLIED, NOTHING, Shade, shade, step

ALL = [*ALERTING, *HUNTING, HUNTED, IMPLIED, NOTHING, *GAPS.values()]


def luminance(colour: str) -> float:
    """Relative luminance.  Source: WCAG 2.2, definition of relative luminance."""
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000000", "#ffffff", 21.0), ("#ffffff", "#3f86bf", 3.9), ("#777777", "#ffffff", 4.48)],
)
def test_the_formula(one: str, other: str, expected: float) -> None:
    assert contrast(one, other) == pytest.approx(expected, abs=0.06)


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.fill)
def test_text_can_be_read(one: Shade) -> None:
    assert contrast(one.fill, one.text) >= 4.5


@pytest.mark.parametrize("ramp", [ALERTING, HUNTING])
def test_steps_stay_apart_in_grey(ramp: tuple[Shade, ...]) -> None:
    for lighter, darker in pairwise(ramp):
        assert luminance(lighter.fill) > luminance(darker.fill)
        assert contrast(lighter.fill, darker.fill) >= 1.25


def test_no_two_colours_of_one_layer_are_equal() -> None:
    assert len({one.fill for one in (*ALERTING, HUNTED)}) == 6
    assert {*GAPS} == {*Need}
    assert len({one.fill for one in GAPS.values()}) == len(Need)


@pytest.mark.parametrize(
    ("count", "expected"), [(1, 0), (2, 1), (3, 2), (4, 2), (5, 2), (6, 3), (10, 3), (11, 4), (100_000, 4)]
)
def test_step(count: int, expected: int) -> None:
    assert step(count) == expected
    assert shade(count) is ALERTING[expected]


def test_none_has_no_step() -> None:
    with pytest.raises(ValueError, match="found 0"):
        step(0)
    assert shade(0) is HUNTED
